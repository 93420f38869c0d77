from datetime import timedelta

from odoo.exceptions import UserError, ValidationError
from odoo.fields import Command
from odoo.tests import tagged

from .claim_common import ClaimCommon


@tagged("post_install", "-at_install")
class TestClaimGround(ClaimCommon):
    """Claims follow what becomes of their invoices: cancelled, credited, changed."""

    def _asked(self, case=None):
        """Return the kinds of the claims that are asked for."""
        found = self.env["dunning.claim"]._search_asked(case or self._case())
        return sorted(found.mapped("kind"))

    def _change(self, invoice, **values):
        invoice.button_draft()
        invoice.write(values)
        invoice.action_post()

    # === CANCELLED AND CREDITED === #

    def test_claims_of_a_cancelled_invoice_are_not_asked_for(self):
        invoice = self._claim()
        self.assertEqual(self._asked(), ["compensation", "fee", "interest"])
        invoice.button_draft()
        self.assertFalse(self._asked(), "a draft is owed by nobody")
        invoice.button_cancel()
        self.assertFalse(self._asked())
        claims = self._claims()
        claims._refresh(self.today)
        self.assertEqual(set(claims.mapped("is_final")), {True})
        self.assertEqual(set(claims.mapped("state")), {"claimed"})
        self.assertIn("cancelled", claims[0].ground_problem)

    def test_claims_come_back_with_the_invoice(self):
        invoice = self._claim()
        invoice.button_draft()
        invoice.action_post()
        self.assertEqual(self._asked(), ["compensation", "fee", "interest"])
        self.assertFalse(self._claims()[0].ground_problem)

    def test_claims_of_an_invoice_credited_in_full_are_not_asked_for(self):
        invoice = self._claim()
        refund = self._credit_note(amount=1000.0, invoice_date=self.today)
        (self._receivables(invoice) | self._receivables(refund)).reconcile()
        self.assertFalse(self._asked())
        statement = self.env["dunning.claim.statement"]._make(self._case())
        self.assertFalse(statement._get_lines())

    def test_part_that_was_paid_late_keeps_its_claims(self):
        invoice = self._claim()
        refund = self._credit_note(amount=400.0, invoice_date=self.today)
        (self._receivables(invoice) | self._receivables(refund)).reconcile()
        self.assertEqual(self._asked(), ["compensation", "fee", "interest"])
        self._pay(invoice)
        self.assertEqual(invoice.payment_state, "paid")
        self.assertEqual(self._asked(), ["compensation", "fee", "interest"])

    def test_what_was_paid_in_time_owes_nothing(self):
        invoice = self._claim()
        self._pay(invoice, paid_on=self._days_ago(15))
        self.assertFalse(self._asked())

    def test_what_was_written_off_is_not_asked_for(self):
        invoice = self._claim()
        self.company.dunning_write_off_account_id = self.company_data[
            "default_account_expense"
        ]
        entry = self._case()._write_off(self._items(invoice), "Insolvent", self.today)
        self.assertTrue(self._asked(), "it is a draft yet")
        entry.action_post()
        self.assertFalse(self._asked())
        self.assertIn("written off", self._claims()[0].ground_problem)

    def test_next_notice_does_not_ask_for_it(self):
        wrong = self._claim()
        self._overdue(9, 500.0)
        wrong.button_draft()
        wrong.button_cancel()
        notice = self._run_and_send(on=self._later(1)).notice_ids
        self.assertEqual(notice.amount_compensation, 40.0)
        self.assertEqual(notice.amount_interest, 5.0)

    def test_statement_leaves_out_what_is_not_owed(self):
        invoice = self._claim()
        other = self._overdue(9, 500.0)
        self.env["dunning.planner"]._open_cases(self.company)
        invoice.button_draft()
        statements = self.env["dunning.claim.statement"]
        statement = statements._make(self._case(), date=self.today)
        self.assertEqual(statement._get_lines().move_id, other)
        chosen = self._receivables(invoice) | self._receivables(other)
        statement = statements._make(self._case(), chosen, self.today)
        self.assertEqual(statement._get_lines().move_id, other)

    def test_fee_of_which_a_part_was_waived_is_still_asked_for(self):
        self._claim()
        self._claims("fee")._waive("Goodwill", self.today, 2.5)
        self.assertIn("fee", self._asked())

    # === ANOTHER DUE DATE === #

    def test_later_due_date_lowers_the_interest(self):
        invoice = self._claim()
        self._change(invoice, invoice_date_due=self._days_ago(4))
        interest = self._claims("interest")
        self.assertEqual(interest.amount, 4.0)
        self.assertEqual(interest.date_due, self._days_ago(4))
        self.assertEqual(interest.date_from, self._days_ago(3))
        self.assertEqual(self._claims("compensation").date_due, self._days_ago(4))
        self._pay(invoice, paid_on=self.today)
        interest._refresh(self.today)
        self.assertEqual(interest.amount, 4.0)

    def test_due_date_to_come_lets_all_rest(self):
        invoice = self._claim()
        ahead = self.company._get_dunning_today() + timedelta(days=9)
        self._change(invoice, invoice_date_due=ahead)
        self.assertFalse(self._asked())
        self.assertEqual(self._claims("interest").amount, 0.0)
        self.assertEqual(self._claims("compensation").amount, 40.0)

    # === FINAL, AND YET ANOTHER PAYMENT === #

    def test_final_interest_follows_a_corrected_payment(self):
        invoice = self._claim()
        self._pay(invoice, paid_on=self.today)
        interest = self._claims("interest")
        interest._refresh(self.today)
        self.assertTrue(interest.is_final)
        self.assertEqual(interest.amount, 10.0)
        self._receivables(invoice).remove_move_reconcile()
        self._pay(invoice, paid_on=self._days_ago(7))
        interest._refresh(self.today)
        self.assertEqual(interest.amount, 3.0)
        self.assertTrue(interest.is_final)

    def test_payment_dated_ahead_is_not_final_before_its_day(self):
        invoice = self._claim()
        self._pay(invoice, paid_on=self._later(20))
        interest = self._claims("interest")
        interest._refresh(self.today)
        self.assertFalse(interest.is_final)
        interest._refresh(self._later(21))
        self.assertTrue(interest.is_final)
        self.assertEqual(interest.amount, 30.0)

    # === ANOTHER CUSTOMER, ANOTHER CURRENCY === #

    def test_claims_go_with_the_invoice_to_another_customer(self):
        invoice = self._claim()
        right = self._create_customer("Right Ltd", is_company=True)
        self._owe_interest(right)
        self._change(invoice, partner_id=right.id)
        case = self._case(right)
        self.assertEqual(self._asked(case), ["compensation", "interest"])
        self.assertFalse(self._asked(self._case()))
        moved = self._claims(partner=right)
        self.assertEqual(moved.case_id, case)
        moved._book(self.today)
        self.assertEqual(moved.invoice_id.partner_id, right)

    def test_claim_in_another_currency_waits_and_never_becomes_absurd(self):
        yen = self.env.ref("base.JPY")
        yen.active = True
        invoice = self._claim()
        self._change(invoice, currency_id=yen.id)
        self._pay(invoice, paid_on=self.today)
        interest = self._claims("interest")
        interest._refresh(self.today)
        self.assertEqual(interest.amount, 10.0)
        self.assertFalse(interest.move_line_id)
        self.assertTrue(interest.ground_problem)
        self.assertFalse({"interest", "compensation"} & set(self._asked()))

    # === DRAFT INVOICES === #

    def test_statement_asks_for_interest_that_stands_on_a_draft(self):
        self._claim()
        statement = self.env["dunning.claim.statement"]._make(
            self._case(), date=self.today
        )
        total = statement._prepare_letter_values()["total"]
        self._claims()._book(self.today)
        booked = statement._prepare_letter_values()["total"]
        self.assertEqual((float(total), float(booked)), (1057.5, 1057.5))

    def test_less_on_the_invoice_is_waived_and_more_is_claimed(self):
        self._claim()
        interest = self._claims("interest")
        move = interest._book(self.today)
        move.invoice_line_ids.price_unit = 4.0
        move.action_post()
        self.assertEqual(interest.amount, 4.0)
        waived = self._claims("interest", state="waived")
        self.assertEqual(waived.amount, 6.0)
        self.assertIn("changed on", waived.waive_reason)
        notice = self._run_and_send(on=self._later(10)).notice_ids
        self.assertEqual(notice.amount_interest, 10.0, "the ten days since")

    def test_more_on_the_invoice_is_not_claimed_again(self):
        self._claim()
        move = self._claims("interest")._book(self.today)
        move.invoice_line_ids.price_unit = 15.0
        move.action_post()
        self.assertEqual(self._claims("interest").amount, 15.0)
        notice = self._run_and_send(on=self._later(10)).notice_ids
        self.assertEqual(notice.amount_interest, 5.0)

    def test_nothing_is_left_to_book_or_waive(self):
        self._claim()
        interest = self._claims("interest")
        interest.sudo().amount = 0.0
        with self.assertRaisesRegex(UserError, "Nothing is left"):
            interest.action_book()
        with self.assertRaisesRegex(UserError, "Nothing is left"):
            interest._waive("Goodwill", self.today, 1.0)
        self.assertFalse(self._case().has_claims_to_decide)


