from decimal import Decimal

from odoo.tests import HttpCase, tagged

from .payment_page_pay_common import PaymentPagePayCommon


@tagged("post_install", "-at_install")
class TestClaimPage(PaymentPagePayCommon, HttpCase):
    """Interest and costs on the customer's page: shown, chosen and paid.

    Open are 100, 50 and 30; 60 of interest and costs are claimed.
    """

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.regime = cls.env["interest.regime"].create(
            {
                "name": "Contract",
                "margin": 36.5,
                "is_due_moved": False,  # days are counted whatever their weekday
                "legal_ground": "Clause 7.",
            }
        )
        cls.customer.is_company = True
        cls.customer.with_company(cls.company).interest_regime_id = cls.regime
        procedure = cls._create_procedure(
            [
                {
                    "delay_days": 5,
                    "claim_interest": True,
                    "fee_amount": 56.7,
                    "fee_ground": "Clause 8 of our contract.",
                }
            ],
            first_level="age",
        )
        cls.company.dunning_procedure_id = procedure
        cls._run_and_send()  # 2.00 + 0.75 + 0.30 of interest
        cls.claims = cls.case.claim_ids
        cls.total = 180 + 3.05 + 56.7

    def _content(self, **options):
        page = self._page()
        return page._prepare_content(page._choose_by(options), options)

    # === SHOWN === #

    def test_claims_are_counted_in_what_is_to_be_paid_now(self):
        content = self._content()
        self.assertIn(f"{self.total:.2f}", content["total"])
        self.assertEqual(len(content["claims"]), 4)
        labels = dict(content["summary"])
        self.assertIn("59.75", labels["Interest and costs"])

    def test_interest_shows_how_it_is_computed(self):
        claims = self._content()["claims"]
        interest = [claim for claim in claims if claim["table"]]
        self.assertEqual(len(interest), 3)
        self.assertIn("36.50", str(interest[0]["table"]))

    def test_page_names_the_ground_and_that_interest_runs_on(self):
        row = self._content()["claims_row"]
        self.assertEqual(row["ground"], "Clause 7. Clause 8 of our contract.")
        self.assertIn("runs on", row["remarks"][0])

    def test_page_is_rendered(self):
        tree = self._open()
        self.assertEqual(len(tree.xpath("//input[@id='item_claims']")), 1)
        tables = tree.xpath("//details[@class='o_payment_calculation']")
        self.assertEqual(len(tables), 3)

    def test_ugly_ground_is_escaped(self):
        self.regime.legal_ground = "<script>alert(1)</script>{{7*7}}"
        tree = self._open()
        self.assertFalse(tree.xpath("//script[contains(text(), 'alert(1)')]"))
        self.assertIn("{{7*7}}", tree.text_content())

    def test_claims_of_disputed_items_are_not_asked_for(self):
        self._object(self.invoice)
        claims = self._content()["claims"]
        self.assertEqual(len(claims), 3)
        self.assertFalse([one for one in claims if self.invoice.name in one["label"]])

    def test_waived_claims_are_gone(self):
        self.claims._waive("Goodwill", self.today)
        content = self._content()
        self.assertFalse(content["claims"])
        self.assertIn("180.00", content["total"])

    # === CHOSEN === #

    def test_everything_is_chosen_before_the_customer_chooses(self):
        self.assertEqual(self._page()._choose().total, Decimal("239.75"))

    def test_claims_alone_can_be_chosen(self):
        choice = self._page()._choose_by({"item": "claims", "chosen": "1"})
        self.assertEqual(choice.total, Decimal("59.75"))

    def test_items_alone_can_be_chosen(self):
        choice = self._page()._choose_by({"item": self._items_option(*self.invoices)})
        self.assertEqual(choice.total, Decimal(180))

    def test_a_part_pays_the_debts_before_the_claims(self):
        choice = self._page()._choose_by({"amount": "200"})
        self.assertEqual(dict(choice.parts)[0], Decimal(20))

    def test_unmatched_credit_is_left_out_of_all(self):
        self._unmatched_payment(amount=100.0)
        self.assertEqual(self._page()._choose().total, Decimal("139.75"))

    def test_transfer_takes_the_whole_sum(self):
        page = self._page()
        transfer = page._prepare_transfer(page._choose())
        amount = transfer["fields"][-1]["copy"]
        self.assertEqual(amount, "239.75")
        alone = page._prepare_transfer(page._choose_by({"item": "claims"}))
        self.assertEqual(alone["fields"][-1]["copy"], "59.75")

    # === PAID === #

    def test_payment_of_all_settles_the_items_and_keeps_the_rest_as_a_credit(self):
        self._succeed(self._begin())
        self.assertEqual(self._residuals(), [0.0, 0.0, 0.0])
        credit = self.case._get_unmatched_credit()[self.case.id]
        self.assertAlmostEqual(credit, 59.75)
        self.assertFalse(self.case.activity_ids)  # nothing was paid twice
        self.assertEqual(self._page()._prepare_content()["total"], "")

    def test_credit_is_matched_when_the_claims_are_booked(self):
        self._succeed(self._begin())
        move = self.claims._book(self.today)
        move.invoice_date = self.today
        move.action_post()
        self.assertEqual(move.amount_residual, 0.0)
        self.assertAlmostEqual(self.case._get_unmatched_credit()[self.case.id], 0.0)

    def test_claims_alone_can_be_paid(self):
        transaction = self._begin(item="claims")
        self.assertEqual(transaction.dunning_part_ids.name, "Interest and costs")
        self._succeed(transaction)
        self.assertEqual(self._residuals(), [100.0, 50.0, 30.0])
        content = self._page()._prepare_content()
        self.assertIn("180.00", content["total"])

    def test_what_is_paid_twice_is_still_refunded(self):
        transaction = self._begin()
        self._pay(self.invoice)
        self._succeed(transaction)
        self.assertIn("100.00", str(self.case.activity_ids.note))

    def test_claims_that_are_being_paid_are_not_asked_for_again(self):
        self._begin(item="claims")._set_pending()
        page = self._page()
        self.assertFalse(
            page._prepare_claims_row(page._get_open(), None, {})["is_payable"]
        )
        self.assertEqual(page._choose().total, Decimal(180))

    def test_one_window_at_a_time_pays_the_claims(self):
        first = self._begin(window="first", item="claims")
        page = self._page()
        lines = self.env["account.move.line"]
        self.assertEqual(page._get_drafts(lines, "second"), first)
        self.assertFalse(page._get_drafts(lines, "first"))

    # === STATEMENT === #

    def test_statement_of_account_lists_the_claims(self):
        [statement] = self.env["dunning.statement"]._make(
            self.company, self.customer, date=self.today
        )
        letter = statement._prepare_letter_values()
        self.assertEqual(letter["total"], Decimal("239.75"))
        self.assertEqual(len(letter["claims"]), 7)
        ageing = sum(amount for _label, amount in letter["ageing"])
        self.assertEqual(ageing, letter["total"])
        self.assertTrue(self.env["dunning.statement"]._render_pdf([statement]))
