from unittest import SkipTest

from odoo.tests import HttpCase, tagged

from .installment_portal_common import InstallmentPortalCommon


@tagged("post_install", "-at_install", "payment_reminder_slow")
class TestInstallmentPaymentTour(InstallmentPortalCommon, HttpCase):
    """Odoo's own payment page asks for the next instalment, and the plan sees it."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.provider = cls.env.ref("payment.payment_provider_demo").sudo()
        if cls.provider.code != "demo":  # payment_demo is no dependency of the addon
            raise SkipTest("payment_demo is not installed")
        cls.provider = cls.provider.copy(
            {
                "company_id": cls.company.id,
                "state": "test",
                "is_published": True,
                "journal_id": cls.company_data["default_journal_bank"].id,
            }
        )
        cls.provider.payment_method_ids.active = True
        cls.plan.action_activate()
        cls.invoice._portal_ensure_token()

    def test_next_instalment_is_paid_online(self):
        link = self.env["payment.link.wizard"].with_context(
            active_model="account.move", active_id=self.invoice.id
        )
        self.assertEqual(link.create({}).amount, 100.0)
        self.start_tour(
            self.invoice.get_portal_url(),
            "payment_reminder_installment_payment",
            login=None,
        )
        transaction = self.invoice.sudo().transaction_ids
        self.assertEqual((transaction.amount, transaction.state), (100.0, "done"))
        transaction._post_process()
        self.assertEqual(self._amounts(self.plan), [0.0, 100.0, 100.0])
        self.assertEqual(self.plan.line_ids.sorted("date")[0].status, "paid")
        self.assertEqual(
            self.invoice._get_invoice_next_payment_values()["next_amount_to_pay"],
            self.plan.next_amount,
        )
