from datetime import datetime, time

from odoo.fields import Command

from .payment_page_pay_common import PaymentPagePayCommon


class AnnouncedCommon(PaymentPagePayCommon):
    """A customer who announces a bank transfer for a part of a large invoice."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.large_customer = cls._create_customer("Large")
        cls.large = cls._overdue(30, 10000.0, cls.large_customer)
        cls.env["dunning.planner"]._open_cases(cls.company)
        cls.large_case = cls._case(cls.large_customer)

    def _announce(self, invoice, amount, state="pending", days_ago=None, **values):
        """Return an online payment as Odoo's own payment page makes it.

        :param int days_ago: of its last news, before the day of the runs; default now
        """
        if days_ago is not None:
            noon = datetime.combine(self._days_ago(days_ago), time(12))
            values["last_state_change"] = noon
        transaction = (
            self.env["payment.transaction"]
            .sudo()
            .create(
                {
                    "provider_id": self.provider.id,
                    "payment_method_id": self.method.id,
                    "amount": amount,
                    "currency_id": invoice.currency_id.id,
                    "partner_id": invoice.partner_id.id,
                    "operation": "online_redirect",
                    "invoice_ids": [Command.set(invoice.ids)],
                    "state": state,
                    **values,
                }
            )
        )
        self.env.flush_all()
        return transaction

    def _wire_provider(self):
        """Return Odoo's provider of bank transfers; skip the test without it."""
        provider = self.env["payment.provider"].sudo().with_context(active_test=False)
        if "custom_mode" not in provider._fields:
            self.skipTest("payment_custom is not installed")
        wire = provider.search([("custom_mode", "=", "wire_transfer")], limit=1)
        wire = wire.copy(
            {"company_id": self.company.id, "state": "test", "is_published": True}
        )
        wire.payment_method_ids.active = True
        return wire
