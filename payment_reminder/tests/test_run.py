from datetime import timedelta

from freezegun import freeze_time

from odoo.exceptions import UserError, ValidationError
from odoo.tests import tagged

from odoo.addons.base.tests.test_ir_cron import CronMixinCase

from .common import DunningCommon


@tagged("post_install", "-at_install")
class TestRun(DunningCommon, CronMixinCase):
    """From the proposal to the end, and what is refused on the way."""

    # === DATES === #

    def test_run_in_the_future_is_refused(self):
        tomorrow = self.company._get_dunning_today() + timedelta(days=1)
        with self.assertRaisesRegex(ValidationError, "future"):
            self._create_run(tomorrow)

    def test_run_before_an_approved_one_is_refused(self):
        self._plan().action_approve()
        with self.assertRaisesRegex(ValidationError, "already approved"):
            self._create_run(self._days_ago(1))
        self._create_run(self.today)

    def test_run_before_a_proposed_or_cancelled_one_is_allowed(self):
        self._plan()
        self._plan().action_cancel()
        self.assertTrue(self._plan(self._days_ago(1)))

    def test_draft_is_refused_when_a_later_run_was_approved_meanwhile(self):
        run = self._create_run(self._days_ago(1))
        self._plan().action_approve()
        with self.assertRaisesRegex(ValidationError, "already approved"):
            run.action_plan()

    def test_approved_run_of_another_company_does_not_matter(self):
        self._plan().action_approve()
        other = self.setup_other_company()["company"]
        env = self.env(context={"allowed_company_ids": other.ids})
        run = env["dunning.run"].create(
            {"company_id": other.id, "date": self._days_ago(1)}
        )
        self.assertTrue(run)

    def test_date_of_a_planned_run_is_fixed(self):
        run = self._plan()
        with self.assertRaises(UserError):
            run.date = self._days_ago(1)

    def test_default_date_is_the_companys_today(self):
        for zone, expected in (
            ("Pacific/Kiritimati", "2025-06-17"),
            ("Pacific/Midway", "2025-06-16"),
        ):
            self.company.partner_id.tz = zone
            with self.subTest(zone), freeze_time("2025-06-16 11:30:00"):
                run = self.env["dunning.run"].create({})
                self.assertEqual(str(run.date), expected)

    # === STATES === #

    def test_run_goes_from_draft_to_done(self):
        self._overdue(5)
        run = self._create_run()
        states = [run.state]
        for step in (
            run.action_plan,
            run.action_approve,
            run.action_send,
            lambda: self._deliver(run),
        ):
            step()
            states.append(run.state)
        self.assertEqual(states, ["draft", "proposed", "approved", "sending", "done"])

    def test_run_without_notices_is_done_at_once(self):
        run = self._plan()
        run.action_approve()
        run.action_send()
        self.assertEqual(run.state, "done")

    def test_run_is_planned_only_once(self):
        run = self._plan()
        with self.assertRaisesRegex(UserError, "already planned"):
            run.action_plan()

    def test_only_a_proposal_can_be_approved(self):
        run = self._create_run()
        with self.assertRaisesRegex(UserError, "plan it first"):
            run.action_approve()

    def test_only_an_approved_run_can_be_sent(self):
        self._overdue(5)
        run = self._plan()
        with self.assertRaisesRegex(UserError, "must be approved"):
            run.action_send()
        self.assertEqual(run.notice_ids.state, "proposed")

    def test_run_that_is_done_cannot_be_cancelled(self):
        self._overdue(5)
        run = self._run_and_send()
        self.assertEqual(run.state, "done")
        with self.assertRaisesRegex(UserError, "done"):
            run.action_cancel()

    def test_cancelled_run_sends_nothing_and_frees_its_customers(self):
        invoice = self._overdue(5)
        run = self._plan()
        run.action_cancel()
        self.assertEqual(run.notice_ids.state, "skipped")
        with self.assertRaises(UserError):
            run.action_send()
        self.assertReminded(self._plan(), invoice, self.friendly)

    def test_queued_notices_can_still_be_cancelled(self):
        self._overdue(5)
        run = self._plan()
        run.action_approve()
        run.action_send()
        run.action_cancel()
        self.assertEqual(run.notice_ids.state, "skipped")

    def test_notice_left_out_is_not_sent(self):
        self._overdue(5)
        self._overdue(5, partner=self._create_customer("Bob"))
        run = self._plan()
        left_out = run.notice_ids[0]
        left_out._leave_out("a talk")
        run.action_approve()
        run.action_send()
        self.assertEqual(left_out.state, "skipped")
        self.assertEqual((run.notice_ids - left_out).state, "queued")

    def test_only_a_proposed_notice_can_be_left_out(self):
        self._overdue(5)
        notice = self._run_and_send().notice_ids
        with self.assertRaises(UserError):
            notice._leave_out("a talk")

    def test_sending_wakes_the_sender(self):
        self._overdue(5)
        run = self._plan()
        run.action_approve()
        with self.capture_triggers("payment_reminder.ir_cron_dunning_send") as woken:
            run.action_send()
        self.assertEqual(len(woken.records), 1)

    def test_state_changes_only_through_the_buttons(self):
        run = self._plan()
        with self.assertRaises(UserError):
            run.write({"state": "done"})

    def test_copied_run_starts_anew(self):
        self._overdue(5)
        run = self._run_and_send()
        copied = run.copy()
        self.assertEqual(copied.state, "draft")
        self.assertEqual(copied.date, self.company._get_dunning_today())
        self.assertFalse(copied.notice_ids)

    # === DELETING === #

    def test_run_that_was_not_approved_may_be_deleted(self):
        self._overdue(5)
        run = self._plan()
        run.unlink()
        self.assertFalse(run.exists())

    def test_approved_run_is_kept(self):
        run = self._plan()
        run.action_approve()
        with self.assertRaises(UserError):
            run.unlink()

    def test_cancelled_run_that_sent_something_is_kept(self):
        self._overdue(5)
        self._overdue(5, partner=self._create_customer("Bob"))
        run = self._plan()
        run.action_approve()
        run.action_send()
        run.notice_ids[0].sudo()._set_sent(self.today)
        run.action_cancel()
        with self.assertRaises(UserError):
            run.unlink()

    # === COUNTS === #

    def test_run_counts_notices_customers_and_exclusions(self):
        self.friendly.channel_ids = self.email_channel + self.letter_channel
        self._overdue(5)
        self._overdue(5, partner=self._create_customer("Bob"))
        self._overdue(1, partner=self._create_customer("Cid"))
        run = self._plan()
        self.assertRecordValues(
            run,
            [
                {
                    "notice_count": 4,
                    "customer_count": 2,
                    "open_count": 4,
                    "sent_count": 0,
                    "skipped_count": 0,
                    "problem_count": 0,
                    "exclusion_count": 1,
                    "has_letters": False,
                }
            ],
        )

    def test_run_counts_how_the_notices_ended(self):
        for name in ("Ann", "Bob", "Cid", "Dan"):
            self._overdue(5, partner=self._create_customer(name))
        run = self._plan()
        sent, skipped, failed, _open = run.notice_ids.sudo()
        sent._set_sent(self.today)
        skipped._set_skipped("not needed")
        failed.write({"state": "failed"})
        run.invalidate_recordset()
        counts = (
            run.sent_count,
            run.skipped_count,
            run.problem_count,
            run.open_count,
        )
        self.assertEqual(counts, (1, 1, 1, 1))

    def test_amount_of_a_run_counts_every_customer_once(self):
        self.friendly.channel_ids = self.email_channel + self.letter_channel
        self._overdue(5, 100.0)
        self._overdue(5, 50.0, partner=self._create_customer("Bob"))
        amount = self.company.currency_id.format(150.0)
        self.assertEqual(self._plan().amount_text, amount)

    def test_amount_of_a_run_is_told_per_currency(self):
        other = self.setup_other_currency("EUR")
        self._overdue(5, 100.0)
        self._overdue(5, 50.0, currency_id=other.id)
        parts = self._plan().amount_text.split(" + ")
        both = self.company.currency_id | other
        expected = [
            self.company.currency_id._format_dunning(100.0, both),
            other._format_dunning(50.0, both),
        ]
        self.assertIn("50.00\N{NO-BREAK SPACE}EUR", expected)
        self.assertCountEqual(parts, expected)

    def test_buttons_show_the_runs_own_records(self):
        self._overdue(5)
        self._overdue(1, partner=self._create_customer("Bob"))
        self._run_and_send(self._days_ago(0))
        run = self._plan()
        for action, expected in (
            (run.action_view_notices(), run.notice_ids),
            (run.action_view_exclusions(), run.exclusion_ids),
        ):
            found = self.env[action["res_model"]].search(action["domain"])
            self.assertEqual(found, expected)

    # === AT THE MOMENT OF SENDING === #

    def test_invoice_paid_since_the_plan_is_taken_out(self):
        paid, other = self._overdue(5, 100.0), self._overdue(6, 40.0)
        run = self._plan()
        self._pay(paid)
        notice = self._send(run)
        self.assertEqual(notice.claim_ids.move_id, other)
        self.assertEqual(notice.amount_total, 40.0)
        self.assertFalse(self._items(paid).level_id)

    def test_notice_without_anything_owed_is_skipped_with_the_reason(self):
        invoice = self._overdue(5)
        run = self._plan()
        self._pay(invoice)
        self.assertFalse(self._send(run))
        self.assertEqual(run.notice_ids.state, "skipped")
        self.assertIn("Paid or settled", run.notice_ids.reason)

    def test_part_paid_since_the_plan_reduces_the_amount(self):
        invoice = self._overdue(5)
        run = self._plan()
        self._pay(invoice, 70.0)
        self.assertEqual(self._send(run).amount_total, 30.0)

    def test_what_is_checked_when_planned_is_checked_again(self):
        obstacles = {
            "case": lambda move: self._pause(self._case(move.partner_id)),
            "customer": lambda move: self._pause(move.partner_id),
            "invoice": self._pause,
            "dispute": self._object,
            "promise": lambda move: self._case(move.partner_id)._promise(
                10.0, self.company._get_dunning_today()
            ),
            "followup": lambda move: move.write({"no_followup": True}),
            "payment": lambda move: move.action_toggle_block_payment(),
            "draft": lambda move: move.button_draft(),
            "credit": lambda move: self._credit_note(move.partner_id, 100.0),
        }
        for name, obstruct in obstacles.items():
            with self.subTest(name):
                move = self._overdue(5, partner=self._create_customer(name))
                run = self._plan()
                obstruct(move)
                self.assertFalse(self._send(run))
                self.assertEqual(run.notice_ids.state, "skipped")
                self.assertTrue(run.notice_ids.reason)

    def test_credit_since_the_plan_holds_the_notice(self):
        self.procedure.credit_treatment = "hold"
        self._overdue(5)
        run = self._plan()
        self._credit_note(amount=1.0)
        self.assertFalse(self._send(run))

    def test_rest_below_the_tolerance_is_not_sent(self):
        self.procedure.tolerance_amount = 5.0
        invoice = self._overdue(5)
        run = self._plan()
        self._pay(invoice, 95.01)
        self.assertFalse(self._send(run))
        self.assertIn("tolerance", run.notice_ids.reason)

    def test_heads_up_is_not_sent_when_the_money_is_overdue_by_now(self):
        self.heads_up.active = True
        invoice = self._overdue(-1)
        run = self._plan()
        self.assertFalse(self._send(run, on=self._days_ago(-2)))
        self.assertIn("overdue", run.notice_ids.reason)
        self.assertFalse(self._items(invoice).level_id)

    def test_lateness_and_pay_by_date_count_from_the_day_of_sending(self):
        self._overdue(5)
        notice = self._send(self._plan(), on=self._days_ago(-1))
        self.assertEqual(notice.days_late, 6)
        self.assertEqual(notice.line_ids.days_late, 6)
        self.assertEqual(notice.pay_by_date, self._days_ago(-8))

    def _deliver(self, run):
        notices = run.sudo().notice_ids
        notices._recheck(self.today)._set_sent(self.today)
        run._set_done_if_finished()
