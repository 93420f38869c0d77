"""``bin/test``: the style, the addon's tests in Odoo, the system tests.

The tests in Odoo and the system tests run side by side: each has its own databases and
spends much of its time waiting.
"""

import argparse
import contextlib
import subprocess
from dataclasses import dataclass

from . import lint, odoo, postgres, selection
from .console import ToolError, command, say, step
from .database import Databases, first_error
from .odoo_log import TestLog
from .outcome import Outcome, from_junit
from .paths import ADDON, LOG, ROOT, STATE, VENV_PYTHON
from .process import file_lock, free_port, running

NO_TESTS = 5  # pytest's exit status when it found none


@command
def main():
    """Run what was asked for; the last line is the sum of all."""
    options = _options()
    outcome = Outcome()
    if not options.k:
        outcome += Outcome(failed=1) if lint.report() else Outcome(passed=1)
    files = Files("selection" if options.k else "test")
    with file_lock(files.lock), postgres.session() as server:
        tests = run_suites(server, options, files)
    if options.k and not (tests.ran or tests.skipped):
        raise ToolError(f"No test has {options.k} in its name.")
    outcome += tests
    say(str(outcome))
    return 1 if outcome.failed else 0


@dataclass(frozen=True)
class Files:
    """What a run writes; two runs that would write the same wait for each other."""

    kind: str

    @property
    def lock(self):
        """The file that one run at a time locks."""
        return STATE / f"{self.kind}.lock"

    @property
    def odoo(self):
        """Odoo's log."""
        return LOG / f"{self.kind}-odoo.log"

    @property
    def pytest(self):
        """What pytest prints."""
        return LOG / f"{self.kind}-pytest.log"

    @property
    def junit(self):
        """What pytest reports for machines."""
        return LOG / f"{self.kind}-pytest.xml"


def run_suites(server, options, files):
    """Run the tests in Odoo and the system tests, and print what failed."""
    template = Databases(server).template()
    with contextlib.ExitStack() as stack:
        stack.enter_context(step("Odoo tests and system tests"))
        in_odoo = stack.enter_context(_odoo_tests(server, options, files, template))
        system = stack.enter_context(_system_tests(server, options, files))
        in_odoo_status = in_odoo.wait() if in_odoo else None
        system_status = system.wait()
    outcome = _pytest_outcome(system_status, options, files)
    if in_odoo:
        outcome += _odoo_outcome(in_odoo_status, options, files)
    elif not options.k:
        say(f"The addon {ADDON} has no __manifest__.py: no Odoo test can run.")
        outcome = outcome.with_failure()
    if options.coverage:
        _print_coverage()
    return outcome


@contextlib.contextmanager
def _odoo_tests(server, options, files, template):
    """Install the addon in a fresh database and run its tests there.

    Gives None when there is nothing to run.
    """
    tags = selection.tags_for(options.k, options.fast)
    if not tags or not (ROOT / ADDON / "__manifest__.py").exists():
        yield None
        return
    with Databases(server).temporary(template, "test") as name:
        arguments = _odoo_command(name, tags, options.coverage)
        environment = odoo.environment(server)
        with running(arguments, files.odoo.name, cwd=ROOT, env=environment) as process:
            yield process


def _odoo_command(name, tags, coverage):
    python, *arguments = odoo.odoo_command(
        *("-d", name, "-i", ADDON, "--test-tags", tags, "--stop-after-init"),
        *("--http-port", free_port(), "--max-cron-threads", 0),
    )
    wrapper = ["-m", "coverage", "run", f"--rcfile={ROOT}/pyproject.toml"]
    return [python, *(wrapper if coverage else []), *arguments]


@contextlib.contextmanager
def _system_tests(server, options, files):
    """Run pytest on ``tests/``: processes, mail servers, the tooling itself."""
    files.junit.unlink(missing_ok=True)
    arguments = ["-m", "pytest", "tests", "-q", f"--junitxml={files.junit}"]
    arguments += ["-k", options.k] if options.k else []
    arguments += ["-m", "not slow"] if options.fast else []
    with running(
        [VENV_PYTHON, *arguments],
        files.pytest.name,
        cwd=ROOT,
        env=odoo.environment(server),
    ) as process:
        yield process


def _odoo_outcome(status, options, files):
    text = files.odoo.read_text(errors="replace")
    log = TestLog(text)
    outcome = log.outcome()
    for failure in log.failures:
        say(f"\n{failure}")
    if log.sum is None:
        say(f"Odoo ended before its tests did: {first_error(text)}.")
    elif not log.started and not outcome.failed and not options.k:
        say(f"No test of {ADDON} ran.")
        outcome = outcome.with_failure()
    elif status and not outcome.failed:
        say(f"Odoo ended with status {status}: {first_error(text)}.")
        outcome = outcome.with_failure()
    say(f"Odoo tests: {outcome} ({files.odoo})")
    return outcome


def _pytest_outcome(status, options, files):
    outcome = from_junit(files.junit)
    if status == NO_TESTS and options.k:
        return outcome
    if status:
        say(files.pytest.read_text(errors="replace"))
    if not outcome.failed and (status or not outcome.ran):
        say("No system test ran." if not outcome.ran else f"pytest: status {status}.")
        outcome = outcome.with_failure()
    say(f"System tests: {outcome} ({files.pytest})")
    return outcome


def _options():
    parser = argparse.ArgumentParser(prog="bin/test", description=__doc__)
    parser.add_argument(
        "-k", metavar="NAME", help="only tests whose file, class or method has this"
    )
    parser.add_argument(
        "--fast", action="store_true", help="without browser tours and slow tests"
    )
    parser.add_argument(
        "--coverage", action="store_true", help="measure which branches Odoo tests take"
    )
    return parser.parse_args()


def _print_coverage():
    result = subprocess.run(
        [VENV_PYTHON, "-m", "coverage", "report"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    say(result.stdout + result.stderr)


if __name__ == "__main__":
    main()
