from decimal import Decimal

from odoo import models
from odoo.tools import SQL

from ..tools.interest import Payment


class AccountMoveLine(models.Model):
    """What was paid on a receivable, and when: interest is computed from it."""

    # one concept, one file
    _inherit = "account.move.line"  # pylint: disable=consider-merging-classes-inherited

    def _get_interest_payments(self, until):
        """Return what has lowered each receivable until a day, from reconciliation.

        A payment or credit counts on its own date (of the entry that it was booked
        by), not when it was matched. Exchange differences lower nothing in the currency
        of the line. What was matched and is not any more has left no trace.

        :param datetime.date until: the last day to look at
        :return: for each line its payments and credits in order of their dates, in the
            currency of the line; on a line that is a credit they are negative
        :rtype: dict[account.move.line, list[tools.interest.Payment]]
        """
        payments = {line.id: [] for line in self}
        if payments:
            self.env["account.partial.reconcile"].flush_model()
            self.env["account.move.line"].flush_model(["date"])
            for line_id, day, amount in self.env.execute_query(
                self._get_interest_payments_sql(until)
            ):
                payments[line_id].append(Payment(day, Decimal(amount)))
        return {line: payments[line.id] for line in self}

    def _get_interest_payments_sql(self, until):
        """Return the query of ``line id, date, amount``; amounts as exact texts."""
        sides = [
            SQL(
                """SELECT partial.%(own)s AS line_id, other.date AS date,
                        partial.%(amount)s * %(sign)s AS amount
                   FROM account_partial_reconcile partial
                   JOIN account_move_line other ON other.id = partial.%(other)s
                  WHERE partial.%(own)s IN %(ids)s AND other.date <= %(until)s""",
                own=SQL.identifier(f"{own}_move_id"),
                other=SQL.identifier(f"{other}_move_id"),
                amount=SQL.identifier(f"{own}_amount_currency"),
                sign=sign,
                ids=tuple(self.ids),
                until=until,
            )
            for own, other, sign in (("debit", "credit", 1), ("credit", "debit", -1))
        ]
        return SQL(
            """SELECT line_id, date, SUM(amount)::text
                 FROM (%s) AS payment
             GROUP BY line_id, date
               HAVING SUM(amount) <> 0
             ORDER BY line_id, date""",
            SQL(" UNION ALL ").join(sides),
        )
