import re
from datetime import date, timedelta
from decimal import Decimal

from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.fields import Domain
from odoo.tools.misc import format_date

from ..tools.interest_days import get_half_year_end, get_half_year_start
from ..tools.interest_terms import Rate

_CODE = re.compile(r"[A-Z0-9][A-Z0-9_.-]*", re.ASCII)


class InterestReference(models.Model):
    """A published interest rate, such as the key rate of a central bank, by its days.

    Reference data, no legal advice.
    """

    _name = "interest.reference"
    _description = "Interest Reference Rate"
    _order = "sequence, name, id"
    _rec_names_search = ["name", "code"]

    # === IDENTITY === #
    name = fields.Char(required=True, translate=True)
    code = fields.Char(
        required=True, copy=False, help="Names the reference in CSV files."
    )
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)
    company_id = fields.Many2one(
        comodel_name="res.company", index=True, help="Empty: all companies use it."
    )
    source = fields.Char(help="Who publishes the rate, and where.")
    note = fields.Text(string="Remarks", translate=True)
    rate_ids = fields.One2many(
        comodel_name="interest.rate", inverse_name="reference_id", copy=True
    )
    regime_ids = fields.One2many(
        comodel_name="interest.regime", inverse_name="reference_id", string="Used by"
    )

    # === HOW LONG IT HOLDS === #
    frequency = fields.Selection(
        selection=[
            ("half_year", "Every half-year"),
            ("change", "When it changes"),
        ],
        string="Published",
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
        string="Complete until",
        help="The day until which the list is known to have every change.",
    )

    # === NOW === #
    newest_date = fields.Date(string="In Force since", compute="_compute_newest")
    newest_percent = fields.Float(
        string="In Force (%)", compute="_compute_newest", digits=(8, 4)
    )
    rate_count = fields.Integer(string="Rates", compute="_compute_newest")
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
    @api.depends_context("company")
    def _compute_newest(self):
        today = self.env.company._get_dunning_today()
        for reference in self:
            newest = reference._get_rate_in_force(today)
            reference.newest_date = newest.date_from
            reference.newest_percent = newest.percent
            reference.rate_count = len(reference.rate_ids)

    @api.depends("rate_ids.date_from", "frequency", "max_age_days", "checked_on")
    @api.depends_context("company", "lang")
    def _compute_outdated_text(self):
        today = self.env.company._get_dunning_today()
        for reference in self:
            reference.outdated_text = reference._get_outdated_text(today)

    # === CONSTRAINT METHODS === #

    @api.constrains("code")
    def _check_code(self):
        for reference in self:
            if not _CODE.fullmatch(reference.code):
                raise ValidationError(
                    self.env._(
                        "'%(code)s' cannot name a reference in CSV files: use capital "
                        "letters, digits, dots, hyphens and underscores.",
                        code=reference.code,
                    )
                )

    @api.constrains("frequency")
    def _check_frequency(self):
        self.rate_ids._check_half_year()

    @api.constrains("company_id")
    def _check_company(self):
        for reference in self:
            others = reference.regime_ids.company_id - reference.company_id
            shared = reference.regime_ids.filtered(lambda one: not one.company_id)
            if reference.company_id and (others or shared):
                raise ValidationError(
                    self.env._(
                        "Regimes of other companies use '%(reference)s'.",
                        **reference._names(),
                    )
                )

    # === ACTION METHODS === #

    def action_confirm_complete(self):
        """Remember that somebody has looked: no rate has changed until today."""
        self.checked_on = self.env.company._get_dunning_today()

    def action_view_rates(self):
        """Open the rates as a list and as a graph."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "payment_reminder.interest_rate_action"
        )
        return action | {
            "name": self.name,
            "domain": [("reference_id", "=", self.id)],
            "context": {"default_reference_id": self.id, "fill_temporal": 0},
        }

    # === BUSINESS METHODS - RATES === #

    def _get_rates(self):
        """Return the rates, the oldest first.

        :rtype: tuple[tools.interest.Rate]
        """
        self.ensure_one()
        return tuple(
            Rate(rate.date_from, Decimal(str(rate.percent)))
            for rate in self.rate_ids.sorted("date_from")
        )

    def _get_rate_in_force(self, day):
        """Return the rate that holds on a day, empty if none does.

        :rtype: interest.rate
        """
        self.ensure_one()
        begun = self.rate_ids.filtered(
            lambda rate: rate.date_from and rate.date_from <= day
        )
        return begun.sorted("date_from")[-1:]

    def _get_last_day(self):
        """Return the last day that the rates hold for.

        :return: ``None`` when the newest one holds until another one comes
        :rtype: datetime.date | None
        """
        self.ensure_one()
        days = [rate.date_from for rate in self.rate_ids if rate.date_from]
        if self.frequency != "half_year" or not days:
            return None
        return get_half_year_end(max(days))

    # === BUSINESS METHODS - AGE === #

    def _get_outdated_text(self, day):
        """Return why the list may lack a rate that holds on a day, or ``False``.

        :param datetime.date day: of the company
        :rtype: str | bool
        """
        self.ensure_one()
        newest = self._get_rate_in_force(day)
        if not newest:
            return self.env._(
                "%(reference)s: no rate holds on %(date)s.",
                date=format_date(self.env, day),
                **self._names(),
            )
        if self.frequency == "half_year":
            return self._get_missing_half_year_text(newest, day)
        return self._get_age_text(newest, day)

    def _get_missing_half_year_text(self, newest, day):
        start = get_half_year_start(day)
        if newest.date_from >= start:
            return False
        return self.env._(
            "%(reference)s: the rate of %(date)s is missing.",
            date=format_date(self.env, start),
            **self._names(),
        )

    def _get_age_text(self, newest, day):
        known = max(self.checked_on or date.min, newest.date_from)
        if not self.max_age_days or day - known <= timedelta(days=self.max_age_days):
            return False
        return self.env._(
            "%(reference)s: nobody has looked since %(date)s whether the rate has "
            "changed.",
            date=format_date(self.env, known),
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
