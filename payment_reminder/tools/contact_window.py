"""Whether somebody may be contacted at a moment, why not, and from when on.

A rule names hours by the kind of day, caps by the kind of contact, and days to keep
after a conversation. All of it is decided in local time, and where somebody may be in
several time zones, what is allowed must be allowed in all of them.

>>> from datetime import datetime, timezone
>>> rule = Rule(
...     hours={"working": (Hours(9 * 60, 18 * 60),)},
...     caps=(Cap("call", "day", 1), Cap("call", "week", 2)),
... )
>>> monday = datetime(2025, 6, 16, 6, 30, tzinfo=timezone.utc)
>>> answer = check(rule, "call", monday, ["Europe/Brussels"])
>>> answer.allowed, answer.code, answer.next_allowed.isoformat()
(False, 'hours', '2025-06-16T07:00:00+00:00')
>>> check(rule, "call", answer.next_allowed, ["Europe/Brussels"]).allowed
True

Vladivostok's evening is near when the number can be in Moscow as well:

>>> answer = check(rule, "call", monday, ["Europe/Moscow", "Asia/Vladivostok"])
>>> answer.allowed, answer.next_allowed.isoformat()
(True, '2025-06-16T06:30:00+00:00')
>>> later = datetime(2025, 6, 16, 8, 0, tzinfo=timezone.utc)
>>> answer = check(rule, "call", later, ["Europe/Moscow", "Asia/Vladivostok"])
>>> answer.code, answer.values["zone"], answer.next_allowed.isoformat()
('hours', 'Asia/Vladivostok', '2025-06-17T06:00:00+00:00')

Contacts so far count, and so does what a rule never allows:

>>> past = [Contact(monday, "call")]
>>> answer = check(rule, "call", later, ["Europe/Brussels"], contacts=past)
>>> answer.code, answer.values["period"], answer.next_allowed.isoformat()
('cap', 'day', '2025-06-17T07:00:00+00:00')
>>> check(Rule(caps=(Cap("call", "day", 0),)), "call", later, []).next_allowed is None
True
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from functools import lru_cache
from typing import NamedTuple

import pytz

#: Kinds of contact, kinds of days, and periods that a cap counts in.
KINDS = ("call", "message", "letter", "meeting")
DAY_KINDS = ("working", "weekend", "holiday")
#: ``week`` is Monday to Sunday and ``month`` a calendar month, by local dates;
#: ``seven_days`` are the local date and the six before it.
PERIODS = ("day", "week", "month", "seven_days")

#: After so many days without an allowed moment, there is none.
HORIZON_DAYS = 100
#: The longest distance after a conversation, so that there can be a moment after it.
MAX_DISTANCE = 92
#: So far back contacts can matter, in any time zone.
LOOK_BACK_DAYS = MAX_DISTANCE + 2

DAY_MINUTES = 24 * 60
_DAY = timedelta(days=1)


class Hours(NamedTuple):
    """From ``begin`` until before ``end``: minutes of the wall clock, 1440 is 24:00."""

    begin: int
    end: int


class Cap(NamedTuple):
    """At most ``number`` contacts of a kind within a period; 0 is never."""

    kind: str
    period: str
    number: int


class Contact(NamedTuple):
    """One contact that has taken place: an aware moment and its kind."""

    moment: datetime
    kind: str
    is_conversation: bool = False


@dataclass(frozen=True)
class Rule:
    """When and how often somebody may be contacted.

    ``hours`` are by kind of day; a kind that is missing has none, so nothing is allowed
    on such days. ``None`` is any time of any day. They hold for the kinds in ``timed``.
    ``distance`` are the local dates to keep after a conversation, whose date is the
    first of them; it holds for calls.
    """

    hours: Mapping | None = None
    caps: tuple[Cap, ...] = ()
    distance: int = 0
    timed: frozenset = frozenset({"call", "message", "meeting"})


@dataclass(frozen=True)
class Answer:
    """Whether a contact is allowed; why not; from when on it is.

    ``code`` is empty, or 'cap' (``values``: kind, period, number, count), 'distance'
    (days, moment), 'day' (zone, local, day_kind) or 'hours' (the same, and hours);
    ``zone`` is one where it is not allowed. ``next_allowed`` is aware UTC, the moment
    itself if allowed, ``None`` when there is none within ``HORIZON_DAYS``.
    """

    allowed: bool
    code: str = ""
    values: dict = field(default_factory=dict, hash=False)
    next_allowed: datetime | None = None


def get_usual_day_kind(day: date) -> str:
    """Return the kind of a day without a calendar: Saturday and Sunday are weekend.

    >>> get_usual_day_kind(date(2025, 6, 16)), get_usual_day_kind(date(2025, 6, 15))
    ('working', 'weekend')
    """
    return "weekend" if day.weekday() >= 5 else "working"


def check(rule, kind, moment, zones, get_day_kind=None, contacts=()) -> Answer:
    """Return whether ``rule`` allows a contact at ``moment``.

    :param Rule rule: the rule
    :param str kind: of the contact, one of ``KINDS``
    :param moment: an aware datetime
    :param zones: names of all time zones in which somebody may be; unknown names are
        passed over, and without any that is known it is UTC
    :param get_day_kind: takes a local date and returns one of ``DAY_KINDS``
    :param contacts: of the past (``Contact``), later ones than ``moment`` do not count
    :raise ValueError: for a moment without a time zone
    """
    if moment.tzinfo is None:
        raise ValueError("a moment needs a time zone")
    moment = moment.astimezone(pytz.utc)
    past = [contact for contact in contacts if contact.moment <= moment]
    places = [
        _Place(rule, kind, zone, get_day_kind or get_usual_day_kind, past)
        for zone in _get_known(zones)
    ]
    for place in places:
        code, values = place.get_reason(moment)
        if code:
            return Answer(False, code, values, _find_next(places, moment))
    return Answer(True, next_allowed=moment)


def _find_next(places, moment):
    """Return the first moment from ``moment`` on that is allowed in all places.

    Each place moves it to its own first one, until none has to; no common moment is
    passed over, for it is not before the first one of any place.
    """
    limit = moment + HORIZON_DAYS * _DAY
    found = None
    while found != moment:
        found = moment
        for place in places:
            moment = place.get_first(moment, limit)
            if moment is None:
                return None
    return moment


def _get_known(zones):
    known = dict.fromkeys(zone for zone in zones if zone in pytz.all_timezones_set)
    return list(known) or ["UTC"]


class _Place:
    """What a rule means in one time zone."""

    def __init__(self, rule, kind, zone, get_day_kind, contacts):
        self.rule = rule
        self.kind = kind
        self.zone = zone
        self.tz = pytz.timezone(zone)
        self.get_day_kind = get_day_kind
        self.dates = [
            self._get_date(contact.moment)
            for contact in contacts
            if contact.kind == kind
        ]
        talks = [contact.moment for contact in contacts if contact.is_conversation]
        self.last_talk = max(talks, default=None) if kind == "call" else None

    def _get_date(self, moment):
        return moment.astimezone(self.tz).date()

    def get_reason(self, moment):
        """Return the code and values of what forbids a contact; empty if nothing."""
        local = moment.astimezone(self.tz)
        code, values = self._get_day_reason(local.date())
        if code or self.rule.hours is None or self.kind not in self.rule.timed:
            return code, values
        day_kind = self.get_day_kind(local.date())
        hours = tuple(self.rule.hours.get(day_kind) or ())
        values = {"zone": self.zone, "local": local, "day_kind": day_kind}
        if not hours:
            return "day", values
        minute = local.hour * 60 + local.minute
        if not any(begin <= minute < end for begin, end in hours):
            return "hours", {**values, "hours": hours}
        return "", {}

    def _get_day_reason(self, day):
        """Return what forbids a contact on the whole of a day, as ``get_reason``.

        What forbids it for ever comes first, then what does so for the longest time.
        """
        for cap in sorted(self.rule.caps, key=_get_cap_rank):
            if cap.kind != self.kind:
                continue
            count = sum(_is_in_period(other, day, cap.period) for other in self.dates)
            if count >= cap.number:
                return "cap", {**cap._asdict(), "count": count}
        if self.rule.distance and self.last_talk:
            since = (day - self._get_date(self.last_talk)).days
            if since < self.rule.distance:
                days = self.rule.distance
                return "distance", {"days": days, "moment": self.last_talk}
        return "", {}

    def get_first(self, moment, limit):
        """Return the first allowed moment from ``moment`` until ``limit``, or none."""
        day = self._get_date(moment)
        last = self._get_date(limit)
        while day <= last:
            if not self._get_day_reason(day)[0]:
                for begin, end in self._get_windows(day):
                    if end > moment:
                        found = max(begin, moment)
                        return found if found <= limit else None
            day += _DAY
        return None

    def _get_windows(self, day):
        """Return begin and end, UTC, of the allowed times of a day, in order."""
        if self.rule.hours is None or self.kind not in self.rule.timed:
            hours = (Hours(0, DAY_MINUTES),)
        else:
            hours = self.rule.hours.get(self.get_day_kind(day)) or ()
        return _get_windows(self.zone, day, tuple(hours))


def _get_cap_rank(cap):
    """Return the order in which caps are named: never, then the longest period."""
    order = ("month", "seven_days", "week", "day")
    return (cap.number > 0, order.index(cap.period))


def _is_in_period(other, day, period):
    """Return whether a contact on the date ``other`` counts on ``day``.

    >>> sunday, monday = date(2025, 6, 15), date(2025, 6, 16)
    >>> [_is_in_period(sunday, monday, period) for period in PERIODS]
    [False, False, True, True]
    >>> _is_in_period(date(2024, 2, 29), date(2024, 3, 1), "month")
    False
    """
    if period == "seven_days":
        return 0 <= (day - other).days < 7
    if period == "week":
        return other.isocalendar()[:2] == day.isocalendar()[:2]
    if period == "month":
        return (other.year, other.month) == (day.year, day.month)
    return other == day


@lru_cache(maxsize=8192)
def _get_windows(zone, day, hours):
    """Return begin and end, UTC, of wall-clock ``hours`` on a day, in order.

    A day on which clocks change has parts with different offsets: an hour that the
    clocks leave out does not come, one that they repeat comes twice.

    >>> zone = "Europe/Brussels"
    >>> windows = _get_windows(zone, date(2025, 3, 30), (Hours(90, 210),))
    >>> [f"{begin:%H:%M}-{end:%H:%M}" for begin, end in windows]
    ['00:30-01:00', '01:00-01:30']
    >>> windows = _get_windows(zone, date(2025, 10, 26), (Hours(120, 180),))
    >>> [f"{begin:%H:%M}-{end:%H:%M}" for begin, end in windows]
    ['00:00-01:00', '01:00-02:00']
    """
    midnight = pytz.utc.localize(datetime.combine(day, time.min))
    windows = []
    for start, stop, offset in _get_parts(zone, day):
        for begin, end in hours:
            first = max(start, midnight + timedelta(minutes=begin) - offset)
            last = min(stop, midnight + timedelta(minutes=end) - offset)
            if first < last:
                windows.append((first, last))
    return tuple(sorted(windows))


def _get_parts(zone, day):
    """Return begin, end (UTC) and offset of the stretches that make up a local day.

    One, two when the clocks change, and none where a day was left out (Samoa, 2011).
    """
    tz = pytz.timezone(zone)
    start = pytz.utc.localize(datetime.combine(day, time.min)) - timedelta(hours=15)
    stop = start + timedelta(hours=24 + 15 + 13)
    midnight = pytz.utc.localize(datetime.combine(day, time.min))
    parts = []
    for begin, end in _split_at_changes(tz, start, stop):
        offset = begin.astimezone(tz).utcoffset()
        first = max(begin, midnight - offset)
        last = min(end, midnight + _DAY - offset)
        if first < last:
            parts.append((first, last, offset))
    return parts


def _split_at_changes(tz, start, stop):
    """Return the stretches of equal offset between two moments, days apart."""

    def get_offset(moment):
        return moment.astimezone(tz).utcoffset()

    if get_offset(start) == get_offset(stop):
        return [(start, stop)]
    low, high = 0, int((stop - start).total_seconds())
    while high - low > 1:
        middle = (low + high) // 2
        if get_offset(start + timedelta(seconds=middle)) == get_offset(start):
            low = middle
        else:
            high = middle
    change = start + timedelta(seconds=high)
    return [(start, change), (change, stop)]
