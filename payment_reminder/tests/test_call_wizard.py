from datetime import timedelta

from odoo.exceptions import AccessError, ValidationError
from odoo.tests import Form, new_test_user, tagged
from odoo.tools import mute_logger

from .call_common import CallCommon


@tagged("post_install", "-at_install")
class TestCallWizard(CallCommon):
    """The form in which a call is logged."""

    def _form(self, record):
        """Return the form that the button of a notice or case opens."""
        action = record.action_log_call()
        self.assertEqual(action["target"], "new")
        return Form(self.env[action["res_model"]].with_context(**action["context"]))

    def test_wizard_knows_whom_and_how_much(self):
        notice = self._call_notice()
        form = self._form(notice)
        self.assertEqual(form.contact_id, self.customer)
        self.assertEqual(form.phone, "+32 2 555 12 12")
        self.assertEqual((form.amount_overdue, form.is_settled), (100.0, False))
        form.outcome = "promised"
        self.assertEqual(form.amount, 100.0)
        self.assertGreaterEqual(form.promise_date, self._in_days(7))
        self.assertTrue(form.hint)
        form.outcome = "will_pay_part"
        self.assertEqual(form.amount, 0.0)

    def test_wizard_says_whose_task_it_is(self):
        notice = self._call_notice()
        form = self._form(notice)
        form.outcome = "asks_instalments"
        self.assertEqual(form.hint, "You get a task: propose a plan.")
        notice.case_id.user_id = self.clerk
        form = self._form(notice)
        form.outcome = "paid_already"
        self.assertEqual(
            form.hint,
            "Carla Clerk gets a task: look for the payment. The invoices rest for 5 "
            "days.",
        )

    def test_wizard_logs_the_call(self):
        notice = self._call_notice()
        form = self._form(notice)
        form.outcome = "no_answer"
        form.save().action_log()
        call = notice.call_ids
        self.assertEqual((call.outcome, call.phone), ("no_answer", "+32 2 555 12 12"))
        self.assertEqual(notice.tries, 1)

    def test_wizard_records_a_promise(self):
        notice = self._call_notice()
        form = self._form(notice)
        form.outcome = "promised"
        form.save().action_log()
        promise = notice.call_ids.promise_id
        self.assertEqual((promise.amount, promise.case_id), (100.0, notice.case_id))

    def test_promise_of_more_than_is_open_or_of_the_past_is_refused(self):
        notice = self._call_notice()
        for field, value in (
            ("amount", 100.01),
            ("amount", 0.0),
            ("promise_date", self._in_days(-1)),
        ):
            form = self._form(notice)
            form.outcome = "promised"
            setattr(form, field, value)
            with self.subTest(field), self.assertRaises(ValidationError):
                form.save().action_log()

    def test_wizard_records_a_dispute_of_the_chosen_items(self):
        notice = self._call_notice()
        form = self._form(notice)
        form.outcome = "disputes"
        self.assertEqual(form.line_ids[:], self._items(notice.line_ids.move_id))
        form.category = "amount"
        form.note = "We agreed on less"
        form.save().action_log()
        self.assertEqual(notice.call_ids.dispute_id.text, "We agreed on less")

    def test_case_takes_the_call_that_waits(self):
        notice = self._call_notice()
        form = self._form(notice.case_id)
        self.assertEqual(form.notice_id, notice)
        form.outcome = "reached"
        form.save().action_log()
        self.assertEqual(notice.state, "sent")

    def test_case_without_a_call_can_be_called_as_well(self):
        self._overdue(5)
        self._plan().action_cancel()
        form = self._form(self._case())
        self.assertFalse(form.notice_id)
        form.outcome = "reached"
        form.save().action_log()
        self.assertEqual(self._case().call_ids.outcome, "reached")

    def test_call_without_an_outcome_is_refused(self):
        wizard = self._form(self._call_notice()).save()
        with self.assertRaisesRegex(ValidationError, "what came of the call"):
            wizard.action_log()

    def test_call_back_in_the_past_is_refused(self):
        form = self._form(self._call_notice())
        form.outcome = "call_back"
        form.callback_at = self.now - timedelta(days=1)
        with self.assertRaisesRegex(ValidationError, "has passed"):
            form.save().action_log()

    def test_settled_case_is_told(self):
        notice = self._call_notice()
        self._pay(notice.line_ids.move_id)
        self.env.invalidate_all()
        form = self._form(notice)
        self.assertTrue(form.is_settled)
        form.outcome = "refused"
        with self.assertRaisesRegex(ValidationError, "Everything is paid"):
            form.save().action_log()

    def test_every_outcome_says_what_happens(self):
        form = self._form(self._call_notice())
        wizard = form.save()
        outcomes = dict(wizard._fields["outcome"].selection)
        self.assertEqual(set(wizard._get_hints()), set(outcomes))

    def test_user_without_access_to_invoices_logs_calls(self):
        notice = self._call_notice()
        user = new_test_user(
            self.env,
            login="caller",
            groups="payment_reminder.group_dunning_user",
            company_id=self.company.id,
            company_ids=self.company.ids,
        )
        self.env.invalidate_all()
        notice = notice.with_user(user)
        self.assertEqual(notice.call_amount, 100.0)
        self.assertTrue(notice.call_sheet)
        self.env = self.env(user=user)
        form = self._form(notice)
        form.outcome = "reached"
        form.save().action_log()
        self.assertEqual(notice.call_ids.user_id, user)

    @mute_logger("odoo.addons.base.models.ir_model")
    def test_reader_cannot_log_calls(self):
        notice = self._call_notice()
        reader = new_test_user(
            self.env,
            login="reader",
            groups="payment_reminder.group_dunning_readonly",
            company_id=self.company.id,
            company_ids=self.company.ids,
        )
        with self.assertRaises(AccessError):
            notice.with_user(reader).action_log_call()
        with self.assertRaises(AccessError):
            notice.case_id.with_user(reader)._log_call("reached")
