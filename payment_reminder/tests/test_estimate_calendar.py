import random
from datetime import date, datetime, time, timedelta

import pytz

from odoo.tests import tagged

from .estimate_common import EstimateCommon

MONDAY = date(2026, 3, 2)


@tagged("post_install", "-at_install")
class TestEstimateCalendar(EstimateCommon):
    """How many days the company works from the start until a deadline."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.calendar = cls.company.resource_calendar_id
        cls.calendar.tz = "Europe/Brussels"
        cls.estimate = cls._estimate(date_start=MONDAY)

    def _days(self, last, first=MONDAY):
        self.estimate.date_start = first
        return self.estimate._get_offered_days(last)

    def _absent(self, begin, end, **values):
        """Nobody works between two moments of UTC."""
        usual = {"name": "Holiday", "calendar_id": self.calendar.id}
        self.env["resource.calendar.leaves"].create(
            {**usual, "date_from": begin, "date_to": end, **values}
        )

    def _ask_odoo(self, first, last):
        zone = pytz.timezone(self.calendar.tz)
        return self.calendar.get_work_duration_data(
            zone.localize(datetime.combine(first, time.min)),
            zone.localize(datetime.combine(last, time.max)),
        )["days"]

    def test_weekends_and_holidays_do_not_count(self):
        self.assertEqual(self._days(MONDAY + timedelta(days=13)), 10)
        self._absent("2026-03-10 00:00:00", "2026-03-10 22:00:00")
        self.assertEqual(self._days(MONDAY + timedelta(days=13)), 9)

    def test_half_a_holiday_counts_half(self):
        self._absent("2026-03-10 00:00:00", "2026-03-10 11:00:00")
        self.assertEqual(self._days(MONDAY + timedelta(days=13)), 9.5)

    def test_days_are_those_that_odoo_counts(self):
        chance = random.Random(7)
        self._absent("2026-03-20 10:00:00", "2026-03-24 10:30:00")
        self._absent("2026-12-23 00:00:00", "2027-01-06 22:00:00")
        for _number in range(30):
            first = MONDAY + timedelta(days=chance.randrange(300))
            last = first + timedelta(days=chance.randrange(200))
            with self.subTest(first=first, last=last):
                self.assertEqual(self._days(last, first), self._ask_odoo(first, last))

    def test_two_different_weeks_alternate(self):
        self.calendar.switch_calendar_type()
        lines = self.calendar.attendance_ids.filtered(
            lambda line: line.week_type == "1" and line.dayofweek in ("3", "4")
        )
        lines.unlink()
        for weeks in range(5):
            last = MONDAY + timedelta(days=7 * weeks + 4)
            with self.subTest(weeks=weeks):
                self.assertEqual(self._days(last), self._ask_odoo(MONDAY, last))
        self.assertEqual(self._days(MONDAY + timedelta(days=27)), 16)

    def test_first_day_counts_wholly_in_every_zone(self):
        for zone in ("Asia/Tokyo", "America/Los_Angeles", "Pacific/Auckland"):
            with self.subTest(zone):
                self.calendar.tz = zone
                self.assertEqual(self._days(MONDAY), 1)
                self.assertEqual(self._days(MONDAY + timedelta(days=6)), 5)

    def test_without_a_calendar_monday_to_friday_count(self):
        self.company.resource_calendar_id = False
        self.assertEqual(self._days(MONDAY + timedelta(days=6)), 5)

    def test_worked_saturday_counts(self):
        self._absent("2026-03-07 00:00:00", "2026-03-07 22:00:00", time_type="other")
        self.assertEqual(self._days(MONDAY + timedelta(days=6)), 6)
        self.estimate.write(
            {
                "date_deadline": MONDAY + timedelta(days=5),
                "date_earliest": False,
                "date_latest": False,
            }
        )
        self.assertFalse(self.estimate.deadline_hint)

    def test_worked_half_of_a_saturday_counts_half(self):
        self._absent("2026-03-07 08:00:00", "2026-03-07 12:00:00", time_type="other")
        self.assertEqual(self._days(MONDAY + timedelta(days=6)), 5.5)

    def test_holidays_that_overlap_count_once(self):
        self._absent("2026-03-10 00:00:00", "2026-03-10 11:00:00")
        self._absent("2026-03-10 06:00:00", "2026-03-10 11:00:00")
        self.assertEqual(self._days(MONDAY + timedelta(days=13)), 9.5)

    def test_holiday_is_no_deadline_to_choose_and_a_warning(self):
        today = self.company._get_dunning_today()  # customers decide today
        day = today + timedelta(days=7 - today.weekday() + 1)
        morning, evening = (datetime.combine(day, time(hour)) for hour in (0, 22))
        estimate = self._estimate(
            date_deadline=day,
            date_start=today,
            date_earliest=today,
            date_latest=day + timedelta(days=3),
        )
        self.assertFalse(estimate.deadline_hint)
        self._absent(morning, evening)
        estimate.invalidate_recordset(["deadline_hint"])
        self.assertIn("Nobody works on Tuesday", estimate.deadline_hint)
        estimate.date_deadline = False
        days = estimate._get_deadline_days()
        self.assertNotIn(day, days)
        self.assertIn(day + timedelta(days=1), days)
