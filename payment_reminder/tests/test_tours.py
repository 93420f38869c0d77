from datetime import timedelta

from odoo.tests import HttpCase, new_test_user, tagged

from .common import DunningCommon


@tagged("post_install", "-at_install", "payment_reminder_slow")
class TestTours(DunningCommon, HttpCase):
    """What a person clicks; skipped by Odoo where there is no Chromium.

    The clock's day is used, for the screen plans for today.
    """

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.today = cls.company._get_dunning_today()
        cls.late = cls._create_customer("Late Payer")
        cls.excused = cls._create_customer("Not Today")
        cls.silent = cls._create_customer("Wanted Silent")
        for partner in (cls.late, cls.excused):
            cls._overdue(5, partner=partner)
        cls._overdue(5, partner=cls.silent, no_followup=True)

    def test_bookkeeper_plans_reviews_and_sends_a_run(self):
        self.start_tour("/odoo", "payment_reminder_run", login="accountman")

        run = self.env["dunning.run"].search([("company_id", "=", self.company.id)])
        self.assertEqual(run.state, "sending")
        self.assertEqual(run.date, self.today)
        states = {notice.partner_id: notice.state for notice in run.notice_ids}
        self.assertEqual(states[self.late], "queued")
        self.assertEqual(states[self.excused], "skipped")
        self.assertNotIn(self.silent, states)
        edited = run.notice_ids.filtered("has_own_text")
        self.assertEqual(edited.partner_id, self.late)
        self.assertEqual(edited.own_subject, "About our talk, [amount]")

    def test_reader_sees_the_run_and_no_buttons(self):
        run = self._plan(self.today - timedelta(days=1))
        new_test_user(
            self.env,
            login="reader",
            groups="payment_reminder.group_dunning_readonly,"
            "account.group_account_readonly",
            company_id=self.company.id,
            company_ids=self.company.ids,
        )
        url = f"/odoo/action-payment_reminder.dunning_run_action/{run.id}"
        self.start_tour(url, "payment_reminder_readonly", login="reader")
