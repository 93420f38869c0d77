from odoo.exceptions import AccessError, UserError
from odoo.tests import new_test_user, tagged

from .claim_common import ClaimCommon


@tagged("post_install", "-at_install")
class TestClaimDecision(ClaimCommon):
    """Claims are waived or booked by a person; both can be undone."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.invoice = cls._claim()

    def _user(self, group):
        return new_test_user(
            self.env,
            login=group,
            groups=group,
            company_id=self.company.id,
            company_ids=[(6, 0, self.company.ids)],
        )

    # === WAIVING === #

    def test_waived_claim_keeps_who_and_why(self):
        claims = self._claims("fee")
        claims._waive(" Agreed on the phone ", self.today)
        self.assertEqual(claims.state, "waived")
        self.assertEqual(claims.waive_reason, "Agreed on the phone")
        self.assertEqual(claims.waived_by_id, self.env.user)
        self.assertIn("Agreed on the phone", str(self._case().message_ids[0].body))

    def test_waiving_needs_a_reason(self):
        with self.assertRaisesRegex(UserError, "say why"):
            self._claims()._waive("  ", self.today)

    def test_part_that_is_waived_is_not_claimed_again(self):
        interest = self._claims("interest")
        interest._waive("Half of it", self.today, 4.0)
        self.assertEqual(interest.amount, 6.0)
        self._run_and_send(on=self._later(10))
        self.assertEqual(interest.amount, 16.0)
        self.assertEqual(sum(self._claims("interest").mapped("amount")), 20.0)

    def test_more_than_is_claimed_cannot_be_waived(self):
        for amount in (0.0, -1.0, 10.01):
            with self.assertRaises(UserError):
                self._claims("interest")._waive("Too much", self.today, amount)

    def test_part_of_a_compensation_comes_back_into_it(self):
        claim = self._claims("compensation")
        claim._waive("A part", self.today, 15.0)
        part = self._claims("compensation") - claim
        self.assertEqual(part.origin_id, claim)
        part.action_claim_again()
        self.assertFalse(part.exists())
        self.assertEqual(claim.amount, 40.0)

    def test_waived_interest_comes_back_into_what_grew_since(self):
        waived = self._claims("interest")
        waived._waive("Goodwill", self.today)
        self._run_and_send(on=self._later(10))
        waived.action_claim_again()
        self.assertFalse(waived.exists())
        self.assertEqual(self._claims("interest").amount, 20.0)

    def test_wizard_waives_a_part_of_one_and_all_of_many(self):
        wizard = self.env["dunning.claim.waive"]
        context = {"active_model": "dunning.claim"}
        one = self._claims("compensation")
        wizard.with_context(**context, active_ids=one.ids).create(
            {"reason": "Why", "amount": 10.0}
        ).action_waive()
        self.assertEqual(one.amount, 30.0)
        rest = self._claims(state="claimed")
        wizard.with_context(**context, active_ids=rest.ids).create(
            {"reason": "Why"}
        ).action_waive()
        self.assertEqual(set(self._claims().mapped("state")), {"waived"})

    # === WHO MAY === #

    def test_only_managers_waive(self):
        for group in (
            "payment_reminder.group_dunning_user",
            "account.group_account_invoice",
            "account.group_account_readonly",
        ):
            user = self._user(group)
            with self.assertRaises(AccessError):
                self._claims().with_user(user).action_waive()
        manager = self._user("payment_reminder.group_dunning_manager")
        action = self._claims().with_user(manager).action_waive()
        self.assertEqual(action["res_model"], "dunning.claim.waive")

    def test_who_makes_invoices_and_managers_book(self):
        reader = self._user("account.group_account_readonly")
        with self.assertRaises(AccessError):
            self._claims().with_user(reader).action_book()
        billing = self._user("account.group_account_invoice")
        self._claims("fee").with_user(billing).action_book()
        manager = self._user("payment_reminder.group_dunning_manager")
        action = self._claims("interest").with_user(manager).action_book()
        self.assertEqual(action["tag"], "display_notification")
        self.assertIn("10.00", action["params"]["message"])
        self.assertEqual(len(self._claims(state="booked")), 2)

    # === BOOKING === #

    def test_booking_makes_one_draft_invoice_per_case(self):
        other = self._create_customer("Bea Other", is_company=True)
        self._owe_interest(other)
        self._overdue(10, 1000.0, other)
        self._run_and_send()
        moves = (self._claims() | self._claims(partner=other))._book(self.today)
        self.assertEqual(len(moves), 2)
        move = self._claims().invoice_id
        self.assertEqual(move.state, "draft")
        self.assertEqual(move.partner_id, self.customer)
        self.assertEqual(move.amount_total, 57.5)
        self.assertFalse(move.invoice_line_ids.tax_ids)
        interest = self._claims("interest").invoice_line_id
        self.assertIn(self.invoice.name, interest.name)
        self.assertIn("36.50 % a year", interest.name)
        self.assertIn("Clause 7 of our contract.", interest.name)
        self.assertEqual(set(self._claims().mapped("state")), {"booked"})

    def test_product_gives_account_and_taxes(self):
        product = self.env["product.product"].create(
            {
                "name": "Fee",
                "type": "service",
                "taxes_id": [(6, 0, self.tax_sale_a.ids)],
                "property_account_income_id": self.company_data[
                    "default_account_revenue"
                ]
                .copy()
                .id,
            }
        )
        self.company.dunning_fee_product_id = product
        line = self._claims()._book(self.today).invoice_line_ids.filtered("tax_ids")
        self.assertEqual(line.price_unit, 7.5)
        self.assertEqual(line.account_id, product.property_account_income_id)

    def test_draft_is_still_asked_for_as_a_claim_and_a_posted_invoice_is_not(self):
        move = self._claims()._book(self.today)
        self._overdue(8, 300.0)
        run = self._plan(on=self._later(2))
        # what it asks for is kept when it is planned: 40 that is booked, 40 of the new
        self.assertEqual(run.notice_ids.amount_compensation, 80.0)
        asked = sum(part.amount for part in run.notice_ids._read_claim_parts())
        self.assertGreaterEqual(asked, 57.5)
        move.invoice_date = self.today
        move.action_post()
        parts = run.notice_ids._read_claim_parts()
        self.assertFalse([part for part in parts if part.claim_id])

    def test_invoice_of_claims_bears_neither_interest_nor_fees(self):
        self._pay(self.invoice)
        move = self._claims()._book(self.today)
        move.write({"invoice_date": self.today, "invoice_date_due": self.today})
        move.action_post()
        run = self._run_and_send(on=self._later(20))
        self.assertEqual(run.notice_ids.claim_ids.move_id, move)
        self.assertEqual(run.notice_ids.amount_asked, 57.5)
        self.assertFalse(self._claims(state="claimed"))

    def test_deleted_draft_gives_its_claims_back(self):
        self._claims()._book(self.today).unlink()
        self.assertEqual(set(self._claims().mapped("state")), {"claimed"})
        self.assertEqual(sum(self._claims().mapped("amount")), 57.5)

    def test_line_deleted_from_the_draft_is_claimed_again_when_it_is_posted(self):
        move = self._claims()._book(self.today)
        self._claims("fee").invoice_line_id.unlink()
        move.invoice_date = self.today
        move.action_post()
        self.assertEqual(self._claims("fee").state, "claimed")
        self.assertEqual(self._claims("interest").state, "booked")

    def test_cancelled_invoice_gives_its_claims_back_and_does_not_return(self):
        move = self._claims()._book(self.today)
        move.button_cancel()
        self.assertEqual(set(self._claims().mapped("state")), {"claimed"})
        with self.assertRaisesRegex(UserError, "Book them as a new invoice"):
            move.button_draft()

    def test_credited_invoice_gives_its_claims_back(self):
        move = self._claims()._book(self.today)
        move.invoice_date = self.today
        move.action_post()
        refund = move._reverse_moves([{"invoice_date": self.today}], cancel=True)
        self.assertEqual(refund.state, "posted")
        self.assertEqual(set(self._claims().mapped("state")), {"claimed"})
        with self.assertRaisesRegex(UserError, "Book them as a new invoice"):
            refund.button_draft()

    def test_interest_booked_is_not_claimed_again_but_grows(self):
        self._claims("interest")._book(self.today)
        self._run_and_send(on=self._later(10))
        live = self._claims("interest", state="claimed")
        self.assertEqual(live.amount, 10.0)
        booked = self._claims("interest", state="booked")
        booked.invoice_id.unlink()
        self.assertEqual(self._claims("interest").mapped("amount"), [20.0])

    def test_booked_claim_cannot_be_booked_or_waived(self):
        claims = self._claims()
        claims._book(self.today)
        with self.assertRaises(UserError):
            claims._book(self.today)
        with self.assertRaises(UserError):
            claims._waive("No", self.today)

    def test_final_amount_is_booked(self):
        self._pay(self.invoice, paid_on=self._later(4))
        move = self._claims("interest")._book(self._later(5))
        self.assertEqual(move.amount_total, 14.0)

    def test_merged_customers_keep_their_claims(self):
        twin = self._create_customer("Ann Example Twin")
        self._case().sudo()._merge_into(
            self.env["dunning.case"]
            .sudo()
            .create(
                {
                    "company_id": self.company.id,
                    "partner_id": twin.id,
                    "currency_id": self.company.currency_id.id,
                }
            )
        )
        self.assertEqual(sum(self._claims(partner=twin).mapped("amount")), 57.5)

    # === BOOKS === #

    def test_hashed_and_locked_books_go_through_claiming_booking_and_waiving(self):
        move = self._overdue(12, 300.0, post=False)
        move.journal_id.restrict_mode_hash_table = True
        move.action_post()
        if not move.inalterable_hash:
            move.button_hash()
        self.assertTrue(move.inalterable_hash)
        self.company.fiscalyear_lock_date = self.today
        self.company.sale_lock_date = self.today
        stamps = self._stamps(move | self.invoice)
        self._run_and_send(on=self._later(1))
        claims = self._claims().filtered(lambda one: one.move_id == move)
        claims.filtered(lambda one: one.kind == "interest")._waive("Why", self.today)
        draft = claims.filtered(lambda one: one.kind != "interest")._book(self.today)
        self.assertEqual(draft.state, "draft")
        draft.unlink()
        claims.filtered(lambda one: one.state == "waived").action_claim_again()
        self.assertEqual(self._stamps(move | self.invoice), stamps)
        result = self.company._check_hash_integrity()["results"]
        statuses = {row["status"] for row in result if row["status"] != "no_data"}
        self.assertEqual(statuses, {"verified"})

    def _stamps(self, moves):
        """Return when entries and their items were written last."""
        self.env.flush_all()
        moves.invalidate_recordset()
        return {
            record: (record.write_date, record.write_uid)
            for record in (*moves, *moves.line_ids)
        }
