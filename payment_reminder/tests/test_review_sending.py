from datetime import timedelta
from unittest.mock import patch

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import Form, new_test_user, tagged

from .review_common import ReviewCommon
from .sending_common import SendingCommon

SENDER = "odoo.addons.payment_reminder.models.dunning_sender"


@tagged("post_install", "-at_install")
class TestLeaveOut(ReviewCommon):
    """Left out with a reason, put back, excluded from now on."""

    def test_what_is_said_to_be_paid_rests(self):
        notice = self._notice_of(self._plan(), self.customer)
        self._wizard(notice, reason="paid", note="by cheque").action_leave_out()
        until = self.company._get_dunning_today() + timedelta(days=5)
        pause = self.env["dunning.pause"].search([("move_id", "=", self.invoice.id)])
        self.assertEqual(pause.date_until, until)
        self.assertIn("by cheque", pause.reason)
        self.assertTrue(pause.is_said)

    def test_what_is_left_out_for_another_reason_does_not_rest(self):
        notice = self._notice_of(self._plan(), self.customer)
        self._wizard(notice, reason="clarify").action_leave_out()
        pauses = self.env["dunning.pause"]
        self.assertFalse(pauses.search([("move_id", "=", self.invoice.id)]))

    def test_reason_is_kept_with_the_name_of_the_person(self):
        notice = self._notice_of(self._plan(), self.bob)
        self._wizard(notice, reason="paid", note="in cash").action_leave_out()
        self.assertEqual(notice.state, "skipped")
        self.assertIn(self.env.user.name, notice.reason)
        self.assertIn("The customer says it is paid: in cash", notice.reason)
        messages = notice.case_id.message_ids.mapped("body")
        self.assertTrue(any("in cash" in body for body in messages))

    def test_another_reason_needs_words(self):
        notices = self._plan().notice_ids
        with self.assertRaisesRegex(ValidationError, "say why"):
            self._wizard(notices, reason="other", note=" ")

    def test_reason_is_required_on_the_screen(self):
        action = self._plan().notice_ids.action_leave_out()
        model = self.env[action["res_model"]].with_context(**action["context"])
        with self.assertRaises(AssertionError):
            Form(model).save()

    def test_several_are_left_out_at_once(self):
        notices = self._plan().notice_ids
        self._wizard(notices).action_leave_out()
        self.assertEqual(set(notices.mapped("state")), {"skipped"})

    def test_letter_goes_with_the_mail_unless_unticked(self):
        self.friendly.channel_ids = self.email_channel + self.letter_channel
        run = self._plan()
        mail, letter = self._notice_of(run, self.bob)
        self._wizard(mail, with_siblings=False).action_leave_out()
        self.assertEqual(letter.state, "proposed")
        mail, letter = self._notice_of(run, self.customer)
        self._wizard(mail).action_leave_out()
        self.assertEqual(letter.state, "skipped")

    def test_customer_is_excluded_from_now_on_with_the_reason(self):
        notice = self._notice_of(self._plan(), self.bob)
        self._wizard(
            notice, reason="other", note="Family", is_excluded=True
        ).action_leave_out()
        bob = self.bob.with_company(self.company)
        self.assertTrue(bob.dunning_is_excluded)
        self.assertEqual(bob.dunning_excluded_reason, "Family")
        bodies = " ".join(notice.case_id.message_ids.mapped("body"))
        self.assertIn("No reminders from now on: Family", bodies)
        self.assertFalse(self.customer.with_company(self.company).dunning_is_excluded)

    def test_exclusion_holds_in_one_company_only(self):
        self.bob._dunning_exclude("Family", self.company)
        other = self.setup_other_company()["company"]
        self.assertFalse(self.bob.with_company(other).dunning_is_excluded)

    def test_clerk_excludes_customers_without_the_right_to_edit_them(self):
        clerk = new_test_user(
            self.env,
            login="dunning_clerk",
            groups="payment_reminder.group_dunning_user",
            company_id=self.company.id,
            company_ids=self.company.ids,
        )
        notice = self._notice_of(self._plan(), self.bob).with_user(clerk)
        with self.assertRaises(AccessError):
            self.bob.with_user(clerk).write({"dunning_is_excluded": True})
        action = notice.action_leave_out()
        model = self.env[action["res_model"]].with_user(clerk)
        model.with_context(**action["context"]).create(
            {"reason": "agreed", "is_excluded": True}
        ).action_leave_out()
        self.assertTrue(self.bob.with_company(self.company).dunning_is_excluded)
        self.assertIn(clerk.name, notice.reason)
        message = notice.sudo().case_id.message_ids[:1]
        self.assertEqual(message.author_id, clerk.partner_id)

    def test_put_back_notice_is_proposed_again_and_sent(self):
        run = self._plan()
        notice = self._notice_of(run, self.bob)
        notice._leave_out("a talk")
        self.assertTrue(notice.can_put_back)
        notice.action_put_back()
        self.assertEqual((notice.state, notice.reason), ("proposed", False))
        self.assertIn(notice, self._send(run))

    def test_released_notice_is_never_put_back(self):
        run = self._plan()
        notice = self._notice_of(run, self.bob)
        notice.action_release()
        notice.sudo()._set_skipped("Settled")
        run._set_done_if_finished()
        self.assertEqual(run.state, "proposed")
        self.assertFalse(notice.can_put_back)
        with self.assertRaisesRegex(UserError, "released before"):
            notice.action_put_back()

    def test_notice_of_a_cancelled_run_is_not_put_back(self):
        run = self._plan()
        run.action_cancel()
        with self.assertRaisesRegex(UserError, "its run has ended"):
            run.notice_ids[0].action_put_back()

    def test_customer_in_another_run_is_not_put_back(self):
        run = self._plan()
        notice = self._notice_of(run, self.bob)
        notice._leave_out("a talk")
        self._plan()
        with self.assertRaisesRegex(UserError, "meanwhile"):
            notice.action_put_back()


