from decimal import Decimal

from odoo import api, fields, models
from odoo.exceptions import UserError

from ..tools.installments import InstallmentError, Terms, schedule


class InstallmentPlanMaking(models.AbstractModel):
    """Makes plans from schedules, and schedules a draft again."""

    _name = "installment.plan.making"
    _description = "Instalment Plan: Making"

    # === MAKING === #

    @api.model
    def _make(self, move_lines, schedule, **values):
        """Return a draft plan for open receivables.

        :param account.move.line move_lines: posted receivables of one customer and
            currency, see ``installment.plan.item._check_plannable``
        :param Schedule schedule: of ``tools.installments``, over what they are open for
        :param values: further values of the plan
        :raise UserError: when they cannot be paid by a plan, in words
        :rtype: installment.plan
        """
        items = self.env["installment.plan.item"]
        items._check_plannable(move_lines, self.browse(values.get("replaces_id")))
        debts = self._get_plan_debts(move_lines)
        return (
            self.sudo()
            .create(
                {
                    "company_id": move_lines.company_id.id,
                    "partner_id": move_lines.partner_id.commercial_partner_id.id,
                    "currency_id": move_lines.currency_id.id,
                    "period": schedule.terms.period,
                    **self._prepare_interest_values(schedule.terms),
                    **values,
                    "item_ids": [
                        fields.Command.create(items._prepare_values(line, debts[line]))
                        for line in move_lines.sudo()
                    ],
                    "line_ids": [
                        fields.Command.create(self._prepare_line_values(line))
                        for line in schedule.lines
                    ],
                }
            )
            .with_env(self.env)
        )

    @api.model
    def _make_equal(self, moves, count, first_date, period="monthly", **values):
        """Return a draft plan of equal instalments over invoices; for server actions.

        :param account.move moves: posted invoices of one customer and currency
        :param int count: how many instalments
        :param datetime.date first_date: of the first one
        :param str period: weekly, fortnightly, monthly or quarterly
        :param values: further values of the plan
        :raise UserError: when they cannot be paid by such a plan, in words
        :rtype: installment.plan
        """
        lines = self._get_open_receivables(moves)
        items = self.env["installment.plan.item"]
        items._check_plannable(lines, self.browse(values.get("replaces_id")))
        plan = self._schedule_equal(lines, count, first_date, period)
        return self._make(lines, plan, **values)

    @api.model
    def _get_open_receivables(self, moves):
        """Return what is still owed of invoices.

        :rtype: account.move.line
        """
        return moves.line_ids.filtered(
            lambda line: line.account_type == "asset_receivable" and not line.reconciled
        )

    @api.model
    def _get_plan_debts(self, move_lines):
        """Return what is open today of the receivables that a plan is to cover.

        :rtype: dict[account.move.line, tools.open_items.Debt]
        """
        today = move_lines.company_id._get_dunning_today()
        return move_lines.sudo()._get_debts(today)

    @api.model
    def _schedule_equal(self, move_lines, count, first_date, period="monthly"):
        """Return equal instalments over what receivables of one currency are open for.

        :param account.move.line move_lines: open receivables
        :raise UserError: when there can be no such schedule, in words
        :rtype: Schedule
        """
        currency = move_lines.currency_id
        debts = self._get_plan_debts(move_lines)
        terms = Terms(
            total=sum((debt.left for debt in debts.values()), Decimal(0)),
            step=Decimal(str(currency.rounding)),
            count=count,
            period=period,
            first_date=first_date,
        )
        try:
            return schedule(terms)
        except InstallmentError as error:
            problem = self.env["installment.problem"]._explain(error)
            raise UserError(problem) from None

    def _prepare_interest_values(self, terms):
        if not terms.interest:
            return {}
        return {
            "percent": float(terms.interest.percent),
            "method": terms.interest.method,
        }

    def _prepare_line_values(self, line):
        """Return the values of one instalment of a schedule."""
        return {
            "number": line.number,
            "date": line.date,
            "amount": float(line.amount),
            "interest": float(line.interest),
            "fee": float(line.fee),
        }

    def _reschedule(self, schedule):
        """Replace the instalments of a draft, over what its invoices are open for now.

        :param Schedule schedule: over that amount
        """
        self.ensure_one()
        self._check_draft()
        self.sudo().write(
            {
                "period": schedule.terms.period,
                "percent": 0.0,
                **self._prepare_interest_values(schedule.terms),
                "item_ids": self._prepare_item_commands(),
                "line_ids": [
                    fields.Command.clear(),
                    *(
                        fields.Command.create(self._prepare_line_values(line))
                        for line in schedule.lines
                    ),
                ],
                "approved_by_id": False,
                "approved_on": False,
            }
        )

    def _prepare_item_commands(self):
        """Return what brings the covered invoices to what they are open for now."""
        items = self.item_ids.sudo()
        debts = self._get_plan_debts(items.move_line_id)
        return [
            fields.Command.update(
                item.id, items._prepare_values(item.move_line_id, debt)
            )
            if debt and debt.left > 0
            else fields.Command.delete(item.id)
            for item, debt in ((one, debts.get(one.move_line_id)) for one in items)
        ]
