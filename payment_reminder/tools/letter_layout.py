"""Where everything in a demand letter stands, known before anything is rendered.

One PDF process renders many letters at once, so the number of pages of each must be
known to cut them apart again. Pages therefore have a fixed size and are filled here:
texts are measured with the font's own widths, claims have fixed row heights.

All lengths are millimetres unless a name says points (``_pt``); amounts are Decimal.

>>> claims = [Row(8, Decimal(amount), amount) for amount in (10, 20, 30)]
>>> text = [Block("text", 10, "Dear Sir")]
>>> pages = paginate(text, claims, Block("total", 20), [Block("text", 5)], SMALL)
>>> for page in pages:
...     print(page.number, page.kinds(), page.table.brought, page.table.carried)
1 ['text', 'table'] None 30
2 ['table', 'total', 'text'] 30 None
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from decimal import Decimal
from functools import lru_cache
from typing import Any, NamedTuple

from reportlab.pdfbase.ttfonts import TTFError, TTFontFile

MM_PER_POINT = 25.4 / 72

SLACK = 0.985  # part of a line's width to fill: engines hint and kern differently

UNKNOWN_EM = 0.62  # width of a letter without metrics: DejaVu Sans, the widest we name
WIDE_EM = 1.0  # width of what the font does not have: ideographs, symbols


# === SHAPES === #


class Block(NamedTuple):
    """Something of a known height that is never split.

    ``kind`` tells the template how to draw it, ``value`` what.
    """

    kind: str
    height: float
    value: Any = None


class Row(NamedTuple):
    """One claim of the table; ``amount`` is what it adds to the total."""

    height: float
    amount: Decimal
    value: Any = None


class Sheet(NamedTuple):
    """The room for text on the first and on later pages, and of the table's lines."""

    first: float
    later: float
    head: float  # the table's column titles
    carry: float  # one line 'carried forward', at the foot or at the head


SHORT_CLOSING = 2  # blocks, with the signature, that would look lost on a page

SMALL = Sheet(first=45, later=60, head=5, carry=5)  # for the examples in this module


class Table(NamedTuple):
    """The part of the claims that stands on one page.

    ``brought`` is the sum of all rows on earlier pages, None on the first part;
    ``carried`` the sum up to the foot of this page, None on the last part.
    """

    rows: list[Row]
    brought: Decimal | None
    carried: Decimal | None

    kind = "table"


@dataclass
class Page:
    """One page: its parts in order, and the room that is left."""

    number: int
    room: float
    items: list[Block | Table] = field(default_factory=list)

    @property
    def table(self) -> Table | None:
        """Return the part of the claims on this page, if any."""
        return next((item for item in self.items if item.kind == "table"), None)

    def kinds(self) -> list[str]:
        """Return what stands here, in order."""
        return [item.kind for item in self.items]


# === PAGES === #


def paginate(
    texts: Iterable[Block],
    rows: Iterable[Row],
    settlement: Block | None,
    closing: Iterable[Block],
    sheet: Sheet,
) -> list[Page]:
    """Fill pages with texts, the claims, the settlement block and the closing.

    The settlement (total, bank details) never stands without at least one claim above
    it, if there is a claim and both fit on a page; a closing of a sentence or two
    stays with it, a longer one flows on and keeps its last two blocks together.

    >>> rows = [Row(8, Decimal(1)) for _i in range(9)]
    >>> pages = paginate([], rows, Block("total", 20), [Block("sign", 5)], SMALL)
    >>> [len(page.table.rows) for page in pages]
    [4, 3, 2]
    >>> [page.table.carried for page in pages]
    [Decimal('4'), Decimal('7'), None]
    >>> words = [Block("text", 6), Block("text", 6), Block("sign", 5)]
    >>> pages = paginate([], rows[:2], Block("total", 20), words, SMALL)
    >>> [page.kinds() for page in pages]
    [['table', 'total'], ['text', 'text', 'sign']]
    """
    flow = _Flow(sheet)
    flow.add_texts(list(texts))
    tail = [block for block in (settlement, *closing) if block]
    flow.add_table(list(rows), _get_kept_height(tail, sheet))
    flow.add_tail(tail)
    return flow.pages


def _get_kept_height(tail: list[Block], sheet: Sheet) -> float:
    """Return how much of the tail must stand on the page of the last claim.

    >>> _get_kept_height([Block("total", 20), Block("text", 9)], SMALL)
    29
    >>> _get_kept_height([Block("total", 20), Block("text", 45)], SMALL)
    20
    >>> _get_kept_height([Block("total", 12), *[Block("text", 4)] * 3], SMALL)
    12
    """
    whole = sum(block.height for block in tail)
    if whole <= sheet.later / 2 and len(tail) <= SHORT_CLOSING + 1:
        return whole
    return tail[0].height if tail else 0


