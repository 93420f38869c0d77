from odoo import models


class InstallmentPlanCost(models.AbstractModel):
    """Books what a plan costs the customer: a draft invoice, apart from the debt."""

    _name = "installment.plan.cost"
    _inherit = "dunning.cost.invoice"
    _description = "Instalment Plan: Interest and Fee"

    def _book(self, plan):
        """Make the draft invoice of interest and fee of a plan.

        The accountant checks and posts it; the plan never does.

        :rtype: account.move
        """
        moves = self.env["account.move"]
        if plan.cost_move_id or plan.currency_id.is_zero(
            plan.amount_interest + plan.amount_fee
        ):
            return moves
        move = self._create_cost_invoice(
            plan.company_id,
            plan.partner_id,
            plan.currency_id,
            self._prepare_lines(plan._localized()),
            plan.lang,
            invoice_origin=plan.display_name,
            invoice_user_id=plan.user_id.id,
            invoice_date_due=max(plan.line_ids.mapped("date")),
        )
        plan.sudo().cost_move_id = move
        return move

    def _ask_to_check(self, plans):
        """Give somebody the draft invoices of plans that have ended to check.

        What a plan costs was computed over its whole time.
        """
        for plan in plans.filtered(lambda one: one.cost_move_id.state == "draft"):
            office = plan._for_responsible()
            office._notify_responsible(
                office.env._(
                    "%(plan)s has ended: correct or delete its draft invoice of "
                    "interest and fee",
                    plan=plan.display_name,
                )
            )

    def _prepare_lines(self, plan):
        """Return what is invoiced, in the customer's language; nothing over zero."""
        lines = [
            {
                "kind": "interest",
                "name": plan.env._(
                    "Interest on the instalment plan %(plan)s", plan=plan.display_name
                ),
                "price_unit": plan.amount_interest,
            },
            {
                "kind": "fee",
                "name": plan.env._(
                    "Fee of the instalment plan %(plan)s", plan=plan.display_name
                ),
                "price_unit": plan.amount_fee,
            },
        ]
        return [
            line for line in lines if not plan.currency_id.is_zero(line["price_unit"])
        ]
