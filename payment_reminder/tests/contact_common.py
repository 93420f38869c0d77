from datetime import datetime

import pytz

from odoo.fields import Command

from .call_common import CallCommon


class ContactCommon(CallCommon):
    """Rules, and customers from Kaliningrad to Kiribati; moments are passed in."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.none, cls.courteous, cls.russia, cls.reg_f = (
            cls.env.ref(f"payment_reminder.contact_rule_{name}")
            for name in ("none", "courteous", "ru_230fz", "us_reg_f")
        )
        cls.guard = cls.env["contact.guard"]

    @classmethod
    def _place(cls, name, country, state=None, **values):
        """Return a customer in a country, maybe in a state of it."""
        country = cls.env.ref(f"base.{country}")
        domain = [("country_id", "=", country.id), ("code", "=", state)]
        state = cls.env["res.country.state"].search(domain, limit=1)
        values = {"country_id": country.id, "state_id": state.id, **values}
        return cls._create_customer(name, phone=False, **values)

    @classmethod
    def _rule(cls, hours=(), caps=(), **values):
        """Return a rule.

        :param hours: kind of day, from and until
        :param caps: kind of contact, period and number
        """
        return cls.env["contact.rule"].create(
            {
                "name": "Test rule",
                "is_timed": bool(hours),
                "hours_ids": [
                    Command.create(
                        {"day_kind": kind, "hour_from": begin, "hour_to": end}
                    )
                    for kind, begin, end in hours
                ],
                "cap_ids": [
                    Command.create({"kind": kind, "period": period, "number": number})
                    for kind, period, number in caps
                ],
                **values,
            }
        )

    @classmethod
    def _whole_week(cls, begin=0.0, end=24.0, **values):
        """Return a rule with the same hours on all days."""
        kinds = ("working", "weekend", "holiday")
        return cls._rule([(kind, begin, end) for kind in kinds], **values)

    def _utc(self, text, zone="UTC"):
        """Return a moment of a wall clock as naive UTC."""
        local = pytz.timezone(zone).localize(datetime.fromisoformat(text))
        return local.astimezone(pytz.utc).replace(tzinfo=None)

    def _decide(self, partner, moment, kind="call"):
        """Return what is decided about one contact, ``None`` without a rule."""
        question = partner._ask_contact(kind, self.company)
        return self.guard._decide([question], moment).get(partner.id)

    def _call(self, partner, moment, outcome="no_answer", **values):
        """Log a call of the past to a customer with a case."""
        case = self._case(partner)
        values = {"rule_reason": "The tests say so", **values}
        return case._log_call(outcome, date=moment, **values)

    def _open_case(self, *partners):
        """Give customers a case."""
        for partner in partners:
            self._overdue(5, partner=partner)
        self.env["dunning.planner"]._open_cases(self.company)

    def assertNext(self, decision, text, zone):
        """Assert from when on a contact is allowed, by the clock in ``zone``."""
        found = decision.answer.next_allowed.astimezone(pytz.timezone(zone))
        self.assertEqual(f"{found:%Y-%m-%d %H:%M}", text)
