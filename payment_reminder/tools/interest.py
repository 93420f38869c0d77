"""Simple interest on a late debt, in segments that a court could check.

A segment is a span of days with one balance, one rate and one length of the year. The
first day is the one after the due date, the last day counts. Nothing is rounded before
the end, unless the terms say so.

>>> terms = Terms("half_year", (Rate(date(2026, 1, 1), Decimal("1.27")),), margin=9)
>>> interest = compute_interest(1000, date(2026, 5, 31), date(2026, 6, 30), [], terms)
>>> interest.amount, [segment.days for segment in interest.segments]
(Decimal('8.44'), [30])
"""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction
from math import floor

from .exact import precise
from .interest_days import (
    count_days,
    get_half_years,
    get_length_changes,
    get_year_days,
)
from .interest_terms import (
    CODES,
    Break,
    InterestError,
    Payment,
    Rate,
    Terms,
    get_amount,
    get_day,
)

__all__ = [
    "CODES",
    "Break",
    "Interest",
    "InterestError",
    "Payment",
    "Rate",
    "Segment",
    "Terms",
    "compute_interest",
]


@dataclass(frozen=True)
class Segment:
    """A span of days with one balance and one rate; both ends belong to it."""

    start: date
    end: date
    #: as the day count counts them
    days: int
    base: Decimal
    #: what is owed, with the margin; of each day if the terms are daily
    percent: Decimal
    #: not rounded
    interest: Decimal
    #: rounded for the eye
    amount: Decimal
    #: by how many days the year was divided; 0: the percentage is one of each day
    year_days: int


@dataclass(frozen=True)
class Interest:
    """Segments in order of their days, and their rounded sum."""

    segments: tuple
    amount: Decimal
    #: the most that could be asked for, if the segments sum to more; else None
    cap: Decimal | None = None

    @property
    def days(self):
        """The days for which interest is owed."""
        return sum(segment.days for segment in self.segments)

    @property
    def difference(self):
        """What the amount differs from the sum of the rounded segments.

        >>> Interest((), Decimal(0)).difference
        Decimal('0')
        """
        shown = sum((segment.amount for segment in self.segments), Decimal(0))
        return self.amount - shown


@precise
def compute_interest(principal, due, until, payments, terms):
    """Return the interest on a debt.

    :param principal: the debt on its due date, before the payments; what is not
        positive bears no interest
    :param date due: the last day on which payment was in time
    :param date until: the last day that bears interest; not after ``due``: none does
    :param payments: ``Payment`` in any order. Those until ``due`` lower the debt before
        the first day, those after ``until`` are not looked at. Corrections lower it
        before the first day, whatever their date. A debt that is overpaid bears no
        interest.
    :param Terms terms: which rates hold, and how days are counted
    :rtype: Interest
    :raise InterestError: see ``CODES``

    >>> terms = Terms("fixed", margin=Decimal("36.5"))
    >>> paid = [Payment(date(2025, 1, 5), 600)]
    >>> interest = compute_interest(
    ...     1000, date(2024, 12, 31), date(2025, 1, 10), paid, terms
    ... )
    >>> [(row.days, str(row.base), str(row.amount)) for row in interest.segments]
    [(5, '1000', '5.00'), (5, '400', '2.00')]
    """
    terms = terms.check()
    first, stop = get_day(due).toordinal() + 1, get_day(until).toordinal() + 1
    balances = _get_balances(get_amount(principal), payments, first, stop, terms)
    if first >= stop or not any(base > 0 for _day, base in balances):
        return Interest((), _round(Fraction(0), terms.step))
    spans = _get_spans(balances, first, stop, terms)
    get_percent = _get_percents(balances, first, stop, terms)
    segments = [_make_segment(*span, get_percent(span[0]), terms) for span in spans]
    return _sum(segments, balances[0][1], terms)


# === BALANCES === #


