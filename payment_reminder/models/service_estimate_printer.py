"""Composes estimates for paper: the same sheet as a letter, with a table of stages."""

from decimal import Decimal

from markupsafe import Markup

from odoo import models

from ..tools import letter_geometry as size
from ..tools.letter_fonts import get_metrics
from ..tools.letter_layout import Block, Row
from ..tools.letter_text import Paragraph, split_long


class ServiceEstimatePrinter(models.AbstractModel):
    """Prints estimates: a letter whose table has stages instead of claims.

    An estimate is the dict that ``dunning.letter.composer`` documents, with these
    differences. Keys with a * are required:

    - ``claims``* list of dict: ``kind``* 'section', 'stage' or 'note', ``name``* str,
      ``number`` str, ``description`` str, ``arithmetic`` str, ``amount`` Decimal
    - ``totals``* list of (label, Decimal, is the total)
    """

    _name = "service.estimate.printer"
    _inherit = "dunning.letter.printer"
    _description = "Estimate Printer"

    # === ROWS === #

    def _get_columns(self, letter):
        """Return the widths of the columns: number, what is done, price."""
        amount = self._get_amount_width(letter, "amount")
        stage = size.TEXT_WIDTH - size.POSITION_WIDTH - amount
        return {"number": size.POSITION_WIDTH, "stage": stage, "amount": amount}

    def _get_amount_width(self, letter, key):
        texts = [
            self._format_sum(claim.get(key), letter) or "" for claim in letter["claims"]
        ]
        widths = (get_metrics(700).get_width(t, size.CLAIM_SIZE + 1) for t in texts)
        return max(size.AMOUNT_WIDTH, round(max(widths, default=0) + 3))

    def _prepare_rows(self, letter, columns):
        """Return the rows: a section goes with its first stage, onto the same page.

        A stage whose description no page can hold goes on in further rows.
        """
        rows, section = [], ""
        for claim in letter["claims"]:
            if claim["kind"] == "section":
                if section:
                    rows.append(self._prepare_stage_row(section, {}, letter, columns))
                section = claim["name"]
                continue
            for part in _split_claim(claim, columns):
                rows.append(self._prepare_stage_row(section, part, letter, columns))
                section = ""
        if section:
            rows.append(self._prepare_stage_row(section, {}, letter, columns))
        return rows

    def _prepare_stage_row(self, section, claim, letter, columns):
        amount = claim.get("amount")
        value = {
            "section": section,
            "is_note": claim.get("kind") == "note",
            "number": claim.get("number") or "",
            "name": claim.get("name") or "",
            "description": claim.get("description") or "",
            "arithmetic": claim.get("arithmetic") or "",
            "amount": self._format_sum(amount, letter) or "",
        }
        height = _get_stage_height(value, columns)
        return Row(height, amount or Decimal(0), value)

    def _prepare_table(self, table, letter, air):
        pad = (size.STAGE_GAP + air - size.CLAIM_RULE) / 2
        return {
            **super()._prepare_table(table, letter, air),
            "kind": "stages",
            "rows": [{**row.value, "pad": pad} for row in table.rows],
        }

    # === TOTALS === #

    def _prepare_settlement(self, letter):
        """Return the block with the totals."""
        rows = [
            {
                "label": label,
                "amount": self._format_amount(amount, letter["currency"]),
                "is_total": is_total,
            }
            for label, amount, is_total in letter["totals"]
        ]
        height = size.TOTALS_GAP + size.TOTALS_LINE * len(rows)
        return Block("totals", height, rows)


# === HELPERS === #


def _get_stage_height(value, columns):
    """Return how high a stage is printed."""
    width = columns["stage"] - 2
    bold, plain = get_metrics(700), get_metrics(400)
    height = size.STAGE_GAP
    if value["section"]:
        lines = bold.count_lines(value["section"], size.SECTION_SIZE, size.TEXT_WIDTH)
        height += lines * size.SECTION_LINE
    if value["name"]:
        metrics = plain if value["is_note"] else bold
        height += metrics.count_lines(value["name"], size.CLAIM_SIZE, width) * (
            size.CLAIM_LINE
        )
    for key in ("description", "arithmetic"):
        if value[key]:
            lines = plain.count_lines(value[key], size.STAGE_TEXT_SIZE, width)
            height += lines * size.STAGE_TEXT_LINE
    return height


def _split_claim(claim, columns):
    """Return the claim, cut into several where its description is too long.

    :rtype: list[dict]
    """
    text = claim.get("description") or ""
    width = columns["stage"] - 2
    count = get_metrics(400).count_lines(text, size.STAGE_TEXT_SIZE, width)
    if count <= size.STAGE_TEXT_LINES:
        return [claim]
    first, *later = _split_text(text, width)
    return [
        {**claim, "description": first, "arithmetic": ""},
        *({"kind": "stage", "description": piece} for piece in later[:-1]),
        {
            "kind": "stage",
            "description": later[-1],
            "arithmetic": claim.get("arithmetic"),
        },
    ]


def _split_text(text, width):
    """Return a text in pieces of at most ``STAGE_TEXT_LINES`` lines each.

    :rtype: list[str]
    """
    metrics, pieces, room = get_metrics(400), [], 0
    for line in _split_lines(text, width):
        count = metrics.count_lines(line, size.STAGE_TEXT_SIZE, width)
        if count > room:
            pieces.append([])
            room = size.STAGE_TEXT_LINES
        pieces[-1].append(line)
        room -= count
    return ["\n".join(piece) for piece in pieces]


def _split_lines(text, width):
    """Return the lines of a text, those that fill more than half a piece cut."""
    half = size.STAGE_TEXT_LINES // 2
    for line in text.split("\n"):
        count = get_metrics(400).count_lines(line, size.STAGE_TEXT_SIZE, width)
        paragraph = Paragraph("text", Markup(), line)
        for piece in split_long(paragraph, -(-count // half)):
            yield piece.text
