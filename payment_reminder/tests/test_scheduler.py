from datetime import datetime, timedelta
from unittest.mock import patch

import psycopg2.errors

from odoo import fields
from odoo.exceptions import ValidationError
from odoo.tests import tagged
from odoo.tools import file_open, mute_logger

from ..models import dunning_run_exclusion
from .scheduler_common import SchedulerCommon

SCHEDULER = "odoo.addons.payment_reminder.models.dunning_scheduler"


@tagged("post_install", "-at_install")
class TestScheduler(SchedulerCommon):
    """What happens by itself, once per company and day."""

    # === THE DAY === #

    def test_day_begins_at_the_hour_of_sending(self):
        self._overdue(5)
        self._tick("2025-06-16 05:59:00")  # 07:59 in Brussels
        self.assertFalse(self._runs())
        self._tick("2025-06-16 06:00:00")
        run = self._runs()
        self.assertEqual((run.date, run.is_unattended), (self.today, True))
        self.assertEqual(run.state, "sending")
        self.assertEqual(run.notice_ids.state, "queued")
        self.assertEqual(self.company.dunning_last_day, self.today)
        self.assertTrue(self.company.dunning_last_success)
        self.assertFalse(self.company.dunning_last_error)

    def test_second_cron_the_same_day_makes_nothing_new(self):
        self._overdue(5)
        self._tick("2025-06-16 06:00:00")
        before = self._runs(), self._runs().notice_ids, self._runs().exclusion_ids
        self._overdue(5, partner=self._create_customer("Later the same day"))
        self._tick("2025-06-16 07:00:00")
        self._tick("2025-06-16 21:59:00")
        after = self._runs(), self._runs().notice_ids, self._runs().exclusion_ids
        self.assertEqual(after, before)

    def test_days_without_the_server_are_caught_up_once(self):
        # R9: the cron was off for 10 days
        self._overdue(5)
        self.company.dunning_last_day = self._days_ago(10)
        self._tick("2025-06-16 12:00:00")
        self.assertEqual(self._runs().mapped("date"), [self.today])
        self._tick("2025-06-16 13:00:00")
        self.assertEqual(len(self._runs()), 1)

    def test_day_is_the_companys_own_from_one_end_of_the_world_to_the_other(self):
        # R11: zones -11 and +14, DST change, 29 February, end of a month
        for zone, hour, before, at, day in (
            ("Pacific/Midway", 8, "2025-06-16 18:59", "2025-06-16 19:00", "2025-06-16"),
            ("Pacific/Kiritimati", 8, "2025-06-15 17:59", "2025-06-15 18:00", None),
            ("Pacific/Midway", 0, "2025-06-16 10:59", "2025-06-16 11:00", "2025-06-16"),
            ("Europe/Brussels", 2, "2025-03-29 23:59", "2025-03-30 01:00", None),
            ("Europe/Brussels", 8, "2024-02-29 06:59", "2024-02-29 07:00", None),
            (
                "Europe/Brussels",
                0,
                "2025-05-30 21:59",
                "2025-05-31 22:00",
                "2025-06-01",
            ),
        ):
            with self.subTest(zone=zone, at=at):
                self.company.partner_id.tz = zone
                self.company.dunning_send_hour = hour
                expected = day or {
                    "2025-06-15 18:00": "2025-06-16",
                    "2025-03-30 01:00": "2025-03-30",
                    "2024-02-29 07:00": "2024-02-29",
                }.get(at)
                begun = self.company._get_dunning_day(datetime.fromisoformat(at))
                self.assertEqual(begun, fields.Date.to_date(expected))
                earlier = self.company._get_dunning_day(datetime.fromisoformat(before))
                self.assertNotEqual(earlier, begun)

    def test_midnight_is_that_of_the_company(self):
        for zone, moment in (
            ("Pacific/Midway", datetime(2025, 6, 16, 11)),
            ("Pacific/Kiritimati", datetime(2025, 6, 15, 10)),
            ("Europe/Brussels", datetime(2025, 6, 15, 22)),
        ):
            self.company.partner_id.tz = zone
            self.assertEqual(self.company._get_dunning_midnight(self.today), moment)

    def test_hour_outside_the_day_is_refused(self):
        for hour in (-1, 24):
            with self.subTest(hour), self.assertRaises(ValidationError):
                self.company.dunning_send_hour = hour

    # === WHAT IS PLANNED === #

    def test_levels_that_need_a_review_wait_for_a_person(self):
        self.procedure.first_level = "age"
        invoice = self._overdue(60)
        self._tick("2025-06-16 06:00:00")
        self.assertFalse(self._runs().notice_ids)
        self.assertEqual(self._reasons(self._runs(), invoice), ["reviewed_only"])
        self.assertEqual(self._case().next_step, "remind")
        self.assertEqual(self.company.dunning_last_day, self.today)

    def test_run_with_nothing_overdue_leaves_nothing_behind(self):
        self._overdue(-5)
        self._tick("2025-06-16 06:00:00")
        self.assertFalse(self._runs())

    def test_run_without_notices_keeps_its_reasons(self):
        invoice = self._overdue(5, no_followup=True)
        self._tick("2025-06-16 06:00:00")
        run = self._runs()
        self.assertEqual(run.state, "done")
        self.assertEqual(self._reasons(run, invoice), ["no_followup"])

    def test_reasons_are_forgotten_after_the_days_of_the_company(self):
        invoice = self._overdue(5, no_followup=True)
        loud = self._overdue(5, partner=self._create_customer("Somebody Else"))
        old = self.company._get_dunning_today() - timedelta(days=31)
        quiet = self._plan(
            self.today, is_unattended=True, partner_ids=invoice.partner_id
        )
        quiet._set_approved()
        quiet._set_sending()
        kept = self._run_and_send(old)
        self.assertEqual(self._reasons(kept, invoice), ["no_followup"])
        self.company.dunning_exclusion_days = 32
        self.env["dunning.run.exclusion"]._gc_exclusions()
        self.assertTrue(kept.exclusion_ids)
        self.company.dunning_exclusion_days = 30
        self.env["dunning.run.exclusion"]._gc_exclusions()
        self.assertFalse(quiet.exists())
        self.assertFalse(kept.exclusion_ids)
        self.assertTrue(kept.are_reasons_forgotten)
        self.assertEqual(kept.notice_ids.claim_ids.move_id, loud)

    def test_reasons_are_forgotten_in_chunks(self):
        for _number in range(3):
            self._overdue(5, no_followup=True)
        run = self._run_and_send()
        with patch.object(dunning_run_exclusion, "CHUNK", 2):
            Exclusion = self.env["dunning.run.exclusion"]
            self.assertEqual(Exclusion._gc_exclusions(), (2, True))
            self.assertEqual(run.exclusion_count, 1)
            Exclusion._gc_exclusions()
            self.assertFalse(run.exclusion_ids)

    def test_quiet_run_does_not_hinder_a_run_for_an_earlier_day(self):
        self._overdue(5, no_followup=True)
        self._tick("2025-06-16 06:00:00")
        self.assertTrue(self._runs())
        self._plan(self._days_ago(1))

    def test_reasons_of_a_proposal_are_kept(self):
        invoice = self._overdue(5, no_followup=True)
        run = self._plan()
        self.env["dunning.run.exclusion"]._gc_exclusions()
        self.assertEqual(self._reasons(run, invoice), ["no_followup"])

    def test_run_of_a_person_does_not_hinder_the_rest(self):
        self._overdue(5)
        own = self._plan()
        invoice = self._overdue(5, partner=self._create_customer("Somebody Else"))
        self._tick("2025-06-16 06:00:00")
        run = self._runs() - own
        self.assertEqual(run.notice_ids.line_ids.move_id, invoice)
        self.assertEqual(own.notice_ids.state, "proposed")

    def test_company_that_does_not_want_it_gets_no_run(self):
        self.company.dunning_is_unattended = False
        self._overdue(5)
        self._tick("2025-06-16 06:00:00")
        self.assertFalse(self._runs())
        self.assertEqual(self.company.dunning_last_day, self.today)

    def test_what_was_planned_by_itself_is_sent_by_the_sender(self):
        self._overdue(5, invoice_user_id=False)  # nobody is responsible
        self._tick("2025-06-16 06:00:00")
        self._work()
        self.assertSent(self._runs().notice_ids)
        self.assertEqual(self._runs().state, "done")
        self.assertIn("office@lender.example.com", self.server.mails[0]["From"])

    def test_sender_is_woken_up(self):
        self._overdue(5)
        cron = self.env.ref("payment_reminder.ir_cron_dunning_send")
        triggers = self.env["ir.cron.trigger"].search([("cron_id", "=", cron.id)])
        self._tick("2025-06-16 06:00:00")
        new = self.env["ir.cron.trigger"].search([("cron_id", "=", cron.id)])
        self.assertTrue(new - triggers)

    # === STEPS === #

    def test_steps_are_done_in_order_for_each_company(self):
        seen = []
        Scheduler = self.env.registry["dunning.scheduler"]

        def note(scheduler, company, day):
            seen.append((company, scheduler.env.company, day))

        with (
            patch.object(Scheduler, "_note", note, create=True),
            patch.object(Scheduler, "_get_daily_steps", lambda self: ["_note"] * 2),
        ):
            self._tick("2025-06-16 06:00:00")
        self.assertEqual(seen, [(self.company, self.company, self.today)] * 2)

    def test_call_that_nobody_made_lapses(self):
        self.friendly.channel_ids = self.env.ref("payment_reminder.channel_call")
        self.customer.phone = "+32 2 555 12 13"
        call = self._queue()
        call.sudo().queued_at = datetime(2025, 6, 16, 6)
        self.company.dunning_call_wait_days = 7
        self._tick("2025-06-17 06:00:00")
        self.assertEqual(call.state, "queued")
        self._tick("2025-06-27 06:00:00")
        self.assertEqual(call.state, "failed")
        self.assertIn("Nobody called", call.reason)

    # === WHEN IT GOES WRONG === #

    def _fail(self, company, error=None):
        """Let the planner stumble over ``company``."""
        error = error or ZeroDivisionError("poison")
        Run = self.env.registry["dunning.run"]
        plan = Run._plan

        def stumble(run):
            if run.company_id == company:
                raise error
            return plan(run)

        return patch.object(Run, "_plan", stumble)

    @mute_logger(SCHEDULER)
    def test_error_in_one_company_does_not_stop_the_others(self):
        self.other.write({"dunning_is_unattended": True, "dunning_last_day": False})
        self._overdue(5)
        self._overdue(5, company=self.other)
        with self._fail(self.company):
            self._tick("2025-06-16 06:00:00")
        self.assertFalse(self._runs())
        self.assertEqual(self.company.dunning_last_error, "poison")
        self.assertFalse(self.company.dunning_last_day)
        self.assertEqual(self._runs(self.other).state, "sending")
        self.assertFalse(self.other.dunning_last_error)

    @mute_logger(SCHEDULER)
    def test_company_that_failed_is_tried_again_an_hour_later(self):
        self._overdue(5)
        with self._fail(self.company):
            self._tick("2025-06-16 06:00:00")
        self._tick("2025-06-16 07:00:00")
        self.assertEqual(self._runs().state, "sending")
        self.assertFalse(self.company.dunning_last_error)

    @mute_logger(SCHEDULER)
    def test_error_does_not_fail_the_cron(self):
        cron = self.env.ref("payment_reminder.ir_cron_dunning_daily").sudo()
        self.company.dunning_send_hour = 0
        self._overdue(5)
        with self._fail(self.company), self.enter_registry_test_mode():
            cron.method_direct_trigger()
        self.assertEqual(cron.failure_count, 0)
        self.assertEqual(self.company.dunning_last_error, "poison")

    def test_real_cron_does_the_day(self):
        cron = self.env.ref("payment_reminder.ir_cron_dunning_daily").sudo()
        self.company.dunning_send_hour = 0
        self._overdue(5)
        with self.enter_registry_test_mode():
            cron.method_direct_trigger()
        self.assertEqual(self._runs().date, self.company._get_dunning_today())
        self.assertEqual(self._runs().create_uid, self.env.ref("base.user_root"))

    def test_company_that_somebody_else_plans_for_is_left_to_the_next_hour(self):
        self._overdue(5)
        Company = self.env.registry["res.company"]
        with patch.object(Company, "_lock_dunning_planning", lambda self: False):
            self._tick("2025-06-16 06:00:00")
        self.assertFalse(self._runs())
        self.assertFalse(self.company.dunning_last_error)
        self._tick("2025-06-16 07:00:00")
        self.assertEqual(len(self._runs()), 1)

    def test_day_that_another_worker_has_done_meanwhile_is_not_done_again(self):
        scheduler = self.env["dunning.scheduler"].sudo()
        due = scheduler._get_due_companies(datetime(2025, 6, 16, 6))
        self.assertEqual(due, {self.company: self.today})
        self.company._set_dunning_day_done(self.today)
        self.assertFalse(scheduler._get_due_companies(datetime(2025, 6, 16, 6)))
        self._overdue(5)
        self.assertFalse(scheduler._run_day(self.company, self.today))
        self.assertFalse(self._runs())

    def test_two_workers_at_once_are_no_error(self):
        self._overdue(5)
        error = psycopg2.errors.SerializationFailure("the other was faster")
        with self._fail(self.company, error=error):
            self._tick("2025-06-16 06:00:00")
        self.assertFalse(self._runs())
        self.assertFalse(self.company.dunning_last_error)

    def test_summary_of_a_busy_company_waits_for_its_day(self):
        self.company.dunning_digest_user_ids = self.clerk
        self.customer.write({"email": False, "street": False})
        self._overdue(5)
        Company = self.env.registry["res.company"]
        answers = iter([False, True, True])  # busy at first, free a moment later
        with patch.object(
            Company, "_lock_dunning_planning", lambda self: next(answers)
        ):
            self._tick("2025-06-16 06:00:00")
        self.assertFalse(self.company.dunning_digest_date)

    @mute_logger(SCHEDULER)
    def test_summary_conflict_does_not_undo_the_day(self):
        self._overdue(5)
        error = psycopg2.errors.SerializationFailure("the other was faster")
        Digest = self.env.registry["dunning.digest"]
        with patch.object(Digest, "_send_once", side_effect=error):
            self._tick("2025-06-16 06:00:00")
        self.assertEqual(self._runs().state, "sending")
        self.assertEqual(self.company.dunning_last_day, self.today)

    # === COPIES OF THE DATABASE === #

    def test_copied_database_does_nothing_by_itself(self):
        with file_open("payment_reminder/data/neutralize.sql") as file:
            self.env.cr.execute(file.read())
        self.env.invalidate_all()
        for name in ("daily", "send"):
            cron = self.env.ref(f"payment_reminder.ir_cron_dunning_{name}")
            self.assertFalse(cron.active)
