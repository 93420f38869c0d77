import base64
import io
import re

from PIL import Image

from odoo.tests import BaseCase, tagged

from ..tools.qr_picture import get_matrix, get_png, get_svg, get_svg_uri, get_version
from .payment_qr_common import PaymentQrChecks
from .qr_reader import needs_zbar

PAYLOAD = "Привет".encode("cp1251")


@tagged("post_install", "-at_install")
class TestQrPicture(PaymentQrChecks, BaseCase):
    """Codes are drawn with their quiet zone, the same way as SVG and as PNG."""

    def test_quiet_zone_is_four_modules_wide(self):
        matrix = get_matrix(PAYLOAD)
        image = Image.open(io.BytesIO(get_png(matrix, scale=5))).convert("L")
        side, quiet = (len(matrix) + 8) * 5, 4 * 5
        self.assertEqual(image.size, (side, side))
        dark = image.point(lambda value: 255 - value).getbbox()
        self.assertEqual(dark, (quiet, quiet, side - quiet, side - quiet))

    def test_svg_has_the_same_modules(self):
        matrix = get_matrix(PAYLOAD)
        svg = get_svg(matrix)
        side = len(matrix) + 8
        self.assertIn(f'viewBox="0 0 {side} {side}"', svg)
        drawn = [[False] * side for _row in range(side)]
        for left, top, width in re.findall(r"M(\d+) (\d+)h(\d+)v1", svg):
            for column in range(int(left), int(left) + int(width)):
                drawn[int(top)][column] = True
        self.assertEqual([row[4:-4] for row in drawn[4:-4]], matrix)
        self.assertFalse(any(any(row) for row in drawn[:4] + drawn[-4:]))
        self.assertFalse(any(any(row[:4] + row[-4:]) for row in drawn))

    def test_svg_uri_is_what_a_letter_accepts(self):
        head, _comma, content = get_svg_uri(get_matrix(PAYLOAD)).partition(",")
        self.assertEqual(head, "data:image/svg+xml;base64")
        self.assertTrue(base64.b64decode(content).startswith(b"<svg "))

    def test_too_dense_codes_are_refused(self):
        self.assertEqual(get_version(get_matrix(b"x" * 331, 13)), 13)
        error = self.assertRefused(
            "too_dense", get_matrix, payload=b"x" * 332, max_version=13
        )
        self.assertEqual(error.values, {"version": 14, "limit": 13})
        self.assertEqual(get_version(get_matrix(b"x" * 997)), 25)
        self.assertRefused("too_dense", get_matrix, payload=b"x" * 998)
        self.assertRefused("missing", get_matrix, payload=b"")

    @needs_zbar
    def test_bytes_of_every_kind_are_read_back(self):
        for payload in (PAYLOAD, "Привет".encode(), b"0123456789", b"HTTPS://A.B/C"):
            self.assertReadBack(payload)
