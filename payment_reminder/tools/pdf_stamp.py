"""A line of small print at the upper right edge of each page, however it is turned.

The page's own content is not read: it may be huge or broken. The print is drawn once by
reportlab, with the letters of its font that are needed, and placed as an object.
"""

import io
from collections.abc import Sequence

from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFError, TTFont
from reportlab.pdfgen.canvas import Canvas

from odoo.tools.pdf import (
    ArrayObject,
    DecodedStreamObject,
    DictionaryObject,
    IndirectObject,
    NameObject,
    PdfFileReader,
)
from odoo.tools.pdf import generic as objects

from .letter_fonts import find_font_file

SIZE = 7.5  # points
MARGIN_RIGHT, MARGIN_TOP = 28, 20  # points from the edge of the page
HEIGHT = 10
NAME = "/ReminderStamp"
FONT_NAME = "ReminderStamp"


class Stamper:
    """Prints a text on each page of a document that is being written."""

    def __init__(self, writer, texts: Sequence[str]):
        """Draw the texts, one for each page of ``writer``."""
        self.writer = writer
        self.copies: dict = {}
        self.stamps = PdfFileReader(io.BytesIO(_draw(texts)), strict=False).pages
        self.before = self._add_stream(b"q\n")

    def stamp_all(self) -> None:
        """Print each page's text on it."""
        for page, stamp in zip(self.writer.pages, self.stamps, strict=True):
            self._stamp(page, stamp)

    def _stamp(self, page, stamp) -> None:
        width = float(stamp["/MediaBox"][2])
        form = DecodedStreamObject()
        form.set_data(stamp["/Contents"].get_object().get_data())
        form.update(
            {
                NameObject("/Type"): NameObject("/XObject"),
                NameObject("/Subtype"): NameObject("/Form"),
                NameObject("/BBox"): ArrayObject(list(stamp["/MediaBox"])),
                NameObject("/Resources"): self._copy(_get_raw(stamp, "/Resources")),
            }
        )
        matrix = " ".join(f"{value:.3f}" for value in get_matrix(page, width))
        after = self._add_stream(f"\nQ q {matrix} cm {NAME} Do Q\n".encode())
        _add_resource(page, self.writer._add_object(form))
        contents = [self.before, *_get_contents(page), after]
        page[NameObject("/Contents")] = ArrayObject(contents)

    def _add_stream(self, data: bytes):
        stream = DecodedStreamObject()
        stream.set_data(data)
        return self.writer._add_object(stream)

    def _copy(self, found):
        """Return a copy of an object of the stamps, for the document; once each."""
        if isinstance(found, IndirectObject):
            key = (found.idnum, found.generation)
            if key not in self.copies:
                copy = self._copy(found.get_object())
                self.copies[key] = self.writer._add_object(copy)
            return self.copies[key]
        if isinstance(found, objects.StreamObject):
            copy = objects.StreamObject()
            copy._data = found._data
            return self._fill(copy, found)
        if isinstance(found, DictionaryObject):
            return self._fill(DictionaryObject(), found)
        if isinstance(found, ArrayObject):
            return ArrayObject([self._copy(value) for value in list(found)])
        return found

    def _fill(self, copy, found):
        for name in found:
            if name not in ("/Length", "/Parent"):
                copy[NameObject(name)] = self._copy(_get_raw(found, name))
        return copy


# === PAGES === #


def _get_raw(dictionary, name):
    """Return a value of a dictionary as it stands there: perhaps a reference."""
    return dict.__getitem__(dictionary, name)


def _get_contents(page) -> list:
    """Return the streams of a page, as references where they are."""
    if "/Contents" not in page:
        return []
    found = page["/Contents"]
    if isinstance(found, ArrayObject):
        return list(found)
    return [_get_raw(page, "/Contents")] if isinstance(found, DictionaryObject) else []


def _add_resource(page, reference) -> None:
    """Give a page, and no other that shares its resources, one more object."""
    resources = _copy_shallow(page["/Resources"] if "/Resources" in page else None)
    known = _copy_shallow(resources["/XObject"] if "/XObject" in resources else None)
    known[NameObject(NAME)] = reference
    resources[NameObject("/XObject")] = known
    page[NameObject("/Resources")] = resources


def _copy_shallow(found) -> DictionaryObject:
    copy = DictionaryObject()
    if isinstance(found, DictionaryObject):
        for name in found:
            copy[NameObject(name)] = _get_raw(found, name)
    return copy


def get_matrix(page, width: float) -> tuple[float, ...]:
    """Return the six numbers that move a stamp of ``width`` points to its place.

    >>> box = [0, 0, 595, 842]
    >>> get_matrix({"/MediaBox": box}, 100)
    (1.0, 0.0, 0.0, 1.0, 467.0, 812.0)
    >>> get_matrix({"/MediaBox": box, "/Rotate": 90}, 100)  # read from the right side
    (0.0, 1.0, -1.0, 0.0, 30.0, 714.0)
    """
    left, bottom, right, top = _get_box(page)
    turn = int(page["/Rotate"]) % 360 if "/Rotate" in page else 0
    is_lying = turn in (90, 270)
    wide, high = (
        (top - bottom, right - left) if is_lying else (right - left, top - bottom)
    )
    scale = min(1.0, max(wide - 2 * MARGIN_RIGHT, 10) / max(width, 1))
    x, y = wide - MARGIN_RIGHT - width * scale, high - MARGIN_TOP - HEIGHT * scale
    x, y = max(x, 0.0), max(y, 0.0)
    s = scale
    return {
        90: (0.0, s, -s, 0.0, right - y, bottom + x),
        180: (-s, 0.0, 0.0, -s, right - x, top - y),
        270: (0.0, -s, s, 0.0, left + y, top - x),
    }.get(turn, (s, 0.0, 0.0, s, left + x, bottom + y))


def _get_box(page) -> tuple[float, float, float, float]:
    """Return the visible part of a page: left, bottom, right, top."""
    for name in ("/CropBox", "/MediaBox"):
        box = page[name] if name in page else None
        if box is not None and len(box) == 4:
            x1, y1, x2, y2 = (float(value) for value in box)
            return min(x1, x2), min(y1, y2), max(x1, x2), max(y1, y2)
    return 0.0, 0.0, 595.0, 842.0


# === DRAWING === #


def _draw(texts: Sequence[str]) -> bytes:
    """Return a document with one narrow page for each text."""
    font = _find_font()
    target = io.BytesIO()
    canvas = Canvas(target, pageCompression=0)
    for text in texts:
        width = pdfmetrics.stringWidth(text, font, SIZE) + 2
        canvas.setPageSize((width, HEIGHT))
        canvas.setFont(font, SIZE)
        canvas.setFillGray(0.25)
        canvas.drawString(1, 2.5, text)
        canvas.showPage()
    canvas.save()
    return target.getvalue()


def _find_font() -> str:
    """Return the name of the letters' typeface, or of one that every reader has."""
    if FONT_NAME in pdfmetrics.getRegisteredFontNames():
        return FONT_NAME
    path = find_font_file(400)
    try:
        pdfmetrics.registerFont(TTFont(FONT_NAME, path))
    except (TTFError, OSError, TypeError):
        return "Helvetica"
    return FONT_NAME
