"""What payments settle first: costs, interest or the debt; a view, nothing is booked.

Under section 367 of the German Civil Code a payment goes to the costs, then to the
interest, then to the debt; under article 319 of the Russian one to the costs, then to
the debt, and to the interest of article 395 last (Plenum of the Supreme Court of
22.11.2016 No. 54, point 37). Interest is computed on what each payment leaves.

>>> from odoo.addons.payment_reminder.tools.interest import Terms
>>> terms = Terms("fixed", margin=Decimal("36.5"))
>>> paid = [Payment(date(2025, 1, 10), Decimal(500))]
>>> order = settle(
...     1000, date(2024, 12, 31), date(2025, 1, 20), paid, [], terms, INTEREST_FIRST
... )
>>> [(row.interest, row.principal) for row in order.rows]
[(Decimal('10.00'), Decimal('490.00'))]
>>> order.principal, order.interest, order.costs
(Decimal('510.00'), Decimal('5.10'), Decimal('0'))
"""

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from .interest import Payment, compute_interest

INTEREST_FIRST = ("costs", "interest", "principal")
INTEREST_LAST = ("costs", "principal", "interest")


@dataclass(frozen=True)
class Cost:
    """A fee or compensation, from the day on which it is owed."""

    date: date
    amount: Decimal


@dataclass(frozen=True)
class Settled:
    """What one payment settles, and what is left after it."""

    date: date
    amount: Decimal
    costs: Decimal
    interest: Decimal
    principal: Decimal
    #: more was paid than was owed
    surplus: Decimal
    left: Decimal


@dataclass(frozen=True)
class Order:
    """The payments in order of their days, and what is owed at the end."""

    rows: tuple
    principal: Decimal
    interest: Decimal
    costs: Decimal

    @property
    def total(self) -> Decimal:
        """All that is owed at the end."""
        return self.principal + self.interest + self.costs


def settle(principal, due, until, payments, costs, terms, order) -> Order:
    """Return what payments settle of a debt with its interest and costs.

    :param principal: the debt on its due date, before the payments
    :param date due: the last day on which payment was in time
    :param date until: the day of the account
    :param payments: of ``Payment``; one that was undone is negative, it gives back
        debt. Corrections lessen the debt from the beginning and settle nothing, what
        is written off settles the debt only.
    :param costs: of ``Cost``
    :param Terms terms: of the interest
    :param order: ``INTEREST_FIRST`` or ``INTEREST_LAST``
    :raise InterestError: see ``tools.interest_terms.CODES``

    >>> from odoo.addons.payment_reminder.tools.interest import Terms
    >>> terms = Terms("fixed", margin=Decimal("36.5"))
    >>> costs = [Cost(date(2025, 1, 1), Decimal(40))]
    >>> paid = [Payment(date(2025, 1, 10), Decimal(1045))]
    >>> order = settle(
    ...     1000, date(2024, 12, 31), date(2025, 1, 20), paid, costs, terms,
    ...     INTEREST_LAST,
    ... )
    >>> [(row.costs, row.principal, row.interest) for row in order.rows]
    [(Decimal('40'), Decimal('1000'), Decimal('5'))]
    >>> order.interest
    Decimal('5.00')
    """
    known = sorted(
        (one for one in payments if one.date <= until), key=lambda one: one.date
    )
    corrected = sum((one.amount for one in known if one.is_correction), Decimal(0))
    account = _Account(Decimal(principal) - corrected, due, terms)
    waiting = sorted(costs, key=lambda cost: cost.date)
    rows = []
    for payment in known:
        if payment.is_correction:
            continue
        while waiting and waiting[0].date <= payment.date:
            account.costs += waiting.pop(0).amount
        rows.append(account.pay(payment, order))
    account.costs += sum((one.amount for one in waiting if one.date <= until), 0)
    interest = account.get_interest(until)
    return Order(tuple(rows), account.principal, interest, account.costs)


class _Account:
    """What is owed, day by day."""

    def __init__(self, principal, due, terms):
        self.start, self.due, self.terms = principal, due, terms
        self.principal = principal
        self.costs = Decimal(0)
        self.interest_paid = Decimal(0)
        self.reductions = []

    def get_interest(self, until):
        """Return the interest that is open at the end of a day."""
        interest = compute_interest(
            self.start, self.due, until, self.reductions, self.terms
        )
        return interest.amount - self.interest_paid

    def pay(self, payment, order):
        """Let a payment settle what its order says."""
        last = payment.date
        if not self.terms.is_payment_day_counted:
            last -= timedelta(days=1)
        interest = max(self.get_interest(last), Decimal(0))
        owed = {
            "costs": self.costs,
            "interest": interest,
            "principal": max(self.principal, Decimal(0)),
        }
        parts, rest = dict.fromkeys(owed, Decimal(0)), payment.amount
        if rest < 0:  # a payment that was undone
            parts["principal"], rest = rest, Decimal(0)
        for kind in order if payment.kind != "write_off" else ("principal",):
            part = min(rest, owed[kind])
            parts[kind] += part
            rest -= part
        self._reduce(payment.date, parts)
        left = sum(owed.values()) - sum(parts.values())
        return Settled(payment.date, payment.amount, **parts, surplus=rest, left=left)

    def _reduce(self, day, parts):
        self.costs -= parts["costs"]
        self.interest_paid += parts["interest"]
        self.principal -= parts["principal"]
        if parts["principal"]:
            self.reductions.append(Payment(day, parts["principal"]))
