"""The typeface of letters: where its files are and how wide its letters run."""

from functools import lru_cache

from odoo.tools.misc import file_path

from . import letter_engine
from .letter_layout import FontMetrics

FONT_FOLDER = "web/static/fonts/google/Roboto"  # comes with Odoo, has Cyrillic
FONT_FILES = {400: "Roboto-Regular.ttf", 700: "Roboto-Bold.ttf"}


def find_font_folder():
    """Return the folder of the typeface, ``None`` when it is missing."""
    try:
        return file_path(FONT_FOLDER)
    except FileNotFoundError:
        return None


def _get_font_paths():
    """Return weight → file of the fonts that are there."""
    paths = {}
    for weight, name in FONT_FILES.items():
        try:
            paths[weight] = file_path(f"{FONT_FOLDER}/{name}")
        except FileNotFoundError:
            continue
    return paths


def find_font_file(weight):
    """Return the file of a weight (400 or 700), ``None`` when it is missing."""
    return _get_font_paths().get(weight)


@lru_cache(maxsize=2)
def get_metrics(weight):
    """Return the :class:`FontMetrics` of a weight (400 or 700)."""
    return FontMetrics(_get_font_paths().get(weight))


@lru_cache(maxsize=1)
def get_font_faces():
    """Return the CSS ``@font-face`` rules with the files inside."""
    return letter_engine.get_font_faces(_get_font_paths())
