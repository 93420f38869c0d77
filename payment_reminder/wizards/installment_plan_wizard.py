from decimal import Decimal
from functools import lru_cache

from odoo import api, fields, models
from odoo.exceptions import UserError

from ..tools.installments import InstallmentError, Interest, Terms, schedule

#: The first instalment is proposed for a day so many days from now.
FIRST_DAYS = 14


class InstallmentPlanWizard(models.TransientModel):
    """Asks how a debt is to be paid in parts, shows it, and makes the plan."""

    _name = "installment.plan.wizard"
    _inherit = ["installment.plan.wizard.opening", "installment.plan.wizard.preview"]
    _description = "Instalments"

    # === WHAT IS OWED === #
    step = fields.Selection(
        selection=[("terms", "Terms"), ("preview", "Preview")],
        default="terms",
        required=True,
    )
    move_ids = fields.Many2many(
        comodel_name="account.move",
        string="Invoices",
        domain="[('commercial_partner_id', '=', partner_id), "
        "('company_id', '=', company_id), ('currency_id', '=', currency_id), "
        "('move_type', 'in', ('out_invoice', 'out_receipt')), "
        "('state', '=', 'posted'), "
        "('payment_state', 'in', ('not_paid', 'partial'))]",
    )
    plan_id = fields.Many2one(
        comodel_name="installment.plan",
        readonly=True,
        help="The draft that is scheduled again, or the plan that is renegotiated.",
    )
    is_renegotiation = fields.Boolean(compute="_compute_is_renegotiation")
    company_id = fields.Many2one(comodel_name="res.company", required=True)
    partner_id = fields.Many2one(
        comodel_name="res.partner", string="Customer", required=True
    )
    amount_open = fields.Monetary(string="Open Balance", compute="_compute_amount_open")
    amount_unmatched = fields.Monetary(
        string="Received, Not Matched Yet",
        compute="_compute_amount_open",
        help="What the customer has paid without a match with an invoice. It is taken "
        "off already; match it soon.",
    )

    # === TERMS === #
    by = fields.Selection(
        selection=[
            ("count", "A number of instalments"),
            ("amount", "A fixed amount"),
            ("free", "Free dates and amounts"),
        ],
        string="Pay in",
        default="count",
        required=True,
    )
    count = fields.Integer(string="Number of Instalments", default=3)
    amount = fields.Monetary(
        string="Amount of an Instalment",
        help="The last instalment takes what is left. With equal payments, interest is "
        "part of this amount.",
    )
    period = fields.Selection(
        selection=lambda self: (
            self.env["installment.plan"]
            ._fields["period"]
            ._description_selection(self.env)
        ),
        string="How Often",
        default="monthly",
        required=True,
    )
    first_date = fields.Date(
        string="First Instalment on",
        default=lambda self: self._get_default_first_date(),
    )
    day_rule = fields.Selection(
        selection=[
            ("same", "The day of the first one"),
            ("end", "The last day of the month"),
            ("day", "A day of the month"),
        ],
        string="The Others on",
        default="same",
        required=True,
    )
    day_of_month = fields.Integer(
        string="Day",
        default=1,
        help="1 to 31. A month that is too short has its last day instead.",
    )
    has_down_payment = fields.Boolean(string="Down Payment")
    down_amount = fields.Monetary(string="Amount of the Down Payment")
    down_date = fields.Date(
        string="Down Payment on", default=lambda self: self._get_default_down_date()
    )
    is_business_day = fields.Boolean(
        string="On Working Days Only",
        default=True,
        help="What would be due on a weekend or holiday of the company is due on the "
        "next working day.",
    )

    # === COST === #
    percent = fields.Float(string="Interest (% p.a.)", digits=(6, 3))
    method = fields.Selection(
        selection=lambda self: (
            self.env["installment.plan"]
            ._fields["method"]
            ._description_selection(self.env)
        ),
        string="Kind of Interest",
        default="declining",
        required=True,
    )
    fee = fields.Monetary(
        help="For the whole plan, due with its first instalment. Interest and fee are "
        "a draft invoice of their own, never part of the instalments.",
    )

    # === DEFAULTS === #

    @api.model
    def _get_default_first_date(self):
        today = self.env.company._get_dunning_today()
        return fields.Date.add(today, days=FIRST_DAYS)

    @api.model
    def _get_default_down_date(self):
        return self.env.company._get_dunning_today()

    # === COMPUTE METHODS === #

    @api.depends("plan_id")
    def _compute_is_renegotiation(self):
        for wizard in self:
            plan = wizard.plan_id
            wizard.is_renegotiation = plan and plan.state != "draft"

    @api.depends("move_ids", "plan_id")
    def _compute_amount_open(self):
        plans = self.env["installment.plan"]
        for wizard in self:
            lines = wizard._get_move_lines()._origin
            debts = plans._get_plan_debts(lines) if lines else {}
            wizard.amount_open = float(sum(debt.left for debt in debts.values()))
            wizard.amount_unmatched = float(
                sum(debt.unmatched for debt in debts.values())
            )

    def _get_move_lines(self):
        """Return the receivables that the plan is to cover.

        :rtype: account.move.line
        """
        self.ensure_one()
        if self.plan_id:
            lines = self.plan_id.item_ids.move_line_id
        else:
            lines = self.env["installment.plan.wizard"]._get_receivables(self.move_ids)
        return lines.filtered(lambda line: not line.reconciled)

    # === TERMS === #

    def _get_terms(self):
        """Return what is asked for, as ``tools.installments`` takes it.

        :rtype: Terms
        """
        self.ensure_one()
        return Terms(
            total=self._to_decimal(self.amount_open),
            step=self._get_step(),
            period=self.period,
            first_date=self.first_date or None,
            day_of_month=self._get_day_of_month(),
            down_payment=self._get_down_payment(),
            move_date=self._get_move_date(),
            interest=self._get_interest(),
            fee=self._to_decimal(self.fee),
            **self._get_choice(),
        )

    def _get_choice(self):
        """Return what says how the debt is divided."""
        if self.by == "count":
            return {"count": self.count}
        if self.by == "amount":
            return {"amount": self._to_decimal(self.amount)}
        return {"rows": self._get_free_rows()}

    def _get_step(self):
        """Return the smallest unit that can be paid: of the currency, or of its cash.

        :rtype: Decimal
        """
        self.ensure_one()
        step = Decimal(str(self.currency_id.rounding))
        cash = self.move_ids.invoice_cash_rounding_id.mapped("rounding")
        coarse = [Decimal(str(rounding)) for rounding in cash]
        return max([step, *(rounding for rounding in coarse if not rounding % step)])

    def _get_day_of_month(self):
        return {"same": None, "end": 31, "day": self.day_of_month}[self.day_rule]

    def _get_down_payment(self):
        if not self.has_down_payment:
            return None
        return self._to_decimal(self.down_amount), self.down_date or None

    def _get_move_date(self):
        """Return what moves a date to a working day; ``None`` where dates stay."""
        if not self.is_business_day:
            return None
        return lru_cache(maxsize=None)(self.company_id._get_dunning_business_day)

    def _get_interest(self):
        if not self.percent:
            return None
        percent = Decimal(str(round(self.percent, 3)))
        return Interest(percent, self.method, self._get_today())

    def _get_today(self):
        return self.company_id._get_dunning_today()

    def _to_decimal(self, amount):
        """Return a float amount of the currency as an exact Decimal."""
        return Decimal(f"{amount:.{self.currency_id.decimal_places}f}")

    # === ACTION METHODS === #

    def action_preview(self):
        """Show the instalments that come of the terms."""
        self.ensure_one()
        if not self.move_ids:
            raise UserError(self.env._("Nothing is open that a plan could cover."))
        plan = self._call(lambda: schedule(self._get_terms()))
        self._check_first_date(plan)
        self.anchor_date = False
        self.step = "preview"
        self._show_schedule(plan)
        return self._reopen()

    def action_back(self):
        """Go back to the terms."""
        self.ensure_one()
        if self.by == "free" and self.has_down_payment:
            self.line_ids.filtered(lambda line: not line.number).unlink()
        self.step = "terms"
        return self._reopen()

    def action_save_draft(self):
        """Make the plan, to go on with it later."""
        return self._save()._get_records_action()

    def action_propose(self):
        """Make the plan and let the customer decide about it."""
        plan = self._save_approved()
        plan.action_propose()
        return plan._get_records_action()

    def action_activate(self):
        """Make the plan: it is agreed already."""
        plan = self._save_approved()
        plan.action_activate()
        return plan._get_records_action()

    # === SAVING === #

    def _save(self):
        """Return the plan that is made of the preview.

        :rtype: installment.plan
        """
        self.ensure_one()
        plans = self.env["installment.plan"]
        plans.check_access("create")
        made = self._call(self._restore)
        self._check_first_date(made)
        if not self.plan_id:
            return plans._make(self._get_move_lines(), made)
        if self.is_renegotiation:
            return self.plan_id._renegotiate(schedule=made)
        self.plan_id._reschedule(made)
        return self.plan_id

    def _save_approved(self):
        """Return the plan; whoever may approve it does so by agreeing to it."""
        plan = self._save()
        if plan.needs_approval and self.may_agree:
            plan.action_approve()
        return plan

    def _check_first_date(self, plan):
        """Raise a UserError if something would be due before today."""
        problem = self._get_past_problem(plan)
        if problem:
            raise UserError(problem)

    def _call(self, function):
        """Return what ``function`` returns; say in words why it cannot be."""
        try:
            return function()
        except InstallmentError as error:
            problem = self.env["installment.problem"]._explain(error)
            raise UserError(problem) from error
