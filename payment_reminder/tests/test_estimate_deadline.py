import re
from datetime import timedelta

from lxml import etree

from odoo.fields import Command
from odoo.tests import HttpCase, tagged
from odoo.tools import file_open

from .estimate_portal_common import EstimatePortalCommon

DEMO = "payment_reminder/demo/service_estimate_demo.xml"


@tagged("post_install", "-at_install")
class TestEstimateDeadline(EstimatePortalCommon, HttpCase):
    """Another deadline moves the price, or the page says why it does not."""

    def _choice(self, estimate):
        return estimate._localized()._prepare_deadline_choice()

    def _assert_says(self, words, estimate):
        """Fail unless the page has no slider, and says why."""
        choice = self._choice(estimate)
        self.assertEqual(choice["days"], [])
        self.assertIn(words, choice["reason"])
        page = self.url_open(self._url(estimate)).text
        self.assertIn(choice["reason"], page)
        self.assertNotIn("estimate_deadline", page)

    # === THE DEMO === #

    def _read_demo(self):
        """Return when the demo's estimate begins and ends, in days from today."""
        with file_open(DEMO, "rb") as file:
            tree = etree.parse(file)
        [record] = tree.xpath("//record[@id='estimate_blue_harbour']")
        names = ("date_start", "date_deadline", "date_earliest", "date_latest")
        offsets = {}
        for name in names:
            [field] = record.xpath(f"field[@name='{name}']")
            [days] = re.findall(r"\+ timedelta\(days=(\d+)\)", field.get("eval"))
            offsets[name] = int(days)
        return offsets

    def test_slider_of_the_demo_moves_on_whatever_day_it_is_loaded(self):
        offsets = self._read_demo()
        for weekday in range(7):
            today = self.today + timedelta(days=weekday)
            dates = {name: today + timedelta(n) for name, n in offsets.items()}
            estimate = self._sent({"volume": 24}, {"volume": 60}, **dates)
            choice = self._choice(estimate)
            days = estimate._get_deadline_days()
            prices = [estimate._get_price_by(day) for day in days]
            with self.subTest(today=today):
                self.assertFalse(choice["reason"])
                self.assertEqual(days[choice["index"]], estimate.date_deadline)
                self.assertEqual(prices[choice["index"]]["difference"], 0)
                moved = [price["difference"] > 0 for price in prices]
                self.assertGreaterEqual(sum(moved), 3)
                self.assertEqual(moved, sorted(moved, reverse=True))
                self.assertEqual(len({p["total"] for p in prices}), 3)
                self.assertIn("costs the same", prices[-1]["reason"])
                self.assertEqual(prices[0]["reason"], "")

    # === WHY A PRICE DOES NOT MOVE === #

    def test_day_within_the_normal_duration_says_so(self):
        day = self.today + timedelta(days=30)
        price = self.estimate._get_price_by(day)
        self.assertEqual(price["difference"], 0)
        self.assertIn("normally takes 5 working days", price["reason"])
        offered = self.estimate._get_price_by(self.estimate.date_deadline)
        self.assertEqual(offered["reason"], "")

    def test_day_of_the_same_step_names_the_step(self):
        estimate = self._offer({"volume": 160}, date_deadline=self._after(18))
        first, second = (self._after(days) for days in (16, 17))
        self.assertEqual(estimate.stage_ids.factor_values[-1]["rating"], "rush")
        for day in (first, second):
            price = estimate._get_price_by(day)
            self.assertIn("same step of our scale", price["reason"])
            self.assertIn("Deadline: rush", price["reason"])

    def _after(self, working_days):
        """Return the last of some working days from today on."""
        last = self.today + timedelta(days=60)
        work = self.company._get_dunning_work(self.today, last)
        days = sorted(day for day, share in work.items() if share > 0)
        return days[working_days - 1]

    def test_slider_within_the_normal_duration_says_why_at_once(self):
        estimate = self._offer(date_earliest=self.today + timedelta(days=20))
        choice = self._choice(estimate)
        self.assertGreater(len(choice["days"]), 2)
        self.assertIn("more time than normal costs the same", choice["reason"])
        page = self.url_open(self._url(estimate)).text
        self.assertIn(choice["reason"], page)
        self.assertIn("estimate_deadline", page)

    def test_slider_that_moves_needs_no_reason(self):
        self.assertFalse(self._choice(self.estimate)["reason"])

    def test_days_on_which_nobody_can_be_ready_are_not_offered(self):
        estimate = self._offer({"volume": 80}, date_earliest=self.today)
        first, *_days = estimate._get_deadline_days()
        self.assertEqual(first, self._after(5))
        estimate._get_price_by(first)

    def test_no_factor_depends_on_the_deadline(self):
        self.deadline.active = False
        self._assert_says("does not depend on the deadline", self._offer())

    def test_factor_that_came_later_does_not_count(self):
        self.deadline.active = False
        estimate = self._offer()
        self.deadline.active = True
        self._assert_says("does not depend on the deadline", estimate)

    def test_unknown_duration_is_named(self):
        estimate = self._offer({"normal_days": 0, "product_uom_id": self._piece()})
        self._assert_says("normal duration", estimate)

    def _piece(self):
        return self.env.ref("uom.product_uom_unit").id

    def test_only_one_day_is_no_choice(self):
        day = self._after(10)
        estimate = self._offer(date_earliest=day, date_latest=day, date_deadline=day)
        self._assert_says("no other day", estimate)

    def test_accepted_price_is_fixed(self):
        self.estimate._set_accepted("Ann Example")
        self._assert_says("You have accepted this price", self.estimate)

    def test_closed_estimate_is_fixed(self):
        for close, args in (("_set_expired", []), ("_set_declined", ["No"])):
            with self.subTest(close):
                estimate = self._offer()
                getattr(estimate, close)(*args)
                self._assert_says("can no longer be accepted", estimate)
        self.estimate._revise().action_mark_sent()
        self._assert_says("can no longer be accepted", self.estimate)

    def test_without_a_range_nothing_is_said(self):
        estimate = self._offer(date_latest=False)
        self.assertFalse(self._choice(estimate))
        self.assertNotIn("o_estimate_fixed", self.url_open(self._url(estimate)).text)

    def test_discounts_and_taxes_move_along(self):
        tax = self.env["account.tax"].create({"name": "Levy", "amount": 20})
        estimate = self._offer(
            {"volume": 40, "tax_ids": [Command.set(tax.ids)]}, discount=10
        )
        price = estimate._get_price_by(self._after(4))
        self.assertEqual(price["difference"], 1080)  # 4000 × 25 % less 10 % and 20 %
