from odoo import api, fields, models
from odoo.exceptions import UserError

from ..tools.interest import Payment


class InterestCalculation(models.TransientModel):
    """Tries a regime: what a debt would bear until a day, period by period."""

    _name = "interest.calculation"
    _description = "Try an Interest Regime"

    regime_id = fields.Many2one(
        comodel_name="interest.regime", required=True, ondelete="cascade"
    )
    currency_id = fields.Many2one(
        comodel_name="res.currency",
        compute="_compute_currency_id",
        store=True,
        readonly=False,
        required=True,
        precompute=True,
    )
    amount = fields.Monetary(string="Debt", default=1000.0)
    date_due = fields.Date(
        string="Due on", default=lambda self: self._default_date_due()
    )
    date_until = fields.Date(
        string="Paid on",
        default=lambda self: self.env.company._get_dunning_today(),
        help="The last day that bears interest.",
    )
    payment_ids = fields.One2many(
        comodel_name="interest.calculation.payment",
        inverse_name="calculation_id",
        string="Paid in Parts",
    )
    amount_interest = fields.Monetary(string="Interest", compute="_compute_result")
    amount_compensation = fields.Monetary(
        string="Compensation", compute="_compute_result"
    )
    table_html = fields.Html(compute="_compute_result", sanitize=False)
    problem = fields.Char(compute="_compute_result")

    @api.model
    def _default_date_due(self):
        today = self.env.company._get_dunning_today()
        return fields.Date.start_of(today, "month")

    @api.depends("regime_id")
    def _compute_currency_id(self):
        for wizard in self:
            wizard.currency_id = wizard.regime_id._get_usual_currency()

    @api.depends(
        "regime_id",
        "currency_id",
        "amount",
        "date_due",
        "date_until",
        "payment_ids.date",
        "payment_ids.amount",
    )
    def _compute_result(self):
        for wizard in self:
            wizard.update(wizard._calculate())

    def _calculate(self):
        """Return the values of the computed fields."""
        self.ensure_one()
        values = {
            "amount_interest": 0.0,
            "amount_compensation": 0.0,
            "table_html": False,
            "problem": False,
        }
        regime, currency = self.regime_id, self.currency_id
        if not (regime and currency and self.date_due and self.date_until):
            return values
        days = (self.date_due, self.date_until)
        try:
            interest = regime._compute_interest(
                self.amount, *days, self.payment_ids._get_payments(), currency
            )
        except UserError as error:
            return values | {"problem": str(error)}
        values["amount_interest"] = float(interest.amount)
        values["table_html"] = self.env["interest.words"]._render_table(
            interest, currency
        )
        compensation = regime._get_compensation(self.amount, currency, self.date_until)
        is_late = self.date_until > regime._get_last_day_in_time(self.date_due)
        values["amount_compensation"] = float(compensation) if is_late else 0.0
        values["problem"] = regime._get_problem(
            *days
        ) or regime._get_compensation_problem(currency, self.date_until)
        return values


class InterestCalculationPayment(models.TransientModel):
    """A part payment within a trial."""

    _name = "interest.calculation.payment"
    _description = "Part Payment of a Trial"
    _order = "date, id"

    calculation_id = fields.Many2one(
        comodel_name="interest.calculation", required=True, ondelete="cascade"
    )
    currency_id = fields.Many2one(related="calculation_id.currency_id")
    date = fields.Date(string="Paid on", required=True)
    amount = fields.Monetary(required=True)

    def _get_payments(self):
        """Return the payments as the tools compute with them.

        :rtype: list[tools.interest.Payment]
        """
        return [Payment(line.date, line.amount) for line in self if line.date]
