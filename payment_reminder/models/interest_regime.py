from datetime import timedelta
from decimal import Decimal

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError

from ..tools.interest import Break, InterestError, Terms, compute_interest
from ..tools.interest_days import FIRST_DAY

#: With these methods the rate follows the reference while a debt is late.
FOLLOWING = ("per_period", "half_year")


class InterestRegime(models.Model):
    """A law or contract that says how much interest a late payment costs.

    Reference data, no legal advice.
    """

    _name = "interest.regime"
    _description = "Interest Regime"
    _order = "sequence, id"

    # === IDENTITY === #
    name = fields.Char(required=True, translate=True)
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)
    company_id = fields.Many2one(
        comodel_name="res.company", index=True, help="Empty: all companies use it."
    )
    applies_to = fields.Selection(
        selection=[
            ("business", "Companies only"),
            ("consumer", "Persons only"),
            ("both", "Companies and persons"),
        ],
        required=True,
        default="both",
        help="Interest is never claimed from anybody else by this regime.",
    )
    country_ids = fields.Many2many(
        comodel_name="res.country",
        string="Countries",
        help="Whose law it is; empty: that of no country, such as a contract.",
    )
    legal_ground = fields.Text(
        translate=True,
        help="How letters and claim statements name the law or contract.",
    )
    source = fields.Char(help="Where the law can be read.")
    note = fields.Text(
        string="Remarks", translate=True, help="For colleagues; never printed."
    )

    # === RATE === #
    reference_id = fields.Many2one(
        comodel_name="interest.reference",
        string="Reference Rate",
        ondelete="restrict",
        index="btree_not_null",
        help="Empty: the percentage alone is owed.",
    )
    margin = fields.Float(
        string="Percentage",
        digits=(8, 4),
        help="Percentage points above the reference; without a reference the rate.",
    )
    is_daily = fields.Boolean(
        string="Percent of Each Day",
        help="The percentage is owed for each day, not for a year; for contractual "
        "penalties.",
    )
    cap_percent = fields.Float(
        string="At Most (% of the Debt)",
        digits=(8, 4),
        help="Interest stops at this part of the debt; zero: it does not.",
    )
    method = fields.Selection(
        selection=[
            ("per_period", "That of each day"),
            ("half_year", "That of each half-year"),
            ("at_default", "That of the half-year in which it became late"),
            ("at_payment", "That of the half-year in which it is paid"),
            ("fixed", "That of the first late day"),
        ],
        string="Which Rate",
        required=True,
        default="fixed",
        help="Which rate holds when the reference changes while a debt is late.",
    )
    lag_days = fields.Integer(
        string="Days before the Half-Year",
        help="1: the rate of 31 December and 30 June holds for the half-year after.",
    )
    valid_from = fields.Date(
        string="In Force since",
        help="Before this day no interest is counted.",
    )
    rule_text = fields.Char(string="Rate", compute="_compute_rule_text")
    problem_text = fields.Char(
        string="Problem",
        compute="_compute_problem_text",
        help="Why interest of today cannot be computed, or not surely.",
    )

    # === DAYS === #
    day_count = fields.Selection(
        selection=[
            ("actual_365", "Actual days / 365"),
            ("actual_actual", "Actual days / 365 or 366"),
            ("actual_360", "Actual days / 360"),
            ("thirty_360", "Months of 30 days / 360"),
        ],
        string="Days of the Year",
        required=True,
        default="actual_365",
    )
    is_payment_day_counted = fields.Boolean(
        string="Day of Payment Bears Interest",
        default=True,
        help="What was paid bears interest up to and including the day of payment.",
    )
    is_rounded_by_segment = fields.Boolean(
        string="Round Each Period",
        help="Otherwise the sum is rounded once, and rounded periods may differ "
        "from it by cents.",
    )
    break_ids = fields.One2many(
        comodel_name="interest.break",
        inverse_name="regime_id",
        string="Days without Interest",
        copy=True,
    )

    # === COMPENSATION === #
    compensation_currency_id = fields.Many2one(
        comodel_name="res.currency", context={"active_test": False}
    )
    size_currency_id = fields.Many2one(
        comodel_name="res.currency",
        string="Currency of the Debts",
        compute="_compute_size_currency_id",
        store=True,
        readonly=False,
        context={"active_test": False},
        help="In which the sizes of debts are measured.",
    )
    compensation_ids = fields.One2many(
        comodel_name="interest.compensation",
        inverse_name="regime_id",
        string="Compensations",
        copy=True,
    )

    _cap_positive = models.Constraint(
        "CHECK (cap_percent >= 0)", "The most that is owed cannot be negative."
    )
    _percentage_sane = models.Constraint(
        "CHECK (margin > -100 AND margin < 1000 AND cap_percent < 10000)",
        "This percentage cannot be meant.",
    )
    _lag_sane = models.Constraint(
        "CHECK (lag_days >= 0 AND lag_days < 184)",
        "The days before the half-year are 0 to 183.",
    )

    # === COMPUTE METHODS === #

    @api.depends("compensation_currency_id")
    def _compute_size_currency_id(self):
        for regime in self:
            regime.size_currency_id = regime.compensation_currency_id

    @api.depends("reference_id.name", "margin", "is_daily")
    @api.depends_context("lang")
    def _compute_rule_text(self):
        for regime in self:
            regime.rule_text = regime._get_rule_text()

    @api.depends(
        "reference_id.rate_ids.date_from",
        "reference_id.frequency",
        "reference_id.max_age_days",
        "reference_id.checked_on",
        "margin",
        "method",
    )
    @api.depends_context("company", "lang")
    def _compute_problem_text(self):
        today = self.env.company._get_dunning_today()
        for regime in self:
            regime.problem_text = regime._get_rate_problem(today)

    # === CONSTRAINT METHODS === #

    @api.constrains("reference_id", "method", "is_daily")
    def _check_method(self):
        for regime in self:
            if regime.method != "fixed" and not regime.reference_id:
                raise ValidationError(
                    self.env._(
                        "'%(regime)s' follows a reference rate: choose one, or let the "
                        "rate be that of the first late day.",
                        regime=regime.name,
                    )
                )
            if regime.is_daily and regime.reference_id:
                raise ValidationError(
                    self.env._(
                        "'%(regime)s': reference rates are yearly ones. A percentage "
                        "of each day stands alone.",
                        regime=regime.name,
                    )
                )

    @api.constrains("company_id", "reference_id")
    def _check_reference_company(self):
        for regime in self:
            company = regime.reference_id.company_id
            if company and company != regime.company_id:
                raise ValidationError(
                    self.env._(
                        "'%(reference)s' belongs to %(company)s; '%(regime)s' cannot "
                        "use it.",
                        reference=regime.reference_id.name,
                        company=company.name,
                        regime=regime.name,
                    )
                )

    @api.constrains("applies_to", "compensation_ids")
    def _check_compensation(self):
        for regime in self:
            if regime.compensation_ids and not regime.compensation_currency_id:
                raise ValidationError(
                    self.env._(
                        "Choose the currency of the compensation of '%(regime)s'.",
                        regime=regime.name,
                    )
                )

    # === ACTION METHODS === #

    def action_try(self):
        """Open the calculator with this regime."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Try: %(regime)s", regime=self.name),
            "res_model": "interest.calculation",
            "view_mode": "form",
            "target": "new",
            "context": {"default_regime_id": self.id},
        }

    # === BUSINESS METHODS - INTEREST === #

    def _compute_interest(self, principal, due, until, payments, currency):
        """Return the interest on a debt, in segments.

        Where a table by half-years ends before ``until``, interest is counted up to
        its last day: nothing is claimed at a rate that nobody knows yet.
        ``_get_problem`` says so.

        :param float principal: the debt on its due date, before ``payments``
        :param datetime.date due: of the debt; see ``_get_last_day_in_time``
        :param datetime.date until: the last day that bears interest
        :param list payments: of ``tools.interest.Payment``, in the debt's currency
        :param res.currency currency: of the debt
        :rtype: tools.interest.Interest
        :raise UserError: when it cannot be computed, in words
        """
        self.ensure_one()
        try:
            terms = self._get_terms(currency, due)
            last = self._get_last_day_in_time(due)
            until = self._get_counted_until(last, until)
            return compute_interest(principal, last, until, payments, terms)
        except InterestError as error:
            raise UserError(
                self.env._(
                    "%(regime)s: %(problem)s",
                    regime=self.name,
                    problem=self.env["interest.words"]._explain_error(error),
                )
            ) from error

    def _get_terms(self, currency, due=False):
        """Return the regime as the tools compute with it.

        :param res.currency currency: interest is rounded as it is
        :param datetime.date due: of the debt; some breaks are for older debts only
        :rtype: tools.interest.Terms
        """
        self.ensure_one()
        reference = self.reference_id
        return Terms(
            method=self.method,
            rates=reference._get_rates() if reference else (),
            margin=Decimal(str(self.margin)),
            day_count=self.day_count,
            is_payment_day_counted=self.is_payment_day_counted,
            breaks=self._get_breaks(due),
            step=Decimal(str(currency.rounding)),
            cap_percent=Decimal(str(self.cap_percent)) if self.cap_percent else None,
            is_daily=self.is_daily,
            is_rounded_by_segment=self.is_rounded_by_segment,
            lag_days=self.lag_days,
            has_each_half_year=reference.frequency == "half_year",
        )

    def _get_breaks(self, due):
        """Return the days without interest, with those before the regime was in force.

        :param datetime.date due: see ``_get_terms``
        :rtype: tuple[tools.interest.Break]
        """
        breaks = self.break_ids._get_breaks(due)
        if not self.valid_from or self.valid_from <= FIRST_DAY:
            return breaks
        return (*breaks, Break(FIRST_DAY, self.valid_from - timedelta(days=1)))

    def _get_counted_until(self, due, until):
        """Return the last day for which interest is counted.

        :param datetime.date due: the last day on which payment was in time
        :rtype: datetime.date
        """
        last_day = self.reference_id and self.reference_id._get_last_day()
        if self.method not in FOLLOWING or not (last_day and due and until):
            return until
        return min(until, last_day) if due < last_day else until
