from collections import defaultdict
from datetime import date
from decimal import Decimal

from odoo import models

from .dunning_payment_page_choice import MAX_ITEMS
from .dunning_payment_page_say import MAX_ITEMS as SAYABLE_ITEMS

ZERO = Decimal(0)


class DunningPaymentPage(models.AbstractModel):
    """The open items of the page, one by one, and credits, as rows of its lists."""

    # one concept, one file
    _inherit = "dunning.payment.page"  # pylint: disable=consider-merging-classes-inherited

    # === ROWS === #

    def _read_facts(self, shown):
        """Return what the rows say beside the amounts, read at once for all of them.

        :return: ``lines`` and ``settled`` (amounts paid and credited) by id of the
            line, ``services`` (texts) by id of the invoice
        :rtype: dict
        """
        lines = self.env["account.move.line"].sudo().browse(one.key for one in shown)
        # Credits, and items of other currencies in the forms below: read them along.
        along = [one.key for one in self._get_open() if one.amount < 0][:MAX_ITEMS]
        along += self._get_sayable().ids[:SAYABLE_ITEMS]
        lines = lines.with_prefetch(lines.ids + along)
        touched = lines.filtered(
            lambda line: line.amount_residual_currency != line.amount_currency
        )
        return {
            "lines": {line.id: line for line in lines},
            "settled": self._read_settled(touched),
            "services": lines.move_id._get_dunning_service_texts(),
        }

    def _read_settled(self, lines):
        """Return what was paid, credited and so on of each line.

        :return: ``{line id: {kind of tools.interest_terms.KINDS: Decimal}}``
        :rtype: dict
        """
        settled = {}
        for line, payments in lines._get_interest_payments(date.max).items():
            sums = settled.setdefault(line.id, defaultdict(Decimal))
            for payment in payments:
                sums[payment.kind] += payment.amount
        return settled

    def _prepare_row(self, one, facts, keys, chosen):
        """Return an open item as the page shows it, all texts in its language.

        :return: ``key``, ``number``, ``url`` (of its document, or False), ``date``,
            ``due``, ``lateness``, ``is_late``, ``description``, ``amount``, ``units``,
            ``deductions`` (pairs of label and amount), ``remarks``, ``is_payable``,
            ``is_checked``, ``is_asked``
        :rtype: dict
        """
        line = facts["lines"][one.key]
        move = line.move_id
        days = (self.date - one.due).days
        is_checked = one.is_payable and one.key in keys
        return {
            "key": one.key,
            "number": move.name or line.name or "",
            "url": self._get_invoice_pdf_url(move),
            "date": self._format_date(move.invoice_date or line.date),
            "due": self._format_date(one.due),
            "lateness": self._get_lateness_text(days),
            "is_late": days > 0,
            "description": facts["services"][move.id],
            "amount": self._format_amount(float(self._get_shown_amount(one))),
            "units": self._to_units(one.left),
            "deductions": self._prepare_deductions(line, facts["settled"].get(one.key)),
            "remarks": self._get_remarks(one)
            + self._get_part_texts(one, is_checked, chosen),
            "is_payable": one.is_payable,
            "is_checked": is_checked,
            "is_asked": self._is_asked(one),
        }

    def _get_part_texts(self, one, is_checked, chosen):
        """Return how much is paid of an item that is chosen, if it is not all."""
        part = chosen.get(one.key)
        if not is_checked or not chosen or part == one.left:
            return []
        if not part:
            return [self.env._("Nothing of it is paid with this sum.")]
        amount = self._format_amount(float(part))
        return [self.env._("%(amount)s of it are chosen", amount=amount)]

    def _get_lateness_text(self, days):
        """Return how far away the due date is, in words."""
        if days > 0:
            return self._get_days_late_text(days)
        if not days:
            return self.env._("due today")
        forms = self.env._("in %(days)s day|in %(days)s days", days=-days)
        return self._pluralize(forms, -days)

    def _prepare_deductions(self, line, settled):
        """Return what was paid or credited of an item; nothing, if nothing was.

        :rtype: list[tuple[str, str]]
        """
        if not settled:
            return []
        parts = [
            (self.env._("Invoice amount"), self._to_decimal(line.amount_currency)),
            (self.env._("less payments"), -settled["payment"]),
            (
                self.env._("less credit notes"),
                -settled["credit"] - settled["reversal"],
            ),
            (self.env._("less early-payment discount"), -settled["discount"]),
            (self.env._("less what we do not claim any more"), -settled["write_off"]),
        ]
        return [
            (label, self._format_amount(float(amount)))
            for label, amount in parts
            if amount
        ]

    def _get_remarks(self, one):
        """Return what is known about an item: sentences."""
        remarks = []
        if one.is_pending:
            remarks.append(
                self.env._("A payment is on its way; please do not pay it again.")
            )
        elif one.announced:
            remarks.append(
                self.env._(
                    "%(amount)s of it is on its way and not asked for again.",
                    amount=self._format_amount(float(one.announced)),
                )
            )
        if one.is_disputed:
            remarks.append(
                self.env._(
                    "You have told us that you do not agree; we do not ask for it "
                    "meanwhile."
                )
            )
        if one.promised_on:
            remarks.append(
                self.env._(
                    "You have told us that you will pay on %(date)s.",
                    date=self._format_date(one.promised_on),
                )
            )
        return remarks

    # === CREDITS === #

    def _prepare_credits(self, found):
        """Return payments and credits that are not matched with invoices.

        :return: dicts with ``number``, ``url``, ``date``, ``text``, ``amount``
        :rtype: list[dict]
        """
        shown = [one for one in found if one.amount < 0][:MAX_ITEMS]
        lines = self.env["account.move.line"].sudo().browse(one.key for one in shown)
        statements = self.env["dunning.statement"]
        return [
            {
                "number": line.move_id.name or line.name or "",
                "url": self._get_invoice_pdf_url(line.move_id),
                "date": self._format_date(line.move_id.invoice_date or line.date),
                "text": statements._get_credit_text(line.move_id),
                "amount": self._format_amount(float(one.amount)),
            }
            for one, line in zip(shown, lines, strict=True)
        ]
