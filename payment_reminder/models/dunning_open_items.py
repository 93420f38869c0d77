from collections import defaultdict
from decimal import Decimal

from odoo import api, models
from odoo.tools import SQL

from ..tools.open_items import Credit, allocate


class DunningOpenItems(models.AbstractModel):
    """What customers have paid without a match, and for which debts it counts.

    Nothing is matched and nothing stored. Two queries at most, whatever the number of
    receivables; one where nobody has paid without a match.
    """

    _name = "dunning.open.items"
    _description = "What Is Open on a Day"

    @api.model
    def _get_unmatched(self, lines, date):
        """Return what unmatched money pays of receivables on a day.

        A plan or an agency keeps what was taken off when it got a receivable. The rest
        pays the debts of a customer in a currency in this order: what is asked for now,
        then what rests for any reason (a plan, an agency, a promise), then what is
        disputed; within each the first due one first. So documents that take all
        unmatched money off what they ask for agree with this. Money that was paid for
        interest and costs pays no debt.

        :param account.move.line lines: receivables of any company
        :param datetime.date date: the company's date; what is dated later does not
            count yet
        :return: what counts for a receivable, by its id
        :rtype: dict[int, list[tools.interest.Payment]]
        """
        self.env.flush_all()
        found = {}
        owed = lines.sudo().filtered(
            lambda line: not line.reconciled and line.amount_residual_currency > 0
        )
        for company, own in owed.grouped("company_id").items():
            customers = own.partner_id.commercial_partner_id
            credits = self._read_credits(company, customers, date)
            if not credits:
                continue
            debts = self._read_debts(company, customers, date)
            for key, waiting in credits.items():
                found |= self._allocate(debts.get(key, []), waiting)
        return found

    def _allocate(self, debts, credits):
        """Return what credits pay of debts of the same customer and currency.

        :param list debts: ``(id, id of the move, amount, kept amount)`` in their order
        :param list credits: ``(id, date, amount, kind, id of the reversed move)``
        """
        by_move = defaultdict(list)
        for key, move, _amount, _kept in debts:
            by_move[move].append(key)
        return allocate(
            {key: amount for key, _move, amount, _kept in debts},
            [
                Credit(day, amount, kind, key, tuple(by_move.get(reversed_move, ())))
                for key, day, amount, kind, reversed_move in credits
            ],
            {key: kept for key, _move, _amount, kept in debts if kept},
        )

    # === READING === #

    def _read_credits(self, company, customers, date):
        """Return the unmatched payments and credits by customer and currency."""
        if not customers:
            return {}
        credits = defaultdict(list)
        for partner, currency, *credit in self.env.execute_query(
            self._get_credits_sql(company, customers, date)
        ):
            key, day, amount, kind, move = credit
            credits[partner, currency].append((key, day, Decimal(amount), kind, move))
        return credits

    def _get_credits_sql(self, company, customers, date):
        return SQL(
            """SELECT contact.commercial_partner_id, line.currency_id,
                      line.id, line.date,
                      (-line.amount_residual_currency)::text,
                      CASE WHEN move.move_type = 'out_refund' THEN 'credit'
                           ELSE 'payment' END,
                      move.reversed_entry_id
                 FROM account_move_line line
                 JOIN account_move move ON move.id = line.move_id
                 JOIN account_account account ON account.id = line.account_id
                 JOIN res_partner contact ON contact.id = line.partner_id
                WHERE line.company_id = %(company)s
                  AND contact.commercial_partner_id IN %(customers)s
                  AND account.account_type = 'asset_receivable'
                  AND line.parent_state = 'posted'
                  AND line.reconciled IS NOT TRUE
                  AND line.amount_residual_currency < 0
                  AND line.date <= %(date)s
                  -- paid on the page for claims, until these are booked
                  AND NOT EXISTS (
                      SELECT 1
                        FROM dunning_payment_part part
                        JOIN payment_transaction tx ON tx.id = part.transaction_id
                       WHERE part.is_claim IS TRUE
                         AND tx.payment_id = move.origin_payment_id)
             ORDER BY line.date, line.id""",
            company=company.id,
            customers=tuple(customers.ids),
            date=date,
        )

    def _read_debts(self, company, customers, date):
        """Return the debts by customer and currency, in the order of their payment."""
        debts = defaultdict(list)
        for partner, currency, key, move, *amounts in self.env.execute_query(
            self._get_debts_sql(company, customers, date)
        ):
            debts[partner, currency].append((key, move, *map(Decimal, amounts)))
        return debts

    def _get_debts_sql(self, company, customers, date):
        planner = self.env["dunning.planner"].sudo()
        run = self.env["dunning.run"].sudo()
        run = run.new({"company_id": company.id, "partner_ids": customers.ids})
        tables, where = planner._get_scope(run)
        return SQL(
            """SELECT customer.id, account_move_line.currency_id,
                      account_move_line.id, account_move_line.move_id,
                      account_move_line.amount_residual_currency::text,
                      COALESCE(kept.amount, 0)::text
                 FROM %(tables)s
            LEFT JOIN (%(kept)s) kept ON kept.move_line_id = account_move_line.id
           CROSS JOIN LATERAL (SELECT %(not_owed)s AS reason) rest
                WHERE %(where)s
             ORDER BY CASE WHEN rest.reason = 'disputed' THEN 2
                           WHEN rest.reason IS NOT NULL THEN 1
                           ELSE 0 END,
                      COALESCE(account_move_line.date_maturity, account_move_line.date),
                      account_move_line.id""",
            tables=tables,
            where=where,
            not_owed=planner._get_not_owed_sql(date, company),
            kept=self.env["dunning.counted.credit"]._get_waiting_sql(company),
        )
