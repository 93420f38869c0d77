"""Takes a mail apart: words that a person may edit, and parts that are computed.

Computed parts carry ``data-dunning-part``. What stands above the first of them and
below the last one, down to the signature, are the words. So a person changes what is
said, and never how much is asked for.

>>> mail = (
...     '<div><p>Dear Ann,</p><div data-dunning-part="claims"><b>10</b></div>'
...     '<p>Please pay 10.</p><div data-dunning-part="payment">IBAN</div>'
...     '<p>Thank you.</p><div data-dunning-part="signature">Carla</div></div>'
... )
>>> split_mail(mail)
('<p>Dear Ann,</p>', '<p>Thank you.</p>')
>>> print(join_mail('<p>A</p><div data-dunning-part="claims">10</div>', "<p>B</p>", ""))
<div><p>B</p></div><div>10</div>
>>> split_mail("<p>No amounts at all</p>")
('<p>No amounts at all</p>', '')
>>> split_mail('Words <i data-dunning-part="claims">10</i> and more words')
('<span>Words </span>', '<span> and more words</span>')
"""

import lxml.html
from lxml import etree

MARK = "data-dunning-part"
SIGNATURE = "signature"


def split_mail(html):
    """Return the words of a mail: above and below its computed parts.

    :param str html: a mail, its computed parts marked; without any, all is above
    :rtype: tuple[str, str]
    """
    mail = _Mail(html)
    return mail.get_words(*mail.above), mail.get_words(*mail.below)


def join_mail(html, above, below):
    """Return the mail with other words, and without the marks.

    :param str html: a mail, its computed parts marked
    :param str above: HTML in the place of the words above the computed parts
    :param str below: the same for the words below
    :rtype: str
    """
    mail = _Mail(html)
    mail.put_words(mail.below, below)
    mail.put_words(mail.above, above)
    return mail.get_html()


class _Mail:
    """A mail as a tree, and where its words stand among the container's children."""

    def __init__(self, html):
        self.root = lxml.html.fragment_fromstring(str(html or ""), create_parent="div")
        marks = self.root.xpath(f".//*[@{MARK}]")
        self.container = _get_container(self.root, marks)
        _wrap_loose_text(self.container)
        computed, signatures = [], []
        for mark in marks:
            place = self._get_place(mark)
            found = signatures if mark.get(MARK) == SIGNATURE else computed
            found.append(place)
        end = min(signatures, default=len(self.container))
        last = max((place for place in computed if place < end), default=None)
        first = min(computed, default=end)
        self.above = (0, min(first, end))
        self.below = (end if last is None else last + 1, end)

    def _get_place(self, mark):
        """Return which child of the container has ``mark``, or is it."""
        while mark.getparent() is not self.container:
            mark = mark.getparent()
        return self.container.index(mark)

    def get_words(self, start, end):
        """Return the children between two places as HTML."""
        words = [
            etree.tostring(child, encoding="unicode", method="html")
            for child in self.container[start:end]
        ]
        return "".join(words).strip()

    def put_words(self, places, html):
        """Replace the children between two places."""
        start, end = places
        for child in self.container[start:end]:
            self.container.remove(child)
        if str(html or "").strip():
            words = lxml.html.fragment_fromstring(str(html), create_parent="div")
            self.container.insert(start, words)

    def get_html(self):
        """Return the mail without marks."""
        for mark in self.root.xpath(f".//*[@{MARK}]"):
            del mark.attrib[MARK]
        text = etree.tostring(self.root, encoding="unicode", method="html")
        return text[len("<div>") : -len("</div>")]


def _wrap_loose_text(container):
    """Give text between the children an element of its own."""
    texts = [(0, container.text)]
    texts += [(place + 1, child.tail) for place, child in enumerate(container)]
    for place, text in reversed(texts):
        if text and text.strip():
            span = container.makeelement("span")
            span.text = text
            container.insert(place, span)
    container.text = None
    for child in container:
        child.tail = None


def _get_container(root, marks):
    """Return the lowest element that has all ``marks`` below it."""
    if not marks:
        return root
    paths = [list(reversed([*mark.iterancestors()])) for mark in marks]
    common = root
    for elements in zip(*paths, strict=False):
        if any(element is not elements[0] for element in elements):
            break
        common = elements[0]
    return common
