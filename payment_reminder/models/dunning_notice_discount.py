from odoo import models


class DunningNotice(models.Model):
    """What a notice says of early-payment discounts: until when less is enough."""

    # one concept, one file
    _inherit = "dunning.notice"  # pylint: disable=consider-merging-classes-inherited

    def _get_given_discounts(self):
        lines = self.claim_ids.sudo()
        if not self.currency_id.is_zero(self.amount_credit):
            return []  # what is not matched yet may be meant for these invoices
        found = lines.move_id._get_dunning_discounts(self.date)
        asked = set(lines.move_line_id.ids)
        return [one for one in found.values() if one.key in asked and not one.is_lost]

    def _get_discount_text(self, line):
        """Return what is saved by paying an item early, or that it is lost.

        :param dunning.notice.line line: of the notice
        :rtype: str
        """
        move, receivable = line.sudo().move_id, line.sudo().move_line_id
        discount = move._get_dunning_discounts(self.date).get(receivable.id)
        is_given = discount and not discount.is_lost
        if is_given and not self.currency_id.is_zero(self.amount_credit):
            return ""
        return move._get_dunning_discount_text(discount, self.lang)

    def _prepare_letter_claim(self, line):
        claim = super()._prepare_letter_claim(line)
        texts = (self._get_discount_text(line), claim["description"])
        return {**claim, "description": " ".join(filter(None, texts))}

    def _get_request_text(self, amount=None, due=None):
        text = super()._get_request_text(amount, due)
        given = self._get_given_discounts() if amount is None else []
        if not given:
            return text
        notice = self._localized()
        saved = float(sum(one.saved for one in given))
        enough = notice.env._(
            "By %(date)s, %(amount)s is enough.",
            date=notice._format_date(min(one.until for one in given)),
            amount=notice._format_amount(notice.amount_asked - saved),
        )
        return f"{text} {enough}"


class DunningStatement(models.AbstractModel):
    """What a statement of account says of early-payment discounts."""

    # one concept, one file
    _inherit = "dunning.statement"  # pylint: disable=consider-merging-classes-inherited

    def _get_given_discounts(self):
        lines = self._get_open_lines()
        if any(line.amount_residual_currency < 0 for line in lines):
            return []
        payable = self._filter_payable(lines)
        found = payable.move_id._get_dunning_discounts(self.date)
        return [
            one for one in found.values() if one.key in payable.ids and not one.is_lost
        ]

    def _prepare_row(self, line):
        row = super()._prepare_row(line)
        discount = line.move_id._get_dunning_discounts(self.date).get(line.id)
        text = line.move_id._get_dunning_discount_text(discount, self.lang)
        return {**row, "description": text or row["description"]}
