"""Level texts for paper: rich text becomes a list of plain paragraphs.

Nothing of the source's HTML is passed on. The paragraphs are built anew from its
text, and the only tags that can ever come out are those of ``INLINE`` and ``<br>``,
without attributes: so no image, link, frame, style or script is left that a renderer
could follow, whatever came in.

>>> html = '<p>Dear <b>Sir</b>,<img src="http://x/y.png"/></p><ul><li>one</li></ul>'
>>> for paragraph in split_paragraphs(html):
...     print(paragraph.kind, paragraph.marker, paragraph.html)
text  Dear <b>Sir</b>,
item • one
"""

import re
from typing import NamedTuple

import lxml.html
from lxml import etree
from markupsafe import Markup, escape

INLINE = {
    "b": "b",
    "strong": "b",
    "th": "b",
    "i": "i",
    "em": "i",
    "u": "u",
    "sub": "sub",
    "sup": "sup",
}
HEADINGS = {"h1", "h2", "h3", "h4", "h5", "h6"}
BLOCKS = HEADINGS | set(
    "address article aside blockquote center dd div dl dt fieldset figure footer"
    " form header hr li main nav ol p pre section table tbody td tfoot th thead tr"
    " ul".split()
)
DROPPED = set(
    "applet audio base canvas embed frame frameset head iframe img input link math"
    " meta noscript object option picture script select source style svg template"
    " textarea title video".split()
)

BLANKS = re.compile(r"[ \t\r\n\f]+")


class Paragraph(NamedTuple):
    """One paragraph: ``html`` to draw, ``text`` (with line feeds) to measure.

    ``kind`` is text, heading or item; an item has a ``marker``, such as • or 2.
    """

    kind: str
    html: Markup
    text: str
    marker: str = ""


def split_paragraphs(html: str | None) -> list[Paragraph]:
    r"""Return the paragraphs of a rich text; empty ones are left out.

    Text without tags is one paragraph.

    >>> [p.text for p in split_paragraphs("<div>a<p>b<br/>c</p>d</div><p><br/></p>")]
    ['a', 'b\nc', 'd']
    >>> [p.html for p in split_paragraphs("<p>1 &lt; 2 {{7*7}}</p><script>x</script>")]
    [Markup('1 &lt; 2 {{7*7}}')]
    >>> [p.marker for p in split_paragraphs("<ol start='3'><li>a</li><li>b</li></ol>")]
    ['3.', '4.']
    >>> split_paragraphs(None)
    []
    """
    if not html or not str(html).strip():
        return []
    try:
        root = lxml.html.fragment_fromstring(str(html), create_parent="div")
    except (etree.ParserError, ValueError):
        root = lxml.html.fragment_fromstring(escape(strip_controls(html)), "div")
    builder = _Builder()
    builder.walk(root)
    builder.flush()
    return builder.paragraphs


def strip_controls(text: str | None) -> str:
    r"""Remove the control characters that no XML library accepts.

    >>> strip_controls("a\x00\x0bb\nc"), strip_controls(None)
    ('ab\nc', '')
    """
    return re.sub(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]", "", str(text or ""))


def capitalize(html: str) -> Markup:
    """Return a text that begins with a capital letter, wherever its tags stand.

    >>> print(capitalize(Markup("<p> <b>wir</b> bitten</p>")))
    <p> <b>Wir</b> bitten</p>
    >>> print(capitalize(""), capitalize("<p>1 month</p>"))
     <p>1 month</p>
    """
    begin = re.match(r"(?:\s|<[^>]*>)*", html).end()
    return Markup(html[:begin] + html[begin : begin + 1].upper() + html[begin + 1 :])


def join_paragraphs(first: Markup, second: Markup) -> Markup:
    """Return two texts, the second going on in the last paragraph of the first.

    >>> print(join_paragraphs(Markup("<p>One.</p>"), Markup(" <p>two.</p><p>3</p>")))
    <p>One. Two.</p><p>3</p>
    >>> print(join_paragraphs(Markup("<ul><li>1</li></ul>"), Markup("<p>two</p>")))
    <ul><li>1</li></ul><p>Two</p>
    >>> print(join_paragraphs(Markup(""), Markup("<p>two</p>")))
    <p>two</p>
    """
    if not first:
        return second
    second = capitalize(second)
    end, start = re.search(r"</p>\s*$", first), re.match(r"\s*<p[^>]*>", second)
    if end and start:
        return Markup(f"{first[: end.start()]} {second[start.end() :]}")
    return first + second


