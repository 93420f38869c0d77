"""What interest is computed from: rates, payments, breaks, terms; what can be wrong.

All are plain and frozen, so that they can be kept, compared and sent around.
"""

from bisect import bisect_right
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal, DecimalException

from .exact import MIN_ROUNDING, CodedError
from .interest_days import DAY_COUNTS, FIRST_DAY, LAST_DAY, get_half_year_start

#: Which rate holds when; see ``Terms``.
METHODS = ("per_period", "half_year", "at_default", "at_payment", "fixed")
#: What lowers a debt. Money and free credits count from their dates; what is written
#: off is claimed no more from its date.
KINDS = ("payment", "credit", "write_off", "reversal", "discount")
#: A reversal of the invoice and an early-payment discount correct the debt: it was less
#: from the beginning.
CORRECTIONS = ("reversal", "discount")
#: All that can be wrong; ``values`` say where.
CODES = (
    "amount",  # a principal or payment is no number
    "absurd",  # an amount is beyond MAX_AMOUNT
    "date",  # no date, or one before 1900
    "percent",  # a rate, margin or cap is no number or beyond MAX_PERCENT
    "method",
    "day_count",
    "rounding",
    "empty",  # there is no rate at all
    "gap",  # no rate holds on ``date``
    "missing_half_year",  # a table by half-years has no row for ``date``
    "duplicate",  # two rates begin on ``date``
    "break",  # a break ends before it begins
)

#: Beyond this no amount is meant, in any currency.
MAX_AMOUNT = Decimal("1e15")
#: Beyond this no rate is meant.
MAX_PERCENT = Decimal(10000)


class InterestError(CodedError):
    """Interest that cannot be computed: ``code`` is one of ``CODES``.

    >>> error = InterestError("gap", date=date(1999, 1, 1))
    >>> error.code, error.values["date"].year
    ('gap', 1999)
    """


@dataclass(frozen=True)
class Rate:
    """A yearly rate in percent, valid from ``start`` until the next one begins."""

    start: date
    percent: Decimal


@dataclass(frozen=True)
class Payment:
    """What lowers the principal: a payment, a credit, a write-off or a correction.

    One that is undone is another one with a negative amount on the day it was undone.
    """

    date: date
    amount: Decimal
    #: one of ``KINDS``
    kind: str = "payment"
    #: it is matched with the debt in the books, not only counted for it
    is_matched: bool = True
    #: the entry's line, where it is not matched
    line_id: int | None = None

    @property
    def is_correction(self):
        """Whether the debt was less from the beginning, not only from the date."""
        return self.kind in CORRECTIONS

    def counts_by(self, day):
        """Return whether it lowers the debt at the end of a day.

        >>> day = date(2026, 1, 31)
        >>> [Payment(date(2026, 3, 1), 5, kind).counts_by(day) for kind in KINDS]
        [False, False, False, True, True]
        """
        return self.is_correction or self.date <= day


@dataclass(frozen=True)
class Break:
    """Days without interest, such as a moratorium; both ends belong to it."""

    start: date
    end: date


