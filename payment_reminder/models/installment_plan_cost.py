from odoo import fields, models


class InstallmentPlanCost(models.AbstractModel):
    """Books what a plan costs the customer: a draft invoice, apart from the debt."""

    _name = "installment.plan.cost"
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
        move = (
            moves.sudo()
            .with_company(plan.company_id)
            .with_context(lang=plan.lang)
            .create(self._prepare_move_values(plan))
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

    def _prepare_move_values(self, plan):
        local = plan._localized()
        return {
            "move_type": "out_invoice",
            "company_id": plan.company_id.id,
            "partner_id": plan.partner_id.id,
            "currency_id": plan.currency_id.id,
            "invoice_origin": plan.display_name,
            "invoice_user_id": plan.user_id.id,
            "invoice_payment_term_id": False,
            "invoice_date_due": max(plan.line_ids.mapped("date")),
            "invoice_line_ids": [
                fields.Command.create(values)
                for values in self._prepare_lines(local)
                if not plan.currency_id.is_zero(values["price_unit"])
            ],
        }

    def _prepare_lines(self, plan):
        """Return the values of the invoice's lines, in the customer's language."""
        product = plan.company_id.sudo().installment_product_id
        common = {"product_id": product.id, "quantity": 1.0}
        if not product:
            common["tax_ids"] = [fields.Command.clear()]
        return [
            {
                **common,
                "name": plan.env._(
                    "Interest on the instalment plan %(plan)s", plan=plan.display_name
                ),
                "price_unit": plan.amount_interest,
            },
            {
                **common,
                "name": plan.env._(
                    "Fee of the instalment plan %(plan)s", plan=plan.display_name
                ),
                "price_unit": plan.amount_fee,
            },
        ]
