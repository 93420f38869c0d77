from dataclasses import replace

from odoo import models


class DunningPaymentPage(models.AbstractModel):
    """What an early payment saves: the page asks for the lower amount until the day.

    It is given for a whole invoice only, and not while payments or credits wait that
    may be meant for it.
    """

    # one concept, one file
    _inherit = "dunning.payment.page"  # pylint: disable=consider-merging-classes-inherited

    # === READING === #

    def _read_all_open(self):
        found = super()._read_all_open()
        asked = [
            one.move_id
            for lines in found.values()
            for one in lines
            if one.has_discount and one.is_payable
        ]
        if not asked:
            return found
        moves = self.env["account.move"].sudo().browse(dict.fromkeys(asked))
        discounts = moves._get_dunning_discounts(self.date)
        return {
            currency: self._reduce(lines, discounts)
            for currency, lines in found.items()
        }

    def _reduce(self, lines, discounts):
        """Return the open lines with what is enough for them today."""
        has_credit = any(one.amount < 0 for one in lines)
        reduced = []
        for one in lines:
            discount = discounts.get(one.key) if one.is_payable else None
            if discount and not (has_credit and not discount.is_lost):
                amount = one.amount if discount.is_lost else discount.amount
                one = replace(one, amount=amount, discount=discount)
            reduced.append(one)
        return reduced

    # === ROWS === #

    def _prepare_row(self, one, facts, keys, chosen):
        row = super()._prepare_row(one, facts, keys, chosen)
        if one.saved:
            row["deductions"] = [
                (label, self._format_amount(float(amount)))
                for label, amount in (
                    (self.env._("Invoice amount"), one.amount + one.saved),
                    (self.env._("less early-payment discount"), -one.saved),
                )
            ]
        return row

    def _get_remarks(self, one):
        remarks = super()._get_remarks(one)
        move = self.env["account.move"].sudo().browse(one.move_id)
        text = move._get_dunning_discount_text(one.discount, self.lang)
        return [*remarks, text] if text else remarks

    def _get_part_texts(self, one, is_checked, chosen):
        texts = super()._get_part_texts(one, is_checked, chosen)
        if texts and one.saved:
            texts.append(self.env._("A part of it saves no early-payment discount."))
        return texts

    # === PAYING === #

    def _prepare_transaction_values(self, choice, window):
        """Remember also what is saved by paying all of an invoice early."""
        values = super()._prepare_transaction_values(choice, window)
        saving = {
            one.key: one
            for one in self._get_open()
            if one.saved and (one.key, one.amount) in choice.parts
        }
        for _code, _id, part in values["dunning_part_ids"]:
            if part.get("move_line_id") in saving:
                part["discount"] = float(saving[part["move_line_id"]].saved)
        return values
