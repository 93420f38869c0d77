from datetime import timedelta

from odoo import fields
from odoo.tests import HttpCase, tagged

from .payment_page_pay_common import PaymentPagePayCommon


@tagged("post_install", "-at_install")
class TestPaymentPagePay(PaymentPagePayCommon, HttpCase):
    """A payment is begun on the page: what was chosen, once, in the right company."""

    def test_all_that_is_due_is_offered(self):
        form = self._form(self._open())
        self.assertEqual(form.get("data-amount"), "180.0")
        self.assertIn("Pay $\u00a0180.00", form.text_content())

    def test_one_transaction_remembers_its_parts(self):
        answer = self._ask(self._form(self._open()))
        transaction = self._transactions()
        self.assertEqual(answer["reference"], transaction.reference)
        self.assertEqual(transaction.invoice_ids, self.invoices)
        self.assertEqual(
            transaction.dunning_part_ids.mapped("amount"), [100.0, 50.0, 30.0]
        )
        self.assertEqual(transaction.partner_id, self._page().contact_id)
        self.assertIn(f"payment={transaction.id}", transaction.landing_route)
        self.assertTrue(transaction.landing_route.startswith(self._path()))
        self.assertIn("begun", self._said()[-1])

    def test_chosen_items_and_part(self):
        option = self._items_option(self.third_invoice, self.second_invoice)
        self._ask(self._form(self._open(item=option, amount="60")))
        parts = self._transactions().dunning_part_ids
        self.assertEqual(parts.mapped("amount"), [50.0, 10.0])
        self.assertEqual(
            parts.move_line_id.move_id, self.second_invoice | self.third_invoice
        )

    def test_outcome_is_told(self):
        self._ask(self._form(self._open()))
        transaction = self._transactions()
        for state, word in (
            ("draft", "not finished"),
            ("pending", "on its way"),
            ("done", "Thank you"),
            ("error", "Nothing was charged"),
        ):
            transaction.state = state
            transaction.state_message = False
            tree = self._open(payment=transaction.id)
            outcome = tree.find_class("o_payment_page_outcome")[0].text_content()
            self.assertIn(word, outcome)

    def test_outcome_of_somebody_else_is_not_told(self):
        other = self._overdue(10, 10.0, self._create_customer("Bob Other"))
        self.env["dunning.planner"]._open_cases(self.company)
        link = self.env["dunning.link"]._issue(self._case(other.partner_id))
        self._ask(self._form(self._open()))
        tree = self._open(self._path(link=link), payment=self._transactions().id)
        self.assertFalse(tree.find_class("o_payment_page_outcome"))

    def test_without_a_provider_the_page_says_so(self):
        self.provider.state = "disabled"
        tree = self._open()
        self.assertIsNone(self._form(tree))
        self.assertTrue(tree.find_class("o_payment_page_offline"))

    def test_pending_payment_blocks_its_items(self):
        self._begin(item=self._items_option(self.invoice))._set_pending()
        tree = self._open()
        self.assertEqual(self._form(tree).get("data-amount"), "80.0")
        waiting = tree.find_class("o_payment_page_waiting")[0].text_content()
        self.assertIn("on its way since", waiting)

    # === TWO WINDOWS === #

    def test_second_window_cannot_pay_too(self):
        first, second = self._form(self._open()), self._form(self._open())
        self._ask(first)
        answer = self._ask(second)
        self.assertEqual(answer["state"], "error")
        self.assertIn("another window", answer["state_message"])
        self.assertEqual(len(self._transactions()), 1)

    def test_second_window_starts_again(self):
        self._ask(self._form(self._open()))
        tree = self._open()
        self.assertIsNone(self._form(tree))
        self.assertTrue(tree.find_class("o_payment_page_draft"))
        self.authenticate(None, None)
        response = self._post("/again")
        self.assertEqual(response.status_code, 303)
        self.assertEqual(self._transactions().state, "cancel")
        self._ask(self._form(self._open()))
        self.assertEqual(self._transactions().mapped("state"), ["cancel", "draft"])

    def test_same_window_replaces_its_own_draft(self):
        form = self._form(self._open())
        self._ask(form)
        self._ask(form)
        self.assertEqual(self._transactions().mapped("state"), ["cancel", "draft"])
        self.assertEqual(self._transactions()[0].dunning_is_given_up, True)

    def test_other_items_can_be_paid_meanwhile(self):
        one = self._form(self._open(item=self._items_option(self.invoice)))
        other = self._form(self._open(item=self._items_option(self.second_invoice)))
        self._ask(one)
        self.assertNotEqual(self._ask(other)["state"], "error")

    def test_old_draft_does_not_keep_anybody(self):
        self._ask(self._form(self._open()))
        old = fields.Datetime.now() - timedelta(minutes=16)
        self.env.cr.execute("UPDATE payment_transaction SET create_date = %s", [old])
        self.env.invalidate_all()
        self.assertNotEqual(self._ask(self._form(self._open()))["state"], "error")

    def test_begun_with_what_is_pending_by_now(self):
        form = self._form(self._open())
        self._begin(item=self._items_option(self.invoice))._set_pending()
        answer = self._ask(form)
        self.assertIn("has changed", answer["state_message"])

    def test_chosen_item_that_is_pending_by_now(self):
        option = self._items_option(self.invoice)
        form = self._form(self._open(item=option))
        self._begin(item=option)._set_pending()
        answer = self._ask(form)
        self.assertIn("on its way since", answer["state_message"])
