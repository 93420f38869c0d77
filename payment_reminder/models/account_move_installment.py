from odoo import api, fields, models


class AccountMove(models.Model):
    """The invoice in an instalment plan: what is to be paid of it next."""

    # one concept, one file
    _inherit = "account.move"  # pylint: disable=consider-merging-classes-inherited

    installment_plan_id = fields.Many2one(
        comodel_name="installment.plan",
        string="Instalment Plan",
        compute="_compute_installment_plan_id",
        compute_sudo=True,
        search="_search_installment_plan_id",
        help="The plan by which the invoice is paid, or that is proposed for it.",
    )
    installment_plan_count = fields.Integer(
        compute="_compute_installment_plan_count", compute_sudo=True
    )
    installment_next_date = fields.Date(
        string="Next Instalment",
        compute="_compute_installment_next",
        compute_sudo=True,
    )
    installment_next_amount = fields.Monetary(
        string="Amount of the Next Instalment",
        compute="_compute_installment_next",
        compute_sudo=True,
    )

    # === COMPUTE METHODS === #

    def _compute_installment_plan_id(self):
        items = self.env["installment.plan.item"].search(
            [
                ("move_id", "in", self.ids),
                ("plan_id.state", "in", ("proposed", "active")),
            ]
        )
        for move in self:
            plans = items.filtered(lambda i, m=move: i.move_id == m).plan_id
            active = plans.filtered(lambda plan: plan.state == "active")
            move.installment_plan_id = (active or plans)[:1]

    def _search_installment_plan_id(self, operator, value):
        if operator in ("in", "not in") and list(value) == [False]:
            live = [("plan_id.state", "in", ("proposed", "active"))]
            has_none = operator == "in"
        elif operator in ("in", "any"):
            live = [
                ("plan_id.state", "in", ("proposed", "active")),
                ("plan_id", operator, value),
            ]
            has_none = False
        else:
            return NotImplemented
        items = self.env["installment.plan.item"].sudo().search(live)
        return [("id", "not in" if has_none else "in", items.move_id.ids)]

    def _compute_installment_plan_count(self):
        groups = self.env["installment.plan.item"]._read_group(
            [("move_id", "in", self.ids)],
            ["move_id"],
            ["plan_id:recordset"],
        )
        plans = dict(groups)
        for move in self:
            move.installment_plan_count = len(plans.get(move, []))

    @api.depends("amount_residual")
    def _compute_installment_next(self):
        for move in self:
            parts = move._get_installment_parts()
            line, amount = parts[0] if parts else (None, 0.0)
            move.installment_next_date = line and line.date
            move.installment_next_amount = float(amount)

    def _get_installment_parts(self):
        """Return what an active plan still takes of the invoice, date by date.

        :return: (instalment, Decimal) pairs; empty without an active plan
        :rtype: list
        """
        self.ensure_one()
        plan = self.sudo().installment_plan_id
        return plan._get_open_parts(self) if plan.state == "active" else []

    # === PORTAL AND PAYMENT LINK === #

    def _get_invoice_next_payment_values(self, custom_amount=None):
        """Let Odoo's portal and payment link ask for the next instalment."""
        values = super()._get_invoice_next_payment_values(custom_amount=custom_amount)
        parts = values and self._get_installment_parts()
        if not parts:
            return values
        today = self.company_id._get_dunning_today()
        late = [part for part in parts if part[0].date < today]
        line = parts[0][0]
        own = {
            "installment_state": "overdue" if late else "next",
            "amount_due": self.amount_residual,
            "next_amount_to_pay": float(
                sum(amount for _line, amount in late) if late else parts[0][1]
            ),
            "next_payment_reference": f"{self.name}-{line.number}",
            "next_due_date": line.date,
            "is_last_installment": len(parts) == 1,
        }
        if custom_amount is not None and self.currency_id.compare_amounts(
            custom_amount, own["next_amount_to_pay"]
        ):
            own |= {
                "installment_state": "next",
                "next_amount_to_pay": custom_amount,
                "next_payment_reference": self.name,
            }
        discount = {name: False for name in values if name.startswith("epd_")}
        return values | discount | own

    # === ACTION METHODS === #

    def action_installment_plan(self):
        """Ask how the invoices are to be paid in parts.

        :raise UserError: when no plan can cover them all, in words
        """
        return self.env["installment.plan.wizard"]._open_for_moves(self)

    def action_view_installment_plans(self):
        """Open the plans of the invoice, the last one first."""
        self.check_access("read")
        plans = self.env["installment.plan"].search(
            [("item_ids.move_id", "in", self.ids)]
        )
        return plans._get_records_action(name=self.env._("Instalment Plans"))

    # === CANCELLING === #

    def button_draft(self):
        self._cancel_installment_plans(self.env._("An invoice was reset to draft"))
        return super().button_draft()

    def button_cancel(self):
        self._cancel_installment_plans(self.env._("An invoice was cancelled"))
        return super().button_cancel()

    def _cancel_installment_plans(self, reason):
        """End the plans over invoices that are about to change."""
        plans = self.env["installment.plan.item"]._get_live_plans(self.line_ids)
        for plan in plans:
            names = (plan.item_ids.move_id & self).mapped("name")
            plan._set_cancelled(f"{reason}: {', '.join(filter(None, names))}")


class AccountPartialReconcile(models.Model):
    """Payments and undone payments: plans are completed and reopened at once."""

    _inherit = "account.partial.reconcile"

    @api.model_create_multi
    def create(self, vals_list):
        partials = super().create(vals_list)
        partials._get_installment_plans()._refresh_state()
        return partials

    def unlink(self):
        plans = self._get_installment_plans()
        done = super().unlink()
        plans._refresh_state()
        return done

    def _get_installment_plans(self):
        """Return the plans over the receivables that are matched here."""
        items = (
            self.env["installment.plan.item"]
            .sudo()
            .search(
                [
                    ("move_line_id", "in", self.debit_move_id.ids),
                    ("plan_id.state", "in", ("active", "completed")),
                ]
            )
        )
        return items.plan_id
