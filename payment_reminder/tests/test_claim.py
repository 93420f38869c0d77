from odoo.exceptions import ValidationError
from odoo.tests import tagged

from .claim_common import ClaimCommon


@tagged("post_install", "-at_install")
class TestClaim(ClaimCommon):
    """What notices claim beside the debts, and what becomes of it."""

    # === WHAT IS CLAIMED === #

    def test_sent_notice_claims_interest_compensation_and_fee_once(self):
        invoice = self._claim()
        self.assertEqual(
            self._amounts(), {"interest": 10.0, "compensation": 40.0, "fee": 7.5}
        )
        interest = self._claims("interest")
        self.assertEqual(interest.move_line_id, self._receivables(invoice))
        self.assertEqual(interest.date_from, self._days_ago(9))
        self.assertEqual(interest.date_to, self.today)
        self.assertEqual(interest.rate_text, "36.50 % a year")
        self.assertEqual(set(self._claims().mapped("state")), {"claimed"})

    def test_proposed_notice_claims_nothing_but_shows_it(self):
        self._overdue(10, 1000.0)
        notice = self._plan().notice_ids
        self.assertEqual(notice.amount_total, 1000.0)
        self.assertEqual(notice.amount_asked, 1057.5)
        self.assertFalse(self._claims())

    def test_level_without_claims_claims_nothing(self):
        self._overdue(5, 1000.0)
        notice = self._run_and_send().notice_ids
        self.assertEqual(notice.amount_asked, 1000.0)
        self.assertFalse(self._claims())

    def test_customer_without_regime_pays_only_the_fee(self):
        self._owe_interest(self.customer, self.env["interest.regime"])
        self._claim()
        self.assertEqual(
            self._amounts(), {"interest": 0.0, "compensation": 0.0, "fee": 7.5}
        )

    def test_heads_up_cannot_claim(self):
        with self.assertRaises(ValidationError):
            self._create_level(self.procedure, delay_days=-3, fee_amount=5.0)
        with self.assertRaises(ValidationError):
            self._create_level(self.procedure, delay_days=0, claim_interest=True)

    def test_items_that_rest_bear_nothing(self):
        disputed = self._overdue(12, 500.0)
        self._overdue(10, 1000.0)
        self.env["dunning.case"].search([])
        run = self._plan()
        self._object(disputed)
        self._send(run)
        self.assertEqual(
            self._claims("interest").move_id.mapped("amount_total"), [1000.0]
        )

    # === AGAIN === #

    def test_interest_grows_and_is_not_claimed_twice(self):
        self._claim()
        notice = self._run_and_send(on=self._later(10)).notice_ids
        interest = self._claims("interest")
        self.assertEqual(len(interest), 1)
        self.assertEqual(interest.amount, 20.0)
        self.assertEqual(interest.date_to, self._later(10))
        self.assertEqual(notice.amount_interest, 20.0)

    def test_compensation_is_claimed_once_for_ever(self):
        self._claim()
        self._run_and_send(on=self._later(10))
        self.assertEqual(self._claims("compensation").mapped("amount"), [40.0])

    def test_each_term_of_an_invoice_has_its_own_compensation(self):
        self._term_invoice((400.0, self._days_ago(12)), (600.0, self._days_ago(10)))
        self._run_and_send()
        self.assertEqual(self._claims("compensation").mapped("amount"), [40.0, 40.0])

    def test_next_level_asks_for_its_fee_and_the_one_before(self):
        self._claim()
        notice = self._run_and_send(on=self._later(10)).notice_ids
        self.assertEqual(notice.amount_fee, 19.5)
        self.assertEqual(sum(self._claims("fee").mapped("amount")), 19.5)

    def test_fee_of_a_level_comes_once_though_the_level_is_sent_again(self):
        invoice = self._claim()
        self._items(invoice).sudo().level_id = self.early
        self._run_and_send(on=self._later(1))
        self.assertEqual(self._claims("fee").mapped("amount"), [7.5])

    def test_another_item_that_reaches_the_level_causes_its_fee(self):
        self._claim()
        self._overdue(9, 200.0)
        self._run_and_send(on=self._later(1))
        self.assertEqual(sum(self._claims("fee").mapped("amount")), 15.0)

    def test_mail_and_letter_of_a_level_claim_one_fee(self):
        self.middle.channel_ids += self.letter_channel
        self._overdue(10, 1000.0)
        run = self._run_and_send()
        self.assertEqual(len(run.notice_ids), 2)
        self.assertEqual(run.notice_ids.mapped("amount_asked"), [1057.5, 1057.5])
        self.assertEqual(
            self._amounts(), {"interest": 10.0, "compensation": 40.0, "fee": 7.5}
        )

    def test_fee_waived_after_the_mail_does_not_come_back_with_the_letter(self):
        self.middle.channel_ids += self.letter_channel
        self._overdue(10, 1000.0)
        run = self._plan()
        run.action_approve()
        run._set_sending()
        mail, letter = run.sudo().notice_ids.sorted("channel")
        mail._recheck(self.today)
        mail._set_sent(self.today)
        self._claims("fee")._waive("Goodwill", self.today)
        letter._recheck(self.today)
        self.assertEqual(letter.amount_fee, 0.0)

    # === WHAT IS NOT SENT === #

    def test_skipped_notice_claims_nothing(self):
        invoice = self._overdue(10, 1000.0)
        run = self._plan()
        self._pay(invoice)
        self._send(run)
        self.assertFalse(self._claims())

    def test_failed_notice_claims_nothing(self):
        self._overdue(10, 1000.0)
        run = self._plan()
        run.action_approve()
        run._set_sending()
        notice = run.sudo().notice_ids
        notice._recheck(self.today)
        notice._set_failed("No such user")
        self.assertFalse(self._claims())

    def test_notice_confirmed_after_doubt_claims_what_it_told(self):
        self._overdue(10, 1000.0)
        run = self._plan()
        run.action_approve()
        run._set_sending()
        notice = run.sudo().notice_ids
        notice._recheck(self.today)
        notice._set_in_doubt("Server stopped")
        notice.action_confirm_sent()
        self.assertEqual(self._claims("interest").amount, 10.0)

    def test_interest_that_cannot_be_computed_stops_nothing_and_is_told(self):
        reference = self.env["interest.reference"].create({"name": "R", "code": "R"})
        self.regime.write({"reference_id": reference.id, "method": "per_period"})
        self._overdue(10, 1000.0)
        run = self._plan()
        self.assertTrue(run.notice_ids.warning_text)
        self._send(run)
        self.assertEqual(run.notice_ids.state, "sent")
        self.assertTrue(run.notice_ids.claim_problem)
        self.assertFalse(self._claims("interest"))

    # === EVIDENCE === #

    def test_sent_notice_keeps_what_it_told(self):
        self._claim()
        notice = self._case().notice_ids
        self._claims()._waive("Goodwill", self.today)
        self.assertEqual(notice.amount_asked, 1057.5)
        self.assertEqual(notice.line_ids.amount_interest, 10.0)
        self.assertEqual(notice.line_ids.amount_compensation, 40.0)

    def test_waived_claims_are_not_asked_again(self):
        self._claim()
        self._claims()._waive("Goodwill", self.today)
        notice = self._run_and_send(on=self._later(10)).notice_ids
        self.assertEqual(notice.amount_interest, 10.0)  # of the days since
        self.assertEqual(notice.amount_compensation, 0.0)
        self.assertEqual(notice.amount_fee, 12.0)

    # === PAYMENTS === #

    def test_part_payment_lowers_what_bears_interest(self):
        invoice = self._overdue(10, 1000.0)
        self._pay(invoice, 500.0, self._days_ago(5))
        self._run_and_send()
        self.assertEqual(self._claims("interest").amount, 7.5)

    def test_unmatched_credit_is_deducted_from_what_is_asked(self):
        self._overdue(10, 1000.0)
        self._unmatched_payment(amount=100.0)
        notice = self._run_and_send().notice_ids
        self.assertEqual(notice.amount_total, 900.0)
        # 10 days of 1,000, but for the last day of 900: the money came a day ago
        self.assertEqual(notice.amount_asked, 957.4)

    def test_paid_debt_leaves_its_claims_until_somebody_decides(self):
        invoice = self._claim()
        self._pay(invoice, paid_on=self._later(4))
        self.env["dunning.claim"]._watch(self.company, self._later(5))
        interest = self._claims("interest")
        self.assertTrue(interest.is_final)
        self.assertEqual(interest.amount, 14.0)
        self.assertEqual(interest.date_to, self._later(4))
        self.assertTrue(all(self._claims().mapped("is_final")))
        self.assertTrue(self._case().has_claims_to_decide)

    def test_payment_that_is_undone_lets_interest_grow_again(self):
        invoice = self._claim()
        self._pay(invoice, paid_on=self._later(4))
        self.env["dunning.claim"]._watch(self.company, self._later(5))
        invoice.matched_payment_ids.action_cancel()
        self.env["dunning.claim"]._watch(self.company, self._later(6))
        self.assertFalse(self._claims("interest").is_final)
        self._run_and_send(on=self._later(10))
        self.assertEqual(self._claims("interest").amount, 20.0)

    def test_payment_found_to_be_earlier_takes_interest_back(self):
        invoice = self._claim()
        self._overdue(10, 100.0)
        self._pay(invoice, 900.0, self._days_ago(10))
        self._run_and_send(on=self._later(10))
        first = self._claims("interest").filtered(lambda one: one.move_id == invoice)
        self.assertEqual(first.amount, 2.0)

    # === SPEED === #

    def test_queries_do_not_depend_on_the_number_of_notices(self):
        def count(partners):
            for partner in partners:
                self._owe_interest(partner)
                self._overdue(10, 1000.0, partner)
            notices = self._plan().sudo().notice_ids
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            self.env["dunning.claim.making"]._get_parts(notices)
            return self.env.cr.sql_log_count - before

        few = count([self._create_customer(f"Few {i}") for i in range(2)])
        self.env["dunning.run"].search([])._set_cancelled()
        many = count([self._create_customer(f"Many {i}") for i in range(20)])
        self.assertLessEqual(many - few, 2)
