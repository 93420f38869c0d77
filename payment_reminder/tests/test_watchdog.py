from datetime import timedelta

from odoo import fields
from odoo.exceptions import AccessError
from odoo.tests import new_test_user, tagged

from .scheduler_common import SchedulerCommon


@tagged("post_install", "-at_install")
class TestWatchdog(SchedulerCommon):
    """The desk says when reminders do not go out."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.now = fields.Datetime.now()
        cls.company.dunning_last_success = cls.now - timedelta(hours=20)
        cls.send = cls.env.ref("payment_reminder.ir_cron_dunning_send")
        cls.daily = cls.env.ref("payment_reminder.ir_cron_dunning_daily")
        (cls.send + cls.daily).write({"active": True, "failure_count": 0})

    def _banner(self, user=None):
        Case = self.env["dunning.case"].with_user(user or self.env.user)
        return Case.with_company(self.company).get_desk_banner()

    def assertAlarm(self, text, level):
        self.assertIn(text, self.company._get_dunning_watchdog(self.now) or "")
        alarm = self.company._get_dunning_alarms(self.now)[0]
        self.assertEqual(alarm["level"], level)

    def test_nothing_is_said_when_all_is_well(self):
        self.assertFalse(self.company._get_dunning_watchdog(self.now))
        self.assertIs(self._banner(), False)

    def test_two_days_without_success_are_told(self):
        self.company.dunning_unattended_since = self.now - timedelta(days=9)
        self.company.dunning_last_success = self.now - timedelta(hours=49)
        self.assertAlarm("have not gone out by themselves since", "danger")
        self.company.dunning_last_success = self.now - timedelta(hours=47)
        self.assertFalse(self.company._get_dunning_watchdog(self.now))

    def test_switching_it_on_gives_it_two_days(self):
        self.company.dunning_is_unattended = False
        self.company.dunning_last_success = False
        self.assertFalse(self.company._get_dunning_watchdog(self.now))
        self.company.dunning_is_unattended = True
        self.assertFalse(self.company._get_dunning_watchdog(self.now))
        later = self.now + timedelta(hours=49)
        self.assertTrue(self.company._get_dunning_watchdog(later))

    def test_last_error_is_told_at_once(self):
        self.company.dunning_last_error = "no procedure"
        self.assertAlarm("no procedure", "warning")

    def test_cron_that_is_off_is_told(self):
        for cron in (self.daily, self.send):
            with self.subTest(cron.name):
                cron.active = False
                self.assertAlarm("switched off", "danger")
                cron.active = True

    def test_daily_cron_does_not_matter_without_unattended_runs(self):
        self.company.dunning_is_unattended = False
        self.daily.active = False
        self.assertFalse(self.company._get_dunning_watchdog(self.now))

    def test_cron_that_fails_is_told(self):
        self.send.failure_count = 2
        self.assertAlarm("keeps failing", "warning")

    def test_notices_that_wait_for_a_day_are_told(self):
        self._queue()
        self.assertFalse(self.company._get_dunning_watchdog(self.now))
        later = self.now + timedelta(hours=25)
        self.company.dunning_last_success = later
        self.assertIn("1", self.company._get_dunning_watchdog(later))
        self.assertFalse(self.other._get_dunning_watchdog(later))

    def test_calls_that_wait_for_a_person_are_no_alarm(self):
        self.friendly.channel_ids = self.env.ref("payment_reminder.channel_call")
        self.customer.phone = "+32 2 555 12 13"
        call = self._queue()
        self.assertEqual((call.channel, call.state), ("call", "queued"))
        later = self.now + timedelta(hours=25)
        self.company.dunning_last_success = later
        self.assertFalse(self.company._get_dunning_watchdog(later))

    def test_worst_finding_comes_first(self):
        self.company.dunning_last_error = "no procedure"
        self.send.active = False
        levels = [
            alarm["level"] for alarm in self.company._get_dunning_alarms(self.now)
        ]
        self.assertEqual(levels, ["danger", "warning"])

    # === BANNER === #

    def test_banner_says_it_to_everybody_who_sees_the_desk(self):
        self.company.dunning_last_error = "no procedure"
        reader = new_test_user(
            self.env,
            login="watching",
            groups="payment_reminder.group_dunning_readonly",
            company_id=self.company.id,
            company_ids=self.company.ids,
        )
        banner = self._banner(reader)
        self.assertEqual(banner["level"], "warning")
        self.assertIn("no procedure", banner["text"])
        self.assertFalse(banner["action"])

    def test_banner_of_an_administrator_leads_to_the_cron(self):
        self.send.active = False
        admin = new_test_user(
            self.env,
            login="administrator",
            groups="base.group_system,payment_reminder.group_dunning_manager",
            company_id=self.company.id,
            company_ids=self.company.ids,
        )
        banner = self._banner(admin)
        self.assertEqual(banner["action"]["res_model"], "ir.cron")
        found = self.env["ir.cron"].search(banner["action"]["domain"])
        self.assertIn(self.send, found)

    def test_banner_names_the_company_where_several_are_selected(self):
        self.company.dunning_last_error = "no procedure"
        companies = self.other + self.company
        Case = self.env["dunning.case"].with_context(allowed_company_ids=companies.ids)
        self.assertIn(self.company.name, Case.get_desk_banner()["text"])

    def test_banner_is_not_for_others(self):
        employee = new_test_user(self.env, login="outside", groups="base.group_user")
        with self.assertRaises(AccessError):
            self._banner(employee)

    def test_queries_of_the_banner_are_few(self):
        self._banner()
        self.env.invalidate_all()
        with self.assertQueryCount(16):
            self._banner()
