from odoo import api, fields, models
from odoo.exceptions import UserError


class DunningWriteOff(models.TransientModel):
    """Asks which items are written off, why, and shows what the entry will say."""

    _name = "dunning.write.off"
    _description = "Write Off"

    case_id = fields.Many2one(
        comodel_name="dunning.case", required=True, ondelete="cascade"
    )
    handover_id = fields.Many2one(comodel_name="dunning.handover", ondelete="cascade")
    company_id = fields.Many2one(related="case_id.company_id")
    currency_id = fields.Many2one(related="case_id.currency_id")
    item_ids = fields.Many2many(
        comodel_name="dunning.case.line",
        string="Items",
        compute="_compute_item_ids",
        store=True,
        readonly=False,
        domain="[('case_id', '=', case_id), ('is_open', '=', True)]",
    )
    date = fields.Date(compute="_compute_date", store=True, readonly=False)
    reason = fields.Char(required=True)
    amount = fields.Monetary(string="To Write Off", compute="_compute_amount")
    account_id = fields.Many2one(
        comodel_name="account.account", compute="_compute_account_id"
    )
    tax_hint = fields.Char(compute="_compute_amount")

    @api.depends("case_id", "handover_id")
    def _compute_item_ids(self):
        for wizard in self:
            items = wizard.handover_id.sudo()._get_items() or wizard.case_id.line_ids
            wizard.item_ids = items.sudo(False).filtered("is_open")

    @api.depends("case_id")
    def _compute_date(self):
        for wizard in self:
            company = wizard.case_id.company_id
            wizard.date = company and company._get_dunning_today()

    @api.depends("item_ids")
    @api.depends_context("lang")
    def _compute_amount(self):
        for wizard in self:
            items = wizard.item_ids._origin
            wizard.amount = sum(items.mapped("amount_residual"))
            wizard.tax_hint = wizard.case_id._get_tax_hint(items)

    @api.depends("case_id")
    def _compute_account_id(self):
        for wizard in self:
            company = wizard.case_id.company_id.sudo()
            wizard.account_id = company.dunning_write_off_account_id

    def action_prepare(self):
        """Prepare the draft entry and open it; who may not see entries is told."""
        self.ensure_one()
        if not self.date:
            raise UserError(self.env._("Choose the date of the entry."))
        entry = self.case_id._write_off(
            self.item_ids, self.reason, self.date, self.handover_id
        )
        return entry._get_dunning_made_action(self.env._("Write-off"))
