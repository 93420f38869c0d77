from odoo import api, fields, models
from odoo.exceptions import UserError


class InstallmentPlanScreen(models.AbstractModel):
    """What people see of a plan beside its terms, and where its buttons lead."""

    _name = "installment.plan.screen"
    _description = "Instalment Plan: Screens"

    date_end = fields.Date(
        string="Last Instalment", compute="_compute_date_end", store=True
    )
    problem = fields.Char(
        compute="_compute_problem", help="Why it cannot be proposed or agreed now."
    )
    late_text = fields.Char(compute="_compute_late_text")
    next_text = fields.Char(string="Next", compute="_compute_next_text")
    difference_text = fields.Char(
        string="Changes to Before", compute="_compute_difference_text"
    )

    # === COMPUTE METHODS === #

    @api.depends("line_ids")
    def _compute_count(self):
        for plan in self:
            plan.count = len(plan.line_ids)

    @api.depends("line_ids.date")
    def _compute_date_end(self):
        for plan in self:
            plan.date_end = max(plan.line_ids.mapped("date"), default=False)

    @api.depends("state", "item_ids.amount_start", "line_ids.date")
    @api.depends_context("lang", "uid")
    def _compute_problem(self):
        for plan in self:
            plan.problem = plan._get_problem()

    def _get_problem(self):
        """Return why a draft or a proposal cannot be agreed now, or ``False``.

        :rtype: str | bool
        """
        self.ensure_one()
        if self.state not in ("draft", "proposed") or not self.line_ids:
            return False
        try:
            self.sudo()._check_current()
        except UserError as error:
            return str(error)
        return False

    @api.depends("state", "line_ids.amount_open", "line_ids.date")
    @api.depends_context("lang")
    def _compute_late_text(self):
        for plan in self:
            plan.late_text = plan._get_late_text()

    def _get_late_text(self):
        late = self.line_ids.filtered("is_missed").sorted("date")
        if self.state != "active" or not late:
            return False
        return self.env._(
            "%(amount)s is late, since %(date)s",
            amount=self.currency_id._format_dunning(sum(late.mapped("amount_open"))),
            date=self._format_own_date(late[0].date),
        )

    @api.depends("state", "next_date", "next_amount")
    @api.depends_context("lang")
    def _compute_next_text(self):
        for plan in self:
            plan.next_text = plan.next_date and plan.env._(
                "%(amount)s on %(date)s",
                amount=plan.currency_id._format_dunning(plan.next_amount),
                date=plan._format_own_date(plan.next_date),
            )

    def _get_next_texts(self):
        """Return the next instalments of the plans that are running, or ``False``.

        :rtype: str | bool
        """
        running = self.filtered(lambda plan: plan.state == "active" and plan.next_text)
        texts = [f"{plan.name}: {plan.next_text}" for plan in running]
        return "; ".join(texts) or False

    @api.depends("replaces_id", "line_ids.amount", "line_ids.date")
    @api.depends_context("lang")
    def _compute_difference_text(self):
        for plan in self:
            plan.difference_text = plan._get_difference_text()

    def _get_difference_text(self):
        """Return what another version has changed, in words.

        :rtype: str | bool
        """
        old = self.replaces_id
        if not old:
            return False
        return self.env._(
            "%(old_open)s was open in %(old_count)s instalments until %(old_end)s; now "
            "it is %(open)s in %(count)s until %(end)s",
            old_open=old.currency_id._format_dunning(old.amount_open),
            old_count=len(old.line_ids.filtered("amount_open")),
            old_end=self._format_own_date(old.date_end),
            open=self.currency_id._format_dunning(self.amount_total),
            count=len(self.line_ids),
            end=self._format_own_date(self.date_end),
        )

    def _format_own_date(self, day):
        """Return a day as the user reads it, not the customer."""
        return self.env["installment.problem"]._format(day)

    # === ACTION METHODS === #

    def action_reschedule(self):
        """Open the wizard to change a draft."""
        self.ensure_one()
        self._check_in(("draft",))
        return self.env["installment.plan.wizard"]._open_for_plan(self)

    def action_renegotiate(self):
        """Open the wizard over the balance, or the version that is being prepared."""
        self.ensure_one()
        self._check_in(("active", "defaulted"))
        prepared = self.replaced_by_ids.filtered(
            lambda plan: plan.state in ("draft", "proposed")
        )
        if prepared:
            return prepared[:1]._get_records_action()
        return self.env["installment.plan.wizard"]._open_for_plan(self)

    def action_view_invoices(self):
        """Open the covered invoices."""
        self.ensure_one()
        return self.item_ids.move_id._get_records_action(
            name=self.env._("Covered Invoices"), context={"create": False}
        )

    def action_view_cost(self):
        """Open the invoice of interest and fee."""
        self.ensure_one()
        return self.cost_move_id._get_records_action()
