from datetime import timedelta

from psycopg2 import IntegrityError

from odoo.exceptions import UserError, ValidationError
from odoo.fields import Command
from odoo.tests import Form
from odoo.tools import mute_logger

from .estimate_common import EstimateCommon


class TestEstimateBadInput(EstimateCommon):
    """What cannot be meant is said at the place, and nothing typed is lost."""

    def _assert_problem(self, estimate, text):
        self.assertIn(text, estimate.problem)
        with self.assertRaisesRegex(UserError, text):
            estimate.action_mark_sent()
        self.assertEqual(estimate.state, "draft")

    def test_volume_and_rate_below_zero_are_kept_and_refused(self):
        for name, value, text in (
            ("volume", 0.0, "the volume must be above zero"),
            ("volume", -3.0, "the volume must be above zero"),
            ("rate", 0.0, "the rate must be above zero"),
            ("rate", -1.0, "the rate must be above zero"),
        ):
            with self.subTest(f"{name} {value}"):
                estimate = self._estimate({name: value})
                self.assertEqual(estimate.stage_ids[name], value)
                self.assertIn(text, estimate.stage_ids.problem)
                self._assert_problem(estimate, text)

    def test_absurd_amount_is_a_problem_of_the_stage(self):
        estimate = self._estimate({"volume": 1e10, "rate": 1e4})
        self._assert_problem(estimate, "too large to be meant")

    def test_points_in_the_wrong_order_are_a_problem(self):
        estimate = self._estimate(
            {
                "is_three_point": True,
                "volume_optimistic": 9,
                "volume_likely": 5,
                "volume_pessimistic": 7,
            }
        )
        self._assert_problem(estimate, "optimistic")

    @mute_logger("odoo.sql_db")
    def test_multiplier_is_above_zero_and_sane(self):
        for value in (0.0, -1.0, 1000.0):
            with self.subTest(value), self.assertRaises(IntegrityError):
                with self.cr.savepoint():
                    self.high.multiplier = value
                    self.high.flush_recordset()

    def test_required_factor_without_rating_is_a_problem(self):
        self.complexity.is_required = True
        estimate = self._estimate()
        self._assert_problem(estimate, "Stage 1: choose a rating of Complexity")
        estimate.stage_ids.rating_ids = self.high
        self.assertFalse(estimate.problem)

    def test_two_ratings_of_one_factor_are_a_problem(self):
        low = self.env.ref("payment_reminder.rating_complexity_low")
        estimate = self._estimate({"rating_ids": self._rated(low, self.high)})
        self._assert_problem(estimate, "choose one rating of Complexity")

    def test_currency_without_rate_is_a_problem(self):
        currency = self.env["res.currency"].create({"name": "QQQ", "symbol": "Q"})
        estimate = self._estimate(currency_id=currency.id)
        self._assert_problem(estimate, "QQQ has no exchange rate")
        currency.rate_ids = [Command.create({"name": self.today, "rate": 2.0})]
        estimate.invalidate_recordset(["problem"])
        self.assertFalse(estimate.problem)

    def test_gap_and_overlap_of_tiers_are_refused(self):
        middle = self.env.ref("payment_reminder.rating_volume_2")
        for lower, text in ((50.0, "gap"), (30.0, "overlap")):
            with self.subTest(text), self.assertRaisesRegex(ValidationError, text):
                with self.cr.savepoint():
                    middle.lower = lower

    def test_deadline_on_a_day_off_is_only_a_warning(self):
        saturday = self.today + timedelta(days=(5 - self.today.weekday()) % 7 + 7)
        estimate = self._estimate(date_deadline=saturday)
        self.assertIn("Nobody works on Saturday", estimate.deadline_hint)
        estimate.action_mark_sent()
        self.assertEqual(estimate.state, "sent")

    def test_working_day_is_no_warning(self):
        self.assertFalse(self._estimate(date_deadline=self.today).deadline_hint)

    def test_earliest_deadline_after_the_latest_is_refused(self):
        with self.assertRaisesRegex(ValidationError, "later than the latest"):
            self._estimate(
                date_earliest=self.today + timedelta(days=9),
                date_latest=self.today + timedelta(days=2),
            )

    def test_estimate_that_nobody_can_accept_any_more_is_not_mailed(self):
        estimate = self._estimate(date_valid=self.today)
        with self.assertRaisesRegex(UserError, "choose a later day"):
            estimate.action_send()

    def test_problem_is_seen_while_typing(self):
        form = Form(self._estimate())
        with form.stage_ids.edit(0) as stage:
            stage.volume = -5
            self.assertIn("above zero", stage.problem)
        self.assertIn("above zero", form.problem)
        form.save()
