from odoo.tests import tagged

from .claim_common import ClaimCommon
from .handover_common import HandoverCommon


@tagged("post_install", "-at_install")
class TestHandoverCollected(HandoverCommon):
    """Which payments an agency has collected, also when they come late."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.rival = cls._create_agency("Slow Collections")
        cls.later = cls._days_ago(-2)

    def _transfer(self, invoice, amount, agency=None, date=None):
        """Book what the agency has transferred, and match it with an invoice."""
        payer = agency or self.agency
        journal = self.company_data["default_journal_bank"]
        account = self._receivables(invoice).account_id
        entry = self.env["account.move"].create(
            {
                "move_type": "entry",
                "journal_id": journal.id,
                "date": date or self.later,
                "line_ids": [
                    (
                        0,
                        0,
                        {
                            "account_id": journal.default_account_id.id,
                            "partner_id": payer.id,
                            "debit": amount,
                        },
                    ),
                    (
                        0,
                        0,
                        {
                            "account_id": account.id,
                            "partner_id": self.customer.id,
                            "credit": amount,
                        },
                    ),
                ],
            }
        )
        entry.action_post()
        own = entry.line_ids.filtered("credit")
        (own | self._receivables(invoice)).reconcile()
        return own

    def _return(self, handover):
        handover._report("paying", amount=60.0, date=self.today)
        handover._report("returned", "Moved abroad", date=self.today)

    # === LATE TRANSFERS === #

    def test_transfer_after_the_return_was_collected(self):
        handover = self._hand_over()
        self._return(handover)
        self._transfer(self.invoice, 60.0)
        self.assertEqual(handover.amount_collected, 60.0)
        self.assertEqual(handover.amount_commission, 12.0)
        self.assertEqual(handover.amount_to_bill, 12.0)
        self.assertEqual(handover.state, "partly")
        self.assertEqual(handover.closed_on, self.today)
        self.assertIn("60.00", self._case().message_ids[0].body)

    def test_undone_transfer_after_the_return_is_taken_back(self):
        handover = self._hand_over()
        self._return(handover)
        self._transfer(self.invoice, 60.0).remove_move_reconcile()
        self.assertEqual(handover.state, "returned")
        self.assertEqual(handover.amount_commission, 0.0)

    def test_all_transferred_after_the_return_is_collected_and_stays_ended(self):
        handover = self._hand_over(self.invoice)
        handover._recall("Enough", self.today)
        own = self._transfer(self.invoice, 100.0)
        self.assertEqual(handover.state, "collected")
        own.remove_move_reconcile()
        self.assertEqual(handover.state, "returned")

    def test_customer_who_pays_us_after_the_return_has_not_paid_the_agency(self):
        handover = self._hand_over()
        self._return(handover)
        self._pay(self.invoice, 60.0, paid_on=self.later)
        self.assertEqual(handover.amount_collected, 0.0)
        self.assertEqual(handover.state, "returned")

    # === TWO HAND-OVERS === #

    def test_late_transfer_is_not_the_next_agencys(self):
        first = self._hand_over(self.invoice)
        self._return(first)
        second = self._hand_over(self.invoice, agency=self.rival)
        self._transfer(self.invoice, 60.0)
        self.assertEqual(first.amount_collected, 60.0)
        self.assertEqual(second.amount_collected, 0.0)
        self._transfer(self.invoice, 40.0, agency=self.rival)
        self.assertEqual(first.amount_collected, 60.0)
        self.assertEqual(second.amount_collected, 40.0)

    def test_payment_is_collected_once_whatever_was_handed_over_twice(self):
        first = self._hand_over(self.invoice)
        first._recall("Enough", self.today)
        second = self._hand_over(self.invoice)
        self._pay(self.invoice, 30.0, paid_on=self.today)
        self._transfer(self.invoice, 60.0)
        self.assertEqual(first.amount_collected, 0.0)
        self.assertEqual(second.amount_collected, 90.0)


@tagged("post_install", "-at_install")
class TestHandoverClaims(ClaimCommon, HandoverCommon):
    """What the file claims beside the items may be collected, and is told.

    The customer owes 1 a day for 1,000, and a compensation of 40.
    """

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.big = cls._overdue(60, 1000.0)
        cls._reach_last_level(cls.big, level=cls.last)

    def test_claims_of_the_file_may_be_collected(self):
        handover = self._hand_over(self.big)
        self.assertEqual(handover.amount_handed, 1000.0)
        self.assertEqual(handover.amount_claims, 100.0)
        with self.assertRefused("with interest and costs: .*1,100.00"):
            handover._report("paying", amount=1100.01, date=self.today)
        handover._report("paying", amount=1100.0, date=self.today)
        self.assertEqual(handover.amount_reported, 1100.0)

    def test_interest_that_has_grown_meanwhile_may_be_collected(self):
        handover = self._hand_over(self.big)
        handover._report("paying", amount=1110.0, date=self._days_ago(-10))

    def test_claims_are_kept_when_the_item_is_paid(self):
        handover = self._hand_over(self.big)
        self._pay(self.big)
        self.assertEqual(handover.amount_claims, 100.0)

    def test_commission_is_on_the_items_only(self):
        handover = self._hand_over(self.big)
        self._pay(self.big)
        self.assertEqual(handover.amount_commission, 200.0)

    def test_mail_names_the_claims_and_what_is_to_be_collected(self):
        handover = self._prepare(self.big)
        self.patch(type(handover), "_get_file_maker", lambda _self: None)
        handover._hand_over(date=self.today)
        [mail] = handover.message_ids.filtered(lambda m: self.agency in m.partner_ids)
        for word in ("1,000.00", "100.00", "1,100.00", "without interest and costs"):
            self.assertIn(word, mail.body)
