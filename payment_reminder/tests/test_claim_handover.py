from odoo.tests import tagged

from .claim_common import ClaimCommon


@tagged("post_install", "-at_install")
class TestClaimHandover(ClaimCommon):
    """Interest and costs of what an agency collects are not asked for by us."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.agency = cls._create_customer(
            "Swift Collections", is_company=True, dunning_agency_role="agency"
        )

    def _hand_over(self, *moves):
        items = self._items(self.env["account.move"].union(*moves))
        handover = self.env["dunning.handover"]._make(
            items.case_id, items, self.agency, self.today, early_reason="It was agreed."
        )
        handover._set_handed_over(self.today)
        return handover

    def _page(self):
        return self.env["dunning.payment.page"]._make(self._case(), "/pay/x")

    def _statement(self):
        statements = self.env["dunning.statement"]._make(
            self.company, self.customer, date=self.today
        )
        return statements[0]

    def test_page_asks_for_nothing_that_is_paid_elsewhere(self):
        invoice = self._claim()
        self.assertEqual(float(self._page()._choose().total), 1057.5)
        self._hand_over(invoice)
        page = self._page()
        self.assertFalse(page._get_page_parts())
        self.assertFalse(page._prepare_content()["claims"])

    def test_page_asks_for_claims_where_we_take_payments_as_well(self):
        invoice = self._claim()
        self.company.dunning_handover_is_payable = True
        self._hand_over(invoice)
        self.assertEqual(float(self._page()._choose().total), 1057.5)

    def test_statement_lists_all_and_asks_for_what_is_paid_to_us(self):
        away, other = self._claim(), self._overdue(3, 70.0)
        values = self._statement()._prepare_letter_values()
        self.assertEqual(float(values["total"]), 1127.5)
        self._hand_over(away)
        asked = []
        statement = self._statement()
        self.patch(
            type(statement),
            "_prepare_payment_qr",
            lambda record, amount: asked.append(float(amount)),
        )
        values = statement._prepare_letter_values()
        self.assertEqual(float(values["total"]), 1127.5)
        self.assertEqual(asked[-1], 70.0)
        self.assertTrue(values["bank"])
        self._pay(other)
        values = self._statement()._prepare_letter_values()
        self.assertFalse(values["bank"])
        self.assertFalse(values.get("reference"))
