from collections import defaultdict
from datetime import date as Date
from datetime import datetime, time, timedelta

from pytz import timezone, utc

from odoo import fields, models

from ..tools.work_days import Day

ONE_DAY = timedelta(days=1)
#: Without working hours: nine to five, Monday to Friday.
OFFICE_DAY = ((timedelta(hours=9), timedelta(hours=17), 1.0),)
#: Nobody is away for longer: where no day is worked, dates stay as they are.
MAX_DAYS_OFF = 366


class ResCompany(models.Model):
    """The company's working calendar: the only place that reads it.

    Working hours, general time off and entries of the type 'Other' (such as a worked
    Saturday) count alike for calls, pay-by dates, instalments, promises, deadlines of
    estimates and the first day of interest.
    """

    # one concept, one file
    _inherit = "res.company"  # pylint: disable=consider-merging-classes-inherited

    # read from the ORM's cache: dates are asked for one by one, thousands of times
    dunning_time_off_ids = fields.One2many(
        comodel_name="resource.calendar.leaves",
        inverse_name="company_id",
        string="General Time Off",
        domain=[("resource_id", "=", False)],
    )

    # === WORKING DAYS === #

    def _get_dunning_work(self, first, last):
        """Return how much of a working day each date is.

        :param datetime.date first: of the company's calendar
        :param datetime.date last: included
        :return: ``{date: share}``, every date in order; 0.5 for half a day, 0 for a
            day off
        :rtype: dict[datetime.date, float]
        """
        days = self._get_dunning_days(first, last)
        return {date: day.share for date, day in days.items()}

    def _get_dunning_business_day(self, date):
        """Return ``date``, or the company's next working day after it.

        What is to be paid on a day off is in time on the next working day.

        :param datetime.date date: a date of the company's calendar
        :rtype: datetime.date
        """
        return self._find_dunning_work_day(date, ONE_DAY) or date

    def _get_dunning_late_date(self, date):
        """Return the latest due date that is late on ``date``: the last working day.

        What is due by then had a working day to be paid on before ``date``; what is due
        later, on days off just before ``date``, can still be paid in time.

        :param datetime.date date: a date of the company's calendar
        :rtype: datetime.date
        """
        before = date - ONE_DAY
        return self._find_dunning_work_day(before, -ONE_DAY) or before

    def _find_dunning_work_day(self, date, step):
        """Return the first working day from ``date`` on; ``None`` within a year.

        :param datetime.timedelta step: a day forwards or backwards
        :rtype: datetime.date | None
        """
        self.ensure_one()
        # one date at a time: nearly always, the first one is a working day
        for _number in range(MAX_DAYS_OFF):
            if not Date.min <= date <= Date.max - ONE_DAY:
                return None
            if self._get_dunning_work(date, date)[date] > 0:
                return date
            date += step
        return None

    # === READING THE CALENDAR === #

    def _get_dunning_days(self, first, last):
        """Return what each date is to the company's calendar.

        :param datetime.date first: of the company's calendar
        :param datetime.date last: included
        :rtype: dict[datetime.date, tools.work_days.Day]
        """
        self.ensure_one()
        usual = self._get_dunning_usual_work()
        off, worked = self._get_dunning_time_off(first, last)
        dates = (first + n * ONE_DAY for n in range((last - first).days + 1))
        return {date: Day(usual(date), worked[date], off[date]) for date in dates}

    def _get_dunning_usual_work(self):
        """Return a function: when is worked on a date, time off apart.

        Without working hours, or with flexible ones, it is Monday to Friday.

        :return: ``f(date)``, see ``tools.work_days.Day``
        """
        calendar = self.sudo().resource_calendar_id
        lines = calendar.attendance_ids.filtered(
            lambda line: line.day_period != "lunch" and not line.display_type
        )
        if not lines or calendar.flexible_hours:
            return lambda date: OFFICE_DAY if date.weekday() < 5 else ()
        by_day = defaultdict(list)
        for line in lines:
            begin, end = timedelta(hours=line.hour_from), timedelta(hours=line.hour_to)
            if end > begin:
                key = (line.week_type or False, int(line.dayofweek))
                by_day[key].append((begin, end, line.duration_days))
        is_alternating = calendar.two_weeks_calendar

        def get_work(date):
            week = is_alternating and str(lines.get_week_type(date))
            return by_day.get((week or False, date.weekday()), ())

        return get_work

    def _get_dunning_time_off(self, first, last):
        """Return the general absences, and what is worked beyond the usual, by date.

        :return: two dicts, see ``absences`` and ``worked`` of ``tools.work_days.Day``
        :rtype: tuple[dict, dict]
        """
        self.ensure_one()
        calendar = self.sudo().resource_calendar_id
        zone = timezone(calendar.tz or self._get_dunning_tz() or "UTC")
        full_day = calendar.hours_per_day or 8.0
        off, worked = defaultdict(list), defaultdict(list)
        for leave in self._find_dunning_time_off(calendar, first, last):
            begin, end = (
                utc.localize(moment).astimezone(zone).replace(tzinfo=None)
                for moment in (leave.date_from, leave.date_to)
            )
            for date, span in self._split_by_date(begin, end):
                if leave.time_type == "other":
                    hours = (span[1] - span[0]) / timedelta(hours=1)
                    worked[date].append((*span, min(hours / full_day, 1.0)))
                else:
                    off[date].append(span)
        return off, worked

    def _find_dunning_time_off(self, calendar, first, last):
        """Return the general time off around some dates, in any time zone.

        :rtype: resource.calendar.leaves
        """
        begin = datetime.combine(max(first, Date.min + ONE_DAY) - ONE_DAY, time.min)
        end = datetime.combine(min(last, Date.max - ONE_DAY) + ONE_DAY, time.max)
        known = self.sudo().dunning_time_off_ids | calendar.global_leave_ids
        return known.filtered(
            lambda leave: (
                leave.date_from < end
                and leave.date_to > begin
                and leave.calendar_id in (calendar, calendar.browse())
                and leave.company_id in (self, self.browse())
            )
        )

    def _split_by_date(self, begin, end):
        """Yield the dates of a span of time, each with its part of the span."""
        for number in range((end.date() - begin.date()).days + 1):
            date = begin.date() + number * ONE_DAY
            midnight = datetime.combine(date, time.min)
            whole = (timedelta(0), ONE_DAY)
            span = (max(begin - midnight, whole[0]), min(end - midnight, whole[1]))
            if span[0] < span[1]:
                yield date, span
