import smtplib
from datetime import timedelta
from unittest.mock import patch

from odoo.exceptions import UserError
from odoo.sql_db import db_connect
from odoo.tests import tagged

from .sending_common import SendingCommon

SENDER = "odoo.addons.payment_reminder.models.dunning_sender"
STATES = ("proposed", "queued", "in_flight", "sent", "failed", "in_doubt", "skipped")
ACTIONS = {
    "action_edit_text": "proposed",
    "action_leave_out": "proposed",
    "action_release": "proposed",
    "action_reset_text": "proposed",
    "action_put_back": "skipped",
    "action_retry": "failed",
    "action_give_up": "failed",
    "action_confirm_sent": "in_doubt",
    "action_send_again": "in_doubt",
}


@tagged("post_install", "-at_install")
class TestSendingStates(SendingCommon):
    """From the release of a notice to its outcome, and what is kept of it."""

    def _put_in_state(self, notice, state):
        """Bring ``notice`` into ``state`` as nobody but a test would."""
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE dunning_notice SET state = %s WHERE id = %s", [state, notice.id]
        )
        notice.invalidate_recordset()

    # === STRAIGHT ON === #

    def test_released_notice_is_sent_and_its_run_is_done(self):
        notice = self._queue()
        self.assertEqual((notice.state, notice.run_id.state), ("queued", "sending"))
        self._work()
        self.assertSent(notice)
        self.assertEqual(notice.run_id.state, "done")
        self.assertTrue(notice.sent_at)
        self.assertFalse(notice.claim_token)
        self.assertFalse(notice.reason)

    def test_case_says_what_comes_after_what_was_sent(self):
        notice = self._queue()
        notice.case_id.sudo()._refresh_next_step(self.today)
        self.assertEqual(notice.case_id.next_step, "sending")
        self._work()
        self.env.invalidate_all()
        self.assertEqual(notice.case_id.next_step, "wait")
        self.assertGreater(notice.case_id.next_step_date, self.today)

    def test_case_says_what_comes_next_after_a_run_of_many(self):
        others = [self._create_customer(f"Number {n}") for n in range(2)]
        notices = self._queue(self.customer, *others)
        with patch(f"{SENDER}.MANY_CASES", 2):
            self._work()
        self.env.invalidate_all()
        self.assertEqual(set(notices.case_id.mapped("next_step")), {"wait"})

    def test_sent_notice_lets_its_item_climb_once(self):
        notice = self._queue()
        self.assertNotClimbed(notice)
        self._work()
        item = self._items(notice.line_ids.move_id)
        self.assertEqual(item.level_id, self.friendly)
        self.assertEqual(item.last_notice_date, self.today)
        self.assertEqual(item.pay_by_date, notice.pay_by_date)
        self.assertEqual(notice.case_id.last_notice_date, self.today)
        self._work()
        self.assertEqual(item.level_id, self.friendly)

    def test_second_worker_finds_nothing_left_to_send(self):
        notice = self._queue()
        self._work()
        self._work()
        self.assertSent(notice)

    def test_proposed_notice_is_not_sent(self):
        self._overdue(5)
        notice = self._plan().notice_ids
        self._work()
        self.assertEqual(notice.state, "proposed")
        self.assertFalse(self.server.mails)

    def test_cancelled_run_sends_nothing(self):
        notice = self._queue()
        notice.run_id.action_cancel()
        self._work()
        self.assertEqual(notice.state, "skipped")
        self.assertIn("cancelled", notice.reason)
        self.assertFalse(self.server.mails)

    def test_notice_that_is_left_out_is_not_sent(self):
        self._overdue(5)
        run = self._plan()
        run.notice_ids._leave_out("a talk")
        self._release(run)
        self._work()
        self.assertEqual(run.notice_ids.state, "skipped")
        self.assertIn(self.env.user.name, run.notice_ids.reason)
        self.assertEqual(run.state, "done")
        self.assertFalse(self.server.mails)

    # === A PERSON DECIDES === #

    def test_each_action_is_for_one_state_and_says_so(self):
        notice = self._queue()
        for action, allowed in ACTIONS.items():
            for state in set(STATES) - {allowed}:
                with self.subTest(action=action, state=state):
                    self._put_in_state(notice, state)
                    with self.assertRaisesRegex(UserError, "cannot be"):
                        getattr(notice, action)()
                    self.assertEqual(notice.state, state)

    def test_failed_notice_is_sent_again_when_its_cause_is_mended(self):
        self.customer.street = False
        self.server.fault("rcpt", (550, b"no such user"), times=1)
        notice = self._queue()
        self._work()
        self.assertEqual(notice.state, "failed")
        notice.action_retry()
        self.assertEqual((notice.state, notice.tries), ("queued", 0))
        self.assertFalse(notice.reason)
        self.assertEqual(notice.run_id.state, "sending")
        self._work()
        self.assertSent(notice)
        self.assertEqual(notice.run_id.state, "done")

    def test_failed_notice_can_be_given_up(self):
        self.customer.street = False
        self.server.fault("rcpt", (550, b"no such user"))
        notice = self._queue()
        self._work()
        notice.action_give_up()
        self.assertEqual(notice.state, "skipped")
        self.assertNotClimbed(notice)

    def test_confirmed_doubt_counts_as_sent_without_another_mail(self):
        self.server.fault("text", smtplib.SMTPServerDisconnected("closed"))
        notice = self._queue()
        self._work()
        self.assertEqual(notice.state, "in_doubt")
        notice.action_confirm_sent()
        self.assertEqual(notice.state, "sent")
        self.assertEqual(self._items(notice.line_ids.move_id).level_id, self.friendly)
        self._work()
        self.assertFalse(self.server.mails)
        self.assertTrue(notice.mail_message_id, "it is in the case's history")

    def test_doubt_is_sent_again_if_a_person_says_so(self):
        self.server.fault("text", smtplib.SMTPServerDisconnected("closed"), times=1)
        notice = self._queue()
        self._work()
        self.assertEqual(notice.run_id.state, "done")
        notice.action_send_again()
        self.assertEqual((notice.state, notice.run_id.state), ("queued", "sending"))
        self._work()
        self.assertSent(notice)

    # === EVIDENCE === #

    def test_sent_notice_cannot_be_edited(self):
        notice = self._queue()
        self._work()
        for values in (
            {"body_html": "<p>We never said that</p>"},
            {"amount_total": 1.0},
            {"state": "proposed"},
            {"email_to": "else@example.com"},
        ):
            with self.subTest(values), self.assertRaisesRegex(UserError, "evidence"):
                notice.sudo().write(values)
        with self.assertRaisesRegex(UserError, "evidence"):
            notice.line_ids.sudo().write({"amount_residual": 1.0})

    def test_released_notice_cannot_be_deleted(self):
        notice = self._queue()
        for state in ("queued", "in_flight", "sent", "failed", "in_doubt"):
            self._put_in_state(notice, state)
            with self.subTest(state), self.assertRaisesRegex(UserError, "evidence"):
                notice.sudo().unlink()
        self._put_in_state(notice, "sent")
        with self.assertRaisesRegex(UserError, "evidence"):
            notice.line_ids.sudo().unlink()
        with self.assertRaises(UserError):
            notice.run_id.unlink()


