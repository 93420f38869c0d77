import doctest
from decimal import Decimal, localcontext
from itertools import pairwise

from odoo.tests import BaseCase, tagged

from ..tools import pricing, three_points
from ..tools.pricing import Tier
from ..tools.pricing_numbers import CODES, PricingError

CENT = Decimal("0.01")
#: COCOMO II Model Definition Manual, version 2.1 (USC, 2000), the multipliers of the
#: post-architecture model, very low to extra high.
COCOMO_RELY = "0.82 0.92 1.00 1.10 1.26"
COCOMO_CPLX = "0.73 0.87 1.00 1.17 1.34 1.74"
#: The same manual, SCED: 75 % of the nominal schedule, 85, 100, 130, 160.
COCOMO_SCED = "1.43 1.14 1.00 1.00 1.00"
#: US Rev. Proc. 2023-34, section 3.01, table 3 (unmarried, 2024): bounds and rates, and
#: the tax that it prints for an income at each bound.
TAX_BOUNDS = "0 11600 47150 100525 191950 243725 609350"
TAX_RATES = "0.10 0.12 0.22 0.24 0.32 0.35 0.37"
TAXES = "0 1160 5426 17168.50 39110.50 55678.50 183647.25"


def decimals(text):
    return [Decimal(word) for word in text.split()]


def scale(bounds, multipliers):
    """Return the tiers between bounds; there is no end after the last one."""
    pairs = pairwise([*bounds, None])
    return [
        Tier(*pair, multiplier)
        for pair, multiplier in zip(pairs, multipliers, strict=True)
    ]


def load_tests(loader, tests, pattern):
    """Let plain unittest find the doctests too; Odoo's runner has the class below."""
    tests.addTests(doctest.DocTestSuite(pricing))
    return tests


class PricingCase(BaseCase):
    def _assert_refused(self, code, function, *args, **kwargs):
        with self.assertRaises(PricingError) as caught:
            function(*args, **kwargs)
        self.assertEqual(caught.exception.code, code)
        self.assertIn(code, CODES)
        return caught.exception.values


@tagged("post_install", "-at_install")
class TestPricingPublished(PricingCase):
    """What others have published comes out."""

    def test_examples_in_the_docstrings_hold(self):
        outcome = doctest.testmod(pricing)
        self.assertGreater(outcome.attempted, 20)
        self.assertEqual(outcome.failed, 0)

    def test_cocomo_manual_nominal_ratings_change_nothing(self):
        nominal = decimals(COCOMO_RELY)[2]
        stage = pricing.price_stage(100, 80, [nominal] * 17)
        self.assertEqual((stage.multiplier, stage.subtotal), (1, 8000))

    def test_cocomo_manual_ratings_multiply(self):
        for rely in decimals(COCOMO_RELY):
            for cplx in decimals(COCOMO_CPLX):
                with self.subTest(rely=rely, cplx=cplx):
                    stage = pricing.price_stage(100, 10, [rely, cplx])
                    self.assertEqual(
                        stage.subtotal, (rely * cplx * 1000).quantize(CENT)
                    )
        very_high_rely, high_cplx = decimals(COCOMO_RELY)[4], decimals(COCOMO_CPLX)[3]
        stage = pricing.price_stage(100, 10, [very_high_rely, high_cplx])
        self.assertEqual(stage.subtotal, Decimal("1474.20"))

    def test_sommerville_figure_23_13_drivers_triple_or_third_the_effort(self):
        # I. Sommerville, Software Engineering, 10th ed., 2016: 730 person-months become
        # 2306 or 295 (the book cuts the last one off)
        high = pricing.price_stage(
            730, 1, decimals("1.39 1.3 1.21 1.12 1.29"), rounding=Decimal(1)
        )
        low = pricing.price_stage(730, 1, decimals("0.75 0.75 1 0.72 1"))
        self.assertEqual(high.subtotal, 2306)
        self.assertEqual(int(low.subtotal), 295)

    def test_cocomo_manual_schedule_costs_when_compressed_and_never_when_stretched(
        self,
    ):
        bounds = decimals("0.75 0.85 1.00 1.30 1.60")
        tiers = scale(bounds, decimals(COCOMO_SCED))
        for bound, multiplier in zip(bounds, decimals(COCOMO_SCED), strict=True):
            with self.subTest(bound):
                share = pricing.ratio(bound * 40, 40)
                self.assertEqual(pricing.scale_multiplier(share, tiers), multiplier)
        self._assert_refused("outside", pricing.scale_multiplier, "0.74", tiers)

    def test_us_income_tax_2024_is_a_graduated_scale(self):
        bounds, taxes = decimals(TAX_BOUNDS), decimals(TAXES)
        tiers = scale(bounds, decimals(TAX_RATES))
        for income, tax in zip(bounds[1:], taxes[1:], strict=True):
            with self.subTest(income):
                rate = pricing.tier_multiplier(income, tiers, graduated=True)
                self.assertEqual(pricing.price_stage(income, 1, [rate]).subtotal, tax)

    def test_zuplo_example_of_graduated_and_volume_prices(self):
        # zuplo.com/docs/articles/monetization/pricing-models: 15,000 units are 600 when
        # graduated (1,000 at 0.10, 9,000 at 0.05, 5,000 at 0.01) and 150 by volume
        tiers = scale([0, 1000, 10000], decimals("0.10 0.05 0.01"))
        for graduated, price in ((True, 600), (False, 150)):
            with self.subTest(graduated=graduated):
                multiplier = pricing.tier_multiplier(15000, tiers, graduated)
                stage = pricing.price_stage(15000, 1, [multiplier])
                self.assertEqual(stage.subtotal, price)

    def test_schematex_example_of_a_pert_network(self):
        # schematex.js.org/examples/pert-three-point-estimation: 'Build' at 5/8/14 has
        # te 8.5 and sigma 1.5; the four activities together 17.83 and 1.69 days
        points = [(2, 3, 5), (5, 8, 14), (3, 4, 6), (1, 2, 3)]
        expected = [three_points.expected_volume(*point) for point in points]
        variances = [three_points.volume_variance(low, high) for low, _, high in points]
        self.assertEqual((expected[1], variances[1].sqrt()), (8.5, 1.5))
        self.assertEqual(sum(expected).quantize(CENT), Decimal("17.83"))
        low, high = three_points.total_range(sum(expected), variances)
        self.assertEqual(((high - low) / 2).quantize(CENT), Decimal("1.69"))


