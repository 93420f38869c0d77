"""What a customer chooses to pay: items, or a part, the oldest first; exact.

>>> from datetime import date
>>> items = [
...     Item(1, date(2026, 3, 1), Decimal("80.00")),
...     Item(2, date(2026, 1, 1), Decimal("50.00")),
... ]
>>> choose(items).total
Decimal('130.00')
>>> choose(items, amount=Decimal("60.00")).parts
((2, Decimal('50.00')), (1, Decimal('10.00')))
>>> choose(items, keys=[1]).parts
((1, Decimal('80.00')),)
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from .exact import CodedError


@dataclass(frozen=True)
class Item:
    """One open receivable: its key, due date and open amount (above zero)."""

    key: int
    due: date
    amount: Decimal


@dataclass(frozen=True)
class Choice:
    """What is to be paid: amounts by key, the oldest first, all above zero."""

    parts: tuple[tuple[int, Decimal], ...]

    @property
    def total(self) -> Decimal:
        """The sum of all parts."""
        return sum((amount for _key, amount in self.parts), Decimal(0))


class ChoiceError(CodedError):
    """A choice that cannot be paid.

    Its code: empty, unknown, negative, too_much or small; number and digits when what
    was typed is no amount of the currency.
    """


def choose(
    items: Iterable[Item],
    keys: Iterable[int] | None = None,
    amount: Decimal | None = None,
    minimum: Decimal = Decimal(0),
) -> Choice:
    """Return the amounts by item that a choice means.

    :param items: everything that can be paid, in one currency
    :param keys: the chosen items, default all
    :param amount: a part of them, the oldest first; default all of them
    :param minimum: the least that is taken, unless all of it is less
    :raises ChoiceError: in codes, see there
    """
    by_key = {item.key: item for item in items}
    chosen = dict.fromkeys(by_key if keys is None else keys)
    unknown = [key for key in chosen if key not in by_key]
    if unknown:
        raise ChoiceError("unknown", keys=unknown)
    ordered = sorted((by_key[key] for key in chosen), key=lambda i: (i.due, i.key))
    total = sum((item.amount for item in ordered), Decimal(0))
    if not ordered or total <= 0:
        raise ChoiceError("empty")
    return Choice(_spread(ordered, _checked(amount, total, minimum)))


def _checked(amount: Decimal | None, total: Decimal, minimum: Decimal) -> Decimal:
    if amount is None:
        return total
    if not amount.is_finite() or amount <= 0:
        raise ChoiceError("negative", amount=amount)
    if amount > total:
        raise ChoiceError("too_much", amount=amount, total=total)
    if amount < min(minimum, total):
        raise ChoiceError("small", amount=amount, minimum=minimum)
    return amount


def _spread(ordered: list[Item], amount: Decimal) -> tuple[tuple[int, Decimal], ...]:
    parts = []
    for item in ordered:
        part = min(item.amount, amount)
        if part > 0:
            parts.append((item.key, part))
        amount -= part
    return tuple(parts)
