import smtplib
from unittest.mock import patch

import psycopg2.errors

from odoo import fields
from odoo.exceptions import UserError
from odoo.tests import tagged
from odoo.tools import mute_logger

from ..const import MAX_TRIES, RETRY_MINUTES
from .sending_common import SendingCommon

SENDER = "odoo.addons.payment_reminder.models.dunning_sender"


@tagged("post_install", "-at_install")
class TestSendingFailures(SendingCommon):
    """What goes wrong outside: tried again, handed over, or shown to a person."""

    # === TRANSIENT === #

    def assertWaiting(self, notices, reason):
        """Assert that ``notices`` wait for their second try."""
        for notice in notices:
            self.assertEqual((notice.state, notice.tries), ("queued", 1))
            self.assertIn(reason, notice.reason)
            self.assertFalse(notice.is_started)
            self.assertGreater(notice.next_try, fields.Datetime.now())
            self.assertNotClimbed(notice)

    def test_transient_refusal_is_tried_again_later(self):
        self.server.fault("rcpt", (450, b"4.2.1 greylisted"), times=1)
        notice = self._queue()
        self._work()
        self.assertWaiting(notice, "450 4.2.1 greylisted")
        self.assertEqual(notice.run_id.state, "sending")
        self._work()
        self.assertFalse(self.server.mails, "its time has not come")
        self._work_again()
        self.assertSent(notice)
        self.assertFalse(notice.reason)

    def test_each_try_waits_longer_and_after_five_it_has_failed(self):
        self.customer.street = False
        self.server.fault("rcpt", (421, b"try later"))
        notice = self._queue()
        waits = []
        for _try in range(MAX_TRIES - 1):
            before = fields.Datetime.now()
            self._work_again()
            self.assertEqual(notice.state, "queued")
            waits.append(round((notice.next_try - before).total_seconds() / 60))
        self.assertEqual(waits, list(RETRY_MINUTES))
        self._work_again()
        self.assertEqual(notice.state, "failed")
        self.assertIn("5 tries", notice.reason)
        self.assertActivity(notice, "5 tries")
        connections = self.server.connections
        self._work_again()
        self.assertEqual(self.server.connections, connections)
        self.assertNotClimbed(notice)

    def test_unreachable_server_makes_all_notices_wait(self):
        for error in (
            ConnectionRefusedError("Connection refused"),
            TimeoutError("timed out"),
            (421, b"too busy"),
            (554, b"no service for you now"),
        ):
            with self.subTest(error):
                self.server.fault("connect", error, times=1)
                partners = [self._create_customer(f"{error} {i}") for i in range(3)]
                notices = self._queue(*partners)
                self._work()
                text = error[1].decode() if isinstance(error, tuple) else str(error)
                self.assertWaiting(notices, text)
                self.assertEqual(self.server.connections, 1)
                self._work_again()
                self.assertSent(notices)
                self.server.connections = 0

    def test_server_that_goes_away_in_between_does_not_fail_the_others(self):
        partners = [self._create_customer(f"P{i}") for i in range(4)]
        notices = self._queue(*partners)
        self.server.fault("mail", smtplib.SMTPServerDisconnected("bye"), times=1)
        first_connection = self.server.connect

        def connect(*args, **kwargs):
            if self.server.connections:
                raise ConnectionRefusedError("Connection refused")
            return first_connection(*args, **kwargs)

        with patch("smtplib.SMTP", connect):
            self._work()
        self.assertWaiting(notices, "")
        self._work_again()
        self.assertSent(notices)

    # === PERMANENT === #

    def test_letter_takes_over_when_the_address_is_refused(self):
        self.server.fault("rcpt", (550, b"5.1.1 no such user"), self.customer.email)
        other = self._create_customer("Bob")
        notices = self._queue(self.customer, other)
        refused, sent = notices.sorted(lambda n: n.partner_id == other)
        self._work()
        self.assertSent(sent)
        self.assertEqual(refused.state, "failed")
        self.assertIn("550 5.1.1 no such user", refused.reason)
        letter = refused.fallback_notice_id
        self.assertEqual((letter.channel, letter.state), ("letter", "sent"))
        self.assertTrue(letter.pdf_attachment_id)
        self.assertEqual(letter.amount_total, 100)
        self.assertEqual(self._items(letter.line_ids.move_id).level_id, self.friendly)
        self.assertEqual(refused.run_id.state, "done")
        self.assertFalse(refused.case_id.activity_ids)

    def test_person_is_asked_when_no_channel_is_left(self):
        self.customer.street = False
        self.server.fault("rcpt", (550, b"5.1.1 no such user"))
        notice = self._queue()
        self._work()
        self.assertEqual(notice.state, "failed")
        self.assertFalse(notice.fallback_notice_id)
        self.assertActivity(notice, "no such user")
        self.assertNotClimbed(notice)
        self.assertFalse(notice.case_id.last_notice_date)

    def test_person_is_asked_when_all_channels_failed(self):
        self._start_with_age()
        self.server.fault("rcpt", (550, b"5.1.1 no such user"))
        notices = self._queue(days=25)
        self.assertEqual(set(notices.mapped("channel")), {"email", "letter"})
        self.customer.street = False
        self._work()
        self.assertEqual(set(notices.mapped("state")), {"failed"})
        self.assertTrue(notices.case_id.activity_ids)
        self.assertNotClimbed(notices)

    def test_customer_without_a_valid_address_gets_a_letter(self):
        for ugly in (False, " ", "nobody", "@", "a b c", "bob@", "\r\nBcc: x"):
            with self.subTest(email=ugly):
                customer = self._create_customer(f"No mail {ugly!r}")
                notice = self._queue(customer)
                customer.email = ugly
                self._work()
                self.assertEqual(notice.state, "failed")
                self.assertIn("no valid e-mail address", notice.reason)
                self.assertEqual(notice.fallback_notice_id.state, "sent")
        self.assertFalse(self.server.mails)

    def test_blacklisted_customer_gets_a_letter(self):
        notice = self._queue()
        self.env["mail.blacklist"]._add(self.customer.email)
        self._work()
        self.assertEqual(notice.state, "failed")
        self.assertIn("must not be written to", notice.reason)
        self.assertEqual(notice.fallback_notice_id.state, "sent")
        self.assertFalse(self.server.mails)

    def test_customer_archived_meanwhile_is_still_written_to(self):
        notice = self._queue()
        self.customer.active = False
        self._work()
        self.assertSent(notice)

    def test_letter_of_the_same_run_takes_over(self):
        self._start_with_age()
        self.server.fault("rcpt", (550, b"5.1.1 no such user"))
        notices = self._queue(days=25)
        email = notices.filtered(lambda n: n.channel == "email")
        letter = notices - email
        self._work()
        self.assertEqual((email.state, letter.state), ("failed", "sent"))
        self.assertEqual(email.fallback_notice_id, letter)
        self.assertEqual(letter.run_id.notice_ids, notices, "no second letter")

    def test_responsible_who_left_does_not_stop_the_sender(self):
        self.customer.street = False
        other = self._create_customer("Bob")
        notices = self._queue(self.customer, other)
        refused, sent = notices.sorted(lambda n: n.partner_id == other)
        self.customer.email = False
        self.clerk.write({"group_ids": [(5,)], "active": False})
        self._work()
        self.assertSent(sent)
        self.assertEqual(refused.state, "failed")
        self.assertTrue(refused.case_id.activity_ids)

    # === DOUBTFUL === #

    def test_line_cut_in_the_text_leaves_a_doubt_and_is_never_repeated(self):
        for error in (smtplib.SMTPServerDisconnected("closed"), TimeoutError("hangs")):
            with self.subTest(error):
                customer = self._create_customer(f"Cut {error}")
                other = self._create_customer(f"Bob {error}")
                self.server.fault("text", error, customer.email)
                notices = self._queue(customer, other)
                cut = notices.filtered_domain([("partner_id", "=", customer.id)])
                sent = notices - cut
                self._work()
                self.assertEqual(cut.state, "in_doubt")
                self.assertActivity(cut, str(error))
                self.assertNotClimbed(cut)
                self.assertSent(sent)
                self._work_again()
                self.assertEqual(cut.state, "in_doubt")
                self.assertFalse(self.server.mails_to(customer.email))

    @mute_logger(SENDER)
    def test_unforeseen_error_leaves_a_doubt_and_the_others_go_out(self):
        other = self._create_customer("Bob")
        notices = self._queue(self.customer, other)
        strange, sent = notices.sorted(lambda n: n.partner_id == other)
        channel = type(self.env["dunning.channel.email"])
        deliver = channel._deliver

        def fail(handler, notice, session):
            if notice.partner_id == self.customer:
                raise RuntimeError("what is this")
            return deliver(handler, notice, session)

        with patch.object(channel, "_deliver", fail):
            self._work()
        self.assertEqual(strange.state, "in_doubt")
        self.assertIn("what is this", strange.reason)
        self.assertSent(sent)