@tagged("post_install", "-at_install")
class TestSendingClaim(SendingCommon):
    """What is read again, in the moment before a notice goes out."""

    def assertSkipped(self, notice, reason):
        """Assert that a worker skips ``notice`` and names ``reason``."""
        self._work()
        self.assertEqual(notice.state, "skipped")
        self.assertIn(reason, notice.reason)
        self.assertFalse(self.server.mails)
        self.assertNotClimbed(notice)
        self.assertEqual(notice.run_id.state, "done")

    # === NOT OWED ANY MORE === #

    def test_paid_meanwhile_is_skipped(self):
        notice = self._queue()
        self._pay(notice.line_ids.move_id)
        self.assertSkipped(notice, "Paid or settled")

    def test_payment_on_its_way_is_skipped(self):
        notice = self._queue()
        move = notice.line_ids.move_id
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE account_move SET payment_state = 'in_payment' WHERE id = %s",
            [move.id],
        )
        move.invalidate_recordset()
        self.assertSkipped(notice, "on its way")

    def test_pending_online_payment_is_skipped(self):
        notice = self._queue()
        move = notice.line_ids.move_id
        provider = self.env["payment.provider"].sudo().search([], limit=1)
        method = self.env.ref("payment.payment_method_card").sudo()
        self.env["payment.transaction"].sudo().create(
            {
                "provider_id": provider.id,
                "payment_method_id": method.id,
                "amount": move.amount_residual,
                "currency_id": move.currency_id.id,
                "partner_id": move.partner_id.id,
                "reference": "pending",
                "state": "pending",
                "invoice_ids": move.ids,
            }
        )
        self.assertSkipped(notice, "online payment is pending")

    def test_customer_put_on_hold_is_skipped(self):
        notice = self._queue()
        self._pause(notice.case_id, self.today)
        self.assertSkipped(notice, "paused")

    def test_customer_whose_hold_is_over_is_written_to(self):
        notice = self._queue()
        self._pause(notice.case_id, self._days_ago(1))
        self._work()
        self.assertSent(notice)

    def test_disputed_item_is_skipped(self):
        notice = self._queue()
        self._object(notice.line_ids.move_id)
        self.assertSkipped(notice, "disputed")

    def test_invoice_excluded_from_followup_is_skipped(self):
        notice = self._queue()
        notice.line_ids.move_id.no_followup = True
        self.assertSkipped(notice, "Excluded from follow-up")

    def test_invoice_that_is_reset_to_draft_is_skipped(self):
        notice = self._queue()
        notice.line_ids.move_id.button_draft()
        self._work()
        self.assertEqual(notice.state, "skipped")
        self.assertFalse(self.server.mails)

    def test_credit_that_arrived_meanwhile_is_deducted(self):
        notice = self._queue()
        self._unmatched_payment(amount=30)
        self._work()
        self.assertSent(notice)
        self.assertEqual((notice.amount_credit, notice.amount_total), (30, 70))

    def test_credit_that_covers_all_is_skipped(self):
        notice = self._queue()
        self._unmatched_payment(amount=100)
        self.assertSkipped(notice, "Covered")

    def test_credit_holds_the_notice_if_the_procedure_says_so(self):
        self.procedure.credit_treatment = "hold"
        notice = self._queue()
        self._unmatched_payment(amount=1)
        self.assertSkipped(notice, "not matched yet")

    # === THE REST === #

    def test_partly_paid_meanwhile_asks_for_the_rest(self):
        notice = self._queue()
        self._pay(notice.line_ids.move_id, 60)
        self._work()
        self.assertSent(notice)
        self.assertEqual(notice.amount_total, 40)
        self.assertEqual(notice.line_ids.amount_residual, 40)
        [mail] = self.server.mails
        self.assertIn("40.00", mail.get_body("plain").get_content())
        self.assertNotIn("100.00", mail.get_body("plain").get_content())

    def test_only_the_open_one_of_two_items_is_named(self):
        paid, still_open = self._overdue(9, 10), self._overdue(8, 20)
        notice = self._release(self._plan()).notice_ids
        self._pay(paid)
        self._work()
        self.assertSent(notice)
        self.assertEqual(notice.claim_ids.move_id, still_open)
        self.assertEqual((notice.amount_total, notice.days_late), (20, 8))
        self.assertEqual(
            notice.line_ids.filtered(lambda li: li.move_id == paid).left_out_reason,
            "paid",
        )
        self.assertNotIn(paid.name, self.server.mails[0].as_string())
        self.assertFalse(self._items(paid).level_id)
        self.assertEqual(self._items(still_open).level_id, self.friendly)

    def test_nothing_is_said_when_only_items_that_do_not_climb_are_left(self):
        old = self._overdue(4)
        self._run_and_send()
        new = self._overdue(-4)
        run = self._release(self._plan(self.today + timedelta(days=8)))
        notice = run.notice_ids
        self.assertEqual(notice.line_ids.move_id, old | new)
        climbing = notice.line_ids.filtered("is_climbing").move_id
        for move in climbing:
            self._pay(move)
        self._work(self.today + timedelta(days=8))
        self.assertEqual(notice.state, "skipped")
        self.assertFalse(self.server.mails)

    def test_lateness_and_pay_by_date_count_from_the_day_of_delivery(self):
        notice = self._queue()
        self.assertEqual(notice.days_late, 5)
        self._work(self.today + timedelta(days=3))
        self.assertSent(notice)
        self.assertEqual(notice.days_late, 8)
        self.assertEqual(notice.date, self.today + timedelta(days=3))
        self.assertEqual(
            notice.pay_by_date,
            self.friendly._get_pay_by_date(self.today + timedelta(days=3)),
        )

    # === OTHER WORKERS === #

    def _claim(self, notice, token, is_started):
        notice.sudo()._set_in_flight(token)
        notice.sudo().is_started = is_started
        return notice

    def test_claim_of_a_living_worker_is_left_alone(self):
        notice = self._claim(self._queue(), 4711, False)
        with db_connect(self.env.cr.dbname).cursor() as other:
            other.execute(
                "SELECT pg_advisory_lock(hashtext('payment_reminder.claim'), 4711)"
            )
            self._work()
            other.execute("SELECT pg_advisory_unlock_all()")
        self.assertEqual(notice.state, "in_flight")
        self.assertFalse(self.server.mails)

    def test_claim_of_a_dead_worker_is_resumed_if_nothing_was_sent(self):
        notice = self._claim(self._queue(), 4711, False)
        self._work()
        self.assertSent(notice)

    def test_claim_of_a_dead_worker_is_in_doubt_if_sending_had_begun(self):
        notice = self._claim(self._queue(), 4711, True)
        self._work()
        self.assertEqual(notice.state, "in_doubt")
        self.assertIn("nobody knows", notice.reason)
        self.assertActivity(notice, "nobody knows")
        self.assertNotClimbed(notice)
        self._work()
        self.assertEqual(notice.state, "in_doubt")
        self.assertFalse(self.server.mails)

    def test_doubtful_customer_is_not_reminded_by_the_next_run(self):
        notice = self._claim(self._queue(), 4711, True)
        self._work()
        again = self._plan(self.today + timedelta(days=30))
        self.assertLeftOut(again, notice.line_ids.move_id, "in_progress")

    def test_worker_leaves_no_lock_behind(self):
        self._queue()
        with (
            self.assertRaisesRegex(ValueError, "unforeseen"),
            patch(
                f"{SENDER}.DunningSender._claim", side_effect=ValueError("unforeseen")
            ),
        ):
            self._work()
        self.env.cr.execute(
            "SELECT COUNT(*) FROM pg_locks WHERE locktype = 'advisory'"
            " AND pid = pg_backend_pid() AND classid = "
            "(hashtext('payment_reminder.claim')::bigint & 4294967295)::oid"
        )
        self.assertEqual(self.env.cr.fetchone()[0], 0)
