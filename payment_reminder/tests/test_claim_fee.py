from datetime import date

from psycopg2 import IntegrityError

from odoo.exceptions import ValidationError
from odoo.tests import tagged
from odoo.tools import mute_logger

from .claim_common import ClaimCommon
from .interest_common import InterestCommon


@tagged("post_install", "-at_install")
class TestFeeAndLumpSum(ClaimCommon):
    """Whether a fee comes on top of the compensation is for the law to say."""

    def _absorb(self):
        self.regime.fee_treatment = "absorbed"

    def _fee(self, level, amount):
        level.fee_amount = amount

    def test_added_fee_comes_on_top(self):
        self._claim()
        self.assertEqual(self._amounts()["fee"], 7.5)
        self.assertEqual(self._amounts()["compensation"], 40.0)

    def test_fee_below_the_lump_sum_is_covered(self):
        """Germany: 40 and a fee of 7.50 are 40 (was 47.50)."""
        self._absorb()
        self._claim()
        notice = self._case().notice_ids
        self.assertEqual((notice.amount_compensation, notice.amount_fee), (40.0, 0.0))
        fee = self._claims("fee")
        self.assertEqual((fee.amount, fee.covered), (0.0, 7.5))
        rows = notice._prepare_claim_rows(notice._read_claim_parts())
        self.assertNotIn("fee", [row["kind"] for row in rows])

    def test_fee_above_the_lump_sum_is_claimed_as_far_as_it_exceeds(self):
        self._absorb()
        self._fee(self.middle, 100.0)
        self._claim()
        amounts = self._amounts()
        self.assertEqual((amounts["compensation"], amounts["fee"]), (40.0, 60.0))
        fee = self._claims("fee")
        self.assertIn("of which the compensation covers", fee.note)

    def test_fee_that_was_claimed_first_lowers_the_compensation(self):
        self._absorb()
        self.middle.claim_compensation = False
        invoice = self._claim()
        self.assertEqual(self._amounts()["fee"], 7.5)
        accounts = self.env["dunning.claim.account"]._get_accounts(
            self._case(), self._receivables(invoice), self._later(10)
        )
        self.assertEqual([float(cost.amount) for cost in accounts[0].costs], [32.5])
        self._run_and_send(self._later(10))
        compensation = self._claims("compensation")
        self.assertEqual((compensation.amount, compensation.covered), (32.5, 7.5))
        self.assertIn("costs claimed before", compensation.note)
        # 7.50 and 12.00 are below 40
        self.assertEqual(self._amounts()["fee"], 7.5)

    def test_several_fees_together_can_exceed_the_lump_sum(self):
        self._absorb()
        self._fee(self.last, 35.0)
        self._claim()
        self._run_and_send(self._later(10))
        amounts = self._amounts()
        self.assertEqual(amounts["compensation"] + amounts["fee"], 42.5)

    def test_waived_compensation_covers_nothing(self):
        self._absorb()
        self._claim()
        self._claims("compensation")._waive("Goodwill", self.today)
        self._run_and_send(self._later(10))
        self.assertEqual(self._claims("fee")[-1].amount, 12.0)

    def test_forbidden_fee_is_not_claimed(self):
        self.regime.fee_treatment = "forbidden"
        self._claim()
        self.assertFalse(self._claims("fee"))
        self.assertEqual(self._amounts()["compensation"], 40.0)
        self.assertFalse(self._case().notice_ids.claim_problem)

    def test_forbidden_for_one_item_the_other_causes_the_fee(self):
        other = self.regime.copy({"fee_treatment": "forbidden"})
        free = self._overdue(10, 500.0)
        bound = self._overdue(10, 700.0, interest_regime_id=other.id)
        self._run_and_send()
        fee = self._claims("fee")
        self.assertEqual(fee.fee_line_ids, self._receivables(free))
        self.assertNotIn(self._receivables(bound), fee.fee_line_ids)

    # === GROUND === #

    def test_fee_without_a_ground_is_not_claimed_and_the_review_says_so(self):
        self.middle.fee_ground = False
        self._overdue(10, 1000.0)
        run = self._plan()
        self.assertIn("on what ground", run.notice_ids.sudo().warning_text)
        self._send(run)
        self.assertFalse(self._claims("fee"))
        self.assertIn("on what ground", self._case().notice_ids.claim_problem)

    def test_law_can_be_the_ground_of_a_fee(self):
        self.middle.fee_ground = False
        self.regime.fee_ground = "Section 9 of the Act."
        self._claim()
        self.assertEqual(self._claims("fee").regime_id, self.regime)
        notice = self._case().notice_ids
        self.assertEqual(
            notice._get_ground_text(), "Clause 7 of our contract. Section 9 of the Act."
        )

    def test_every_sum_of_a_letter_has_its_ground(self):
        self._claim()
        notice = self._case().notice_ids
        self.assertEqual(
            notice._get_ground_text(),
            "Clause 7 of our contract. Clause 8 of our contract.",
        )
        self.middle.claim_text = "As you know."
        self.assertEqual(
            notice._get_ground_text(), "As you know. Clause 8 of our contract."
        )

    def test_fee_that_is_carried_over_keeps_its_ground(self):
        self.middle.fee_ground = "Clause 9."
        self._claim()
        self._run_and_send(self._later(10))
        notice = self._case().notice_ids.filtered(lambda n: n.level_id == self.last)
        self.assertIn("Clause 9.", notice._get_ground_text())

    def test_law_without_a_ground_claims_nothing(self):
        self.regime.legal_ground = False
        self._overdue(10, 1000.0)
        run = self._plan()
        self.assertIn("no legal ground", run.notice_ids.sudo().warning_text)
        self._send(run)
        self.assertFalse(self._claims("interest") | self._claims("compensation"))
        self.assertTrue(self._claims("fee"))


