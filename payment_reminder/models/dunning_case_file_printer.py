from odoo import models

from ..tools import letter_geometry as size
from ..tools.case_file_layout import Row, cut_cell, fill, share
from ..tools.letter_fonts import get_metrics
from ..tools.letter_layout import Block, Sheet

CELL_SIZE = 8.5  # points
CELL_LINE = 3.8
CELL_PAD = 2  # between columns
CELL_GAP = 2.2  # above, below and the line under it together
HEAD_HEIGHT = 6.2
KEEP = 14  # below a heading
PAIR_WIDTHS = (1, 2.9)
LATER = Sheet(first=size.SHEET.later, later=size.SHEET.later, head=0, carry=0)


class DunningCaseFilePrinter(models.AbstractModel):
    """Prints the pages of case files on the sheet of a letter.

    A sheet is the dict that ``dunning.letter.composer`` documents, without claims and
    all that belongs to them, but with

    - ``is_cover`` bool: the first page has the letterhead and the window
    - ``content`` list of what follows one another: HTML as Markup, text as ``str``, and
      dicts: ``{"heading": str}``; ``{"pairs": [(label, value)]}``;
      ``{"columns": [(title, width, is_number)], "rows": [[str, ...]]}``, where
      widths are proportions. Cells are text and may have several lines.
    """

    _name = "dunning.case.file.printer"
    _inherit = "dunning.letter.printer"
    _description = "Case File Printer"

    def _count_pages(self, sheet):
        """Return how many pages a sheet takes, without rendering it."""
        return len(self._prepare_view(sheet)["pages"])

    def _prepare_view(self, letter):
        return {**super()._prepare_view(letter), "is_stamped": True}

    def _get_columns(self, letter):
        return {}

    def _prepare_pages(self, letter, columns):
        is_cover = letter.get("is_cover")
        rows = [Row(self._prepare_subject(letter))]
        for item in letter["content"]:
            rows += self._prepare_item(item)
        pages = fill(rows, size.SHEET if is_cover else LATER)
        first = 1 if is_cover else 2  # only page 1 has the letterhead
        return [
            {
                "number": first + index,
                "blocks": [{**block._asdict(), "air": 0} for block in page.items],
            }
            for index, page in enumerate(pages)
        ]

    # === BLOCKS === #

    def _prepare_item(self, item):
        """Return the rows of one item of the content."""
        if not isinstance(item, dict):
            return [Row(block) for block in self._prepare_texts(item)]
        if "heading" in item:
            return self._prepare_heading(item["heading"])
        if "pairs" in item:
            pairs = [pair for pair in item["pairs"] if pair[1]]
            return self._prepare_cells(["pair", ""], PAIR_WIDTHS, pairs, None)
        columns = item["columns"]
        kinds = ["number" if is_number else "" for _t, _w, is_number in columns]
        widths = [width for _title, width, _is_number in columns]
        titles = [title for title, _width, _is_number in columns]
        head = self._prepare_head(titles, kinds, share(widths, size.TEXT_WIDTH))
        return self._prepare_cells(kinds, widths, item["rows"], head)

    def _prepare_heading(self, text):
        gap = Block("gap", 2.5, "")
        blocks = self._prepare_texts_as("heading", text)
        rows = [Row(block, keep=KEEP) for block in blocks]
        return [Row(gap, keep=KEEP + sum(b.height for b in blocks)), *rows]

    def _prepare_texts_as(self, kind, text):
        """Return a plain text as blocks of ``kind``."""
        return [block._replace(kind=kind) for block in self._prepare_texts(text)]

    def _prepare_head(self, titles, kinds, widths):
        cells = list(zip(titles, kinds, widths, strict=True))
        lines = max(self._count_lines(title, width) for title, _k, width in cells)
        height = HEAD_HEIGHT + (lines - 1) * CELL_LINE
        return Block("cells_head", height, cells)

    def _prepare_cells(self, kinds, widths, rows, head):
        """Return a row for each of ``rows``; very long cells go on in further rows."""
        widths = share(widths, size.TEXT_WIDTH)
        prepared = []
        for row in rows:
            pieces = [cut_cell(str(text or "")) for text in row]
            for index in range(max(map(len, pieces))):
                texts = [piece[index] if index < len(piece) else "" for piece in pieces]
                cells = list(zip(texts, kinds, widths, strict=True))
                prepared.append(Row(self._prepare_row_block(cells), head))
        return prepared

    def _prepare_row_block(self, cells):
        lines = max(self._count_lines(text, width) for text, _kind, width in cells)
        return Block("cells", lines * CELL_LINE + CELL_GAP, cells)

    def _count_lines(self, text, width):
        return get_metrics(400).count_lines(text, CELL_SIZE, width - CELL_PAD)
