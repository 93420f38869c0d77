from odoo import api, fields, models


class InterestRate(models.Model):
    """The rate of a reference from a day on."""

    _name = "interest.rate"
    _description = "Interest Rate"
    _order = "reference_id, date_from desc, id desc"
    _rec_name = "date_from"

    reference_id = fields.Many2one(
        comodel_name="interest.reference",
        required=True,
        index=True,
        ondelete="cascade",
    )
    company_id = fields.Many2one(  # stored: record rules filter on it
        related="reference_id.company_id", store=True, index=True
    )
    date_from = fields.Date(string="From", required=True)
    percent = fields.Float(
        string="Rate (%)",
        required=True,
        digits=(8, 4),
        aggregator=False,
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
    source = fields.Char()

    _reference_date_uniq = models.Constraint(
        "UNIQUE (reference_id, date_from)", "A reference has one rate from each day."
    )
    _percent_sane = models.Constraint(
        "CHECK (percent > -100 AND percent < 1000)",
        "A rate below -100 % or of 1000 % and more cannot be meant.",
    )
    _date_sane = models.Constraint(
        "CHECK (date_from >= '1900-01-01')", "Rates begin in 1900."
    )

    @api.depends("reference_id.name", "date_from")
    def _compute_display_name(self):
        for rate in self:
            rate.display_name = f"{rate.reference_id.name or ''} {rate.date_from or ''}"

    # === CRUD METHODS === #

    def write(self, vals):
        if "percent" in vals or "date_from" in vals:
            vals = {"confidence": "own", **vals}
        return super().write(vals)
