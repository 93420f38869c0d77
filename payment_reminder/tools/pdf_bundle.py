"""Many PDF documents as one: joined in order, with bookmarks, each page stamped.

Documents from elsewhere are made harmless and tried out first, so that a broken one
never takes the bundle along.
"""

import io
from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple

from odoo.tools.pdf import (
    ArrayObject,
    DictionaryObject,
    NameObject,
    NumberObject,
    PdfFileReader,
    PdfFileWriter,
    create_string_object,
)

from .exact import CodedError
from .pdf_stamp import Stamper

MAX_BYTES = 20 * 1024 * 1024  # of one document from elsewhere
MAX_PAGES = 300


class BundleError(CodedError):
    """A document that cannot be included. Its code: empty, big, long, locked, broken.

    A long one tells its number of ``pages``.
    """


class Entry(NamedTuple):
    """A document of the bundle, a heading of several (``children``), or both.

    ``pages`` is the number of pages of ``content``, which may be empty.
    """

    title: str
    content: bytes = b""
    pages: int = 0
    children: tuple["Entry", ...] = ()


class Place(NamedTuple):
    """Where a document or heading begins; ``page`` counts from 1."""

    title: str
    depth: int
    page: int


# === WHERE WHAT STANDS === #


def iterate_places(entries: Sequence[Entry], first: int = 1) -> Iterator[Place]:
    """Yield where the entries begin when the first of them begins on page ``first``.

    >>> entries = [Entry("a", b"", 2), Entry("b", children=(Entry("c", b"", 3),))]
    >>> [(p.title, p.depth, p.page) for p in iterate_places(entries, 4)]
    [('a', 0, 4), ('b', 0, 6), ('c', 1, 6)]
    """
    yield from _iterate_places(entries, first, 0)


def _iterate_places(entries, page, depth):
    for entry in entries:
        yield Place(entry.title, depth, page)
        yield from _iterate_places(entry.children, page + entry.pages, depth + 1)
        page += count_all(entry)


def count_all(entry: Entry) -> int:
    """Return the number of pages of an entry with all below it.

    >>> count_all(Entry("b", b"", 1, (Entry("c", b"", 3), Entry("d", b"", 2))))
    6
    """
    return entry.pages + sum(count_all(child) for child in entry.children)


def _iterate_contents(entries):
    for entry in entries:
        if entry.content:
            yield entry.content
        yield from _iterate_contents(entry.children)


# === DOCUMENTS FROM ELSEWHERE === #


def clean_pdf(content: bytes) -> tuple[bytes, int]:
    """Return a document from elsewhere, fit to be joined, and its number of pages.

    Only its pages are taken: what would run or open something is left out.

    :raises BundleError: when it cannot be included
    """
    if not content:
        raise BundleError("empty")
    if len(content) > MAX_BYTES:
        raise BundleError("big")
    try:
        return _clean_pdf(content)
    except BundleError:
        raise
    except Exception as error:  # whatever a library meets in a file from elsewhere
        raise BundleError("broken") from error


def _clean_pdf(content):
    if b"%PDF-" not in content[:1024]:
        raise BundleError("broken")
    reader = PdfFileReader(io.BytesIO(content), strict=False)
    if reader.is_encrypted and not reader.decrypt(""):
        raise BundleError("locked")
    count = len(reader.pages)
    if not count:
        raise BundleError("empty")
    if count > MAX_PAGES:
        raise BundleError("long", pages=count)
    writer = PdfFileWriter()
    for page in reader.pages:
        _disarm(page)
        writer.add_page(page)
    cleaned = _write(writer)
    if len(PdfFileReader(io.BytesIO(cleaned), strict=False).pages) != count:
        raise BundleError("broken")
    return cleaned, count


def _disarm(page) -> None:
    """Remove what a page or a note on it would do by itself or at a click."""
    _drop(page, "/AA")
    notes = page["/Annots"] if "/Annots" in page else []
    kept = []
    for note in notes:
        found = note.get_object()
        if not isinstance(found, DictionaryObject):
            continue
        action = found["/A"] if "/A" in found else None
        if action is not None and action.get("/S") != "/URI":
            _drop(found, "/A")
        _drop(found, "/AA")
        if found.get("/Subtype") not in ("/FileAttachment", "/RichMedia", "/Screen"):
            kept.append(note)
    if "/Annots" in page:
        page[NameObject("/Annots")] = ArrayObject(kept)


def _drop(dictionary, name) -> None:
    if name in dictionary:
        del dictionary[name]


# === JOINING === #


def join(
    entries: Sequence[Entry],
    stamp: Callable[[int, int], str] | None = None,
    metadata: dict[str, str] | None = None,
) -> bytes:
    """Return one document of all entries, with bookmarks.

    :param stamp: takes the number of a page and of all pages, and returns what is
        printed at its upper edge
    :param metadata: such as ``/Title``
    """
    writer = PdfFileWriter()
    for content in _iterate_contents(entries):
        reader = PdfFileReader(io.BytesIO(content), strict=False)
        for page in reader.pages:
            writer.add_page(page)
    count = len(writer.pages)
    if stamp and count:
        texts = [stamp(number, count) for number in range(1, count + 1)]
        Stamper(writer, texts).stamp_all()
    _add_bookmarks(writer, list(iterate_places(entries)))
    writer.add_metadata(metadata or {})
    return _write(writer)


def _write(writer) -> bytes:
    target = io.BytesIO()
    writer.write(target)
    return target.getvalue()


def _add_bookmarks(writer, places) -> None:
    """Add the outline: two levels, the lower one folded.

    By hand, since the libraries that Odoo may use do it differently, and one of them
    names pages by number, which not every reader follows.
    """
    root_object = writer._root_object  # has no public name in any of the libraries
    kids = root_object["/Pages"]["/Kids"]
    root = DictionaryObject({NameObject("/Type"): NameObject("/Outlines")})
    root_ref = writer._add_object(root)
    nodes = [(root, root_ref, [])]  # the open path: dictionary, reference, children
    for place in places:
        if place.page > len(kids):
            continue
        item = DictionaryObject(
            {
                NameObject("/Title"): create_string_object(place.title or "-"),
                NameObject("/Dest"): ArrayObject(
                    [kids[place.page - 1], NameObject("/Fit")]
                ),
            }
        )
        while len(nodes) > place.depth + 1:
            _close(*nodes.pop())
        parent, parent_ref, siblings = nodes[-1]
        item[NameObject("/Parent")] = parent_ref
        reference = writer._add_object(item)
        if siblings:
            previous, previous_ref = siblings[-1]
            previous[NameObject("/Next")] = reference
            item[NameObject("/Prev")] = previous_ref
        siblings.append((item, reference))
        nodes.append((item, reference, []))
    while nodes:
        _close(*nodes.pop(), is_root=not nodes)
    root_object[NameObject("/Outlines")] = root_ref
    root_object[NameObject("/PageMode")] = NameObject("/UseOutlines")


def _close(item, _reference, children, is_root=False) -> None:
    """Tell an item of the outline its children; only those of the root are unfolded."""
    if children:
        item[NameObject("/First")] = children[0][1]
        item[NameObject("/Last")] = children[-1][1]
        count = len(children) if is_root else -len(children)
        item[NameObject("/Count")] = NumberObject(count)
