"""What a plan of installments is made from, read and checked.

Whatever is put in, the only error is ``InstallmentError``. The message is for
developers, the code and the values are for whoever words it for people:

>>> try:
...     read_terms(Terms(total=100, step=1, count=3))
... except InstallmentError as error:
...     error.code, error.values
('first_date', {'value': None})
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal, DecimalException
from typing import Any

from .exact import MAXIMUM, MIN_ROUNDING, CodedError, precise

#: A plan has no more terms than this, a down payment included.
MAX_TERMS = 600
#: Up to this year a date can be meant; the dates that follow it must exist, too.
MAX_YEAR = 9000

#: How many periods a year has.
PERIODS_PER_YEAR = {"weekly": 52, "fortnightly": 26, "monthly": 12, "quarterly": 4}
METHODS = ("declining", "annuity")

#: All that can be wrong. Most codes are the name of the argument that is refused.
CODES = (
    # terms
    "choice",  # not exactly one of count, amount and rows: their names in 'given'
    "total",
    "step",
    "count",
    "amount",
    "period",
    "first_date",
    "day_of_month",
    "down_payment",  # not below the total
    "fee",
    "percent",
    "method",
    "start",  # interest would run from a day that is missing or after the first date
    # plans
    "empty",
    "too_many",
    "too_small",  # 'balance' has not as many steps as it must have terms
    "off_step",
    "not_rising",
    "date",
    "move_date",
    "sum",
    "interest",  # 'interest' leaves nothing of 'payment' that would pay off the debt
    # edits
    "index",
    "last",  # there is no later term that could take the difference
    # payments
    "payment",
    # any number
    "absurd",
)


class InstallmentError(CodedError):
    """A plan that cannot be: ``code`` is one of ``CODES``.

    ``values`` names what is wrong: numbers are ``Decimal`` or ``int``, what is no
    number or no date at all is left as it came.

    >>> error = InstallmentError("too_many", count=1000, maximum=MAX_TERMS)
    >>> error.code, error.values["count"], str(error)
    ('too_many', 1000, 'too_many (count=1000, maximum=600)')
    """


@dataclass(frozen=True)
class Interest:
    """What a plan costs per year.

    - ``declining``: equal parts of the debt, and interest on what is left of it, for
      the days from ``start`` or the term before: actual/365 (fixed), as in the 2006
      ISDA Definitions, section 4.16(d).
    - ``annuity``: equal payments that contain the interest of one period, a part of
      the year's (a twelfth per month), as PMT of OpenFormula (ODF 1.2, part 2) and
      numpy-financial: balance × rate / (1 - (1 + rate)⁻ⁿ). The dates do not matter to
      it, and a down payment costs nothing.
    """

    percent: Decimal
    method: str = "declining"
    start: date | None = None


@dataclass(frozen=True)
class Terms:
    """What is asked for: exactly one of ``count``, ``amount`` and ``rows``.

    - ``total``: the debt. A ``float`` counts as the number that it shows.
    - ``step``: the smallest unit of the currency, or of its cash. All amounts are in
      whole steps; what the total has beyond them is in the last term.
    - ``count``: how many installments, besides a down payment
    - ``amount``: what an installment pays: of the debt, or with an annuity in all
    - ``rows``: free (date, amount) pairs, which sum to the total less a down payment
    - ``day_of_month``: of the dates after ``first_date``; 31 is the end of each month.
      Without it they have the day of ``first_date``. Weeks do not care.
    - ``down_payment``: (amount, date), is term 0
    - ``move_date``: returns the day itself or a later one, as the next business day
    - ``fee``: for the whole plan, due with its first term
    """

    total: Decimal
    step: Decimal
    count: int | None = None
    amount: Decimal | None = None
    rows: Iterable[tuple[date, Decimal]] | None = None
    period: str = "monthly"
    first_date: date | None = None
    day_of_month: int | None = None
    down_payment: tuple[Decimal, date] | None = None
    move_date: Callable[[date], date] | None = None
    interest: Interest | None = None
    fee: Decimal = Decimal(0)

    @property
    def periodic_rate(self) -> Decimal:
        """The part of the debt that an annuity costs per period; else nothing.

        >>> Terms(1, 1, interest=Interest(Decimal(12), "annuity")).periodic_rate
        Decimal('0.01')
        """
        if not self.interest or self.interest.method != "annuity":
            return Decimal(0)
        return self.interest.percent / (100 * PERIODS_PER_YEAR[self.period])


# === TERMS === #


@precise
def read_terms(terms: Terms) -> Terms:
    """Return the terms with their numbers and dates read and checked.

    :raise InstallmentError: any of the first block of ``CODES``, ``off_step``,
        ``date``, ``empty``, ``too_many`` or ``absurd``
    """
    step = _read_exact("step", terms.step)
    terms = replace(terms, step=step, total=_read_exact("total", terms.total))
    return replace(
        terms,
        **_read_choice(terms),
        **_read_rhythm(terms),
        down_payment=_read_down_payment(terms),
        interest=_read_interest(terms),
        fee=read_in_steps("fee", terms.fee, step, is_zero_good=True),
    )


def _read_exact(code: str, value: Any) -> Decimal:
    """Return a positive number; one that no currency can keep would never come out."""
    number = read_positive(code, value)
    if number % MIN_ROUNDING:
        raise InstallmentError(code, value=number)
    return number


def _read_choice(terms: Terms) -> dict[str, Any]:
    """Return what says how the total is divided."""
    names = ("count", "amount", "rows")
    given = tuple(name for name in names if getattr(terms, name) is not None)
    if len(given) != 1:
        raise InstallmentError("choice", given=given)
    if terms.count is not None:
        return {"count": read_count(terms.count)}
    if terms.amount is not None:
        return {"amount": read_in_steps("amount", terms.amount, terms.step)}
    return {"rows": read_rows(terms.rows)}


def _read_rhythm(terms: Terms) -> dict[str, Any]:
    """Return what the dates follow; free ones follow nothing."""
    if not isinstance(terms.period, str) or terms.period not in PERIODS_PER_YEAR:
        raise InstallmentError("period", value=terms.period)
    if terms.move_date is not None and not callable(terms.move_date):
        raise InstallmentError("move_date", date=None, value=terms.move_date)
    if terms.rows is not None:
        return {"first_date": None, "day_of_month": None}
    first = read_date(terms.first_date, "first_date")
    day = first.day if terms.day_of_month is None else terms.day_of_month
    number = read_number("day_of_month", day)
    if number not in range(1, 32):
        raise InstallmentError("day_of_month", value=number)
    return {"first_date": first, "day_of_month": int(number)}


def _read_down_payment(terms: Terms) -> tuple[Decimal, date] | None:
    if terms.down_payment is None:
        return None
    value, day = read_pair("down_payment", terms.down_payment)
    amount = read_in_steps("down_payment", value, terms.step)
    if amount >= terms.total:
        raise InstallmentError("down_payment", value=amount, total=terms.total)
    return amount, read_date(day)


def _read_interest(terms: Terms) -> Interest | None:
    """Return the interest, or ``None`` where it is zero."""
    interest = terms.interest
    if interest is None:
        return None
    if not isinstance(interest, Interest) or interest.method not in METHODS:
        raise InstallmentError("method", value=getattr(interest, "method", interest))
    percent = read_number("percent", interest.percent)
    if percent < 0 or percent % MIN_ROUNDING:
        raise InstallmentError("percent", value=percent)
    if interest.method == "annuity" and terms.rows is not None:
        raise InstallmentError("method", value=interest.method)
    if interest.method == "declining" and percent:
        return Interest(percent, "declining", read_date(interest.start, "start"))
    return Interest(percent, interest.method) if percent else None


# === ROWS === #


def read_rows(rows: Any) -> tuple[tuple[date, Decimal], ...]:
    """Return (date, amount) pairs, all amounts above zero.

    >>> read_rows([(date(2025, 1, 31), 0.1)])
    ((datetime.date(2025, 1, 31), Decimal('0.1')),)

    :raise InstallmentError: ``empty``, ``too_many``, ``date``, ``amount``, ``absurd``
    """
    pairs = [read_pair("amount", row) for row in read_list("empty", rows)]
    read_count(len(pairs))
    return tuple((read_date(day), read_positive("amount", x)) for day, x in pairs)


def read_list(code: str, values: Any) -> list[Any]:
    """Return a value that has several, or raise its code."""
    try:
        return list(values)
    except TypeError:
        raise InstallmentError(code, value=values) from None


def read_pair(code: str, value: Any) -> list[Any]:
    """Return a value that has two, or raise its code.

    >>> read_pair("payment", (date(2025, 1, 31), 10))
    [datetime.date(2025, 1, 31), 10]
    """
    pair = read_list(code, value)
    if len(pair) != 2:
        raise InstallmentError(code, value=value)
    return pair


# === NUMBERS AND DATES === #


def read_number(code: str, value: Any) -> Decimal:
    """Return a value as a number of a size that somebody can mean, or raise its code.

    >>> read_number("amount", 0.1), read_number("amount", "7")
    (Decimal('0.1'), Decimal('7'))
    """
    try:
        number = Decimal(str(value))
    except DecimalException:
        raise InstallmentError(code, value=value) from None
    if not number.is_finite():
        raise InstallmentError(code, value=value)
    return refuse_absurd(code, number)


def refuse_absurd(name: str, number: Decimal) -> Decimal:
    """Return the number unless nobody can mean it."""
    if number.copy_abs() > MAXIMUM:
        raise InstallmentError("absurd", name=name, value=number, maximum=MAXIMUM)
    return number


def read_positive(code: str, value: Any) -> Decimal:
    """Return a value as a number above zero."""
    number = read_number(code, value)
    if number <= 0:
        raise InstallmentError(code, value=number)
    return number


def read_in_steps(
    code: str, value: Any, step: Decimal, *, is_zero_good: bool = False
) -> Decimal:
    """Return a value as a number of whole steps above zero, with their decimals.

    >>> read_in_steps("amount", 3, Decimal("0.05"))
    Decimal('3.00')
    """
    number = read_number(code, value)
    if number < 0 or not (number or is_zero_good):
        raise InstallmentError(code, value=number)
    if number % step:
        raise InstallmentError("off_step", name=code, value=number, step=step)
    return number // step * step


def read_count(value: Any) -> int:
    """Return how many terms, from 1 to ``MAX_TERMS``.

    >>> read_count(Decimal("12.0"))
    12
    """
    number = read_number("count", value)
    if number != int(number):
        raise InstallmentError("count", value=number)
    if number < 1:
        raise InstallmentError("empty", value=int(number))
    if number > MAX_TERMS:
        raise InstallmentError("too_many", count=int(number), maximum=MAX_TERMS)
    return int(number)


def read_date(value: Any, code: str = "date") -> date:
    """Return a value that is a day, and not a moment.

    >>> read_date(date(2025, 1, 31))
    datetime.date(2025, 1, 31)
    """
    if not isinstance(value, date) or isinstance(value, datetime):
        raise InstallmentError(code, value=value)
    if value.year > MAX_YEAR:
        raise InstallmentError(code, value=value)
    return value
