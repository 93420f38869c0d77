"""What time it is where somebody is called, and whether one calls at that hour.

>>> from datetime import datetime
>>> noon = datetime(2025, 6, 16, 12, 0)
>>> get_local_time(["Europe/Brussels"], noon)
LocalTime(earliest=datetime.time(14, 0), latest=datetime.time(14, 0), is_day=True)
>>> get_local_time(["America/Chicago"], noon).is_day
False
>>> get_local_time([], noon) is None
True
"""

from datetime import datetime, time
from typing import NamedTuple

import pytz

#: Between these hours a call disturbs nobody's sleep or meal at home.
DAY_BEGINS, DAY_ENDS = time(8), time(20)


class LocalTime(NamedTuple):
    """The time there: two, when a country or a number has several zones.

    ``is_day`` is whether it is daytime in all of them.
    """

    earliest: time
    latest: time
    is_day: bool


def get_local_time(zones, now: datetime) -> LocalTime | None:
    """Return the local time in ``zones``, or nothing without any that is known.

    >>> zones = ["Europe/Moscow", "Asia/Vladivostok", "Nowhere/Atall"]
    >>> get_local_time(zones, datetime(2025, 6, 16, 6, 30))
    LocalTime(earliest=datetime.time(9, 30), latest=datetime.time(16, 30), is_day=True)

    :param zones: names of time zones
    :param now: the moment, in UTC without a zone
    """
    moment = pytz.utc.localize(now)
    there = sorted(
        moment.astimezone(pytz.timezone(zone)).replace(tzinfo=None)
        for zone in zones
        if zone in pytz.all_timezones_set
    )
    if not there:
        return None
    return LocalTime(there[0].time(), there[-1].time(), all(map(_is_day, there)))


def _is_day(moment):
    return DAY_BEGINS <= moment.time() < DAY_ENDS
