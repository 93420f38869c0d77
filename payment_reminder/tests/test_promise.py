from datetime import timedelta

from odoo.exceptions import UserError, ValidationError
from odoo.tests import tagged

from .common import DunningCommon


@tagged("post_install", "-at_install")
class TestPromise(DunningCommon):
    """A promise rests its items; the payments say whether it was kept."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.clock = cls.company._get_dunning_today()
        cls._work_every_day()
        cls.tomorrow = cls.clock + timedelta(days=1)
        cls.invoice = cls._invoice(due=cls.clock - timedelta(days=5), amount=100.0)
        cls._plan(cls.clock).action_cancel()
        cls.case = cls._case()

    def _watch(self, days):
        """Let the promises be watched so many days from now."""
        day = self.clock + timedelta(days=days)
        return self.env["dunning.promise"]._watch(self.company, day)

    # === RESTING === #

    def test_promised_items_rest_until_the_grace_is_over(self):
        promise = self.case._promise(100.0, self.tomorrow)
        self.assertEqual(promise.grace_days, 2)
        for days, rests in ((0, True), (3, True), (4, False)):
            with self.subTest(days=days):
                self.assertEqual(self._is_resting(days), rests)

    def _is_resting(self, days):
        day = self.clock + timedelta(days=days)
        rows = self.env["dunning.explainer"]._get_rows(self.customer, self.company, day)
        return {row["reason"] for row in rows} == {"promised"}

    def test_planned_run_leaves_promised_items_out(self):
        self.case._promise(50.0, self.tomorrow)
        run = self._plan(self.clock)
        self.assertLeftOut(run, self.invoice, "promised")

    def test_items_that_are_not_promised_go_on(self):
        other = self._invoice(due=self.clock - timedelta(days=6), amount=70.0)
        self._plan(self.clock).action_cancel()
        self.case._promise(70.0, self.tomorrow, self._items(other))
        run = self._plan(self.clock)
        self.assertLeftOut(run, other, "promised")
        self.assertReminded(run, self.invoice, self.friendly)

    def test_promise_covers_all_that_is_overdue(self):
        self._invoice(due=self.clock + timedelta(days=9))
        self.env["dunning.planner"]._open_cases(self.company, self.customer)
        promise = self.case._promise(100.0, self.tomorrow)
        self.assertEqual(promise.line_ids.move_id, self.invoice)

    # === OUTCOME === #

    def test_paid_promise_is_kept(self):
        promise = self.case._promise(60.0, self.tomorrow)
        self._pay(self.invoice, 60.0, self.clock)
        self.assertEqual(self._watch(0), promise)
        self.assertEqual(promise.state, "kept")

    def test_part_of_the_promised_amount_does_not_keep_it(self):
        promise = self.case._promise(60.0, self.tomorrow)
        self._pay(self.invoice, 59.99, self.clock)
        self._watch(3)
        self.assertEqual(promise.state, "open")
        self._watch(4)
        self.assertEqual(promise.state, "broken")

    def test_promise_is_not_broken_while_its_money_waits_for_a_match(self):
        promise = self.case._promise(60.0, self.tomorrow)
        payment = self._unmatched_payment(amount=60.0, date=self.clock)
        self._watch(4)
        self.assertEqual(promise.state, "open")
        self._receivables(payment.move_id | self.invoice).reconcile()
        self._watch(4)
        self.assertEqual(promise.state, "kept")

    def test_money_of_before_the_promise_does_not_keep_it(self):
        self._unmatched_payment(amount=60.0, date=self.clock - timedelta(days=3))
        promise = self.case._promise(60.0, self.tomorrow)
        self._watch(4)
        self.assertEqual(promise.state, "broken")

    def test_broken_promise_is_on_the_desk_until_it_is_seen(self):
        promise = self.case._promise(60.0, self.tomorrow)
        self._watch(4)
        self.assertEqual(self.case.next_step, "broken")
        self.assertTrue(self.case.is_todo)
        self.assertEqual(self.case.activity_ids.summary, "Promise not kept")
        promise.action_mark_seen()
        self.assertNotEqual(self.case.next_step, "broken")

    def test_broken_promise_is_counted_once(self):
        promise = self.case._promise(60.0, self.tomorrow)
        self.assertEqual(self._watch(4), promise)
        self.assertFalse(self._watch(5))
        self.assertEqual(self.customer.dunning_promise_text, "0 of 1 kept")

    def test_undone_payment_opens_a_kept_promise_again(self):
        promise = self.case._promise(100.0, self.tomorrow)
        payment = self._pay(self.invoice, paid_on=self.clock)
        self._watch(0)
        payment.move_id.line_ids.remove_move_reconcile()
        self._watch(1)
        self.assertEqual(promise.state, "open")

    def test_credit_note_counts_as_paid(self):
        promise = self.case._promise(100.0, self.tomorrow)
        credit = self._credit_note(amount=100.0)
        self._receivables(self.invoice | credit).reconcile()
        self._watch(0)
        self.assertEqual(promise.state, "kept")

    # === BAD INPUT === #

    def test_promise_in_the_past_is_refused(self):
        with self.assertRaisesRegex(ValidationError, "has passed"):
            self.case._promise(10.0, self.clock - timedelta(days=1))

    def test_promise_of_more_than_is_open_is_refused(self):
        with self.assertRaisesRegex(ValidationError, "more than what is open"):
            self.case._promise(100.01, self.tomorrow)

    def test_promise_of_nothing_is_refused(self):
        for amount in (-5.0, 0.001):
            with (
                self.subTest(amount),
                self.assertRaisesRegex(ValidationError, "above zero"),
            ):
                self.case._promise(amount, self.tomorrow)

    def test_promise_on_a_settled_case_is_refused(self):
        self._pay(self.invoice)
        with self.assertRaisesRegex(ValidationError, "nothing to promise"):
            self.case._promise(10.0, self.tomorrow)

    def test_closed_promise_cannot_be_changed(self):
        promise = self.case._promise(10.0, self.tomorrow)
        promise.action_cancel()
        with self.assertRaises(UserError):
            promise.amount = 5.0

    def test_new_promise_replaces_the_open_one(self):
        old = self.case._promise(10.0, self.tomorrow)
        new = self.case._promise(100.0, self.clock + timedelta(days=99))
        self.assertEqual((old.state, new.state), ("cancelled", "open"))

    def test_items_of_another_case_are_refused(self):
        other = self._invoice(self._create_customer("Bob"), due=self.clock)
        self.env["dunning.planner"]._open_cases(self.company, other.partner_id)
        with self.assertRaises(ValidationError):
            self.case._promise(10.0, self.tomorrow, self._items(other))
