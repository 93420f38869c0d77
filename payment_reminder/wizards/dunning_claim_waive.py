from odoo import api, fields, models


class DunningClaimWaive(models.TransientModel):
    """Asks why claims are waived, and how much of a single one."""

    _name = "dunning.claim.waive"
    _description = "Waive Claims"

    claim_ids = fields.Many2many(
        comodel_name="dunning.claim", string="Claims", readonly=True
    )
    is_single = fields.Boolean(compute="_compute_is_single")
    currency_id = fields.Many2one(
        comodel_name="res.currency", compute="_compute_is_single"
    )
    amount = fields.Monetary(help="Less than all: the rest is still claimed.")
    reason = fields.Char(required=True)

    @api.depends("claim_ids")
    def _compute_is_single(self):
        for wizard in self:
            wizard.is_single = len(wizard.claim_ids) == 1
            wizard.currency_id = wizard.claim_ids.currency_id[:1]

    @api.model
    def default_get(self, fields):
        values = super().default_get(fields)
        context = self.env.context
        if context.get("active_model") == "dunning.claim":
            claims = self.env["dunning.claim"].browse(context.get("active_ids"))
            values["claim_ids"] = [(6, 0, claims.ids)]
            values["amount"] = sum(claims.mapped("amount")) if len(claims) == 1 else 0
        return values

    def action_waive(self):
        """Waive the claims that the wizard was opened for."""
        self.ensure_one()
        self.claim_ids._check_manager()
        for company, claims in self.claim_ids.grouped("company_id").items():
            claims._waive(
                self.reason,
                company._get_dunning_today(),
                self.amount if self.is_single else None,
            )
        return {"type": "ir.actions.act_window_close"}
