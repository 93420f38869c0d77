from odoo import SUPERUSER_ID, api, fields, models
from odoo.tools.misc import format_date

#: The steps that a person has to take, in the order of their urgency.
TODAY_STEPS = (
    "problem",
    "broken",
    "call",
    "review",
    "remind",
    "contact",
    "match",
    "stale",
    "clarify",
    "decide",
    "handover",
)


class DunningCaseDesk(models.AbstractModel):
    """The case on the desk: its next step, and what people do with it."""

    _name = "dunning.case.desk"
    _description = "Reminder Case: Desk"

    # === NEXT STEP === #
    next_step = fields.Selection(
        selection=[
            ("problem", "Delivery problem"),
            ("broken", "Promise not kept"),
            ("call", "Call"),
            ("review", "Review the proposal"),
            ("remind", "Remind"),
            ("contact", "Find a way to contact"),
            ("match", "Match payments"),
            ("stale", "Rests too long"),
            ("clarify", "Make the invoice clear"),
            ("decide", "Decide: last level reached"),
            ("handover", "Send the hand-over"),
            ("sending", "Being sent"),
            ("wait", "Waiting"),
            ("promised", "Promised"),
            ("plan", "Instalment plan"),
            ("agency", "With the agency"),
            ("write_off", "Being written off"),
            ("payment", "Payment on its way"),
            ("automatic", "Pays automatically"),
            ("disputed", "Disputed"),
            ("on_hold", "Paused"),
            ("none", "No reminders"),
            ("settled", "Settled"),
        ],
        readonly=True,
        copy=False,
        index=True,
        group_expand="_group_expand_next_step",
    )
    next_step_date = fields.Date(readonly=True, copy=False)
    next_level_id = fields.Many2one(
        comodel_name="dunning.level", readonly=True, copy=False, ondelete="set null"
    )
    is_todo = fields.Boolean(
        string="To Do Today", compute="_compute_is_todo", search="_search_is_todo"
    )
    next_step_text = fields.Char(
        string="Next", compute="_compute_next_step_text", help="Next step and its date."
    )

    explanation = fields.Html(
        string="Why",
        compute="_compute_explanation",
        help="Why the customer is reminded today, or not.",
    )

    # === COMPUTE METHODS === #

    @api.depends_context("lang")
    def _compute_explanation(self):
        explainer = self.env["dunning.explainer"]
        for case in self:
            sentences = explainer._explain_partner(case.partner_id, case.company_id)
            case.explanation = explainer._to_html(sentences)

    @api.model
    def _group_expand_next_step(self, values, domain):
        """Show the columns in the order of urgency, those with cases only."""
        order = [step for step, _label in self._fields["next_step"].selection]
        return sorted(values, key=order.index)

    @api.depends("next_step")
    def _compute_is_todo(self):
        for case in self:
            case.is_todo = case.next_step in TODAY_STEPS

    def _search_is_todo(self, operator, value):
        if operator not in ("in", "not in"):
            return NotImplemented
        wanted = (True in value) == (operator == "in")
        return [("next_step", "in" if wanted else "not in", TODAY_STEPS)]

    @api.depends("next_step", "next_step_date", "next_level_id")
    @api.depends_context("lang")
    def _compute_next_step_text(self):
        labels = dict(self._fields["next_step"]._description_selection(self.env))
        for case in self:
            parts = [labels.get(case.next_step)]
            if case.next_level_id and case.next_step in ("remind", "wait"):
                parts.append(case.next_level_id.name)
            if case.next_step_date and not case.is_todo:
                parts.append(format_date(self.env, case.next_step_date))
            case.next_step_text = " · ".join(part for part in parts if part)

    # === ACTION METHODS === #

    @api.model
    def action_open_desk(self):
        """Open the desk, with the next steps as they are at this moment."""
        self.check_access("read")
        self._refresh_desk()
        return self.env["ir.actions.act_window"]._for_xml_id(
            "payment_reminder.dunning_case_action"
        )

    def action_remind_now(self):
        """Plan a run for these customers and open its proposal."""
        return self.partner_id._dunning_remind_now(self.company_id)

    def action_add_promise(self):
        """Open the form of a promise."""
        return self._get_agreement_action(
            "dunning.promise", self.env._("Promise to Pay")
        )

    def action_add_pause(self):
        """Open the form of a pause."""
        return self._get_agreement_action("dunning.pause", self.env._("Pause"))

    def action_add_dispute(self):
        """Open the form of a dispute."""
        return self._get_agreement_action("dunning.dispute", self.env._("Dispute"))

    def _get_agreement_action(self, model, title):
        """Return the action that opens an empty form of ``model`` for the case."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "res_model": model,
            "view_mode": "form",
            "target": "new",
            "name": title,
            "context": {
                "default_case_id": self.id,
                "default_company_id": self.company_id.id,
            },
        }

    def action_resume(self):
        """End the pauses of the case and of its customer."""
        self.check_access("write")
        active = self.pause_ids.filtered(lambda pause: pause.state == "active")
        active.filtered(lambda pause: not pause.move_id).action_resume()

    def action_explain(self):
        """Say why the customer is reminded today, or not."""
        self.ensure_one()
        return self.partner_id.with_company(self.company_id).action_dunning_explain()

    # === BUSINESS METHODS === #

    def _get_claimable_lines(self):
        """Return what is overdue, or else all that is open.

        :rtype: dunning.case.line
        """
        items = self.line_ids.filtered("is_open")
        return items.filtered(lambda item: item.days_late > 0) or items

    def _promise(self, amount, date, lines=None, **values):
        """Record that the customer has promised to pay.

        :param float amount: in the case's currency
        :param datetime.date date: when it is to be paid
        :param dunning.case.line lines: the items it is about, default all overdue
        :raise ValidationError: for a date in the past, nothing or more than is open
        :rtype: dunning.promise
        """
        self.ensure_one()
        vals = {**values, "case_id": self.id, "amount": amount, "date": date}
        if lines:
            vals["line_ids"] = [fields.Command.set(lines.ids)]
        return self.env["dunning.promise"].create(vals)

    def _pause(self, until, reason):
        """Leave the cases out of reminders up to and including ``until``.

        :rtype: dunning.pause
        """
        return self.env["dunning.pause"].create(
            [
                {"case_id": case.id, "date_until": until, "reason": reason}
                for case in self
            ]
        )

    def _dispute(self, lines, category, text, **values):
        """Record that the customer objects to ``lines``: they rest.

        :param dunning.case.line lines: items of this case
        :param str category: see ``dunning.dispute``
        :rtype: dunning.dispute
        """
        self.ensure_one()
        return self.env["dunning.dispute"].create(
            {
                **values,
                "case_id": self.id,
                "line_ids": [fields.Command.set(lines.ids)],
                "category": category,
                "text": text,
            }
        )

    def _refresh_next_step(self, date=None):
        """Find the next step of these cases again.

        :param datetime.date date: the day to decide for, default each company's today
        """
        if self:
            self.env["dunning.desk"].sudo()._refresh(self.company_id, self, date)

    @api.model
    def _refresh_desk(self):
        """Find out about promises and pauses, new cases, and what comes next."""
        # nobody's name: whoever looks does none of it
        for company in self.env.companies.with_user(SUPERUSER_ID):
            today = company._get_dunning_today()
            company.env["dunning.promise"]._watch(company, today)
            company.env["dunning.pause"]._watch(company, today)
            company.env["dunning.planner"]._open_cases(company)
        self.env["dunning.desk"].sudo()._refresh(self.env.companies)
