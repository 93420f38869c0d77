from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction

from hypothesis import given, settings
from hypothesis import strategies as st

from odoo.tests import BaseCase, tagged

from ..tools.interest import (
    CODES,
    Break,
    InterestError,
    Payment,
    Rate,
    Terms,
    compute_interest,
)
from ..tools.interest_days import DAY_COUNTS
from ..tools.interest_terms import METHODS
from ..tools.rate_table import read_table, write_table

FIRST = date(2015, 1, 1)
DAYS = st.dates(FIRST, date(2035, 12, 31))
AMOUNTS = st.decimals(Decimal("0.01"), 10**7, places=2)
PERCENTS = st.decimals(-2, 30, places=2)
PAYMENTS = st.lists(
    st.builds(Payment, DAYS, st.decimals(Decimal("0.01"), 10**6, places=2)), max_size=6
)
RATES = st.dictionaries(DAYS, PERCENTS, max_size=12).map(
    lambda days: (
        Rate(FIRST, Decimal(5)),
        *(Rate(day, percent) for day, percent in days.items() if day != FIRST),
    )
)
BREAKS = st.lists(
    st.builds(
        lambda start, days: Break(start, start + timedelta(days=days)),
        DAYS,
        st.integers(0, 400),
    ),
    max_size=3,
).map(tuple)
TERMS = st.builds(
    Terms,
    method=st.sampled_from(METHODS),
    rates=RATES,
    margin=st.decimals(0, 12, places=2),
    day_count=st.sampled_from(DAY_COUNTS[:3]),
    is_payment_day_counted=st.booleans(),
    breaks=BREAKS,
)
#: What a field, a form or a mistake may hand over.
ANYTHING = st.one_of(
    st.none(), st.booleans(), st.text(max_size=5), st.floats(), st.dates()
)
#: The same examples at every run: a red build can be repeated.
quickly = settings(derandomize=True, deadline=None, max_examples=150, database=None)


def get_late_days(due, until, terms):
    """Return the days of delay that are not within a break, one by one."""
    days = (due + timedelta(days=i) for i in range(1, (until - due).days + 1))
    return [
        day
        for day in days
        if not any(one.start <= day <= one.end for one in terms.breaks)
    ]


def get_balance(day, principal, due, payments, terms):
    """Return the debt that bears interest on a day."""
    late = timedelta(days=int(terms.is_payment_day_counted))
    first = due + timedelta(days=1)
    paid = sum(
        payment.amount for payment in payments if max(payment.date + late, first) <= day
    )
    return max(principal - paid, Decimal(0))


