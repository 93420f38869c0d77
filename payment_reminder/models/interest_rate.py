from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.tools.misc import format_date

from ..tools.interest_days import get_half_year_start


class InterestRate(models.Model):
    """The rate of a reference from a day on."""

    _name = "interest.rate"
    _description = "Interest Rate"
    _order = "reference_id, date_from desc, id desc"

    reference_id = fields.Many2one(
        comodel_name="interest.reference",
        string="Reference Rate",
        required=True,
        index=True,
        ondelete="cascade",
    )
    company_id = fields.Many2one(  # stored: record rules filter on it
        related="reference_id.company_id", store=True, index=True
    )
    date_from = fields.Date(string="In Force since", required=True)
    percent = fields.Float(
        string="Rate (%)",
        required=True,
        digits=(8, 4),
        aggregator="max",
        help="In percent a year; some references are negative at times.",
    )
    confidence = fields.Selection(
        selection=[
            ("two", "Two sources"),
            ("one", "One source"),
            ("own", "Entered here"),
        ],
        required=True,
        default="own",
        help="In how many independent sources a shipped rate was found.",
    )

    _reference_date_uniq = models.Constraint(
        "UNIQUE (reference_id, date_from)", "A reference has one rate from each day."
    )
    _percent_sane = models.Constraint(
        "CHECK (percent > -100 AND percent < 1000)",
        "A rate of -100 % and less, or of 1000 % and more, cannot be meant.",
    )
    _date_sane = models.Constraint(
        "CHECK (date_from >= '1900-01-01')", "Rates before 1900 are not known."
    )

    # === COMPUTE METHODS === #

    @api.depends("reference_id.name", "date_from")
    def _compute_display_name(self):
        for rate in self:
            rate.display_name = self.env._(
                "%(reference)s from %(date)s",
                reference=rate.reference_id.name or "",
                date=format_date(self.env, rate.date_from) if rate.date_from else "",
            )

    # === CONSTRAINT METHODS === #

    @api.constrains("date_from", "reference_id")
    def _check_half_year(self):
        for rate in self:
            is_half_yearly = rate.reference_id.frequency == "half_year"
            if is_half_yearly and rate.date_from != get_half_year_start(rate.date_from):
                raise ValidationError(
                    self.env._(
                        "%(reference)s is published every half-year: its rates begin "
                        "on 1 January or 1 July, not on %(date)s.",
                        reference=rate.reference_id.name,
                        date=format_date(self.env, rate.date_from),
                    )
                )

    # === CRUD METHODS === #

    def write(self, vals):
        if "percent" in vals or "date_from" in vals:
            vals = {"confidence": "own", **vals}  # no longer what was shipped
        return super().write(vals)
