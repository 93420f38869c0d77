"""How often a step of the payment page may be taken, and by which address.

>>> parse_limit("5/40", Limit(20, 60))
Limit(per_link=5, per_address=40)
>>> parse_limit("many", Limit(20, 60))
Limit(per_link=20, per_address=60)
>>> network_of("2001:db8:1:2:3:4:5:6"), network_of("198.51.100.7"), network_of(None)
('2001:db8:1:2::/64', '198.51.100.7/32', 'unknown')
"""

import ipaddress
import re
from collections import OrderedDict
from typing import NamedTuple


class Limit(NamedTuple):
    """So often within an hour: by one link (or login), and from one address."""

    per_link: int
    per_address: int


#: What is posted to the page. The system parameter ``payment_reminder.limit.<kind>``
#: replaces a limit, as '20/60'.
LIMITS = {
    "new": Limit(5, 5),  # asking for a new link
    "opened": Limit(30, 120),
    "say": Limit(10, 30),
    "pay": Limit(20, 60),
    "handover": Limit(30, 90),  # what an agency reports
}
DEFAULT_LIMIT = Limit(20, 60)

#: So many wrong links from an address, then it has to wait (seconds). The system
#: parameter ``payment_reminder.limit.wrong`` replaces the number; 0 is no limit.
MAX_WRONG = 20
WRONG_SECONDS = 600

#: Days for which steps are remembered.
EVENT_DAYS = 30

#: New links that one customer gets by mail within a day, and that one wish sends.
MAX_MAILED_A_DAY = 3
MAX_MAILED_AT_ONCE = 5


def parse_limit(text, default):
    """Return the limit that a system parameter sets.

    :param str text: 'per link/per address'; anything else leaves ``default``
    :param Limit default: without a parameter
    :rtype: Limit
    """
    match = re.fullmatch(r"\s*(\d{1,6})\s*/\s*(\d{1,6})\s*", text or "", re.ASCII)
    return Limit(int(match[1]), int(match[2])) if match else default


def network_of(address):
    """Return what counts as one visitor: an IPv4 address, a network of IPv6.

    :param str address: may be missing or no address at all
    :rtype: str
    """
    try:
        ip = ipaddress.ip_address(address or "")
    except ValueError:
        return "unknown"
    length = 32 if ip.version == 4 else 64
    return str(ipaddress.ip_network((ip, length), strict=False))


class WrongTries:
    """Counts wrong tries by key, in the memory of one worker, and forgets them.

    >>> tries = WrongTries(seconds=60)
    >>> for second in range(3):
    ...     tries.add("a", second)
    >>> tries.count("a", 50), tries.count("b", 50), tries.count("a", 100)
    (3, 0, 0)
    """

    def __init__(self, seconds, size=10000):
        """Remember tries for ``seconds`` after the last one, of ``size`` keys."""
        self._seconds = seconds
        self._size = size
        self._tries = OrderedDict()

    def add(self, key, now):
        """Count a wrong try at the time ``now`` (seconds)."""
        self._tries[key] = (self.count(key, now) + 1, now)
        self._tries.move_to_end(key)
        while len(self._tries) > self._size:
            self._tries.popitem(last=False)

    def count(self, key, now):
        """Return how many tries of ``key`` were wrong until ``now``."""
        number, last = self._tries.get(key, (0, now))
        return number if now - last < self._seconds else 0

    def clear(self):
        """Forget everything."""
        self._tries.clear()
