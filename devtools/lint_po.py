"""Translations: readable, with the placeholders of the original, nothing left open."""

import re

import polib

# The languages that must be complete; others may lag behind.
COMPLETE = ("ru",)
_PLACEHOLDER = re.compile(r"%\(\w+\)[sdf]|%[sdf]|\{\w*\}")


def check(path):
    """Yield ``(line number, message)`` for each finding in the file."""
    try:
        entries = polib.pofile(str(path), check_for_duplicates=True)
    except (OSError, ValueError, UnicodeDecodeError) as error:
        yield 1, f"not readable: {error}"
        return
    for entry in entries:
        if not entry.obsolete:
            for message in _check_entry(entry, path.stem in COMPLETE):
                yield entry.linenum, message


def _check_entry(entry, must_be_complete):
    if entry.fuzzy:
        yield f"fuzzy: {entry.msgid[:50]!r}"
    if not entry.translated() and must_be_complete and not entry.fuzzy:
        yield f"not translated: {entry.msgid[:50]!r}"
    if entry.msgstr and _placeholders(entry.msgid) != _placeholders(entry.msgstr):
        yield f"other placeholders than the original: {entry.msgid[:50]!r}"


def _placeholders(text):
    """Return the different placeholders: plural forms repeat them."""
    return set(_PLACEHOLDER.findall(text))
