from collections import defaultdict
from datetime import datetime, time, timedelta

from pytz import timezone, utc

from odoo import api, fields, models
from odoo.exceptions import ValidationError

#: Noon tells what a day is where nobody works anyway.
NOON = timedelta(hours=12)


class ResCompany(models.Model):
    """The company's contact rule, and which days are working days for it."""

    # one concept, one file
    _inherit = "res.company"  # pylint: disable=consider-merging-classes-inherited

    dunning_contact_rule_id = fields.Many2one(
        comodel_name="contact.rule",
        string="Contact Rule",
        domain="[('company_id', 'in', [False, id])]",
        ondelete="restrict",
        help="When and how often customers are called and written to, unless their "
        "procedure or they themselves have another rule.",
    )

    @api.constrains("dunning_contact_rule_id")
    def _check_dunning_contact_rule(self):
        for company in self:
            company.dunning_contact_rule_id._check_contact_rule_of(company)

    # === BUSINESS METHODS === #

    def _get_dunning_day_kinds(self, first, last):
        """Return the kind of each date from ``first`` to ``last``.

        A general time off that leaves no work that day makes a holiday; an entry of the
        type 'Other' makes a working day of one that is not, such as a Saturday.

        :param datetime.date first: of the company's calendar
        :param datetime.date last: included
        :return: ``{date: 'working', 'weekend' or 'holiday'}``
        :rtype: dict
        """
        self.ensure_one()
        off, worked = self._get_dunning_time_off(first, last)
        hours = self._get_dunning_usual_hours()
        kinds = {}
        for number in range((last - first).days + 1):
            day = first + timedelta(days=number)
            usual = hours(day)
            if self._is_dunning_day_off(usual, off[day]):
                kinds[day] = "holiday"
            else:
                kinds[day] = "working" if usual or worked[day] else "weekend"
        return kinds

    def _is_dunning_day_off(self, usual, absences):
        """Return whether absences leave nothing of a day.

        :param list usual: begin and end of work, from midnight; a day without is off
            when its noon is
        :param list absences: begin and end, from midnight
        """
        return bool(absences) and all(
            any(begin <= moment and end >= until for begin, end in absences)
            for moment, until in usual or [(NOON, NOON)]
        )

    def _get_dunning_usual_hours(self):
        """Return a function: when is worked on a date, holidays apart.

        :return: ``f(date) -> [(begin, end)]``, from midnight
        """
        calendar = self.sudo().resource_calendar_id
        lines = calendar.attendance_ids.filtered(
            lambda line: line.day_period != "lunch" and not line.display_type
        )
        if not lines or calendar.flexible_hours:
            day = [(timedelta(hours=9), timedelta(hours=17))]
            return lambda date: day if date.weekday() < 5 else []
        by_day = defaultdict(list)
        for line in lines:
            span = (timedelta(hours=line.hour_from), timedelta(hours=line.hour_to))
            by_day[line.week_type or False, int(line.dayofweek)].append(span)

        def get_hours(date):
            week = calendar.two_weeks_calendar and str(lines.get_week_type(date))
            return by_day[week or False, date.weekday()]

        return get_hours

    def _get_dunning_time_off(self, first, last):
        """Return the general absences, and what is worked beyond the usual, by date.

        :return: two ``{date: [(begin, end)]}``, from midnight
        :rtype: tuple
        """
        self.ensure_one()
        calendar = self.sudo().resource_calendar_id
        zone = timezone(calendar.tz or self._get_dunning_tz() or "UTC")
        off, worked = defaultdict(list), defaultdict(list)
        found = (
            self.env["resource.calendar.leaves"]
            .sudo()
            .search(
                [
                    ("resource_id", "=", False),
                    ("calendar_id", "in", [False, *calendar.ids]),
                    ("company_id", "in", [False, self.id]),
                    ("date_from", "<", datetime.combine(last, time.max)),
                    ("date_to", ">", datetime.combine(first, time.min)),
                ]
            )
        )
        for leave in found:
            by_day = worked if leave.time_type == "other" else off
            begin, end = (
                utc.localize(moment).astimezone(zone).replace(tzinfo=None)
                for moment in (leave.date_from, leave.date_to)
            )
            for number in range((end.date() - begin.date()).days + 1):
                day = begin.date() + timedelta(days=number)
                midnight = datetime.combine(day, time.min)
                by_day[day].append((begin - midnight, end - midnight))
        return off, worked


class DunningProcedure(models.Model):
    """The contact rule of a procedure."""

    # one concept, one file
    _inherit = "dunning.procedure"  # pylint: disable=consider-merging-classes-inherited

    contact_rule_id = fields.Many2one(
        comodel_name="contact.rule",
        domain="[('company_id', 'in', [False, company_id])]",
        ondelete="restrict",
        help="When and how often the customers of this procedure are called and "
        "written to. Empty: as for the company.",
    )

    @api.constrains("contact_rule_id", "company_id")
    def _check_contact_rule(self):
        for procedure in self:
            procedure.contact_rule_id._check_contact_rule_of(procedure.company_id)


class ContactRule(models.Model):
    """Which companies may use a rule."""

    # one concept, one file
    _inherit = "contact.rule"  # pylint: disable=consider-merging-classes-inherited

    def _check_contact_rule_of(self, company):
        """Raise a ValidationError if the rule belongs to another company."""
        for rule in self:
            if rule.company_id not in (company, company.browse()):
                raise ValidationError(
                    self.env._(
                        "'%(rule)s' is a contact rule of %(other)s. Choose one of "
                        "%(company)s.",
                        rule=rule.name,
                        other=rule.company_id.name,
                        company=company.name,
                    )
                )
