from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from odoo import models
from odoo.fields import Domain
from odoo.tools import SQL

from .account_move_discount import Discount


@dataclass(frozen=True)
class OpenLine:
    """An open receivable, or an unmatched payment or credit (below zero)."""

    key: int
    move_id: int
    due: date
    amount: Decimal
    announced: Decimal
    is_in_payment: bool
    is_disputed: bool
    is_planned: bool
    is_begun: bool
    promised_on: date | None
    handover_id: int | None
    is_elsewhere: bool
    #: money that is not matched and was taken off for a plan or an agency
    kept: Decimal
    has_discount: bool = False
    discount: Discount | None = None

    @property
    def left(self):
        """What is still to pay beside what was announced by online payments."""
        return self.amount - self.announced

    @property
    def is_awaited(self):
        """Whether money for it is on its way: booked, or in an online payment."""
        return self.is_in_payment or self.announced > 0

    @property
    def is_pending(self):
        """Whether money for all of it is on its way."""
        return self.is_in_payment or (self.announced > 0 and self.left <= 0)

    @property
    def is_payable(self):
        """Whether it can be chosen.

        A plan asks for its items in its own parts, an agency for what it collects.
        """
        is_apart = self.is_pending or self.is_planned or self.is_elsewhere
        return self.amount > 0 and not is_apart

    @property
    def saved(self):
        """What paying all of it today saves; it is not in the amount."""
        is_given = self.discount and not self.discount.is_lost
        return self.discount.saved if is_given else Decimal(0)


class DunningPaymentPage(models.AbstractModel):
    """What is open: read by one query, however many items there are."""

    # one concept, one file
    _inherit = "dunning.payment.page"  # pylint: disable=consider-merging-classes-inherited

    # === WHICH === #

    def _get_open_domain(self):
        """Return the domain of what is open with the customer, in any currency.

        :rtype: Domain
        """
        return Domain(
            [
                ("company_id", "=", self.company_id.id),
                ("partner_id.commercial_partner_id", "=", self.partner_id.id),
                ("account_type", "=", "asset_receivable"),
                ("parent_state", "=", "posted"),
                ("reconciled", "=", False),
                ("amount_residual_currency", "!=", 0),
            ]
        )

    def _get_currencies(self, cases):
        """Return the currencies in which something is open or there is a case.

        :param dunning.case cases: of the customer
        :rtype: res.currency
        """
        open_in = self.env["res.currency"].browse(self._get_all_open())
        return (open_in | cases.currency_id).sorted("name")

    # === READING === #

    def _get_open(self, currency=None):
        """Return what is open in a currency, the oldest first.

        :param res.currency currency: default that of the page
        :rtype: list[OpenLine]
        """
        return self._get_all_open().get((currency or self.currency_id).id, [])

    def _get_all_open(self):
        """Return what is open in each currency, the oldest first.

        :rtype: dict[int, list[OpenLine]]
        """
        return self._once("open", self._read_all_open)

    def _read_all_open(self):
        self.env.flush_all()
        rows = self.env.execute_query(self._get_open_sql())
        currencies = self.env["res.currency"].browse({row[0] for row in rows})
        digits = {currency.id: currency.decimal_places for currency in currencies}
        found = {}
        for row in rows:
            currency, key, move, due, amount, announced, *marks, has_discount, kept = (
                row
            )
            amount, announced, kept = (
                Decimal(f"{value:.{digits[currency]}f}")
                for value in (amount, announced, kept)
            )
            one = OpenLine(
                key, move, due, amount, announced, *marks, kept, has_discount
            )
            found.setdefault(currency, []).append(one)
        return found

    def _get_open_sql(self):
        query = self.env["account.move.line"].sudo()._search(self._get_open_domain())
        planner = self.env["dunning.planner"]
        return SQL(
            """
            SELECT account_move_line.currency_id,
                   account_move_line.id, account_move_line.move_id,
                   COALESCE(account_move_line.date_maturity, account_move_line.date),
                   account_move_line.amount_residual_currency,
                   COALESCE(announced.amount, 0),
                   move.payment_state IN ('in_payment', 'paid'),
                   COALESCE(item.id IN (%(disputed)s), FALSE),
                   EXISTS (SELECT 1 FROM installment_plan_item planned
                            WHERE planned.move_line_id = account_move_line.id
                              AND planned.is_active IS TRUE),
                   %(begun)s,
                   (SELECT MAX(promise.date)
                      FROM dunning_promise_line_rel rel
                      JOIN dunning_promise promise ON promise.id = rel.promise_id
                     WHERE rel.line_id = item.id AND promise.state = 'open'
                       AND promise.rest_until >= %(date)s),
                   away.handover_id, away.handover_id IS NOT NULL AND %(elsewhere)s,
                   account_move_line.discount_date IS NOT NULL
                   AND account_move_line.amount_residual_currency
                       = account_move_line.amount_currency,
                   COALESCE(kept.amount, 0)
              FROM %(tables)s
              JOIN account_move move ON move.id = account_move_line.move_id
         LEFT JOIN dunning_case_line item ON item.move_line_id = account_move_line.id
         LEFT JOIN (%(away)s) away ON away.move_line_id = account_move_line.id
         LEFT JOIN (%(kept)s) kept ON kept.move_line_id = account_move_line.id
         %(announced)s
             WHERE %(where)s
          ORDER BY 4, account_move_line.id
            """,
            announced=planner._get_announced_join(self.date, self.company_id),
            disputed=self.env["dunning.dispute"]._get_disputed_sql(self.company_id),
            begun=self.env["payment.transaction"]._get_dunning_begun_sql(),
            date=self.date,
            away=self.env["dunning.handover"]._get_away_sql(self.company_id),
            kept=self.env["dunning.counted.credit"]._get_waiting_sql(self.company_id),
            elsewhere=not self.company_id.sudo().dunning_handover_is_payable,
            tables=query.from_clause,
            where=query.where_clause or SQL("TRUE"),
        )
