import random
from datetime import timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from odoo.tests import BaseCase, tagged

from ..tools.contact_window import (
    DAY_KINDS,
    HORIZON_DAYS,
    PERIODS,
    Cap,
    Contact,
    Hours,
    Rule,
    check,
    get_usual_day_kind,
)
from .test_tools_contact_window import utc

QUICK = settings(max_examples=200, deadline=None, derandomize=True)
KINDS = ("call", "message")
ZONES = (
    "Pacific/Pago_Pago",  # -11
    "America/New_York",
    "America/St_Johns",
    "UTC",
    "Europe/Kaliningrad",
    "Europe/Brussels",
    "Asia/Kathmandu",
    "Australia/Lord_Howe",  # clocks change by half an hour
    "Asia/Kamchatka",
    "Pacific/Chatham",
    "Pacific/Kiritimati",  # +14
)


def get_day_kind(day):
    """Every first of a month is a holiday, and the Saturday after it is worked."""
    if day.day == 1:
        return "holiday"
    return "working" if day.weekday() == 5 and day.day < 8 else get_usual_day_kind(day)


@st.composite
def hours(draw):
    marks = st.lists(st.integers(0, 24 * 4), min_size=2, max_size=4, unique=True)
    edges = sorted(mark * 15 for mark in draw(marks))
    return tuple(Hours(*pair) for pair in zip(edges[::2], edges[1::2], strict=False))


@st.composite
def rules(draw):
    days = st.sets(st.sampled_from(DAY_KINDS), min_size=1)
    by_kind = {kind: draw(hours()) for kind in sorted(draw(days))}
    caps = st.builds(
        Cap, st.sampled_from(KINDS), st.sampled_from(PERIODS), st.integers(0, 3)
    )
    return Rule(
        hours=draw(st.sampled_from([None, by_kind])),
        caps=tuple(draw(st.lists(caps, max_size=3))),
        distance=draw(st.sampled_from([0, 0, 1, 7])),
    )


@st.composite
def questions(draw):
    # around changes of the clocks, a leap day and ends of months and years
    anchor = st.sampled_from(
        ["2024-02-28", "2024-03-09", "2024-03-30", "2024-04-06", "2024-10-26"]
        + ["2024-11-02", "2024-12-30", "2025-06-13"]
    )
    start = utc(draw(anchor)) + timedelta(minutes=draw(st.integers(0, 5 * 24 * 60)))
    ago = st.integers(-60, 40 * 24 * 60)
    past = [
        Contact(start - timedelta(minutes=minutes), kind, talk)
        for minutes, kind, talk in draw(
            st.lists(st.tuples(ago, st.sampled_from(KINDS), st.booleans()), max_size=4)
        )
    ]
    zones = draw(st.lists(st.sampled_from(ZONES), min_size=1, max_size=3))
    return start, zones, past


@tagged("post_install", "-at_install")
class TestContactWindowProperties(BaseCase):
    """What is said to be the next allowed moment is, and no earlier one."""

    @QUICK
    @given(rules(), st.sampled_from(KINDS), questions())
    def test_next_allowed_is_allowed_and_nothing_earlier_is(self, rule, kind, question):
        start, zones, past = question
        past = [contact for contact in past if contact.moment <= start]
        answer = self._check(rule, kind, start, zones, past)
        self.assertEqual(answer.allowed, answer.next_allowed == start)
        self.assertEqual(answer.allowed, not answer.code)
        found = answer.next_allowed
        if found:
            self.assertTrue(self._check(rule, kind, found, zones, past).allowed)
        end = found or start + timedelta(days=HORIZON_DAYS)
        for moment in self._sample(start, end):
            earlier = self._check(rule, kind, moment, zones, past)
            self.assertFalse(earlier.allowed, moment)

    @QUICK
    @given(rules(), st.sampled_from(KINDS), questions())
    def test_allowed_in_all_zones_is_allowed_in_each(self, rule, kind, question):
        start, zones, past = question
        together = self._check(rule, kind, start, zones, past)
        alone = [self._check(rule, kind, start, [zone], past) for zone in zones]
        self.assertEqual(together.allowed, all(one.allowed for one in alone))
        if together.next_allowed:
            latest = max(one.next_allowed for one in alone)
            self.assertGreaterEqual(together.next_allowed, latest)

    def _check(self, rule, kind, moment, zones, past):
        return check(rule, kind, moment, zones, get_day_kind, past)

    def _sample(self, start, end):
        """Yield moments from start on and before end, both ends among them."""
        seconds = int((end - start).total_seconds())
        if seconds <= 0:
            return
        source = random.Random(seconds)
        steps = {0, seconds - 1, max(seconds - 60, 0), max(seconds - 3600, 0)}
        steps |= {source.randrange(seconds) for _number in range(25)}
        yield from (start + timedelta(seconds=step) for step in sorted(steps))
