from datetime import timedelta

from odoo import api, fields, models
from odoo.tools import SQL
from odoo.tools.misc import format_date

#: Online payments in these states may still settle an invoice.
PENDING_TRANSACTION_STATES = ("pending", "authorized")


class PaymentTransaction(models.Model):
    """Money that a customer has announced online and that is not booked yet.

    Its amount is not reminded of for some days (``dunning_pending_days`` of the
    company), or until a person ends that. The transaction itself stays as it is: money
    that comes late is booked all the same.
    """

    # one concept, one file
    _inherit = "payment.transaction"  # pylint: disable=consider-merging-classes-inherited

    dunning_wait_ended_at = fields.Datetime(
        string="Not Waited for Since",
        readonly=True,
        copy=False,
        help="Since then reminders do not wait for this payment any more. News of the "
        "provider begin a new wait.",
    )
    dunning_wait_ended_by_id = fields.Many2one(
        comodel_name="res.users",
        string="Wait Ended by",
        readonly=True,
        copy=False,
    )

    # === WAITING === #

    def _is_on_its_way(self, date=None):
        """Return whether the payment is waited for: announced and not booked yet.

        Mirrors ``_get_dunning_waiting_sql``.

        :param datetime.date date: the company's date, default today
        :rtype: bool
        """
        self.ensure_one()
        today = date or self.company_id._get_dunning_today()
        return (
            self._is_dunning_unsettled()
            and not self._is_dunning_wait_ended()
            and today <= self._get_dunning_wait_until()
        )

    def _is_dunning_unsettled(self):
        """Return whether the payment may still become, or is not booked yet."""
        return self.state in PENDING_TRANSACTION_STATES or (
            self.state == "done" and not self.is_post_processed
        )

    def _is_dunning_wait_ended(self):
        """Return whether a person has ended the wait since the last news."""
        ended = self.dunning_wait_ended_at
        return bool(ended) and ended >= (self.last_state_change or self.create_date)

    def _get_dunning_wait_since(self):
        """Return the day of the last news, where the company is.

        :rtype: datetime.date
        """
        moment = self.last_state_change or self.create_date
        return self.company_id._get_dunning_date(moment)

    def _get_dunning_wait_until(self):
        """Return the last day on which the payment is waited for.

        :rtype: datetime.date
        """
        days = self.company_id.dunning_pending_days
        return self._get_dunning_wait_since() + timedelta(days=days)

    # === BANK TRANSFER === #

    def _is_dunning_transfer(self):
        """Return whether the customer has to transfer the money: no provider moves it.

        So does Odoo's 'Wire Transfer' (``payment_custom``).

        :rtype: bool
        """
        self.ensure_one()
        return self.provider_code == "custom"

    def _get_dunning_communication(self):
        """Return the reference by which an announced transfer is found.

        :rtype: str
        """
        self.ensure_one()
        name = getattr(self, "_get_communication", None)  # of payment_custom
        return (name and name()) or self.reference

    # === PLANNING === #

    @api.model
    def _get_dunning_unsettled_sql(self):
        """Return the SQL of ``_is_dunning_unsettled`` and no ended wait, for ``tx``."""
        return SQL(
            """(tx.amount > 0
                AND (tx.state IN %(pending)s
                     OR (tx.state = 'done' AND tx.is_post_processed IS NOT TRUE))
                AND (tx.dunning_wait_ended_at IS NULL
                     OR tx.dunning_wait_ended_at
                        < COALESCE(tx.last_state_change, tx.create_date)))""",
            pending=PENDING_TRANSACTION_STATES,
        )

    @api.model
    def _get_dunning_since_sql(self, company):
        """Return the SQL of ``_get_dunning_wait_since`` for ``tx``."""
        return SQL(
            """(COALESCE(tx.last_state_change, tx.create_date)
                AT TIME ZONE 'UTC' AT TIME ZONE %s)::date""",
            company._get_dunning_tz() or "UTC",
        )

    @api.model
    def _get_dunning_waiting_sql(self, company, date):
        """Return the SQL of ``_is_on_its_way`` on ``date`` for ``tx``."""
        return SQL(
            "(%(unsettled)s AND %(date)s <= %(since)s + %(days)s)",
            unsettled=self._get_dunning_unsettled_sql(),
            since=self._get_dunning_since_sql(company),
            date=date,
            days=company.dunning_pending_days,
        )

    @api.model
    def _get_dunning_parts_sql(self, company, condition):
        """Return the query of what unsettled payments would settle of which receivable.

        What was chosen on the customer's page is known; any other payment goes to the
        oldest receivables of its invoices, as Odoo matches it. In another currency
        than theirs, it may settle all of them.

        :param SQL condition: about ``tx``
        :return: ``tx_id``, ``move_line_id``, ``amount`` in the line's currency
        :rtype: SQL
        """
        return SQL(
            """SELECT tx.id AS tx_id, part.move_line_id,
                      part.amount + COALESCE(part.discount, 0) AS amount
                 FROM payment_transaction tx
                 JOIN dunning_payment_part part ON part.transaction_id = tx.id
                 JOIN account_move_line line ON line.id = part.move_line_id
                WHERE line.company_id = %(company)s AND %(condition)s
                UNION ALL
               SELECT tx_id, line_id,
                      CASE WHEN is_foreign THEN residual
                           ELSE LEAST(residual, total - settled_before) END
                 FROM (SELECT tx.id AS tx_id, line.id AS line_id, tx.amount AS total,
                              line.amount_residual_currency AS residual,
                              line.currency_id <> tx.currency_id AS is_foreign,
                              SUM(line.amount_residual_currency) OVER (
                                  PARTITION BY tx.id
                                  ORDER BY line.date_maturity, line.id)
                              - line.amount_residual_currency AS settled_before
                         FROM payment_transaction tx
                         JOIN account_invoice_transaction_rel rel
                           ON rel.transaction_id = tx.id
                         JOIN account_move_line line ON line.move_id = rel.invoice_id
                         JOIN account_account account ON account.id = line.account_id
                        WHERE line.company_id = %(company)s
                          AND account.account_type = 'asset_receivable'
                          AND line.parent_state = 'posted'
                          AND line.amount_residual_currency > 0
                          AND NOT EXISTS (SELECT 1 FROM dunning_payment_part part
                                           WHERE part.transaction_id = tx.id)
                          AND %(condition)s) spread
                WHERE is_foreign OR total > settled_before""",
            company=company.id,
            condition=condition,
        )

    @api.model
    def _get_dunning_announced_sql(self, company, date):
        """Return the query of what is announced of each receivable on ``date``.

        :return: ``move_line_id``, ``amount``, and ``deducted``: what a reminder does
            not ask for; nothing where all is announced, for that line rests
        :rtype: SQL
        """
        return SQL(
            """SELECT line.id AS move_line_id,
                      LEAST(SUM(part.amount), line.amount_residual_currency) AS amount,
                      CASE WHEN SUM(part.amount) < line.amount_residual_currency
                           THEN SUM(part.amount) ELSE 0 END AS deducted
                 FROM (%(parts)s) part
                 JOIN account_move_line line ON line.id = part.move_line_id
                WHERE line.amount_residual_currency > 0
             GROUP BY line.id""",
            parts=self._get_dunning_parts_sql(
                company, self._get_dunning_waiting_sql(company, date)
            ),
        )

    @api.model
    def _get_dunning_covered_sql(self, company, date):
        """Return the subquery of the receivables of which all is announced."""
        return SQL(
            "SELECT move_line_id FROM (%s) announced WHERE deducted = 0",
            self._get_dunning_announced_sql(company, date),
        )

    # === ENDING === #

    def _end_dunning_wait(self):
        """Let reminders ask for the amounts again; the cases keep who ended it."""
        for transaction in self.filtered("amount"):
            cases = transaction._get_dunning_cases()
            transaction.sudo().write(
                {
                    "dunning_wait_ended_at": fields.Datetime.now(),
                    "dunning_wait_ended_by_id": self.env.uid,
                }
            )
            for case in cases:
                case._message_log(body=transaction._get_wait_ended_text())
            cases._refresh_next_step()

    def _get_wait_ended_text(self):
        return self.env._(
            "%(user)s does not wait any more for the online payment of %(amount)s "
            "(%(reference)s), announced on %(date)s: reminders go on. If the money "
            "comes after all, it is booked.",
            user=self.env.user.name,
            amount=self.currency_id._format_dunning(self.amount),
            reference=self.reference,
            date=format_date(self.env, self._get_dunning_wait_since()),
        )

    def _get_dunning_cases(self):
        """Return the cases that the payment concerns.

        :rtype: dunning.case
        """
        lines = self.sudo().dunning_part_ids.move_line_id | (
            self.sudo().invoice_ids.line_ids
        )
        items = self.env["dunning.case.line"].search(
            [("move_line_id", "in", lines.ids)]
        )
        return items.case_id | self._get_dunning_case()


class AccountMoveLine(models.Model):
    """The receivable of which a part is on its way."""

    # one concept, one file
    _inherit = "account.move.line"  # pylint: disable=consider-merging-classes-inherited

    def _get_dunning_announced(self):
        """Return what reminders do not ask for because it is on its way.

        :return: ``{id of the receivable: amount in its currency}``
        :rtype: dict[int, float]
        """
        waiting = self.sudo().filtered(
            lambda line: any(
                tx._is_dunning_unsettled() for tx in line.move_id.transaction_ids
            )
        )
        found = {}
        for company, lines in waiting.grouped("company_id").items():
            query = self.env["payment.transaction"]._get_dunning_announced_sql(
                company, company._get_dunning_today()
            )
            rows = self.env.execute_query(
                SQL(
                    "SELECT move_line_id, deducted FROM (%s) announced"
                    " WHERE move_line_id IN %s",
                    query,
                    tuple(lines.ids),
                )
            )
            found |= dict(rows)
        return found
