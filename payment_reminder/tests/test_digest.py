from datetime import datetime, timedelta
from unittest.mock import patch

from odoo.tests import tagged
from odoo.tools import html2plaintext, mute_logger

from .test_scheduler import SCHEDULER, SchedulerCommon


@tagged("post_install", "-at_install")
class TestDigest(SchedulerCommon):
    """The summary of the desk for the colleagues who want it."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company.dunning_is_unattended = False
        cls.company.dunning_digest_user_ids = cls.clerk
        cls.digest = cls.env["dunning.digest"].sudo()

    def _send_digest(self, on=None):
        return self.digest._send_once(self.company.sudo(), on or self.today)

    def _text(self, mail):
        return html2plaintext(mail.body_html).replace("\xa0", " ")

    def _at(self, record, moment, field="create_date"):
        """Let ``record`` have happened at ``moment`` (UTC)."""
        self.env.flush_all()
        self.env.cr.execute(
            f"UPDATE {record._table} SET {field} = %s WHERE id IN %s",
            [moment, tuple(record.ids)],
        )
        self.env.invalidate_all()

    # === WHEN AND TO WHOM === #

    def test_nobody_gets_it_while_the_list_is_empty(self):
        self.company.dunning_digest_user_ids = False
        self._overdue(5)
        self._plan()
        self.assertFalse(self._send_digest())

    def test_each_on_the_list_gets_one_mail_a_day(self):
        boss = self.clerk.copy({"login": "boss", "email": "boss@lender.example.com"})
        self.company.dunning_digest_user_ids += boss
        self._overdue(5)
        self._plan()
        mails = self._send_digest()
        self.assertEqual(
            sorted(mails.mapped("email_to")),
            [boss.email_formatted, self.clerk.email_formatted],
        )
        self.assertEqual(set(mails.mapped("state")), {"outgoing"})
        self.assertFalse(self._send_digest())
        self.assertTrue(self._send_digest(self.today + timedelta(days=1)))

    def test_archived_colleague_and_one_without_address_get_none(self):
        self._overdue(5)
        self._plan()
        self.clerk.partner_id.email = False
        self.assertFalse(self._send_digest())
        self.clerk.partner_id.email = "carla@lender.example.com"
        self.clerk.active = False
        self.assertFalse(self._send_digest(self.today + timedelta(days=1)))

    def test_none_is_sent_when_there_is_nothing_to_tell(self):
        self._overdue(5)
        self._run_and_send()
        later = self.today + timedelta(days=3)
        self.env["dunning.notice"].search([]).flush_recordset()
        self.assertFalse(self._send_digest(later))

    def test_day_of_the_cron_ends_with_the_summary(self):
        self.company.dunning_is_unattended = True
        self.customer.write({"email": False, "street": False})
        self._overdue(5)
        self._tick("2025-06-16 06:00:00")
        mails = self.env["mail.mail"].sudo().search([("email_to", "like", "carla@")])
        self.assertEqual(len(mails), 1)
        self.assertEqual(self.company.dunning_digest_date, self.today)

    @mute_logger(SCHEDULER)
    def test_failure_of_the_summary_stops_nothing(self):
        self.company.dunning_is_unattended = True
        self._overdue(5)
        Digest = self.env.registry["dunning.digest"]
        with patch.object(Digest, "_prepare_values", side_effect=ZeroDivisionError):
            self._tick("2025-06-16 06:00:00")
        self.assertEqual(self._runs().state, "sending")
        self.assertEqual(self.company.dunning_last_day, self.today)
        self.assertFalse(self.company.dunning_last_error)

    # === WHAT IT SAYS === #

    def test_work_to_do_is_that_of_the_desk(self):
        self._overdue(5)
        self._overdue(5, partner=self._create_customer("Bob"))
        no_way = self._create_customer("Carol", email=False, street=False)
        self._overdue(5, partner=no_way)
        self._plan().action_cancel()
        self._plan(partner_ids=self.customer.ids)
        text = self._text(self._send_digest())
        for line in (
            "Review the proposal: 1",
            "Remind: 1",
            "Find a way to contact: 1",
        ):
            self.assertIn(line, text)
        self.assertNotIn("Call:", text)
        self.assertNotIn("disputes", text)

    def test_disputes_and_broken_promises_are_told(self):
        invoice = self._overdue(5)
        self._run_and_send()
        other = self._overdue(5, partner=self._create_customer("Bob"))
        self._plan().action_cancel()
        case = self._case()
        case._dispute(self._items(invoice), "quality", "Not what we ordered")
        promising = self._case(other.partner_id)
        today = promising.company_id._get_dunning_today()
        promising._promise(100, today)
        later = today + timedelta(days=30)
        self.env["dunning.promise"]._watch(self.company, later)
        text = self._text(self._send_digest(later))
        self.assertIn("Open disputes: 1", text)
        self.assertIn("Promise not kept: 1", text)

    def test_what_was_sent_yesterday_is_told_by_channel(self):
        self.procedure.first_level = "age"
        self._overdue(5)
        self._overdue(32, partner=self._create_customer("Bob"))
        run = self._run_and_send(self._days_ago(1))
        notices = run.sudo().notice_ids
        self.assertEqual(set(notices.mapped("channel")), {"email", "letter"})
        self._at(notices, datetime(2025, 6, 14, 22), "sent_at")  # midnight
        text = self._text(self._send_digest())
        self.assertIn("Sent yesterday", text)
        self.assertIn("E-mail: 2", text)
        self.assertIn("Letter: 1", text)
        self._at(notices, datetime(2025, 6, 14, 21, 59), "sent_at")
        self.company.dunning_digest_date = False
        self.assertNotIn("Sent yesterday", self._text(self._send_digest()))

    def test_what_was_paid_is_told_by_case_in_its_currency(self):
        foreign = self.setup_other_currency("GBP")
        euro = self._overdue(5, 500)
        pound = self._overdue(5, 300, currency_id=foreign.id)
        credited = self._overdue(5, 70, partner=self._create_customer("Credited"))
        self._plan()
        self._pay(euro, 123.45)
        self._pay(pound, 200, currency_id=foreign.id)
        credit = self._credit_note(credited.partner_id, 70)
        self._receivables(credited + credit).reconcile()
        partials = self.env["account.partial.reconcile"].search(
            [("debit_move_id", "in", self._receivables(euro + pound + credited).ids)]
        )
        self._at(partials, datetime(2025, 6, 15, 12))
        text = self._text(self._send_digest())
        self.assertIn("Paid yesterday", text)
        self.assertIn("123.45", text)
        self.assertIn("£ 200.00" if "£ 200" in text else "200.00", text)
        self.assertNotIn("Credited [", text.split("Paid yesterday")[1].split("Over")[0])

    def test_five_largest_cases_are_named_with_links(self):
        for number in range(7):
            customer = self._create_customer(f"Customer {number}")
            self._overdue(5, 100 + number, partner=customer)
        self._plan()
        mail = self._send_digest()
        text = self._text(mail)
        self.assertIn("721.00", text)
        self.assertEqual(text.count("due since"), 5)
        self.assertNotIn("Customer 1 ", text)
        case = self._case(self.env["res.partner"].search([("name", "=", "Customer 6")]))
        link = f"/odoo/action-payment_reminder.dunning_case_action/{case.id}"
        self.assertIn(f"https://our.example{link}", str(mail.body_html))
        self.assertIn(link, text)

    def test_watchdog_is_told(self):
        self.company.sudo().dunning_is_unattended = True
        self.company.sudo().dunning_last_error = "no procedure"
        self._overdue(5)
        self.assertIn("no procedure", self._text(self._send_digest()))

    def test_summary_after_a_silence_tells_all_of_it(self):
        self._overdue(10)
        run = self._run_and_send(self._days_ago(3))
        self._at(run.sudo().notice_ids, datetime(2025, 6, 13, 12), "sent_at")
        self.company.dunning_digest_date = self._days_ago(3)
        self.assertIn("Sent since June 13", self._text(self._send_digest()))

    def test_summary_is_in_the_language_of_the_reader(self):
        self.env["res.lang"]._activate_lang("de_DE")
        self.clerk.lang = "de_DE"
        self._overdue(5, 1234.5)
        self._plan()
        mail = self._send_digest()
        self.assertIn("16. Juni 2025", mail.subject)
        self.assertIn("1.234,50", self._text(mail))
        self.assertIn('lang="de-DE"', str(mail.body_html))

    def test_other_companies_are_not_told_about(self):
        self._overdue(5)
        self._plan()
        self._overdue(5, 987, company=self.other)
        self._plan(company=self.other)
        self.assertNotIn("987", self._text(self._send_digest()))

    def test_names_are_escaped(self):
        customer = self._create_customer("<script>alert(1)</script>{{7*7}}")
        self._overdue(5, partner=customer)
        self._plan()
        mail = self._send_digest()
        self.assertNotIn("<script", str(mail.body_html))
        self.assertIn("{{7*7}}", str(mail.body_html))

    def test_mail_queue_is_woken_up(self):
        cron = self.env.ref("mail.ir_cron_mail_scheduler_action").sudo()
        before = self.env["ir.cron.trigger"].sudo().search([("cron_id", "=", cron.id)])
        self._overdue(5)
        self._plan()
        self._send_digest()
        after = self.env["ir.cron.trigger"].sudo().search([("cron_id", "=", cron.id)])
        self.assertTrue(after - before)

    def test_queries_do_not_grow_with_the_number_of_cases(self):
        def count(days):
            self.company.dunning_digest_date = False
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            self._send_digest(self.today + timedelta(days=days))
            self.env.flush_all()
            return self.env.cr.sql_log_count - before

        for number in range(6):
            self._overdue(5, partner=self._create_customer(f"A {number}"))
        self._plan().action_cancel()
        count(0)
        few = count(1)
        for number in range(20):
            self._overdue(5, partner=self._create_customer(f"B {number}"))
        self._plan().action_cancel()
        self.assertLessEqual(count(2), few + 2)

    def test_summary_begins_where_the_last_one_ended(self):
        self.assertEqual(self.digest._get_since(False, self.today), self._days_ago(1))
        self.assertEqual(
            self.digest._get_since(self._days_ago(30), self.today), self._days_ago(1)
        )
        self.assertEqual(
            self.digest._get_since(self._days_ago(2), self.today), self._days_ago(2)
        )
