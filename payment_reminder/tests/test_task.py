from odoo.tests import tagged

from .call_common import CallCommon
from .sending_common import SendingCommon

NO_USER = (550, b"5.1.1 no such user")


@tagged("post_install", "-at_install")
class TestTask(SendingCommon):
    """Tasks end when their matter is mended."""

    def _undelivered(self):
        self.customer.street = False
        self.server.fault("rcpt", NO_USER, times=1)
        notice = self._queue()
        self._work()
        task = notice.case_id.activity_ids
        self.assertEqual(task.summary, "Reminder not delivered")
        return notice

    def _refresh(self, case):
        self.env.invalidate_all()
        case._refresh_next_step(self.today)
        return case.activity_ids.mapped("summary")

    def test_task_stays_while_nothing_is_mended(self):
        notice = self._undelivered()
        self.assertEqual(self._refresh(notice.case_id), ["Reminder not delivered"])

    def test_later_delivery_ends_the_task(self):
        notice = self._undelivered()
        notice.action_retry()
        self._work()
        self.assertEqual(notice.state, "sent")
        self.assertFalse(notice.case_id.activity_ids)
        [said] = notice.case_id.message_ids.filtered(
            lambda message: "Ended by itself" in message.body
        )
        self.assertEqual(said.author_id, self.env.ref("base.partner_root"))

    def test_giving_up_ends_the_task(self):
        notice = self._undelivered()
        notice.action_give_up()
        self.assertFalse(notice.case_id.activity_ids)

    def test_payment_ends_the_task(self):
        notice = self._undelivered()
        self._pay(notice.line_ids.move_id)
        self.assertFalse(self._refresh(notice.case_id))

    def test_task_of_a_person_stays(self):
        notice = self._undelivered()
        notice.case_id.activity_schedule(
            "mail.mail_activity_data_todo", summary="Send flowers"
        )
        self._pay(notice.line_ids.move_id)
        self.assertEqual(self._refresh(notice.case_id), ["Send flowers"])

    def test_corrected_address_ends_the_task(self):
        self.customer.email = "ann@customer.example.com, bob@customer.example.com"
        notice = self._queue()
        self._work()
        notice.sudo()._receive_bounce(
            [type("Bounce", (), {"address": "bob@customer.example.com", "reason": "?"})]
        )
        case = notice.case_id
        self.assertEqual(self._refresh(case), ["E-mail address to correct"])
        self.customer.email = "ann@customer.example.com"
        self.assertFalse(self._refresh(case))


@tagged("post_install", "-at_install")
class TestCallTask(CallCommon):
    """Tasks of calls."""

    def test_what_is_said_to_be_paid_is_looked_for_until_it_is(self):
        notice = self._call_notice()
        self._log(notice, "paid_already")
        case = notice.case_id
        case._refresh_next_step()
        self.assertEqual(len(case.activity_ids), 1)
        self._pay(notice.line_ids.move_id)
        case._refresh_next_step()
        self.env.invalidate_all()
        self.assertFalse(case.activity_ids)

    def test_promise_that_was_seen_needs_no_task(self):
        notice = self._call_notice()
        call = self._log(
            notice, "promised", amount=100.0, promise_date=self._in_days(10)
        )
        call.promise_id.sudo()._set_broken(self.today)
        case = notice.case_id
        case._refresh_next_step()
        self.assertEqual(case.activity_ids.summary, "Promise not kept")
        call.promise_id.action_mark_seen()
        case._refresh_next_step()
        self.env.invalidate_all()
        self.assertFalse(case.activity_ids)
