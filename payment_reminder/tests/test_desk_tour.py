from odoo.tests import HttpCase, tagged

from .common import DunningCommon


@tagged("post_install", "-at_install", "payment_reminder_slow")
class TestDeskTour(DunningCommon, HttpCase):
    """What a bookkeeper clicks; skipped by Odoo where there is no Chromium."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.today = cls.company._get_dunning_today()
        cls.late = cls._create_customer("Late Payer")
        cls._overdue(5, partner=cls.late)

    def test_bookkeeper_works_through_the_desk(self):
        talker = self._create_customer("Good Talker")
        self._overdue(5, partner=talker)
        self.start_tour("/odoo", "payment_reminder_desk", login="accountman")

        notice = self._case(self.late).notice_ids
        self.assertEqual(notice.state, "queued")
        self.assertEqual(notice.own_subject, "About our talk, [amount]")
        case = self._case(talker)
        self.assertEqual(case.promise_ids.state, "open")
        self.assertEqual(case.pause_ids.state, "ended")
        self.assertEqual(case.dispute_ids.category, "amount")
        self.assertEqual(case.next_step, "disputed")

    def test_first_reminder_takes_six_clicks(self):
        self.start_tour("/odoo", "payment_reminder_first_use", login="accountman")
        self.assertEqual(self._case(self.late).notice_ids.state, "queued")
