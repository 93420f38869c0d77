from odoo import api, models
from odoo.tools import SQL

#: Accounts of results: an entry that only moves a debt there writes it off.
RESULT_TYPES = (
    "income",
    "income_other",
    "expense",
    "expense_other",
    "expense_depreciation",
    "expense_direct_cost",
)
#: Accounts where money or another debt is: an entry that touches them is a payment.
MONEY_TYPES = ("asset_cash", "liability_credit_card", "liability_payable")
#: Where a company books the early-payment discounts that it grants.
DISCOUNT_FIELD = "account_journal_early_pay_discount_loss_account_id"


class AccountPartialReconcile(models.Model):
    """What a matching means for a debt: one rule for interest, pages and statistics.

    See ``tools.interest_terms.KINDS``; DEVELOP.md says why.
    """

    # one concept, one file
    _inherit = "account.partial.reconcile"  # pylint: disable=consider-merging-classes-inherited

    @api.model
    def _get_dunning_kind_sql(self, line, paid):
        """Return the SQL of the kind of what lowers a receivable.

        An early-payment discount that is taken in the entry of a payment is no kind of
        its own here, see ``_get_dunning_discount_sql``.

        :param SQL line: alias of the receivable
        :param SQL paid: alias of the move that lowers it
        :rtype: SQL
        """
        return SQL(
            """CASE WHEN %(paid)s.reversed_entry_id = %(line)s.move_id
                    THEN 'reversal'
                    WHEN %(paid)s.move_type = 'out_refund' THEN 'credit'
                    WHEN %(written_off)s THEN 'write_off'
                    ELSE 'payment' END""",
            line=line,
            paid=paid,
            written_off=self._get_dunning_written_off_sql(paid),
        )

    @api.model
    def _get_dunning_written_off_sql(self, paid):
        """Return the SQL condition 'this move gives a debt up'.

        A write-off of ours, or any miscellaneous entry between the debt and results. A
        set-off against a bill, or an entry that touches cash, is a payment.

        :param SQL paid: alias of the move
        :rtype: SQL
        """
        touches = """EXISTS (
            SELECT 1
              FROM account_move_line touched
              JOIN account_account account ON account.id = touched.account_id
             WHERE touched.move_id = %s.id AND account.account_type IN %s)"""
        return SQL(
            """(%(paid)s.dunning_is_write_off IS TRUE
                OR (%(paid)s.move_type = 'entry'
                    AND %(paid)s.origin_payment_id IS NULL
                    AND %(paid)s.statement_line_id IS NULL
                    AND %(results)s AND NOT %(money)s))""",
            paid=paid,
            results=SQL(touches, paid, RESULT_TYPES),
            money=SQL(touches, paid, MONEY_TYPES),
        )

    @api.model
    def _get_dunning_discount_sql(self, paid):
        """Return the subquery of the share of a payment that is a discount.

        Odoo books an early-payment discount in the entry of the payment: the receivable
        is matched with 100, of which 98 are money. With several invoices in one payment
        the share is that of the whole.

        :param SQL paid: alias of the move
        :return: ``share``: 0 to 1; NULL or no row without a discount
        :rtype: SQL
        """
        return SQL(
            """SELECT SUM(part.balance) FILTER (
                          WHERE part.account_id = company.%(discount)s
                             OR part.tax_repartition_line_id IS NOT NULL)
                      / NULLIF(-SUM(part.balance) FILTER (
                          WHERE account.account_type = 'asset_receivable'), 0) AS share
                 FROM account_move_line part
                 JOIN account_account account ON account.id = part.account_id
                 JOIN res_company company ON company.id = part.company_id
                WHERE part.move_id = %(paid)s.id
                  AND COALESCE(%(paid)s.origin_payment_id, %(paid)s.statement_line_id)
                      IS NOT NULL
               HAVING BOOL_OR(part.account_id = company.%(discount)s)""",
            paid=paid,
            discount=SQL.identifier(DISCOUNT_FIELD),
        )
