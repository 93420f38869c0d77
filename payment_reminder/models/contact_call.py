from odoo import fields, models
from odoo.exceptions import ValidationError

from .contact_guard import Question


class DunningCall(models.Model):
    """What the contact rule said to a call, and why it was made all the same."""

    # one concept, one file
    _inherit = "dunning.call"  # pylint: disable=consider-merging-classes-inherited

    is_incoming = fields.Boolean(
        string="The Customer Called",
        readonly=True,
        help="A call of the customer does not count as one of ours.",
    )
    rule_text = fields.Char(string="Against the Rule", readonly=True)
    rule_reason = fields.Char(string="Why All the Same", readonly=True)

    # === BUSINESS METHODS === #

    def _keep_exception(self, by_rule):
        """Keep who allowed or explained a call outside the rule.

        :param dict by_rule: see ``dunning.case._check_call_rule``
        """
        self.ensure_one()
        if not by_rule:
            return
        Exceptions = self.env["contact.exception"].sudo()
        exception = by_rule["exception"] or Exceptions.create(
            {
                "case_id": self.case_id.id,
                "partner_id": self.partner_id.id,
                "notice_id": self.notice_id.id,
                "kind": "call",
                "rule_id": by_rule["rule"].id,
                "rule_text": self.rule_text,
                "reason": self.rule_reason,
                "user_id": self.user_id.id,
                "is_afterwards": True,
            }
        )
        exception._use(call_id=self.id)

    def _get_rule_line(self):
        """Return that the call was outside the rule and why, or ``False``."""
        self.ensure_one()
        return bool(self.rule_reason) and self.env._(
            "Outside the contact rule: %(reason)s (%(rule)s)",
            reason=self.rule_reason,
            rule=self.rule_text,
        )


class DunningCase(models.Model):
    """Whether a call that is logged was allowed."""

    # one concept, one file
    _inherit = "dunning.case"  # pylint: disable=consider-merging-classes-inherited

    def _decide_call(self, notice, date, contact=None, phone=None):
        """Return what the contact rule says to a call at ``date``.

        :param dunning.notice notice: the call that it is made for, may be empty
        :param datetime.datetime date: naive UTC
        :param res.partner contact: who is called, default that of the notice
        :param str phone: the number, default the known one
        :return: ``None`` without a rule
        :rtype: contact.guard.Decision | None
        """
        self.ensure_one()
        contact = contact or notice.contact_id or self.partner_id
        question = Question(
            self.id,
            "call",
            contact.sudo(),
            self.company_id,
            notice.level_id.procedure_id or None,
            phone,
        )
        decision = self.env["contact.guard"]._decide([question], date).get(self.id)
        if decision and notice:
            usable = notice._get_usable_exceptions(date)[:1]
            decision = decision._replace(exception=usable or None)
        return decision

    def _check_call_rule(self, notice, date, values):
        """Return what has to be kept about a call that its rule did not allow.

        A call that was made is logged in any case, but somebody has to say why: the
        manager who allowed it, else whoever logs it.

        :param dict values: see ``_log_call``
        :return: empty for a call that was allowed, or of the customer; else ``rule``,
            ``text``, ``reason`` and ``exception``, which may be empty
        :rtype: dict
        :raise ValidationError: without an explanation
        """
        self.ensure_one()
        if values.get("is_incoming"):
            return {}
        contact = self.partner_id.browse(values.get("contact_id"))
        decision = self._decide_call(notice, date, contact, values.get("phone"))
        if not decision or decision.answer.allowed:
            return {}
        exception = decision.exception
        text = self.env["contact.words"]._explain(decision)
        reason = (
            exception.reason if exception else (values.get("rule_reason") or "").strip()
        )
        if not reason:
            raise ValidationError(
                self.env._(
                    "The contact rule did not allow this call. %(rule)s If it was made "
                    "all the same, say why; it is kept with the call.",
                    rule=text,
                )
            )
        return {
            "rule": decision.rule,
            "text": text,
            "reason": reason,
            "exception": exception,
        }

    def _prepare_call_rule_values(self, by_rule):
        """Return the values of a logged call about its rule."""
        if not by_rule:
            return {}
        return {"rule_text": by_rule["text"], "rule_reason": by_rule["reason"]}


class DunningChannelCall(models.AbstractModel):
    """Calls that a rule never allows do not wait for anybody."""

    # one concept, one file
    _inherit = "dunning.channel.call"  # pylint: disable=consider-merging-classes-inherited

    def _lapse_calls(self, company, date):
        lapsed = super()._lapse_calls(company, date)
        return lapsed | self._lapse_forbidden(company)

    def _lapse_forbidden(self, company):
        """Let calls go another way that their rules do not allow at all.

        A customer who could be in too many time zones waits as others do: somebody may
        enter the right one.

        :param res.company company: one company
        :return: the calls that went another way
        :rtype: dunning.notice
        """
        calls = (
            self.env["dunning.notice"]
            .sudo()
            .search(
                [
                    ("company_id", "=", company.id),
                    ("state", "=", "queued"),
                    ("channel_id", "in", self.env["dunning.channel"]._get_manual().ids),
                ]
            )
        )
        forbidden = calls.browse()
        for key, decision in calls._get_decisions().items():
            if decision.answer.values.get("number") == 0 and not decision.exception:
                notice = calls.browse(key)
                notice._set_failed(notice._get_held_values(decision)[-1])
                forbidden |= notice
        return forbidden
