from decimal import Decimal

from hypothesis import given, settings
from hypothesis import strategies as st

from odoo.tests import tagged

from ..tools.factor_scale import FactorScale
from .arithmetic_reader import ArithmeticCommon, make_value

#: The same examples at every run: a red build can be repeated.
quickly = settings(derandomize=True, deadline=None, max_examples=60, database=None)


def numbers(low, high, places):
    return st.decimals(low, high, places=places, allow_nan=False)


@st.composite
def scales(draw):
    """Return a graduated scale of volumes."""
    bounds = sorted(draw(st.sets(numbers("0.5", 200, 2), min_size=1, max_size=4)))
    ends = [Decimal(0), *bounds]
    tiers = [
        {
            "rating_id": False,
            "rating": "many",
            "lower": str(lower),
            "upper": str(upper) if upper else None,
            "multiplier": str(draw(numbers("0.5", "1.5", 4))),
        }
        for lower, upper in zip(ends, [*bounds, None], strict=True)
    ]
    data = {"factor_id": 0, "factor": "Volume", "tiers": tiers}
    return FactorScale(data, "volume", str)


@tagged("post_install", "-at_install")
class TestEstimateArithmeticProperties(ArithmeticCommon):
    """Every explanation comes out on a pocket calculator."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.currencies = cls.env["res.currency"].union(
            *(cls.env.ref(f"base.{name}") for name in ("EUR", "JPY", "KWD"))
        )
        cls.currencies.active = True

    @quickly
    @given(
        st.data(),
        numbers("0.01", 300, 2),
        numbers("0.01", 5000, 2),
        st.lists(numbers("0.5", 2, 4), max_size=3),
        st.lists(scales(), max_size=2),
        numbers(-50, 50, 2),
        numbers(0, 500, 2),
    )
    def _try_explanations(self, data, volume, rate, multipliers, tiers, percent, fixed):
        currency = data.draw(st.sampled_from(self.currencies))
        estimate = self.env["service.estimate"].new({"currency_id": currency.id})
        stage = self.env["service.estimate.stage"].new(
            {
                "estimate_id": estimate,
                "product_uom_id": self.hour.id,
                "volume": float(volume),
                "rate": max(float(rate), currency.rounding),
                "surcharge_percent": float(percent),
                "surcharge_fixed": float(fixed),
                "surcharge_reason": data.draw(st.sampled_from(["", "at night"])),
            }
        )
        values = [
            scale.rate(stage.volume) | {"factor_id": self.deadline.id}
            for scale in tiers
        ]
        values += [make_value(self.complexity, one) for one in multipliers]
        self._assert_comes_out(stage, values)

    def test_every_explanation_comes_out(self):
        self._try_explanations()
