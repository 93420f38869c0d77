from datetime import timedelta
from unittest.mock import patch

from odoo.exceptions import UserError
from odoo.tests import tagged
from odoo.tools import mute_logger

from .sending_common import SendingCommon

ADDRESS = "annexample@customer.example.com"

REPORT = """\
From: MAILER-DAEMON@mx.customer.example.com
To: {to}
Subject: Undelivered Mail Returned to Sender
Message-Id: <{report_id}@mx.customer.example.com>
MIME-Version: 1.0
Auto-Submitted: auto-replied
Content-Type: multipart/report; report-type=delivery-status; boundary="BOUND"

--BOUND
Content-Type: text/plain; charset=us-ascii

I'm sorry to have to inform you that your message could not be delivered.

--BOUND
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.customer.example.com

{blocks}
--BOUND
Content-Type: text/rfc822-headers

Message-Id: {message_id}
To: {address}
Subject: A reminder

--BOUND--
"""

BLOCK = """\
Final-Recipient: rfc822; {address}
Action: {action}
Status: {status}
Diagnostic-Code: smtp; {reason}
"""

OUT_OF_OFFICE = """\
From: {address}
To: {to}
Subject: Out of office
Message-Id: <holiday@customer.example.com>
In-Reply-To: {message_id}
References: {message_id}
Auto-Submitted: auto-replied

I am on holiday until Monday.
"""

READ_RECEIPT = """\
From: {address}
To: {to}
Subject: Read
Message-Id: <receipt@customer.example.com>
References: {message_id}
MIME-Version: 1.0
Content-Type: multipart/report; report-type=disposition-notification; boundary="B"

--B
Content-Type: text/plain

Your message was displayed.
--B
Content-Type: message/disposition-notification

Final-Recipient: rfc822; {address}
Original-Message-ID: {message_id}
Disposition: manual-action/MDN-sent-manually; displayed
--B--
"""

EXIM = """\
From: Mail Delivery System <Mailer-Daemon@relay.example.com>
To: {to}
Subject: Mail delivery failed: returning message to sender
Message-Id: <exim@relay.example.com>
References: {message_id}
X-Failed-Recipients: {address}

This message was created automatically by mail delivery software.
"""