@dataclass(frozen=True)
class Terms:
    """How interest is computed.

    ``method`` says which rate holds:

    * ``per_period``: on each day the one in force (Russia, article 395)
    * ``half_year``: that of 1 January and 1 July, for half a year (Germany, Spain)
    * ``at_default``: that of the half-year in which the debt became late, for the
      whole time (United Kingdom, Ireland, public buyers in France)
    * ``at_payment``: that of the half-year in which the debt was paid in full, or of
      the last day, for the whole time
    * ``fixed``: that of the first day of the delay if there are ``rates``, else zero
    """

    method: str
    rates: tuple = ()
    #: percentage points above the rate; with ``fixed`` and no rates the rate itself
    margin: Decimal = Decimal(0)
    day_count: str = "actual_365"
    #: the day of a payment still bears interest on the balance before it
    is_payment_day_counted: bool = True
    breaks: tuple = ()
    #: the smallest step of the currency
    step: Decimal = Decimal("0.01")
    #: interest is at most this part of the principal
    cap_percent: Decimal | None = None
    #: the percentage is one of each day, not of a year (contractual penalties)
    is_daily: bool = False
    #: each segment is rounded, and the sum is that of rounded ones
    is_rounded_by_segment: bool = False
    #: the rate of so many days before the half-year (1: of 31 December and 30 June)
    lag_days: int = 0
    #: a rate holds for its half-year only, so that a missing one is an error
    has_each_half_year: bool = False

    def check(self):
        """Return the terms with their rates in order, or raise what is wrong.

        :raise InterestError: see ``CODES``

        >>> rates = (Rate(date(2026, 7, 1), 2), Rate(date(2026, 1, 1), "1.5"))
        >>> [str(rate.percent) for rate in Terms("half_year", rates).check().rates]
        ['1.5', '2']
        >>> try:
        ...     Terms("yearly").check()
        ... except InterestError as error:
        ...     str(error)
        'method (value=yearly)'
        """
        if self.method not in METHODS:
            raise InterestError("method", value=self.method)
        if self.day_count not in DAY_COUNTS:
            raise InterestError("day_count", value=self.day_count)
        if self.cap_percent is not None:
            get_percent(self.cap_percent)
        for one in self.breaks:
            if get_day(one.end) < get_day(one.start):
                raise InterestError("break", start=one.start, end=one.end)
        return _replace(
            self,
            rates=_check_rates(self.rates),
            margin=get_percent(self.margin),
            step=_get_step(self.step),
        )

    # === RATES === #

    def find_rate(self, day):
        """Return the rate in force on a day, without the margin.

        :raise InterestError: ``empty`` and ``gap``
        """
        index = bisect_right(self.rates, day, key=lambda rate: rate.start)
        if not self.rates:
            raise InterestError("empty", date=day)
        if not index:
            raise InterestError("gap", date=day)
        return self.rates[index - 1]

    def find_half_year_rate(self, day):
        """Return the rate of the half-year that contains a day.

        :raise InterestError: ``empty``, ``gap`` and ``missing_half_year``
        """
        start = get_half_year_start(day)
        asked = date.fromordinal(start.toordinal() - self.lag_days)
        rate = self.find_rate(asked)
        if self.has_each_half_year and rate.start < get_half_year_start(asked):
            raise InterestError("missing_half_year", date=start)
        return rate

    def add_margin(self, rate):
        """Return what is owed in percent: the rate and the margin, never below zero.

        A negative reference lowers what is owed (-0.88 + 9 is 8.12), but a creditor
        never owes interest to a late debtor.
        """
        percent = rate.percent if rate else Decimal(0)
        return max(percent + self.margin, Decimal(0))


def _replace(terms, **changes):
    """Return other terms; ``dataclasses.replace`` without the checks it repeats."""
    return Terms(**{**terms.__dict__, **changes})


def _check_rates(rates):
    """Return rates in order of their days, with percentages as decimals."""
    checked = tuple(
        sorted(
            (Rate(get_day(rate.start), get_percent(rate.percent)) for rate in rates),
            key=lambda rate: rate.start,
        )
    )
    for before, after in zip(checked, checked[1:], strict=False):
        if before.start == after.start:
            raise InterestError("duplicate", date=after.start)
    return checked


# === VALUES === #


def get_day(value):
    """Return a value as a day on which interest is counted.

    >>> get_day(datetime(2026, 1, 31, 23, 59))
    datetime.date(2026, 1, 31)
    """
    if isinstance(value, datetime):
        value = value.date()
    if not isinstance(value, date) or not FIRST_DAY <= value <= LAST_DAY:
        raise InterestError("date", value=value)
    return value


def get_amount(value):
    """Return a value as an amount of money.

    >>> get_amount(0.1), get_amount("12.50")
    (Decimal('0.1'), Decimal('12.50'))
    """
    number = _get_number("amount", value)
    if number.copy_abs() > MAX_AMOUNT:
        raise InterestError("absurd", value=number, maximum=MAX_AMOUNT)
    return number


def get_percent(value):
    """Return a value as a percentage."""
    number = _get_number("percent", value)
    if number.copy_abs() > MAX_PERCENT:
        raise InterestError("percent", value=number)
    return number


def _get_step(value):
    step = _get_number("rounding", value)
    if step < MIN_ROUNDING:
        raise InterestError("rounding", value=step)
    return step


def _get_number(code, value):
    try:
        number = value if isinstance(value, Decimal) else Decimal(str(value))
    except DecimalException:
        raise InterestError(code, value=value) from None
    if not number.is_finite():
        raise InterestError(code, value=value)
    return number
