from odoo import fields, models

from ..tools.interest_terms import Break


class InterestCompensation(models.Model):
    """What is owed once for a late payment of at least some size."""

    _name = "interest.compensation"
    _description = "Compensation for Late Payment"
    _order = "regime_id, amount_from, id"
    _rec_name = "amount"

    regime_id = fields.Many2one(
        comodel_name="interest.regime", required=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one(  # stored: record rules filter on it
        related="regime_id.company_id", store=True, index=True
    )
    currency_id = fields.Many2one(related="regime_id.compensation_currency_id")
    size_currency_id = fields.Many2one(related="regime_id.size_currency_id")
    amount_from = fields.Monetary(
        string="Debt from",
        currency_field="size_currency_id",
        help="The smallest debt that this amount is owed for.",
    )
    amount = fields.Monetary(string="Compensation", required=True)

    _regime_amount_uniq = models.Constraint(
        "UNIQUE (regime_id, amount_from)", "Two amounts begin with the same debt."
    )
    _amount_positive = models.Constraint(
        "CHECK (amount >= 0 AND amount_from >= 0)", "Amounts cannot be negative."
    )


class InterestBreak(models.Model):
    """Days for which a regime gives no interest, such as a moratorium."""

    _name = "interest.break"
    _description = "Days without Interest"
    _order = "regime_id, date_from, id"

    regime_id = fields.Many2one(
        comodel_name="interest.regime", required=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one(  # stored: record rules filter on it
        related="regime_id.company_id", store=True, index=True
    )
    name = fields.Char(string="Reason", required=True, translate=True)
    date_from = fields.Date(string="First Day", required=True)
    date_to = fields.Date(string="Last Day", required=True)
    is_for_older_debts = fields.Boolean(
        string="Only Older Debts",
        help="Only debts that were due before the first day bear no interest.",
    )

    _dates_in_order = models.Constraint(
        "CHECK (date_from <= date_to)", "The last day is before the first one."
    )

    def _get_breaks(self, due):
        """Return the days as the tools compute with them.

        :param datetime.date due: of the debt, ``False`` if it is not known
        :rtype: tuple[tools.interest.Break]
        """
        return tuple(
            Break(row.date_from, row.date_to)
            for row in self
            if not row.is_for_older_debts or (due and due < row.date_from)
        )
