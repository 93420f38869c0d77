from datetime import timedelta

from odoo.exceptions import UserError, ValidationError
from odoo.tests import tagged

from .call_common import CallCommon


@tagged("post_install", "-at_install")
class TestCallOutcome(CallCommon):
    """Each outcome does the right next thing."""

    def test_whoever_was_reached_was_reminded(self):
        notice = self._call_notice()
        call = self._log(notice, "reached", note="Will look into it")
        self.assertEqual(notice.state, "sent")
        self.assertEqual(self._items(notice.line_ids.move_id).level_id, self.level)
        self.assertEqual(call.notice_id, notice)
        self.assertEqual(call.user_id, self.env.user)
        self.assertEqual(notice.pay_by_date, self.level._get_pay_by_date(self.today))

    def test_call_stands_in_the_history_of_case_and_invoice_once(self):
        notice = self._call_notice()
        self._log(notice, "reached", note="Spoke with <b>Ann</b>")
        self._work()
        for record in (notice.case_id, notice.line_ids.move_id):
            history = self._history(record)
            self.assertIn("+32 2 555 12 12", history)
            self.assertIn("Spoken with, nothing agreed", history)
            self.assertIn("&lt;b&gt;Ann&lt;/b&gt;", history)
            self.assertEqual(history.count("+32 2 555 12 12"), 1)

    def test_no_answer_leaves_the_list_for_some_hours(self):
        notice = self._call_notice()
        self._log(notice, "no_answer")
        self.assertEqual((notice.state, notice.tries), ("queued", 1))
        self.assertOnList(notice, False)
        notice.sudo().next_try = self.now - timedelta(minutes=1)
        self.assertOnList(notice)
        self.assertIn("No answer", notice.last_call_text)

    def test_no_answer_three_times_is_written_instead(self):
        notice = self._call_notice()
        for _try in range(3):
            self._log(notice, "no_answer")
        self.assertEqual(notice.state, "failed")
        self.assertEqual(notice.reason, "No answer after 3 calls.")
        mail = notice.fallback_notice_id
        self.assertEqual((mail.channel, mail.state), ("email", "queued"))
        self.assertEqual(mail.run_id.state, "sending")
        self._work()
        self.assertEqual(mail.state, "sent", mail.reason)
        self.assertEqual(mail.run_id.state, "done")
        [message] = self.server.mails
        self.assertIn("could not reach you by phone", str(message))
        self.assertEqual(self._items(notice.line_ids.move_id).level_id, self.level)

    def test_number_of_tries_is_the_companys(self):
        self.company.dunning_call_tries = 1
        notice = self._call_notice()
        self._log(notice, "no_answer")
        self.assertEqual(notice.state, "failed")

    def test_no_answer_and_no_other_way_is_on_somebodys_desk(self):
        self.company.dunning_call_tries = 1
        self.customer.write({"email": False, "street": False})
        notice = self._call_notice()
        self._log(notice, "no_answer")
        self.assertFalse(notice.fallback_notice_id)
        self.assertActivity(notice, "No answer after 1 calls.")
        notice.action_retry()
        self.assertEqual((notice.state, notice.tries), ("queued", 0))
        self.assertEqual(notice.run_id.state, "done")
        self.assertOnList(notice)

    def test_wrong_number_goes_another_way_at_once(self):
        notice = self._call_notice()
        self._log(notice, "wrong_number")
        self.assertEqual(self.customer.dunning_phone_status, "wrong")
        self.assertEqual(notice.state, "failed")
        self.assertIn("wrong number", notice.reason)
        self.assertEqual(notice.fallback_notice_id.channel, "email")

    def test_wrong_number_is_not_called_again(self):
        self._log(self._call_notice(), "wrong_number")
        self._work()
        other = self._overdue(5, partner=self.customer)
        run = self._plan(self._in_days(0))
        notice = run.notice_ids.filtered(lambda n: other in n.line_ids.move_id)
        self.assertEqual(notice.channel, "email")

    def test_corrected_number_is_good_again_by_itself(self):
        self._log(self._call_notice(), "wrong_number")
        self.customer.phone = "+32 2 555 12 12"
        self.assertEqual(self.customer.dunning_phone_status, "ok")
        self.customer.phone = "02 5551212"  # the wrong one, written otherwise
        self.assertEqual(self.customer.dunning_phone_status, "wrong")
        self.customer.phone = "02 555 13 13"
        self.assertEqual(self.customer.dunning_phone_status, "ok")

    def test_wrong_number_of_a_contact_leaves_that_of_the_customer(self):
        self.customer.is_company = True
        contact = self.env["res.partner"].create(
            {
                "name": "Clerk",
                "type": "invoice",
                "parent_id": self.customer.id,
                "phone": "+32 475 11 22 33",
            }
        )
        notice = self._call_notice()
        self.assertEqual(notice.phone_display, "+32 475 11 22 33")
        self._log(notice, "wrong_number", contact_id=contact.id)
        self.assertEqual(contact.dunning_phone_status, "wrong")
        self.assertEqual(notice.state, "queued")
        self.env.invalidate_all()
        self.assertEqual(notice.phone_display, "+32 2 555 12 12")

    def test_call_back_leaves_the_list_until_then(self):
        notice = self._call_notice()
        callback_at = self.now + timedelta(days=2)
        call = self._log(notice, "call_back", callback_at=callback_at)
        self.assertEqual((notice.state, notice.tries), ("queued", 0))
        self.assertEqual(notice.next_try, callback_at)
        self.assertOnList(notice, False)
        activity = notice.case_id.activity_ids
        self.assertEqual(
            activity.activity_type_id, self.env.ref("mail.mail_activity_data_call")
        )
        self.assertEqual(
            activity.date_deadline, self.company._get_dunning_date(callback_at)
        )
        self.assertEqual(call.callback_at, callback_at)

    def test_calling_back_ends_the_task(self):
        notice = self._call_notice()
        self._log(notice, "call_back", callback_at=self.now + timedelta(days=2))
        self._log(notice, "reached")
        self.assertFalse(notice.case_id.activity_ids)

    def test_wishes_of_the_customer_are_on_somebodys_desk(self):
        for outcome, summary in (
            ("asks_instalments", "Instalment plan wanted"),
            ("refused", "Refuses to pay"),
            ("paid_already", "Says it is paid: look for the payment"),
        ):
            with self.subTest(outcome):
                notice = self._call_notice(
                    self._create_customer(outcome, phone="025551212")
                )
                self._log(notice, outcome, note="Said so")
                self.assertEqual(notice.state, "sent")
                self.assertEqual(notice.case_id.activity_ids.summary, summary)
                self.assertIn("Said so", str(notice.case_id.activity_ids.note))

    def test_what_is_said_to_be_paid_rests_the_companys_days(self):
        notice = self._call_notice()
        self._log(notice, "paid_already")
        pause = self.env["dunning.pause"].search(
            [("move_id", "=", notice.line_ids.move_id.id)]
        )
        self.assertEqual(pause.date_until, self._in_days(5))
        self._log(notice, "paid_already")
        self.assertEqual(notice.case_id.pause_ids, pause)

    def test_promise_is_taken_by_who_took_it(self):
        notice = self._call_notice()
        notice.case_id.user_id = self.clerk
        call = self._log(
            notice, "promised", amount=100.0, promise_date=self._in_days(10)
        )
        self.assertEqual(call.promise_id.user_id, self.env.user)

    def test_promise_rests_until_its_date(self):
        notice = self._call_notice()
        date = self._in_days(10)
        call = self._log(
            notice, "promised", amount=100.0, promise_date=date, note="Sure"
        )
        promise = call.promise_id
        self.assertEqual((promise.amount, promise.date), (100.0, date))
        self.assertEqual(promise.state, "open")
        self.assertEqual((call.amount, call.promise_date), (100.0, date))
        self.assertEqual(notice.state, "sent")
        self.assertEqual(self._items(notice.line_ids.move_id).level_id, self.level)
        case = notice.case_id
        self.assertEqual(self._history(case).count("Sure"), 1)
        self.assertIn("Sure", self._history(notice.line_ids.move_id))

    def test_part_promise_covers_the_oldest_items_it_reaches(self):
        oldest, older, new = (self._overdue(days) for days in (30, 20, 10))
        notice = self._call_notice()
        call = self._log(
            notice,
            "will_pay_part",
            amount=150.0,
            promise_date=self._in_days(5),
        )
        self.assertEqual(call.promise_id.line_ids.move_id, oldest + older)
        self.assertNotIn(new, call.promise_id.line_ids.move_id)

    def test_promise_that_makes_no_sense_is_refused_and_changes_nothing(self):
        notice = self._call_notice()
        for outcome in ("promised", "will_pay_part"):
            for amount, days in ((0.0, 5), (-1.0, 5), (100.01, 5), (50.0, -1)):
                with self.subTest(f"{outcome} {amount} {days}"):
                    with self.assertRaises(ValidationError):
                        self._log(
                            notice,
                            outcome,
                            amount=amount,
                            promise_date=self._in_days(days),
                        )
        self.env.invalidate_all()
        self.assertEqual(notice.state, "queued")
        self.assertFalse(notice.call_ids)

    def test_dispute_rests_only_the_disputed_items(self):
        disputed, undisputed = self._overdue(20), self._overdue(10)
        run = self._release(self._plan(user_id=self.clerk.id))
        notice = run.notice_ids
        call = self._log(
            notice,
            "disputes",
            lines=self._items(disputed),
            category="quality",
            text="Half of it is missing",
        )
        self.assertEqual(call.dispute_id.line_ids.move_id, disputed)
        self.assertEqual(call.dispute_id.category, "quality")
        self.assertEqual(notice.state, "sent")
        run = self._plan(self._in_days(0))
        self.assertEqual(set(self._reasons(run, disputed)), {"disputed"})
        self.assertNotIn("disputed", self._reasons(run, undisputed))

    def test_dispute_without_items_or_words_is_refused(self):
        notice = self._call_notice()
        items = self._items(notice.line_ids.move_id)
        for values in (
            {"lines": items.browse(), "text": "No"},
            {"lines": items, "text": " "},
        ):
            with self.subTest(values), self.assertRaises(ValidationError):
                self._log(notice, "disputes", **values)

    # === LIMITS === #

    def test_call_back_in_the_past_is_refused(self):
        notice = self._call_notice()
        for callback_at in (None, self.now - timedelta(hours=1)):
            with self.subTest(callback_at), self.assertRaises(ValidationError):
                self._log(notice, "call_back", callback_at=callback_at)

    def test_call_in_the_future_is_refused(self):
        notice = self._call_notice()
        with self.assertRaisesRegex(ValidationError, "taken place"):
            self._log(notice, "reached", date=self.now + timedelta(days=1))

    def test_promised_call_leaves_the_list(self):
        notice = self._call_notice()
        notice.case_id._promise(100.0, self._in_days(5))
        self.assertOnList(notice, False)
        self.env["dunning.channel.call"]._lapse_calls(self.company, self.today)
        self.assertEqual(notice.state, "skipped")
        self.assertIn("promised", notice.reason)

    def test_call_on_a_settled_case_is_information(self):
        notice = self._call_notice()
        self._pay(notice.line_ids.move_id)
        for outcome in ("refused", "asks_instalments"):
            with self.assertRaisesRegex(ValidationError, "Everything is paid"):
                self._log(notice, outcome)
        call = self._log(notice, "reached", note="Thanked")
        self.assertEqual(notice.state, "skipped")
        self.assertIn("Paid", notice.reason)
        self.assertFalse(self._items(notice.line_ids.move_id).level_id)
        self.assertIn("Thanked", self._history(call.case_id))

    def test_paid_in_part_call_asks_for_the_rest(self):
        notice = self._call_notice()
        self._pay(notice.line_ids.move_id, 60)
        self._log(notice, "reached")
        self.assertEqual((notice.state, notice.amount_total), ("sent", 40.0))

    def test_call_without_a_call_in_the_list_is_logged_too(self):
        self._overdue(5)
        self._plan().action_cancel()
        case = self._case()
        call = case._log_call("reached", phone="025551212")
        self.assertFalse(call.notice_id)
        self.assertEqual(case.call_count, 1)
        self.assertFalse(case.line_ids.level_id)

    def test_call_of_a_colleague_is_logged_and_changes_nothing(self):
        notice = self._call_notice()
        self._log(notice, "reached")
        sent_at = notice.sent_at
        self._log(notice, "no_answer")
        self.assertEqual((notice.state, notice.sent_at), ("sent", sent_at))
        self.assertEqual(len(notice.call_ids), 2)

    def test_logged_call_cannot_be_changed_or_deleted(self):
        call = self._log(self._call_notice(), "reached").sudo()
        with self.assertRaisesRegex(UserError, "evidence"):
            call.note = "Something else"
        with self.assertRaisesRegex(UserError, "evidence"):
            call.unlink()

    def test_call_can_be_left_out(self):
        notice = self._call_notice()
        notice.action_do_not_call()
        self.assertEqual(notice.state, "skipped")
        self.assertFalse(self._items(notice.line_ids.move_id).level_id)

    def test_mail_cannot_be_left_out_as_a_call(self):
        mail = self._call_notice(self._create_customer("Bob", phone=False))
        self.assertEqual(mail.channel, "email")
        with self.assertRaisesRegex(UserError, "is not a call"):
            mail.action_do_not_call()

    def test_call_of_a_cancelled_run_is_not_made(self):
        notice = self._call_notice()
        notice.run_id.sudo().state = "sending"
        notice.run_id.action_cancel()
        self.assertEqual(notice.state, "skipped")
