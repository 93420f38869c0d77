from collections import defaultdict
from decimal import Decimal

from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.fields import Domain

from ..tools import pricing
from ..tools.factor_scale import FactorScale
from ..tools.pricing_numbers import PricingError
from ..tools.short_number import format_short_number


class EstimateFactor(models.Model):
    """One reason why a job costs more or less than volume × rate, with its scale."""

    _name = "estimate.factor"
    _description = "Estimate Factor"
    _order = "sequence, id"

    # === IDENTITY === #
    name = fields.Char(required=True, translate=True)
    description = fields.Text(
        translate=True, help="What the factor is about; customers read it."
    )
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)
    company_id = fields.Many2one(
        comodel_name="res.company",
        index=True,
        help="Empty: all companies price with it.",
    )

    # === HOW IT IS RATED === #
    method = fields.Selection(
        selection=[
            ("manual", "Chosen by hand"),
            ("volume", "By volume"),
            ("deadline", "By deadline"),
        ],
        required=True,
        default="manual",
        help="By hand: somebody chooses a rating for each stage.\n"
        "By volume: the rating follows from the volume of the stage.\n"
        "By deadline: the rating follows from offered ÷ normal duration, in working "
        "days of the company.",
    )
    is_graduated = fields.Boolean(
        string="Graduated",
        default=True,
        help="The multiplier of a tier applies to the part of the volume inside it; "
        "otherwise that of the last tier reached applies to the whole volume.",
    )
    is_required = fields.Boolean(
        string="Required",
        help="An estimate cannot be sent before each stage has a rating.",
    )
    rating_ids = fields.One2many(
        comodel_name="estimate.factor.rating", inverse_name="factor_id", copy=True
    )

    # === CONSTRAINT METHODS === #

    @api.constrains("method", "rating_ids", "company_id")
    def _check_scale(self):
        for factor in self:
            if factor.method == "manual" or not factor.rating_ids:
                continue
            for scope in factor._get_scopes():
                factor._check_tiers(scope)

    def _check_tiers(self, ratings):
        """Raise a ValidationError unless the tiers follow each other without a gap."""
        try:
            pricing.check_tiers(ratings._get_tiers())
        except PricingError as error:
            raise ValidationError(
                self.env._(
                    "%(factor)s: %(problem)s",
                    factor=self.name,
                    problem=self._explain_problem(error),
                )
            ) from error

    def _get_scopes(self):
        """Return the ratings by the products and units that they are restricted to.

        :rtype: list[estimate.factor.rating]
        """
        self.ensure_one()
        groups = self.rating_ids.grouped(
            lambda rating: (rating.product_ids, rating.uom_ids)
        )
        return list(groups.values())

    # === BUSINESS METHODS === #

    @api.model
    def _get_for_company(self, company):
        """Return the factors that ``company`` prices with, in their order.

        :rtype: estimate.factor
        """
        return self.search(Domain("company_id", "in", [False, company.id]))

    def _get_scale(self, ratings):
        """Return the scale of the factor as it is now, to rate stages with.

        :param estimate.factor.rating ratings: those that apply
        :rtype: FactorScale
        """
        self.ensure_one()
        return FactorScale(
            self._prepare_scale(ratings),
            self.method,
            self._explain_problem,
            self.is_graduated,
        )

    def _prepare_scale(self, ratings):
        """Return ratings of the factor as data, the lowest first.

        :return: factor_id, factor, and tiers (dicts with rating_id, rating, lower,
            upper, multiplier), numbers as strings
        :rtype: dict
        """
        self.ensure_one()
        return {
            "factor_id": self.id,
            "factor": self.name,
            "tiers": [rating._prepare_step() for rating in ratings.sorted("lower")],
        }

    @api.model
    def _explain_problem(self, error):
        """Return a PricingError in words of the user.

        :param PricingError error: with ``code`` and ``values``
        :rtype: str
        """
        texts = self._get_scale_problems() | self._get_number_problems()
        code = error.code
        if code == "outside":
            is_below = error.values["value"] < error.values["lower"]
            code = "below" if is_below else "above"
        text = texts.get(code)
        if not text:
            return self.env._("this cannot be priced (%(detail)s).", detail=str(error))
        values = {
            name: self._format_number(value) for name, value in error.values.items()
        }
        return text % defaultdict(str, values)

    def _format_number(self, value):
        """Return a number in the user's locale; an open end has no number."""
        if value is None:
            return self.env._("its end")
        if not isinstance(value, Decimal):
            return str(value)
        return format_short_number(self.env, value)

    def _get_scale_problems(self):
        """Return what can be wrong with a scale, ``{code: text}``."""
        return {
            "empty": self.env._("the scale has no step."),
            "overlap": self.env._(
                "two steps overlap: one ends at %(upper)s, the next begins at "
                "%(lower)s."
            ),
            "gap": self.env._(
                "there is a gap: one step ends at %(upper)s, the next begins at "
                "%(lower)s."
            ),
            "reversed": self.env._(
                "a step ends at %(upper)s, before it begins at %(lower)s."
            ),
            "below": self.env._(
                "%(value)s is below the scale, which begins at %(lower)s."
            ),
            "above": self.env._(
                "%(value)s is above the scale, which ends at %(upper)s."
            ),
            "multiplier": self.env._("a multiplier must be above zero."),
        }

    def _get_number_problems(self):
        """Return what can be wrong with the numbers of a stage, ``{code: text}``."""
        return {
            "volume": self.env._("the volume must be above zero."),
            "rate": self.env._("the rate must be above zero."),
            "percent": self.env._("a rebate cannot be more than 100 %%."),
            "fixed": self.env._("the rebate is more than the price."),
            "normal": self.env._("the normal duration must be above zero."),
            "absurd": self.env._("%(value)s is too large to be meant."),
            "order": self.env._(
                "the optimistic volume must not exceed the likely one, nor the likely "
                "one the pessimistic one."
            ),
        }
