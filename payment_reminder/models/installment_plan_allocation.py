from decimal import Decimal

from odoo import api, models
from odoo.tools import SQL

from ..tools import installments

#: A plan in these states keeps the figures that it had when it ended.
FROZEN_STATES = ("defaulted", "cancelled")


class InstallmentPlanAllocation(models.AbstractModel):
    """What is paid of a plan: payments fill the instalments in order of their dates."""

    _name = "installment.plan.allocation"
    _description = "Instalment Plan: Payments"

    # === WHAT IS PAID === #

    def _get_payments(self):
        """Return what was paid on the covered invoices since the plan was made.

        :return: (date, Decimal in the plan's currency) pairs
        :rtype: list[tuple[datetime.date, Decimal]]
        """
        self.ensure_one()
        pairs = [pair for item in self.item_ids for pair in item._get_payments()]
        return [(day, self._to_decimal(amount)) for day, amount in pairs]

    def _get_rows(self):
        """Return the instalments as ``tools.installments.allocate`` takes them."""
        self.ensure_one()
        return [
            (line.date, self._to_decimal(line.amount))
            for line in self.line_ids.sorted("date")
        ]

    def _allocate(self):
        """Return what is paid of which instalment, from reconciliation.

        :rtype: tools.installments.Allocation
        """
        self.ensure_one()
        return installments.allocate(self._get_rows(), self._get_payments())

    def _fill_paid(self, lines):
        """Set what is paid of ``lines``, instalments of this plan (or of none).

        Nothing is paid of a draft or a proposal, and a plan that has ended keeps what
        it had.
        """
        if self.state in FROZEN_STATES:
            for line in lines:
                line.amount_paid = line.amount_paid
                line.amount_open = line.amount_open
                line.paid_on = line.paid_on
            return
        if self.state not in ("active", "completed"):
            for line in lines:
                line.update(self._prepare_paid(line.amount, 0.0, False))
            return
        found = {paid.date: paid for paid in self._allocate().lines}
        for line in lines:
            paid = found[line.date]
            line.update(self._prepare_paid(line.amount, float(paid.paid), paid.paid_on))

    def _prepare_paid(self, amount, paid, paid_on):
        return {
            "amount_paid": paid,
            "amount_open": self.currency_id.round(amount - paid),
            "paid_on": paid_on or False,
        }

    def _get_missed_lines(self, date):
        """Return the instalments that were not paid in time, before ``date``.

        :rtype: installment.plan.line
        """
        self.ensure_one()
        return self.line_ids.filtered(
            lambda line: (
                line._is_missed(date)
                or (line.paid_on and line.paid_on > line._get_last_day_in_time())
            )
        )

    def _get_received_lines(self, date):
        """Return the open instalments that money without a match covers.

        It was received by ``date`` and counts for the invoices of the plan; until
        somebody matches it, nobody is told that an instalment is missing.

        :rtype: installment.plan.line
        """
        self.ensure_one()
        receivables = self.item_ids.move_line_id.sudo()
        received = sum(
            (debt.unmatched for debt in receivables._get_debts(date).values()),
            Decimal(0),
        )
        # what had come before the plan pays no instalment
        received -= self._to_decimal(sum(self.item_ids.mapped("amount_waiting")))
        covered = self.line_ids.browse()
        for line in self.line_ids.sorted("date").filtered("amount_open"):
            received -= self._to_decimal(line.amount_open)
            if received < 0:
                break
            covered |= line
        return covered

    # === FOR TOTALS === #

    @api.model
    def _get_planned_sql(self, todays):
        """Return the query of the receivables that active plans cover.

        ``due`` is the day of the first open instalment, ``late_share`` the part of what
        is open that is late today, NULL without any.

        :param SQL todays: see ``res.company._get_dunning_todays_sql``
        :rtype: SQL
        """
        return SQL(
            """
            SELECT item.move_line_id, plan.next_date AS due,
                   late.amount / NULLIF(plan.amount_open, 0) AS late_share
              FROM installment_plan_item item
              JOIN installment_plan plan ON plan.id = item.plan_id
         LEFT JOIN (SELECT line.plan_id, SUM(line.amount_open) AS amount
                      FROM installment_plan_line line
                      JOIN (%(todays)s) today ON today.company_id = line.company_id
                     WHERE line.state = 'active'
                       AND line.date <= today.late_date
                  GROUP BY line.plan_id
                    HAVING SUM(line.amount_open) > 0) late ON late.plan_id = plan.id
             WHERE item.is_active IS TRUE
            """,
            todays=todays,
        )

    @api.model
    def _get_overdue_share_sql(self, date):
        """Return the SQL of how much of an open receivable is overdue: 0 to 1.

        Reads the aliases ``line`` and ``planned``, see ``_get_planned_sql``.

        :param SQL date: the day to decide for
        :rtype: SQL
        """
        return SQL(
            """CASE WHEN planned.move_line_id IS NOT NULL
                     THEN COALESCE(planned.late_share, 0)
                     ELSE (line.date_maturity IS NOT NULL
                           AND line.date_maturity < %s)::int END""",
            date,
        )

    # === WHAT IS LATE === #

    @api.depends("line_ids.date", "line_ids.paid_on", "line_ids.amount_open", "state")
    def _compute_missed_count(self):
        for plan in self:
            today = plan.company_id._get_dunning_today()
            plan.missed_count = len(plan._get_missed_lines(today))
            plan.is_late = plan.state == "active" and bool(
                plan._get_missed_lines(today).filtered(lambda line: not line.paid_on)
            )

    def _search_is_late(self, operator, value):
        if operator not in ("in", "not in"):
            return NotImplemented
        late = self.env["installment.plan.line"]._search(
            [("plan_id.state", "=", "active"), ("is_missed", "=", True)]
        )
        wanted = (True in value) == (operator == "in")
        return [("line_ids", "any" if wanted else "not any", [("id", "in", late)])]

    # === FOR AN INVOICE === #

    def _get_open_parts(self, move):
        """Return what is still to be paid of ``move`` by this plan, date by date.

        :param account.move move: one of the covered invoices
        :return: (instalment, Decimal) pairs, in order of the dates
        :rtype: list[tuple[installment.plan.line, Decimal]]
        """
        return [
            (line, amount)
            for item, line, amount in self._split()
            if item.move_id == move
        ]

    def _split(self):
        """Return which instalment pays what of which invoice, as far as it is open.

        The instalments pay the invoices one after the other, the first due first.

        :return: (item, instalment, Decimal), in order of the dates
        :rtype: list[tuple]
        """
        self.ensure_one()
        parts = []
        ordered = self.item_ids.sorted(lambda one: (one.date_maturity, one.id))
        left = {item: self._to_decimal(item._get_residual()) for item in ordered}
        for line in self.line_ids.sorted("date"):
            open_part = self._to_decimal(line.amount_open)
            for item in ordered:
                amount = min(left[item], open_part)
                left[item] -= amount
                open_part -= amount
                if amount > Decimal(0):
                    parts.append((item, line, amount))
        return parts