def split_long(paragraph: Paragraph, parts: int) -> list[Paragraph]:
    """Cut a paragraph that no page can hold into pieces of about equal length.

    Its inline formatting is lost; that is better than text nobody can read.

    >>> long = Paragraph("text", Markup("<b>a</b> b c d"), "a b c d")
    >>> [piece.html for piece in split_long(long, 2)]
    [Markup('a b'), Markup('c d')]
    """
    words = paragraph.text.split(" ")
    step = -(-len(words) // parts)
    pieces = [" ".join(words[i : i + step]) for i in range(0, len(words), step)]
    return [
        Paragraph(paragraph.kind, _break_lines(piece), piece, paragraph.marker)
        for piece in pieces
    ]


def _break_lines(text: str) -> Markup:
    return Markup("<br/>").join(text.split("\n"))


class _Builder:
    """Walks a tree and collects the paragraphs it means."""

    def __init__(self):
        self.paragraphs: list[Paragraph] = []
        self.kind, self.marker = "text", ""
        self.pieces: list[Markup] = []
        self.text = ""
        self.inline: list[str] = []

    def walk(self, element) -> None:
        """Add the text and the children of an element, in order."""
        self.add_text(element.text)
        for child in element:
            if isinstance(child.tag, str) and child.tag not in DROPPED:
                self.add_element(child)
            self.add_text(child.tail)

    def add_element(self, element) -> None:
        """Add one element by what it is: a line break, a block, or inline."""
        if element.tag == "br":
            self.pieces.append(Markup("<br/>"))
            self.text = self.text.rstrip(" ") + "\n"
        elif element.tag in BLOCKS:
            self.add_block(element)
        else:
            self.add_inline(element)

    def add_block(self, element) -> None:
        """Add a block: whatever comes before it and after it is its own paragraph."""
        if element.tag in ("td", "th"):  # the cells of a row share a line
            self.add_text(" ")
            self.add_inline(element)
            return
        self.flush()
        kind = self.kind
        if element.tag in HEADINGS:
            self.kind = "heading"
        elif element.tag == "li":
            self.kind, self.marker = "item", _get_marker(element)
        self.walk(element)
        self.flush()
        self.kind, self.marker = kind, ""

    def add_inline(self, element) -> None:
        """Add an inline element, with its tag if it is one of ours."""
        tag = INLINE.get(element.tag)
        self.pieces.append(Markup(f"<{tag}>") if tag else Markup(""))
        self.inline.append(tag)
        self.walk(element)
        self.inline.pop()
        self.pieces.append(Markup(f"</{tag}>") if tag else Markup(""))

    def add_text(self, text: str | None) -> None:
        """Add text with its blanks collapsed, escaped."""
        text = BLANKS.sub(" ", text or "")
        if not self.text or self.text[-1] in " \n":
            text = text.lstrip(" ")
        self.pieces.append(escape(text))
        self.text += text

    def flush(self) -> None:
        """End the paragraph; inline tags that are open go on in the next one."""
        text = self.text.strip(" \n")
        if text:
            opened = [tag for tag in self.inline if tag]
            closing = "".join(f"</{tag}>" for tag in reversed(opened))
            html = Markup("").join(self.pieces) + Markup(closing)
            html = _trim_breaks(html)
            self.paragraphs.append(Paragraph(self.kind, html, text, self.marker))
            self.marker = ""  # only the first paragraph of an item has it
        opening = "".join(f"<{tag}>" for tag in self.inline if tag)
        self.pieces, self.text = [Markup(opening)], ""


def _get_marker(item) -> str:
    """Return the number of an item in an ordered list, else a bullet."""
    parent = item.getparent()
    if parent is None or parent.tag != "ol":
        return "•"
    start = parent.get("start", "1").strip()
    first = int(start) if start.isdecimal() and len(start) < 6 else 1
    return f"{first + sum(1 for _li in item.itersiblings('li', preceding=True))}."


def _trim_breaks(html: Markup) -> Markup:
    """Remove blanks and line breaks at both ends.

    >>> _trim_breaks(Markup("<br/>a<br/> "))
    Markup('a')
    """
    return Markup(re.sub(r"^(\s|<br/>)+|(\s|<br/>)+$", "", str(html)))
