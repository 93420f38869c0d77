"""``bin/bench``: measure and print one table; each measure on a fresh database."""

import argparse
import contextlib
import json
import os
import subprocess
import sys
import tempfile

from devtools.console import ToolError, command, say, step
from devtools.database import Databases
from devtools.odoo import addons_paths, odoo_command
from devtools.paths import LOG, ROOT, STATE
from devtools.postgres import session
from devtools.process import free_port, run_logged, running

from .result import Result, format_table

PEERS = STATE / "peers"
PEER_PACKAGE = "odoo-addon-account-credit-control"
PEER_MODULE = "account_credit_control"

SIZES = {  # option: (quick, full)
    "sizes": ((1_000, 100_000), (1_000, 100_000, 1_000_000)),
    "peer_sizes": ((10_000,), (10_000, 40_000)),
    "letters": ((200,), (200,)),
    "memory_lines": ((100_000,), (300_000,)),
    "mails": ((1_000,), (10_000,)),
    "documents": ((10, 10_000), (10, 10_000)),
    "stages": ((10, 1_000), (10, 1_000)),
    "screen_lines": ((60_000,), (300_000,)),
}


@command
def main():
    """Run the measures that were asked for."""
    options = _parse()
    results = []
    with session() as server:
        databases = Databases(server)
        template = os.environ["BENCH_TEMPLATE"]  # others may replace it meanwhile
        with databases.temporary(template, "benchtemplate") as copy:
            bench = Bench(databases, copy)
            for name in options.only:
                results += bench.measure(name, options)
    say()
    say(format_table(results))
    return any(result.is_failure for result in results)


class Bench:
    """Runs measures, each in a process of its own on a database of its own."""

    def __init__(self, databases, template):
        self.databases = databases
        self.template = template

    def measure(self, name, options):
        """Return the results of one of the measures; a failure does not stop all."""
        try:
            return getattr(self, f"measure_{name.lower()}")(options)
        except ToolError as error:
            return [Result(name, "", peer=f"failed: {error}", is_failure=True)]

    def measure_p1(self, options):
        """Plan against a raw insert; the queries must be the same for all sizes."""
        results = []
        for size in options.sizes:
            chosen = {"size": size, "repeat": options.repeat}
            results += self._run("planning", f"P1, {size:,}", **chosen)
        queries = [r.facts["queries"] for r in results if "queries" in r.facts]
        difference = max(queries) - min(queries)
        label = "P1 difference between the sizes"
        return results + [Result(label, "", ratio=difference, unit="", target="0")]

    def measure_p2(self, options):
        """Plan against the OCA addon; a second run for the smallest size only."""
        try:
            with step(f"{PEER_PACKAGE} from PyPI"):
                _install_peer()
        except ToolError as error:
            return [Result("P2 OCA credit control", "", peer=str(error), target="0")]
        results = []
        for size in options.peer_sizes:
            again = size == min(options.peer_sizes)
            title = f"P2, {size:,}"
            results += self._run(
                *("peer", title, PEER_MODULE, [str(PEERS / "odoo" / "addons")]),
                size=size,
                again=again,
            )
        return results

    def measure_p4(self, options):
        """Letters one by one against a batch."""
        return self._run_sizes("letters", "P4", options.letters)

    def measure_p5(self, options):
        """Memory of planning and sending."""
        results = self._run_sizes("memory_planning", "P5, plan", options.memory_lines)
        with _mail_server() as port:
            for size in options.mails:
                title = f"P5, send {size:,}"
                results += self._run("memory_sending", title, size=size, port=port)
        return results

    def measure_p6(self, options):
        """Queries of the payment page; nearly the same for all sizes."""
        results = self._run_sizes("pages", "P6", options.documents)
        queries = [r.facts["queries"] for r in results if "queries" in r.facts]
        difference = max(queries) - min(queries)
        label = "P6 difference between the sizes"
        return results + [Result(label, "", ratio=difference, unit="", target="<= 2")]

    def measure_p7(self, options):
        """Price an estimate again, small and large, and a quotation of Sales."""
        return self._run("estimates", "P7", "sale", sizes=options.stages)

    def measure_p9(self, options):
        """Opening the screens against the raw grouped queries."""
        return self._run_sizes("screens", "P9", options.screen_lines)

    def measure_ledger(self, options):
        """Play ledgers: what is asked too early, or more mildly than before."""
        return [
            result
            for name in options.ledgers
            for result in self._run("ledger", f"Ledger {name}", name=name)
        ]

    def _run_sizes(self, measure, title, sizes):
        return [
            result
            for size in sizes
            for result in self._run(measure, f"{title} {size:,}", size=size)
        ]

    def _run(self, measure, title, module=None, addons=(), **options):
        """Return the results of one measure, with ``module`` installed beside ours.

        :param addons: folders to search for the module besides the usual ones
        """
        with step(title), self.databases.temporary(self.template, "bench") as database:
            if module:
                self._install(database, module, addons)
            job = {
                "measure": measure,
                "database": database,
                "addons": addons,
                "options": options,
            }
            return _run_child(job)

    def _install(self, database, module, addons):
        path = ",".join(map(str, [*addons_paths(), *addons]))
        arguments = ("-d", database, f"--addons-path={path}", "-i", module)
        failure = f"{module} could not be installed"
        program = odoo_command(*arguments, "--stop-after-init", "--no-http")
        run_logged(program, "bench_peer.log", failure)


