"""How much of a working day is left beside absences.

Times of a day are ``timedelta`` from its midnight.

>>> from datetime import timedelta
>>> def hours(begin, end):
...     return timedelta(hours=begin), timedelta(hours=end)
>>> morning, afternoon = (*hours(8, 12), 0.5), (*hours(13, 17), 0.5)
>>> count_left([morning, afternoon], [])
1.0
>>> count_left([morning, afternoon], [hours(-30, 10)])
0.75
>>> count_left([morning, afternoon], [hours(0, 10), hours(12, 24)])
0.25
"""

from datetime import timedelta

NOTHING = timedelta(0)


def count_left(pieces, absences):
    """Return how many days of work the absences leave.

    :param pieces: of work: begin, end, and days that it counts
    :param absences: begin and end; they do not overlap
    :rtype: float
    """
    return sum(
        days * (1 - _get_overlap(begin, end, absences) / (end - begin))
        for begin, end, days in pieces
    )


def _get_overlap(begin, end, absences):
    """Return how long the absences between begin and end are."""
    overlaps = (min(end, stop) - max(begin, start) for start, stop in absences)
    return sum((max(overlap, NOTHING) for overlap in overlaps), NOTHING)
