from dataclasses import replace
from datetime import date, datetime, timedelta
from decimal import Decimal

from odoo.tests import tagged

from ..tools import installments
from ..tools.installments import Interest, Terms
from .test_tools_installments import FIRST, FIVE_CENTS, InstallmentCase, next_workday


@tagged("post_install", "-at_install")
class TestInstallmentEdits(InstallmentCase):
    """Change one thing, the rest follows."""

    def test_changed_amount_is_shared_by_the_later_terms(self):
        plan = installments.change_amount(self._plan(count=4), 1, 400)
        self.assertEqual(self._amounts(plan), ["250.00", "400.00", "175.00", "175.00"])
        self.assertEqual(plan.lines[-1].balance_after, 0)

    def test_last_amount_takes_the_remainder(self):
        plan = self._plan()
        values = self._assert_refused("last", installments.change_amount, plan, 2, 300)
        self.assertEqual(values, {"amount": Decimal("333.34")})
        self.assertEqual(installments.change_amount(plan, 2, 333.34), plan)

    def test_amounts_that_leave_nothing_are_refused(self):
        for code, index, amount in (
            ("too_small", 0, 1000),
            ("too_small", 0, Decimal("999.99")),
            ("too_small", 1, 2000),
            ("amount", 0, 0),
            ("amount", 0, -5),
            ("amount", 0, "much"),
            ("off_step", 0, Decimal("1.001")),
            ("index", 3, 1),
            ("index", -1, 1),
            ("index", None, 1),
        ):
            with self.subTest(code=code, index=index, amount=amount):
                self._assert_refused(
                    code, installments.change_amount, self._plan(), index, amount
                )

    def test_edited_annuity_stays_one(self):
        interest = Interest(Decimal(12), "annuity")
        plan = self._plan("10000", count=12, interest=interest)
        plan = installments.change_amount(plan, 0, 5000)
        payments = {line.payment for line in plan.lines[1:-1]}
        self.assertEqual(len(payments), 1)
        self.assertEqual(plan.lines[1].interest, 50)
        self.assertEqual(plan.total, 10000)

    def test_changed_date_is_the_anchor_of_the_later_ones(self):
        plan = installments.change_date(self._plan(count=4), 1, date(2025, 3, 10))
        self.assertEqual(
            self._dates(plan), ["25-01-31", "25-03-10", "25-04-10", "25-05-10"]
        )

    def test_end_of_month_survives_a_date_at_the_end_of_a_month(self):
        plan = installments.change_date(self._plan(), 0, date(2025, 2, 28))
        self.assertEqual(self._dates(plan), ["25-02-28", "25-03-31", "25-04-30"])

    def test_second_change_counts_from_the_first_one(self):
        plan = installments.change_date(self._plan(count=4), 1, date(2025, 3, 10))
        plan = installments.change_date(plan, 2, date(2025, 4, 20))
        self.assertEqual(self._dates(plan)[2:], ["25-04-20", "25-05-20"])

    def test_added_date_follows_the_changed_one(self):
        plan = installments.change_date(self._plan(), 1, date(2025, 3, 10))
        self.assertEqual(self._dates(installments.add(plan))[-1], "25-05-10")

    def test_edited_down_payment_is_in_the_terms(self):
        plan = self._plan(down_payment=(100, date(2025, 1, 1)))
        plan = installments.change_amount(plan, 0, 200)
        plan = installments.change_date(plan, 0, date(2025, 1, 2))
        self.assertEqual(plan.terms.down_payment, (200, date(2025, 1, 2)))

    def test_changed_date_is_moved(self):
        plan = self._plan(move_date=next_workday)
        plan = installments.change_date(plan, 1, date(2025, 3, 1))
        self.assertEqual(self._dates(plan), ["25-01-31", "25-03-03", "25-04-01"])

    def test_changed_date_changes_the_interest_of_a_declining_balance(self):
        interest = Interest(Decimal(10), start=date(2025, 1, 1))
        plan = self._plan("36500", count=2, interest=interest)
        plan = installments.change_date(plan, 0, date(2025, 1, 11))
        self.assertEqual(plan.lines[0].interest, 100)
        self._assert_refused(
            "start", installments.change_date, plan, 0, date(2024, 12, 31)
        )

    def test_dates_that_do_not_rise_are_refused(self):
        plan = self._plan()
        for code, day in (
            ("not_rising", FIRST),
            ("not_rising", date(2025, 1, 1)),
            ("date", None),
            ("date", datetime(2025, 3, 3)),
        ):
            with self.subTest(code=code, day=day):
                self._assert_refused(code, installments.change_date, plan, 1, day)

    def test_later_dates_stay_where_no_rhythm_is(self):
        rows = [(date(2025, 5, day), 250) for day in (1, 10, 20, 30)]
        plan = self._plan(rows=rows)
        changed = installments.change_date(plan, 1, date(2025, 5, 15))
        self.assertEqual(
            self._dates(changed), ["25-05-01", "25-05-15", "25-05-20", "25-05-30"]
        )
        self._assert_refused(
            "not_rising", installments.change_date, plan, 1, date(2025, 5, 20)
        )
        self._assert_refused("date", installments.add, plan)

    def test_installments_stay_when_the_down_payment_is_put_off(self):
        plan = self._plan(down_payment=(100, date(2025, 1, 1)))
        changed = installments.change_date(plan, 0, date(2025, 1, 30))
        self.assertEqual(self._dates(changed)[1:], self._dates(plan)[1:])
        self._assert_refused("not_rising", installments.change_date, plan, 0, FIRST)

    def test_added_term_has_its_share(self):
        plan = self._plan("900")
        later = installments.add(plan, date(2025, 2, 1))
        self.assertEqual(self._amounts(later), ["300.00"] + ["200.00"] * 3)
        self.assertEqual(self._dates(later)[1], "25-02-01")
        self.assertEqual([line.number for line in later.lines], [1, 2, 3, 4])
        given = installments.add(plan, date(2025, 2, 1), 500)
        self.assertEqual(self._amounts(given), ["300.00", "500.00", "50.00", "50.00"])

    def test_term_added_at_the_end_is_taken_from_the_last_one(self):
        plan = self._plan("900.03", FIVE_CENTS)
        shared = installments.add(plan)
        self.assertEqual(self._amounts(shared)[2:], ["150.00", "150.03"])
        self.assertEqual(self._dates(shared)[-1], "25-04-30")
        given = installments.add(plan, date(2025, 12, 24), 100)
        self.assertEqual(self._amounts(given)[2:], ["200.00", "100.03"])

    def test_terms_that_cannot_be_added(self):
        plan = self._plan("900", down_payment=(300, date(2025, 1, 20)))
        for code, day, amount in (
            ("not_rising", FIRST, None),
            ("not_rising", date(2025, 1, 1), None),
            ("too_small", None, 200),
            ("too_small", date(2025, 2, 1), 500),
            ("amount", None, 0),
            ("off_step", None, Decimal("0.001")),
            ("date", "soon", None),
        ):
            with self.subTest(code=code, day=day, amount=amount):
                self._assert_refused(code, installments.add, plan, day, amount)
        self._assert_refused("too_many", installments.add, self._plan(count=600))

    def test_removed_term_is_shared_by_the_later_ones(self):
        plan = self._plan("900")
        self.assertEqual(
            self._amounts(installments.remove(plan, 1)), ["300.00", "600.00"]
        )
        self.assertEqual(
            self._amounts(installments.remove(plan, 2)), ["300.00", "600.00"]
        )
        self.assertEqual(
            self._dates(installments.remove(plan, 1)), ["25-01-31", "25-03-31"]
        )

    def test_down_payment_can_be_removed(self):
        plan = self._plan("900", down_payment=(300, date(2025, 1, 20)))
        plan = installments.remove(plan, 0)
        self.assertEqual([line.number for line in plan.lines], [1, 2, 3])
        self.assertEqual(self._amounts(plan), ["300.00"] * 3)
        self.assertIsNone(plan.terms.down_payment)

    def test_one_installment_is_left(self):
        only = self._plan(count=1)
        self._assert_refused("empty", installments.remove, only, 0)
        only = self._plan(count=1, down_payment=(300, date(2025, 1, 20)))
        self._assert_refused("empty", installments.remove, only, 1)

    def test_fee_goes_with_the_first_term_that_is_left(self):
        plan = installments.remove(self._plan(fee=5), 0)
        self.assertEqual([line.fee for line in plan.lines], [5, 0])

    def test_schedule_comes_back_from_its_rows(self):
        for values in (
            {},
            {"interest": Interest(Decimal(5), "annuity"), "fee": 3},
            {"interest": Interest(Decimal(5), start=date(2025, 1, 1))},
            {"down_payment": (Decimal(10), date(2025, 1, 4)), "amount": Decimal(77)},
            {"move_date": next_workday, "day_of_month": 1},
        ):
            with self.subTest(values):
                plan = self._plan(**values)
                rows = [(line.date, line.amount) for line in plan.lines]
                self.assertEqual(installments.restore(plan.terms, rows), plan)

    def test_rows_that_are_no_plan_do_not_come_back(self):
        terms = Terms(100, 1, count=2, first_date=FIRST)
        one, two = date(2025, 1, 1), date(2025, 1, 2)
        for code, rows in (
            ("sum", [(one, 50), (two, 49)]),
            ("not_rising", [(two, 50), (one, 50)]),
            ("amount", [(one, 0), (two, 100)]),
            ("off_step", [(one, "0.5"), (two, "99.5")]),
            ("empty", []),
        ):
            with self.subTest(code):
                self._assert_refused(code, installments.restore, terms, rows)
        with_down_payment = replace(terms, down_payment=(10, one))
        self._assert_refused(
            "empty", installments.restore, with_down_payment, [(one, 100)]
        )