@tagged("post_install", "-at_install")
class TestPartialSending(ReviewCommon):
    """All at once, or only some: the rest stays proposed."""

    def test_one_click_approves_and_sends(self):
        run = self._plan()
        run.action_approve_and_send()
        self.assertEqual(run.state, "sending")
        self.assertEqual(set(run.notice_ids.mapped("state")), {"queued"})

    def test_second_click_is_answered_in_words(self):
        run = self._plan()
        run.action_approve_and_send()
        with self.assertRaisesRegex(UserError, "nothing is done twice"):
            run.action_approve_and_send()

    def test_selected_notices_are_sent_and_the_rest_stays(self):
        run = self._plan()
        one, rest = run.notice_ids
        one.action_release()
        self.assertEqual((one.state, rest.state), ("queued", "proposed"))
        self.assertEqual(run.state, "sending")
        with self.assertRaisesRegex(UserError, "Queued"):
            one.action_release()

    def test_run_is_a_proposal_again_while_a_rest_awaits_a_decision(self):
        run = self._plan()
        one, rest = run.notice_ids
        one.action_release()
        one.sudo()._recheck(self.today)._set_sent(self.today)
        run._set_done_if_finished()
        self.assertEqual(run.state, "proposed")
        run.action_approve_and_send()
        self.assertEqual(rest.state, "queued")
        self.assertEqual(one.state, "sent")

    def test_run_is_done_when_the_rest_is_left_out(self):
        run = self._plan()
        one, rest = run.notice_ids
        one.action_release()
        rest._leave_out("a talk")
        self.assertEqual(run.state, "sending")
        one.sudo()._recheck(self.today)._set_sent(self.today)
        run._set_done_if_finished()
        self.assertEqual(run.state, "done")

    def test_rest_can_be_sent_while_a_part_is_on_its_way(self):
        run = self._plan()
        run.notice_ids[0].action_release()
        run.action_approve_and_send()
        self.assertEqual(set(run.notice_ids.mapped("state")), {"queued"})

    def test_partly_sent_run_forbids_earlier_dates_and_is_kept(self):
        run = self._plan()
        one = run.notice_ids[0]
        one.action_release()
        one.sudo()._recheck(self.today)._set_sent(self.today)
        run._set_done_if_finished()
        with self.assertRaisesRegex(ValidationError, "already approved"):
            self._create_run(self._days_ago(1))
        with self.assertRaises(UserError):
            run.unlink()