def _parse():
    parser = argparse.ArgumentParser(prog="bin/bench", description=__doc__)
    names = ("P1", "P2", "P4", "P5", "P6", "P7", "P9", "LEDGER")
    parser.add_argument(
        "--only", type=_split, default=names, help=f"which of {', '.join(names)}"
    )
    for option, (quick, full) in SIZES.items():
        parser.add_argument(
            f"--{option.replace('_', '-')}",
            type=_split_numbers,
            metavar="N,…",
            help=f"{_join(quick)} by default, {_join(full)} with --full",
        )
    parser.add_argument(
        "--ledgers",
        type=lambda text: text.split(","),
        default=("starvation", "ibm"),
        help="which of benchmarks/ledgers to play",
    )
    parser.add_argument("--full", action="store_true", help="the sizes of the targets")
    parser.add_argument("--repeat", type=int, default=3, help="P1: median of so many")
    options = parser.parse_args()
    if unknown := set(options.only) - set(names):
        parser.error(f"unknown measure: {', '.join(sorted(unknown))}")
    for option, sizes in SIZES.items():
        chosen = getattr(options, option) or sizes[options.full]
        setattr(options, option, chosen)
    return options


def _split(text):
    return [part.strip().upper() for part in text.split(",")]


def _split_numbers(text):
    return [int(part.replace("_", "")) for part in text.split(",")]


def _join(numbers):
    return ",".join(map(str, numbers))


def _run_child(job):
    """Run a measure; return its results."""
    LOG.mkdir(parents=True, exist_ok=True)
    log = LOG / "bench.log"
    with log.open("a") as errors:
        process = subprocess.run(
            [sys.executable, "-m", "benchmarks.child", json.dumps(job)],
            cwd=ROOT,
            stdout=subprocess.PIPE,
            stderr=errors,
            text=True,
            check=False,
        )
    if process.returncode:
        last = log.read_text(errors="replace").strip().splitlines()[-1]
        raise ToolError(f"The measure {job['measure']} failed: {last} ({log})")
    rows = json.loads(process.stdout.splitlines()[-1])
    return [Result(**row) for row in rows]


def _install_peer():
    """Install the OCA addon into ``.odoo/peers``; it stays there."""
    if (PEERS / "odoo" / "addons" / PEER_MODULE).is_dir():
        return
    run_logged(
        [
            *(sys.executable, "-m", "pip", "install", "--quiet", "--no-deps"),
            *("--target", PEERS, f"{PEER_PACKAGE}==19.0.*"),
        ],
        "bench_pip.log",
        f"{PEER_PACKAGE} cannot be installed",
    )


@contextlib.contextmanager
def _mail_server():
    """Run a mail server in a process of its own; give its port."""
    port = free_port()
    with tempfile.TemporaryDirectory(prefix="bench_mail_") as folder:
        arguments = ("--port", port, "--out", folder)
        program = [sys.executable, "-m", "devtools.smtp_sink", *arguments]
        with running(program, "bench_smtp.log", cwd=ROOT):
            yield port


if __name__ == "__main__":
    main()
