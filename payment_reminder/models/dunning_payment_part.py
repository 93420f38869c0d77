from decimal import Decimal

from odoo import fields, models

from ..tools.payment_settlement import settle


class DunningPaymentPart(models.Model):
    """What an online payment was chosen for: one receivable, and how much of it."""

    _name = "dunning.payment.part"
    _inherit = "dunning.protected"
    _description = "Part of an Online Payment"
    _order = "id"  # as chosen: the oldest first
    _check_company_auto = True
    _protected_fields = frozenset({"transaction_id", "move_line_id", "amount"})

    transaction_id = fields.Many2one(
        comodel_name="payment.transaction",
        required=True,
        readonly=True,
        index=True,
        ondelete="cascade",
    )
    company_id = fields.Many2one(  # stored: record rules filter on it
        related="transaction_id.company_id", store=True, index=True
    )
    currency_id = fields.Many2one(related="transaction_id.currency_id")
    move_line_id = fields.Many2one(
        comodel_name="account.move.line",
        string="Receivable",
        readonly=True,
        index=True,
        ondelete="set null",  # an invoice reset to draft gets new receivables
    )
    name = fields.Char(string="Number", readonly=True)
    amount = fields.Monetary(readonly=True)

    _amount_positive = models.Constraint(
        "CHECK (amount > 0)", "A part of a payment is above zero."
    )

    # === BOOKING === #

    def _get_open_amounts(self):
        """Return what is open of the receivables now.

        :return: ``{id of the receivable: Decimal in the currency of the payment}``
        :rtype: dict
        """
        lines = self.move_line_id.filtered(
            lambda line: line.parent_state == "posted" and not line.reconciled
        )
        return {
            line.id: self._to_decimal(line.amount_residual_currency) for line in lines
        }

    def _settle(self, amount):
        """Return what the money settles now, see ``tools.payment_settlement``.

        :param float amount: that has come, in the currency of the payment
        """
        parts = [
            (part.move_line_id.id, part._to_decimal(part.amount))
            for part in self.filtered("move_line_id")
        ]
        return settle(parts, self._get_open_amounts(), self._to_decimal(amount))

    def _get_surplus(self, rest):
        """Return what of the rest nobody has chosen: it was paid twice.

        :param Decimal rest: that settles no item
        :rtype: Decimal
        """
        return rest

    def _to_decimal(self, amount):
        digits = self.currency_id.decimal_places
        return Decimal(f"{amount:.{digits}f}")

    def _get_names_text(self):
        """Return the numbers of the invoices, the first ones of many."""
        names = list(dict.fromkeys(part.name for part in self if part.name))
        text = ", ".join(names[:10])
        return f"{text}, …" if names[10:] else text
