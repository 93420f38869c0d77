from odoo import api, fields, models
from odoo.tools.misc import format_date

from ..tools.short_number import format_short_number


class ServiceEstimateReview(models.AbstractModel):
    """What a person looks at before an estimate goes out, and beside it."""

    _name = "service.estimate.review"
    _inherit = ["service.estimate.pricing"]
    _description = "Estimate: Review"

    deadline_text = fields.Char(
        string="Deadline Factor",
        compute="_compute_deadline_text",
        help="What the offered deadline does to the price.",
    )
    deadline_hint = fields.Char(compute="_compute_deadline_hint")
    arithmetic = fields.Text(
        compute="_compute_arithmetic", help="How each price comes about."
    )
    newer_id = fields.Many2one(
        comodel_name="service.estimate",
        string="Newer Revision",
        compute="_compute_newer_id",
    )
    previous_count = fields.Integer(compute="_compute_previous_count")

    # === COMPUTE METHODS === #

    @api.depends("stage_ids.factor_values")
    def _compute_deadline_text(self):
        for estimate in self:
            estimate.deadline_text = estimate._get_deadline_factor_text()

    def _get_deadline_factor_text(self):
        """Return the rating of the deadline in words: 'Deadline: rush × 1.25'.

        :rtype: str | bool
        """
        self.ensure_one()
        texts = [
            self.env._(
                "%(factor)s: %(rating)s × %(multiplier)s",
                factor=value["factor"],
                rating=value["rating"],
                multiplier=format_short_number(self.env, value["multiplier"], least=2),
            )
            for value in self._get_priced_stages()[:1].factor_values or []
            if value["method"] == "deadline" and not value.get("problem")
        ]
        return ", ".join(texts) or False

    @api.depends("date_deadline", "date_earliest", "date_latest", "company_id")
    @api.depends_context("lang")
    def _compute_deadline_hint(self):
        for estimate in self:
            days = {
                estimate.date_deadline,
                estimate.date_earliest,
                estimate.date_latest,
            } - {False}
            company = estimate.company_id
            idle = sorted(
                day for day in days if company._get_dunning_business_day(day) != day
            )
            estimate.deadline_hint = bool(idle) and self.env._(
                "Nobody works on %(days)s.",
                days=", ".join(
                    format_date(self.env, day, date_format="EEEE, d MMMM y")
                    for day in idle
                ),
            )

    @api.depends("stage_ids.name", "stage_ids.explanation")
    @api.depends_context("lang")
    def _compute_arithmetic(self):
        for estimate in self:
            estimate.arithmetic = "\n".join(
                self.env._(
                    "%(stage)s: %(problem)s",
                    stage=stage.name or "",
                    problem=stage.explanation or "",
                )
                for stage in estimate._get_priced_stages()
            )

    @api.depends("revision_ids")
    def _compute_newer_id(self):
        for estimate in self:
            estimate.newer_id = estimate.revision_ids.sorted("id")[-1:]

    @api.depends("revision_of_id")
    def _compute_previous_count(self):
        for estimate in self:
            estimate.previous_count = len(estimate._get_previous())

    @api.depends("currency_id", "stage_ids.rating_ids")
    def _compute_problem(self):
        return super()._compute_problem()

    # === PROBLEMS === #

    def _get_problems(self):
        problems = super()._get_problems()
        if self.state == "draft":
            problems += self._get_currency_problems() + self._get_double_ratings()
        return problems

    def _get_currency_problems(self):
        currency, company = self.currency_id, self.company_id
        if not currency or currency == company.currency_id:
            return []
        rates = currency.sudo().rate_ids.filtered(
            lambda rate: rate.company_id in (rate.company_id.browse(), company.root_id)
        )
        if rates:
            return []
        return [
            self.env._(
                "%(currency)s has no exchange rate: enter one, or choose another "
                "currency.",
                currency=currency.name,
            )
        ]

    def _get_double_ratings(self):
        """Return in words which stages have two ratings of one factor."""
        return [
            self.env._(
                "%(stage)s: choose one rating of %(factor)s, not %(count)s.",
                stage=stage.name,
                factor=factor.name,
                count=len(ratings),
            )
            for stage in self._get_priced_stages()
            for factor, ratings in stage.rating_ids.grouped("factor_id").items()
            if len(ratings) > 1
        ]

    # === ACTION METHODS === #

    def action_what_if(self):
        """Try other deadlines and ratings without saving anything."""
        self.ensure_one()
        wizard = self.env["service.estimate.what.if"]._open_for(self)
        return wizard._get_records_action(name=self.env._("What if"), target="new")

    def action_compare(self):
        """Show the estimate beside the revision before it."""
        self.ensure_one()
        wizard = self.env["service.estimate.compare"].create(
            {"estimate_id": self.id, "other_id": self._get_previous()[:1].id}
        )
        name = self.env._("Compare Revisions")
        return wizard._get_records_action(name=name, target="new")

    def action_view_costs(self):
        """Open the chart of the cost per stage."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "payment_reminder.service_estimate_stage_action"
        )
        return action | {
            "domain": [("estimate_id", "=", self.id), ("display_type", "=", False)]
        }

    # === COMPARING === #

    def _get_previous(self):
        """Return the revisions before this one, the nearest first.

        :rtype: service.estimate
        """
        self.ensure_one()
        previous = self.browse()
        one = self.revision_of_id
        while one and one not in previous:
            previous += one
            one = one.revision_of_id
        return previous

    def _match_stages(self, other):
        """Return the stages of another revision beside those of this one.

        Matched by name and product, by name, by product, and last by their place;
        what has no partner stands beside an empty one.

        :param service.estimate other: the older revision
        :return: pairs of (older stage, own stage)
        :rtype: list[tuple]
        """
        self.ensure_one()
        left, pairs = other._get_priced_stages(), {}
        own = self._get_priced_stages()
        place = {
            stage: index for group in (left, own) for index, stage in enumerate(group)
        }
        for key in (
            lambda stage: (stage.name, stage.product_id),
            lambda stage: stage.name,
            lambda stage: stage.product_id or stage,
            place.get,
        ):
            for stage in own.filtered(lambda stage: stage not in pairs):
                found = left.filtered(lambda old, k=key, s=stage: k(old) == k(s))[:1]
                if found:
                    pairs[stage] = found
                    left -= found
        empty = own.browse()
        return [(pairs.get(stage, empty), stage) for stage in own] + [
            (stage, empty) for stage in left
        ]
