from datetime import timedelta

from odoo.tests import HttpCase, tagged

from .common import DunningCommon


@tagged("post_install", "-at_install", "payment_reminder_slow")
class TestCallTour(DunningCommon, HttpCase):
    """What whoever calls clicks; skipped by Odoo where there is no Chromium."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.today = cls.company._get_dunning_today()
        cls.late = cls._create_customer("Late Payer", phone="+32 2 555 12 12 ext. 7")
        cls.invoice = cls._overdue(16, partner=cls.late)
        cls._overdue(0, partner=cls.late)  # open, but not late

    def test_caller_works_the_list_off(self):
        (self.levels - self.call_level).active = False
        run = self._plan()
        run.action_approve()
        run._set_sending()
        self.start_tour("/odoo", "payment_reminder_call", login="accountman")

        call = self._case(self.late).call_ids
        self.assertEqual((call.outcome, call.note), ("promised", "Will pay next week"))
        self.assertEqual(call.promise_id.line_ids.move_id, self.invoice)
        self.assertGreaterEqual(call.promise_id.date, self.today + timedelta(days=7))
        self.assertEqual(run.notice_ids.state, "sent")
