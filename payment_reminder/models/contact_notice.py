import pytz

from odoo import api, fields, models
from odoo.tools import SQL

from ..const import LIVE_STATES
from ..tools.local_time import get_local_time
from .contact_guard import Question


class DunningNotice(models.Model):
    """A notice and the contact rule of its customer: may it go out, or be called about.

    What is stored is only that the sender holds it back; what the rule says is asked
    whenever somebody looks.
    """

    # one concept, one file
    _inherit = "dunning.notice"  # pylint: disable=consider-merging-classes-inherited

    held_rule_id = fields.Many2one(
        comodel_name="contact.rule",
        string="Held Back by",
        readonly=True,
        copy=False,
        index="btree_not_null",
        ondelete="set null",
        help="The contact rule that the notice waits for; it goes out by itself.",
    )
    is_outside_rule = fields.Boolean(
        readonly=True,
        copy=False,
        help="Its contact rule forbade it; a manager has allowed it.",
    )
    contact_rule_id = fields.Many2one(
        comodel_name="contact.rule", compute="_compute_contact"
    )
    is_contact_allowed = fields.Boolean(
        compute="_compute_contact", search="_search_is_contact_allowed"
    )
    contact_text = fields.Char(
        string="May Be Contacted",
        compute="_compute_contact",
        help="What the contact rule of the customer says at this moment.",
    )
    contact_reason = fields.Char(
        compute="_compute_contact",
        help="Why the customer must not be contacted at this moment.",
    )

    # === COMPUTE METHODS === #

    @api.depends("state", "contact_id", "partner_id", "channel_id", "next_try")
    @api.depends("exception_ids.used_at")
    @api.depends_context("lang", "tz")
    def _compute_contact(self):
        live = self.filtered(lambda notice: notice.state in LIVE_STATES)
        decisions = live._get_decisions()
        words = self.env["contact.words"]
        for notice in self:
            decision = decisions.get(notice.id)
            is_free = not decision or decision.answer.allowed
            notice.contact_rule_id = decision and decision.rule
            notice.is_contact_allowed = is_free or bool(decision.exception)
            notice.contact_text = bool(decision) and words._say(decision)
            notice.contact_reason = not is_free and words._explain(decision)

    def _search_is_contact_allowed(self, operator, value):
        """Ask the rules about the calls that wait; other notices count as allowed."""
        if operator not in ("in", "not in"):
            return NotImplemented
        manual = self.env["dunning.channel"]._get_manual()
        calls = self.search(
            [("state", "=", "queued"), ("channel_id", "in", manual.ids)]
        )
        blocked = [
            key
            for key, decision in calls._get_decisions().items()
            if not decision.answer.allowed and not decision.exception
        ]
        wanted = (True in value) == (operator == "in")
        return [("id", "not in" if wanted else "in", blocked)]

    @api.depends("held_rule_id", "contact_reason")
    def _compute_warning_text(self):
        result = super()._compute_warning_text()
        for notice in self.filtered(lambda n: n.state == "queued" and n.held_rule_id):
            notice.warning_text = notice.contact_reason or notice.reason
        return result

    def _get_warnings(self, high_amount):
        return [*super()._get_warnings(high_amount), self._get_contact_warning()]

    def _get_contact_warning(self):
        """Return from when on a proposed notice may go out, if it has to wait."""
        self.ensure_one()
        return not self.is_contact_allowed and self.env._(
            "Will wait: %(reason)s", reason=self.contact_text
        )

    @api.depends("contact_rule_id")
    def _compute_phone(self):
        result = super()._compute_phone()
        now = fields.Datetime.now()
        for notice in self.filtered("contact_rule_id"):
            # the hours of the rule take the place of the usual ones
            contact = notice.contact_id.with_company(notice.company_id)
            there = get_local_time(contact._get_contact_zones(), now)
            notice.local_time = notice._get_local_time_text(there)
            notice.is_night = False
        return result

    # === STATES === #

    def _set_held(self, rule, moment, reason):
        """Let the notices wait until their rule allows them.

        :param contact.rule rule: the rule
        :param datetime.datetime moment: from then on it does, naive UTC
        :param str reason: why not now
        """
        self.write({"held_rule_id": rule.id, "next_try": moment, "reason": reason})

    def _set_unheld(self):
        """Let notices go at once that wait for a rule only."""
        self.filtered("held_rule_id").write(
            {"held_rule_id": False, "next_try": False, "reason": False}
        )

    def _set_queued(self):
        result = super()._set_queued()
        self.filtered("held_rule_id").write({"held_rule_id": False})
        return result

    def _set_in_flight(self, token):
        self.filtered("held_rule_id").write({"held_rule_id": False, "reason": False})
        return super()._set_in_flight(token)

    def _set_sent(self, date, **values):
        result = super()._set_sent(date, **values)
        self.filtered("is_outside_rule").exception_ids.sudo()._use()
        return result

    # === BUSINESS METHODS === #

    def _get_decisions(self, moment=None, is_claim=False):
        """Return what the contact rules say to these notices, in their order.

        :param datetime.datetime moment: naive UTC, default now
        :param bool is_claim: whether those that are allowed go out at once
        :return: ``{notice id: contact.guard.Decision}``; without a rule it is missing
        :rtype: dict
        """
        kinds = {
            channel: channel._get_handler()._get_contact_kind()
            for channel in self.channel_id
        }
        questions = [
            Question(
                notice.id,
                kinds[notice.channel_id],
                notice.contact_id.sudo(),
                notice.company_id,
                notice.level_id.procedure_id,
            )
            for notice in self
        ]
        decisions = self.env["contact.guard"]._decide(questions, moment, is_claim)
        if not decisions:
            return decisions
        ruled = self.browse(decisions)
        for exception in ruled._get_usable_exceptions(moment):
            key = exception.notice_id.id
            decisions[key] = decisions[key]._replace(exception=exception)
        return decisions

    def _get_usable_exceptions(self, moment=None):
        """Return the permissions to contact outside the rule that were not used yet."""
        Exceptions = self.env["contact.exception"].sudo()
        domain = Exceptions._get_usable_domain(moment)
        return Exceptions.search([("notice_id", "in", self.ids), *domain])

    def _hold_back(self, moment=None):
        """Let those notices wait that their contact rules do not allow at this moment.

        What is never allowed has failed: another channel or a person takes over.

        :param datetime.datetime moment: naive UTC, default now
        :return: the notices that may go out
        :rtype: dunning.notice
        """
        ruled = self._filter_ruled()
        if not ruled:
            return self
        ruled.case_id._claim_contacts()
        decisions = ruled._get_decisions(moment, is_claim=True)
        forbidden = ruled.filtered(
            lambda notice: (
                notice.id in decisions and not decisions[notice.id].answer.allowed
            )
        )
        outside = forbidden.filtered(lambda notice: decisions[notice.id].exception)
        if outside:
            outside.write({"is_outside_rule": True})
        held = forbidden - outside
        for (rule, moment, reason), notices in held.grouped(
            lambda notice: notice._get_held_values(decisions[notice.id])
        ).items():
            if moment:
                notices._set_held(rule, moment, reason)
            else:
                notices._set_failed(reason)
        self._wake_sender_at(
            {notice.next_try for notice in held if notice.state == "queued"}
        )
        return self - held

    def _filter_ruled(self):
        """Return the notices whose customers have a rule that restricts anything."""
        return self.filtered(
            lambda notice: (
                (
                    rule := notice.partner_id._get_contact_rule(
                        notice.company_id, notice.level_id.procedure_id
                    )
                )
                and not rule._is_free()
            )
        )

    def _get_held_values(self, decision):
        """Return the rule, until when it forbids the notice, and why.

        The moment is naive UTC, ``None`` for never; the reason is in the language of
        the company.

        :rtype: tuple
        """
        self.ensure_one()
        moment = decision.answer.next_allowed
        lang = self.company_id.partner_id.lang or self.env.lang
        words = self.env["contact.words"].with_context(
            lang=lang, tz=self.company_id._get_dunning_tz()
        )
        return (
            decision.rule,
            moment and moment.astimezone(pytz.utc).replace(tzinfo=None),
            words._explain(decision),
        )

    def _wake_sender_at(self, moments):
        """Let the sender come back at these moments, naive UTC."""
        if moments:
            cron = self.env.ref("payment_reminder.ir_cron_dunning_send").sudo()
            cron._trigger(sorted(moments))


class DunningCase(models.Model):
    """Contacts with one customer are counted by one worker at a time."""

    # one concept, one file
    _inherit = "dunning.case"  # pylint: disable=consider-merging-classes-inherited

    # only to be written: see _claim_contacts
    contact_claim = fields.Integer(readonly=True, copy=False)

    def _claim_contacts(self):
        """Keep other workers from counting contacts with these customers meanwhile.

        The rows of all their cases are written: with repeatable reads a lock would not
        do, for a worker that waited for it would still count what it saw before. It
        fails instead, and counts again.
        """
        self.env.flush_all()
        self.env.cr.execute(
            SQL(
                """
                WITH locked AS (
                    SELECT other.id
                      FROM dunning_case other
                     WHERE (other.company_id, other.partner_id) IN (
                               SELECT company_id, partner_id FROM dunning_case
                                WHERE id IN %s)
                  ORDER BY other.id FOR UPDATE)
                UPDATE dunning_case dcase
                   SET contact_claim = 1 - COALESCE(dcase.contact_claim, 0)
                  FROM locked WHERE locked.id = dcase.id
                """,
                tuple(self.ids),
            ),
            log_exceptions=False,  # whoever comes later fails, and counts again
        )
