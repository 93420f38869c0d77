from odoo import fields, models


class ResConfigSettings(models.TransientModel):
    """The company's contact rule, in the Invoicing settings."""

    # one concept, one file
    _inherit = "res.config.settings"  # pylint: disable=consider-merging-classes-inherited

    dunning_contact_rule_id = fields.Many2one(
        related="company_id.dunning_contact_rule_id",
        readonly=False,
        domain="[('company_id', 'in', [False, company_id])]",
    )
    dunning_contact_tip = fields.Text(
        related="company_id.dunning_contact_rule_id.rule_tip",
        string="Contact Rule in Words",
    )
