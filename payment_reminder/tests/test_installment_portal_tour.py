from odoo.tests import HttpCase, tagged

from .installment_portal_common import InstallmentPortalCommon


@tagged("post_install", "-at_install", "payment_reminder_slow")
class TestInstallmentPortalTour(InstallmentPortalCommon, HttpCase):
    """What a customer clicks; skipped by Odoo where there is no Chromium."""

    def test_customer_asks_signs_and_sees_it_in_force(self):
        self.start_tour(
            self._url(self.plan), "payment_reminder_installment_portal", login=None
        )

        self.assertEqual(self.plan.state, "active")
        self.assertEqual(self.plan.signed_by, "Ann B. Example")
        self.assertTrue(self.plan.signature)
        bodies = "".join(self.plan.message_ids.mapped("body"))
        self.assertIn("The 15th, please", bodies)
