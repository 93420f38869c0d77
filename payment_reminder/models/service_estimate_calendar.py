from collections import defaultdict
from datetime import datetime, time, timedelta

import pytz

from odoo import models

from ..tools.work_days import count_left

#: Days after which a calendar repeats, also one of two different weeks.
FORTNIGHT = 14


class ServiceEstimateCalendar(models.AbstractModel):
    """On which days the company works, and how many of them there are."""

    _name = "service.estimate.calendar"
    _description = "Estimate: Calendar"

    def _get_offered_days(self, deadline):
        """Return the working days from the start until ``deadline``, both included.

        Days of the company's calendar, its holidays left out.

        :rtype: float
        """
        self.ensure_one()
        start = self.date_start
        if not start or not deadline or deadline < start:
            return 0.0
        return round(sum(self._get_work_by_day(start, deadline).values()), 3)

    def _is_working_day(self, day):
        """Return whether somebody works on ``day`` by the company's calendar."""
        return day in self._get_work_by_day(day, day)

    def _get_work_by_day(self, first, last):
        """Return the days on which the company works, holidays left out.

        Odoo says what it works in two weeks and when the holidays are; two weeks are
        like the next two. Without a calendar the company works every day.

        :return: ``{date: days}``, 0.5 for half a day; days without work are left out
        :rtype: dict
        """
        self.ensure_one()
        calendar = self.company_id.resource_calendar_id
        days = [first + timedelta(days=n) for n in range((last - first).days + 1)]
        if not calendar:
            return dict.fromkeys(days, 1.0)
        usual = self._get_usual_work(calendar, first)
        absences = self._get_absences(calendar, first, last)
        work = {
            day: count_left(usual[number % FORTNIGHT], absences[day])
            for number, day in enumerate(days)
        }
        return {day: amount for day, amount in work.items() if amount > 0}

    def _get_usual_work(self, calendar, first):
        """Return the work of two weeks from ``first`` on, as if without holidays.

        :return: by the number of the day: begin, end (see ``tools.work_days``) and days
        :rtype: dict[int, list]
        """
        last = first + timedelta(days=FORTNIGHT - 1)
        bounds = self._get_bounds(calendar, first, last)
        work = defaultdict(list)
        for interval in calendar._attendance_intervals_batch(*bounds)[False]:
            begin, end = (self._get_wall_time(moment) for moment in interval[:2])
            midnight = datetime.combine(begin, time.min)
            days = calendar._get_attendance_intervals_days_data([interval])["days"]
            number = (midnight.date() - first).days
            work[number].append((begin - midnight, end - midnight, days))
        return work

    def _get_absences(self, calendar, first, last):
        """Return when nobody works although the calendar says so.

        :return: begin and end, by day
        :rtype: dict[datetime.date, list]
        """
        bounds = self._get_bounds(calendar, first, last)
        absences = defaultdict(list)
        for interval in calendar._leave_intervals_batch(*bounds)[False]:
            begin, end = (self._get_wall_time(moment) for moment in interval[:2])
            for number in range((end.date() - begin.date()).days + 1):
                day = begin.date() + timedelta(days=number)
                midnight = datetime.combine(day, time.min)
                absences[day].append((begin - midnight, end - midnight))
        return absences

    def _get_bounds(self, calendar, first, last):
        """Return the first and last moment of days, where the calendar is."""
        zone = pytz.timezone(calendar.tz or "UTC")
        return (
            zone.localize(datetime.combine(first, time.min)),
            zone.localize(datetime.combine(last, time.max)),
        )

    def _get_wall_time(self, moment):
        return moment.replace(tzinfo=None)
