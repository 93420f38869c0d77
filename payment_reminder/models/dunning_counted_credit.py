from odoo import api, fields, models
from odoo.tools import SQL


class DunningCountedCredit(models.AbstractModel):
    """A receivable that goes elsewhere, less money that came before without a match.

    A plan or an agency takes what is open, so the money stays with that receivable
    until somebody matches it: it is taken off nothing else meanwhile.
    """

    _name = "dunning.counted.credit"
    _description = "Receivable less What Was Not Matched"

    currency_id = fields.Many2one(comodel_name="res.currency")
    move_line_id = fields.Many2one(comodel_name="account.move.line")
    amount_unmatched = fields.Monetary(
        string="Not Matched at First",
        readonly=True,
        help="What the customer had paid before without a match with an invoice. It "
        "was taken off and is kept for this one: match it.",
    )
    amount_waiting = fields.Monetary(
        string="Still to Match", compute="_compute_amount_waiting", store=True
    )
    last_partial_id = fields.Integer(
        readonly=True, help="Matchings up to this one were made before."
    )
    last_credit_id = fields.Integer(
        readonly=True, help="Payments up to this one had come before."
    )

    @api.depends(
        "amount_unmatched",
        "move_line_id.matched_credit_ids.debit_amount_currency",
        "move_line_id.matched_credit_ids.credit_move_id",
    )
    def _compute_amount_waiting(self):
        for one in self:
            matched = one._get_counted_partials().mapped("debit_amount_currency")
            one.amount_waiting = max(one.amount_unmatched - sum(matched), 0.0)

    def _get_counted_partials(self):
        """Return the matchings of money that was taken off at the beginning.

        :rtype: account.partial.reconcile
        """
        self.ensure_one()
        partials = self.env["account.partial.reconcile"].sudo()
        if not self.amount_unmatched:
            return partials
        return self.move_line_id.sudo().matched_credit_ids.filtered(
            lambda partial: (
                partial.id > self.last_partial_id
                and partial.credit_move_id.id <= self.last_credit_id
            )
        )

    @api.model
    def _prepare_counted_values(self, line, debt):
        """Return the values that remember what was not matched at the beginning.

        :param account.move.line line: the receivable
        :param tools.open_items.Debt debt: what was open of it
        """
        credits = [one.line_id for one in debt.payments if not one.is_matched]
        return {
            "amount_unmatched": float(debt.unmatched),
            "last_partial_id": max(line.sudo().matched_credit_ids.ids, default=0),
            "last_credit_id": max(credits, default=0),
        }

    @api.model
    def _get_waiting_sql(self, company):
        """Return the query of what is kept for receivables that went elsewhere.

        :return: ``move_line_id``, ``amount``
        :rtype: SQL
        """
        return SQL(
            """SELECT item.move_line_id, item.amount_waiting AS amount
                 FROM installment_plan_item item
                 JOIN installment_plan plan ON plan.id = item.plan_id
                WHERE item.company_id = %(company)s AND item.amount_waiting > 0
                  AND plan.state = 'active'
            UNION ALL
               SELECT line.move_line_id, line.amount_waiting
                 FROM dunning_handover_line line
                WHERE line.company_id = %(company)s AND line.amount_waiting > 0
                  AND line.is_living IS TRUE""",
            company=company.id,
        )
