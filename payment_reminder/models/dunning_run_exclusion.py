from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL

from ..const import EXCLUSION_REASONS

#: So many rows are forgotten in one transaction.
CHUNK = 100_000


class DunningRunExclusion(models.Model):
    """Why an overdue receivable line got no notice in a run."""

    _name = "dunning.run.exclusion"
    _description = "Item Left Out of a Reminder Run"
    _order = "run_id, partner_id, id"
    _rec_name = "move_line_id"

    run_id = fields.Many2one(
        comodel_name="dunning.run", required=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one(comodel_name="res.company", required=True, index=True)
    partner_id = fields.Many2one(comodel_name="res.partner", string="Customer")
    move_line_id = fields.Many2one(
        comodel_name="account.move.line",
        string="Receivable",
        required=True,
        index=True,
        ondelete="cascade",
    )
    move_id = fields.Many2one(related="move_line_id.move_id", string="Invoice")
    date_maturity = fields.Date(string="Due Date")
    days_late = fields.Integer(aggregator="max")
    currency_id = fields.Many2one(comodel_name="res.currency")
    amount_residual = fields.Monetary(string="Open")
    reason = fields.Selection(selection=EXCLUSION_REASONS, required=True)
    clarity_text = fields.Char(
        string="What Is Unclear", compute="_compute_clarity_text", compute_sudo=True
    )

    # === COMPUTE METHODS === #

    @api.depends("reason", "move_id")
    @api.depends_context("lang")
    def _compute_clarity_text(self):
        unclear = self.filtered(lambda row: row.reason == "unclear")
        findings = unclear.move_id._get_clarity_findings()
        for row in self:
            stops = [
                finding["text"]
                for finding in findings.get(row.move_id, [])
                if row in unclear and finding["severity"] == "stop"
            ]
            row.clarity_text = "; ".join(stops)

    # === FORGETTING === #

    @api.autovacuum
    def _gc_exclusions(self):
        """Forget reasons after the days of their company, and runs that had no more.

        :return: how many rows are gone, and whether there are more
        :rtype: tuple[int, bool]
        """
        forgotten = 0
        for company in self.env["res.company"].sudo().search([]):
            first = company._get_dunning_first_kept_day()
            forgotten += self._forget_before(company, first, CHUNK - forgotten)
            if forgotten >= CHUNK:
                return forgotten, True
            self._forget_quiet_runs(company, first)
        return forgotten, False

    def _forget_before(self, company, date, limit):
        """Delete up to ``limit`` reasons of runs before ``date``; return how many.

        Those of a proposal stay: somebody may still decide about it.
        """
        self.env.flush_all()
        self.env.cr.execute(
            SQL(
                """
                DELETE FROM dunning_run_exclusion
                 WHERE id IN (SELECT exclusion.id
                                FROM dunning_run_exclusion exclusion
                                JOIN dunning_run run ON run.id = exclusion.run_id
                               WHERE run.company_id = %(company)s
                                 AND run.date < %(date)s
                                 AND run.state IN ('done', 'cancelled')
                               LIMIT %(limit)s)
                """,
                company=company.id,
                date=date,
                limit=limit,
            )
        )
        forgotten = self.env.cr.rowcount
        self.invalidate_model(flush=False)
        return forgotten

    def _forget_quiet_runs(self, company, date):
        """Delete the unattended runs before ``date`` in which nobody was reminded."""
        domain = Domain(
            [
                ("company_id", "=", company.id),
                ("date", "<", date),
                ("state", "=", "done"),
                ("is_unattended", "=", True),
                ("notice_ids", "=", False),
            ]
        )
        self.env["dunning.run"].sudo().search(domain, limit=1000).unlink()

    # === ACTION METHODS === #

    def action_check_clarity(self):
        """Show what is unclear in the invoice, with where to mend it."""
        return self.move_id.action_dunning_check_clarity()

    def action_open_invoice(self):
        """Open the invoice of the item."""
        self.ensure_one()
        return self.move_id._get_records_action()
