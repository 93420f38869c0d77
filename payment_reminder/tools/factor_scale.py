"""The scale of a factor, read once, which rates many stages.

>>> names = ("rating_id", "rating", "lower", "upper", "multiplier")
>>> rows = [(7, "few", "0", "10", "1"), (8, "many", "10", None, "0.9")]
>>> steps = [dict(zip(names, row, strict=True)) for row in rows]
>>> data = {"factor_id": 3, "factor": "Volume", "tiers": steps}
>>> scale = FactorScale(data, "volume", explain=str)
>>> scale.rate(20)["rating"], scale.rate(20)["multiplier"]
('many', '0.95')
>>> scale.rate(20)["parts"]
[['10', '1'], ['10', '0.9']]
>>> scale.choose([5, 8])["multiplier"]
'0.9'
>>> scale.rate(-1)["problem"]
'Volume: volume (value=-1)'
"""

from decimal import Decimal
from functools import cached_property

from . import pricing
from .pricing_numbers import PricingError

#: What a value says where no step of the scale decides.
NO_STEP = {"rating_id": False, "rating": "", "multiplier": "1"}


class FactorScale:
    """What a factor makes of quantities, and of ratings that somebody has chosen.

    It holds the factor as it was when it was read: make one for each computation.
    """

    def __init__(self, data, method, explain, is_graduated=True):
        """Take the scale; it is checked when something is rated.

        :param dict data: factor_id, factor (its name) and tiers, the lowest first:
            dicts with rating_id, rating, lower, upper (or None) and multiplier,
            numbers as strings
        :param str method: ``manual``, ``volume`` or ``deadline``
        :param explain: a function that puts a ``PricingError`` in words
        :param bool is_graduated: see ``pricing.tier_multiplier``
        """
        self.data = data
        self.method = method
        self.explain = explain
        self.is_graduated = is_graduated
        self._rated = {}

    def rate(self, quantity):
        """Return the factor value of a volume, or of offered ÷ normal duration.

        :return: see ``factor_values`` of a stage, with a ``problem`` (str) where no
            step contains the quantity; ``None`` when there are no steps
        :rtype: dict | None
        """
        if not self.data["tiers"]:
            return None
        if quantity not in self._rated:
            self._rated[quantity] = self._rate(Decimal(str(quantity)))
        return self._rated[quantity]

    def choose(self, rating_ids):
        """Return the factor value of the first rating that is one of the factor's.

        :param rating_ids: ids of ratings, of any factor
        :rtype: dict | None
        """
        steps = (self._steps[key] for key in rating_ids if key in self._steps)
        step = next(steps, None)
        return step and self._prepare_value(step, Decimal(step["multiplier"]))

    @cached_property
    def _steps(self):
        return {step["rating_id"]: step for step in self.data["tiers"]}

    @cached_property
    def _tiers(self):
        return pricing.check_tiers(
            pricing.Tier(step["lower"], step["upper"], step["multiplier"])
            for step in self.data["tiers"]
        )

    def _rate(self, quantity):
        try:
            multiplier = self._get_multiplier(quantity)
        except PricingError as error:
            problem = f"{self.data['factor']}: {self.explain(error)}"
            return self._prepare_value(NO_STEP, 1) | {"problem": problem}
        value = self._prepare_value(self._find_step(quantity), multiplier)
        return value | self._prepare_parts(quantity)

    def _prepare_parts(self, quantity):
        """Return the parts of a graduated volume, if there are several."""
        if self.method != "volume" or not self.is_graduated:
            return {}
        parts = pricing.tier_parts(quantity, self._tiers)
        if len(parts) < 2:
            return {}
        return {"parts": [[f"{part:f}", f"{number:f}"] for part, number in parts]}

    def _get_multiplier(self, quantity):
        if self.method == "deadline":
            return pricing.scale_multiplier(quantity, self._tiers)
        return pricing.tier_multiplier(quantity, self._tiers, self.is_graduated)

    def _find_step(self, quantity):
        """Return the step that contains a quantity; slack has no end."""
        for tier, step in zip(self._tiers, self.data["tiers"], strict=True):
            if tier.contains(quantity):
                return step
        return self.data["tiers"][-1] if self.method == "deadline" else NO_STEP

    def _prepare_value(self, step, multiplier):
        return {
            "factor_id": self.data["factor_id"],
            "rating_id": step["rating_id"],
            "method": self.method,
            "factor": self.data["factor"],
            "rating": step["rating"],
            "multiplier": str(multiplier),
        }
