from collections import namedtuple
from datetime import timedelta

import pytz

from odoo import fields, models

from ..tools.contact_window import (
    HORIZON_DAYS,
    LOOK_BACK_DAYS,
    Contact,
    check,
    get_usual_day_kind,
)

#: One contact that somebody wants to make: ``key`` finds the decision again, ``kind``
#: is one of ``tools.contact_window.KINDS``, ``contact`` the partner to be reached and
#: ``phone`` the number, if another one than that of the contact.
Question = namedtuple(
    "Question", "key kind contact company procedure phone", defaults=(None, None)
)

#: What the rule says to a question. ``answer`` is that of ``tools.contact_window``,
#: ``zones`` are those in which it was decided; ``exception`` is the unused permission
#: of a manager, set by whoever knows of one.
Decision = namedtuple(
    "Decision", "rule kind company zones answer exception", defaults=(None,)
)


class ContactGuard(models.AbstractModel):
    """Decides for many contacts at once whether their rules allow them.

    Without a rule nothing is read but the customers: reminders are as fast as before.
    """

    _name = "contact.guard"
    _description = "Contact Guard"

    def _decide(self, questions, moment=None, is_claim=False):
        """Return what the rules say to ``questions``, asked in this order.

        :param list[Question] questions: contacts to be made
        :param datetime.datetime moment: naive UTC, default now
        :param bool is_claim: whether an allowed one is made at once, so that it counts
            for those after it
        :return: ``{key: Decision}``; a key without a rule is missing
        :rtype: dict
        """
        ruled = self._find_rules(questions)
        if not ruled:
            return {}
        naive = moment or fields.Datetime.now()
        now = pytz.utc.localize(naive)
        history = self._read_history(ruled, naive)
        calendars = self._read_calendars(ruled, naive)
        windows = {rule: rule._to_window() for rule in set(ruled.values())}
        decisions, known = {}, {}
        for question, rule in ruled.items():
            zones = self._get_zones(question, naive)
            past = history[self._get_subject(question)]
            signature = (rule, question.kind, zones, question.company, tuple(past))
            if signature not in known:
                known[signature] = check(
                    windows[rule],
                    question.kind,
                    now,
                    zones,
                    calendars[question.company],
                    past,
                )
            answer = known[signature]
            if is_claim and answer.allowed:
                past.append(Contact(now, question.kind))
            decisions[question.key] = Decision(
                rule, question.kind, question.company, zones, answer
            )
        return decisions

    def _find_rules(self, questions):
        """Return the rule of each question that has one which restricts anything.

        :rtype: dict[Question, contact.rule]
        """
        rules = {}
        for question in questions:
            customer = question.contact.commercial_partner_id
            rule = customer._get_contact_rule(question.company, question.procedure)
            if rule and not rule._is_free():
                rules[question] = rule
        return rules

    def _get_subject(self, question):
        """Return whose contacts count together: a customer and a company, by id."""
        return question.company.id, question.contact.commercial_partner_id.id

    def _get_zones(self, question, moment):
        company = question.company
        contact = question.contact.with_company(company)
        zones = contact._get_contact_zones(question.kind, question.phone, moment.year)
        return zones or (company._get_dunning_tz() or "UTC",)

    def _read_history(self, questions, moment):
        subjects = {self._get_subject(question) for question in questions}
        since = moment - timedelta(days=LOOK_BACK_DAYS)
        return self.env["contact.history"]._read_contacts(subjects, since, moment)

    def _read_calendars(self, questions, moment):
        """Return for each company what kind of day a date is.

        :return: ``{company: function of a date}``
        :rtype: dict
        """
        first = moment.date() - timedelta(days=2)
        last = first + timedelta(days=HORIZON_DAYS + 4)
        calendars = {}
        for company in {question.company for question in questions}:
            kinds = company._get_dunning_day_kinds(first, last)
            calendars[company] = lambda day, kinds=kinds: (
                kinds.get(day) or get_usual_day_kind(day)
            )
        return calendars
