from decimal import Decimal
from fractions import Fraction
from math import floor, prod

from hypothesis import given, settings
from hypothesis import strategies as st

from odoo.tests import BaseCase, tagged
from odoo.tools import float_round

from ..tools import pricing, three_points
from ..tools.pricing import Tier
from ..tools.pricing_numbers import CODES, PricingError
from .test_tools_pricing import scale

#: Steps of real currencies: euro, Swiss cash, yen, dinar.
ROUNDINGS = [Decimal("0.01"), Decimal("0.05"), Decimal("1"), Decimal("0.001")]


def round_exactly(amount, rounding):
    """Return what the rules say, in fractions: the referee of the decimals."""
    step = Fraction(rounding)
    steps = floor(abs(amount) / step + Fraction(1, 2))
    return (-steps if amount < 0 else steps) * step


def numbers(low, high, places):
    return st.decimals(low, high, places=places, allow_nan=False)


VOLUMES = numbers("0.01", 10**6, 2)
RATES = numbers("0.0001", 10**4, 4)
MULTIPLIERS = numbers("0.01", 10, 2)
SCALES = st.lists(st.integers(1, 10**5), unique=True, max_size=6).flatmap(
    lambda bounds: st.lists(
        MULTIPLIERS, min_size=len(bounds) + 1, max_size=len(bounds) + 1
    ).map(lambda multipliers: scale([0, *sorted(bounds)], multipliers))
)
#: What a field, a form or a mistake may hand over.
ANYTHING = st.one_of(
    st.none(), st.booleans(), st.text(max_size=5), st.floats(), st.decimals()
)
#: The same examples at every run: a red build can be repeated.
quickly = settings(derandomize=True, deadline=None, max_examples=80, database=None)


@tagged("post_install", "-at_install")
class TestPricingProperties(BaseCase):
    """What holds for all numbers, tried with many."""

    @quickly
    @given(
        VOLUMES,
        RATES,
        st.lists(MULTIPLIERS, max_size=5),
        numbers(-50, 50, 1),
        numbers(0, 1000, 3),
        st.sampled_from(ROUNDINGS),
    )
    def test_price_is_rounded_where_an_amount_is_printed(
        self, volume, rate, multipliers, percent, fixed, rounding
    ):
        stage = pricing.price_stage(
            volume, rate, multipliers, percent=percent, fixed=fixed, rounding=rounding
        )
        factored = prod(map(Fraction, [volume, rate, *multipliers]))
        rounded = round_exactly(factored, rounding)
        percentage = round_exactly(rounded * Fraction(percent) / 100, rounding)
        self.assertEqual(stage.factored, factored)
        self.assertEqual((stage.rounded, stage.percentage), (rounded, percentage))
        self.assertEqual(stage.fixed, round_exactly(Fraction(fixed), rounding))
        total = rounded + percentage + Fraction(stage.fixed)
        self.assertEqual(stage.subtotal, total)

    @quickly
    @given(VOLUMES, SCALES)
    def test_parts_of_a_volume_are_the_volume(self, volume, tiers):
        parts = pricing.tier_parts(volume, tiers)
        self.assertEqual(sum(part for part, _multiplier in parts), volume)
        average = pricing.tier_multiplier(volume, tiers, graduated=True)
        exact = sum(Fraction(part) * Fraction(each) for part, each in parts)
        self.assertAlmostEqual(float(exact / Fraction(volume)), float(average), 12)

    @quickly
    @given(VOLUMES, VOLUMES, RATES, SCALES)
    def test_price_grows_with_the_volume(self, one, other, rate, tiers):
        low, high = (
            pricing.price_stage(
                volume, rate, [pricing.tier_multiplier(volume, tiers, graduated=True)]
            ).subtotal
            for volume in sorted((one, other))
        )
        self.assertLessEqual(low, high)

    @quickly
    @given(VOLUMES, SCALES, st.randoms(use_true_random=False))
    def test_graduated_multiplier_is_between_those_of_the_tiers(
        self, volume, tiers, random
    ):
        mean = pricing.tier_multiplier(volume, tiers, graduated=True)
        multipliers = [tier.multiplier for tier in tiers]
        self.assertLessEqual(min(multipliers), mean)
        self.assertLessEqual(mean, max(multipliers))
        random.shuffle(tiers)
        self.assertEqual(mean, pricing.tier_multiplier(volume, tiers, graduated=True))

    @quickly
    @given(
        st.integers(-(10**9), 10**9),
        st.lists(numbers(0, 10**6, 2), min_size=1, max_size=20),
        st.sampled_from(ROUNDINGS),
    )
    def test_parts_sum_to_the_amount_and_are_fair(self, steps, weights, rounding):
        parts = pricing.split_amount(steps * rounding, weights, rounding)
        self.assertEqual(sum(parts), steps * rounding)
        whole = sum(map(Fraction, weights))
        for part, weight in zip(parts, weights, strict=True):
            share = Fraction(weight) / whole if whole else Fraction(1, len(weights))
            self.assertLess(abs(Fraction(part / rounding) - steps * share), 1)

    @quickly
    @given(numbers(-(10**6), 10**6, 4), st.sampled_from(ROUNDINGS))
    def test_amounts_are_rounded_as_odoo_does(self, amount, rounding):
        ours = pricing.round_amount(amount, rounding)
        theirs = float_round(float(amount), precision_rounding=float(rounding))
        self.assertAlmostEqual(float(ours), theirs, 6)

    @quickly
    @given(st.lists(numbers(0, 10**6, 2), min_size=3, max_size=3))
    def test_expected_volume_is_between_the_points(self, points):
        low, likely, high = sorted(points)
        expected = three_points.expected_volume(low, likely, high)
        self.assertTrue(low <= expected <= high)

    @quickly
    @given(*[ANYTHING] * 6)
    def test_whatever_is_put_in_only_a_pricing_error_comes_out(self, a, b, c, d, e, f):
        tiers = [Tier(a, b, c), Tier(b, None, d)]
        for function, args, options in (
            (pricing.price_stage, (a, b, [c]), {"percent": d, "fixed": e}),
            (pricing.price_stage, (1, 1, []), {"rounding": f}),
            (pricing.tier_multiplier, (e, tiers, True), {}),
            (pricing.scale_multiplier, (f, tiers, False), {}),
            (three_points.expected_volume, (a, b, c), {}),
            (three_points.total_range, (a, [b, c], d), {}),
            (pricing.split_amount, (a, [b, c], d), {}),
            (pricing.ratio, (a, b), {}),
        ):
            try:
                function(*args, **options)
            except PricingError as error:
                self.assertIn(error.code, CODES)
