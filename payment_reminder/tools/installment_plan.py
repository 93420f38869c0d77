"""The schedule of a plan: who pays what when, exactly.

>>> terms = Terms(
...     total=Decimal("1000"),
...     step=Decimal("0.01"),
...     count=3,
...     first_date=date(2025, 1, 31),
... )
>>> for line in schedule(terms).lines:
...     print(line.number, line.date, line.amount, line.balance_after)
1 2025-01-31 333.33 666.67
2 2025-02-28 333.33 333.34
3 2025-03-31 333.34 0.00
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import ROUND_CEILING, Decimal

from .exact import precise
from .installment_dates import Rhythm, move_dates
from .installment_input import (
    MAX_TERMS,
    InstallmentError,
    Terms,
    read_count,
    read_rows,
    read_terms,
    refuse_absurd,
)
from .pricing import round_amount


@dataclass(frozen=True)
class Line:
    """One term. A down payment has the number 0, the first installment 1.

    ``amount`` is the part of the debt that it pays, without ``interest`` and ``fee``.
    ``balance_after`` is what is left of the debt.
    """

    number: int
    date: date
    amount: Decimal
    interest: Decimal
    fee: Decimal
    balance_after: Decimal

    @property
    def payment(self) -> Decimal:
        """All that is to be paid on the date."""
        return self.amount + self.interest + self.fee


@dataclass(frozen=True)
class Schedule:
    """The terms of a plan in their order, and what further edits of it follow."""

    terms: Terms
    lines: tuple[Line, ...]
    rhythm: Rhythm | None

    @property
    @precise
    def total(self) -> Decimal:
        """The debt: the exact sum of the amounts."""
        return sum((line.amount for line in self.lines), Decimal(0))

    @property
    @precise
    def total_interest(self) -> Decimal:
        """The interest of all terms."""
        return sum((line.interest for line in self.lines), Decimal(0))

    @property
    @precise
    def total_fee(self) -> Decimal:
        """The fee of all terms."""
        return sum((line.fee for line in self.lines), Decimal(0))

    @property
    @precise
    def cost(self) -> Decimal:
        """What the customer pays more than the debt: it is invoiced separately."""
        return self.total_interest + self.total_fee

    @property
    @precise
    def payable(self) -> Decimal:
        """All that the customer pays."""
        return self.total + self.cost


# === SCHEDULES === #


@precise
def schedule(terms: Terms) -> Schedule:
    """Return the terms of a plan, whose amounts sum to the total exactly.

    Installments are equal, in steps of the currency; the last one takes the remainder.
    So many terms that rounding up would leave nothing for the last ones: these get one
    step each. By amount, the last one pays what is left; if that is less than a step,
    the one before it does.

    >>> def amounts(total, step, **values):
    ...     terms = Terms(Decimal(total), Decimal(step), first_date=first, **values)
    ...     return [str(line.amount) for line in schedule(terms).lines]
    >>> first = date(2025, 1, 1)
    >>> amounts("1000", "1", amount=300)
    ['300', '300', '300', '100']
    >>> amounts("100.02", "0.05", count=3)
    ['33.35', '33.35', '33.32']
    >>> amounts("100", "1", count=2, down_payment=(40, date(2024, 12, 1)))
    ['40', '30', '30']
    >>> amounts("7", "1", count=5)
    ['1', '1', '1', '1', '3']

    :raise InstallmentError: with a code of ``CODES``
    """
    terms = read_terms(terms)
    rhythm = _get_rhythm(terms)
    amounts = _divide(terms, terms.total - _get_down_amount(terms))
    days = [day for day, _amount in terms.rows or ()]
    if rhythm:
        days = rhythm.get_dates(len(amounts))
    if terms.down_payment:
        amount, day = terms.down_payment
        amounts, days = [amount, *amounts], [day, *days]
    return build(terms, move_dates(days, terms.move_date), amounts, rhythm)


@precise
def restore(terms: Terms, rows: Iterable[tuple[date, Decimal]]) -> Schedule:
    """Return the schedule whose (date, amount) rows are known, perhaps edited ones.

    They are checked and not changed: dates are not moved again. With a down payment it
    is the first row. Interest and fee are calculated anew.

    >>> terms = Terms(90, 1, count=3, first_date=date(2025, 1, 5))
    >>> restored = restore(terms, [(date(2025, 1, 6), 50), (date(2025, 2, 5), 40)])
    >>> [line.balance_after for line in restored.lines]
    [Decimal('40'), Decimal('0')]

    :raise InstallmentError: with a code of ``CODES``, ``sum`` or ``not_rising`` first
        of all
    """
    terms = read_terms(terms)
    pairs = read_rows(rows)
    days, amounts = [day for day, _ in pairs], [amount for _, amount in pairs]
    _check_sum(terms, amounts, terms.total)
    return build(terms, move_dates(days, None), amounts, _get_rhythm(terms))


def build(
    terms: Terms,
    days: Sequence[date],
    amounts: Sequence[Decimal],
    rhythm: Rhythm | None,
) -> Schedule:
    """Return a schedule of terms that are read, rising dates and exact amounts."""
    read_count(len(amounts))
    first = 0 if terms.down_payment else 1
    if len(amounts) + first < 2:  # a down payment alone is no plan
        raise InstallmentError("empty", value=0)
    if terms.down_payment:
        terms = replace(terms, down_payment=(amounts[0], days[0]))
    balance, before = terms.total, _get_start(terms, days[0])
    lines = []
    for number, (day, amount) in enumerate(zip(days, amounts, strict=True), first):
        interest = _get_interest(terms, number, balance, (day - before).days)
        fee = Decimal(0) if lines else terms.fee
        balance, before = balance - amount, day
        lines.append(Line(number, day, amount, interest, fee, balance))
    return Schedule(terms, tuple(lines), rhythm)


def _get_rhythm(terms: Terms) -> Rhythm | None:
    """Return the rule of the dates; free ones have none."""
    if terms.first_date is None or terms.day_of_month is None:
        return None
    return Rhythm(terms.period, terms.first_date, terms.day_of_month)


def _get_down_amount(terms: Terms) -> Decimal:
    return terms.down_payment[0] if terms.down_payment else Decimal(0)


# === AMOUNTS === #


def _divide(terms: Terms, balance: Decimal) -> list[Decimal]:
    """Return the installments of the debt less its down payment."""
    if terms.count is not None:
        return share(terms, balance, terms.count)
    if terms.amount is not None:
        return _share_by_amount(terms, terms.amount, balance)
    amounts = [amount for _day, amount in terms.rows or ()]
    _check_sum(terms, amounts, balance)
    return amounts


def share(terms: Terms, balance: Decimal, number: int) -> list[Decimal]:
    """Return so many equal parts of a balance, or those of an annuity.

    Every part but the last is in whole steps, and each is one step at least.

    :raise InstallmentError: ``too_small`` or ``interest``
    """
    if balance < number * terms.step:
        raise InstallmentError(
            "too_small", balance=balance, count=number, step=terms.step
        )
    payment = _get_equal_payment(terms, balance, number)
    parts = []
    for later in range(number - 1, 0, -1):
        part = _get_principal(terms, payment, balance)
        part = min(part, balance - balance % terms.step - later * terms.step)
        parts.append(part)
        balance -= part
    return [*parts, balance]


def _get_equal_payment(terms: Terms, balance: Decimal, number: int) -> Decimal:
    """Return what is paid per period, interest included."""
    rate = terms.periodic_rate
    if not rate:
        return round_amount(balance / number, terms.step)
    payment = balance * rate / (1 - (1 + rate) ** -number)
    return round_amount(refuse_absurd("interest", payment), terms.step)


def _share_by_amount(terms: Terms, payment: Decimal, balance: Decimal) -> list[Decimal]:
    """Return parts of a balance as long as there is something to pay."""
    if balance < terms.step:
        raise InstallmentError("too_small", balance=balance, count=1, step=terms.step)
    least = int((balance / payment).to_integral_value(ROUND_CEILING))
    parts: list[Decimal] = []
    while balance:
        if len(parts) == MAX_TERMS:
            count = max(least, MAX_TERMS + 1)
            raise InstallmentError("too_many", count=count, maximum=MAX_TERMS)
        part = _get_principal(terms, payment, balance)
        if balance - part < terms.step:
            part = balance
        parts.append(part)
        balance -= part
    return parts


def _get_principal(terms: Terms, payment: Decimal, balance: Decimal) -> Decimal:
    """Return what a payment leaves for the debt after the interest of a period."""
    interest = round_interest(terms, balance * terms.periodic_rate)
    if payment <= interest:
        raise InstallmentError("interest", payment=payment, interest=interest)
    return payment - interest


def _check_sum(terms: Terms, amounts: Sequence[Decimal], balance: Decimal) -> None:
    """Refuse amounts that are not the balance, or not in steps before the last one."""
    for amount in amounts[:-1]:
        if amount % terms.step:
            raise InstallmentError(
                "off_step", name="amount", value=amount, step=terms.step
            )
    if sum(amounts) != balance:
        raise InstallmentError("sum", value=sum(amounts), total=balance)


# === INTEREST === #


def _get_start(terms: Terms, first: date) -> date:
    """Return the day from which a declining balance costs interest."""
    if not terms.interest or terms.interest.start is None:
        return first
    if terms.interest.start > first:
        raise InstallmentError("start", value=terms.interest.start, date=first)
    return terms.interest.start


def _get_interest(terms: Terms, number: int, balance: Decimal, days: int) -> Decimal:
    """Return the interest that is due with a term.

    :param balance: before the term
    :param days: since the term before it, or since the interest runs
    """
    if not terms.interest:
        return Decimal(0)
    if terms.interest.method == "annuity":
        rate = terms.periodic_rate if number else Decimal(0)
        return round_interest(terms, balance * rate)
    return round_interest(terms, balance * terms.interest.percent * days / 36500)


def round_interest(terms: Terms, interest: Decimal) -> Decimal:
    """Return interest in steps of the currency; halves go up."""
    if not interest:
        return Decimal(0)
    return round_amount(refuse_absurd("interest", interest), terms.step)
