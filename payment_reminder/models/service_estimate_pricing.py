from decimal import Decimal

from odoo import api, models

from ..tools import pricing, three_points
from ..tools.factor_scale import FactorScale


class ServiceEstimatePricing(models.AbstractModel):
    """What an estimate comes to: durations, totals, range, and 'what if'."""

    _name = "service.estimate.pricing"
    _description = "Estimate: Pricing"

    # === DURATIONS === #

    @api.depends("stage_ids.normal_days", "stage_ids.display_type")
    def _compute_normal_days(self):
        for estimate in self:
            stages = estimate.stage_ids.filtered(lambda stage: not stage.display_type)
            estimate.normal_days = sum(stages.mapped("normal_days"))

    @api.depends("date_start", "date_deadline", "normal_days", "company_id")
    def _compute_deadline_ratio(self):
        for estimate in self:
            days = estimate._get_offered_days(estimate.date_deadline)
            estimate.offered_days = days
            estimate.deadline_ratio = estimate._get_ratio(days)

    def _get_offered_days(self, deadline):
        """Return the working days from the start until ``deadline``, both included.

        Days of the company's calendar, its days off left out.

        :rtype: float
        """
        self.ensure_one()
        start = self.date_start
        if not start or not deadline or deadline < start:
            return 0.0
        return round(
            sum(self.company_id._get_dunning_work(start, deadline).values()), 3
        )

    def _get_ratio(self, days):
        """Return offered ÷ normal duration; 0 where either is not known."""
        self.ensure_one()
        if not self.date_deadline or self.normal_days <= 0:
            return 0.0
        return days / self.normal_days

    # === TOTALS === #

    @api.depends(
        "stage_ids.price_subtotal",
        "stage_ids.tax_ids",
        "stage_ids.display_type",
        "discount",
        "currency_id",
        "company_id",
    )
    def _compute_amounts(self):
        for estimate in self:
            estimate.update(estimate._get_totals())

    def _get_totals(self, prices=None):
        """Return the totals of the estimate, taxes as Odoo's invoices have them.

        :param dict prices: other prices, ``{stage: float}``
        :return: amount_stages, amount_discount, amount_untaxed, amount_tax and
            amount_total, floats in the estimate's currency
        :rtype: dict
        """
        self.ensure_one()
        stages = self._get_priced_stages()
        prices = prices or {}
        currency = self.currency_id or self.company_id.currency_id
        before = currency.round(
            sum(prices.get(stage, stage.price_subtotal) for stage in stages)
        )
        discount = self._get_discount(before)
        totals = self._get_tax_totals(prices, discount)
        return {
            "amount_stages": before,
            "amount_discount": -discount or 0.0,  # no 'minus zero'
            "amount_untaxed": totals["base_amount_currency"],
            "amount_tax": totals["tax_amount_currency"],
            "amount_total": totals["total_amount_currency"],
        }

    def _get_discount(self, amount):
        """Return the discount on ``amount``, rounded once, as its reader does.

        :param float amount: of all stages, in the estimate's currency
        :rtype: float
        """
        currency = self.currency_id or self.company_id.currency_id
        exact = Decimal(str(amount)) * Decimal(str(self.discount)) / 100
        return float(pricing.round_amount(exact, Decimal(str(currency.rounding))))

    def _split_discount(self, prices, discount):
        """Return the shares of stages in the discount; they sum to it to the cent.

        :param list prices: of the stages, floats
        :param float discount: of all of them
        :rtype: list[float]
        """
        currency = self.currency_id or self.company_id.currency_id
        if not prices or currency.is_zero(discount):
            return [0.0] * len(prices)
        step = Decimal(str(currency.rounding))
        amount = pricing.round_amount(Decimal(str(discount)), step)
        shares = pricing.split_amount(amount, map(str, prices), step)
        return [float(share) for share in shares]

    def _get_priced_stages(self):
        """Return the stages without sections and notes."""
        return self.stage_ids.filtered(lambda stage: not stage.display_type)

    def _get_tax_totals(self, prices=None, discount=None):
        """Return the summary of Odoo's tax engine; see ``account.tax``.

        :param dict prices: other prices, ``{stage: float}``
        :param float discount: in money, on these prices
        :rtype: dict
        """
        self.ensure_one()
        taxes = self.env["account.tax"]
        stages = self._get_priced_stages()
        lines = stages._prepare_base_lines(prices, discount=discount)
        company = self.company_id or self.env.company
        taxes._add_tax_details_in_base_lines(lines, company)
        taxes._round_base_lines_tax_details(lines, company)
        return taxes._get_tax_totals_summary(
            base_lines=lines,
            currency=self.currency_id or company.currency_id,
            company=company,
        )

    @api.depends("amount_total", "advance_percent")
    def _compute_advance(self):
        for estimate in self:
            currency = estimate.currency_id
            amount = estimate.amount_total * estimate.advance_percent / 100
            estimate.amount_advance = currency.round(amount) if currency else 0.0

    @api.depends("amount_stages", "stage_ids.price_variance")
    def _compute_range(self):
        for estimate in self:
            low, high = three_points.total_range(
                Decimal(str(estimate.amount_stages)),
                [
                    Decimal(str(stage.price_variance))
                    for stage in estimate._get_priced_stages()
                ],
            )
            currency = estimate.currency_id or estimate.company_id.currency_id
            margin = currency.round(float(high - low) / 2)
            estimate.range_low = max(estimate.amount_stages - margin, 0.0)
            estimate.range_high = estimate.amount_stages + margin

    @api.depends("stage_ids.problem", "stage_ids.factor_values", "company_id")
    def _compute_problem(self):
        for estimate in self:
            estimate.problem = " ".join(estimate._get_problems()) or False

    def _get_problems(self):
        """Return in words what keeps the estimate from being sent.

        :rtype: list[str]
        """
        self.ensure_one()
        stages = self._get_priced_stages()
        problems = [
            self.env._(
                "%(stage)s: %(problem)s", stage=stage.name, problem=stage.problem
            )
            for stage in stages
            if stage.problem
        ]
        if self.state == "draft":
            problems += self._get_missing_ratings(stages)
        return problems

    def _get_missing_ratings(self, stages):
        """Return in words which stages lack the rating of a required factor."""
        factors = self.env["estimate.factor"]._get_for_company(self.company_id)
        return [
            self.env._(
                "%(stage)s: choose a rating of %(factor)s.",
                stage=stage.name,
                factor=factor.name,
            )
            for factor in factors.filtered("is_required")
            for stage in stages
            if factor.id
            not in {value["factor_id"] for value in stage.factor_values or []}
        ]

    # === WHAT IF === #

    def _what_if(self, deadline=None, ratings=None):
        """Return what the estimate would come to; nothing is saved.

        An estimate that was sent is priced with the scale of deadlines that was valid
        when it was sent.

        :param datetime.date deadline: another deadline
        :param dict ratings: ``{estimate.factor: estimate.factor.rating}``, for all
            stages
        :return: the totals of ``_get_totals``, ``stages`` as ``{stage: float}``,
            ``values`` as ``{stage: factor values}`` and ``problem`` (str or False)
        :rtype: dict
        """
        self.ensure_one()
        values, prices, problem = {}, {}, False
        changes = self._get_deadline_value(deadline) if deadline else {}
        for factor, rating in (ratings or {}).items():
            changes[factor.id] = factor._get_scale(rating).choose(rating.ids)
        for stage in self._get_priced_stages():
            changed = stage._replace_values(changes)
            price, stage_problem = stage._get_price(changed)
            problem = problem or stage_problem
            values[stage] = changed
            prices[stage] = float(price.subtotal) if price else 0.0
        totals = self._get_totals(prices)
        return totals | {"stages": prices, "values": values, "problem": problem}

    def _get_deadline_scale(self):
        """Return the scale of deadlines: as sent, or that of today for a draft.

        :return: see ``_prepare_scale`` of factors
        :rtype: list[dict]
        """
        self.ensure_one()
        if self.state != "draft" and self.deadline_scale is not None:
            return self.deadline_scale or []
        factors = self.env["estimate.factor"]._get_for_company(self.company_id)
        return [
            factor._prepare_scale(factor.rating_ids)
            for factor in factors
            if factor.method == "deadline" and factor.rating_ids
        ]

    def _get_deadline_value(self, deadline):
        """Return the factor values of another deadline, ``{factor id: value}``."""
        days = self._get_offered_days(deadline)
        return self._rate_days(self._get_deadline_scales(), days)

    def _get_deadline_scales(self):
        """Return the scales of deadlines, ready to rate with, by factor.

        :rtype: dict[int, FactorScale]
        """
        explain = self.env["estimate.factor"]._explain_problem
        return {
            scale["factor_id"]: FactorScale(scale, "deadline", explain)
            for scale in self._get_deadline_scale()
        }

    def _rate_days(self, scales, days):
        """Return the factor values for so many working days, ``{factor id: value}``.

        :param dict scales: see ``_get_deadline_scales``
        :param float days: from the start until the deadline
        """
        if self.normal_days <= 0:
            return {}
        quantity = Decimal(str(days)) / Decimal(str(self.normal_days))
        return {key: scale.rate(quantity) for key, scale in scales.items()}
