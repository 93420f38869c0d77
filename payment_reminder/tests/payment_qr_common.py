"""What the tests of payment codes share."""

from ..tools.payment_qr import PaymentQrError
from ..tools.qr_picture import get_matrix, get_png
from .qr_reader import read_qr


class PaymentQrChecks:
    """Mixed into test cases: refusals by their code, codes read back by zbar."""

    def assertRefused(self, code, build, **values):
        """Assert that ``build`` refuses with ``code``; return the error."""
        with self.assertRaises(PaymentQrError) as caught:
            build(**values)
        self.assertEqual(caught.exception.code, code, caught.exception)
        return caught.exception

    def assertReadBack(self, payload, max_version=25):
        """Assert that an independent decoder reads exactly these bytes."""
        png = get_png(get_matrix(payload, max_version), scale=4)
        self.assertEqual(read_qr(png), [payload])
