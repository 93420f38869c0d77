import doctest
from datetime import date, timedelta
from decimal import Decimal, localcontext

from odoo.tests import BaseCase, tagged

from ..tools import (
    exact,
    installment_allocation,
    installment_dates,
    installment_edit,
    installment_input,
    installment_plan,
    installments,
)
from ..tools.installments import InstallmentError, Interest, Terms

MODULES = (
    exact,
    installment_allocation,
    installment_dates,
    installment_edit,
    installment_input,
    installment_plan,
    installments,
)
CENT = Decimal("0.01")
FIVE_CENTS = Decimal("0.05")
FIRST = date(2025, 1, 31)
#: numpy-financial, documentation of ``ipmt``: 2,500 at 8.24 % over twelve months:
#: principal, interest, balance. It rounds what it shows, not what it goes on with.
NUMPY_TABLE = """
    200.58 17.17 2299.42
    201.96 15.79 2097.46
    203.35 14.40 1894.11
    204.74 13.01 1689.37
    206.15 11.60 1483.22
    207.56 10.18 1275.66
    208.99  8.76 1066.67
    210.42  7.32  856.25
    211.87  5.88  644.38
    213.32  4.42  431.05
    214.79  2.96  216.26
    216.26  1.49    0.00
"""


def load_tests(loader, tests, pattern):
    """Let plain unittest find the doctests too; Odoo's runner has the class below."""
    for module in MODULES:
        tests.addTests(doctest.DocTestSuite(module))
    return tests


def next_workday(day):
    """Return the day, or the Monday after a weekend."""
    return day + timedelta(days=max(7 - day.weekday(), 0) if day.weekday() > 4 else 0)


class InstallmentCase(BaseCase):
    def _plan(self, total="1000", step=CENT, **values):
        values = {"first_date": FIRST, **values}
        if not {"amount", "rows"} & set(values):
            values.setdefault("count", 3)
        terms = Terms(total=Decimal(total), step=step, **values)
        return installments.schedule(terms)

    def _amounts(self, plan):
        return [str(line.amount) for line in plan.lines]

    def _dates(self, plan):
        return [str(line.date)[2:] for line in plan.lines]

    def _assert_refused(self, code, function, *args, **kwargs):
        with self.assertRaises(InstallmentError) as caught:
            function(*args, **kwargs)
        self.assertEqual(caught.exception.code, code)
        self.assertIn(code, installments.CODES)
        return caught.exception.values


@tagged("post_install", "-at_install")
class TestInstallmentsPublished(InstallmentCase):
    """What others have published comes out."""

    def test_examples_in_the_docstrings_hold(self):
        for module in MODULES:
            with self.subTest(module.__name__):
                outcome = doctest.testmod(module)
                self.assertGreater(outcome.attempted, 3)
                self.assertEqual(outcome.failed, 0)

    def test_annuities_of_textbooks_and_manuals(self):
        for total, percent, count, payment, source in (
            ("10000", "12", 12, "888.49", "the usual one: PMT(1 %; 12; -10000)"),
            ("100000", "12", 360, "1028.61", "MathWorks, 'amortize'"),
            ("100000", "10", 72, "1852.58", "LibreOffice 25.2 help, 'Pmt'"),
            ("10000", "10", 60, "212.47", "sample of financesitesearch.com/19431"),
        ):
            with self.subTest(source):
                interest = Interest(Decimal(percent), "annuity")
                plan = self._plan(total, count=count, interest=interest)
                payments = {line.payment for line in plan.lines[:-1]}
                self.assertEqual(payments, {Decimal(payment)})
                self.assertEqual(plan.total, Decimal(total))
                self.assertEqual(plan.payable, plan.total + plan.total_interest)

    def test_annuity_costs_the_part_of_the_year_that_a_period_is(self):
        for period, percent in (
            ("weekly", 52),
            ("fortnightly", 26),
            ("monthly", 12),
            ("quarterly", 4),
        ):
            with self.subTest(period):
                interest = Interest(Decimal(percent), "annuity")
                plan = self._plan(period=period, interest=interest)
                # 1 % per period: three payments of 340.02 for 1,000
                self.assertEqual(plan.lines[0].interest, 10)
                self.assertEqual(plan.lines[0].payment, Decimal("340.02"))

    def test_table_of_numpy_financial(self):
        interest = Interest(Decimal("8.24"), "annuity")
        plan = self._plan("2500", count=12, interest=interest)
        rows = [row.split() for row in NUMPY_TABLE.strip().splitlines()]
        for line, row in zip(plan.lines, rows, strict=True):
            shown = (line.amount, line.interest, line.balance_after)
            for ours, theirs in zip(shown, map(Decimal, row), strict=True):
                self.assertLessEqual(abs(ours - theirs), 2 * CENT)
        self.assertLessEqual(abs(plan.total_interest - Decimal("112.98")), CENT)

    def test_end_of_month_as_in_rfc_7529(self):
        # RFC 7529, 'skip=backward': the 31st of shorter months is their last day
        self.assertEqual(
            self._dates(self._plan(count=4)),
            ["25-01-31", "25-02-28", "25-03-31", "25-04-30"],
        )

    def test_a_declining_balance_costs_actual_days_of_365(self):
        # 36,500 at 10 % cost 10 a day, whatever the year: actual/365 (fixed)
        plan = self._plan(
            "36500",
            count=2,
            first_date=date(2024, 1, 31),
            interest=Interest(Decimal(10), start=date(2024, 1, 1)),
        )
        self.assertEqual([line.interest for line in plan.lines], [300, 29 * 5])
        self.assertEqual([line.amount for line in plan.lines], [18250, 18250])
        self.assertEqual(plan.cost, 445)


