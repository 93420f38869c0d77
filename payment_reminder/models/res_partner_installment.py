from odoo import api, fields, models


class ResPartner(models.Model):
    """The customer who pays in instalments."""

    # one concept, one file
    _inherit = "res.partner"  # pylint: disable=consider-merging-classes-inherited

    installment_plan_count = fields.Integer(
        compute="_compute_installment_plans",
        groups="payment_reminder.group_dunning_readonly",
    )
    installment_text = fields.Char(
        string="Next Instalment",
        compute="_compute_installment_plans",
        groups="payment_reminder.group_dunning_readonly",
    )

    @api.depends_context("company", "lang")
    def _compute_installment_plans(self):
        plans = self.env["installment.plan"].search(
            [("partner_id", "in", self.commercial_partner_id.ids)]
        )
        by_partner = plans.grouped("partner_id")
        for partner in self:
            own = by_partner.get(partner.commercial_partner_id, plans.browse())
            partner.installment_plan_count = len(own)
            partner.installment_text = own._get_next_texts()

    def action_view_installment_plans(self):
        """Open the customer's plans: the form when there is one only."""
        self.ensure_one()
        plans = self.env["installment.plan"].search(
            [("partner_id", "=", self.commercial_partner_id.id)]
        )
        return plans._get_records_action(name=self.env._("Instalment Plans"))
