from odoo import api, fields, models
from odoo.exceptions import UserError


class DunningCase(models.Model):
    """The case of a customer who pays in instalments."""

    # one concept, one file
    _inherit = "dunning.case"  # pylint: disable=consider-merging-classes-inherited

    installment_plan_count = fields.Integer(compute="_compute_installment_plans")
    installment_text = fields.Char(
        string="Next Instalment", compute="_compute_installment_plans"
    )

    @api.depends_context("lang")
    def _compute_installment_plans(self):
        for case in self:
            plans = self.env["installment.plan"].search(case._get_installment_domain())
            case.installment_plan_count = len(plans)
            case.installment_text = plans._get_next_texts()

    def _get_installment_domain(self):
        """Return the domain of the customer's plans in the currency of the case."""
        self.ensure_one()
        return [
            ("partner_id", "=", self.partner_id.id),
            ("company_id", "=", self.company_id.id),
            ("currency_id", "=", self.currency_id.id),
        ]

    def action_view_installment_plans(self):
        """Open the plans of the customer."""
        self.ensure_one()
        plans = self.env["installment.plan"].search(self._get_installment_domain())
        return plans._get_records_action(name=self.env._("Instalment Plans"))

    def action_installment_plan(self):
        """Ask how the open invoices of the case are to be paid in parts.

        Those that no plan can cover now are left out.

        :raise UserError: when none can be covered, with the reasons
        """
        self.ensure_one()
        items = self.env["installment.plan.item"]
        lines = self.open_line_ids.move_line_id
        problems = {line: items._get_problem(line) for line in lines}
        good = lines.filtered(lambda line: not problems[line])
        if not good:
            raise UserError(
                "\n".join(dict.fromkeys(filter(None, problems.values())))
                or self.env._("Nothing is open that a plan could cover.")
            )
        return self.env["installment.plan.wizard"]._open_for_moves(good.move_id)