@tagged("post_install", "-at_install")
class TestPricingRules(PricingCase):
    """What the examples do not show."""

    def test_bad_numbers_are_refused_by_name(self):
        for bad in (0, -1, "nan", "inf", "-inf", "sNaN", "many", None, float("nan")):
            with self.subTest(repr(bad)):
                self._assert_refused("volume", pricing.price_stage, bad, 1, [])
                self._assert_refused("rate", pricing.price_stage, 1, bad, [])
                self._assert_refused("multiplier", pricing.price_stage, 1, 1, [1, bad])
                self._assert_refused(
                    "multiplier", pricing.check_tiers, [Tier(0, 1, bad)]
                )
                self._assert_refused("normal", pricing.ratio, 1, bad)
                self._assert_refused("rounding", pricing.round_amount, 1, bad)

    def test_absurd_numbers_are_refused_by_name(self):
        price = pricing.price_stage
        for args, name in (
            ((10**13, 1, []), "volume"),
            ((1, 1e300, []), "rate"),
            ((1, 1, [Decimal("1e999999")]), "multiplier"),
            ((1, 1, [10**7, 10**7]), "multiplier"),
            ((10**7, 10**7, []), "factored"),
        ):
            with self.subTest(name, args=args):
                self.assertEqual(
                    self._assert_refused("absurd", price, *args)["name"], name
                )
        self.assertEqual(price(10**6, 10**6, []).subtotal, 10**12)

    def test_tier_ends_where_the_next_begins(self):
        tiers = [Tier(0, 10, 1), Tier(10, 20, 2)]
        for volume, multiplier in ((0, 1), ("9.99", 1), (10, 2), ("19.99", 2)):
            with self.subTest(volume):
                reached = pricing.tier_multiplier(volume, tiers, graduated=False)
                self.assertEqual(reached, multiplier)

    def test_volume_off_the_scale_names_its_ends(self):
        tiers = [Tier(10, 20, 2), Tier(5, 10, 1)]
        for graduated in (False, True):
            for volume in (4, 20, 21):
                with self.subTest(volume, graduated=graduated):
                    values = self._assert_refused(
                        "outside", pricing.tier_multiplier, volume, tiers, graduated
                    )
                    self.assertEqual(values, {"value": volume, "lower": 5, "upper": 20})
        self.assertEqual(pricing.tier_multiplier(0, tiers, graduated=True), 1)

    def test_scale_is_checked_once(self):
        tiers = pricing.check_tiers([Tier(10, None, 2), Tier(0, 10, 1)])
        self.assertIs(pricing.check_tiers(tiers), tiers)
        self.assertEqual([tier.lower for tier in tiers], [0, 10])

    def test_open_end_in_the_middle_overlaps(self):
        values = self._assert_refused(
            "overlap", pricing.check_tiers, [Tier(0, None, 1), Tier(5, None, 1)]
        )
        self.assertEqual(values, {"upper": None, "lower": 5})

    def test_bound_that_is_no_number_is_refused(self):
        for lower, upper in (("nan", 1), (0, "nan"), (0, "inf"), (None, 1)):
            with self.subTest(lower=lower, upper=upper):
                tiers = [Tier(lower, upper, 1)]
                self._assert_refused("reversed", pricing.check_tiers, tiers)

    def test_slack_without_rebate_is_nominal_and_haste_still_costs(self):
        tiers = scale(decimals("0.5 1 2"), decimals("1.5 1 0.9"))
        scales = [
            [pricing.scale_multiplier(ratio, tiers, rebate) for ratio in ("0.5", 1, 3)]
            for rebate in (True, False)
        ]
        self.assertEqual(scales, [decimals("1.5 1 0.9"), decimals("1.5 1 1")])

    def test_half_is_found_behind_a_multiplier_that_does_not_end(self):
        # 3 units at 1, 1/2 and 1/2 cost 2 rates: exactly 20.015, though 2/3 has no end
        tiers = [Tier(0, 1, 1), Tier(1, None, Decimal("0.5"))]
        multiplier = pricing.tier_multiplier(3, tiers, graduated=True)
        stage = pricing.price_stage(3, Decimal("10.0075"), [multiplier])
        self.assertEqual(stage.subtotal, Decimal("20.02"))

    def test_price_is_not_rounded_on_the_way(self):
        # rounding after each step would give 0.01 × 2 × 50 = 1
        stage = pricing.price_stage("0.5", "0.01", [2, 50], rounding=CENT)
        self.assertEqual(stage.subtotal, Decimal("0.50"))

    def test_rebate_is_never_more_than_the_price(self):
        price = pricing.price_stage
        self.assertEqual(price(1, 100, [], percent=-100).subtotal, 0)
        self.assertEqual(price(1, 100, [], fixed=-100).subtotal, 0)
        self._assert_refused("percent", price, 1, 100, [], percent="-100.01")
        self._assert_refused("fixed", price, 1, 100, [], fixed="-100.01")
        self._assert_refused("fixed", price, 1, 100, [], percent=-50, fixed=-51)

    def test_points_out_of_order_are_refused(self):
        for points in ((2, 1, 3), (1, 3, 2), (3, 2, 1)):
            with self.subTest(points):
                values = self._assert_refused(
                    "order", three_points.expected_volume, *points
                )
                self.assertEqual(tuple(values.values()), points)
        self._assert_refused("order", three_points.volume_variance, 2, 1)
        self._assert_refused("volume", three_points.expected_volume, -1, 1, 2)

    def test_range_of_certain_stages_has_no_width(self):
        self.assertEqual(three_points.total_range(100, []), (100, 100))
        self._assert_refused("variance", three_points.total_range, 100, [-1])
        self._assert_refused("z", three_points.total_range, 100, [1], z=-1)

    def test_split_of_a_credit_mirrors_the_split_of_a_charge(self):
        weights = [3, 1, 1, 2]
        charge = pricing.split_amount(100, weights, CENT)
        credit = pricing.split_amount(-100, weights, CENT)
        self.assertEqual(credit, [-part for part in charge])

    def test_split_of_nothing_by_nothing_and_of_less_than_a_step(self):
        self.assertEqual(pricing.split_amount(1, [0, 0], CENT), decimals("0.5 0.5"))
        self.assertEqual(pricing.split_amount(0, [1, 2], CENT), [0, 0])
        self._assert_refused("empty", pricing.split_amount, 1, [], CENT)
        self._assert_refused("weight", pricing.split_amount, 1, [1, -1], CENT)
        self._assert_refused("total", pricing.split_amount, "0.005", [1], CENT)

    def test_context_of_the_caller_neither_matters_nor_changes(self):
        with localcontext(prec=3) as context:
            stage = pricing.price_stage("1234.56", "7.89", [])
            self.assertEqual(str(stage.subtotal), "9740.68")
            self.assertEqual(context.prec, 3)
