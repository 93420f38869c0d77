from odoo.tests import HttpCase, tagged

from .estimate_portal_common import EstimatePortalCommon


@tagged("post_install", "-at_install", "payment_reminder_slow")
class TestEstimatePortalTour(EstimatePortalCommon, HttpCase):
    """What a customer clicks; skipped by Odoo where there is no Chromium."""

    def test_customer_opens_asks_and_accepts(self):
        self.start_tour(
            self._url(self.estimate), "payment_reminder_estimate_portal", login=None
        )

        self.assertEqual(self.estimate.state, "accepted")
        self.assertEqual(self.estimate.signed_by, "Ann B. Example")
        self.assertTrue(self.estimate.signature)
        self.assertTrue(self.estimate.opened_on)
        questions = self.estimate.message_ids.filtered(
            lambda message: "hosting" in (message.body or "")
        )
        self.assertEqual(questions.author_id, self.customer)
