from datetime import date, timedelta

from odoo.exceptions import UserError, ValidationError
from odoo.fields import Command
from odoo.tests import tagged

from ..models import dunning_pause, dunning_promise
from .installment_common import InstallmentCommon


class MistakeCommon(InstallmentCommon):
    """A customer who owes 300.00 and a bookkeeper who is in a hurry."""

    def _get_case(self, move=None):
        move = move or self._overdue(20, 300.0)
        return self._put_on_case(move, self.friendly).case_id

    def _promise(self, amount=300.0, days=3):
        move = self._overdue(20, 300.0)
        return self._get_case(move)._promise(amount, self._in_days(days)), move

    def _watch_promises(self, days=0):
        self.env.flush_all()
        self.env["dunning.promise"]._watch(self.company, self._in_days(days))


@tagged("post_install", "-at_install")
class TestInvoiceTakenBack(MistakeCommon):
    """An invoice that is reset to draft was not paid, whatever was agreed about it."""

    def test_promise_is_not_kept_by_it(self):
        promise, move = self._promise()
        case = promise.case_id
        move.button_draft()
        self._watch_promises()
        self.assertEqual(promise.state, "cancelled")
        self.assertIn("reset to draft", case.message_ids[:1].body)

    def test_promise_goes_on_for_the_other_invoices(self):
        other = self._overdue(10, 200.0)
        self._get_case(other)
        promise, move = self._promise(400.0)
        self._pay(other, 50.0)
        move.button_draft()
        self.assertEqual(promise.line_ids.move_id, other)
        self.assertEqual((promise.state, promise.amount), ("open", 150.0))
        self._watch_promises()
        self.assertEqual(promise.state, "open")
        self._pay(other, 150.0)
        self._watch_promises()
        self.assertEqual(promise.state, "kept")

    def test_kept_promise_stays_kept(self):
        promise, move = self._promise()
        self._pay(move, 300.0)
        self._watch_promises()
        move.button_draft()
        self.assertEqual(promise.state, "kept")

    def test_completed_plan_lasts_as_long_as_its_payments(self):
        move = self._overdue(20, 300.0)
        plan = self._active_plan(move)
        self._pay(move, 300.0)
        move.button_draft()
        move.action_post()
        self.assertEqual((plan.state, plan.amount_paid), ("completed", 300.0))
        move.button_draft()
        move.invoice_line_ids.price_unit = 400.0  # takes the payment off
        self.assertEqual(plan.state, "cancelled")
        move.action_post()
        payments = self.env["account.payment"].search(
            [("partner_id", "=", self.customer.id)]
        )
        payments.action_draft()  # or a plan would be about what it leaves open
        self.assertEqual(self._active_plan(move).state, "active")


@tagged("post_install", "-at_install")
class TestPlanMistakes(MistakeCommon):
    """What cannot be done with a plan is said; what has to be done is not forgotten."""

    def test_plan_over_paid_invoices_is_not_renegotiated(self):
        move = self._overdue(20, 300.0)
        plan = self._active_plan(move)
        plan.action_default()
        self._pay(move, 300.0)
        with self.assertRaisesRegex(UserError, "Nothing is open"):
            plan._renegotiate()

    def test_draft_invoice_of_an_ended_plan_is_to_be_checked(self):
        plan = self._active_plan(fee=10.0)
        self.assertEqual(plan.cost_move_id.state, "draft")
        plan.action_cancel()
        self.assertIn("draft invoice of interest and fee", plan.activity_ids.summary)

    def test_posted_invoice_of_an_ended_plan_stays(self):
        plan = self._active_plan(fee=10.0)
        plan.cost_move_id.action_post()
        plan.action_cancel()
        self.assertFalse(plan.activity_ids)

    def test_merged_customer_keeps_the_plan(self):
        plan = self._active_plan()
        other = self._create_customer("Bob")
        self._get_case(plan.item_ids.move_id)
        wizard = self.env["base.partner.merge.automatic.wizard"].create({})
        wizard._merge((self.customer | other).ids, other)
        self.env.invalidate_all()
        self.assertEqual(plan.partner_id | plan.line_ids.partner_id, other)
        self.assertEqual(plan.case_id.partner_id, other)
        self.assertEqual(self._reason(plan.item_ids.move_id), "plan")

    def test_desk_waits_for_a_proposal_as_long_as_it_can_be_accepted(self):
        move = self._overdue(20, 300.0)
        case = self._get_case(move)
        plan = self._plan(move, date_valid=self._in_days(2))
        plan.action_propose()
        self.assertEqual((case.next_step, plan.next_date), ("plan", self._in_days(7)))
        self.assertEqual(case.next_step_date, self._in_days(3))


@tagged("post_install", "-at_install")
class TestPeopleWhoLeave(MistakeCommon):
    """What has to be done is given to somebody who is there."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        group = cls.env.ref("payment_reminder.group_dunning_user")
        cls.leaver = cls.env["res.users"].create(
            {
                "name": "Lea Leaver",
                "login": "leaver",
                "group_ids": [Command.link(group.id)],
                "company_ids": [Command.link(cls.company.id)],
                "company_id": cls.company.id,
            }
        )

    def test_broken_promise_finds_somebody(self):
        promise, _move = self._promise(days=0)
        promise.case_id.user_id = promise.sudo().user_id = self.leaver
        self.leaver.active = False
        self._watch_promises(10)
        self.assertEqual(promise.state, "broken")
        self.assertTrue(promise.case_id.activity_ids.user_id.active)

    def test_answer_to_a_plan_finds_somebody(self):
        plan = self._plan(user_id=self.leaver.id)
        plan.action_propose()
        self.leaver.active = False
        plan._notify_responsible("Accepted")
        self.assertTrue(plan.activity_ids.user_id.active)

    def test_callback_finds_somebody(self):
        case = self._get_case()
        case.user_id = self.leaver
        self.leaver.active = False
        case._log_call("wrong_number")
        self.assertNotIn(self.leaver, case.activity_ids.user_id)

    def test_nobody_who_left_signs(self):
        case = self._get_case()
        case.user_id = self.leaver
        self.assertEqual(case._get_signatory(), self.leaver)
        self.leaver.active = False
        self.assertFalse(case._get_signatory())


@tagged("post_install", "-at_install")
class TestDatesThatCannotBeMeant(MistakeCommon):
    """A slip of the pen does not mute a customer for a century."""

    def test_promise_for_a_day_far_away_is_refused(self):
        case = self._get_case()
        last = self._in_days(dunning_promise.MAX_DAYS)
        for day in (date.max, last + timedelta(days=1)):
            with (
                self.subTest(day),
                self.assertRaisesRegex(ValidationError, "more than a year"),
            ):
                case._promise(100.0, day)
        self.assertEqual(case._promise(100.0, last).date, last)

    def test_pause_without_an_end_is_refused(self):
        case = self._get_case()
        last = self._in_days(dunning_pause.MAX_DAYS)
        for day in (date.max, last + timedelta(days=1)):
            with (
                self.subTest(day),
                self.assertRaisesRegex(ValidationError, "more than three years"),
            ):
                case._pause(day, "Wants to be left alone")
        self.assertEqual(case._pause(last, "Insolvent").date_until, last)
