from decimal import Decimal

from odoo import models
from odoo.tools import SQL

from ..tools.interest import Payment
from ..tools.open_items import Debt
from .account_partial_kind import DISCOUNT_FIELD


class AccountMoveLine(models.Model):
    """What was paid on a receivable, and when: interest is computed from it."""

    # one concept, one file
    _inherit = "account.move.line"  # pylint: disable=consider-merging-classes-inherited

    # === WHAT IS OPEN ON A DAY === #

    def _get_debts(self, date):
        """Return what is open of receivables on a day: the one rule for all documents.

        What was matched counts on its own date, and so does what the customers have
        paid or were credited without a match, for their oldest debts first (see
        ``dunning.open.items``).

        :param datetime.date date: the company's date
        :rtype: dict[account.move.line, tools.open_items.Debt]
        """
        matched = self._get_interest_payments(date)
        unmatched = self.env["dunning.open.items"]._get_unmatched(self, date)
        return {
            line: line._make_debt([*matched[line], *unmatched.get(line.id, ())])
            for line in self.sudo()
        }

    def _make_debt(self, payments):
        """Return a receivable with what has lowered it, exact."""
        places = self.currency_id.decimal_places
        amounts = (self.amount_currency, self.amount_residual_currency)
        amount, residual = (Decimal(f"{one:.{places}f}") for one in amounts)
        payments = sorted(payments, key=lambda payment: payment.date)
        return Debt(amount, tuple(payments), residual)

    # === WHAT WAS MATCHED === #

    def _get_interest_payments(self, until):
        """Return what has lowered each receivable until a day, from reconciliation.

        A payment or credit counts on its own date (of the entry that it was booked
        by), not when it was matched; which kind it is says
        ``account.partial.reconcile._get_dunning_kind_sql``. Exchange differences lower
        nothing in the currency of the line. What was matched and is not any more has
        left no trace.

        :param datetime.date until: the last day to look at
        :return: for each line its payments and credits in order of their dates, in the
            currency of the line; on a line that is a credit they are negative
        :rtype: dict[account.move.line, list[tools.interest.Payment]]
        """
        payments = {line.id: [] for line in self}
        if payments:
            self.env["account.partial.reconcile"].flush_model()
            self.env["account.move"].flush_model()
            self.env["account.move.line"].flush_model()
            self.env["res.company"].flush_model([DISCOUNT_FIELD])
            for line_id, day, kind, amount in self.env.execute_query(
                self._get_interest_payments_sql(until)
            ):
                payments[line_id].append(Payment(day, Decimal(amount), kind))
        return {line: payments[line.id] for line in self}

    def _get_interest_payments_sql(self, until):
        """Return the query of ``line id, date, kind, amount``; amounts as texts."""
        partials = self.env["account.partial.reconcile"]
        sides = [
            SQL(
                """SELECT line.id AS line_id, other.date, %(kind)s AS kind,
                        partial.%(amount)s * %(sign)s AS amount,
                        ROUND(partial.%(amount)s * %(sign)s * discount.share,
                              currency.decimal_places) AS discount
                   FROM account_partial_reconcile partial
                   JOIN account_move_line line ON line.id = partial.%(own)s
                   JOIN res_currency currency ON currency.id = line.currency_id
                   JOIN account_move_line other ON other.id = partial.%(other)s
                   JOIN account_move paid ON paid.id = other.move_id
              LEFT JOIN LATERAL (%(discounts)s) discount ON TRUE
                  WHERE partial.%(own)s IN %(ids)s AND other.date <= %(until)s""",
                kind=partials._get_dunning_kind_sql(SQL("line"), SQL("paid")),
                discounts=partials._get_dunning_discount_sql(SQL("paid")),
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
            """WITH payment AS (%s)
               SELECT line_id, date, kind, SUM(amount)::text
                 FROM (SELECT line_id, date, kind,
                              amount - COALESCE(discount, 0) AS amount
                         FROM payment
                        UNION ALL
                       SELECT line_id, date, 'discount', discount
                         FROM payment WHERE discount <> 0) AS part
             GROUP BY line_id, date, kind
               HAVING SUM(amount) <> 0
             ORDER BY line_id, date, kind""",
            SQL(" UNION ALL ").join(sides),
        )
