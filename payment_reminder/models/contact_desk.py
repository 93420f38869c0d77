from odoo import api, fields, models
from odoo.tools.misc import format_datetime


class DunningCase(models.Model):
    """The next step of a case tells from when on its contact rule allows it."""

    # one concept, one file
    _inherit = "dunning.case"  # pylint: disable=consider-merging-classes-inherited

    @api.depends_context("tz")
    def _compute_next_step_text(self):
        result = super()._compute_next_step_text()
        waiting = self.filtered(lambda case: case.next_step in ("call", "sending"))
        blocked = waiting._get_blocked_notices()
        for case in waiting.filtered(lambda case: case.id in blocked):
            parts = (case.next_step_text, blocked[case.id].contact_text)
            case.next_step_text = " · ".join(filter(None, parts))
        return result

    def _get_blocked_notices(self):
        """Return the notice of each case that its contact rule does not allow now.

        A call that waits, or a mail that is held back.

        :return: ``{case id: dunning.notice}``
        :rtype: dict
        """
        if not self:
            return {}
        notices = self.env["dunning.notice"].search(
            [("case_id", "in", self.ids), ("state", "=", "queued")]
        )
        manual = self.env["dunning.channel"]._get_manual()
        relevant = notices.filtered(
            lambda notice: notice.held_rule_id or notice.channel_id in manual
        )
        return {
            notice.case_id.id: notice
            for notice in relevant
            if not notice.is_contact_allowed
        }


class DunningRun(models.Model):
    """A run tells how many of its notices wait for a contact rule."""

    # one concept, one file
    _inherit = "dunning.run"  # pylint: disable=consider-merging-classes-inherited

    held_text = fields.Char(compute="_compute_held_text")

    @api.depends("state")
    @api.depends_context("lang", "tz")
    def _compute_held_text(self):
        rows = self.env["dunning.notice"]._read_group(
            [
                ("run_id", "in", self.ids),
                ("state", "=", "queued"),
                ("held_rule_id", "!=", False),
            ],
            ["run_id"],
            ["__count", "next_try:min"],
        )
        found = {run.id: values for run, *values in rows}
        for run in self:
            number, moment = found.get(run.id, (0, None))
            run.held_text = bool(number) and self.env._(
                "Notices that wait for an hour that contact rules allow: %(number)s. "
                "They go out by themselves, the next on %(moment)s.",
                number=number,
                moment=format_datetime(self.env, moment, dt_format="short"),
            )

    def action_view_held(self):
        """Open the notices that wait for a contact rule."""
        action = self.action_view_notices()
        action["context"] = {"search_default_held": 1}
        return action


class DunningExplainer(models.AbstractModel):
    """Explanations name the contact rule, if it does not allow a call now."""

    # one concept, one file
    _inherit = "dunning.explainer"  # pylint: disable=consider-merging-classes-inherited

    def _explain_partner(self, partner, company, date=None):
        sentences = super()._explain_partner(partner, company, date)
        text = self._say_contact_rule(partner, company)
        return [*sentences, text] if text else sentences

    def _say_contact_rule(self, partner, company):
        """Return what the contact rule says to a call now, or ``False`` without one.

        :rtype: str | bool
        """
        contact = partner.with_company(company)._get_dunning_callee()
        question = contact._ask_contact("call", company)
        decision = self.env["contact.guard"]._decide([question]).get(contact.id)
        if not decision:
            return False
        words = self.env["contact.words"]
        if not decision.answer.allowed:
            return words._explain(decision)
        return self.env._(
            "%(rule)s: %(text)s.", rule=decision.rule.name, text=words._say(decision)
        )
