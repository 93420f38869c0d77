from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from odoo import models
from odoo.tools.misc import format_date


@dataclass(frozen=True)
class Discount:
    """The early-payment discount of an untouched invoice, on some day."""

    #: the receivable
    key: int
    #: what is enough until the day, exact, in the currency of the invoice
    amount: Decimal
    #: what is saved so
    saved: Decimal
    #: the last day
    until: date
    #: the day has passed
    is_lost: bool


class AccountMove(models.Model):
    """Says what an early payment saves: by Odoo's rule, for page, codes and letters."""

    # one concept, one file
    _inherit = "account.move"  # pylint: disable=consider-merging-classes-inherited

    def _get_dunning_discounts(self, date):
        """Return what is enough to pay invoices early, or would have been.

        Odoo decides: only a posted invoice on which nothing was paid or credited yet,
        of which the term gives a discount; several terms give none. Without an account
        for lost discounts Odoo cannot book one, so none is promised.

        :param datetime.date date: of the payment, the company's
        :return: ``{id of the receivable: Discount}``
        :rtype: dict
        """
        moves = self.sudo().filtered(
            lambda move: (
                move.state == "posted"
                and move.invoice_payment_term_id.early_discount
                and move.company_id.account_journal_early_pay_discount_loss_account_id
            )
        )
        # read together what Odoo asks of each
        receivables = moves.line_ids.filtered(
            lambda line: line.display_type == "payment_term"
        )
        receivables.fetch(["matched_debit_ids", "matched_credit_ids"])
        found = [move._get_dunning_discount(date) for move in moves]
        return {one.key: one for one in found if one}

    def _get_dunning_discount(self, date):
        line = self.line_ids.filtered(lambda line: line.display_type == "payment_term")
        is_whole = len(line) == 1 and line.discount_date and not line.reconciled
        # without a date: whether the day has passed is said, not left out
        if not is_whole or not self._is_eligible_for_early_payment_discount(
            self.currency_id, False
        ):
            return None
        saved = line.amount_currency - line.discount_amount_currency
        if self.currency_id.compare_amounts(saved, 0) <= 0:
            return None
        return Discount(
            key=line.id,
            amount=self._to_dunning_decimal(line.discount_amount_currency),
            saved=self._to_dunning_decimal(saved),
            until=line.discount_date,
            is_lost=date > line.discount_date,
        )

    def _to_dunning_decimal(self, amount):
        return Decimal(f"{amount:.{self.currency_id.decimal_places}f}")

    def _get_dunning_discount_text(self, discount, lang=None):
        """Return an early-payment discount in words; empty without one.

        :param Discount discount: see ``_get_dunning_discounts``, may be None
        :param str lang: code of the language, default that of the environment
        :rtype: str
        """
        if not discount:
            return ""
        move = self.with_context(lang=lang) if lang else self
        values = {
            "saved": move.currency_id._format_dunning(float(discount.saved)),
            "amount": move.currency_id._format_dunning(float(discount.amount)),
            "date": format_date(move.env, discount.until),
        }
        if discount.is_lost:
            return move.env._(
                "The early-payment discount of %(saved)s ended on %(date)s.", **values
            )
        return move.env._(
            "%(amount)s is enough if you pay by %(date)s: %(saved)s early-payment "
            "discount.",
            **values,
        )
