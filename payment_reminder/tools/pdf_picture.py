r"""A picture from elsewhere as one page of a document.

>>> len(picture_to_pdf(make_example())) > 500
True
>>> try:
...     picture_to_pdf(b"\x89PNG and nothing more")
... except BundleError as error:
...     error.code
'broken'
"""

import io
import warnings

from PIL import Image, ImageOps
from reportlab.lib.pagesizes import A4
from reportlab.lib.utils import ImageReader
from reportlab.pdfgen.canvas import Canvas

from .pdf_bundle import MAX_BYTES, BundleError

MAX_PIXELS = 60_000_000
MARGIN = 42  # points; the stamp stands above it
KINDS = ("JPEG", "PNG")
SCREEN_DPI = 96  # small pictures are not blown up beyond that


def picture_to_pdf(content: bytes) -> bytes:
    """Return a document of one A4 page with the picture, upright or lying.

    :raises BundleError: when it is too large or no picture
    """
    if len(content) > MAX_BYTES:
        raise BundleError("big")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            return _draw(_open(content))
    except BundleError:
        raise
    except (Image.DecompressionBombWarning, Image.DecompressionBombError) as error:
        raise BundleError("big") from error
    except Exception as error:  # whatever a library meets in a file from elsewhere
        raise BundleError("broken") from error


def _open(content):
    picture = Image.open(io.BytesIO(content), formats=KINDS)
    if picture.width * picture.height > MAX_PIXELS:
        raise BundleError("big")
    picture = ImageOps.exif_transpose(picture)
    if "A" in picture.getbands() or "transparency" in picture.info:
        picture = picture.convert("RGBA")
        paper = Image.new("RGBA", picture.size, "white")
        picture = Image.alpha_composite(paper, picture)
    return picture.convert("RGB")


def _draw(picture) -> bytes:
    size = A4 if picture.height >= picture.width else (A4[1], A4[0])
    scale = min(
        (size[0] - 2 * MARGIN) / picture.width,
        (size[1] - 2 * MARGIN) / picture.height,
        72 / SCREEN_DPI,
    )
    width, height = picture.width * scale, picture.height * scale
    left, bottom = (size[0] - width) / 2, size[1] - MARGIN - height
    jpeg = io.BytesIO()
    picture.save(jpeg, "JPEG", quality=88)
    target = io.BytesIO()
    canvas = Canvas(target, pagesize=size)
    canvas.drawImage(ImageReader(jpeg), left, bottom, width, height)
    canvas.save()
    return target.getvalue()


def make_example() -> bytes:
    """Return a small picture, for examples and tests."""
    target = io.BytesIO()
    Image.new("RGB", (40, 20), "navy").save(target, "PNG")
    return target.getvalue()
