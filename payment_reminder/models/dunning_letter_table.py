import re
from decimal import Decimal

from markupsafe import escape

from odoo import models
from odoo.tools.misc import format_date, get_lang

from odoo.addons.base.models.res_lang import intersperse

from ..tools import letter_geometry as size
from ..tools.letter_fonts import get_metrics
from ..tools.letter_layout import Block, Row
from ..tools.letter_text import Paragraph


class DunningLetterTable(models.AbstractModel):
    """The part of ``dunning.letter.composer`` with the figures: rows, columns, formats.

    A letter is the dict that ``dunning.letter.composer`` documents.
    """

    _name = "dunning.letter.table"
    _description = "Demand Letter Composer: Table"

    # === ROWS AND COLUMNS === #

    def _prepare_table(self, table, letter, air):
        pad = (size.CLAIM_GAP + air - size.CLAIM_RULE) / 2
        return {
            "kind": "table",
            "rows": [{**row.value, "pad": pad} for row in table.rows],
            "brought": self._format_sum(table.brought, letter),
            "carried": self._format_sum(table.carried, letter),
        }

    def _format_sum(self, amount, letter):
        return amount is not None and self._format_amount(amount, letter["currency"])

    def _prepare_ageing(self, letter):
        """Return how old the open amounts are, in one line of even columns.

        :return: ``pairs`` of label and amount as text, ``size`` in points: smaller
            where an amount would not fit; empty without any
        :rtype: dict
        """
        pairs = [
            (label, self._format_amount(amount, letter["currency"]))
            for label, amount in letter.get("ageing") or []
        ]
        if not pairs:
            return {}
        widest = max(
            get_metrics(400).get_width(text, size.AGEING_SIZE)
            for pair in pairs
            for text in pair
        )
        room = size.TEXT_WIDTH / len(pairs) - size.AGEING_PAD
        font = size.AGEING_SIZE * min(1, room / widest)
        return {"pairs": pairs, "size": f"{font:.2f}"}

    def _prepare_rows(self, letter, columns):
        """Return the rows of the table, in their order."""
        return [self._prepare_row(claim, letter, columns) for claim in letter["claims"]]

    def _prepare_row(self, claim, letter, columns):
        """Return a claim as a row; only its number may need more than one line.

        A claim without dates (interest, costs) has the other columns for its text.
        """
        note = get_metrics(400).clip(
            claim.get("description") or "", size.NOTE_SIZE, size.TEXT_WIDTH - 2
        )
        is_plain = not (claim.get("date") or claim.get("date_due"))
        value = {
            "number": claim["number"],
            "date": self._format_short_date(claim.get("date")),
            "date_due": self._format_short_date(claim.get("date_due")),
            "days_late": _get_lateness(claim),
            "is_plain": is_plain,
            "original": self._format_sum(claim.get("amount_original"), letter),
            "amount": self._format_amount(claim["amount"], letter["currency"]),
            "note": note,
            "heading": claim.get("heading") or "",
            "subtotal": self._format_sum(claim.get("subtotal"), letter) or "",
        }
        height = self._get_row_height(value, columns)
        return Row(height, claim["amount"], value)

    def _get_row_height(self, value, columns):
        is_plain = value["is_plain"]
        width = size.TEXT_WIDTH - columns["amount"] if is_plain else columns["number"]
        lines = get_metrics(400).count_lines(
            value["number"], size.CLAIM_SIZE, width - 2
        )
        note = size.NOTE_LINE if value["note"] else 0
        group = size.GROUP_LINE if value["heading"] else 0
        group += size.SUBTOTAL_LINE if value["subtotal"] else 0
        return lines * size.CLAIM_LINE + note + group + size.CLAIM_GAP

    # === WHAT IS ONLY NAMED === #

    def _prepare_earlier(self, letter):
        """Return the blocks of what is outside the total: a heading, then each item."""
        earlier = letter.get("earlier") or {}
        if not earlier.get("rows"):
            return []
        metrics = get_metrics(400)
        heading = Paragraph("heading", escape(earlier["heading"]), earlier["heading"])
        blocks = [Block("heading", size.EARLIER_HEAD, heading)]
        for row in earlier["rows"]:
            text = ": ".join(filter(None, (row["number"], row["text"])))
            lines = metrics.count_lines(text, size.GROUND_SIZE, size.EARLIER_WIDTH)
            height = lines * size.GROUND_LINE + size.EARLIER_GAP
            amount = self._format_amount(row["amount"], letter["currency"])
            blocks.append(Block("earlier", height, {"text": text, "amount": amount}))
        return blocks

    def _get_columns(self, letter):
        """Return the widths of the table's columns, from left to right.

        Amounts never break: their columns are as wide as they need, and where both do
        not fit, the original amount gives way.
        """
        amount = self._get_amount_width(letter, "amount")
        if any("amount_original" in claim for claim in letter["claims"]):
            widths = {
                **size.STATEMENT_WIDTHS,
                "days_late": self._get_lateness_width(letter),
                "original": self._get_amount_width(letter, "amount_original"),
            }
            number = size.TEXT_WIDTH - amount - sum(widths.values())
            if number >= size.NUMBER_WIDTH:
                return {"number": number, **widths, "amount": amount}
        number = size.TEXT_WIDTH - amount - sum(size.COLUMN_WIDTHS.values())
        return {"number": number, **size.COLUMN_WIDTHS, "amount": amount}

    def _get_amount_width(self, letter, key):
        amounts = [claim.get(key) for claim in letter["claims"]]
        if key == "amount":
            sums = [claim.get("subtotal") for claim in letter["claims"]]
            amounts += [*sums, letter.get("total")]
        texts = {self._format_sum(amount, letter) or "" for amount in amounts}
        widths = (get_metrics(700).get_width(t, size.CLAIM_SIZE + 1) for t in texts)
        is_statement = any("amount_original" in claim for claim in letter["claims"])
        least = size.STATEMENT_AMOUNT_WIDTH if is_statement else size.AMOUNT_WIDTH
        return max(least, round(max(widths, default=0) + 3))

    def _get_lateness_width(self, letter):
        texts = {str(_get_lateness(claim)) for claim in letter["claims"]}
        widest = max(get_metrics(400).get_width(t, size.CLAIM_SIZE) for t in texts)
        return max(size.COLUMN_WIDTHS["days_late"], round(widest + 3))

    # === FORMATS === #

    def _format_short_date(self, date):
        return format_date(self.env, date) if date else ""

    def _format_long_date(self, date):
        return format_date(self.env, date, date_format="long") if date else ""

    def _format_amount(self, amount, currency):
        """Return an amount in the letter's language; exact, and never broken.

        Core's ``formatLang`` goes through float, which is wrong from 1e14 on.

        :param Decimal amount: in the currency
        :param currency: record or dict, see the class
        """
        symbol, position, decimals = _read_currency(currency)
        lang = get_lang(self.env, self.env.context.get("lang"))
        whole, _dot, fraction = f"{abs(Decimal(amount)):.{decimals}f}".partition(".")
        grouping = [int(size) for size in re.findall(r"-?\d+", lang.grouping)]
        whole = intersperse(whole, grouping, lang.thousands_sep or "")[0]
        text = f"{whole}{lang.decimal_point}{fraction}" if decimals else whole
        sign = "\N{MINUS SIGN}" if amount < 0 else ""
        parts = [symbol, text] if position == "before" else [text, symbol]
        return sign + re.sub(r"\s", "\N{NO-BREAK SPACE}", " ".join(filter(None, parts)))


# === HELPERS === #


def _get_lateness(claim):
    """Return what stands in the column of the days: a number, a remark or nothing."""
    return claim.get("lateness") or max(claim.get("days_late") or 0, 0) or ""


def _read_currency(currency):
    """Return symbol, position and number of decimals of a record or dict."""
    if isinstance(currency, dict):
        symbol = currency.get("symbol") or currency["code"]
        decimals = currency.get("decimals", 2)
        return symbol, currency.get("position", "after"), decimals
    if currency._needs_code():
        return currency.name, "after", currency.decimal_places
    symbol = currency.symbol or currency.name
    return symbol, currency.position, currency.decimal_places
