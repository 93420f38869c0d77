from odoo import SUPERUSER_ID
from odoo.tests import tagged
from odoo.tools.convert import convert_file

from .payment_page_pay_common import PaymentPagePayCommon


@tagged("post_install", "-at_install")
class TestDemoPayment(PaymentPagePayCommon):
    """The provider of the demo story takes payments, though Odoo's is on already."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        # as Odoo's own demo data leave it: one provider, which is on
        demo = cls.env.ref("payment.payment_provider_demo").sudo()
        demo.search(
            [
                ("code", "=", "demo"),
                ("id", "!=", demo.id),
                ("company_id", "=", demo.company_id.id),
            ]
        ).unlink()
        cls.provider.name = demo.name
        cls._load_demo()
        cls.provider = cls._find_demo_providers(cls.company)[:1]
        cls.large = cls._overdue(30, 48000.0, cls._create_customer("Demo Customer"))
        cls.env["dunning.planner"]._open_cases(cls.company)
        cls.case = cls._case(cls.large.commercial_partner_id)
        cls.link = cls.env["dunning.link"]._issue(cls.case)

    @classmethod
    def _load_demo(cls):
        convert_file(
            cls.env(user=SUPERUSER_ID, context={}),
            "payment_reminder",
            "demo/payment_page_demo.xml",
            {},
            "init",
            True,
        )

    @classmethod
    def _find_demo_providers(cls, company):
        return (
            cls.env["payment.provider"]
            .sudo()
            .search(
                [
                    ("code", "=", "demo"),
                    ("state", "=", "test"),
                    ("company_id", "=", company.id),
                ],
                order="id desc",
            )
        )

    def test_each_company_has_one_provider(self):
        self.assertEqual(len(self._find_demo_providers(self.company)), 1)
        self.assertTrue(self.provider.is_published)
        self.assertEqual(self.provider.journal_id.company_id, self.company)

    def test_other_company_gets_one(self):
        company = self.setup_other_company(name="Other")["company"]
        self._load_demo()
        provider = self._find_demo_providers(company)
        self.assertEqual(len(provider), 1)
        self.assertEqual(provider.journal_id.company_id, company)

    def test_part_is_on_its_way_and_booked(self):
        transaction = self._begin(amount="10000")
        transaction._set_done()
        page = self._page()
        self.assertIn("10,000.00", page._get_waiting_text(transaction))
        content = page._prepare_content()
        self.assertIn("38,000.00", content["total"])
        self.assertIn("10,000.00", dict(content["summary"])["Payment on its way"])
        transaction._post_process()
        self.env.flush_all()
        self.assertEqual(self.large.amount_residual, 38000.0)
        self.assertEqual(float(self._page()._choose_by({}).total), 38000.0)
        self.assertFalse(self._page()._get_payments_on_their_way())
