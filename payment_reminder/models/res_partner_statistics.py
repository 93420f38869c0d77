from odoo import api, fields, models
from odoo.tools import SQL


class ResPartnerDunningStatistics(models.AbstractModel):
    """What the company's books say about how a customer pays."""

    _name = "res.partner.dunning.statistics"
    _description = "Customer: Payment Statistics"

    dunning_currency_id = fields.Many2one(
        comodel_name="res.currency",
        string="Currency of the Company",
        compute="_compute_dunning_statistics",
        groups="payment_reminder.group_dunning_readonly",
    )
    dunning_overdue = fields.Monetary(
        string="Overdue",
        currency_field="dunning_currency_id",
        compute="_compute_dunning_statistics",
        groups="payment_reminder.group_dunning_readonly",
        help="All that is overdue, in the company's currency.",
    )
    dunning_average_days_late = fields.Integer(
        string="Days Late on Average",
        compute="_compute_dunning_statistics",
        groups="payment_reminder.group_dunning_readonly",
        help="How many days after the due date the customer paid the invoices of the "
        "last twelve months.",
    )
    dunning_promise_text = fields.Char(
        string="Promises",
        compute="_compute_dunning_promise_text",
        groups="payment_reminder.group_dunning_readonly",
        help="How many promises to pay the customer has kept.",
    )

    @api.depends_context("company")
    def _compute_dunning_statistics(self):
        company = self.env.company
        rows = self._get_dunning_statistics(company)
        for partner in self:
            overdue, days = rows.get(partner.commercial_partner_id.id, (0.0, 0))
            partner.dunning_currency_id = company.currency_id
            partner.dunning_overdue = overdue
            partner.dunning_average_days_late = days

    def _get_dunning_statistics(self, company):
        """Read from the receivable lines what is overdue and how late was paid.

        Money alone says when somebody pays: credit notes, write-offs and exchange
        differences are no day of payment.

        :return: ``{customer id: (overdue amount in company currency, days)}``
        :rtype: dict
        """
        if not self.commercial_partner_id.ids:
            return {}
        self.env.flush_all()
        plans, today = self.env["installment.plan"], company._get_dunning_today()
        query = SQL(
            """
            SELECT contact.commercial_partner_id,
                   COALESCE(SUM(line.amount_residual * %(share)s) FILTER (
                       WHERE line.reconciled IS NOT TRUE
                         AND line.amount_residual > 0), 0),
                   COALESCE(ROUND(AVG(GREATEST(paid.date - line.date_maturity, 0))
                       FILTER (WHERE paid.date IS NOT NULL)), 0)::int
              FROM account_move_line line
              JOIN account_account account ON account.id = line.account_id
               AND account.account_type = 'asset_receivable'
              JOIN res_partner contact ON contact.id = line.partner_id
         LEFT JOIN (%(planned)s) planned ON planned.move_line_id = line.id
         LEFT JOIN LATERAL (SELECT MAX(other.date) AS date
                              FROM account_partial_reconcile partial
                              JOIN account_move_line other
                                ON other.id = partial.credit_move_id
                              JOIN account_move move ON move.id = other.move_id
                             WHERE partial.debit_move_id = line.id
                               AND partial.debit_amount_currency <> 0
                               AND %(kind)s = 'payment'
                               AND line.reconciled) paid ON TRUE
             WHERE line.company_id = %(company)s AND line.parent_state = 'posted'
               AND line.balance > 0
               AND line.amount_currency > 0  -- or it is an exchange difference
               AND contact.commercial_partner_id IN %(customers)s
               AND (line.reconciled IS NOT TRUE
                    OR line.date_maturity > %(today)s - 365)
          GROUP BY contact.commercial_partner_id
            """,
            today=today,
            kind=self.env["account.partial.reconcile"]._get_dunning_kind_sql(
                SQL("line"), SQL("move")
            ),
            share=plans._get_overdue_share_sql(SQL("%s", today)),
            planned=plans._get_planned_sql(company._get_dunning_todays_sql()),
            company=company.id,
            customers=tuple(self.commercial_partner_id.ids),
        )
        return {
            customer: (overdue, days)
            for customer, overdue, days in self.env.execute_query(query)
        }

    @api.depends_context("company", "lang")
    def _compute_dunning_promise_text(self):
        rows = self.env["dunning.promise"]._read_group(
            [
                ("partner_id", "in", self.commercial_partner_id.ids),
                ("company_id", "=", self.env.company.id),
                ("state", "in", ("kept", "broken")),
            ],
            ["partner_id", "state"],
            ["__count"],
        )
        counts = {(partner, state): number for partner, state, number in rows}
        for partner in self:
            customer = partner.commercial_partner_id
            kept = counts.get((customer, "kept"), 0)
            total = kept + counts.get((customer, "broken"), 0)
            text = self.env._("%(kept)s of %(total)s kept", kept=kept, total=total)
            partner.dunning_promise_text = text if total else False
