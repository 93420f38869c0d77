from datetime import timedelta
from unittest.mock import patch

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import Form, new_test_user, tagged

from .common import DunningCommon
from .sending_common import SendingCommon

SENDER = "odoo.addons.payment_reminder.models.dunning_sender"
FORM_FIELDS = (
    "state",
    "notice_count",
    "proposed_count",
    "amount_text",
    "summary_html",
    "credit_warning",
    "bank_warning",
    "contact_warning",
    "high_warning",
)
LIST_FIELDS = (
    "partner_id",
    "channel_id",
    "recipient_text",
    "amount_total",
    "days_late",
    "lang_name",
    "warning_text",
    "state",
    "can_put_back",
)


class ReviewCommon(DunningCommon):
    """A proposed run with two customers, each with an e-mail."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.bob = cls._create_customer("Bob")
        cls.invoice = cls._overdue(5, 100.0)
        cls.other_invoice = cls._overdue(6, 50.0, partner=cls.bob)

    def _notice_of(self, run, partner):
        return run.notice_ids.filtered(lambda n: n.partner_id == partner)

    def _wizard(self, notices, **values):
        """Return the wizard that leaves ``notices`` out, as the screen opens it."""
        action = notices.action_leave_out()
        model = self.env[action["res_model"]].with_context(**action["context"])
        return model.create({"reason": "agreed", **values})


@tagged("post_install", "-at_install")
class TestRunForm(ReviewCommon):
    """What the form of a run shows, and how many queries it needs."""

    def test_form_and_list_need_the_same_queries_for_many_notices(self):
        few = self._plan()
        few_counts = self._count_queries(few)
        few.action_cancel()
        for number in range(30):
            partner = self._create_customer(f"Customer {number}")
            self._overdue(5, 10.0 + number, partner=partner)
        many = self._plan()
        self.assertEqual(len(many.notice_ids), 32)
        self.assertEqual(self._count_queries(many), few_counts)

    def _count_queries(self, run):
        """Return how many queries the form and its list of notices need."""
        self.env.flush_all()
        self._read_screen(run)  # what is cached for the whole registry
        self.env.invalidate_all()
        start = self.env.cr.sql_log_count
        self._read_screen(run)
        return self.env.cr.sql_log_count - start

    def _read_screen(self, run):
        run.web_read({name: {} for name in FORM_FIELDS})
        Notice = self.env["dunning.notice"]
        domain = [("run_id", "=", run.id)]
        Notice.web_read_group(domain, ["level_id"], ["amount_total:sum"])
        Notice.web_search_read(domain, {name: {} for name in LIST_FIELDS}, limit=80)

    def test_form_reads_no_rows_of_its_notices(self):
        arch = self.env["dunning.run"].get_view(view_type="form")["arch"]
        self.assertNotIn('name="notice_ids"', arch)
        self.assertNotIn('name="exclusion_ids"', arch)

    def test_summary_names_each_level_with_its_amount_highest_first(self):
        self._overdue(30, 70.0, partner=self._create_customer("Dan"))
        self.procedure.first_level = "age"
        html = self._plan().summary_html
        self.assertLess(html.index(self.demand.name), html.index(self.friendly.name))
        self.assertIn(self.company.currency_id.format(70.0), html)
        self.assertIn(self.company.currency_id.format(220.0), html)

    def test_summary_counts_a_customer_with_two_channels_once(self):
        self.friendly.channel_ids = self.email_channel + self.letter_channel
        run = self._plan()
        total = run._prepare_summary()["total"]
        self.assertEqual((total["notices"], total["customers"]), (4, 2))
        self.assertEqual(total["amounts"], [self.company.currency_id.format(150.0)])

    def test_summary_of_a_finished_run_tells_what_was_sent(self):
        run = self._plan()
        self._notice_of(run, self.bob)._leave_out("a talk")
        self._send(run)
        run.invalidate_recordset()
        total = run._prepare_summary()["total"]
        self.assertEqual(total["notices"], 1)
        self.assertEqual(total["amounts"], [self.company.currency_id.format(100.0)])

    def test_left_out_items_are_grouped_by_reason_in_words(self):
        self._overdue(1, 33.0, partner=self._create_customer("Cid"))
        run = self._plan()
        [group] = self.env["dunning.run.exclusion"].web_read_group(
            [("run_id", "=", run.id)], ["reason"], ["amount_residual:sum"]
        )["groups"]
        self.assertEqual(group["amount_residual:sum"], 33.0)
        labels = dict(
            run.exclusion_ids._fields["reason"]._description_selection(run.env)
        )
        self.assertEqual(labels[group["reason"]], "Not late enough for the next level")

    def test_list_tells_where_each_notice_goes(self):
        self.friendly.channel_ids = self.email_channel + self.letter_channel
        texts = (
            self._plan()
            .notice_ids.filtered(lambda n: n.partner_id == self.bob)
            .mapped("recipient_text")
        )
        self.assertCountEqual(
            texts, ["bob@customer.example.com", "1 Long Road, 1000 Brussels, Belgium"]
        )

    def test_notice_names_its_sibling_through_another_channel(self):
        self.friendly.channel_ids = self.email_channel + self.letter_channel
        mail, letter = self._notice_of(self._plan(), self.bob)
        self.assertEqual(mail.sibling_id, letter)
        self.assertEqual(letter.sibling_id, mail)
        self.assertEqual(mail.action_open_sibling()["res_id"], letter.id)


@tagged("post_install", "-at_install")
class TestWarnings(ReviewCommon):
    """Sentences on top of a proposal; none when all is well."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._enter_bank(cls.company._get_dunning_today())

    @classmethod
    def _enter_bank(cls, date):
        line = cls.env["account.bank.statement.line"].create(
            {
                "journal_id": cls.company_data["default_journal_bank"].id,
                "date": date,
                "payment_ref": "something else",
                "amount": 1.0,
            }
        )
        return line

    def test_run_without_warnings_shows_nothing(self):
        run = self._plan()
        self.assertFalse(
            run.credit_warning
            or run.bank_warning
            or run.contact_warning
            or run.high_warning
        )

    def test_unmatched_payments_are_told_per_currency(self):
        euro = self.setup_other_currency("EUR")
        self._unmatched_payment(amount=30.0)
        self._credit_note(amount=7.0, partner=self.bob, currency_id=euro.id)
        self._unmatched_payment(self._create_customer("Not in the run"), 99.0)
        run = self._plan()
        self.assertIn(self.company.currency_id.format(30.0), run.credit_warning)
        self.assertIn(euro.format(7.0), run.credit_warning)
        self.assertNotIn("99", run.credit_warning)
        action = run.action_view_credits()
        items = self.env["account.move.line"].search(action["domain"])
        self.assertEqual(items.partner_id, self.customer + self.bob)

    def test_old_bank_entries_are_told_with_their_age(self):
        run = self._plan()
        today = self.company._get_dunning_today()
        self.assertFalse(run._get_bank_warning(today + timedelta(days=3)))
        self.assertIn("11 days ago", run._get_bank_warning(today + timedelta(days=11)))

    def test_bank_that_was_never_read_is_told(self):
        self.env["account.bank.statement.line"].search([]).move_id.button_draft()
        self.assertIn("no bank entries", self._plan().bank_warning)

    def test_customers_who_cannot_be_reached_are_counted(self):
        nobody = self._create_customer("Nobody", email=False, street=False)
        self._overdue(5, partner=nobody)
        run = self._plan()
        self.assertIn("cannot be reached: 1.", run.contact_warning)

    def test_high_amounts_are_pointed_out(self):
        self.company.dunning_high_amount = 60.0
        run = self._plan()
        self.assertIn(": 1.", run.high_warning)
        found = self.env["dunning.notice"].search(run.action_view_high()["domain"])
        self.assertEqual(found, self._notice_of(run, self.customer))
        self.assertIn("High amount", found.warning_text)
        self.assertFalse(self._notice_of(run, self.bob).warning_text)

    def test_no_amount_is_high_when_the_limit_is_zero(self):
        self.company.dunning_high_amount = 0.0
        run = self._plan()
        self.assertFalse(run.high_warning)
        self.assertFalse(any(run.notice_ids.mapped("warning_text")))

    def test_warnings_are_gone_when_the_run_is_approved(self):
        self.company.dunning_high_amount = 60.0
        run = self._plan()
        run.action_approve()
        self.assertFalse(run.high_warning)


@tagged("post_install", "-at_install")
class TestLeaveOut(ReviewCommon):
    """Left out with a reason, put back, excluded from now on."""

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
