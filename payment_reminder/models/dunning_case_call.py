from odoo import fields, models


class DunningCase(models.Model):
    """The calls of a case: logging one does what follows from its outcome."""

    _inherit = "dunning.case"

    call_ids = fields.One2many(
        comodel_name="dunning.call", inverse_name="case_id", string="Calls"
    )
    call_count = fields.Integer(compute="_compute_call_count")

    # === COMPUTE METHODS === #

    def _compute_call_count(self):
        counts = dict(
            self.env["dunning.call"]._read_group(
                [("case_id", "in", self.ids)], ["case_id"], ["__count"]
            )
        )
        for case in self:
            case.call_count = counts.get(case, 0)

    # === ACTION METHODS === #

    def action_log_call(self):
        """Open the wizard that logs a call with the customer."""
        self.ensure_one()
        return self._get_log_call_action(self._get_waiting_call())

    def action_view_calls(self):
        """Open the calls of the case."""
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "payment_reminder.dunning_call_action"
        )
        action["domain"] = [("case_id", "in", self.ids)]
        return action

    # === BUSINESS METHODS === #

    def _get_log_call_action(self, notice):
        """Return the action of the wizard.

        :param dunning.notice notice: the call that waits, may be empty
        :rtype: dict
        """
        self.ensure_one()
        self.check_access("write")
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "payment_reminder.dunning_call_wizard_action"
        )
        action["context"] = {
            "default_case_id": self.id,
            "default_notice_id": notice.id,
        }
        return action

    def _get_waiting_call(self):
        """Return the call that waits for a person, or none.

        :rtype: dunning.notice
        """
        self.ensure_one()
        domain = [("case_id", "=", self.id), ("state", "=", "queued")]
        return self.env["dunning.notice"].search(domain).filtered("is_call")[:1]

    def _log_call(self, outcome, date=None, notice=None, **values):
        """Log a call with the customer and do what follows from its outcome.

        A call that waits in the call list is settled by it; a call without one is
        logged all the same. Everything paid by now: the call is information.

        :param str outcome: one of ``dunning.call.outcome``
        :param datetime.datetime date: when the call took place, UTC (default: now)
        :param dunning.notice notice: the call it was made for (default: the one that
            waits)
        :param values: ``contact_id``, ``phone``, ``note``, ``user_id``; ``amount`` and
            ``promise_date`` of a promise; ``lines`` (dunning.case.line), ``category``
            and ``text`` of a dispute; ``callback_at`` (UTC); ``is_incoming`` when the
            customer called; ``rule_reason``, why a call was made although the contact
            rule forbade it
        :rtype: dunning.call
        :raise ValidationError: when the outcome lacks something or makes no sense
        """
        self.ensure_one()
        self.check_access("write")
        case = self.sudo()
        notice = (notice or case._get_waiting_call()).sudo()
        date = date or fields.Datetime.now()
        today = case.company_id._get_dunning_date(date)
        Outcome = self.env["dunning.call.outcome"].sudo()
        Outcome._check(case, outcome, date, values)
        by_rule = case._check_call_rule(notice, date, values)
        moves = notice.claim_ids.move_id or case._get_overdue_items(today).move_id
        waiting = notice.filtered(lambda n: n.state == "queued" and n.is_call)
        if waiting:
            waiting = waiting._recheck(today)
        followed = Outcome._follow(case, waiting, outcome, date, today, values)
        call = (
            self.env["dunning.call"]
            .sudo()
            .create(
                {
                    **case._prepare_call_values(values),
                    **case._prepare_call_rule_values(by_rule),
                    **followed,
                    "outcome": outcome,
                    "date": date,
                    "notice_id": notice.id,
                }
            )
        )
        call._keep_exception(by_rule)
        call._log_in_chatter(moves)
        case._refresh_next_step()
        return call.sudo(False)

    def _prepare_call_values(self, values):
        """Return the values of a logged call that do not depend on its outcome."""
        self.ensure_one()
        return {
            "case_id": self.id,
            "company_id": self.company_id.id,
            "partner_id": self.partner_id.id,
            "contact_id": values.get("contact_id") or self.partner_id.id,
            "phone": values.get("phone") or False,
            "user_id": values.get("user_id") or self.env.user.id,
            "note": values.get("note") or False,
            "is_incoming": bool(values.get("is_incoming")),
        }

    def _get_overdue_items(self, date):
        """Return the open items that are overdue on ``date``, the oldest first.

        :rtype: dunning.case.line
        """
        self.ensure_one()
        return self.line_ids.filtered(
            lambda item: (
                item.is_open and item.date_maturity and item.date_maturity < date
            )
        ).sorted(lambda item: (item.date_maturity, item.id))
