from odoo.tests import tagged

from .portal_common import PortalCommon
from .test_payment_page_content import PaymentPageHttp


@tagged("post_install", "-at_install")
class TestPaymentPageAccount(PortalCommon, PaymentPageHttp):
    """The page under 'My account': for the whole company, and for nobody else."""

    _path = PaymentPageHttp._path
    _open = PaymentPageHttp._open

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.user = cls._create_portal_user("pay_ann", cls.customer)
        cls.bob = cls._create_customer("Bob")
        cls._create_portal_user("pay_bob", cls.bob)

    def _get(self, path, login="pay_ann"):
        self.authenticate(login, login)
        return self.url_open(path, allow_redirects=False)

    def test_single_place_opens_at_once(self):
        response = self._get("/my/pay")
        self.assertEqual(response.status_code, 303)
        self.assertTrue(
            response.headers["Location"].endswith(f"/my/pay/{self.case.id}")
        )
        page = self._get(f"/my/pay/{self.case.id}")
        self.assertIn(self.invoice.name, page.text)
        self.assertIn("breadcrumb", page.text)

    def test_several_places_are_listed(self):
        hrk = self.setup_other_currency("HRK")
        self._overdue(10, amount=40.0, currency_id=hrk.id)
        response = self._get("/my/pay")
        self.assertEqual(response.status_code, 200)
        self.assertIn(f"/my/pay/{self.case.id}", response.text)
        self.assertIn(f"/my/pay/company/{self.company.id}?currency=HRK", response.text)

    def test_customer_of_whom_nobody_was_reminded_has_a_page_and_no_case(self):
        invoice = self._overdue(10, partner=self.bob)
        cases = self.env["dunning.case"].search_count([])
        response = self._get("/my/pay", "pay_bob")
        path = f"/my/pay/company/{self.company.id}"
        self.assertIn(path, response.headers["Location"])
        page = self._get(path, "pay_bob")
        self.assertEqual(page.status_code, 200)
        self.assertIn(invoice.name, page.text)
        self.assertNotIn(self.invoice.name, page.text)
        pdf = self._get(f"{path}/invoice/{self.invoice.id}.pdf", "pay_bob")
        self.assertEqual(pdf.status_code, 404)
        self.assertEqual(self.env["dunning.case"].search_count([]), cases)

    def test_pages_of_others_are_missing(self):
        company = self.setup_other_company()["company"]
        for path in (
            f"/my/pay/{self.case.id}",
            f"/my/pay/{self.case.id}/statement.pdf",
            f"/my/pay/{self.case.id}?company_id={self.company.id}",
            f"/my/pay/company/{self.company.id}",
            f"/my/pay/company/{company.id}",
            "/my/pay/999999999",
            "/my/pay/company/0",
        ):
            with self.subTest(path):
                self.assertEqual(self._get(path, "pay_bob").status_code, 404)

    def test_login_is_asked_for(self):
        self.authenticate(None, None)
        for path in (f"/my/pay/{self.case.id}", f"/my/pay/company/{self.company.id}"):
            response = self.url_open(path, allow_redirects=False)
            self.assertIn("/web/login", response.headers["Location"])
        response = self.url_open(f"/my/pay/{self.case.id}/statement.pdf")
        self.assertEqual(response.status_code, 404)

    def test_pay_overdue_of_the_portal_leads_here(self):
        response = self._get("/my/invoices/overdue")
        self.assertTrue(response.headers["Location"].endswith("/my/pay"))

    def test_home_counts_what_is_overdue(self):
        self._overdue(10)
        self._invoice(due=self._days_ago(-9999))
        self.authenticate("pay_ann", "pay_ann")
        found = self.make_jsonrpc_request(
            "/my/counters", {"counters": ["payment_page_count"]}
        )
        self.assertEqual(found["payment_page_count"], 2)
        self.assertIn("/my/pay", self.url_open("/my/home").text)
