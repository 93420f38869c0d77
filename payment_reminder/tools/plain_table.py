"""Tables for other programs: texts that no program takes for a formula."""

import re

#: What a spreadsheet takes for the beginning of a formula, also behind blanks.
_FORMULA = re.compile(r"\s*[=+\-@\uff1d\uff0b\uff0d\uff20]|[\t\r\n]")


def escape_formula(text: str) -> str:
    """Return a text that stays a text when a spreadsheet opens it.

    >>> [escape_formula(text) for text in ("=1+1", "+49 30", "-5", "@A1", "INV/1")]
    ["'=1+1", "'+49 30", "'-5", "'@A1", 'INV/1']
    >>> escape_formula(" =cmd()"), escape_formula("")
    ("' =cmd()", '')
    """
    return f"'{text}" if _FORMULA.match(text) else text
