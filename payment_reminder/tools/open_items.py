"""What is open of debts when money came that nobody has matched with them yet.

It counts from its own date, for the oldest debts first, as if it had been matched with
them. A credit note that reverses one of the debts corrects that one before it counts
for others.

>>> paid = allocate({"A": 60, "B": 50}, [Credit(date(2025, 5, 15), 100)])
>>> [(key, [int(one.amount) for one in rows]) for key, rows in paid.items()]
[('A', [60]), ('B', [40])]
"""

from collections.abc import Hashable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from .interest_terms import Payment


@dataclass(frozen=True)
class Debt:
    """A receivable on a day; amounts are exact and in its currency."""

    #: as it was invoiced
    amount: Decimal
    #: what has lowered it, matched or not, in order of the dates
    payments: tuple[Payment, ...] = ()
    #: what the books say is open now, with what is matched and dated ahead
    residual: Decimal = Decimal(0)

    @property
    def principal(self) -> Decimal:
        """What was owed from the beginning: as invoiced, less corrections.

        >>> day = date(2026, 2, 1)
        >>> paid = (Payment(day, 400, "reversal"), Payment(day, 100))
        >>> debt = Debt(1000, paid)
        >>> debt.principal, debt.open
        (600, 500)
        """
        return self.amount - _sum(one for one in self.payments if one.is_correction)

    @property
    def booked(self) -> Decimal:
        """What the books say is open: without what is not matched."""
        return self.amount - _sum(one for one in self.payments if one.is_matched)

    @property
    def unmatched(self) -> Decimal:
        """What was received for it and is not matched with it.

        >>> paid = (Payment(date(2026, 2, 1), 100, is_matched=False),)
        >>> debt = Debt(1000, paid)
        >>> debt.booked, debt.unmatched, debt.open
        (1000, 100, 900)
        """
        return _sum(one for one in self.payments if not one.is_matched)

    @property
    def open(self) -> Decimal:
        """What is open on the day, whether what came was matched or not."""
        return self.amount - _sum(self.payments)

    @property
    def left(self) -> Decimal:
        """What is still to be paid: a cheque that is matched and dated ahead counts.

        What plans, agencies and files ask for.

        >>> paid = (Payment(date(2026, 2, 1), 100, is_matched=False),)
        >>> Debt(1000, paid, residual=600).left
        500
        """
        return self.residual - self.unmatched


@dataclass(frozen=True)
class Credit:
    """Money or a credit note of a customer that is not matched with anything."""

    date: date
    amount: Decimal
    kind: str = "payment"
    line_id: int | None = None
    #: keys of the debts that it corrects
    corrects: tuple[Hashable, ...] = ()


def allocate(
    debts: Mapping[Hashable, Decimal],
    credits: Iterable[Credit],
    kept: Mapping[Hashable, Decimal] | None = None,
) -> dict[Hashable, list[Payment]]:
    """Return what unmatched credits pay of debts; what is too much pays nothing.

    :param debts: what each is open for, in the order in which they are paid
    :param kept: what was taken off already of debts that went elsewhere: they get it
        before all others
    :return: what counts for each debt, in order of the dates

    >>> credit = Credit(date(2025, 6, 1), 30, "credit", ("B",))
    >>> paid = allocate({"A": 60, "B": 20}, [credit])
    >>> [(key, one.kind, int(one.amount)) for key in paid for one in paid[key]]
    [('A', 'credit', 10), ('B', 'reversal', 20)]
    >>> paid = allocate({"A": 60, "B": 50}, [Credit(date(2025, 6, 1), 70)], {"B": 40})
    >>> [(key, sum(one.amount for one in rows)) for key, rows in paid.items()]
    [('A', 30), ('B', 40)]
    """
    left = {key: max(amount, Decimal(0)) for key, amount in debts.items()}
    paid = {key: [] for key in debts}
    kept = {key: min(part, left[key]) for key, part in (kept or {}).items()}
    left = {key: amount - kept.get(key, 0) for key, amount in left.items()}
    for credit in sorted(credits, key=lambda one: (not one.corrects, one.date)):
        rest = _pay(credit.corrects, credit, credit.amount, "reversal", left, paid)
        rest = _pay(kept, credit, rest, credit.kind, kept, paid)
        _pay(debts, credit, rest, credit.kind, left, paid)
    for rows in paid.values():
        rows.sort(key=lambda one: one.date)
    return paid


def _pay(keys, credit, amount, kind, left, paid):
    """Pay debts with a credit; return what is left of it."""
    for key in keys:
        part = min(left.get(key, Decimal(0)), amount)
        if part > 0:
            left[key] -= part
            amount -= part
            paid[key].append(Payment(credit.date, part, kind, False, credit.line_id))
    return amount


def _sum(payments):
    return sum((one.amount for one in payments), Decimal(0))
