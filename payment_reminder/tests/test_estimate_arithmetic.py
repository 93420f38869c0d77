from decimal import Decimal

from odoo.tests import tagged

from .arithmetic_reader import MARKS, ArithmeticCommon, ArithmeticReader, make_value


@tagged("post_install", "-at_install")
class TestEstimateArithmetic(ArithmeticCommon):
    """What is printed comes out on a pocket calculator."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.specialist = cls.env.ref(
            "payment_reminder.rating_specialisation_specialist"
        )

    def test_graduated_volume_shows_its_parts_and_factors_their_names(self):
        ratings = self._rated(self.high, self.specialist)
        stages = ({"volume": 60, "rate": 115, "rating_ids": ratings},)
        estimate = self._estimate(*stages)
        [stage] = estimate.stage_ids
        first, second, price = map(stage._format_amount, (115, 109.25, 9363.30))
        self.assertEqual(
            stage.explanation,
            f"(40 Hours at {first} + 20 Hours at {second}) × 1.15 Complexity: high"
            f" × 1.20 Specialisation: specialist = {price}",
        )
        self._assert_comes_out(stage)

    def test_multiplier_is_never_shown_rounded(self):
        self.high.multiplier = 1.1255
        [stage] = self._estimate({"rating_ids": self._rated(self.high)}).stage_ids
        self.assertEqual(self.high.display_name, "Complexity: high × 1.1255")
        self.assertIn("× 1.1255 Complexity: high = ", stage.explanation)
        self._assert_comes_out(stage)

    def test_parts_alone_need_no_brackets(self):
        [stage] = self._estimate({"volume": 60}).stage_ids
        self.assertTrue(stage.explanation.startswith("40 Hours at "))
        self._assert_comes_out(stage)

    def test_rate_of_a_tier_has_all_its_decimals(self):
        [stage] = self._estimate({"volume": 41, "rate": 0.09}).stage_ids
        self.assertIn("0.0855", stage.explanation)
        self.assertEqual(stage.price_subtotal, 3.69)
        self._assert_comes_out(stage)

    def test_surcharges_stand_apart_with_amount_and_reason(self):
        [stage] = self._estimate(
            {
                "volume": 10,
                "rate": 80.05,
                "rating_ids": self._rated(self.high),
                "surcharge_percent": 3.33,
                "surcharge_fixed": -30,
                "surcharge_reason": "at night",
            }
        ).stage_ids
        base, percent, fixed, price = map(
            stage._format_amount, (920.58, 30.66, 30, 921.24)
        )
        self.assertTrue(
            stage.explanation.endswith(
                f"high = {base} + {percent} (3.33\N{NO-BREAK SPACE}%, at night)"
                f" \N{MINUS SIGN} {fixed} (at night) = {price}"
            ),
            stage.explanation,
        )
        self._assert_comes_out(stage)

    def test_average_of_an_older_version_gets_the_decimals_it_needs(self):
        [stage] = self._estimate({"volume": 60, "rate": 115}).stage_ids
        values = [
            make_value(self.deadline, "0." + "98" + "3" * 58),
            make_value(self.complexity, "1.15"),
            make_value(self.expert.factor_id, "1.2"),
        ]
        self._assert_comes_out(stage, values)
        self.assertIn("0.98333", stage._explain(values))

    def test_three_points_are_calculated_with_the_volume_that_is_printed(self):
        points = ("volume_optimistic", "volume_likely", "volume_pessimistic")
        for values in ((5, 8, 13), (1, 1, 2), (30, 38, 58), (0.33, 7.77, 99.99)):
            stage = {"is_three_point": True, "rate": 33.33}
            stage |= dict(zip(points, values, strict=True))
            with self.subTest(values):
                estimate = self._estimate(stage, show_range=True)
                self._assert_comes_out(estimate.stage_ids)
                self._assert_range(estimate)

    def _assert_range(self, estimate):
        for lang in MARKS:
            text = estimate.with_context(lang=lang)._get_range_text()
            reader = ArithmeticReader(lang, estimate.currency_id.rounding)
            low, high, total, margin = reader.read_all(text)
            self.assertEqual((low, high), (total - margin, total + margin), text)
            self.assertEqual(total, Decimal(str(estimate.amount_stages)))

    def test_range_that_is_cut_off_prints_no_sum(self):
        stage = {
            "is_three_point": True,
            "volume_pessimistic": 300,
            "surcharge_fixed": -1000,
        }
        text = self._estimate(stage)._get_range_text()
        self.assertNotIn("±", text)

    def test_haste_is_one_of_the_factors(self):
        estimate = self._estimate({"volume": 60}, date_deadline=self.today)
        estimate.stage_ids.normal_days = 1.25  # one day offered: 0.8, rush
        self.assertIn("× 1.25 Deadline: rush = ", estimate.stage_ids.explanation)
        self._assert_comes_out(estimate.stage_ids)

    def test_paper_page_form_and_invoice_say_the_same(self):
        ratings = self._rated(self.high)
        estimate = self._accepted(
            {"volume": 60, "rating_ids": ratings, "surcharge_percent": 2.5}
        )
        [stage] = estimate.stage_ids
        [row] = estimate._prepare_letter_values()["claims"]
        [line] = estimate._prepare_portal_values()["lines"]
        invoice = estimate._create_invoice("whole")
        self.assertEqual(row["arithmetic"], stage.explanation)
        self.assertEqual(line["explanation"], stage.explanation)
        self.assertIn(stage.explanation, invoice.invoice_line_ids.name)

    # === DISCOUNT === #

    def test_discount_is_that_of_the_printed_sum(self):
        # each of the three alone: 3.333, rounded 3.33, together 9.99 of 99.99
        stages = [{"volume": 1, "rate": 33.33}] * 3
        estimate = self._accepted(*stages, discount=10)
        self.assertEqual(estimate.amount_stages, 99.99)
        self.assertEqual(estimate.amount_discount, -10)
        self.assertEqual(estimate.amount_untaxed, 89.99)
        invoice = estimate._create_invoice("whole")
        self.assertEqual(invoice.amount_untaxed, 89.99)
        for line in invoice.invoice_line_ids:
            self._assert_net(line)

    def _assert_net(self, line):
        """Fail unless the text of an invoice line ends at what is invoiced."""
        text = line.name.splitlines()[-1]
        reader = ArithmeticReader("en_US", line.currency_id.rounding)
        gross, less = text.split(" = ")[-2].split(" \N{MINUS SIGN} ")
        [gross], [share, percent] = reader.read_all(gross), reader.read_all(less)
        [net] = reader.read_all(text.split(" = ")[-1])
        self.assertEqual((gross - share, percent), (net, 10))
        self.assertEqual(net, Decimal(str(line.price_subtotal)))

    def test_discount_of_every_estimate_comes_out(self):
        prices = (33.35, 0.05, 1234.55, 99.99, 7.77)
        for size in range(1, len(prices) + 1):
            for discount in (0.01, 3.33, 10, 12.5, 50, 99.99):
                stages = [{"volume": 1, "rate": price} for price in prices[:size]]
                estimate = self._estimate(*stages, discount=discount)
                with self.subTest(size=size, discount=discount):
                    reader = ArithmeticReader("en_US", estimate.currency_id.rounding)
                    whole = Decimal(str(estimate.amount_stages))
                    share = reader.round(whole * Decimal(str(discount)) / 100)
                    self.assertEqual(estimate.amount_discount, -float(share))
                    net = Decimal(str(estimate.amount_untaxed))
                    self.assertEqual(net, whole - share)
