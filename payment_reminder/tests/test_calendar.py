from datetime import date, datetime, time, timedelta
from time import perf_counter

from odoo.tests import tagged

from .common import DunningCommon

SATURDAY = date(2025, 5, 31)
MONDAY = date(2025, 6, 2)


@tagged("post_install", "-at_install")
class TestWorkingCalendar(DunningCommon):
    """One calendar says which days are worked, and how much of them."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.calendar = cls.company.resource_calendar_id
        cls.calendar.tz = "UTC"

    def _leave(self, first, last=None, hours=(0, 24), **values):
        begin = datetime.combine(first, time.min)
        end = datetime.combine(last or first, time.min)
        return self.env["resource.calendar.leaves"].create(
            {
                "name": "Off",
                "company_id": self.company.id,
                "calendar_id": self.calendar.id,
                "date_from": begin + timedelta(hours=hours[0]),
                "date_to": end + timedelta(hours=hours[1], seconds=-1),
                **values,
            }
        )

    def _shares(self, first, days):
        last = first + timedelta(days=days - 1)
        return list(self.company._get_dunning_work(first, last).values())

    def _next(self, day):
        return self.company._get_dunning_business_day(day)

    def _late(self, day):
        return self.company._get_dunning_late_date(day)

    # === SHARES === #

    def test_every_date_has_its_share(self):
        work = self.company._get_dunning_work(MONDAY, MONDAY + timedelta(days=6))
        self.assertEqual(list(work)[0], MONDAY)
        self.assertEqual(list(work.values()), [1, 1, 1, 1, 1, 0, 0])

    def test_half_a_day_off_is_half_a_working_day(self):
        self._leave(MONDAY, hours=(0, 12))
        self.assertAlmostEqual(self._shares(MONDAY, 2)[0], 0.5, 3)

    def test_worked_saturday_is_a_working_day_everywhere(self):
        self._leave(SATURDAY, time_type="other")
        self.assertEqual(self._shares(SATURDAY, 3), [1, 0, 1])
        self.assertEqual(self._next(SATURDAY), SATURDAY)
        kinds = self.company._get_dunning_day_kinds(SATURDAY, SATURDAY)
        self.assertEqual(kinds[SATURDAY], "working")

    def test_entry_of_the_type_other_adds_nothing_to_a_usual_day(self):
        self._leave(MONDAY, time_type="other")
        self.assertEqual(self._shares(MONDAY, 1), [1])

    def test_flexible_hours_are_monday_to_friday(self):
        self.calendar.flexible_hours = True
        self.assertEqual(self._shares(SATURDAY, 3), [0, 0, 1])

    def test_time_off_follows_its_changes_within_a_transaction(self):
        self.assertEqual(self._next(MONDAY), MONDAY)
        leave = self._leave(MONDAY)
        self.assertEqual(self._next(MONDAY), MONDAY + timedelta(days=1))
        leave.date_from += timedelta(days=7)
        leave.date_to += timedelta(days=7)
        self.assertEqual(self._next(MONDAY), MONDAY)
        leave.unlink()
        self.assertEqual(self._next(MONDAY + timedelta(days=7)).day, 9)

    # === NEXT AND LAST WORKING DAY === #

    def test_day_off_moves_to_the_next_working_day(self):
        self.assertEqual(self._next(SATURDAY), MONDAY)
        self._leave(MONDAY)
        self.assertEqual(self._next(SATURDAY), MONDAY + timedelta(days=1))

    def test_late_is_what_had_a_working_day_before(self):
        self.assertEqual(self._late(MONDAY), date(2025, 5, 30))
        self.assertEqual(self._late(MONDAY + timedelta(days=1)), MONDAY)

    def test_late_date_and_next_working_day_agree(self):
        self._leave(date(2025, 6, 9))
        self._leave(date(2025, 6, 14), time_type="other")
        for number in range(30):
            due = SATURDAY + timedelta(days=number)
            for later in range(12):
                today = due + timedelta(days=later)
                with self.subTest(due=due, today=today):
                    is_late = due <= self._late(today)
                    self.assertEqual(is_late, self._next(due) < today)

    def test_where_nobody_ever_works_dates_stay(self):
        self._leave(date(2024, 1, 1), date(2028, 1, 1))
        self.assertEqual(self._next(SATURDAY), SATURDAY)
        self.assertEqual(self._late(MONDAY), date(2025, 6, 1))

    def test_ends_of_the_calendar_stay(self):
        self.assertEqual(self._next(date.max), date.max)

    # === SPEED === #

    def test_years_with_many_holidays_are_read_at_once(self):
        for number in range(120):
            self._leave(date(2015, 1, 1) + timedelta(days=30 * number))
        first, last = date(2015, 1, 1), date(2025, 12, 31)
        self._shares(first, 1)
        before, start = self.cr.sql_log_count, perf_counter()
        work = self.company._get_dunning_work(first, last)
        spent = perf_counter() - start
        self.assertEqual(self.cr.sql_log_count, before)
        self.assertEqual(len(work), (last - first).days + 1)
        self.assertLess(spent, 1.0)

    def test_single_dates_need_no_query_each(self):
        self._next(MONDAY)
        before = self.cr.sql_log_count
        for number in range(100):
            self._next(MONDAY + timedelta(days=number))
        self.assertEqual(self.cr.sql_log_count, before)
