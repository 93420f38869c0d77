"""Draws QR codes: error correction M, a quiet zone of four modules, no other library.

The bytes are drawn as they are, in one segment: what reads them knows the character
set (of a payment code it stands in the payload, so none is announced in the symbol).

>>> matrix = get_matrix(b"https://example.org")
>>> len(matrix), get_version(matrix)
(25, 2)
>>> get_svg(matrix)[-22:], len(get_png(matrix)) < 2000
('28 28h1v1h-1z"/></svg>', True)
"""

import base64
import io
from itertools import groupby

from PIL import Image
from reportlab.graphics.barcode.qrencoder import QR8bitByte, QRCode, QRErrorCorrectLevel

from .payment_qr import PaymentQrError

QUIET_ZONE = 4  # modules
SCALE = 10  # pixels for each module
MAX_VERSION = 25  # denser ones are hard to read from paper
_MAX_BYTES = 997  # of version 25 at level M

Matrix = list[list[bool]]


def get_matrix(payload: bytes, max_version: int = MAX_VERSION) -> Matrix:
    """Return the modules of a code, row by row, True is dark; without quiet zone.

    :raise PaymentQrError: ``too_dense`` where a larger code than ``max_version`` is
        needed, ``missing`` without any bytes
    """
    if not payload:
        raise PaymentQrError("missing", field="payload")
    if len(payload) > _MAX_BYTES:
        raise PaymentQrError("too_dense", version=None, limit=max_version)
    code = QRCode(None, QRErrorCorrectLevel.M)
    code.addData(QR8bitByte(payload))
    code.version = code.calculate_version()
    if code.version > max_version:
        raise PaymentQrError("too_dense", version=code.version, limit=max_version)
    code.make()
    return [[bool(module) for module in row] for row in code.modules]


def get_version(matrix: Matrix) -> int:
    """Return which of the 40 sizes (versions) a code has."""
    return (len(matrix) - 17) // 4


def get_svg(matrix: Matrix) -> str:
    """Return a code as SVG: one path on white ground."""
    side = len(matrix) + 2 * QUIET_ZONE
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{side * SCALE}" '
        f'height="{side * SCALE}" viewBox="0 0 {side} {side}" '
        'shape-rendering="crispEdges">'
        f'<path fill="#fff" d="M0 0h{side}v{side}H0z"/>'
        f'<path d="{_get_path(matrix)}"/></svg>'
    )


def get_png(matrix: Matrix, scale: int = SCALE) -> bytes:
    """Return a code as a PNG of black and white pixels."""
    side = len(matrix) + 2 * QUIET_ZONE
    image = Image.new("1", (side, side), 1)
    for top, row in enumerate(matrix, QUIET_ZONE):
        for left, is_dark in enumerate(row, QUIET_ZONE):
            if is_dark:
                image.putpixel((left, top), 0)
    stream = io.BytesIO()
    image.resize((side * scale, side * scale), Image.Resampling.NEAREST).save(
        stream, "PNG", optimize=True
    )
    return stream.getvalue()


def get_svg_uri(matrix: Matrix) -> str:
    """Return a code as the data URI of an SVG."""
    content = base64.b64encode(get_svg(matrix).encode()).decode()
    return f"data:image/svg+xml;base64,{content}"


def _get_path(matrix: Matrix) -> str:
    """Return the dark modules as rectangles, those side by side as one."""
    parts = []
    for top, row in enumerate(matrix, QUIET_ZONE):
        left = QUIET_ZONE
        for is_dark, run in groupby(row):
            width = len(list(run))
            if is_dark:
                parts.append(f"M{left} {top}h{width}v1h-{width}z")
            left += width
    return "".join(parts)
