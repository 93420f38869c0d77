from decimal import Decimal

from odoo import api, fields, models

from ..tools import pricing
from ..tools.short_number import format_short_number


class EstimateFactorRating(models.Model):
    """One step on the scale of a factor: a word, a multiplier, and where it holds."""

    _name = "estimate.factor.rating"
    _description = "Estimate Factor Rating"
    _order = "factor_id, sequence, lower, id"

    name = fields.Char(required=True, translate=True)
    description = fields.Text(
        translate=True, help="When to choose it; customers read it."
    )
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)
    factor_id = fields.Many2one(
        comodel_name="estimate.factor", required=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one(  # stored: record rules filter on it
        related="factor_id.company_id", store=True, index=True
    )
    method = fields.Selection(related="factor_id.method")
    multiplier = fields.Float(
        required=True, default=1.0, digits=(12, 4), help="1.00 is nominal."
    )
    lower = fields.Float(
        string="From",
        digits=(16, 4),
        help="Lowest volume, or offered ÷ normal duration, of this step.",
    )
    upper = fields.Float(
        string="Below",
        digits=(16, 4),
        help="The step ends before this value; zero: it has no end.",
    )
    product_ids = fields.Many2many(
        comodel_name="product.product",
        string="Only for Products",
        help="Empty: for all products.",
    )
    uom_ids = fields.Many2many(
        comodel_name="uom.uom", string="Only for Units", help="Empty: for all units."
    )

    _multiplier_positive = models.Constraint(
        "CHECK (multiplier > 0)", "A multiplier must be above zero."
    )
    _multiplier_sane = models.Constraint(
        "CHECK (multiplier <= 100)", "A multiplier above 100 cannot be meant."
    )

    @api.depends("name", "multiplier", "factor_id.name")
    @api.depends_context("lang")
    def _compute_display_name(self):
        for rating in self:
            rating.display_name = self.env._(
                "%(factor)s: %(rating)s × %(multiplier)s",
                factor=rating.factor_id.name or "",
                rating=rating.name or "",
                multiplier=format_short_number(self.env, rating.multiplier, least=2),
            )

    @api.constrains("lower", "upper", "factor_id", "active", "product_ids", "uom_ids")
    def _check_scale(self):
        self.factor_id._check_scale()

    # === CRUD METHODS === #

    @api.model_create_multi
    def create(self, vals_list):
        ratings = super().create(vals_list)
        ratings._refresh_drafts()
        return ratings

    def write(self, vals):
        done = super().write(vals)
        if {"multiplier", "lower", "upper", "active", "product_ids", "uom_ids"} & set(
            vals
        ):
            self._refresh_drafts()
        return done

    def unlink(self):
        factors = self.factor_id
        done = super().unlink()
        factors.rating_ids._refresh_drafts()
        return done

    def _refresh_drafts(self):
        """Price the drafts again; what was sent keeps the values it was sent with."""
        stages = self.env["service.estimate.stage"]
        drafts = stages.sudo().search(
            [("estimate_id.state", "=", "draft"), ("display_type", "=", False)]
        )
        self.env.add_to_compute(stages._fields["factor_values"], drafts)

    # === BUSINESS METHODS === #

    def _get_tiers(self):
        """Return the ratings as tiers, the lowest first.

        :rtype: list[pricing.Tier]
        """
        return [
            pricing.Tier(
                lower=Decimal(str(rating.lower)),
                upper=Decimal(str(rating.upper)) if rating.upper else None,
                multiplier=Decimal(str(rating.multiplier)),
            )
            for rating in self.sorted("lower")
        ]

    def _prepare_step(self):
        """Return the rating as data of a scale; see ``_prepare_scale`` of factors."""
        self.ensure_one()
        return {
            "rating_id": self.id,
            "rating": self.name or "",
            "lower": str(self.lower),
            "upper": str(self.upper) if self.upper else None,
            "multiplier": str(self.multiplier),
        }

    def _filter_for(self, stage):
        """Return the ratings that hold for the product and unit of ``stage``.

        Those that are restricted to its product or unit go before general ones.

        :rtype: estimate.factor.rating
        """
        fitting = self.filtered(
            lambda rating: (
                (not rating.product_ids or stage.product_id in rating.product_ids)
                and (not rating.uom_ids or stage.product_uom_id in rating.uom_ids)
            )
        )
        special = fitting.filtered(lambda rating: rating.product_ids or rating.uom_ids)
        return special or fitting
