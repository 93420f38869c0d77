from decimal import Decimal

from odoo import api, models

from ..tools import pricing


class ServiceEstimateStageRating(models.AbstractModel):
    """Which factors count for a stage, and with which multipliers."""

    _name = "service.estimate.stage.rating"
    _description = "Estimate Stage: Factors"

    @api.depends(
        "display_type",
        "volume",
        "product_id",
        "product_uom_id",
        "rating_ids",
        "rating_ids.multiplier",
        "estimate_id.company_id",
        "estimate_id.deadline_ratio",
        "estimate_id.state",
    )
    def _compute_factor_values(self):
        drafts = self.filtered(lambda stage: stage.estimate_id.state == "draft")
        for stage in self - drafts:
            stage.factor_values = stage.factor_values
        for company, stages in drafts.grouped("company_id").items():
            factors = self.env["estimate.factor"]._get_for_company(
                company or self.env.company
            )
            alike = stages.grouped(lambda one: (one.product_id, one.product_uom_id))
            for group in alike.values():
                scales = group[0]._get_scales(factors)
                for stage in group:
                    stage.factor_values = stage._get_factor_values(factors, scales)

    def _get_scales(self, factors):
        """Return the ratings for the product and unit of the stage, by factor.

        :rtype: dict
        """
        self.ensure_one()
        return {factor: factor.rating_ids._filter_for(self) for factor in factors}

    def _get_factor_values(self, factors, scales=None):
        """Return the factors of the stage as data; see ``factor_values``.

        :param estimate.factor factors: those of the company
        :param dict scales: its ``_get_scales``, where many stages share them
        :rtype: list[dict]
        """
        self.ensure_one()
        if self.display_type:
            return []
        values = []
        for factor, ratings in (scales or self._get_scales(factors)).items():
            value = getattr(self, f"_rate_by_{factor.method}")(factor, ratings)
            if value:
                values.append(value)
        return values

    def _rate_by_manual(self, factor, ratings):
        chosen = (self.rating_ids._origin & factor.rating_ids)[:1]  # also in a form
        if not chosen:
            return None
        multiplier = Decimal(str(chosen.multiplier))
        return self._prepare_factor_value(factor, chosen, multiplier)

    def _rate_by_volume(self, factor, ratings):
        return self._rate_by_scale(factor, ratings, Decimal(str(self.volume)))

    def _rate_by_deadline(self, factor, ratings):
        ratio = self.estimate_id.deadline_ratio
        if not ratio:
            return None
        return self._rate_by_scale(factor, ratings, Decimal(str(ratio)))

    def _rate_by_scale(self, factor, ratings, quantity):
        """Return the value of a factor whose scale decides, ``None`` without one."""
        if not ratings:
            return None
        try:
            multiplier = factor._get_tier_multiplier(quantity, ratings)
        except pricing.PricingError as error:
            problem = factor._explain_problem(error)
            value = self._prepare_factor_value(factor, ratings.browse(), Decimal(1))
            return value | {"problem": f"{factor.name}: {problem}"}
        rating = ratings.filtered(
            lambda one: (
                one.lower <= quantity and (not one.upper or quantity < one.upper)
            )
        )[:1]
        return self._prepare_factor_value(factor, rating, multiplier)

    def _prepare_factor_value(self, factor, rating, multiplier):
        return {
            "factor_id": factor.id,
            "rating_id": rating.id or False,
            "method": factor.method,
            "factor": factor.name,
            "rating": rating.name or "",
            "multiplier": str(multiplier),
        }

    # === WHAT IF === #

    def _replace_values(self, deadlines, ratings):
        """Return the stage's factor values with another deadline or other ratings.

        :param dict deadlines: ``{factor id: value}``, or ``None`` for its own
        :param dict ratings: ``{estimate.factor: estimate.factor.rating}``
        :rtype: list[dict]
        """
        self.ensure_one()
        changes = dict(deadlines or {})
        for factor, rating in ratings.items():
            multiplier = Decimal(str(rating.multiplier))
            changes[factor.id] = self._prepare_factor_value(factor, rating, multiplier)
        own = self.factor_values or []
        known = {value["factor_id"] for value in own}
        values = [changes.get(value["factor_id"], value) for value in own]
        return values + [new for key, new in changes.items() if key not in known]
