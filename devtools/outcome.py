"""How many tests passed, failed and were skipped, from whatever ran them."""

from dataclasses import dataclass
from xml.etree import ElementTree


@dataclass(frozen=True)
class Outcome:
    """A count of tests; two of them can be added."""

    passed: int = 0
    failed: int = 0
    skipped: int = 0

    def __add__(self, other):
        """Return the sum of both."""
        return Outcome(
            self.passed + other.passed,
            self.failed + other.failed,
            self.skipped + other.skipped,
        )

    def __str__(self):
        """Return the line with which ``bin/test`` ends."""
        text = f"{self.passed} passed, {self.failed} failed"
        return f"{text}, {self.skipped} skipped" if self.skipped else text

    @property
    def ran(self):
        """Whether anything was run at all."""
        return bool(self.passed or self.failed)

    def with_failure(self):
        """Return the same with one failure more."""
        return self + Outcome(failed=1)


def from_junit(path):
    """Return the outcome that pytest wrote, or none if it wrote nothing."""
    try:
        suites = ElementTree.parse(path).getroot().iter("testsuite")
    except (FileNotFoundError, ElementTree.ParseError):
        return Outcome()
    return sum((_of_suite(suite) for suite in suites), Outcome())


def _of_suite(suite):
    count = {
        name: int(suite.get(name, 0))
        for name in ("tests", "failures", "errors", "skipped")
    }
    failed = count["failures"] + count["errors"]
    passed = max(0, count["tests"] - failed - count["skipped"])
    return Outcome(passed, failed, count["skipped"])