@tagged("post_install", "-at_install")
class TestInstallmentAmounts(InstallmentCase):
    """Who pays how much."""

    def test_last_term_takes_the_remainder(self):
        for total, step, count, last in (
            ("1000", CENT, 3, "333.34"),
            ("200", CENT, 3, "66.66"),
            ("100", Decimal(1), 3, "34"),
            ("1", Decimal("0.001"), 3, "0.334"),
            ("100", FIVE_CENTS, 3, "33.30"),
        ):
            with self.subTest(total=total, step=step):
                plan = self._plan(total, step, count=count)
                self.assertEqual(self._amounts(plan)[-1], last)
                self.assertEqual(len({line.amount for line in plan.lines[:-1]}), 1)
                self.assertEqual(plan.total, Decimal(total))

    def test_what_cash_cannot_pay_is_in_the_last_term(self):
        self.assertEqual(
            self._amounts(self._plan("100.03", FIVE_CENTS, count=2)), ["50.00", "50.03"]
        )
        self.assertEqual(
            self._amounts(self._plan("90.03", FIVE_CENTS, amount=30)),
            ["30.00", "30.00", "30.03"],
        )

    def test_by_amount_the_last_term_pays_what_is_left(self):
        self.assertEqual(
            self._amounts(self._plan(amount=300))[-2:], ["300.00", "100.00"]
        )
        self.assertEqual(self._amounts(self._plan(amount=250)), ["250.00"] * 4)
        self.assertEqual(self._amounts(self._plan(amount=5000)), ["1000"])

    def test_by_amount_an_annuity_contains_its_interest(self):
        plan = self._plan(amount=300, interest=Interest(Decimal(12), "annuity"))
        payments = [line.payment for line in plan.lines]
        self.assertEqual(payments[:3], [300, 300, 300])
        self.assertEqual(self._amounts(plan)[0], "290.00")
        self.assertEqual(plan.total, 1000)

    def test_free_rows_stay_as_they_are(self):
        rows = [(date(2025, 5, 5), 10), (date(2025, 5, 6), Decimal("90.00"))]
        plan = self._plan("100", rows=rows, first_date=None)
        self.assertEqual([(x.date, x.amount) for x in plan.lines], rows)
        self.assertEqual([line.number for line in plan.lines], [1, 2])

    def test_down_payment_is_term_zero(self):
        plan = self._plan(down_payment=(100, date(2025, 1, 2)))
        self.assertEqual([line.number for line in plan.lines], [0, 1, 2, 3])
        self.assertEqual(self._amounts(plan), ["100.00", "300.00", "300.00", "300.00"])
        self.assertEqual(plan.lines[0].balance_after, 900)

    def test_down_payment_costs_nothing_in_an_annuity(self):
        interest = Interest(Decimal(12), "annuity")
        down_payment = (Decimal(100), date(2025, 1, 2))
        plan = self._plan(interest=interest, down_payment=down_payment)
        self.assertEqual([x.interest for x in plan.lines[:2]], [0, 9])

    def test_down_payment_costs_the_days_before_it_on_a_declining_balance(self):
        plan = self._plan(
            "36500",
            count=1,
            interest=Interest(Decimal(10), start=date(2025, 1, 1)),
            down_payment=(18250, date(2025, 1, 3)),
        )
        self.assertEqual([x.interest for x in plan.lines], [20, 28 * 5])

    def test_cost_is_never_in_the_amounts(self):
        plain = self._plan()
        for interest in (
            Interest(Decimal(9), start=date(2025, 1, 1)),
            Interest(Decimal(0)),
            None,
        ):
            plan = self._plan(interest=interest, fee=Decimal("12.50"))
            self.assertEqual(self._amounts(plan), self._amounts(plain))
            self.assertEqual([x.fee for x in plan.lines], [Decimal("12.50"), 0, 0])
            self.assertEqual(plan.cost, plan.total_interest + Decimal("12.50"))
            self.assertEqual(plan.payable, sum(x.payment for x in plan.lines))

    def test_interest_is_in_steps_of_the_currency(self):
        for step in (Decimal(1), FIVE_CENTS, Decimal("0.001")):
            for method in installments.METHODS:
                interest = Interest(Decimal("7.77"), method, date(2025, 1, 1))
                plan = self._plan("1234", step, count=5, interest=interest)
                with self.subTest(step=step, method=method):
                    self.assertGreater(plan.total_interest, 0)
                    self.assertFalse([x for x in plan.lines if x.interest % step])

    def test_terms_of_one_step_each_are_possible(self):
        plan = self._plan("6", Decimal("0.01"), count=600)
        self.assertEqual({line.amount for line in plan.lines}, {CENT})
        # rounded up there would be nothing left for the last ones
        self.assertEqual(
            self._amounts(self._plan("10", Decimal(1), count=6)),
            ["2", "2", "2", "2", "1", "1"],
        )

    def test_context_of_the_caller_does_not_matter(self):
        interest = Interest(Decimal("7.7"), "annuity")
        plan = self._plan("123456.78", count=7, interest=interest)
        with localcontext() as context:
            context.prec = 3
            self.assertEqual(self._plan("123456.78", count=7, interest=interest), plan)
            self.assertEqual(plan.total, Decimal("123456.78"))

    def test_number_is_what_a_float_shows(self):
        terms = Terms(0.3, 0.1, count=3, first_date=FIRST)
        self.assertEqual(installments.schedule(terms).total, Decimal("0.3"))