def _get_balances(principal, payments, first, stop, terms):
    """Return ``(day, balance)`` for each day on which another balance begins.

    The first one is that of the first day.
    """
    changes = defaultdict(Decimal)
    for payment in payments:
        day = get_day(payment.date).toordinal() + terms.is_payment_day_counted
        day = first if payment.is_correction else max(day, first)
        changes[day] -= get_amount(payment.amount)
    balance = principal + changes.pop(first, Decimal(0))
    balances = [(first, balance)]
    for day in sorted(changes):
        if day < stop and changes[day]:
            balance += changes[day]
            balances.append((day, balance))
    return balances


# === SPANS === #


def _get_spans(balances, first, stop, terms):
    """Return ``(first day, day after the last one, balance)`` of what bears interest.

    :rtype: list[tuple[int, int, Decimal]]
    """
    breaks = [(one.start.toordinal(), one.end.toordinal() + 1) for one in terms.breaks]
    cuts = {first, stop, *(day for day, _balance in balances)}
    cuts.update(_get_rate_cuts(first, stop, terms))
    if terms.day_count == "actual_actual" and not terms.is_daily:
        cuts.update(get_length_changes(first, stop))
    cuts.update(day for span in breaks for day in span)
    days = sorted(day for day in cuts if first <= day <= stop)
    by_day, base = dict(balances), Decimal(0)
    spans = []
    for start, end in zip(days, days[1:], strict=False):
        base = by_day.get(start, base)
        if base > 0 and not any(begin <= start < back for begin, back in breaks):
            spans.append((start, end, base))
    return spans


def _get_rate_cuts(first, stop, terms):
    """Return the days on which another rate may begin."""
    if terms.method == "half_year":
        return get_half_years(first, stop)
    if terms.method != "per_period":
        return []
    return [
        after.start.toordinal()
        for before, after in zip(terms.rates, terms.rates[1:], strict=False)
        if terms.add_margin(before) != terms.add_margin(after)
    ]


def _get_percents(balances, first, stop, terms):
    """Return a function that gives the percentage of the span that begins on a day."""
    find = {
        "per_period": terms.find_rate,
        "half_year": terms.find_half_year_rate,
    }.get(terms.method)
    if find:
        return lambda day: terms.add_margin(find(date.fromordinal(day)))
    percent = terms.add_margin(_find_only_rate(balances, first, stop, terms))
    return lambda day: percent


def _find_only_rate(balances, first, stop, terms):
    """Return the rate that holds for the whole time; ``None`` if there is none."""
    if terms.method == "at_default":
        return terms.find_half_year_rate(date.fromordinal(first))
    if terms.method == "at_payment":
        day, balance = balances[-1]
        last = stop if balance > 0 else day
        return terms.find_half_year_rate(date.fromordinal(last - 1))
    return terms.find_rate(date.fromordinal(first)) if terms.rates else None


# === AMOUNTS === #


def _make_segment(first, stop, base, percent, terms):
    days = count_days(terms.day_count, first, stop)
    year_days = 0 if terms.is_daily else get_year_days(terms.day_count, first)
    exact = _get_exact(base, percent, days, year_days)
    return Segment(
        start=date.fromordinal(first),
        end=date.fromordinal(stop - 1),
        days=days,
        base=base,
        percent=percent,
        interest=Decimal(exact.numerator) / Decimal(exact.denominator),
        amount=_round(exact, terms.step),
        year_days=year_days,
    )


def _get_exact(base, percent, days, year_days):
    return Fraction(base) * Fraction(percent) * days / (100 * (year_days or 1))


def _sum(segments, principal, terms):
    """Return the interest of all segments, rounded once and not above the cap."""
    if terms.is_rounded_by_segment:
        total = sum(Fraction(segment.amount) for segment in segments)
    else:
        total = sum(
            _get_exact(row.base, row.percent, row.days, row.year_days)
            for row in segments
        )
    amount = _round(Fraction(total), terms.step)
    if terms.cap_percent is None:
        return Interest(tuple(segments), amount)
    cap = _round(Fraction(principal) * Fraction(terms.cap_percent) / 100, terms.step)
    is_capped = amount > cap
    return Interest(tuple(segments), min(amount, cap), cap if is_capped else None)


def _round(exact, step):
    """Return an amount in whole steps; halves go away from zero, none is negative."""
    return floor(exact / Fraction(step) + Fraction(1, 2)) * step
