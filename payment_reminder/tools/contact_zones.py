"""In which time zones somebody may be: what the number and the address leave.

A Russian mobile can be anywhere from Kaliningrad to Kamchatka; the address tells more:

>>> mobile = ["Europe/Bucharest", "Europe/Moscow", "Asia/Almaty", "Asia/Kamchatka"]
>>> get_zones(mobile, "RU", country="RU", state="KAM", year=2025)
('Asia/Kamchatka',)
>>> get_zones(mobile, "RU", year=2025)[:2]
('Europe/Kaliningrad', 'Europe/Moscow')

Where number and address contradict each other, both count (12 CFR 1006.6, comment
(b)(1)(i)-2); a statement ends all doubts:

>>> get_zones(["America/New_York"], "US", country="US", state="CA", year=2025)
('America/Los_Angeles', 'America/New_York')
>>> get_zones(["America/New_York"], "US", "US", "CA", stated="America/Denver")
('America/Denver',)
>>> get_zones([], "", year=2025)
()
"""

from datetime import datetime, timedelta
from functools import lru_cache

import pytz

from .state_zones import STATE_ZONES

#: The offsets of zones are compared so many days apart.
SAMPLE_DAYS = 7


def get_zones(
    number_zones, region="", country="", state="", hint="", stated="", year=2025
):
    """Return the names of all zones that remain, one of those that are alike.

    :param number_zones: of the phone number, may be empty
    :param str region: the country of the number
    :param str country: of the address, two letters
    :param str state: code of its state, as ISO 3166-2 has it behind the country
    :param str hint: a zone that counts only if the address, else the number, allows it
    :param str stated: a zone that somebody has entered on purpose: it counts alone
    :param int year: in which zones are compared
    :rtype: tuple[str]
    """
    if stated in pytz.all_timezones_set:
        return (stated,)
    number = _get_proper(number_zones, region, year)
    address = _get_address_zones(country, state)
    if hint in pytz.all_timezones_set and _is_among(hint, address or number, year):
        address = (hint,)
    common = [zone for zone in address if number and _is_among(zone, number, year)]
    return _drop_alike(common or [*address, *number], year)


def _get_address_zones(country, state):
    """Return the zones of a state, else of its country.

    >>> _get_address_zones("KI", ""), _get_address_zones("", "")
    (('Pacific/Tarawa', 'Pacific/Kanton', 'Pacific/Kiritimati'), ())
    """
    country = (country or "").upper()
    by_state = STATE_ZONES.get(country, {})
    found = by_state.get((state or "").upper())
    return tuple(found or pytz.country_timezones.get(country) or ())


def _get_proper(zones, region, year):
    """Return zones of a number, foreign ones replaced by those of its country.

    Tables of numbers name one zone for many: 'Europe/Bucharest' for Kaliningrad,
    although its clocks never change.

    >>> _get_proper(["Europe/Bucharest"], "RU", 2025)
    ('Europe/Kaliningrad',)
    >>> _get_proper(["Atlantic/Bermuda"], "US", 2025)
    ('Atlantic/Bermuda',)
    """
    own = pytz.country_timezones.get((region or "").upper()) or ()
    proper = []
    for zone in zones:
        if zone not in pytz.all_timezones_set:
            continue
        alike = []
        if own and zone not in own:
            standard = min(_get_offsets(zone, year))
            alike = [name for name in own if min(_get_offsets(name, year)) == standard]
        proper += alike or [zone]
    return _drop_alike(proper, year)


def _is_among(zone, others, year):
    """Return whether clocks go as in one of ``others``; without any, yes."""
    offsets = _get_offsets(zone, year)
    return not others or any(_get_offsets(other, year) == offsets for other in others)


def _drop_alike(zones, year):
    """Return one zone for each way that clocks go, the first one."""
    by_offsets = {}
    for zone in zones:
        by_offsets.setdefault(_get_offsets(zone, year), zone)
    return tuple(by_offsets.values())


@lru_cache(maxsize=1024)
def _get_offsets(zone, year):
    """Return how far the clocks are from UTC through a year, week by week."""
    tz = pytz.timezone(zone)
    first = pytz.utc.localize(datetime(year, 1, 1, 12))
    days = range(0, 366, SAMPLE_DAYS)
    return tuple(
        (first + timedelta(days=day)).astimezone(tz).utcoffset() for day in days
    )
