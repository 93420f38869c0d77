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
    _protected_fields = frozenset(
        {"transaction_id", "move_line_id", "amount", "discount"}
    )

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
    discount = fields.Monetary(
        string="Early-Payment Discount",
        readonly=True,
        help="What the customer saves by paying early: the rest of the receivable is "
        "written off with the payment, as Odoo does it.",
    )

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

    def _settle(self, amount, saving=None):
        """Return what the money settles now, see ``tools.payment_settlement``.

        :param float amount: that has come, in the currency of the payment
        :param dunning.payment.part saving: those of which the discount is given: it
            settles as money does
        """
        saving = saving or self.browse()
        saved = sum(saving.mapped("discount"))
        parts = [
            (
                part.move_line_id.id,
                part._to_decimal(part.amount + part.discount * (part in saving)),
            )
            for part in self.filtered("move_line_id")
        ]
        return settle(parts, self._get_open_amounts(), self._to_decimal(amount + saved))

    def _filter_saving(self, amount, date):
        """Return the parts of which the early-payment discount is given.

        All that was chosen is paid, in time, and the invoice is as it was then.

        :param float amount: that has come, in the currency of the payment
        :param datetime.date date: on which the customer paid, the company's
        :rtype: dunning.payment.part
        """
        promised = self.filtered("discount")
        chosen = sum(self.mapped("amount"))
        if not promised or self.currency_id.compare_amounts(amount, chosen) < 0:
            return self.browse()
        discounts = promised.move_line_id.move_id._get_dunning_discounts(date)
        return promised.filtered(
            lambda part: part._is_as_promised(discounts.get(part.move_line_id.id))
        )

    def _is_as_promised(self, discount):
        """Return whether a discount of now is the one that was promised."""
        return (
            bool(discount)
            and not discount.is_lost
            and discount.amount == self._to_decimal(self.amount)
            and discount.saved == self._to_decimal(self.discount)
        )

    def _prepare_discount_values(self, date):
        """Return the lines by which Odoo writes early-payment discounts off.

        :param datetime.date date: of the payment
        :rtype: list[dict]
        """
        if not self:
            return []
        company, currency = self.company_id, self.currency_id
        values = [
            {
                "aml": line,
                "amount_currency": -line.amount_residual_currency,
                "balance": -line.amount_residual,
            }
            for line in self.move_line_id
        ]
        saved = currency._convert(
            sum(self.mapped("discount")), company.currency_id, company, date
        )
        moves = self.env["account.move"]
        found = moves._get_invoice_counterpart_amls_for_early_payment_discount(
            values, saved
        )
        return [line for lines in found.values() for line in lines]

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
