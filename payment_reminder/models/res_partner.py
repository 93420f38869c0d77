from odoo import api, fields, models


class ResPartner(models.Model):
    """Which procedure a customer follows, and its cases."""

    _name = "res.partner"
    _inherit = ["res.partner", "dunning.callee"]

    dunning_procedure_id = fields.Many2one(
        comodel_name="dunning.procedure",
        string="Reminder Procedure",
        company_dependent=True,
        domain="[('company_id', '=', current_company_id)]",
        help="Leave empty to use the company's default procedure.",
    )
    dunning_case_ids = fields.One2many(
        comodel_name="dunning.case", inverse_name="partner_id"
    )
    dunning_case_count = fields.Integer(
        compute="_compute_dunning_status",
        groups="payment_reminder.group_dunning_readonly",
    )
    dunning_status = fields.Char(
        string="Reminders",
        compute="_compute_dunning_status",
        groups="payment_reminder.group_dunning_readonly",
        help="What is overdue and which level it has reached.",
    )

    @api.depends_context("company", "lang")
    def _compute_dunning_status(self):
        cases = self.env["dunning.case"].search(
            [
                ("partner_id", "in", self.commercial_partner_id.ids),
                ("company_id", "=", self.env.company.id),
                ("is_open", "=", True),
            ]
        )
        by_partner = cases.grouped("partner_id")
        for partner in self:
            own = by_partner.get(partner.commercial_partner_id, cases.browse())
            partner.dunning_case_count = len(own)
            partner.dunning_status = "; ".join(own.mapped("status_text")) or False

    def _commercial_fields(self):
        return super()._commercial_fields() + ["dunning_procedure_id"]

    def action_view_dunning_cases(self):
        """Open the customer's cases: the form when there is one only."""
        self.ensure_one()
        cases = self.env["dunning.case"].search(
            [("partner_id", "=", self.commercial_partner_id.id)]
        )
        return cases._get_records_action(name=self.env._("Payment Reminders"))
