from decimal import Decimal

from odoo import models


class AccountMove(models.Model):
    """Prints the payment code for what is still open on the invoice's PDF."""

    _inherit = "account.move"  # pylint: disable=consider-merging-classes-inherited

    # === BUSINESS METHODS === #

    def _prepare_dunning_invoice_qr(self):
        """Return the payment code of the printed invoice, in the context's language.

        :return: see ``dunning.payment.qr._make``; False unless the company wants it and
            something is open
        :rtype: dict | bool
        """
        self.ensure_one()
        is_wanted = self.company_id.dunning_invoice_qr and self.state == "posted"
        if not is_wanted or self.move_type != "out_invoice":
            return False
        amount = Decimal(f"{self.amount_residual:.{self.currency_id.decimal_places}f}")
        if not amount > 0:
            return False
        return self.env["dunning.payment.qr"]._make(
            self.partner_bank_id,
            amount,
            self.currency_id,
            self.payment_reference or self.name,
            self.partner_id,
            self.company_id,
        )
