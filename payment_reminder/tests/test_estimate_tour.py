from odoo.tests import HttpCase, tagged

from .estimate_common import EstimateCommon


@tagged("post_install", "-at_install", "payment_reminder_slow")
class TestEstimateTour(EstimateCommon, HttpCase):
    """What whoever sells clicks; skipped by Odoo where there is no Chromium."""

    def test_job_is_priced_sent_and_revised(self):
        customer = self._create_customer("Careful Buyer")
        self.start_tour("/odoo", "payment_reminder_estimate", login="accountman")

        found = self.env["service.estimate"].search([("partner_id", "=", customer.id)])
        self.assertEqual(found.sorted("id").mapped("state"), ["sent", "draft"])
        self.assertEqual(found.mapped("amount_untaxed"), [2350.0, 2350.0])
        self.assertEqual(found.sorted("id")[1].revision_of_id, found.sorted("id")[0])