@tagged("post_install", "-at_install")
class TestFeeInPercent(ClaimCommon):
    """A fee in percent of what is open of the items that reach the level."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.middle.write({"fee_amount": 0.0, "fee_percent": 2.0})

    def _claimed(self, amount=1000.0, **values):
        self.middle.write(values)
        self._claim(amount=amount)
        return self._claims("fee")

    def test_percentage_of_what_is_open(self):
        fee = self._claimed(1234.56)
        self.assertEqual(fee.amount, 24.69)
        self.assertEqual(fee.note, "2.00 % of $\xa01,234.56")

    def test_least_and_most(self):
        self.middle.write({"fee_min": 25.0, "fee_max": 50.0})
        for amount, fee, words in (
            (1000.0, 25.0, "at least $\xa025.00"),
            (2000.0, 40.0, ""),
            (9000.0, 50.0, "at most $\xa050.00"),
        ):
            partner = self._create_customer(f"Owes {amount}")
            self._owe_interest(partner)
            self._overdue(10, amount, partner)
            self._run_and_send()
            claim = self._claims("fee", partner)
            self.assertEqual(claim.amount, fee)
            self.assertTrue(claim.note.endswith(words), claim.note)

    def test_fixed_amount_and_percentage(self):
        fee = self._claimed(fee_amount=5.0, fee_min=30.0)
        self.assertEqual(fee.amount, 35.0)
        self.assertTrue(fee.note.startswith("$\xa05.00 + 2.00 %"), fee.note)

    def test_fees_and_interest_bear_no_fee(self):
        self._claim()
        self.last.write({"fee_amount": 0.0, "fee_percent": 1.0})
        self._run_and_send(self._later(10))
        self.assertEqual(self._claims("fee")[-1].amount, 10.0)

    def test_each_item_causes_it_once_for_a_level(self):
        self._claim()
        self._overdue(5, 500.0)
        self._run_and_send(self._later(5))
        self.assertEqual(sorted(self._claims("fee").mapped("amount")), [10.0, 20.0])

    def test_part_payment_lowers_it(self):
        invoice = self._overdue(10, 1000.0)
        self._pay(invoice, 400.0)
        self._run_and_send()
        self.assertEqual(self._claims("fee").amount, 12.0)

    def test_limits_are_converted_to_the_currency_of_the_notice(self):
        kuna = self.setup_other_currency("HRK", rates=[("2025-01-01", 2.0)])
        self.middle.fee_min = 25.0
        self._overdue(10, 1000.0, currency_id=kuna.id)
        self._run_and_send()
        self.assertEqual(self._claims("fee").amount, 50.0)

    def test_level_with_a_percentage_claims(self):
        self.assertTrue(self.middle._is_claiming())
        with self.assertRaises(ValidationError):
            self._create_level(self.procedure, delay_days=-3, fee_percent=5.0)

    def test_terms_that_cannot_be_are_refused(self):
        for values in (
            {"fee_percent": -1.0},
            {"fee_percent": 101.0},
            {"fee_min": 20.0, "fee_max": 10.0},
            {"fee_min": -1.0},
        ):
            with (
                self.subTest(values),
                mute_logger("odoo.sql_db"),
                self.assertRaises(IntegrityError),
                self.cr.savepoint(),
            ):
                self.middle.write(values)
                self.middle.flush_recordset()


@tagged("post_install", "-at_install")
class TestShippedFees(InterestCommon):
    """Where the law gives a lump sum, fees count against it."""

    def test_laws_with_a_lump_sum_absorb_fees_and_say_why(self):
        for regime in self.regimes.search([("country_ids", "!=", False)]):
            is_absorbed = regime.fee_treatment == "absorbed"
            with self.subTest(regime.name):
                self.assertEqual(is_absorbed, bool(regime.compensation_ids))
                if is_absorbed:
                    self.assertTrue(regime.fee_ground)

    def test_german_demand_is_forty_with_and_without_a_fee(self):
        self.company.currency_id = self.euro
        german = self._regime("de_business")
        self.business.with_company(self.company).interest_regime_id = german
        procedure = self._create_procedure(
            [{"delay_days": 3, "claim_compensation": True, "fee_amount": 5.0}],
            first_level="age",
        )
        self.company.dunning_procedure_id = procedure
        self._invoice(self.business, 1000.0, date(2025, 6, 2))
        notice = self._run_and_send().notice_ids
        asked = notice.amount_compensation + notice.amount_fee
        self.assertEqual(asked, 40.0)
