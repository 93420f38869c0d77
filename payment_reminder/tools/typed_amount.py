"""Amounts as people type them, in whatever country.

>>> parse_amount("1 234,50"), parse_amount("1.234,50"), parse_amount("1,234.50")
(Decimal('1234.50'), Decimal('1234.50'), Decimal('1234.50'))
>>> parse_amount("1,234"), parse_amount("12.5"), parse_amount("1'000")
(Decimal('1234'), Decimal('12.5'), Decimal('1000'))
"""

import re
from decimal import Decimal

_SHAPE = re.compile(r"(\d[\d.,]*?)(?:[.,](\d{1,2}|0\d*))?", re.ASCII)
#: Longer ones are not meant.
MAX_LENGTH = 30


def parse_amount(text: str) -> Decimal:
    """Return the amount that a text means; whether it makes sense is asked elsewhere.

    >>> parse_amount("one hundred")
    Traceback (most recent call last):
    ValueError: not an amount
    >>> parse_amount("-5")
    Traceback (most recent call last):
    ValueError: not an amount

    :raises ValueError: when it means none
    """
    bare = re.sub(r"[\s'\u2019]", "", text)
    match = _SHAPE.fullmatch(bare) if len(bare) <= MAX_LENGTH else None
    if not match:
        raise ValueError("not an amount")
    whole, part = re.sub(r"[.,]", "", match[1]), match[2] or ""
    return Decimal(f"{whole}.{part}" if part else whole)
