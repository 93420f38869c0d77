from odoo import api, fields, models
from odoo.exceptions import UserError


class InstallmentPlanApproval(models.AbstractModel):
    """Who may agree to a plan: large or long ones wait for a manager."""

    _name = "installment.plan.approval"
    _description = "Instalment Plan: Approval"

    # === COMPUTE METHODS === #

    @api.depends("amount_total", "line_ids.date", "company_id")
    def _compute_needs_approval(self):
        for plan in self:
            plan.needs_approval = plan._is_beyond_limits()

    def _is_beyond_limits(self):
        """Return whether a manager has to approve the plan: its amount or length."""
        self.ensure_one()
        last = max(self.line_ids.mapped("date"), default=False)
        return self._is_beyond(
            self.company_id, self.currency_id, self.amount_total, self.date, last
        )

    def _search_needs_approval(self, operator, value):
        if operator not in ("in", "not in"):
            return NotImplemented
        wanted = (True in value) == (operator == "in")
        drafts = self.search([("state", "in", ("draft", "proposed"))])
        waiting = drafts.filtered("needs_approval")
        return [("id", "in" if wanted else "not in", waiting.ids)]

    # === ACTION METHODS === #

    def action_approve(self):
        """Approve plans that are larger or longer than a user may agree to."""
        self.check_access("write")
        self._check_may_approve()
        self.sudo().write(
            {"approved_by_id": self.env.uid, "approved_on": fields.Datetime.now()}
        )

    # === CHECKS === #

    @api.model
    def _is_beyond(self, company, currency, amount, start, end):
        """Return whether a plan is larger or longer than a user may agree to.

        :param float amount: in ``currency``
        :param datetime.date start: when it is made
        :param datetime.date end: when its last instalment is due
        :rtype: bool
        """
        limit, months = (
            company.installment_approval_amount,
            company.installment_approval_months,
        )
        if not start:
            return False
        total = currency._convert(amount, company.currency_id, company, start)
        if limit and company.currency_id.compare_amounts(total, limit) > 0:
            return True
        return bool(months and end and end > fields.Date.add(start, months=months))

    @api.model
    def _may_approve(self):
        """Return whether the user may approve plans."""
        return self.env.su or self.env.user.has_group(
            "payment_reminder.group_dunning_manager"
        )

    def _check_may_approve(self):
        if not self._may_approve():
            raise UserError(self.env._("Only a manager of reminders approves plans."))

    def _check_approved(self):
        """Raise a UserError if a manager has to approve the plan first."""
        self.ensure_one()
        if self.needs_approval and not self.approved_by_id:
            raise UserError(
                self.env._(
                    "%(plan)s is larger or longer than you may agree to: a manager has "
                    "to approve it first.",
                    plan=self.display_name,
                )
            )
