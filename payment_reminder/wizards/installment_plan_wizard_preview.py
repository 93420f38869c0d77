import json
from dataclasses import replace
from datetime import date
from decimal import Decimal

from odoo import api, fields, models
from odoo.fields import Command

from ..tools import installments
from ..tools.installments import InstallmentError

#: How much later than the last one a free instalment is added.
STEPS = {
    "weekly": {"weeks": 1},
    "fortnightly": {"weeks": 2},
    "monthly": {"months": 1},
    "quarterly": {"months": 3},
}


class InstallmentPlanWizardPreview(models.AbstractModel):
    """The instalments before they are agreed: change one, the rest follows."""

    _name = "installment.plan.wizard.preview"
    _description = "Instalments: Preview"

    currency_id = fields.Many2one(comodel_name="res.currency", required=True)
    line_ids = fields.One2many(
        comodel_name="installment.plan.wizard.line",
        inverse_name="wizard_id",
        string="Instalments",
    )
    kept = fields.Text(help="The days and amounts before the last change, as JSON.")
    anchor_date = fields.Date(help="The day that was changed last: others follow it.")

    amount_lines = fields.Monetary(string="Sum", compute="_compute_amounts")
    amount_left = fields.Monetary(string="Not Yet Divided", compute="_compute_amounts")
    amount_interest = fields.Monetary(string="Interest", compute="_compute_amounts")
    amount_fee = fields.Monetary(string="Plan Fee", compute="_compute_amounts")
    amount_payable = fields.Monetary(
        string="Customer Pays in All", compute="_compute_amounts"
    )
    date_end = fields.Date(string="Last Instalment on", compute="_compute_amounts")
    needs_approval = fields.Boolean(compute="_compute_needs_approval")
    may_agree = fields.Boolean(compute="_compute_needs_approval")

    # === COMPUTE METHODS === #

    @api.depends(
        "amount_open",
        "step",
        "has_down_payment",
        "down_amount",
        "line_ids.amount",
        "line_ids.interest",
        "line_ids.fee",
        "line_ids.date",
    )
    def _compute_amounts(self):
        for wizard in self:
            lines = wizard.line_ids
            wizard.amount_lines = sum(lines.mapped("amount"))
            wizard.amount_left = wizard._get_amount_left()
            wizard.amount_interest = sum(lines.mapped("interest"))
            wizard.amount_fee = sum(lines.mapped("fee"))
            wizard.amount_payable = (
                wizard.amount_lines + wizard.amount_interest + wizard.amount_fee
            )
            wizard.date_end = max(filter(None, lines.mapped("date")), default=False)

    def _get_amount_left(self):
        """Return what no row and no down payment takes yet, of free ones."""
        down = 0.0
        if self.step == "terms" and self.has_down_payment:
            down = self.down_amount
        return self.amount_open - self.amount_lines - down

    @api.depends("amount_open", "date_end")
    @api.depends_context("uid")
    def _compute_needs_approval(self):
        plans = self.env["installment.plan"]
        for wizard in self:
            wizard.needs_approval = plans._is_beyond(
                wizard.company_id,
                wizard.currency_id,
                wizard.amount_open,
                wizard.company_id._get_dunning_today(),
                wizard.date_end,
            )
            wizard.may_agree = not wizard.needs_approval or plans._may_approve()

    # === FREE ROWS === #

    @api.onchange("by")
    def _onchange_by(self):
        """Propose days for free instalments, in the rhythm that was chosen before."""
        if self.by != "free" or self.line_ids:
            return
        terms = replace(
            self._get_terms(), rows=None, count=self.count, down_payment=None
        )
        try:
            plan = installments.schedule(replace(terms, interest=None, fee=Decimal(0)))
        except InstallmentError:
            return
        self.line_ids = [Command.create({"date": line.date}) for line in plan.lines]

    # === EDITING === #

    @api.onchange("line_ids")
    def _onchange_line_ids(self):
        """Let the other instalments follow what was changed in one.

        What cannot be is taken back, and said in words.
        """
        if self.step != "preview" or not self.kept:
            return None
        before = self._restore_kept()
        try:
            plan = self._edit(before)
            problem = self._get_past_problem(plan)
        except InstallmentError as error:
            problem = self.env["installment.problem"]._explain(error)
        self._show_schedule(before if problem else plan)
        return problem and {
            "warning": {"title": self.env._("Not possible"), "message": problem}
        }

    def _get_past_problem(self, plan):
        """Return what is wrong when something would be due before today, or ``None``.

        :rtype: str | None
        """
        first = plan.lines[0].date
        if first >= self._get_today():
            return None
        return self.env._(
            "%(date)s is in the past: the first instalment is due today at the "
            "earliest.",
            date=self.env["installment.problem"]._format(first),
        )

    def _edit(self, plan):
        """Return the plan with what differs between the lines and what was kept."""
        present = {line.index: line for line in self.line_ids if line.index >= 0}
        before = plan.lines
        for index in reversed(range(len(before))):
            if index not in present:
                plan = installments.remove(plan, index)
        for position, index in enumerate(sorted(present)):
            plan = self._edit_line(plan, position, present[index], before[index])
        for line in self.line_ids.filtered(lambda line: line.index < 0):
            plan = self._add_line(plan, line)
        return plan

    def _edit_line(self, plan, position, line, before):
        day = line.date or None
        if day != before.date:
            plan = installments.change_date(plan, position, day)
            if plan.rhythm:
                self.anchor_date = plan.rhythm.anchor
        amount = self._to_decimal(line.amount)
        if amount != before.amount:
            plan = installments.change_amount(plan, position, amount)
        return plan

    def _add_line(self, plan, line):
        amount = self._to_decimal(line.amount) if line.amount else None
        return installments.add(plan, line.date or None, amount)

    # === ACTION METHODS === #

    def action_add(self):
        """Add an instalment behind the last one: the two share what that one had."""
        self.ensure_one()
        plan = self._call(lambda: self._append(self._restore()))
        self._show_schedule(plan)
        return self._reopen()

    def _append(self, plan):
        """Return the plan with one more instalment, in the rhythm of the others."""
        if plan.rhythm:
            return installments.add(plan)
        day = fields.Date.add(plan.lines[-1].date, **STEPS[self.period])
        return installments.add(plan, day)

    # === ROWS === #

    def _get_free_rows(self):
        """Return the days and amounts that were entered by hand.

        Those without an amount share what is left.

        :rtype: list[tuple[datetime.date, Decimal]]
        """
        if self.step == "preview":
            return self._get_rows()
        lines = self.line_ids.sorted(lambda line: (not line.date, line.date))
        given = [(line.date or None, self._to_decimal(line.amount)) for line in lines]
        empty = sum(not amount for _day, amount in given)
        if not empty:
            return given
        shares = iter(self._get_shares(sum(amount for _d, amount in given), empty))
        return [(day, amount or next(shares)) for day, amount in given]

    def _get_shares(self, spent, number):
        """Return equal parts of what is left of the debt."""
        down = self._get_down_payment() or (Decimal(0), None)
        left = self._to_decimal(self.amount_open) - spent - down[0]
        terms = installments.Terms(
            total=left,
            step=self._get_step(),
            count=number,
            first_date=self._get_today(),
        )
        return [line.amount for line in installments.schedule(terms).lines]

    def _get_rows(self):
        """Return the instalments as they are shown, day and amount."""
        return [
            (line.date or None, self._to_decimal(line.amount))
            for line in self.line_ids.sorted("index")
        ]

    def _restore(self):
        """Return the schedule that is shown: exactly the open balance.

        :raise InstallmentError: when it is not
        """
        return self._restore_rows(self._get_rows())

    def _restore_kept(self):
        rows = [
            (date.fromisoformat(day), Decimal(amount))
            for day, amount in json.loads(self.kept)
        ]
        return self._restore_rows(rows)

    def _restore_rows(self, rows):
        terms = self._get_terms()
        if terms.rows is not None:
            terms = replace(terms, rows=rows)
        plan = installments.restore(terms, rows)
        if plan.rhythm and self.anchor_date:
            plan = replace(plan, rhythm=plan.rhythm.restart(self.anchor_date))
        return plan

    # === SHOWING === #

    def _show_schedule(self, plan):
        """Show a schedule: the lines that are there take its rows in their order."""
        self.kept = json.dumps([(str(x.date), str(x.amount)) for x in plan.lines])
        self.has_down_payment = bool(plan.terms.down_payment)
        rows = [
            {**self._prepare_line(row), "index": index}
            for index, row in enumerate(plan.lines)
        ]
        lines = self.line_ids[: len(rows)]
        for line, values in zip(lines, rows, strict=False):
            line.update(values)
        self.line_ids = [
            *(Command.unlink(line.id) for line in self.line_ids[len(rows) :]),
            *(Command.create(values) for values in rows[len(lines) :]),
        ]

    def _prepare_line(self, row):
        return {
            "number": row.number,
            "date": row.date,
            "amount": float(row.amount),
            "interest": float(row.interest),
            "fee": float(row.fee),
            "payment": float(row.payment),
            "balance_after": float(row.balance_after),
        }

    def _show_draft(self):
        """Show the instalments that a draft has, unless its debt has changed."""
        lines = self.plan_id.line_ids.sorted("date")
        rows = [(line.date, self._to_decimal(line.amount)) for line in lines]
        try:
            plan = self._restore_rows(rows)
        except InstallmentError:
            return
        self.step = "preview"
        self._show_schedule(plan)


class InstallmentPlanWizardLine(models.TransientModel):
    """One instalment of the preview."""

    _name = "installment.plan.wizard.line"
    _description = "Instalment before It Is Agreed"
    _order = "date, id"

    wizard_id = fields.Many2one(
        comodel_name="installment.plan.wizard", required=True, ondelete="cascade"
    )
    currency_id = fields.Many2one(related="wizard_id.currency_id")
    index = fields.Integer(default=-1, help="Its row before the last change.")
    number = fields.Integer(string="No.")
    date = fields.Date(string="Due", required=True)
    amount = fields.Monetary()
    interest = fields.Monetary()
    fee = fields.Monetary()
    payment = fields.Monetary(string="To Pay")
    balance_after = fields.Monetary()
