"""Days for interest: half-years, lengths of years, day counts.

Days are ordinals (``date.toordinal()``), so that the day after 9999-12-31 is a number
like any other. A span is from its first day to the day after its last one.
"""

from datetime import date

#: How days become parts of a year.
DAY_COUNTS = ("actual_365", "actual_actual", "actual_360", "thirty_360")
#: Interest is not counted for days outside of these years.
FIRST_DAY = date(1900, 1, 1)
LAST_DAY = date.max


def get_half_year_start(day):
    """Return the first day of the half-year that contains a date.

    >>> get_half_year_start(date(2026, 6, 30)), get_half_year_start(date(2026, 7, 1))
    (datetime.date(2026, 1, 1), datetime.date(2026, 7, 1))
    """
    return date(day.year, 1 if day.month <= 6 else 7, 1)


def get_half_year_end(day):
    """Return the last day of the half-year that contains a date.

    >>> get_half_year_end(date(2026, 1, 1)), get_half_year_end(date(9999, 12, 31))
    (datetime.date(2026, 6, 30), datetime.date(9999, 12, 31))
    """
    return date(day.year, 6, 30) if day.month <= 6 else date(day.year, 12, 31)


def get_half_years(first, stop):
    """Return the ordinals of the half-years that begin within a span.

    :param int first: first day
    :param int stop: the day after the last one
    :rtype: list[int]

    >>> [str(date.fromordinal(day)) for day in get_half_years(
    ...     date(2025, 3, 1).toordinal(), date(2026, 1, 2).toordinal())]
    ['2025-07-01', '2026-01-01']
    """
    return [
        start
        for year in _get_years(first, stop)
        for start in (date(year, 1, 1).toordinal(), date(year, 7, 1).toordinal())
        if first <= start < stop
    ]


def get_length_changes(first, stop):
    """Return the ordinals of the years within a span that are longer or shorter.

    >>> [str(date.fromordinal(day)) for day in get_length_changes(
    ...     date(2022, 3, 1).toordinal(), date(2025, 2, 1).toordinal())]
    ['2024-01-01', '2025-01-01']
    """
    return [
        date(year, 1, 1).toordinal()
        for year in _get_years(first, stop)
        if year > 1 and get_year_length(year) != get_year_length(year - 1)
    ]


def _get_years(first, stop):
    return range(
        date.fromordinal(first).year, date.fromordinal(max(stop - 1, 1)).year + 1
    )


def get_year_length(year):
    """Return the number of days of a calendar year.

    >>> [get_year_length(year) for year in (1900, 2000, 2024, 2025)]
    [365, 366, 366, 365]
    """
    return 366 if year % 4 == 0 and (year % 100 != 0 or year % 400 == 0) else 365


def get_year_days(day_count, first):
    """Return by how many days a year is divided in the span that begins on ``first``.

    >>> leap = date(2024, 1, 1).toordinal()
    >>> [get_year_days(day_count, leap) for day_count in DAY_COUNTS]
    [365, 366, 360, 360]
    """
    if day_count == "actual_actual":
        return get_year_length(date.fromordinal(first).year)
    return 365 if day_count == "actual_365" else 360


def count_days(day_count, first, stop):
    """Return the days of a span as a day count counts them.

    With ``thirty_360`` each month has 30 days (30E/360); parts of a span always sum to
    the whole.

    >>> january = date(2026, 1, 1).toordinal(), date(2026, 2, 1).toordinal()
    >>> count_days("actual_365", *january), count_days("thirty_360", *january)
    (31, 30)
    """
    if day_count == "thirty_360":
        return _get_thirty(stop) - _get_thirty(first)
    return stop - first


def _get_thirty(ordinal):
    """Return the number of a day on a calendar of months with 30 days."""
    if ordinal > LAST_DAY.toordinal():
        return (LAST_DAY.year + 1) * 360 + 1
    day = date.fromordinal(ordinal)
    return day.year * 360 + (day.month - 1) * 30 + min(day.day, 30)
