from odoo import api, fields, models
from odoo.fields import Domain


class InstallmentPlanLine(models.Model):
    """One instalment: until when how much, and what of it is paid."""

    _name = "installment.plan.line"
    _inherit = "dunning.protected"
    _description = "Instalment"
    _order = "plan_id, date, id"
    _check_company_auto = True
    _protected_fields = frozenset(
        {
            "plan_id",
            "number",
            "date",
            "amount",
            "interest",
            "fee",
            "amount_paid",
            "amount_open",
            "paid_on",
        }
    )

    # === IDENTITY === #
    plan_id = fields.Many2one(
        comodel_name="installment.plan", required=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one(  # stored: record rules filter on it
        related="plan_id.company_id", store=True, index=True
    )
    partner_id = fields.Many2one(related="plan_id.partner_id", store=True)
    currency_id = fields.Many2one(related="plan_id.currency_id", store=True)
    state = fields.Selection(
        related="plan_id.state", string="State of the Plan", store=True
    )
    number = fields.Integer(string="No.", readonly=True, help="0 is a down payment.")

    label = fields.Char(string="Instalment", compute="_compute_label")

    # === WHAT IS AGREED === #
    date = fields.Date(string="Due", required=True, readonly=True, index=True)
    amount = fields.Monetary(
        required=True,
        readonly=True,
        help="What it pays of the invoices; interest and fee are invoiced apart.",
    )
    interest = fields.Monetary(readonly=True)
    fee = fields.Monetary(readonly=True)

    # === WHAT IS PAID === #
    amount_paid = fields.Monetary(string="Paid", compute="_compute_paid", store=True)
    amount_open = fields.Monetary(string="Open", compute="_compute_paid", store=True)
    paid_on = fields.Date(compute="_compute_paid", store=True)
    status = fields.Selection(
        selection=[
            ("paid", "Paid"),
            ("late", "Late"),
            ("part", "Paid in part"),
            ("open", "Open"),
        ],
        compute="_compute_status",
    )
    is_missed = fields.Boolean(compute="_compute_status", search="_search_is_missed")

    _amount_positive = models.Constraint(
        "CHECK (amount > 0 AND interest >= 0 AND fee >= 0)",
        "Every instalment pays something.",
    )
    _date_uniq = models.UniqueIndex(
        "(plan_id, date)", "Two instalments of a plan cannot be due on the same day."
    )

    # === COMPUTE METHODS === #

    @api.depends("plan_id.name", "number", "date")
    def _compute_display_name(self):
        for line in self:
            line.display_name = (
                self.env._(
                    "%(plan)s, instalment %(number)s",
                    plan=line.plan_id.name,
                    number=line.number,
                )
                if line.number
                else self.env._("%(plan)s, down payment", plan=line.plan_id.name)
            )

    @api.depends("number")
    @api.depends_context("lang")
    def _compute_label(self):
        for line in self:
            line.label = (
                self.env._("Instalment %(number)s", number=line.number)
                if line.number
                else self.env._("Down payment")
            )

    @api.depends(
        "amount",
        "date",
        "plan_id.state",
        "plan_id.line_ids.amount",
        "plan_id.item_ids.amount_start",
        "plan_id.item_ids.move_line_id.amount_residual_currency",
    )
    def _compute_paid(self):
        for plan, lines in self.grouped("plan_id").items():
            plan._fill_paid(lines)

    @api.depends("amount_open", "amount_paid", "paid_on", "date", "state")
    def _compute_status(self):
        for line in self:
            today = line.company_id._get_dunning_today()
            line.is_missed = line._is_missed(today)
            line.status = line._get_status(today)

    def _get_status(self, today):
        currency = self.currency_id
        if currency.is_zero(self.amount_open):
            return "paid"
        if self._is_missed(today) and self.state == "active":
            return "late"
        return "open" if currency.is_zero(self.amount_paid) else "part"

    def _get_last_day_in_time(self):
        """Return the last day on which a payment is in time: a working day.

        :rtype: datetime.date
        """
        self.ensure_one()
        return self.company_id._get_dunning_business_day(self.date)

    def _get_days_late(self, date):
        """Return how many days late it is on ``date``; below zero before its day.

        Where it is due on a day off, the days count from the next working day.

        :rtype: int
        """
        self.ensure_one()
        is_ahead = date <= self.date
        return (date - (self.date if is_ahead else self._get_last_day_in_time())).days

    def _is_missed(self, date):
        """Return whether something is open on ``date``, after it was to be paid."""
        self.ensure_one()
        is_open = not self.currency_id.is_zero(self.amount_open)
        return bool(is_open and self.date and self._get_last_day_in_time() < date)

    def _search_is_missed(self, operator, value):
        if operator not in ("in", "not in"):
            return NotImplemented
        wanted = (True in value) == (operator == "in")
        missed = Domain("amount_open", ">", 0) & Domain.OR(
            Domain("company_id", "=", company.id)
            & Domain("date", "<=", company._get_dunning_late_date(today))
            for company in self.env["res.company"].sudo().search([])
            for today in [company._get_dunning_today()]
        )
        return missed if wanted else ~missed

    # === CRUD METHODS === #

    @api.model_create_multi
    def create(self, vals_list):
        self._check_created(vals_list)
        return super().create(vals_list)

    def write(self, vals):
        if {"date", "amount", "interest", "fee"} & set(vals):
            for plan in self.plan_id:
                plan._check_draft()
        return super().write(vals)

    # === ACTION METHODS === #

    def action_open_plan(self):
        """Open the plan of the instalment."""
        self.ensure_one()
        return self.plan_id._get_records_action()