@tagged("post_install", "-at_install")
class TestBounce(SendingCommon):
    """Mails that were sent and came back (OCA/credit-control#447, #11)."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.bounce_to = "bounce@lender.example.com"

    def _sent(self, *partners, **values):
        """Return notices that reached the customers' mail server."""
        notices = self._queue(*partners, **values)
        self._work()
        self.assertEqual(set(notices.mapped("state")), {"sent"})
        return notices

    def _report(self, notice, *addresses, **values):
        """Let the mail gateway receive the report of a mail server."""
        values = {
            "action": "failed",
            "status": "5.1.1",
            "reason": "550 no such user here",
            "message_id": notice.message_id,
            "report_id": "report",
            **values,
        }
        blocks = "\n".join(
            BLOCK.format(**values, address=address)
            for address in addresses or (notice.contact_id.email,)
        )
        self._receive(REPORT, notice, blocks=blocks, **values)

    def _receive(self, template, notice, **values):
        values = {
            "to": self.bounce_to,
            "address": notice.contact_id.email,
            "message_id": notice.message_id,
            **values,
        }
        self.env["mail.thread"].sudo().message_process(False, template.format(**values))
        self.env.invalidate_all()

    def _no_letter(self):
        """Leave no other way to the customer than e-mail."""
        self.customer.street = False

    # === IT CAME BACK === #

    def test_bounce_marks_the_notice_as_failed_with_the_reason(self):
        self._no_letter()
        notice = self._sent()
        self._report(notice)
        self.assertEqual(notice.state, "failed")
        self.assertIn(ADDRESS, notice.reason)
        self.assertIn("550 no such user here", notice.reason)
        self.assertTrue(notice.bounced_at)
        self.assertEqual(notice.bounced_email, ADDRESS)
        self.assertEqual(notice.case_id.next_step, "problem")
        self.assertActivity(notice, "no such user")

    def test_bounce_keeps_what_was_sent(self):
        self._no_letter()
        notice = self._sent()
        names = ("subject", "body_html", "email_from", "email_to", "message_id")
        before = notice.read([*names, "sent_at", "date", "amount_total"])
        self._report(notice)
        self.assertEqual(
            notice.read([*names, "sent_at", "date", "amount_total"]), before
        )
        for values in ({"subject": "No"}, {"email_to": "x"}, {"state": "sent"}):
            with self.subTest(values), self.assertRaises(UserError):
                notice.sudo().write(values)
        with self.assertRaises(UserError):
            notice.sudo().line_ids.amount_residual = 1
        with self.assertRaises(UserError):
            notice.sudo().unlink()

    def test_bounced_item_is_where_it_was_before(self):
        self._no_letter()
        notice = self._sent()
        item = self._items(notice.line_ids.move_id)
        self.assertEqual(item.level_id, self.friendly)
        self._report(notice)
        self.assertNotClimbed(notice)
        self.assertFalse(item.last_notice_date)
        self.assertFalse(item.pay_by_date)
        self.assertFalse(notice.case_id.last_notice_date)

    def test_bounced_item_keeps_the_level_of_earlier_notices(self):
        self._no_letter()
        first = self._sent()
        item = self._items(first.line_ids.move_id)
        pay_by = item.pay_by_date
        later = self.today + timedelta(days=20)
        run = self._release(self._plan(later, user_id=self.clerk.id))
        self._work(later)
        second = run.notice_ids
        self.assertEqual(item.level_id, self.second)
        self._report(second)
        self.assertEqual(item.level_id, self.friendly)
        self.assertEqual(item.last_notice_date, self.today)
        self.assertEqual(item.pay_by_date, pay_by)
        self.assertEqual(second.case_id.last_notice_date, self.today)

    def test_late_bounce_of_an_earlier_notice_leaves_the_later_level(self):
        first = self._sent()
        item = self._items(first.line_ids.move_id)
        later = self.today + timedelta(days=20)
        self._release(self._plan(later))
        self._work(later)
        self._report(first)
        self.assertEqual(first.state, "failed")
        self.assertEqual(item.level_id, self.second)
        self.assertEqual(item.last_notice_date, later)

    def test_letter_takes_over_and_counts(self):
        notice = self._sent()
        self._report(notice)
        letter = notice.fallback_notice_id
        self.assertEqual((letter.channel, letter.state), ("letter", "queued"))
        self._work()
        self.assertEqual(letter.state, "sent")
        self.assertEqual(self._items(notice.line_ids.move_id).level_id, notice.level_id)

    def test_letter_of_the_same_run_that_was_sent_keeps_the_level(self):
        self.friendly.channel_ids = self.email_channel | self.letter_channel
        notices = self._sent()
        mail = notices.filtered(lambda n: n.channel == "email")
        self._report(mail)
        self.assertEqual(mail.state, "failed")
        item = self._items(mail.line_ids.move_id)
        self.assertEqual(item.level_id, self.friendly)
        self.assertEqual(item.last_notice_date, self.today)
        self.assertEqual(mail.fallback_notice_id, notices - mail)

    def test_nothing_more_is_sent_about_what_was_paid_meanwhile(self):
        notice = self._sent()
        self._pay(notice.line_ids.move_id)
        self._report(notice)
        self._work()
        self.assertEqual(notice.state, "failed")
        self.assertEqual(notice.fallback_notice_id.state, "skipped")
        self.assertFalse(notice.fallback_notice_id.pdf_attachment_id)

    def test_next_run_reminds_again_when_the_bounce_was_given_up(self):
        self._no_letter()
        notice = self._sent()
        self._report(notice)
        tomorrow = self.today + timedelta(days=1)
        invoice = notice.line_ids.move_id
        unattended = self._plan(tomorrow, is_unattended=True)
        self.assertLeftOut(unattended, invoice, "in_progress")
        notice.action_give_up()
        self.customer.email = "right@customer.example.com"
        self.assertReminded(self._plan(tomorrow), invoice, self.friendly)

    def test_bounced_mail_is_not_sent_again_by_a_button(self):
        self._no_letter()
        notice = self._sent()
        self._report(notice)
        with self.assertRaisesRegex(UserError, "came back"):
            notice.action_retry()
        notice.action_give_up()
        self.assertEqual(notice.state, "skipped")

    def test_bounce_during_a_later_run_asks_a_person(self):
        notice = self._sent()
        later = self.today + timedelta(days=20)
        self._plan(later)
        self._report(notice)
        self.assertFalse(notice.fallback_notice_id)
        self.assertActivity(notice, "no such user")

    def test_doubtful_notice_that_comes_back_has_failed(self):
        self._no_letter()
        notice = self._sent()
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE dunning_notice SET state = 'in_doubt' WHERE id = %s", [notice.id]
        )
        notice.invalidate_recordset()
        self._report(notice)
        self.assertEqual(notice.state, "failed")

    # === SEVERAL ADDRESSES === #

    def test_one_of_two_addresses_came_back(self):
        self.customer.email = "ann@customer.example.com, bob@customer.example.com"
        notice = self._sent()
        self._report(notice, "ann@customer.example.com")
        self.assertEqual(notice.state, "sent")
        self.assertActivity(notice, "ann@customer.example.com")
        self._report(notice, "bob@customer.example.com", report_id="second")
        self.assertEqual(notice.state, "failed")

    def test_both_addresses_came_back_in_one_report(self):
        self.customer.email = "ann@customer.example.com, bob@customer.example.com"
        notice = self._sent()
        self._report(notice, "ann@customer.example.com", "bob@customer.example.com")
        self.assertEqual(notice.state, "failed")
        self.assertIn("bob@customer.example.com", notice.reason)

    # === WHAT IS NO BOUNCE === #

    def assertUnchanged(self, notice):
        self.assertEqual(notice.state, "sent")
        self.assertFalse(notice.bounced_at or notice.bounced_email)
        self.assertFalse(notice.fallback_notice_id)
        self.assertEqual(self._items(notice.line_ids.move_id).level_id, notice.level_id)
        self.assertFalse(notice.case_id.activity_ids)

    def test_what_is_no_final_bounce_changes_nothing(self):
        for case, values in {
            "delayed": {"action": "delayed", "status": "4.4.1"},
            "delivered": {"action": "delivered", "status": "2.0.0"},
            "relayed": {"action": "relayed", "status": "2.1.9"},
            "unknown mail": {"message_id": "<unknown@lender.example.com>"},
            "nonsense": {"action": "", "status": "nonsense"},
        }.items():
            with self.subTest(case):
                notice = self._sent(self._create_customer(case))
                self._report(notice, report_id=case.replace(" ", ""), **values)
                self.assertUnchanged(notice)

    def test_status_decides_where_the_action_is_missing(self):
        for status, state in (("4.2.2", "sent"), ("5.2.2", "failed")):
            with self.subTest(status):
                customer = self._create_customer(f"Status {status}", street=False)
                notice = self._sent(customer)
                self._report(notice, action="", status=status, report_id=status)
                self.assertEqual(notice.state, state)

    def test_server_that_gave_up_after_days_has_failed_the_notice(self):
        notice = self._sent()
        self._report(notice, action="failed", status="4.4.7")
        self.assertEqual(notice.state, "failed")

    def test_out_of_office_answer_is_no_bounce(self):
        notice = self._sent()
        for to in (self.bounce_to, "carla@lender.example.com"):
            self._receive(OUT_OF_OFFICE, notice, to=to)
            self.assertUnchanged(notice)

    def test_read_receipt_is_no_bounce(self):
        notice = self._sent()
        self._receive(READ_RECEIPT, notice)
        self.assertUnchanged(notice)

    def test_forged_recipient_changes_nothing(self):
        notice = self._sent()
        self._report(notice, "somebody@else.example.com")
        self.assertUnchanged(notice)

    def test_second_report_changes_nothing(self):
        notice = self._sent()
        self._report(notice)
        letter, moment = notice.fallback_notice_id, notice.bounced_at
        self._report(notice, report_id="again")
        self.assertEqual(notice.fallback_notice_id, letter)
        self.assertEqual(notice.bounced_at, moment)
        self.assertEqual(len(notice._get_siblings()), 2)
        self.assertEqual(len(notice.case_id.activity_ids), 0)

    def test_bounce_that_was_given_up_stays_given_up(self):
        self._no_letter()
        notice = self._sent()
        self._report(notice)
        notice.action_give_up()
        self._report(notice, report_id="again")
        self.assertEqual(notice.state, "skipped")

    def test_same_customer_of_another_company_is_not_touched(self):
        other = self.setup_other_company()["company"]
        self._overdue(5, company=other)
        run = self._release(self._plan(company=other))
        notice = self._sent()
        self._work()
        self._report(notice)
        self.assertEqual(notice.state, "failed")
        self.assertEqual(run.notice_ids.state, "sent")
        self.assertTrue(self._items(run.notice_ids.line_ids.move_id).level_id)

    def test_report_in_the_old_form_counts_as_well(self):
        notice = self._sent()
        self._receive(EXIM, notice)
        self.assertEqual(notice.state, "failed")
        self.assertIn("Mail delivery failed", notice.reason)

    @mute_logger("odoo.addons.payment_reminder.models.mail_thread")
    def test_error_of_ours_does_not_stop_the_mail_gateway(self):
        notice = self._sent()
        Notice = self.env.registry["dunning.notice"]
        with patch.object(Notice, "_set_bounced", side_effect=ZeroDivisionError):
            self._report(notice)
        self.assertUnchanged(notice)
