from datetime import timedelta
from decimal import Decimal

from odoo.fields import Command

from ..tools.installments import Terms, schedule
from .common import DunningCommon


class InstallmentCommon(DunningCommon):
    """Invoices that are late today by the clock, and plans over them."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.today = cls.company._get_dunning_today()
        cls._work_every_day()

    @classmethod
    def _in_days(cls, days):
        return cls.today + timedelta(days=days)

    @classmethod
    def _plan(cls, moves=None, count=3, **values):
        """Return a draft plan over invoices, weekly from a week after today on.

        :param account.move moves: by default a new one of 300.00
        """
        moves = cls._overdue(20, 300.0) if moves is None else moves
        lines = cls._receivables(moves)
        terms = {
            name: values.pop(name)
            for name in ("first_date", "period", "interest", "fee", "rows")
            if name in values
        }
        total = sum(lines.mapped("amount_residual_currency"))
        plan = schedule(
            Terms(
                **{
                    "total": total,
                    "step": Decimal(str(lines.currency_id[:1].rounding)),
                    "count": None if "rows" in terms else count,
                    "period": "weekly",
                    "first_date": cls._in_days(7),
                    **terms,
                }
            )
        )
        return cls.env["installment.plan"]._make(lines, plan, **values)

    @classmethod
    def _active_plan(cls, moves=None, **values):
        plan = cls._plan(moves, **values)
        plan.action_activate()
        return plan

    @classmethod
    def _pay(cls, moves, amount, days=0):
        """Pay a part of invoices by bank, ``days`` after today.

        :rtype: account.payment
        """
        wizard = (
            cls.env["account.payment.register"]
            .with_context(active_model="account.move", active_ids=moves.ids)
            .create(
                {
                    "amount": amount,
                    "payment_date": cls._in_days(days),
                    "group_payment": len(moves) > 1,
                    "payment_difference_handling": "open",
                }
            )
        )
        return wizard._create_payments()

    def _amounts(self, plan, name="amount_open"):
        return plan.line_ids.sorted("date").mapped(name)

    def _reason(self, move, days=0):
        """Return why the planner leaves an invoice out, ``False`` when it does not."""
        explainer = self.env["dunning.explainer"]
        rows = explainer._get_rows(
            move.commercial_partner_id, move.company_id, self._in_days(days)
        )
        return next(row["reason"] for row in rows if row["move_id"] == move.id)

    def _put_on_case(self, move, level):
        """Let an invoice have reached ``level``, as a sent notice does."""
        self.env["dunning.planner"]._open_cases(self.company, move.partner_id)
        item = self.env["dunning.case.line"].search(
            [("move_line_id", "in", self._receivables(move).ids)]
        )
        item.sudo().write({"level_id": level.id, "last_notice_date": self._in_days(-3)})
        return item

    @classmethod
    def _set(cls, records):
        return [Command.set(records.ids)]