@tagged("post_install", "-at_install")
class TestSendingBatch(SendingCommon):
    """Many notices at once: no one stops the others, and the cron never fails."""

    def _poison_greeting(self, customer):
        """Make every text about ``customer`` fail."""
        model = type(self.env["dunning.notice"])
        greet = model._get_greeting

        def fail(notice):
            if notice.partner_id == customer:
                raise ValueError("poisoned customer")
            return greet(notice)

        return patch.object(model, "_get_greeting", fail)

    @mute_logger(SENDER)
    def test_poisoned_customer_does_not_stop_the_others(self):
        self.customer.street = False
        partners = [self._create_customer(f"P{i}") for i in range(4)]
        notices = self._queue(*partners[:2], self.customer, *partners[2:])
        poisoned = notices.filtered(lambda n: n.partner_id == self.customer)
        with self._poison_greeting(self.customer):
            cron = self._run_cron()
        self.assertEqual((cron.failure_count, cron.active), (0, True))
        self.assertSent(notices - poisoned)
        self.assertEqual(poisoned.state, "failed")
        self.assertIn("poisoned customer", poisoned.reason)
        self.assertActivity(poisoned, "poisoned customer")
        self.assertNotClimbed(poisoned)
        self.assertFalse(self.server.mails_to(self.customer.email))

    @mute_logger(SENDER, "odoo.addons.mail.models.mail_render_mixin")
    def test_poisoned_template_does_not_stop_the_others(self):
        template = self.friendly.mail_template_id.copy(
            {"subject": "{{ object.there_is_no_such_field }}"}
        )
        bad = self._create_procedure(
            [{"delay_days": 3, "mail_template_id": template.id}]
        )
        self.customer.with_company(self.company).dunning_procedure_id = bad
        self.customer.street = False
        partners = [self._create_customer(f"P{i}") for i in range(3)]
        notices = self._queue(self.customer, *partners)
        poisoned = notices.filtered(lambda n: n.partner_id == self.customer)
        cron = self._run_cron()
        self.assertEqual((cron.failure_count, cron.active), (0, True))
        self.assertSent(notices - poisoned)
        self.assertEqual(poisoned.state, "failed")
        self.assertTrue(poisoned.reason)
        self.assertTrue(poisoned.case_id.activity_ids)

    def test_cron_sends_chunk_by_chunk_until_nothing_is_left(self):
        partners = [self._create_customer(f"P{i}") for i in range(5)]
        notices = self._queue(*partners)
        with patch(f"{SENDER}.CHUNK_SIZE", 2):
            cron = self._run_cron()
        self.assertSent(notices)
        self.assertEqual(cron.failure_count, 0)

    def test_worker_whose_time_is_up_leaves_the_rest_to_the_next(self):
        partners = [self._create_customer(f"P{i}") for i in range(5)]
        notices = self._queue(*partners)
        with (
            patch(f"{SENDER}.CHUNK_SIZE", 2),
            patch.object(type(self.env["ir.cron"]), "_commit_progress", return_value=0),
        ):
            self._work()
            states = notices.mapped("state")
            self.assertEqual((states.count("sent"), states.count("queued")), (2, 3))
            self.assertEqual(notices.run_id.state, "sending")
            self._work()
            self._work()
        self.assertSent(notices)

    def test_invoice_that_was_changed_after_planning_is_left_out(self):
        invoice = self._overdue(5, partner=self._create_customer("Not So Late"))
        run = self._plan(self.today)
        notice = run.notice_ids.filtered(lambda n: n.line_ids.move_id == invoice)
        self._receivables(invoice).date_maturity = fields.Date.add(self.today, days=9)
        self._release(run)
        self._work()
        self.assertEqual(notice.state, "skipped")
        self.assertEqual(notice.line_ids.left_out_reason, "changed")

    def test_failed_notice_with_a_replacement_is_not_sent_again(self):
        notice = self._queue()
        notice.sudo()._set_failed("550 no such user")
        self.assertTrue(notice.fallback_notice_id)
        with self.assertRaisesRegex(UserError, "taken over"):
            notice.action_retry()

    def test_retry_of_a_cancelled_run_is_skipped(self):
        notice = self._queue()
        notice.run_id.sudo().write({"state": "cancelled"})
        self._work()
        self.assertEqual(notice.state, "skipped")

    def _fail_once(self, original, failures):
        """Return ``original`` as a method that first raises what is in ``failures``."""

        def step(model, *args):
            if failures:
                raise failures.pop()
            return original(model, *args)

        return step

    def test_step_in_the_way_of_another_transaction_is_repeated_without_a_mail(self):
        sender = type(self.env["dunning.sender"])
        for step in ("_claim", "_prepare", "_mark_started", "_record_sent"):
            with self.subTest(step):
                self.server.mails.clear()
                original = getattr(sender, step)
                failures = [psycopg2.errors.SerializationFailure("concurrent update")]

                fail_once = self._fail_once(original, failures)
                notice = self._queue(self._create_customer(f"Step {step}"))
                with patch.object(sender, step, fail_once):
                    self._work()
                self.assertFalse(failures)
                self.assertSent(notice)

    def test_log_that_was_cut_off_is_written_by_the_next_worker(self):
        notice = self._queue()
        sender = type(self.env["dunning.sender"])
        with patch.object(sender, "_log_sent", lambda _self: None):
            self._work()
        self.assertSent(notice)
        self.assertFalse(notice.mail_message_id)
        self._work()
        self._work()
        self.assertTrue(notice.is_logged)
        history = notice.case_id.message_ids.filtered(
            lambda message: message.message_id == notice.message_id
        )
        self.assertEqual(len(history), 1)

    def test_queries_per_mail_do_not_grow_with_the_number_of_mails(self):
        # the PDF files of invoices are made once for each, whatever is sent
        self.friendly.attach_invoices = False
        self._count_queries(2)  # fills the caches
        few, many, more = (self._count_queries(n) for n in (5, 20, 35))
        per_mail = (many - few) / 15
        self.assertAlmostEqual((more - many) / 15, per_mail, delta=0.5)
        self.assertLessEqual(per_mail, 24)

    def _count_queries(self, number):
        """Return how many queries it takes to send so many notices."""
        partners = [self._create_customer(f"N{number} {i}") for i in range(number)]
        notices = self._queue(*partners)
        self.env.flush_all()
        before = self.env.cr.sql_log_count
        self._work()
        count = self.env.cr.sql_log_count - before
        self.assertSent(notices)
        return count
