from odoo import api, models


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
            rated = stages._rate_stages(company or self.env.company)
            for stage, values in rated.items():
                stage.factor_values = values

    def _rate_stages(self, company):
        """Return the factors of stages as data; see ``factor_values``.

        The scales are read once for all stages with the same product and unit.

        :param res.company company: that of all stages
        :return: ``{stage: list of dicts}``
        :rtype: dict
        """
        factors = self.env["estimate.factor"]._get_for_company(company)
        alike = self.grouped(lambda stage: (stage.product_id, stage.product_uom_id))
        values = {}
        for stages in alike.values():
            scales = stages[0]._get_scales(factors)
            values |= {stage: stage._get_factor_values(scales) for stage in stages}
        return values

    def _get_scales(self, factors):
        """Return the scales for the product and unit of the stage, in their order.

        :rtype: list[FactorScale]
        """
        self.ensure_one()
        return [
            factor._get_scale(
                factor.rating_ids
                if factor.method == "manual"
                else factor.rating_ids._filter_for(self)
            )
            for factor in factors
        ]

    def _get_factor_values(self, scales):
        """Return the factors of the stage as data; see ``factor_values``.

        :param list scales: its ``_get_scales``
        :rtype: list[dict]
        """
        self.ensure_one()
        if self.display_type:
            return []
        values = [getattr(self, f"_rate_by_{scale.method}")(scale) for scale in scales]
        return [value for value in values if value]

    def _rate_by_manual(self, scale):
        return scale.choose(self.rating_ids._origin.ids)  # also in a form

    def _rate_by_volume(self, scale):
        return scale.rate(self.volume)

    def _rate_by_deadline(self, scale):
        ratio = self.estimate_id.deadline_ratio
        return scale.rate(ratio) if ratio else None

    # === WHAT IF === #

    def _replace_values(self, changes):
        """Return the stage's factor values with those of some factors replaced.

        :param dict changes: ``{factor id: value}``
        :rtype: list[dict]
        """
        self.ensure_one()
        own = self.factor_values or []
        known = {value["factor_id"] for value in own}
        values = [changes.get(value["factor_id"], value) for value in own]
        return values + [new for key, new in changes.items() if key not in known]
