from decimal import Decimal

from odoo import api, models

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
        """Return the instalments that were not paid on their day, before ``date``.

        :rtype: installment.plan.line
        """
        self.ensure_one()
        return self.line_ids.filtered(
            lambda line: (
                line._is_missed(date) or (line.paid_on and line.paid_on > line.date)
            )
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

        The instalments pay the invoices one after the other, the first due first.

        :param account.move move: one of the covered invoices
        :return: (instalment, Decimal) pairs, in order of the dates
        :rtype: list[tuple[installment.plan.line, Decimal]]
        """
        self.ensure_one()
        parts = []
        items = [
            [item.move_id, self._to_decimal(item._get_residual())]
            for item in self.item_ids.sorted(lambda one: (one.date_maturity, one.id))
        ]
        for line in self.line_ids.sorted("date"):
            left = self._to_decimal(line.amount_open)
            for item in items:
                amount = min(item[1], left)
                item[1] -= amount
                left -= amount
                if amount > Decimal(0) and item[0] == move:
                    parts.append((line, amount))
        return parts
