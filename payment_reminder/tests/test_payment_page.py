from odoo.tests import HttpCase, tagged

from .payment_page_common import PaymentPageCommon


@tagged("post_install", "-at_install")
class TestPaymentPage(PaymentPageCommon, HttpCase):
    """The page opens by its link and shows what is owed."""

    def test_link_opens_the_page(self):
        response = self.url_open(self._path())
        self.assertEqual(response.status_code, 200)
        self.assertIn(self.invoice.name, response.text)
        self.assertIn("no-store", response.headers["Cache-Control"])

    def test_forged_link_opens_nothing(self):
        token = self.link._get_token()
        forged = token[:-1] + ("a" if token[-1] != "a" else "b")
        self.assertEqual(self.url_open(f"/pay/{forged}").status_code, 404)

    def test_choice_is_computed_here(self):
        choice = self._page()._choose()
        self.assertEqual(float(choice.total), self.invoice.amount_residual)