@tagged("post_install", "-at_install")
class TestClaimRegime(ClaimCommon):
    """Regimes and rates that are missing, archived or deleted while they are used."""

    def test_regime_in_use_cannot_be_archived_or_deleted(self):
        self._claim()
        with self.assertRaisesRegex(ValidationError, "chosen for Ann Example"):
            self.regime.active = False
        with self.assertRaisesRegex(ValidationError, "chosen for Ann Example"):
            self.regime.unlink()
        self._owe_interest(self.customer, self.env["interest.regime"])
        self.regime.active = False
        with self.assertRaisesRegex(ValidationError, "Choose another one"):
            self.regime.unlink()  # it was claimed by it

    def test_statement_keeps_what_was_told_when_interest_is_given_up(self):
        self._claim()
        self.customer.with_company(self.company).is_interest_free = True
        statement = self.env["dunning.claim.statement"]._make(
            self._case(), date=self.today
        )
        self.assertEqual(float(statement._prepare_letter_values()["total"]), 1057.5)

    def test_statement_of_some_items_takes_off_what_counts_for_them(self):
        first, second = self._claim(), self._overdue(9, 500.0)
        self.env["dunning.planner"]._open_cases(self.company)
        self._unmatched_payment(amount=100.0)
        statements, totals = self.env["dunning.claim.statement"], []
        for moves in (first, second, first | second):
            lines = self._receivables(moves)
            statement = statements._make(self._case(), lines, self.today)
            values = statement._prepare_letter_values()
            totals.append(float(values["total"]))
            is_other = lines.move_id == second  # the credit pays the oldest one
            self.assertEqual("not taken off" in values["intro"], is_other)
        self.assertEqual(totals, [957.4, 544.5, 1501.9])

    def test_table_and_statement_name_the_same_interest(self):
        invoice = self._claim()
        later, lines = self._later(60), self._receivables(invoice)
        titles, rows = self.env["dunning.case.file"]._get_table(
            self._case(), lines, later
        )
        column = [title for title, _kind in titles].index("Interest")
        statement = self.env["dunning.claim.statement"]._make(
            self._case(), lines, later
        )
        [account] = statement._get_accounts()
        self.assertEqual(rows[0][column], account.interest.amount)
        self.assertEqual(float(account.interest.amount), 70.0)

    def _follow_reference(self, start, **values):
        reference = self.env["interest.reference"].create(
            {
                "name": "Own",
                "code": "OWN",
                "rate_ids": [Command.create({"date_from": start, "percent": 36.5})],
            }
        )
        self.regime.write(
            {
                "reference_id": reference.id,
                "margin": 0.0,
                "method": "per_period",
                **values,
            }
        )

    def test_nothing_is_counted_before_the_law_was_in_force(self):
        self._follow_reference("2025-01-01", valid_from=self._days_ago(5))
        self._claim(days=10)
        interest = self._claims("interest")
        self.assertEqual(interest.amount, 6.0)
        self.assertEqual(interest.date_from, self._days_ago(5))

    def test_warning_for_the_office_is_not_told_to_customers(self):
        self._follow_reference("2020-01-01")
        self._claim()
        problem = self.regime._get_problem(self._days_ago(10), self.today)
        self.assertIn("nobody has looked", problem)
        statement = self.env["dunning.claim.statement"]._make(
            self._case(), date=self.today
        )
        self.assertNotIn("nobody", statement._prepare_letter_values()["intro"])

    def test_fee_without_an_exchange_rate_is_not_claimed_at_par(self):
        yen = self.env.ref("base.JPY")
        yen.active = True
        yen.rate_ids.unlink()
        self._overdue(10, 1000.0, currency_id=yen.id)
        run = self._run_and_send()
        self.assertFalse(self._claims("fee"))
        self.assertIn("no exchange rate", run.sudo().notice_ids.claim_problem)
