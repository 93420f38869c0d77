"""``bin/test``: the style, the addon's tests in Odoo, the system tests."""

import argparse
import subprocess

from . import lint, odoo, postgres, selection
from .console import ToolError, command, say, step
from .database import Databases, first_error
from .odoo_log import TestLog
from .outcome import Outcome, from_junit
from .paths import ADDON, LOG, ROOT, STATE, VENV_PYTHON
from .process import free_port

ODOO_LOG = LOG / "test-odoo.log"
PYTEST_LOG = LOG / "test-pytest.log"
JUNIT = LOG / "test-pytest.xml"
NO_TESTS = 5  # pytest's exit status when it found none


@command
def main():
    """Run what was asked for; the last line is the sum of all."""
    options = _options()
    outcome = Outcome()
    if not options.k:
        outcome += Outcome(failed=1) if lint.report() else Outcome(passed=1)
    with postgres.session() as server:
        tests = odoo_tests(server, options) + system_tests(server, options)
    if options.k and not (tests.ran or tests.skipped):
        raise ToolError(f"No test has {options.k} in its name.")
    outcome += tests
    say(str(outcome))
    return 1 if outcome.failed else 0


def odoo_tests(server, options):
    """Install the addon in a fresh database and run its tests there."""
    tags = selection.tags_for(options.k, options.fast)
    if tags is None:
        return Outcome()
    if not (ROOT / ADDON / "__manifest__.py").exists():
        say(f"The addon {ADDON} has no __manifest__.py: no Odoo test can run.")
        return Outcome(failed=1)
    databases = Databases(server)
    template = databases.template()
    with databases.temporary(template, "test") as name:
        with step("Odoo tests"):
            status = _run_odoo(server, name, tags, options.coverage)
    outcome = _odoo_outcome(status, bool(options.k))
    if options.coverage:
        _print_coverage()
    return outcome


def system_tests(server, options):
    """Run pytest on ``tests/``: processes, mail servers, the tooling itself."""
    JUNIT.unlink(missing_ok=True)
    arguments = ["-m", "pytest", "tests", "-q", f"--junitxml={JUNIT}"]
    arguments += ["-k", options.k] if options.k else []
    arguments += ["-m", "not slow"] if options.fast else []
    with step("System tests"), PYTEST_LOG.open("w") as log:
        result = subprocess.run(
            [VENV_PYTHON, *arguments],
            cwd=ROOT,
            env=odoo.environment(server),
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            check=False,
        )
    return _pytest_outcome(result.returncode, bool(options.k))


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


def _run_odoo(server, name, tags, coverage):
    """Run Odoo with its output in the log and return its exit status."""
    python, *arguments = odoo.odoo_command(
        *("-d", name, "-i", ADDON, "--test-tags", tags, "--stop-after-init"),
        *("--http-port", free_port(), "--max-cron-threads", 0),
    )
    wrapper = ["-m", "coverage", "run", f"--rcfile={ROOT}/pyproject.toml"]
    with ODOO_LOG.open("w") as log:
        return subprocess.run(
            [python, *(wrapper if coverage else []), *arguments],
            cwd=ROOT if coverage else STATE,
            env=odoo.environment(server),
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            check=False,
        ).returncode


def _odoo_outcome(status, is_selection):
    text = ODOO_LOG.read_text(errors="replace")
    log = TestLog(text)
    outcome = log.outcome()
    for failure in log.failures:
        say(f"\n{failure}")
    if log.sum is None:
        say(f"Odoo ended before its tests did: {first_error(text)} (see {ODOO_LOG}).")
    elif not log.started and not outcome.failed and not is_selection:
        say(f"No test of {ADDON} ran.")
        outcome = outcome.with_failure()
    elif status and not outcome.failed:
        say(f"Odoo ended with status {status}: {first_error(text)} (see {ODOO_LOG}).")
        outcome = outcome.with_failure()
    say(f"Odoo tests: {outcome} ({ODOO_LOG})")
    return outcome


def _pytest_outcome(status, is_selection):
    outcome = from_junit(JUNIT)
    if status == NO_TESTS and is_selection:
        return outcome
    if status:
        say(PYTEST_LOG.read_text(errors="replace"))
    if not outcome.failed and (status or not outcome.ran):
        say("No system test ran." if not outcome.ran else f"pytest: status {status}.")
        outcome = outcome.with_failure()
    say(f"System tests: {outcome} ({PYTEST_LOG})")
    return outcome


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
