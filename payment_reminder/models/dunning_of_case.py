from odoo import fields, models


class DunningOfCase(models.AbstractModel):
    """A record that belongs to a case: whose it is, and in which currency."""

    _name = "dunning.of.case"
    _description = "Belongs to a Reminder Case"

    case_id = fields.Many2one(
        comodel_name="dunning.case", required=True, index=True, ondelete="restrict"
    )
    company_id = fields.Many2one(  # stored: record rules filter on it
        related="case_id.company_id", store=True, index=True
    )
    partner_id = fields.Many2one(
        related="case_id.partner_id", string="Customer", store=True, index=True
    )
    currency_id = fields.Many2one(related="case_id.currency_id", store=True)
