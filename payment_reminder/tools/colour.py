"""Colours that can be read: contrast as WCAG 2.1 defines it.

>>> contrast("#000000", "#ffffff")
21.0
>>> pick_text("#ffd400"), pick_text("#714b67")
('#000000', '#ffffff')
"""

import re

#: The least contrast of text (WCAG 2.1, 1.4.3, level AA).
ENOUGH = 4.5
WHITE, BLACK = "#ffffff", "#000000"
_HEX = re.compile(r"#([0-9a-f]{6})", re.ASCII)


def read_colour(text: str | None) -> str | None:
    """Return a colour as six digits, ``None`` for anything else.

    >>> read_colour("#ABC"), read_colour(" #12aBcd "), read_colour("red;}")
    ('#aabbcc', '#12abcd', None)
    """
    bare = (text or "").strip().lower()
    if len(bare) == 4:
        bare = "#" + "".join(digit * 2 for digit in bare[1:])
    return bare if _HEX.fullmatch(bare) else None


def contrast(one: str, other: str) -> float:
    """Return the contrast of two colours, from 1 (none) to 21."""
    low, high = sorted((_luminance(one), _luminance(other)))
    return (high + 0.05) / (low + 0.05)


def pick_text(colour: str) -> str:
    """Return black or white, whichever is read better on ``colour``."""
    return max((WHITE, BLACK), key=lambda text: contrast(colour, text))


def darken(colour: str) -> str:
    """Return ``colour``, so dark that it is read on white.

    >>> darken("#714b67"), contrast(darken("#ffd400"), "#ffffff") >= 4.5
    ('#714b67', True)
    """
    parts = _parts(colour)
    while contrast(colour, WHITE) < ENOUGH:
        parts = [part * 0.95 for part in parts]
        colour = "#" + "".join(f"{int(part):02x}" for part in parts)
    return colour


def _parts(colour: str) -> list[float]:
    return [int(colour[i : i + 2], 16) for i in (1, 3, 5)]


def _luminance(colour: str) -> float:
    weights = (0.2126, 0.7152, 0.0722)
    return sum(
        weight * _linear(part / 255)
        for weight, part in zip(weights, _parts(colour), strict=True)
    )


def _linear(part: float) -> float:
    return part / 12.92 if part <= 0.03928 else ((part + 0.055) / 1.055) ** 2.4
