from datetime import timedelta

from freezegun import freeze_time

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import new_test_user, tagged
from odoo.tools import mute_logger

from .test_contact_call import ContactCallCommon
from .test_contact_sending import NINE


@tagged("post_install", "-at_install")
class TestContactException(ContactCallCommon):
    """A manager may let a customer be contacted outside the rule, with a reason."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.manager = new_test_user(
            cls.env,
            login="contact_manager",
            groups="payment_reminder.group_dunning_manager",
            company_id=cls.company.id,
            company_ids=[(6, 0, cls.company.ids)],
        )

    def _mail(self):
        self.customer.phone = False
        notice = self._queue()
        self._work()
        self.assertEqual(notice.state, "queued")
        return notice

    def _allow(self, notice, reason="The court asks for it", user=None):
        notice = notice.with_user(user or self.manager)
        action = notice.action_allow_contact()
        wizard = (
            self.env[action["res_model"]]
            .with_user(user or self.manager)
            .with_context(**action["context"])
            .create({"reason": reason})
        )
        wizard.action_allow()
        self.env.invalidate_all()
        return notice.exception_ids

    def test_manager_sends_a_mail_outside_the_rule(self):
        notice = self._mail()
        exception = self._allow(notice)
        self.assertEqual(exception.user_id, self.manager)
        self.assertEqual(exception.reason, "The court asks for it")
        self.assertIn("It is", exception.rule_text)
        self.assertFalse(exception.used_at)
        self.assertIn("Allowed by", notice.contact_text)
        self._work()
        self.assertSent(notice)
        self.assertTrue(notice.is_outside_rule)
        self.assertTrue(exception.used_at)
        self.assertIn("The court asks for it", self._history(notice.case_id))

    def test_mail_that_failed_for_a_while_keeps_its_permission(self):
        notice = self._mail()
        exception = self._allow(notice)
        self.server.refuse_connection = True
        notice.sudo()._set_retry("451 later")
        self.assertFalse(exception.used_at)
        self.assertTrue(notice.is_contact_allowed)

    def test_permission_holds_for_a_day(self):
        notice = self._mail()
        self._allow(notice)
        with freeze_time(NINE + timedelta(days=1, hours=15)):
            self.env.invalidate_all()
            self.assertFalse(notice.is_contact_allowed)

    def test_permission_for_a_call_explains_the_logged_call(self):
        notice = self._call_notice()
        exception = self._allow(notice, "He asked for it")
        self.assertTrue(notice.is_contact_allowed)
        call = self._log(notice, "no_answer")
        self.assertEqual(call.rule_reason, "He asked for it")
        self.assertEqual(exception.call_id, call)
        self.assertFalse(exception.is_afterwards)
        self.env.invalidate_all()
        self.assertFalse(notice.is_contact_allowed)
        with self.assertRaisesRegex(ValidationError, "did not allow"):
            self._log(notice, "no_answer")

    def test_user_may_not(self):
        notice = self._mail()
        for call in (
            lambda: notice.with_user(self.clerk).action_allow_contact(),
            lambda: notice.with_user(self.clerk)._allow_contact("x"),
            lambda: self.env["contact.allow"].with_user(self.clerk).create({}),
        ):
            with (
                self.assertRaises(AccessError),
                mute_logger("odoo.addons.base.models.ir_model"),
            ):
                call()
        self._work()
        self.assertFalse(self.server.mails)

    def test_nobody_makes_or_changes_a_permission_by_hand(self):
        exception = self._allow(self._mail())
        values = {
            "case_id": exception.case_id.id,
            "partner_id": exception.partner_id.id,
            "kind": "call",
            "reason": "x",
            "user_id": self.manager.id,
        }
        with (
            self.assertRaises(AccessError),
            mute_logger("odoo.addons.base.models.ir_model"),
        ):
            self.env["contact.exception"].with_user(self.manager).create(values)
        with self.assertRaises(UserError):
            exception.sudo().write({"reason": "Another"})
        with self.assertRaises(UserError):
            exception.sudo().unlink()

    def test_reason_is_needed(self):
        notice = self._mail().with_user(self.manager)
        for reason in (False, "", "  "):
            with self.assertRaisesRegex(ValidationError, "Say why"):
                notice._allow_contact(reason)

    def test_what_is_allowed_anyway_needs_no_permission(self):
        notice = self._call_notice()
        with freeze_time(NINE):
            self.assertFalse(self._allow(notice))

    def test_allowed_twice_is_allowed_once(self):
        notice = self._call_notice()
        self._allow(notice)
        self.assertEqual(len(self._allow(notice)), 1)

    def test_sent_notice_cannot_be_allowed(self):
        notice = self._call_notice()
        notice.sudo()._set_skipped("x")
        with self.assertRaises(UserError):
            notice.with_user(self.manager).action_allow_contact()

    def test_rule_shows_what_was_done_outside(self):
        exception = self._allow(self._mail())
        action = self.courteous.action_view_exceptions()
        found = self.env["contact.exception"].search(action["domain"])
        self.assertEqual(found, exception)
        self.assertEqual(exception.action_open_case()["res_id"], exception.case_id.id)