@tagged("post_install", "-at_install")
class TestInstallmentAllocation(InstallmentCase):
    """Payments fill the terms by date."""

    def setUp(self):
        super().setUp()
        self.plan = self._plan("300")

    def _allocate(self, *payments):
        rows = [(date(2025, 1, day), amount) for day, amount in payments]
        return installments.allocate(self.plan.lines, rows)

    def test_nothing_is_paid_without_payments(self):
        allocation = self._allocate()
        self.assertEqual((allocation.paid, allocation.open), (0, 300))
        self.assertEqual([x.paid_on for x in allocation.lines], [None] * 3)

    def test_early_payment_fills_the_next_terms(self):
        lines = self._allocate((5, 250)).lines
        self.assertEqual([line.paid for line in lines], [100, 100, 50])
        self.assertEqual([line.open for line in lines], [0, 0, 50])
        day = date(2025, 1, 5)
        self.assertEqual([line.paid_on for line in lines], [day, day, None])

    def test_term_is_paid_on_the_day_of_the_payment_that_completes_it(self):
        lines = self._allocate((9, 70), (5, 60)).lines
        self.assertEqual(lines[0].paid_on, date(2025, 1, 9))
        self.assertEqual([line.paid for line in lines], [100, 30, 0])

    def test_exact_payments(self):
        lines = self._allocate((5, 100), (6, 100), (7, 100)).lines
        self.assertEqual([line.paid_on.day for line in lines], [5, 6, 7])

    def test_overpayment_is_the_remainder(self):
        allocation = self._allocate((5, 100), (6, "250.50"), (7, 1))
        self.assertEqual(allocation.remainder, Decimal("51.50"))
        self.assertEqual((allocation.paid, allocation.open), (300, 0))

    def test_undone_payment_opens_the_last_terms_again(self):
        self.assertEqual(self._allocate((5, 100), (6, 100)).open, 100)
        self.assertEqual(self._allocate((6, 100)).open, 200)
        self.assertEqual(self._allocate((6, 100)).lines[0].paid_on.day, 6)

    def test_terms_in_any_order_are_paid_by_date(self):
        rows = [(date(2025, 2, 1), 10), (date(2025, 1, 1), 10)]
        lines = installments.allocate(rows, [(FIRST, 10)]).lines
        self.assertEqual([(x.date.month, x.paid) for x in lines], [(1, 10), (2, 0)])

    def test_open_term_is_missed_after_its_date(self):
        first = self._allocate((5, 99)).lines[0]
        self.assertFalse(first.is_missed(FIRST))
        self.assertTrue(first.is_missed(FIRST + timedelta(days=1)))
        paid = self._allocate((5, 100)).lines[0]
        self.assertFalse(paid.is_missed(date(2030, 1, 1)))

    def test_what_is_no_payment_is_refused(self):
        lines = self.plan.lines
        for code, payments in (
            ("payment", [(FIRST, 0)]),
            ("payment", [(FIRST, -1)]),
            ("payment", [(FIRST, "much")]),
            ("payment", [FIRST]),
            ("payment", None),
            ("date", [(None, 1)]),
        ):
            with self.subTest(payments):
                self._assert_refused(code, installments.allocate, lines, payments)
        self._assert_refused("empty", installments.allocate, [], [])
        self._assert_refused("empty", installments.allocate, None, [])
