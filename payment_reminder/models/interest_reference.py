from datetime import date, timedelta
from decimal import Decimal

from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools.misc import format_date

from ..tools.interest_days import get_half_year_end, get_half_year_start
from ..tools.interest_terms import Rate


class InterestReference(models.Model):
    """A published interest rate, such as the key rate of a central bank, by its days.

    Reference data, no legal advice.
    """

    _name = "interest.reference"
    _description = "Interest Reference Rate"
    _order = "sequence, name, id"

    # === IDENTITY === #
    name = fields.Char(required=True, translate=True)
    code = fields.Char(
        required=True, copy=False, help="Names the reference in CSV files."
    )
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)
    company_id = fields.Many2one(
        comodel_name="res.company",
        index=True,
        help="Empty: all companies use it.",
    )
    source = fields.Char(help="Who publishes the rate, and where.")
    rate_ids = fields.One2many(
        comodel_name="interest.rate", inverse_name="reference_id", copy=True
    )

    # === HOW LONG IT HOLDS === #
    frequency = fields.Selection(
        selection=[
            ("half_year", "Every half-year"),
            ("change", "When it changes"),
        ],
        required=True,
        default="change",
        help="Every half-year: a rate of 1 January or 1 July holds for that half-year "
        "only, and a missing one is an error.\n"
        "When it changes: a rate holds until the next one.",
    )
    max_age_days = fields.Integer(
        string="Check after Days",
        default=90,
        help="Warn when for so many days nobody has looked whether the rate has "
        "changed; zero: never.",
    )
    checked_on = fields.Date(
        help="The day until which the list is known to be complete.",
    )

    # === NOW === #
    newest_date = fields.Date(string="Newest Rate of", compute="_compute_newest")
    newest_percent = fields.Float(
        string="Newest Rate (%)", compute="_compute_newest", digits=(8, 4)
    )
    outdated_text = fields.Char(
        string="Outdated",
        compute="_compute_outdated_text",
        help="Why rates should be added or checked.",
    )

    _code_uniq = models.UniqueIndex(
        "(code, COALESCE(company_id, 0))", "This code belongs to another reference."
    )
    _max_age_positive = models.Constraint(
        "CHECK (max_age_days >= 0)", "The number of days cannot be negative."
    )

    # === COMPUTE METHODS === #

    @api.depends("rate_ids.date_from", "rate_ids.percent")
    def _compute_newest(self):
        for reference in self:
            newest = reference.rate_ids.sorted("date_from")[-1:]
            reference.newest_date = newest.date_from
            reference.newest_percent = newest.percent

    @api.depends("newest_date", "frequency", "max_age_days", "checked_on")
    @api.depends_context("company", "lang")
    def _compute_outdated_text(self):
        today = self.env.company._get_dunning_today()
        for reference in self:
            reference.outdated_text = reference._get_outdated_text(today)

    # === BUSINESS METHODS === #

    def _get_rates(self):
        """Return the rates, the oldest first.

        :rtype: tuple[Rate]
        """
        self.ensure_one()
        return tuple(
            Rate(rate.date_from, Decimal(str(rate.percent)))
            for rate in self.rate_ids.sorted("date_from")
        )

    def _get_last_day(self):
        """Return the last day that the rates hold for.

        :return: ``None`` when the newest one holds until another one comes
        :rtype: datetime.date | None
        """
        self.ensure_one()
        if self.frequency != "half_year" or not self.newest_date:
            return None
        return get_half_year_end(self.newest_date)

    def _get_outdated_text(self, today):
        """Return why the list may be incomplete, or ``False``.

        :param datetime.date today: the company's date
        :rtype: str | bool
        """
        self.ensure_one()
        if not self.newest_date:
            return self.env._("%(reference)s: there is no rate yet.", **self._names())
        if self.frequency == "half_year":
            return self._get_missing_half_year_text(today)
        known = max(self.checked_on or date.min, self.newest_date)
        if not self.max_age_days or today - known <= timedelta(days=self.max_age_days):
            return False
        return self.env._(
            "%(reference)s: nobody has looked since %(date)s whether the rate has "
            "changed.",
            date=format_date(self.env, known),
            **self._names(),
        )

    def _get_missing_half_year_text(self, today):
        start = get_half_year_start(today)
        if self.newest_date >= start:
            return False
        return self.env._(
            "%(reference)s: the rate of %(date)s is missing.",
            date=format_date(self.env, start),
            **self._names(),
        )

    def _names(self):
        return {"reference": self.name}

    @api.model
    def _get_company_domain(self, company):
        """Return the domain of references and regimes that a company may use.

        :rtype: odoo.fields.Domain
        """
        return Domain("company_id", "in", [False, company.id])