@tagged("post_install", "-at_install")
class TestInstallmentDates(InstallmentCase):
    """Who pays when."""

    def test_periods(self):
        for period, dates in (
            ("weekly", ["25-01-31", "25-02-07", "25-02-14"]),
            ("fortnightly", ["25-01-31", "25-02-14", "25-02-28"]),
            ("monthly", ["25-01-31", "25-02-28", "25-03-31"]),
            ("quarterly", ["25-01-31", "25-04-30", "25-07-31"]),
        ):
            with self.subTest(period):
                self.assertEqual(self._dates(self._plan(period=period)), dates)

    def test_leap_year(self):
        plan = self._plan(first_date=date(2023, 12, 30))
        self.assertEqual(self._dates(plan), ["23-12-30", "24-01-30", "24-02-29"])

    def test_day_of_month_counts_from_the_second_date_on(self):
        for first, day, dates in (
            (date(2025, 1, 10), 15, ["25-01-10", "25-02-15", "25-03-15"]),
            (date(2025, 1, 20), 5, ["25-01-20", "25-02-05", "25-03-05"]),
            (date(2025, 1, 31), 1, ["25-01-31", "25-02-01", "25-03-01"]),
            (date(2025, 2, 28), 31, ["25-02-28", "25-03-31", "25-04-30"]),
            (date(2025, 2, 28), None, ["25-02-28", "25-03-28", "25-04-28"]),
        ):
            with self.subTest(first=first, day=day):
                plan = self._plan(first_date=first, day_of_month=day)
                self.assertEqual(self._dates(plan), dates)

    def test_moved_dates_do_not_move_the_anchor(self):
        # 1 March and 1 June 2025 are Sundays
        plan = self._plan(count=6, first_date=date(2025, 1, 1), move_date=next_workday)
        self.assertEqual(
            self._dates(plan),
            ["25-01-01", "25-02-03", "25-03-03", "25-04-01", "25-05-01", "25-06-02"],
        )

    def test_holidays_longer_than_the_period_push_the_later_date(self):
        def after_holidays(day):
            return max(next_workday(day), date(2026, 1, 9))

        plan = self._plan(
            period="weekly",
            count=4,
            first_date=date(2025, 12, 25),
            move_date=after_holidays,
        )
        self.assertEqual(
            self._dates(plan), ["26-01-09", "26-01-12", "26-01-13", "26-01-15"]
        )

    def test_down_payment_is_before_the_first_date(self):
        self._assert_refused("not_rising", self._plan, down_payment=(1, FIRST))
        plan = self._plan(down_payment=(1, date(2025, 1, 30)))
        self.assertEqual(self._dates(plan)[:2], ["25-01-30", "25-01-31"])

    def test_moved_down_payment_pushes_the_first_date(self):
        plan = self._plan(
            first_date=date(2025, 2, 2),  # a Sunday
            down_payment=(1, date(2025, 2, 1)),
            move_date=next_workday,
        )
        self.assertEqual(self._dates(plan)[:3], ["25-02-03", "25-02-04", "25-03-03"])
