"""The dates of installments: counted from an anchor, moved, always rising.

A month that is too short has its last day instead, and the next one is counted from
the anchor again, as iCalendar does with ``SKIP=BACKWARD`` (RFC 7529):

>>> rhythm = Rhythm("monthly", date(2025, 1, 31), 31)
>>> [str(day) for day in rhythm.get_dates(3)]
['2025-01-31', '2025-02-28', '2025-03-31']
"""

from calendar import monthrange
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import count

from .installment_input import InstallmentError, read_date

_WEEKS = {"weekly": 1, "fortnightly": 2}
_MONTHS = {"monthly": 1, "quarterly": 3}
_ONE_DAY = timedelta(days=1)


@dataclass(frozen=True)
class Rhythm:
    """The first date, whatever its day, and the rule for those that follow it."""

    period: str
    anchor: date
    day: int

    def get_date(self, index: int) -> date:
        """Return the date that is ``index`` periods after the anchor, not moved.

        >>> Rhythm("quarterly", date(2025, 1, 10), 15).get_date(1)
        datetime.date(2025, 4, 15)
        >>> Rhythm("fortnightly", date(2025, 1, 10), 15).get_date(1)
        datetime.date(2025, 1, 24)
        """
        if not index:
            return self.anchor
        if self.period in _WEEKS:
            return self.anchor + timedelta(weeks=index * _WEEKS[self.period])
        months = self.anchor.year * 12 + self.anchor.month - 1
        year, month = divmod(months + index * _MONTHS[self.period], 12)
        return _get_day(year, month + 1, self.day)

    def get_dates(self, number: int) -> list[date]:
        """Return so many dates, the first one is the anchor."""
        return [self.get_date(index) for index in range(number)]

    def get_next(self, day: date) -> date:
        """Return the first date of the rhythm that is after a day.

        >>> Rhythm("monthly", date(2025, 1, 31), 31).get_next(date(2025, 3, 1))
        datetime.date(2025, 3, 31)
        """
        return next(x for x in map(self.get_date, count()) if x > day)

    def restart(self, anchor: date) -> "Rhythm":
        """Return the same period, counted from another anchor.

        Later dates have the day of the new anchor, unless the old rule has led to it:

        >>> rhythm = Rhythm("monthly", date(2025, 1, 31), 31)
        >>> rhythm.restart(date(2025, 2, 28)).day, rhythm.restart(date(2025, 2, 14)).day
        (31, 14)
        """
        follows = _get_day(anchor.year, anchor.month, self.day) == anchor
        return Rhythm(self.period, anchor, self.day if follows else anchor.day)


def _get_day(year: int, month: int, day: int) -> date:
    """Return a day of a month, or the last one of a month that has no such day."""
    return date(year, month, min(day, monthrange(year, month)[1]))


def move_dates(
    days: Iterable[date],
    move: Callable[[date], date] | None,
    after: date | None = None,
) -> list[date]:
    """Return rising dates moved, each one after the one before it.

    Where moving makes two dates equal or lets them fall, the later one is pushed to the
    next day that is not moved. The dates after it are not pushed along.

    >>> new_year = lambda day: max(day, date(2026, 1, 9))
    >>> weekly = Rhythm("weekly", date(2026, 1, 1), 1).get_dates(3)
    >>> [day.day for day in move_dates(weekly, new_year)]
    [9, 10, 15]

    :param after: all dates must be after this one
    :raise InstallmentError: ``not_rising`` when the dates as given do not rise,
        ``move_date`` when a day is moved to what is no later day
    """
    moved: list[date] = []
    last_given = last = after
    for day in days:
        if last_given and day <= last_given:
            raise InstallmentError("not_rising", date=day, before=last_given)
        last_given = day
        last = _move(max(day, last + _ONE_DAY) if last else day, move)
        moved.append(last)
    return moved


def _move(day: date, move: Callable[[date], date] | None) -> date:
    """Return a day moved; what moves it can be mistaken."""
    if not move:
        return day
    try:
        moved = read_date(move(day), "move_date")
    except OverflowError:
        raise InstallmentError("move_date", date=day, value=None) from None
    if moved < day:
        raise InstallmentError("move_date", date=day, value=moved)
    return moved
