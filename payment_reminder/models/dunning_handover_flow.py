from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL

from ..const import HANDOVER_AWAY_STATES, HANDOVER_LIVING_STATES


class DunningHandoverFlow(models.AbstractModel):
    """The way of a hand-over: prepared, handed over, collecting, and its end."""

    _name = "dunning.handover.flow"
    _description = "Hand-over: States"

    # === MAKING === #

    @api.model
    def _make(self, case, items, agency, date=None, **values):
        """Return a prepared hand-over of items of a case.

        :param dunning.case case: whose items
        :param dunning.case.line items: which ones
        :param res.partner agency: with a role, see ``dunning_agency_role``
        :param datetime.date date: the company's date, default today
        :param values: further values, such as ``message`` and the commission
        :raise UserError: when an item cannot be handed over, in words; when the last
            level is not reached and ``early_reason`` says nothing
        :rtype: dunning.handover
        """
        case.check_access("write")
        date = date or case.company_id._get_dunning_today()
        items._check_handable(date)
        self._check_level(items, date, values.get("early_reason"))
        lines = self.env["dunning.handover.line"]
        debts = items.sudo().move_line_id._get_debts(date)
        handover = self.sudo().create(
            {
                **self._prepare_commission_values(agency, case),
                **values,
                "case_id": case.id,
                "agency_id": agency.id,
                "date": date,
                "line_ids": [
                    fields.Command.create(lines._prepare_values(item, date, debt))
                    for item, debt in zip(items, debts.values(), strict=True)
                ],
            }
        )
        handover._after_change()
        handover._log_in_case(self.env._("Hand-over prepared"))
        return handover.with_env(self.env)

    @api.model
    def _prepare_commission_values(self, agency, case):
        """Return what the agency usually earns, as values of a hand-over."""
        agency = agency.with_company(case.company_id)
        scale = agency.dunning_commission_scale_id
        is_scale = (
            agency.dunning_commission_method == "scale"
            and scale.currency_id == case.currency_id
            and scale.company_id == case.company_id
        )
        return {
            "commission_method": "scale" if is_scale else "percent",
            "commission_percent": agency.dunning_commission_percent,
            "commission_scale_id": is_scale and scale.id,
        }

    def _check_level(self, items, date, reason):
        """Raise a UserError when something is handed over early without a reason."""
        early = items.filtered(lambda item: not item._is_past_last_level(date))
        if early and not (reason or "").strip():
            raise UserError(
                self.env._(
                    "%(items)s: the reminders have not reached their last level. Say "
                    "why it is handed over already.",
                    items=", ".join(early.move_id.mapped("name")),
                )
            )

    # === CHECKS === #

    def _check_in(self, states):
        """Raise a UserError unless the hand-over is in one of ``states``."""
        self.ensure_one()
        if self.state in states:
            return
        labels = dict(self._fields["state"]._description_selection(self.env))
        raise UserError(
            self.env._(
                "%(handover)s is in the state '%(state)s': this is not possible any "
                "more.",
                handover=self.display_name,
                state=labels[self.state],
            )
        )

    def _drop_settled(self, date):
        """Leave out what cannot be handed over any more, and say so in the history.

        What is open for another amount by now is handed over with that amount.

        :param datetime.date date: the company's date to decide for
        :return: what was left out or changed, in words
        :rtype: list[str]
        """
        self.ensure_one()
        texts = []
        items = self._get_items()
        problems = items._get_handing_problems(date, self)
        debts = items.sudo().move_line_id._get_debts(date)
        for line in self.line_ids:
            item = items.filtered(
                lambda i, own=line: i.move_line_id == own.move_line_id
            )
            problem = problems.get(item) if item else self.env._("It was changed.")
            if problem:
                texts.append(f"{line.name}: {problem}")
                line.sudo().unlink()
                continue
            debt = debts[item.sudo().move_line_id]
            values = line._prepare_values(item, date, debt)
            if self.currency_id.compare_amounts(
                line.amount_handed, values["amount_handed"]
            ):
                texts.append(
                    self.env._(
                        "%(invoice)s: open for %(now)s by now, not %(before)s.",
                        invoice=line.name,
                        now=self.currency_id._format_dunning(values["amount_handed"]),
                        before=self.currency_id._format_dunning(line.amount_handed),
                    )
                )
            line.sudo().write(values)
        if texts:
            self._message_log(body="\n".join(texts))
        return texts

    def _get_items(self):
        """Return the items of the case that are in the hand-over.

        :rtype: dunning.case.line
        """
        return (
            self.env["dunning.case.line"]
            .sudo()
            .search([("move_line_id", "in", self.line_ids.move_line_id.ids)])
        )

    # === STATES === #

    def _set_handed_over(self, date=None):
        """Give the items to the agency: what is settled by now is left out before.

        :param datetime.date date: the company's date, default today
        :return: what was left out or changed, in words
        :rtype: list[str]
        :raise UserError: when nothing is left
        """
        self.ensure_one()
        self._check_in(("prepared",))
        date = date or self._get_today()
        texts = self._drop_settled(date)
        if not self.line_ids:
            raise UserError(
                "\n".join([self.env._("Nothing is left to hand over."), *texts])
            )
        self.sudo().write(
            {
                "state": "handed_over",
                "handed_over_on": date,
                "report_due_on": self._get_next_report_date(date),
                "commission_terms": self._prepare_terms(),
                "amount_claims": self._get_claims_amount(date),
                **self._prepare_not_waiting(),
            }
        )
        self._log_in_case(self.env._("Handed over"))
        self._after_change(date)
        return texts

    def _set_collecting(self, date=None):
        """Record that the agency is at it."""
        self.sudo().write({"state": "collecting"})
        self._after_change(date)

    def _set_collected(self, date=None):
        """Record that everything was paid."""
        self._close("collected", self.env._("Everything was paid"), date)

    def _set_partly(self, reason, date=None):
        """Record that a part was paid and the rest comes back, or was credited."""
        self._close("partly", reason, date)

    def _set_returned(self, reason, date=None):
        """Record that nothing was paid: the items come back at the level they had."""
        self._close("returned", reason, date)

    def _set_written_off(self, date=None):
        """Record that what was left is written off, by a posted entry."""
        self.sudo().state_before = self.state
        self._close("written_off", self.env._("The rest was written off"), date)

    def _set_reopened(self, date=None):
        """Go on with a hand-over whose payment or write-off was undone.

        One that had come back before it was written off, has come back again.
        """
        text = self.env._("Goes on: a payment or entry was undone")
        if self.state == "written_off" and self.state_before in ("partly", "returned"):
            self._close(self.state_before, text, date)
            return
        self.sudo().write(
            {"state": "collecting", "closed_on": False, "close_reason": False}
        )
        self._log_in_case(text)
        self._after_change(date)

    def _close(self, state, reason, date=None):
        self.ensure_one()
        self.env.flush_all()
        date = date or self._get_today()
        self.sudo().write({"state": state, "closed_on": date, "close_reason": reason})
        self._log_in_case(reason)
        self._after_change(date)

    def _get_today(self):
        return self.company_id._get_dunning_today()

    def _get_next_report_date(self, date):
        """Return until when the agency reports next.

        :rtype: datetime.date
        """
        return date + timedelta(days=self.company_id.dunning_handover_report_days)

    def _after_change(self, date=None):
        """Let the database refuse what is handed over twice, and the desk know."""
        self.env.flush_all()
        self.case_id.sudo()._refresh_next_step(date)

    def _log_in_case(self, text):
        """Write into the history of the case what has become of the hand-over."""
        for handover in self:
            handover.case_id._message_log(
                body=self.env._(
                    "%(handover)s (%(items)s): %(text)s",
                    handover=handover.display_name,
                    items=", ".join(filter(None, handover.line_ids.mapped("name"))),
                    text=text,
                )
            )

    # === FOR OTHERS === #

    @api.model
    def _get_handed_over_sql(self, company):
        """Return the subquery of the receivables that are handed over, or about to be.

        :rtype: SQL
        """
        return SQL(
            """SELECT line.move_line_id
                 FROM dunning_handover_line line
                WHERE line.company_id = %(company)s AND line.is_living IS TRUE
                  AND line.move_line_id IS NOT NULL""",
            company=company.id,
        )

    @api.model
    def _get_away_sql(self, company):
        """Return the query of the receivables that are with an agency now.

        :return: ``move_line_id``, ``handover_id``
        :rtype: SQL
        """
        return SQL(
            """SELECT line.move_line_id, line.handover_id
                 FROM dunning_handover_line line
                 JOIN dunning_handover handover ON handover.id = line.handover_id
                WHERE line.company_id = %(company)s AND line.is_living IS TRUE
                  AND handover.state IN %(away)s""",
            company=company.id,
            away=HANDOVER_AWAY_STATES,
        )

    @api.model
    def _get_prepared_sql(self, company):
        """Return the query of the cases with a hand-over that was not sent yet.

        :return: ``case_id``, ``is_waiting`` (nobody has to do anything)
        :rtype: SQL
        """
        return SQL(
            """SELECT case_id, BOOL_AND(waiting_step IS NOT NULL) AS is_waiting
                 FROM dunning_handover
                WHERE company_id = %s AND state = 'prepared'
             GROUP BY case_id""",
            company.id,
        )

    @api.model
    def _get_living(self, move_lines):
        """Return the living hand-overs over some receivables.

        :param account.move.line move_lines: any
        :rtype: dunning.handover
        """
        return (
            self.env["dunning.handover.line"]
            .sudo()
            .search(
                [
                    ("move_line_id", "in", move_lines.ids),
                    ("handover_id.state", "in", HANDOVER_LIVING_STATES),
                ]
            )
            .handover_id
        )
