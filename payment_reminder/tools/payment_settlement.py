"""What a payment settles when its money has come: the chosen parts, exactly.

Between choosing and booking something else may have been paid. What a part does not
need any more goes to the other chosen items, the first chosen first; what they do not
need either is the rest, a credit of the customer.

>>> parts = [("A", Decimal(50)), ("B", Decimal(30))]
>>> settle(parts, {"A": Decimal(50), "B": Decimal(80)}, Decimal(80)).parts
(('A', Decimal('50')), ('B', Decimal('30')))

Somebody has paid A meanwhile:

>>> settled = settle(parts, {"A": Decimal(0), "B": Decimal(70)}, Decimal(80))
>>> settled.parts, settled.rest
((('B', Decimal('70')),), Decimal('10'))
"""

from collections.abc import Hashable, Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal

Parts = Iterable[tuple[Hashable, Decimal]]
_NOTHING = Decimal(0)


@dataclass(frozen=True)
class Settlement:
    """What is settled by key, in the order of the choice, and what is left over."""

    parts: tuple[tuple[Hashable, Decimal], ...]
    rest: Decimal


@dataclass(frozen=True)
class Bundle:
    """What one line of the payment settles: whole items, then perhaps one in part."""

    account: Hashable
    amount: Decimal
    whole: tuple[Hashable, ...] = ()
    partial: Hashable | None = None


def settle(
    parts: Parts, still_open: Mapping[Hashable, Decimal], amount: Decimal
) -> Settlement:
    """Return what ``amount`` settles of the chosen ``parts``.

    :param parts: amounts by key as they were chosen, all above zero
    :param still_open: what is open by key now; what is missing is not open
    :param amount: the money that has come
    """
    chosen = dict(parts)
    left = {key: max(still_open.get(key, _NOTHING), _NOTHING) for key in chosen}
    settled = dict.fromkeys(chosen, _NOTHING)
    for limits in (chosen, left):
        for key, limit in limits.items():
            part = min(limit - settled[key], left[key] - settled[key], amount)
            part = max(part, _NOTHING)
            settled[key] += part
            amount -= part
    found = tuple((key, part) for key, part in settled.items() if part)
    return Settlement(found, amount)


def bundle(
    settlement: Settlement,
    still_open: Mapping[Hashable, Decimal],
    accounts: Mapping[Hashable, Hashable],
) -> list[Bundle]:
    """Return the lines that a payment needs so that its matching is exact.

    One for each account; a further one for each second item that is settled in part.
    The rest is in none of them.

    >>> settlement = settle([(1, Decimal(5)), (2, Decimal(3))],
    ...                     {1: Decimal(5), 2: Decimal(9)}, Decimal(8))
    >>> bundle(settlement, {1: Decimal(5), 2: Decimal(9)}, {1: "400", 2: "400"})
    [Bundle(account='400', amount=Decimal('8'), whole=(1,), partial=2)]
    """
    bundles = []
    for account in dict.fromkeys(accounts[key] for key, _part in settlement.parts):
        parts = {
            key: part for key, part in settlement.parts if accounts[key] == account
        }
        whole = tuple(key for key, part in parts.items() if part == still_open[key])
        partial = [key for key in parts if key not in whole]
        first = partial.pop(0) if partial else None
        amount = sum((parts[key] for key in whole), parts.get(first, _NOTHING))
        bundles.append(Bundle(account, amount, whole, first))
        bundles += [Bundle(account, parts[key], (), key) for key in partial]
    return bundles
