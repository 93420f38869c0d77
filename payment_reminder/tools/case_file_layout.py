"""Fills the pages of a case file: texts and tables that go on as long as they need.

All lengths are millimetres. A row of a table brings its heading along: where a page
begins within a table, the heading is repeated.

>>> head = Block("head", 5)
>>> rows = [Row(Block("row", 9), head) for _i in range(9)]
>>> pages = fill([Row(Block("text", 10)), *rows], Sheet(45, 60, 0, 0))
>>> for page in pages:
...     print(*page.kinds())
text head row row row
head row row row row row row
"""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from .letter_layout import Block, Page, Sheet


class Row(NamedTuple):
    """A block, the heading that stands above it on each page, and what it keeps.

    ``keep`` is the room below it that must be left on its page, for what belongs to it.
    """

    block: Block
    head: Block | None = None
    keep: float = 0


def fill(rows: Iterable[Row], sheet: Sheet) -> list[Page]:
    """Return pages with all blocks in their order; at least one page."""
    pages, head = [Page(1, sheet.first)], None
    for row in rows:
        is_new_table = row.head is not None and row.head is not head
        height = row.block.height + row.keep
        height += row.head.height if row.head and is_new_table else 0
        if height > pages[-1].room and pages[-1].items:
            pages.append(Page(len(pages) + 1, sheet.later))
            is_new_table = row.head is not None
        if row.head and is_new_table:
            _put(pages[-1], row.head)
        _put(pages[-1], row.block)
        head = row.head
    return pages


def _put(page: Page, block: Block) -> None:
    page.items.append(block)
    page.room -= block.height


def cut_cell(text: str, size: int = 400) -> list[str]:
    """Return a text in pieces of at most ``size`` characters, cut at blanks.

    Nothing is lost; a word that is longer is cut where it must be.

    >>> cut_cell("aaaa bbbb cccc", 9), cut_cell("abcdefgh", 3), cut_cell("")
    (['aaaa bbbb', 'cccc'], ['abc', 'def', 'gh'], [''])
    """
    pieces = []
    while len(text) > size:
        end = text.rfind(" ", 1, size + 1)
        end = end if end > 0 else size
        pieces.append(text[:end].rstrip())
        text = text[end:].lstrip()
    return [*pieces, text]


def share(widths: Sequence[float], total: float) -> list[float]:
    """Return widths that sum to ``total``, in the given proportions.

    >>> share([1, 1, 2], 160)
    [40.0, 40.0, 80.0]
    """
    whole = sum(widths)
    return [total * width / whole for width in widths]
