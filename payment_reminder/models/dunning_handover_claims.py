from odoo import api, fields, models
from odoo.exceptions import UserError


class DunningHandover(models.Model):
    """Interest and costs that the file claims beside the items.

    The agency may collect them as well, and what grows after the hand-over. They are no
    part of what was handed over: the commission is on what is collected of the items.
    """

    # one concept, one file
    _inherit = "dunning.handover"  # pylint: disable=consider-merging-classes-inherited

    amount_claims = fields.Monetary(
        string="Interest and Costs",
        readonly=True,
        copy=False,
        help="What the file claims beside the items, as of the day of the hand-over. "
        "The agency may collect it; its commission is on the items only.",
    )
    amount_to_collect = fields.Monetary(
        string="To Collect",
        compute="_compute_amount_to_collect",
        help="The items, with interest and costs as of the day of the hand-over.",
    )

    @api.depends("amount_handed", "amount_claims")
    def _compute_amount_to_collect(self):
        for handover in self:
            handover.amount_to_collect = handover.amount_handed + handover.amount_claims

    def _get_claims_amount(self, date):
        """Return what is claimed beside the items on a day, as the file computes it.

        :param datetime.date date: the company's date
        :return: in the currency of the hand-over
        :rtype: float
        """
        self.ensure_one()
        lines = self.sudo().line_ids.move_line_id
        if not lines:
            return 0.0
        statements = self.env["dunning.claim.statement"].sudo()
        statement = statements._make(self.case_id.sudo(), lines, date)
        parts = statement._get_parts(statement._get_accounts())
        return float(statement._get_claims_total(parts))

    def _get_claims_label(self):
        """Return what the claims of the file are called, in the language given."""
        return self.env._(
            "Interest and costs until %(date)s",
            date=self._format_date(self.handed_over_on),
        )

    # === WHAT THE AGENCY MAY RECEIVE === #

    def _get_receivable_amount(self, amount, date):
        """Return how much the agency may have received in all by a day.

        :param float amount: for which it is asked; interest since the hand-over is
            only computed when that is more than the file says
        :param datetime.date date: the company's date
        :rtype: float
        """
        if self.currency_id.compare_amounts(amount, self.amount_to_collect) <= 0:
            return self.amount_to_collect
        claims = max(self.amount_claims, self._get_claims_amount(date))
        return self.amount_handed + claims

    def _check_reported_amount(self, amount, date):
        """Raise a UserError for what the agency cannot have received by a day."""
        compare = self.currency_id.compare_amounts
        if compare(amount, 0) < 0:
            raise UserError(self.env._("What was received cannot be negative."))
        total = self.amount_reported + amount
        limit = self._get_receivable_amount(total, date)
        if compare(total, limit) > 0:
            raise UserError(
                self.env._(
                    "That would be more than what was handed over, with interest and "
                    "costs: %(amount)s.",
                    amount=self.currency_id._format_dunning(limit),
                )
            )
