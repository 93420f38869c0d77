from decimal import Decimal

from odoo import models

from ..tools import letter_geometry as size
from ..tools.letter_fonts import get_metrics
from ..tools.letter_layout import Block, Row, Sheet, Table, paginate

#: Annexes begin on pages of their own, and carry no sums over.
ANNEX_SHEET = Sheet(
    first=size.SHEET.later, later=size.SHEET.later, head=size.SHEET.head, carry=0
)


class DunningLetterAnnex(models.AbstractModel):
    """Calculations on the last pages of a letter, and the ground under its claims.

    Two keys more than ``dunning.letter.composer`` documents:

    - ``ground`` str: by which law or contract something is claimed, under the total
    - ``annex`` list of dict: ``title`` str, ``text`` str or Markup, ``columns`` list of
      (label, whether it is a number), ``rows`` list of dict with ``cells`` (a text for
      each column), ``title`` (a line above, or ''), ``is_sum`` (then the first cell
      takes all the room that empty ones leave)
    """

    # one concept, one file
    _inherit = "dunning.letter.composer"  # pylint: disable=consider-merging-classes-inherited

    # === GROUND === #

    def _prepare_settlement(self, letter):
        block = super()._prepare_settlement(letter)
        ground = (letter.get("ground") or "").strip()
        if not block or not isinstance(block.value, dict):
            return block
        height = 0
        if ground:
            lines = get_metrics(400).count_lines(
                ground, size.GROUND_SIZE, size.TEXT_WIDTH
            )
            height = lines * size.GROUND_LINE + size.GROUND_GAP
        value = {**block.value, "ground": ground, "ground_height": height}
        return Block(block.kind, block.height + height, value)

    # === ANNEX === #

    def _prepare_pages(self, letter, columns):
        pages = super()._prepare_pages(letter, columns)
        for annex in letter.get("annex") or []:
            own = self._prepare_annex_pages(annex, len(pages))
            last = pages[-1]
            used = ANNEX_SHEET.later - own[0]["room"] + size.ANNEX_GAP
            if len(own) == 1 and last["number"] > 1 and used <= last["room"]:
                gap = {"kind": "gap", "height": size.ANNEX_GAP}
                last["blocks"] += [gap, *own[0]["blocks"]]
                last["room"] -= used
            else:
                pages += own
        return pages

    def _prepare_annex_pages(self, annex, offset):
        """Return the pages of a calculation, numbered after those before it.

        One that fits below what stands on the last page goes there instead, but not
        on the first page, which is for the letter.
        """
        look = _prepare_look(annex)
        texts = [
            self._prepare_subject({"subject": annex["title"]}),
            *self._prepare_texts(annex.get("text")),
        ]
        rows = [_prepare_annex_row(row, annex["columns"]) for row in annex["rows"]]
        pages = paginate(texts, rows, None, [], ANNEX_SHEET)
        return [
            {
                "number": page.number + offset,
                "blocks": [self._prepare_annex_block(one, look) for one in page.items],
                "room": page.room,
            }
            for page in pages
        ]

    def _prepare_annex_block(self, item, look):
        if isinstance(item, Table):
            rows = [row.value for row in item.rows]
            return {"kind": "annex", "value": look, "rows": rows}
        return {**item._asdict(), "air": 0}


# === HELPERS === #


def _prepare_look(annex):
    """Return the columns of a calculation and its type size: as wide as they need."""
    widths = [
        max(
            _get_width(text)
            for text in [label, *(_get_cell(row, index) for row in annex["rows"])]
        )
        for index, (label, _is_number) in enumerate(annex["columns"])
    ]
    scale = min(1, size.TEXT_WIDTH / sum(widths))
    spare = max(size.TEXT_WIDTH - sum(widths), 0) / len(widths)
    return {
        "size": f"{size.CLAIM_SIZE * scale:.2f}",
        "columns": [
            {
                "label": label,
                "is_number": is_number,
                "width": round(width * scale + spare, 2),
            }
            for (label, is_number), width in zip(annex["columns"], widths, strict=True)
        ],
    }


def _get_width(text):
    return get_metrics(700).get_width(text or "", size.CLAIM_SIZE) + size.ANNEX_PAD


def _get_cell(row, index):
    """Return the text that its own column must hold."""
    return "" if row.get("is_sum") and not index else row["cells"][index]


def _prepare_annex_row(row, columns):
    title = get_metrics(700).clip(row.get("title"), size.CLAIM_SIZE, size.TEXT_WIDTH)
    height = size.ANNEX_LINE + (size.ANNEX_TITLE if title else 0)
    cells = [
        {"text": text, "is_number": is_number, "span": None}
        for text, (_label, is_number) in zip(row["cells"], columns, strict=True)
    ]
    if row.get("is_sum"):
        cells = _join_empty(cells)
    value = {"title": title, "cells": cells, "is_sum": bool(row.get("is_sum"))}
    return Row(height, Decimal(0), value)


def _join_empty(cells):
    """Let the first cell take the room of the empty ones behind it."""
    first, *others = cells
    filled = [cell for cell in others if cell["text"]]
    kept = others[others.index(filled[0]) :] if filled else []
    return [{**first, "span": len(cells) - len(kept), "is_number": False}, *kept]
