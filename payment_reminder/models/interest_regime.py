from decimal import Decimal

from odoo import api, fields, models
from odoo.exceptions import UserError

from ..tools.interest import InterestError, compute_interest
from ..tools.interest_terms import Terms


class InterestRegime(models.Model):
    """A law or contract that says how much interest a late payment costs.

    Reference data, no legal advice.
    """

    _name = "interest.regime"
    _description = "Interest Regime"
    _order = "sequence, id"

    # === IDENTITY === #
    name = fields.Char(required=True, translate=True)
    code = fields.Char(copy=False)
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
        help="Whose law it is; empty: a contract.",
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

    # === DAYS === #
    day_count = fields.Selection(
        selection=[
            ("actual_365", "Actual days / 365"),
            ("actual_actual", "Actual days / 365 or 366"),
            ("actual_360", "Actual days / 360"),
            ("thirty_360", "Months of 30 days / 360"),
        ],
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
    compensation_currency_id = fields.Many2one(comodel_name="res.currency")
    size_currency_id = fields.Many2one(
        comodel_name="res.currency",
        string="Currency of the Debts",
        compute="_compute_size_currency_id",
        store=True,
        readonly=False,
        help="In which the sizes of debts are measured.",
    )
    compensation_ids = fields.One2many(
        comodel_name="interest.compensation",
        inverse_name="regime_id",
        string="Compensations",
        copy=True,
    )

    @api.depends("compensation_currency_id")
    def _compute_size_currency_id(self):
        for regime in self:
            regime.size_currency_id = regime.compensation_currency_id

    # === BUSINESS METHODS - INTEREST === #

    def _compute_interest(self, principal, due, until, payments, currency):
        """Return the interest on a debt, in segments.

        :param float principal: the debt on its due date, before ``payments``
        :param datetime.date due: the last day on which payment was in time
        :param datetime.date until: the last day that bears interest
        :param list payments: of ``tools.interest.Payment``, in the debt's currency
        :param res.currency currency: of the debt
        :rtype: tools.interest.Interest
        :raise UserError: when it cannot be computed, in words
        """
        self.ensure_one()
        try:
            return compute_interest(
                principal, due, until, payments, self._get_terms(currency)
            )
        except InterestError as error:
            raise UserError(str(error)) from error

    def _get_terms(self, currency):
        """Return the regime as the tools compute with it.

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
            breaks=self.break_ids._get_breaks(),
            step=Decimal(str(currency.rounding)),
            cap_percent=Decimal(str(self.cap_percent)) if self.cap_percent else None,
            is_daily=self.is_daily,
            is_rounded_by_segment=self.is_rounded_by_segment,
            lag_days=self.lag_days,
            has_each_half_year=reference.frequency == "half_year",
        )

    def _get_problem(self, due, until):
        """Return in words why interest is not all that could be claimed.

        :param datetime.date due: the last day on which payment was in time
        :param datetime.date until: the last day that bears interest
        :return: a sentence, or ``False`` when all is well
        :rtype: str | bool
        """
        self.ensure_one()
        return False

    # === BUSINESS METHODS - COMPENSATION === #

    def _get_compensation(self, principal, currency, date):
        """Return what is owed once for a late payment, in the currency of the debt.

        :param float principal: the debt when it became late
        :param res.currency currency: of the debt
        :param datetime.date date: whose exchange rate holds
        :return: zero if the regime knows none
        :rtype: decimal.Decimal
        """
        self.ensure_one()
        return Decimal(0)
