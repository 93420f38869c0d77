from datetime import timedelta
from unittest.mock import patch

from odoo.tests import tagged
from odoo.tools import html2plaintext, mute_logger

from ..models.installment_plan_notice import InstallmentPlan
from .installment_common import InstallmentCommon


@tagged("post_install", "-at_install")
class TestInstallmentNotice(InstallmentCommon):
    """What a customer of a plan is written, and never twice."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.heads_up_reminder = cls.env.ref(
            "payment_reminder.installment_reminder_heads_up"
        )
        cls.late_reminder = cls.env.ref("payment_reminder.installment_reminder_late")
        cls.last_reminder = cls.env.ref("payment_reminder.installment_reminder_last")
        cls.first_day = cls._in_days(7)

    def _remind(self, days):
        """Do the reminders of ``days`` after the first instalment's day."""
        date = self.first_day + timedelta(days=days)
        return self.env["installment.plan"]._remind(self.company, date)

    def _mails(self, plan):
        return plan.message_ids.filtered(
            lambda message: self.customer in message.partner_ids
        )

    def _read(self, mail):
        return " ".join(html2plaintext(mail.body).split()).replace("*", "")

    def test_proposal_brings_the_agreement_to_the_customer(self):
        plan = self._plan()
        plan.action_propose()
        [mail] = self._mails(plan)
        self.assertIn("by instalments", mail.body)
        [attachment] = mail.attachment_ids
        self.assertEqual(attachment.mimetype, "application/pdf")
        self.assertEqual(plan.notice_ids.kind, "proposal")
        self.assertEqual(plan.notice_ids.message_id, mail)

    def test_last_reminder_tells_of_an_earlier_one_only_if_there_was_one(self):
        plan = self._active_plan()
        self._remind(5)
        [mail] = self._mails(plan)
        self.assertIn("is still open", self._read(mail))
        self.assertNotIn("written to you", self._read(mail))

    def test_last_reminder_tells_of_an_earlier_one(self):
        plan = self._active_plan()
        self._remind(2)
        self._remind(5)
        mail = self._mails(plan).sorted("id")[-1]
        self.assertIn("we have written to you about it before", self._read(mail))

    def test_heads_up_does_not_judge_other_instalments(self):
        self.heads_up_reminder.active = True
        plan = self._active_plan()
        self._remind(-3)
        [mail] = self._mails(plan)
        self.assertNotIn("overdue", self._read(mail))

    def test_plan_goes_to_whom_its_invoice_is_addressed_to(self):
        self.customer.is_company = True
        for name in ("A branch", "Z branch"):
            branch = self._create_customer(
                name, parent_id=self.customer.id, type="invoice"
            )
        plan = self._plan(self._overdue(20, 300.0, partner=branch))
        self.assertEqual(plan.contact_id, branch)
        branch.email = False
        plan.action_propose()
        self.assertEqual(len(self._mails(plan)), 1)  # the customer's own address

    def test_mail_is_signed_once_by_the_responsible_person(self):
        self.env.user.signature = "Somebody else"
        plan = self._active_plan()
        self._remind(2)
        [mail] = self._mails(plan)
        self.assertFalse(mail.email_add_signature)
        self.assertEqual(self._read(mail).count(plan.user_id.name), 1)

    def test_mail_looks_like_the_reminders_and_is_no_internal_note(self):
        plan = self._plan()
        plan.action_propose()
        [message] = self._mails(plan)
        sent = self.env["mail.mail"].search([("mail_message_id", "=", message.id)])
        html = str(sent.body_html)
        self.assertIn("max-width: 600px", html)
        self.assertIn(self.company.name, html)
        self.assertNotIn("Internal communication", html)

    def test_heads_up_is_optional_and_comes_before_the_day_only(self):
        plan = self._active_plan()
        self.assertFalse(self._remind(-3))
        self.heads_up_reminder.active = True
        self.assertFalse(self._remind(-4))
        notice = self._remind(-3)
        self.assertEqual(notice.reminder_id, self.heads_up_reminder)
        self.assertIn("the next instalment of your plan", self._mails(plan).body)
        self.assertFalse(self._remind(-2))

    def test_late_instalment_is_reminded_of_once_per_reminder(self):
        plan = self._active_plan()
        self.assertFalse(self._remind(1))
        first = self._remind(2)
        self.assertEqual(first.reminder_id, self.late_reminder)
        self.assertEqual((first.line_id, first.amount_open), (plan.line_ids[0], 100.0))
        self.assertFalse(self._remind(2))
        self.assertFalse(self._remind(3))
        self.assertEqual(self._remind(5).reminder_id, self.last_reminder)
        self.assertEqual(len(self._mails(plan)), 2)
        self.assertIn("late", plan.activity_ids[0].summary)

    def test_instalment_whose_money_waits_for_a_match_is_not_reminded_of(self):
        plan = self._active_plan()
        amount = plan.line_ids.sorted("date")[0].amount
        self._unmatched_payment(amount=amount, date=self.first_day)
        self.assertFalse(self._remind(2))

    def test_skipped_days_are_not_made_up_for_one_by_one(self):
        self._active_plan()
        self.assertEqual(self._remind(6).reminder_id, self.last_reminder)
        self.assertFalse(self._remind(6))

    def test_paid_and_partly_paid_instalments(self):
        move = self._overdue(20, 300.0)
        plan = self._active_plan(move)
        self._pay(move, 40.0)
        self.assertEqual(self._remind(2).amount_open, 60.0)
        self._pay(move, 60.0)
        self.assertFalse(self._remind(5))
        self.assertIn("$ 60.00", self._read(self._mails(plan)[0]))

    def test_plans_that_are_not_active_are_left_alone(self):
        plan = self._plan()
        plan.action_propose()
        cancelled = self._active_plan()
        cancelled.action_cancel()
        self.assertFalse(self._remind(2))

    def test_end_of_the_plan_is_told_with_the_rest_and_the_day(self):
        self.company.installment_default_days = 7
        move = self._overdue(20, 300.0)
        plan = self._active_plan(move, grace_days=3)
        self._pay(move, 40.0)
        plan._watch(self.company, self.first_day + timedelta(days=4))
        self.assertEqual(plan.state, "defaulted")
        [mail] = self._mails(plan)
        text = self._read(mail)
        self.assertIn("$ 260.00", text)
        day = plan._format_date(self.first_day + timedelta(days=11))
        self.assertIn(day, text)
        self.assertEqual(plan.notice_ids.kind, "default")
        self.assertIn("Plan ended", plan.activity_ids.mapped("summary")[0])

    def test_mails_speak_the_language_of_the_customer(self):
        self.env["res.lang"]._activate_lang("ru_RU")
        self.customer.lang = "ru_RU"
        plan = self._active_plan()
        self._remind(2)
        [mail] = self._mails(plan)
        self.assertIn("рассрочк", mail.body)
        self.assertIn("рассрочк", mail.subject + mail.body)
        self.assertNotIn("instalment", mail.body + mail.subject)

    def test_without_an_address_somebody_is_told_to_call(self):
        self.customer.email = False
        plan = self._active_plan()
        notice = self._remind(2)
        self.assertIn("call instead", notice.problem)
        self.assertFalse(notice.message_id)
        self.assertIn("call instead", " ".join(plan.activity_ids.mapped("summary")))
        self.assertFalse(self._remind(2))

    def test_deleted_text_does_not_stop_the_proposal(self):
        self.env.ref("payment_reminder.mail_template_installment_proposal").unlink()
        plan = self._plan()
        plan.action_propose()
        self.assertEqual(plan.state, "proposed")
        self.assertIn("no text", plan.notice_ids.problem)

    @mute_logger("odoo.addons.payment_reminder.models.installment_plan_notice")
    def test_one_poisoned_plan_does_not_stop_the_others(self):
        bad = self._active_plan()
        good = self._active_plan()
        write = InstallmentPlan._write_to_customer

        def fail(plan, *args, **kwargs):
            if plan == bad:
                raise ValueError("poison")
            return write(plan, *args, **kwargs)

        with patch.object(InstallmentPlan, "_write_to_customer", fail):
            notices = self._remind(2)
        self.assertEqual(notices.plan_id, good)
        self.assertIn("poison", " ".join(bad.activity_ids.mapped("summary")))

    def test_reminder_of_another_company_is_not_used(self):
        other = self.setup_other_company()["company"]
        self.late_reminder.company_id = other
        self._active_plan()
        self.assertFalse(self._remind(2))

    def test_hostile_names_are_escaped(self):
        self.customer.name = "{{7*7}} <script>alert(1)</script>"
        plan = self._active_plan()
        self._remind(2)
        body = self._mails(plan).body
        self.assertNotIn("<script>", body)
        self.assertIn("{{7*7}}", body)

    def test_history_of_the_case_names_the_mail(self):
        move = self._overdue(20, 300.0)
        case = self._put_on_case(move, self.friendly).case_id
        plan = self._active_plan(move)
        self._remind(2)
        self.assertIn(plan.name, " ".join(case.message_ids.mapped("body")))

    def test_daily_work_watches_and_reminds(self):
        plan = self._active_plan()
        scheduler = self.env["dunning.scheduler"]
        date = self.first_day + timedelta(days=2)
        scheduler._watch_plans(self.company, date)
        self.assertEqual(plan.notice_ids.reminder_id, self.late_reminder)
        scheduler._watch_plans(self.company, self.first_day + timedelta(days=40))
        self.assertEqual(plan.state, "defaulted")
