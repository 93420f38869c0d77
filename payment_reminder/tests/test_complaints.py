from datetime import timedelta

from odoo.fields import Command
from odoo.tests import tagged

from .sending_common import SendingCommon


@tagged("post_install", "-at_install")
class TestComplaints(SendingCommon):
    """What users of other tools complain about, where they reported it.

    'At most 6 clicks from install to the first reviewed reminder' (readme of the OCA
    reminder) is a tour: ``test_first_reminder_takes_six_clicks``.
    """

    def test_oca_credit_control_58_runs_by_itself_on_a_schedule(self):
        self.company.dunning_is_unattended = True
        cron = self.env.ref("payment_reminder.ir_cron_dunning_daily").sudo()
        self.assertEqual((cron.interval_number, cron.interval_type), (1, "hours"))
        self._overdue(5)
        scheduler = self.env["dunning.scheduler"]
        run = scheduler._run_unattended(self.company, self.today)
        self.assertTrue(cron.active and run.is_unattended)
        self.assertEqual(run.notice_ids.state, "queued")

    def test_oca_credit_control_21_and_470_one_message_at_the_highest_level(self):
        first = self._overdue(5)
        self._run_and_send()
        later = self.today + timedelta(days=12)
        new = self._invoice(due=later - timedelta(days=5))
        [notice] = self._plan(later).notice_ids
        self.assertEqual(notice.line_ids.move_id, first | new)
        self.assertEqual(notice.level_id, self.second)

    def test_oca_credit_control_447_and_11_undeliverable_mail_is_seen(self):
        self.server.fault("rcpt", (550, b"5.1.1 no such user"))
        self.customer.write({"street": False, "city": False})
        notice = self._queue()
        self._work()
        self.assertEqual(notice.state, "failed")
        self.assertIn("no such user", notice.reason)
        self.assertNotClimbed(notice)
        self.env["dunning.desk"]._refresh(self.company, date=self.today)
        self.assertEqual(self._case().next_step, "problem")

    def test_oca_credit_control_208_pause_until_a_date_then_resumes_by_itself(self):
        invoice = self._overdue(5)
        pause = self._pause(self.customer, until=self.today)
        self.assertEqual(pause.reason, "Illness")
        paused = self._plan()
        self.assertLeftOut(paused, invoice, "on_hold")
        tomorrow = self.today + timedelta(days=1)
        self.assertReminded(self._plan(tomorrow), invoice, self.friendly)

    def test_oca_credit_control_460_one_invoice_does_not_mute_the_others(self):
        muted, other = self._overdue(5), self._overdue(5)
        self._pause(muted)
        run = self._plan()
        self.assertLeftOut(run, muted, "on_hold")
        self.assertReminded(run, other, self.friendly)

    def test_oca_credit_control_330_partly_paid_is_reminded_of_for_the_rest(self):
        invoice = self._overdue(5, 100.0)
        self._pay(invoice, 60.0)
        run = self._plan()
        self.assertReminded(run, invoice, self.friendly)
        self.assertEqual(run.notice_ids.amount_total, 40.0)

    def test_oca_credit_control_374_and_odoo_210974_first_unpaid_term_counts(self):
        invoice = self._term_invoice(
            (50.0, self._days_ago(5)), (50.0, self.today + timedelta(days=30))
        )
        [line] = self._plan().notice_ids.line_ids
        self.assertEqual(line.move_line_id, self._receivables(invoice)[0])
        self.assertEqual((line.amount_residual, line.days_late), (50.0, 5))

    def test_oca_credit_control_497_and_odoo_210702_never_more_than_is_open(self):
        invoice = self._overdue(5, 100.0)
        run = self._plan()
        self._pay(invoice, 70.0)
        [notice] = self._send(run)
        self.assertEqual(notice.amount_total, 30.0)
        self.assertEqual(notice.line_ids.amount_residual, 30.0)

    def test_erpnext_41752_case_closes_only_when_all_is_paid(self):
        first, second = self._overdue(5), self._overdue(5)
        self._run_and_send()
        self._pay(first)
        self.assertTrue(self._case().is_open)
        self._pay(second, 99.99)
        self.assertTrue(self._case().is_open)
        self._pay(second)
        self.assertFalse(self._case().is_open)

    def test_invoiceninja_8716_letter_not_only_an_email(self):
        self.friendly.write(
            {
                "channel_ids": [Command.set(self.letter_channel.ids)],
                "letter_subject": "Demand for payment",
                "letter_intro": "<p>Please pay.</p>",
            }
        )
        self._overdue(5)
        self.assertEqual(self._plan().notice_ids.channel_id, self.letter_channel)

    def test_invoiceninja_4020_each_notice_has_a_new_deadline(self):
        self._overdue(5)
        first = self._run_and_send().notice_ids
        later = self.today + timedelta(days=12)
        second = self._run_and_send(later).notice_ids
        self.assertGreater(first.pay_by_date, self.today)
        self.assertGreater(second.pay_by_date, later)

    def test_invoiceninja_2330_and_637_not_every_hour_and_no_day_missed(self):
        invoice = self._overdue(5)
        self._run_and_send()
        self.assertFalse(self._plan().notice_ids)
        late = self.today + timedelta(days=30)  # nobody ran it on the day itself
        self.assertReminded(self._plan(late), invoice, self.second)

    def test_akaunting_259_what_is_paid_is_never_reminded_of(self):
        invoice = self._overdue(5)
        run = self._plan()
        self._pay(invoice)
        self.assertFalse(self._send(run))
        self.assertEqual(run.notice_ids.state, "skipped")
        self.assertFalse(self._plan(self.today + timedelta(days=30)).notice_ids)

    def test_oca_reminder_readme_shipped_procedure_works_on_the_first_day(self):
        company = self.setup_other_company(name="Founded Today")["company"]
        self._overdue(5, company=company)
        [notice] = self._plan(company=company).notice_ids
        self.assertEqual(notice.level_id.procedure_id, company.dunning_procedure_id)
