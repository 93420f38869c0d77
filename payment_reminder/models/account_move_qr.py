from odoo import models


class AccountMove(models.Model):
    """Prints the payment code for what is still open on the invoice's PDF."""

    _inherit = "account.move"  # pylint: disable=consider-merging-classes-inherited

    # === BUSINESS METHODS === #

    def _prepare_dunning_invoice_qr(self):
        """Return the payment code of the printed invoice, in the context's language.

        Until its day the code pays what the early-payment discount leaves.

        :return: see ``dunning.payment.qr._make``, with ``amount`` and ``discount`` (a
            sentence or nothing); False unless the company wants it and something is
            open
        :rtype: dict | bool
        """
        self.ensure_one()
        is_wanted = self.company_id.dunning_invoice_qr and self.state == "posted"
        if not is_wanted or self.move_type != "out_invoice":
            return False
        today = self.company_id._get_dunning_today()
        [discount] = self._get_dunning_discounts(today).values() or [None]
        is_given = discount and not discount.is_lost
        amount = self._to_dunning_decimal(self.amount_residual)
        code = amount > 0 and self.env["dunning.payment.qr"]._make(
            self.partner_bank_id,
            discount.amount if is_given else amount,
            self.currency_id,
            self.payment_reference or self.name,
            self.partner_id,
            self.company_id,
        )
        return code and {
            **code,
            "amount": float(discount.amount) if is_given else self.amount_residual,
            "discount": self._get_dunning_discount_text(discount),
        }
