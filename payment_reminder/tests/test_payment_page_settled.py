from odoo.fields import Command
from odoo.tests import tagged

from .payment_page_pay_common import PaymentPagePayCommon


@tagged("post_install", "-at_install")
class TestPaymentPageSettled(PaymentPagePayCommon):
    """When the money comes, exactly what was chosen is matched."""

    def _credit(self):
        return self.case._get_unmatched_credit()[self.case.id]

    def _todos(self):
        return self.case.activity_ids.mapped("summary")

    def test_all(self):
        transaction = self._begin()
        self._succeed(transaction)
        self.assertEqual(self._residuals(), [0.0, 0.0, 0.0])
        self.assertEqual(self._credit(), 0.0)
        self.assertFalse(self.case.is_open)
        receivables = transaction.payment_id.move_id.line_ids.filtered(
            lambda line: line.account_type == "asset_receivable"
        )
        self.assertEqual(receivables.mapped("amount_currency"), [-180.0])

    def test_chosen_one_and_no_other(self):
        self._succeed(self._begin(item=self._items_option(self.second_invoice)))
        self.assertEqual(self._residuals(), [100.0, 0.0, 30.0])

    def test_part_goes_to_the_oldest(self):
        self._succeed(self._begin(amount="120"))
        self.assertEqual(self._residuals(), [0.0, 30.0, 30.0])

    def test_one_term_of_several(self):
        invoice = self._term_invoice(
            (60.0, self._days_ago(40)), (40.0, self._days_ago(30))
        )
        first, second = self._receivables(invoice)
        self._succeed(self._begin(item=str(second.id)))
        self.assertEqual(first.amount_residual, 60.0)
        self.assertEqual(second.amount_residual, 0.0)

    def test_several_receivable_accounts(self):
        account = self.company_data["default_account_receivable"].copy()
        self.customer.property_account_receivable_id = account
        other = self._overdue(12, 70.0)
        self.assertEqual(self._receivables(other).account_id, account)
        self._succeed(self._begin(amount="190"))
        self.assertEqual(self._residuals(), [0.0, 0.0, 30.0])
        self.assertEqual(other.amount_residual, 30.0)
        self.assertEqual(self._credit(), 0.0)

    def test_discount_is_not_taken_by_accident(self):
        term = self.env["account.payment.term"].create(
            {
                "name": "2 percent",
                "early_discount": True,
                "discount_percentage": 2.0,
                "discount_days": 3650,
                "line_ids": [
                    Command.create(
                        {"value": "percent", "value_amount": 100, "nb_days": 1}
                    )
                ],
            }
        )
        invoice = self._invoice(
            amount=100.0,
            invoice_payment_term_id=term.id,
            invoice_date_due=False,
            invoice_date=self._days_ago(30),
        )
        self.assertEqual(
            invoice._get_invoice_next_payment_values()["installment_state"], "epd"
        )
        item = self._items_option(invoice)
        self._succeed(self._begin(item=item, amount="97"))
        self.assertEqual(invoice.amount_residual, 3.0)

    def test_foreign_currency(self):
        currency = self.setup_other_currency("EUR", rates=[("2025-01-01", 2.0)])
        invoices = self._overdue(20, 100.0, currency_id=currency.id)
        invoices |= self._overdue(10, 60.0, currency_id=currency.id)
        self.env["dunning.planner"]._open_cases(self.company)
        self.case = self._case(currency=currency)
        self._succeed(self._begin(amount="120"))
        self.assertEqual(self._residuals(*invoices), [0.0, 40.0])
        self.assertEqual(self._residuals(), [100.0, 50.0, 30.0])

    # === PAID MEANWHILE === #

    def test_what_is_paid_meanwhile_goes_to_the_others(self):
        transaction = self._begin(amount="120")
        self._pay(self.invoice, 100.0)
        self._succeed(transaction)
        self.assertEqual(self._residuals(), [0.0, 0.0, 30.0])
        self.assertEqual(self._credit(), 50.0 + 20.0)

    def test_it_stays_among_the_chosen_items(self):
        item = self._items_option(self.invoice, self.second_invoice)
        transaction = self._begin(item=item)
        self._pay(self.invoice, 60.0)
        self._succeed(transaction)
        self.assertEqual(self._residuals(), [0.0, 0.0, 30.0])
        self.assertEqual(self._credit(), 60.0)
        self.assertIn("Paid twice: please check and refund", self._todos())
        self.assertIn("60.00", self._said()[-1])

    def test_late_and_all_settled(self):
        item = self._items_option(self.invoice)
        transaction = self._begin(item=item)
        self._pay(self.invoice)
        self._succeed(transaction)
        self.assertEqual(self._residuals(), [0.0, 50.0, 30.0])
        self.assertEqual(self._credit(), 100.0)
        self.assertEqual(self._todos().count("Paid twice: please check and refund"), 1)

    def test_payment_that_was_undone_meanwhile_changes_nothing(self):
        payment = self._pay(self.invoice, 60.0)
        transaction = self._begin()
        payment.move_id.line_ids.remove_move_reconcile()
        payment.action_cancel()
        self._succeed(transaction)
        self.assertEqual(self._residuals(), [60.0, 0.0, 0.0])
        self.assertEqual(self._credit(), 0.0)

    def test_receivable_that_is_gone(self):
        transaction = self._begin(item=self._items_option(self.invoice))
        transaction.invoice_ids = False
        self.invoice.button_draft()
        self.invoice.button_cancel()
        self._succeed(transaction)
        self.assertEqual(transaction.payment_id.state, "in_process")
        self.assertEqual(self._credit(), 100.0)

    def test_given_up_payment_that_comes_after_all(self):
        given_up = self._begin(window="one")
        given_up._give_up_dunning()
        self._succeed(self._begin(window="two"))
        self.assertFalse(self.case.is_open)
        self._succeed(given_up)
        self.assertEqual(given_up.state, "done")
        self.assertEqual(self._credit(), 180.0)
        self.assertIn("Paid twice: please check and refund", self._todos())

    def test_cancelled_one_does_not_become_pending_unless_given_up(self):
        cancelled, given_up = self._begin(window="one"), self._begin(window="two")
        cancelled._set_canceled()
        given_up._give_up_dunning()
        with self.assertLogs("odoo.addons.payment", "WARNING"):
            cancelled._set_pending()
        given_up._set_pending()
        self.assertEqual(
            (cancelled | given_up).sorted("id").mapped("state"), ["cancel", "pending"]
        )

    # === CAPTURED LATER === #

    def test_capture_settles_what_was_authorized(self):
        self.provider.capture_manually = True
        transaction = self._begin(amount="120")
        transaction._set_authorized()
        capture = transaction._create_child_transaction(120.0)
        self._succeed(capture)
        transaction._post_process()
        self.assertEqual(transaction.state, "done")
        self.assertFalse(transaction.payment_id)
        self.assertEqual(self._residuals(), [0.0, 30.0, 30.0])

    # === REMINDERS === #

    def test_reminders_rest_while_it_is_on_its_way(self):
        transaction = self._begin(amount="120")
        for state in ("pending", "authorized"):
            transaction.state = state
            run = self._plan()
            self.assertEqual(self._reasons(run, self.invoice), ["pending_payment"])
            asked = {
                line.move_id: (line.amount_residual, line.amount_announced)
                for line in run.notice_ids.line_ids
            }
            self.assertEqual(
                asked,
                {self.second_invoice: (30.0, 20.0), self.third_invoice: (30.0, 0.0)},
            )
            run.action_cancel()

    def test_next_run_asks_for_the_rest(self):
        self._succeed(self._begin(amount="120"))
        notice = self._plan().notice_ids
        self.assertEqual(
            notice.line_ids.move_line_id.move_id,
            self.second_invoice | self.third_invoice,
        )
        self.assertEqual(sum(notice.line_ids.mapped("amount_residual")), 60.0)

    # === TOLD === #

    def test_each_step_is_told_once(self):
        transaction = self._begin()
        transaction._log_sent_message()
        transaction._set_pending()
        transaction._set_done()
        transaction._set_done()
        transaction._post_process()
        texts = [text for text in self._said() if "Online payment" in text]
        words = ["begun", "on its way", "received"]
        self.assertEqual(len(texts), len(words))
        for text, word in zip(texts, words, strict=True):
            self.assertIn(word, text)

    def test_failure_is_told_with_its_reason(self):
        self._begin()._set_error("Card refused")
        self.assertIn("failed", self._said()[-1])
        self.assertIn("Card refused", self._said()[-1])
