"""What a day is to a working calendar: how much of it is worked, or a holiday.

Times of a day are ``timedelta`` from its midnight.

>>> def hours(begin, end):
...     return timedelta(hours=begin), timedelta(hours=end)
>>> usual = (*hours(8, 12), 0.5), (*hours(13, 17), 0.5)
>>> Day(usual).share, Day(usual, absences=[hours(-30, 10)]).share
(1.0, 0.75)
>>> Day(usual, absences=[hours(0, 10), hours(9, 10), hours(12, 24)]).share
0.25

What is worked beyond the usual makes a working day only of one that is none:

>>> Day(usual, worked=[(*hours(18, 22), 0.5)]).share
1.0
>>> Day(worked=[(*hours(0, 24), 1.0)]).share, Day().share
(1.0, 0)
"""

from dataclasses import dataclass
from datetime import timedelta

NOTHING = timedelta(0)
#: Noon tells whether a day on which nobody works anyway is a holiday.
NOON = timedelta(hours=12)


@dataclass(frozen=True)
class Day:
    """A date of a calendar.

    ``usual`` and ``worked`` are pieces of work: begin, end, and days that they count;
    ``absences`` begin and end, and may overlap.
    """

    usual: tuple = ()
    #: work beyond the usual, such as on a Saturday
    worked: tuple = ()
    absences: tuple = ()

    @property
    def share(self):
        """How much of a working day it is: 0.5 for half a day, 0 for a day off."""
        pieces = self.usual or self.worked
        absences = self.absences and list(_merge(self.absences))
        if not absences:
            return sum(days for _begin, _end, days in pieces)
        return sum(
            days * (1 - _get_overlap(begin, end, absences) / (end - begin))
            for begin, end, days in pieces
        )

    @property
    def is_holiday(self):
        """Whether absences are why nobody works.

        >>> night = timedelta(hours=-2), timedelta(hours=2)
        >>> whole = timedelta(0), timedelta(hours=24)
        >>> Day(absences=[whole]).is_holiday, Day(absences=[night]).is_holiday
        (True, False)
        """
        if self.share > 0:
            return False
        at_noon = any(begin <= NOON <= end for begin, end in self.absences)
        return bool(self.usual) or at_noon


def _merge(spans):
    """Yield spans that do not overlap, in their order."""
    last = None
    for begin, end in sorted(spans):
        if last and begin <= last[1]:
            last = last[0], max(last[1], end)
            continue
        if last:
            yield last
        last = begin, end
    if last:
        yield last


def _get_overlap(begin, end, absences):
    """Return how long the absences between begin and end are."""
    overlaps = (min(end, stop) - max(begin, start) for start, stop in absences)
    return sum((max(overlap, NOTHING) for overlap in overlaps), NOTHING)
