from odoo import api, fields, models

from ..const import EXCLUSION_REASONS


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

    # === ACTION METHODS === #

    def action_check_clarity(self):
        """Show what is unclear in the invoice, with where to mend it."""
        return self.move_id.action_dunning_check_clarity()

    def action_open_invoice(self):
        """Open the invoice of the item."""
        self.ensure_one()
        return self.move_id._get_records_action()