@tagged("post_install", "-at_install")
class TestInterestProperties(BaseCase):
    """What holds for all debts, tried with many."""

    @quickly
    @given(AMOUNTS, DAYS, DAYS, TERMS)
    def test_days_are_those_of_the_delay_without_breaks(
        self, principal, due, until, terms
    ):
        interest = compute_interest(principal, due, until, [], terms)
        self.assertEqual(interest.days, len(get_late_days(due, until, terms)))

    @quickly
    @given(AMOUNTS, DAYS, st.integers(0, 900), PAYMENTS, TERMS)
    def test_each_day_bears_its_balance_times_its_rate(
        self, principal, due, late, payments, terms
    ):
        """The referee counts day by day, in fractions."""
        until = due + timedelta(days=late)
        interest = compute_interest(principal, due, until, payments, terms)
        by_day = {}
        for row in interest.segments:
            for i in range((row.end - row.start).days + 1):
                day = row.start + timedelta(days=i)
                self.assertNotIn(day, by_day)
                by_day[day] = row
        total = Fraction(0)
        for day in get_late_days(due, until, terms):
            balance = get_balance(day, principal, due, payments, terms)
            row = by_day.pop(day, None)
            self.assertEqual(row.base if row else Decimal(0), balance)
            if row:
                total += Fraction(balance * row.percent) / (100 * row.year_days)
        self.assertFalse(by_day)
        self.assertLessEqual(abs(Fraction(interest.amount) - total), Fraction(1, 200))

    @quickly
    @given(AMOUNTS, DAYS, DAYS, PAYMENTS, TERMS)
    def test_payment_split_in_two_on_one_day_changes_nothing(
        self, principal, due, until, payments, terms
    ):
        thirds = [(one, round(one.amount / 3, 2)) for one in payments]  # exact cents
        halves = [
            Payment(payment.date, part)
            for payment, third in thirds
            for part in (third, payment.amount - third)
        ]
        whole = compute_interest(principal, due, until, payments, terms)
        split = compute_interest(principal, due, until, halves[::-1], terms)
        self.assertEqual(whole, split)

    @quickly
    @given(AMOUNTS, AMOUNTS, DAYS, DAYS, PAYMENTS, TERMS)
    def test_more_debt_bears_not_less(self, one, more, due, until, payments, terms):
        if terms.method == "at_payment" and payments:
            # a smaller debt is paid earlier, maybe in a half-year with a higher rate
            payments = []
        small = compute_interest(one, due, until, payments, terms)
        large = compute_interest(one + more, due, until, payments, terms)
        self.assertLessEqual(small.amount, large.amount)

    @quickly
    @given(AMOUNTS, DAYS, DAYS, DAYS, TERMS)
    def test_more_days_bear_not_less(self, principal, due, one, other, terms):
        if terms.method == "at_payment":
            return  # another last day may mean another rate for the whole time
        first, last = sorted((one, other))
        self.assertLessEqual(
            compute_interest(principal, due, first, [], terms).amount,
            compute_interest(principal, due, last, [], terms).amount,
        )

    @quickly
    @given(AMOUNTS, DAYS, DAYS, PAYMENTS, TERMS, st.integers(0, 50))
    def test_cap_is_never_exceeded_and_rounding_moves_cents_only(
        self, principal, due, until, payments, terms, cap
    ):
        plain = compute_interest(principal, due, until, payments, terms)
        by_row = compute_interest(
            principal,
            due,
            until,
            payments,
            Terms(**{**terms.__dict__, "is_rounded_by_segment": True}),
        )
        rows = len(plain.segments)
        self.assertLessEqual(
            abs(plain.amount - by_row.amount), Decimal("0.005") * (rows + 1)
        )
        capped = compute_interest(
            principal,
            due,
            until,
            payments,
            Terms(**{**terms.__dict__, "cap_percent": cap}),
        )
        self.assertEqual(
            capped.amount, plain.amount if capped.cap is None else capped.cap
        )
        self.assertLessEqual(capped.amount, principal * cap / 100 + Decimal("0.005"))

    @quickly
    @given(ANYTHING, ANYTHING, ANYTHING, ANYTHING, ANYTHING)
    def test_anything_else_is_refused_by_a_code(self, principal, due, until, paid, on):
        terms = Terms("fixed", margin=Decimal(5))
        try:
            compute_interest(principal, due, until, [Payment(on, paid)], terms)
        except InterestError as error:
            self.assertIn(error.code, CODES)

    @quickly
    @given(st.dictionaries(DAYS, PERCENTS, min_size=1, max_size=20))
    def test_written_tables_are_read_again(self, days):
        rows = sorted(("KEY", day, percent) for day, percent in days.items())
        table = read_table(write_table(rows))
        self.assertFalse(table.problems)
        self.assertEqual(
            [(row.reference, row.date, row.percent) for row in table.rows], rows
        )

    @quickly
    @given(st.one_of(st.binary(max_size=60), st.text(max_size=60).map(str.encode)))
    def test_no_file_breaks_the_reader(self, content):
        head = b"reference,date_from,rate_percent\n"
        for whole in (content, head + content):
            table = read_table(whole, FIRST)
            self.assertTrue(table.rows or table.problems)
