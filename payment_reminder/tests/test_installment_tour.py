from odoo.tests import HttpCase, tagged

from .installment_common import InstallmentCommon


@tagged("post_install", "-at_install", "payment_reminder_slow")
class TestInstallmentTour(InstallmentCommon, HttpCase):
    """What whoever talks with the customer clicks; skipped without Chromium."""

    def test_bookkeeper_agrees_to_instalments_from_the_invoice(self):
        move = self._overdue(20, 300.0)
        self.start_tour(
            f"/odoo/action-account.action_move_out_invoice_type/{move.id}",
            "payment_reminder_installment",
            login="accountman",
        )

        plan = self.env["installment.plan"].search([("item_ids.move_id", "=", move.id)])
        self.assertEqual(plan.state, "active")
        self.assertEqual(self._amounts(plan, "amount"), [150.0, 50.0, 50.0, 50.0])
