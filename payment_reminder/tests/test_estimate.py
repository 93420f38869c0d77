from datetime import date

from odoo.exceptions import UserError, ValidationError

from .estimate_common import EstimateCommon


class TestEstimatePricing(EstimateCommon):
    def test_price_is_volume_times_rate_times_factors(self):
        estimate = self._estimate(
            {"rate": 3000, "rating_ids": self._rated(self.high, self.expert)},
            date_deadline=self.today,
        )
        estimate.stage_ids.normal_days = 1.25  # one day offered: 0.8, rush
        stage = estimate.stage_ids
        self.assertEqual(stage.price_subtotal, 241_500)
        self.assertFalse(estimate.problem)

    def test_explanation_names_every_factor_that_counts(self):
        estimate = self._estimate({"rating_ids": self._rated(self.high, self.expert)})
        text = estimate.stage_ids.explanation
        self.assertIn("40 Hours", text)
        self.assertIn("1.15 Complexity: high", text)
        self.assertIn("1.40 Specialisation: expert", text)
        self.assertNotIn("Volume", text)
        self.assertTrue(text.endswith(f"= {estimate.currency_id.format(6440)}"))

    def test_volume_tiers_are_graduated(self):
        estimate = self._estimate({"volume": 60})
        self.assertEqual(estimate.stage_ids.price_subtotal, 40 * 100 + 20 * 95)
        self.assertIn("40 Hours at ", estimate.stage_ids.explanation)
        self.assertIn(" + 20 Hours at ", estimate.stage_ids.explanation)

    def test_sent_estimate_ignores_a_new_scale(self):
        sent = self._sent({"rating_ids": self._rated(self.high)})
        draft = self._estimate({"rating_ids": self._rated(self.high)})
        self.high.multiplier = 2.0
        self.assertEqual(sent.amount_total, 4600)
        self.assertEqual(draft.amount_total, 8000)

    def test_sent_estimate_cannot_be_changed(self):
        sent = self._sent()
        with self.assertRaises(UserError):
            sent.stage_ids.volume = 1
        with self.assertRaises(UserError):
            sent.discount = 10
        with self.assertRaises(UserError):
            self.env["service.estimate.stage"].create(
                {"estimate_id": sent.id, "name": "More"}
            )

    def test_three_points_give_volume_and_range(self):
        estimate = self._estimate(
            {
                "is_three_point": True,
                "volume_optimistic": 10,
                "volume_likely": 20,
                "volume_pessimistic": 36,
            }
        )
        self.assertAlmostEqual(estimate.stage_ids.volume, 21, 2)
        self.assertAlmostEqual(estimate.range_high - estimate.amount_stages, 433.33, 2)

    def test_what_if_saves_nothing(self):
        estimate = self._sent(date_deadline=date(2025, 6, 30))
        self.assertEqual(estimate.amount_total, 4000)
        rush = estimate._what_if(deadline=date(2025, 6, 19))
        self.assertEqual(rush["amount_total"], 5000)
        self.assertEqual(estimate.amount_total, 4000)

    def test_what_if_rates_like_the_draft_does(self):
        self.deadline.rating_ids.sorted("lower")[-1].upper = 5.0
        estimate = self._estimate(date_deadline=date(2025, 6, 30))
        for deadline in (date(2025, 6, 16), date(2025, 6, 19), date(2026, 6, 30)):
            with self.subTest(deadline):
                asked = estimate._what_if(deadline)
                estimate.date_deadline = deadline
                values = estimate.stage_ids.factor_values
                self.assertEqual(asked["values"][estimate.stage_ids], values)
                self.assertEqual(asked["amount_total"], estimate.amount_total)

    def test_deadline_before_the_start_is_refused(self):
        with self.assertRaisesRegex(ValidationError, "before the start"):
            self._estimate(date_deadline=date(2025, 6, 1))

    def test_too_short_deadline_is_a_problem_of_the_stage(self):
        estimate = self._estimate(date_deadline=self.today)
        self.assertIn(
            "Deadline: 0.2 is below the scale, which begins at 0.5.",
            estimate.problem,
        )
        with self.assertRaises(UserError):
            estimate.action_mark_sent()