class _Flow:
    """Fills page after page; a page knows only how much room it has left."""

    def __init__(self, sheet: Sheet):
        self.sheet = sheet
        self.pages = [Page(1, sheet.first)]

    @property
    def page(self) -> Page:
        return self.pages[-1]

    def turn(self) -> None:
        """Begin a new page."""
        self.pages.append(Page(len(self.pages) + 1, self.sheet.later))

    def put(self, item: Block | Table, height: float) -> None:
        self.page.items.append(item)
        self.page.room -= height

    def add(self, block: Block, keep: float = 0) -> None:
        """Put a block where it fits, with ``keep`` below it for what belongs to it."""
        if self.page.items and block.height + keep > self.page.room:
            self.turn()
        self.put(block, block.height)

    def add_texts(self, blocks: list[Block]) -> None:
        """Put texts; a heading never stands alone at the foot of a page."""
        following = [*blocks[1:], None]
        for block, after in zip(blocks, following, strict=False):
            is_heading = block.kind == "heading" and after
            self.add(block, keep=after.height if is_heading else 0)

    def add_tail(self, tail: list[Block]) -> None:
        """Put the settlement and the closing; its last two blocks stay together.

        Here, too, a heading never stands alone at the foot of a page.
        """
        following = [*tail[1:], None]
        for index, (block, after) in enumerate(zip(tail, following, strict=False)):
            is_kept = block.kind == "heading" or index == len(tail) - 2
            self.add(block, keep=after.height if after and is_kept else 0)

    def add_table(self, rows: list[Row], keep: float) -> None:
        """Put the claims, the last of them above ``keep`` mm for the settlement."""
        total, brought = Decimal(0), None
        while rows:
            count = self._count_rows(rows, keep, brought is not None)
            part, rows = rows[:count], rows[count:]
            if part:
                total += sum(row.amount for row in part)
                self._put_table(part, brought, total if rows else None)
                brought = total
            if rows:
                self.turn()

    def _put_table(self, rows, brought, carried) -> None:
        table = Table(rows, brought, carried)
        carries = (brought is not None) + (carried is not None)
        height = self.sheet.head + carries * self.sheet.carry
        self.put(table, height + sum(row.height for row in rows))

    def _count_rows(self, rows: list[Row], keep: float, is_continued: bool) -> int:
        """Return how many of the rows stand on this page; 0 is 'turn the page'."""
        room = self.page.room - self.sheet.head - is_continued * self.sheet.carry
        if sum(row.height for row in rows) + keep <= room:
            return len(rows)
        count = _count_fitting(rows, room - self.sheet.carry)
        count = min(count, len(rows) - _get_held_back(rows))
        if count >= min(2, len(rows)) or (count and is_continued):
            return count
        return 0 if self.page.items else max(count, 1)


def _count_fitting(rows: list[Row], room: float) -> int:
    """Return how many rows fit into the room.

    >>> _count_fitting([Row(8, Decimal(1))] * 5, 25)
    3
    """
    for count, row in enumerate(rows):
        room -= row.height
        if room < 0:
            return count
    return len(rows)


def _get_held_back(rows: list[Row]) -> int:
    """Return how many rows go over with the settlement: two of many, one of few."""
    return 2 if len(rows) > 3 else 1


# === TEXT === #


class FontMetrics:
    """Widths of a TrueType font; of an unknown one, safe guesses.

    >>> FontMetrics(None).get_width("abc", 10.5) > FontMetrics(None).get_width("ab", 9)
    True
    """

    def __init__(self, path: str | None):
        """Read the font at ``path``; None, or an unreadable file, is 'unknown'."""
        self.widths = _read_widths(path) if path else {}

    def get_width(self, text: str, size_pt: float) -> float:
        """Return the width in millimetres of one line of text."""
        default = WIDE_EM if self.widths else UNKNOWN_EM
        ems = sum(
            self.widths.get(char, default) if char < "\u2e80" else WIDE_EM
            for char in map(str, text)
        )
        return ems * size_pt * MM_PER_POINT

    def count_lines(self, text: str, size_pt: float, width: float) -> int:
        r"""Return how many lines the text takes in a column of this width.

        Words break at spaces, words longer than the line anywhere, ``\n`` always.

        >>> metrics = FontMetrics(None)  # every letter is 2.19 mm wide at 10 points
        >>> metrics.count_lines("aaaa aaaa aaaa", 10, 20)
        2
        >>> metrics.count_lines("a\nb", 10, 20), metrics.count_lines("", 10, 20)
        (2, 1)
        >>> metrics.count_lines("a" * 30, 10, 20)
        4
        """
        lines = text.split("\n")
        return sum(self._count_wrapped(line, size_pt, width * SLACK) for line in lines)

    def _count_wrapped(self, line: str, size_pt: float, width: float) -> int:
        count, used = 1, 0.0
        space = self.get_width(" ", size_pt)
        for word in line.split(" "):
            length = self.get_width(word, size_pt)
            if used and used + space + length > width:
                count, used = count + 1, 0.0
            elif used:
                used += space
            count += max(0, -int(-length // width) - 1)
            used += min(length, width)
        return count

    def clip(self, text: str, size_pt: float, width: float) -> str:
        """Return the text cut to one line of this width, an ellipsis at its end.

        >>> FontMetrics(None).clip("Translation of a contract", 10, 30)
        'Translation…'
        """
        text = " ".join((text or "").split())
        if self.get_width(text, size_pt) <= width * SLACK:
            return text
        while text and self.get_width(text + "…", size_pt) > width * SLACK:
            text = text[:-1]
        return text.rstrip(" ,.;:-–") + "…"


@lru_cache(maxsize=8)
def _read_widths(path: str) -> dict[str, float]:
    """Return the width in em of each character of a TrueType file."""
    try:
        font = TTFontFile(path)
    except (OSError, TTFError):
        return {}
    return {chr(code): width / 1000 for code, width in font.charWidths.items()}
