"""What Odoo's log says about a test run.

Odoo counts failures but not what passed, and an error in ``setUpClass`` is no test of
its own. So the records of the log are counted, and Odoo's own sum must agree.
"""

import re
from collections import namedtuple

from .outcome import Outcome

Record = namedtuple("Record", "level logger message")

_START = re.compile(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d,\d+ \d+ (\w+) \S+ ([^:\s]+): (.*)")
_STARTING = re.compile(r"Starting (\S+) \.\.\.")
_SKIPPED = re.compile(r"skipped (.+?) : ")
_FAILED = re.compile(r"(?:FAIL|ERROR): (?:Subtest )?(\S+)")
_SUM = re.compile(r"(\d+) failed, (\d+) error\(s\) of (\d+) tests when loading")


def records(text):
    """Yield the records of a log; lines without a time belong to the one before."""
    level = logger = None
    lines = []
    for line in text.splitlines():
        found = _START.match(line)
        if found:
            if lines:
                yield Record(level, logger, "\n".join(lines))
            level, logger, first = found.groups()
            lines = [first]
        elif lines:
            lines.append(line)
    if lines:
        yield Record(level, logger, "\n".join(lines))


class TestLog:
    """The tests of one log, and how they ended."""

    __test__ = False  # for pytest this is no test

    def __init__(self, text):
        self.started, self.bad, self.skipped = set(), set(), set()
        self.failures = []
        self.sum = None
        for record in records(text):
            self._read(record)

    def outcome(self):
        """Return the count; what Odoo did not get to is a failure.

        A failed test counts once however many of its subtests failed; a class whose
        set-up failed counts as one failure.
        """
        broken = self.bad - self.started
        counted = Outcome(
            passed=len(self.started - self.bad - self.skipped),
            failed=len(self.bad & self.started) + len(broken),
            skipped=len(self.skipped - self.bad),
        )
        if self.sum is None or (sum(self.sum[:2]) and not counted.failed):
            return counted.with_failure()
        return counted

    def _read(self, record):
        message = record.message
        if found := _STARTING.match(message):
            self.started.add((record.logger, found[1]))
        elif found := _SKIPPED.match(message):
            self.skipped.add((record.logger, found[1]))
        elif found := _SUM.match(message):
            self.sum = tuple(int(number) for number in found.groups())
        elif record.level == "ERROR" and (found := _FAILED.match(message)):
            self.bad.add((record.logger, found[1]))
            self.failures.append(message)
