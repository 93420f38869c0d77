from odoo import api, models
from odoo.exceptions import UserError
from odoo.fields import Command


class InstallmentPlanWizardOpening(models.AbstractModel):
    """Opens the wizard: for invoices, for a draft, or to renegotiate a plan."""

    _name = "installment.plan.wizard.opening"
    _description = "Instalments: Ways In"

    # === INVOICES === #

    @api.model
    def _open_for_moves(self, moves):
        """Return the action that asks how invoices are to be paid in parts.

        :param account.move moves: of one customer and currency
        :raise UserError: when no plan can cover them, in words
        """
        self.check_access("create")
        moves.check_access("read")
        self._check_moves(moves)
        wizard = self.create(
            {
                "move_ids": [Command.set(moves.ids)],
                "company_id": moves.company_id.id,
                "partner_id": moves.commercial_partner_id.id,
                "currency_id": moves.currency_id.id,
            }
        )
        return wizard._reopen()

    @api.model
    def _check_moves(self, moves):
        """Raise a UserError unless a plan can cover all of these invoices."""
        lines = self._get_receivables(moves)
        for move in moves - lines.move_id:
            raise UserError(
                self.env._(
                    "%(invoice)s has nothing that a customer owes.",
                    invoice=move.display_name,
                )
            )
        opened = lines.filtered(lambda line: not line.reconciled)
        paid = lines.filtered(lambda line: line.move_id not in opened.move_id)
        self.env["installment.plan.item"]._check_plannable(opened | paid)

    @api.model
    def _get_receivables(self, moves):
        """Return what the customer owes of invoices, paid or not.

        :rtype: account.move.line
        """
        return moves.line_ids.filtered(
            lambda line: line.account_type == "asset_receivable"
        )

    # === PLANS === #

    @api.model
    def _open_for_plan(self, plan):
        """Return the action that schedules a draft again, or renegotiates a plan.

        :param installment.plan plan: a draft, an active or a defaulted one
        """
        self.check_access("create")
        plan.check_access("write")
        lines = plan.item_ids.move_line_id.filtered(lambda line: not line.reconciled)
        self.env["installment.plan.item"]._check_plannable(
            lines, plan | plan.replaces_id
        )
        wizard = self.create(
            {
                "plan_id": plan.id,
                "move_ids": [Command.set(lines.move_id.ids)],
                "company_id": plan.company_id.id,
                "partner_id": plan.partner_id.id,
                "currency_id": plan.currency_id.id,
                "period": plan.period,
                "percent": plan.percent,
                "method": plan.method,
                **self._prepare_plan_terms(plan),
            }
        )
        if plan.state == "draft":
            wizard._show_draft()
        return wizard._reopen()

    def _prepare_plan_terms(self, plan):
        """Return the terms that a plan has, those to come of a running one."""
        today = plan.company_id._get_dunning_today()
        if plan.state == "draft":
            return self._prepare_draft_terms(plan)
        coming = plan.line_ids.filtered(
            lambda line: line.date >= today and line.amount_open
        )
        left = plan.line_ids.filtered("amount_open")
        values = {"count": len(left) or 1}
        if coming:
            values["first_date"] = min(coming.mapped("date"))
        return values

    def _prepare_draft_terms(self, plan):
        regular = plan.line_ids.filtered("number").sorted("date")
        down = plan.line_ids - regular
        values = {
            "count": len(regular),
            "first_date": regular[:1].date,
            "fee": plan.amount_fee,
        }
        if down:
            values |= {
                "has_down_payment": True,
                "down_amount": down.amount,
                "down_date": down.date,
            }
        return values

    # === SCREEN === #

    def _reopen(self):
        """Return the action that shows this wizard."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "res_model": self._name,
            "res_id": self.id,
            "view_mode": "form",
            "target": "new",
            "name": self._get_title(),
        }

    def _get_title(self):
        if self.is_renegotiation:
            return self.env._("Renegotiate %(plan)s", plan=self.plan_id.display_name)
        if self.plan_id:
            return self.env._("Change %(plan)s", plan=self.plan_id.display_name)
        return self.env._("Pay in Instalments")
