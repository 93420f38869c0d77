"""What fees and compensations for the same late payments cover of each other.

The lump sum is credited against damages for the costs of pursuing the debt: a creditor
gets the lump sum or the costs, whichever is more, and not both (section 288(5)
sentence 3 BGB; article 6(3) of Directive 2011/7/EU; CJEU C-287/17). It does not matter
which of them was claimed first:

>>> offset = Offset()
>>> [offset.add_compensation(1, Decimal(40)), offset.add_fee([1], Decimal(10))]
[Decimal('40'), Decimal('0')]
>>> offset.add_fee([1], Decimal(35))
Decimal('5')
>>> offset = Offset()
>>> [offset.add_fee([1, 2], Decimal(10)), offset.add_compensation(1, Decimal(40))]
[Decimal('10'), Decimal('30')]
>>> [offset.add_compensation(2, Decimal(40)), offset.add_fee([2], Decimal(100))]
[Decimal('40'), Decimal('30')]

Other late payments have nothing to do with it:

>>> offset.add_fee([3], Decimal(10))
Decimal('10')
"""

from dataclasses import dataclass
from decimal import Decimal


@dataclass(frozen=True)
class _Entry:
    kind: str
    items: frozenset
    #: what it comes to by itself
    whole: Decimal
    #: what is claimed of it
    claimed: Decimal


class Offset:
    """The fees and compensations that were claimed, in any order."""

    def __init__(self):
        self._entries = []

    def keep(self, kind, items, claimed, covered):
        """Keep what was claimed before.

        :param str kind: fee or compensation
        :param items: ids of the receivables that it is about
        :param Decimal claimed: what was claimed of it
        :param Decimal covered: what was not, for the other kind covers it
        """
        entry = _Entry(kind, frozenset(items), claimed + covered, claimed)
        self._entries.append(entry)

    def add_fee(self, items, whole):
        """Return what can be claimed of a fee about some items; it is claimed then.

        :rtype: Decimal
        """
        return self._add("fee", items, whole)

    def add_compensation(self, item, whole):
        """Return what can be claimed of a compensation; it is claimed then.

        :rtype: Decimal
        """
        return self._add("compensation", [item], whole)

    def _add(self, kind, items, whole):
        related = self._get_related(frozenset(items))
        sums = {"fee": Decimal(0), "compensation": Decimal(0)}
        for entry in related:
            sums[entry.kind] += entry.whole
        sums[kind] += whole
        owed = max(sums.values()) - sum((one.claimed for one in related), Decimal(0))
        claimed = min(max(owed, Decimal(0)), whole)
        self.keep(kind, items, claimed, whole - claimed)
        return claimed

    def _get_related(self, items):
        """Return the entries that share items, also through other entries."""
        related, rest, is_growing = [], list(self._entries), True
        while is_growing:
            near = [entry for entry in rest if entry.items & items]
            rest = [entry for entry in rest if not entry.items & items]
            related += near
            items = items.union(*(entry.items for entry in near))
            is_growing = bool(near)
        return related