@tagged("post_install", "-at_install")
class TestStop(SendingCommon):
    """An approved run can be stopped; what is claimed already finishes."""

    def test_stopped_notices_are_proposed_again(self):
        notices = self._queue(self.customer, self._create_customer("Bob"))
        run = notices.run_id
        run.action_stop()
        self.assertEqual(set(notices.mapped("state")), {"proposed"})
        self.assertIn(f"Stopped by {self.env.user.name}", notices[0].reason)
        self.assertEqual(run.state, "proposed")
        self._work()
        self.assertFalse(self.server.mails)

    def test_stopped_run_can_be_sent_later(self):
        notices = self._queue()
        notices.run_id.action_stop()
        notices.run_id.action_approve_and_send()
        self._work()
        self.assertSent(notices)
        self.assertEqual(notices.run_id.state, "done")

    def test_claimed_notice_finishes_although_the_run_is_stopped(self):
        notices = self._queue(self.customer, self._create_customer("Bob"))
        run = notices.run_id
        claimed, waiting = notices
        claimed.sudo()._set_in_flight(1)
        run.action_stop()
        self.assertEqual(
            (claimed.state, waiting.state, run.state),
            ("in_flight", "proposed", "sending"),
        )
        claimed.sudo()._set_sent(self.today)
        run._set_done_if_finished()
        self.assertEqual(run.state, "proposed")

    def test_run_is_stopped_while_the_sender_works(self):
        notices = self._queue(self.customer, self._create_customer("Bob"))
        first, second = notices.sorted("id")
        handler = type(self.env["dunning.channel.email"])
        deliver = handler._deliver

        def stop_and_deliver(this, notice, session):
            notice.run_id._stop()
            return deliver(this, notice, session)

        self.patch(handler, "_deliver", stop_and_deliver)
        with patch(f"{SENDER}.CHUNK_SIZE", 1):
            self._work()
        self.assertSent(first)
        self.assertEqual(second.state, "proposed")
        self.assertEqual(first.run_id.state, "proposed")
        self.assertEqual(len(self.server.mails), 1)

    def test_what_was_claimed_together_finishes_together(self):
        notices = self._queue(self.customer, self._create_customer("Bob"))
        handler = type(self.env["dunning.channel.email"])
        deliver = handler._deliver

        def stop_and_deliver(this, notice, session):
            if notice.run_id.state == "sending":
                notice.run_id._stop()
            return deliver(this, notice, session)

        self.patch(handler, "_deliver", stop_and_deliver)
        self._work()
        self.assertSent(notices)
        self.assertEqual(notices.run_id.state, "done")

    def test_notice_that_was_tried_before_is_given_up(self):
        notice = self._queue()
        notice.sudo().tries = 1
        notice.run_id.action_stop()
        self.assertEqual(notice.state, "skipped")
        self.assertIn("Stopped by", notice.reason)
        self.assertEqual(notice.run_id.state, "done")

    def test_approval_can_be_taken_back(self):
        self._overdue(5)
        run = self._plan()
        run.action_approve()
        run.action_stop()
        self.assertEqual(run.state, "proposed")

    def test_what_is_not_being_sent_cannot_be_stopped(self):
        self._overdue(5)
        run = self._plan()
        with self.assertRaisesRegex(UserError, "not being sent"):
            run.action_stop()
