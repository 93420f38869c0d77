from datetime import time

import pytz

from odoo import fields, models
from odoo.tools.misc import format_date, format_time

from ..tools.contact_window import DAY_KINDS, DAY_MINUTES, HORIZON_DAYS

#: A moment within so many days is told by its weekday alone.
NEAR_DAYS = 6


#: The order in which caps are told.
PERIOD_ORDER = ("day", "week", "seven_days", "month")


def _get_cap_rank(cap):
    return PERIOD_ORDER.index(cap.period or "day")


class ContactWords(models.AbstractModel):
    """Says contact rules, and what they decide, in words."""

    _name = "contact.words"
    _description = "Contact Rules in Words"

    # === A RULE === #

    def _describe(self, rule):
        """Return what ``rule`` says, a sentence for each part.

        :param contact.rule rule: may be a new record
        :rtype: list[str]
        """
        if rule._is_free():
            return [
                self.env._(
                    "Any time and any number. The call list points out when it is "
                    "night where a number rings: before 8:00 and from 20:00 on."
                )
            ]
        sentences = [self._describe_hours(rule), *self._describe_caps(rule)]
        if rule.distance_days:
            sentences.append(
                self.env._(
                    "No call for %(days)s days from the date of a conversation on.",
                    days=rule.distance_days,
                )
            )
        return [*sentences, self._describe_scope(rule)]

    def _describe_hours(self, rule):
        if not rule.is_timed:
            return self.env._("At any time of any day.")
        window = rule._to_window()
        days = "; ".join(
            self._describe_day(day_kind, window.hours.get(day_kind))
            for day_kind in DAY_KINDS
        )
        if rule.is_message_timed:
            return self.env._(
                "Calls and messages, by the clock where the customer is: %(days)s.",
                days=days,
            )
        return self.env._(
            "Calls, by the clock where the customer is: %(days)s. Messages at any "
            "time.",
            days=days,
        )

    def _describe_day(self, day_kind, hours):
        if not hours:
            return {
                "working": self.env._("on working days not at all"),
                "weekend": self.env._("on weekends not at all"),
                "holiday": self.env._("on public holidays not at all"),
            }[day_kind]
        text = self._format_hours(hours)
        return {
            "working": self.env._("on working days %(hours)s", hours=text),
            "weekend": self.env._("on weekends %(hours)s", hours=text),
            "holiday": self.env._("on public holidays %(hours)s", hours=text),
        }[day_kind]

    def _describe_caps(self, rule):
        """Return a sentence for each kind of contact that has caps."""
        caps = rule.cap_ids
        field = caps._fields["kind"]
        kinds = dict(field._description_selection(self.env))
        sentences = []
        for kind, label in kinds.items():
            lines = caps.filtered(lambda cap, kind=kind: cap.kind == kind)
            if not lines:
                continue
            if 0 in lines.mapped("number"):
                sentences.append(self.env._("%(kind)s: never.", kind=label))
                continue
            texts = [
                self._format_cap(cap.number, cap.period)
                for cap in lines.sorted(_get_cap_rank)
            ]
            sentences.append(
                self.env._(
                    "%(kind)s: at most %(caps)s.", kind=label, caps=", ".join(texts)
                )
            )
        return sentences

    def _describe_scope(self, rule):
        return {
            "person": self.env._("It holds for persons, not for companies."),
            "company": self.env._("It holds for companies, not for persons."),
        }.get(rule.applies_to, self.env._("It holds for all customers."))

    # === A DECISION === #

    def _say(self, decision):
        """Return in one short line whether a contact is allowed, or from when on.

        :param contact.guard decision: see ``contact.guard.Decision``
        :rtype: str
        """
        answer = decision.answer
        if decision.exception:
            return self.env._(
                "Allowed by %(user)s: %(reason)s",
                user=decision.exception.user_id.name,
                reason=decision.exception.reason,
            )
        if answer.allowed:
            if decision.kind == "call":
                return self.env._("May be called now")
            return self.env._("May be written to now")
        moment = self._say_next(decision)
        if answer.code in ("hours", "day") and answer.next_allowed:
            return moment
        return self.env._(
            "%(reason)s · %(moment)s", reason=self._say_cause(decision), moment=moment
        )

    def _say_next(self, decision):
        """Return from when on a contact is allowed, by the clock there if it is one."""
        answer = decision.answer
        if not answer.next_allowed:
            return self.env._("never within %(days)s days", days=HORIZON_DAYS)
        local = {
            answer.next_allowed.astimezone(pytz.timezone(zone)).replace(tzinfo=None)
            for zone in decision.zones
        }
        if len(local) == 1:
            return self.env._(
                "From %(moment)s their time",
                moment=self._format_moment(local.pop(), answer.next_allowed),
            )
        zone = self._get_reader_zone(decision.company)
        ours = answer.next_allowed.astimezone(zone).replace(tzinfo=None)
        return self.env._(
            "From %(moment)s your time",
            moment=self._format_moment(ours, answer.next_allowed),
        )

    def _say_cause(self, decision):
        """Return why a contact is not allowed, in a few words."""
        answer, values = decision.answer, decision.answer.values
        if answer.code == "cap":
            return self._say_cap(**values)
        if answer.code == "distance":
            zone = pytz.timezone(decision.zones[0])
            return self.env._(
                "Spoken with on %(date)s, %(days)s days between conversations",
                date=format_date(self.env, values["moment"].astimezone(zone).date()),
                days=values["days"],
            )
        if not answer.next_allowed and len(decision.zones) > 1:
            west, east = self._get_outermost(decision.zones)
            return self.env._(
                "Enter the customer's time zone: no hour is allowed everywhere from "
                "%(west)s to %(east)s",
                west=west,
                east=east,
            )
        if answer.code == "day":
            day = {
                "working": self.env._("a working day"),
                "weekend": self.env._("a weekend"),
                "holiday": self.env._("a public holiday"),
            }[values["day_kind"]]
            return self.env._("It is %(day)s there", day=day)
        return self.env._(
            "It is %(time)s there, allowed is %(hours)s",
            time=format_time(self.env, values["local"].time(), time_format="short"),
            hours=", ".join(
                f"{self._format_clock(begin)}–{self._format_clock(end)}"
                for begin, end in values["hours"]
            ),
        )

    def _get_outermost(self, zones):
        """Return the zones where it is earliest and latest at this moment."""
        now = pytz.utc.localize(fields.Datetime.now())
        ordered = sorted(
            zones, key=lambda zone: now.astimezone(pytz.timezone(zone)).utcoffset()
        )
        return ordered[0], ordered[-1]

    def _say_cap(self, kind, period, number, count):
        if not number:
            return {
                "call": self.env._("Calls are not allowed"),
                "message": self.env._("Messages are not allowed"),
                "letter": self.env._("Letters are not allowed"),
                "meeting": self.env._("Meetings are not allowed"),
            }[kind]
        done = {
            "day": self.env._("today"),
            "week": self.env._("this week"),
            "month": self.env._("this month"),
            "seven_days": self.env._("in 7 days"),
        }[period]
        made = {
            "call": self.env._("calls"),
            "message": self.env._("messages"),
            "letter": self.env._("letters"),
            "meeting": self.env._("meetings"),
        }[kind]
        return self.env._(
            "Cap reached, %(contacts)s %(period)s: %(count)s",
            contacts=made,
            period=done,
            count=count,
        )

    def _explain(self, decision):
        """Return a sentence: why a contact is not allowed, by which rule, until when.

        :rtype: str
        """
        return self.env._(
            "%(rule)s: %(cause)s. %(next)s.",
            rule=decision.rule.with_context(lang=self.env.lang).name,
            cause=self._say_cause(decision),
            next=self._say_next(decision),
        )

    # === FORMATS === #

    def _format_hours(self, hours):
        return ", ".join(self._format_span(begin, end) for begin, end in hours)

    def _format_span(self, begin, end):
        """Return '8:00–22:00' of two numbers of minutes, whatever they are."""
        return f"{self._format_minutes(begin)}–{self._format_minutes(end)}"

    def _format_minutes(self, minutes):
        sign = "-" if minutes < 0 else ""
        return f"{sign}{abs(minutes) // 60}:{abs(minutes) % 60:02}"

    def _format_clock(self, minutes):
        """Return a time of the day as the reader writes it; 24:00 stays so."""
        if minutes >= DAY_MINUTES:
            return self._format_minutes(minutes)
        clock = time(minutes // 60, minutes % 60)
        return format_time(self.env, clock, time_format="short")

    def _format_cap(self, number, period):
        return {
            "day": self.env._("%(number)s a day", number=number),
            "week": self.env._("%(number)s a week", number=number),
            "month": self.env._("%(number)s a month", number=number),
            "seven_days": self.env._("%(number)s within 7 days", number=number),
        }[period or "day"]

    def _format_moment(self, local, moment):
        """Return 'Mon 9:00', with the date when it is further away.

        :param datetime.datetime local: by the wall clock, without a zone
        :param datetime.datetime moment: the same, aware
        """
        days = (moment - pytz.utc.localize(fields.Datetime.now())).days
        pattern = "EEE" if days < NEAR_DAYS else "EEE d MMM"
        day = format_date(self.env, local.date(), date_format=pattern)
        clock = format_time(self.env, local.time(), time_format="short")
        return f"{day} {clock}"

    def _get_reader_zone(self, company):
        name = (
            self.env.context.get("tz") or self.env.user.tz or company._get_dunning_tz()
        )
        return pytz.timezone(name or "UTC")
