"""What payments have paid of a plan.

Payments fill the terms in the order of their dates: too little leaves a term open, too
much pays the next ones early. What is undone is simply not among the payments.

>>> days = [date(2025, month, 1) for month in (1, 2, 3, 4)]
>>> plan = [(days[1], 100), (days[2], 100), (days[3], 100)]
>>> allocation = allocate(plan, [(days[0], 130), (days[2], 50)])
>>> for line in allocation.lines:
...     print(line.date, line.paid, line.open, line.paid_on)
2025-02-01 100 0 2025-01-01
2025-03-01 80 20 None
2025-04-01 0 100 None
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from .exact import precise
from .installment_input import (
    read_date,
    read_list,
    read_pair,
    read_positive,
    read_rows,
)
from .installment_plan import Line


@dataclass(frozen=True)
class PaidLine:
    """How much of a term is paid.

    ``paid_on`` is the day of the payment that completed it, ``None`` while it is open.
    """

    date: date
    amount: Decimal
    paid: Decimal
    paid_on: date | None

    @property
    @precise
    def open(self) -> Decimal:
        """What is left to pay."""
        return self.amount - self.paid

    def is_missed(self, day: date) -> bool:
        """Return whether something is open at the end of a day after its date.

        >>> first, second = date(2025, 1, 1), date(2025, 1, 2)
        >>> line = PaidLine(first, Decimal(10), Decimal(9), None)
        >>> line.is_missed(first), line.is_missed(second)
        (False, True)
        """
        return self.paid_on is None and self.date < day


@dataclass(frozen=True)
class Allocation:
    """The terms by date with what is paid of them.

    ``remainder`` is what was paid more than the plan asked for.
    """

    lines: tuple[PaidLine, ...]
    remainder: Decimal

    @property
    @precise
    def paid(self) -> Decimal:
        """What is paid of all terms."""
        return sum((line.paid for line in self.lines), Decimal(0))

    @property
    @precise
    def open(self) -> Decimal:
        """What is left to pay of all terms."""
        return sum((line.open for line in self.lines), Decimal(0))


@precise
def allocate(
    lines: Iterable[Line | tuple[date, Decimal]],
    payments: Iterable[tuple[date, Decimal]],
) -> Allocation:
    """Return which terms are paid how far, from payments in any order.

    Payments pay the debt: what was paid for interest and fee is on another invoice.

    :param lines: of a schedule, or (date, amount) pairs
    :param payments: (date, amount) pairs, all above zero; may be none
    :raise InstallmentError: ``payment``, ``date``, ``absurd``, and what ``read_rows``
        says about the lines
    """
    rows = [
        (line.date, line.amount) if isinstance(line, Line) else line
        for line in read_list("empty", lines)
    ]
    dues = sorted(read_rows(rows), key=_get_day)
    unused = [_read_payment(payment) for payment in read_list("payment", payments)]
    unused.sort(key=_get_day)
    paid_lines = []
    for day, amount in dues:
        paid, paid_on = _pay(amount, unused)
        paid_lines.append(PaidLine(day, amount, paid, paid_on))
    remainder = sum((amount for _day, amount in unused), Decimal(0))
    return Allocation(tuple(paid_lines), remainder)


def _pay(
    amount: Decimal, unused: list[tuple[date, Decimal]]
) -> tuple[Decimal, date | None]:
    """Take an amount from the first payments; return what was there, and its last day.

    There is no day when it was not enough.
    """
    missing = amount
    while unused:
        day, available = unused.pop(0)
        if available > missing:
            unused.insert(0, (day, available - missing))
        if available >= missing:
            return amount, day
        missing -= available
    return amount - missing, None


def _read_payment(payment: Any) -> tuple[date, Decimal]:
    day, amount = read_pair("payment", payment)
    return read_date(day), read_positive("payment", amount)


def _get_day(row: tuple[date, Decimal]) -> date:
    return row[0]
