from odoo import models
from odoo.exceptions import UserError
from odoo.tools import SQL

#: Reasons of the planner that concern reminders only: such an item may be handed over
#: when a person chooses it, but is not chosen by itself.
SOFT_REASONS = ("no_followup", "excluded", "on_hold", "no_procedure", "automatic")


class DunningCaseLine(models.Model):
    """The item that is handed over to an agency."""

    # one concept, one file
    _inherit = "dunning.case.line"  # pylint: disable=consider-merging-classes-inherited

    # === WHETHER === #

    def _get_handing_reasons(self, date, handover=None):
        """Return why the planner would not remind of each item, as a code.

        :param datetime.date date: the company's date to decide for
        :param dunning.handover handover: in which the items may be
        :return: ``{item: code of NOT_OWED_REASONS}``, without those that are owed
        :rtype: dict
        """
        self.env.flush_all()
        reasons = {}
        for company, items in self.grouped("company_id").items():
            found = self.env.execute_query(items._get_reasons_sql(date, company))
            reasons |= {self.browse(key): code for key, code in found if code}
        for line in handover.line_ids if handover else ():
            for item in self.filtered(
                lambda i, ln=line: i.move_line_id == ln.move_line_id
            ):
                if reasons.get(item) == "handed_over":
                    del reasons[item]
        return reasons

    def _get_reasons_sql(self, date, company):
        return SQL(
            """
            SELECT item.id, %(not_owed)s
              FROM dunning_case_line item
              JOIN dunning_case dcase ON dcase.id = item.case_id
              JOIN account_move_line ON account_move_line.id = item.move_line_id
              JOIN account_move move ON move.id = account_move_line.move_id
              JOIN res_partner customer ON customer.id = dcase.partner_id
             WHERE item.id IN %(items)s
            """,
            not_owed=self.env["dunning.planner"]._get_not_owed_sql(date, company),
            items=tuple(self.ids),
        )

    def _get_handing_problems(self, date, handover=None):
        """Return why items cannot be handed over on ``date``, in words.

        :param datetime.date date: the company's date to decide for
        :param dunning.handover handover: in which the items may be
        :return: ``{item: sentence}``, without those that can
        :rtype: dict
        """
        reasons = self._get_handing_reasons(date, handover)
        debts = self.sudo().move_line_id._get_debts(date)
        problems = {}
        for item in self:
            code = reasons.get(item)
            if code and code not in SOFT_REASONS:
                problems[item] = item._get_reason_text(code)
            elif not item.date_maturity or item.date_maturity >= date:
                problems[item] = self.env._("It is not overdue.")
            elif debts[item.sudo().move_line_id].left <= 0:
                problems[item] = self.env._(
                    "Payments that are not matched yet cover it: match them first."
                )
        return problems

    def _get_reason_text(self, code):
        """Return a reason of the planner as a sentence; who has a handed-over item."""
        if code == "handed_over":
            handover = self.env["dunning.handover"]._get_living(self.move_line_id)[:1]
            if handover:
                return self.env._(
                    "It is in the hand-over %(handover)s already.",
                    handover=handover.display_name,
                )
        field = self.env["dunning.run.exclusion"]._fields["reason"]
        label = dict(field._description_selection(self.env))[code]
        return self.env._("%(reason)s.", reason=label)

    def _check_handable(self, date):
        """Raise a UserError unless all items can be handed over, in words."""
        if not self:
            raise UserError(self.env._("Choose the items that are handed over."))
        if len(self.case_id) > 1:
            raise UserError(
                self.env._(
                    "A hand-over is about the items of one case, not of several."
                )
            )
        problems = self._get_handing_problems(date)
        if problems:
            raise UserError(
                "\n".join(
                    f"{item.move_id.name}: {text}" for item, text in problems.items()
                )
            )

    def _is_past_last_level(self, date):
        """Return whether no level follows, and the last notice was not obeyed in time.

        :param datetime.date date: the company's date to decide for
        :rtype: bool
        """
        self.ensure_one()
        if not self.level_id or (self.pay_by_date and self.pay_by_date >= date):
            return False
        days = (date - self.date_maturity).days if self.date_maturity else 0
        procedure = self._get_procedure()
        return bool(procedure) and not procedure._get_next_level(self.level_id, days)

    def _get_procedure(self):
        """Return the procedure that applies: invoice > customer > company.

        :rtype: dunning.procedure
        """
        customer = self.partner_id.with_company(self.company_id)
        return (
            self.move_id.dunning_procedure_id
            or customer.dunning_procedure_id
            or self.company_id.dunning_procedure_id
        )
