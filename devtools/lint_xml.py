"""The format of XML files, checked so that QWeb's mixed content is left alone.

A formatter would move white space that QWeb prints. So only what is safe is asked for:
well-formed, no tabs, no trailing blanks, a final newline, tags that begin a line four
spaces deeper than their parent's line, and no record id twice in a file.
"""

import re
from xml.etree import ElementTree
from xml.parsers import expat

INDENT = 4
# White space is printed as it stands inside these.
VERBATIM = {"pre", "textarea"}
# Tags whose id is that of a record.
DEFINING = {"record", "template", "menuitem"}


def check(path):
    """Yield ``(line number, message)`` for each finding in the file."""
    content = path.read_bytes()
    try:
        indentation = Indentation(content)
    except expat.ExpatError as error:
        yield error.lineno, f"not well-formed: {expat.ErrorString(error.code)}"
        return
    yield from _check_lines(content)
    yield from _check_tags(indentation.tags)
    yield from _check_ids(content)


def fix(path):
    """Mend what needs no judgement: blanks, tabs, newline at the end, indentation."""
    content = path.read_bytes()
    lines = [
        line.rstrip().replace(b"\t", b" " * INDENT) for line in content.split(b"\n")
    ]
    mended = b"\n".join(lines).rstrip() + b"\n"
    try:
        mended = Indentation(mended).mended()
    except expat.ExpatError:
        return
    if mended != content:
        path.write_bytes(mended)


class Indentation:
    """How far tags that begin a line are indented, and how far they should be.

    ``tags`` is ``{line number: (found, expected, tag)}``, where expected follows from
    the expected place of the parent's line.
    """

    def __init__(self, content):
        self.lines = content.split(b"\n")
        self.tags = {}
        self.kept = set()  # numbers of lines that must not be moved
        self._open = []  # (tag, its line, the expected indentation of that line)
        self._cdata = 0
        self._parse(content)

    def mended(self):
        """Return the content with each tag, and what follows it, in its place."""
        moved, shift = [], 0
        for number, line in enumerate(self.lines, 1):
            if number in self.tags:
                found, expected, _tag = self.tags[number]
                shift = expected - found
            if line and number not in self.kept:
                present = len(line) - len(line.lstrip(b" "))
                line = b" " * max(0, present + shift) + line.lstrip(b" ")
            moved.append(line)
        return b"\n".join(moved)

    def _parse(self, content):
        self.parser = expat.ParserCreate()
        self.parser.StartElementHandler = self._start
        self.parser.EndElementHandler = self._end
        self.parser.StartCdataSectionHandler = self._start_cdata
        self.parser.EndCdataSectionHandler = self._end_cdata
        self.parser.Parse(content, True)

    def _start(self, tag, _attributes):
        expected = self._open[-1][2] + INDENT if self._open else 0
        self._place(tag, expected)
        number = self.parser.CurrentLineNumber
        self._open.append((tag, number, self._indentation(number)))

    def _end(self, tag):
        _tag, first, expected = self._open.pop()
        number = self.parser.CurrentLineNumber
        if tag in VERBATIM:
            self.kept.update(range(first + 1, number + 1))
        elif number != first:
            self._place(f"/{tag}", expected)

    def _place(self, tag, expected):
        """Note where a tag is and belongs, if it is the first thing on its line."""
        number = self.parser.CurrentLineNumber
        column = self.parser.CurrentColumnNumber
        line = self.lines[number - 1]
        is_first = line[column : column + 1] == b"<" and not line[:column].strip()
        if is_first and not any(tag in VERBATIM for tag, *_place in self._open):
            self.tags[number] = (column, expected, tag)

    def _indentation(self, number):
        """Return where a line should begin, as far as that is known."""
        if number in self.tags:
            return self.tags[number][1]
        line = self.lines[number - 1]
        return len(line) - len(line.lstrip(b" "))

    def _start_cdata(self):
        self._cdata = self.parser.CurrentLineNumber

    def _end_cdata(self):
        self.kept.update(range(self._cdata + 1, self.parser.CurrentLineNumber + 1))


def _check_tags(tags):
    """Find tags in the wrong place; of several in a row only the first."""
    is_wrong = False
    for line, (found, expected, tag) in sorted(tags.items()):
        if found != expected and not is_wrong:
            yield line, f"<{tag}> is indented by {found} spaces, not {expected}"
        is_wrong = found != expected


def _check_lines(content):
    for number, line in enumerate(content.split(b"\n"), 1):
        if b"\t" in line:
            yield number, "a tab"
        if line != line.rstrip():
            yield number, "trailing white space"
    if not re.search(rb"[^\n]\n\Z", content):
        yield content.count(b"\n") + 1, "the file does not end with one newline"


def _check_ids(content):
    """Find ids that are defined twice.

    A second record may add fields that the first could not have, say a reference to a
    record below it; it must not set the same field again.
    """
    seen = set()
    for node in ElementTree.fromstring(content).iter():
        name = node.get("id") if node.tag in DEFINING else None
        fields = {field.get("name") for field in node.findall("field")} or {None}
        if name and any((name, field) in seen for field in fields):
            yield 1, f"the id {name} is used twice"
        seen.update((name, field) for field in fields)
