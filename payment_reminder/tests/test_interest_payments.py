from datetime import date

from odoo.tests import tagged

from ..tools.interest import Payment
from .interest_common import InterestCommon


@tagged("post_install", "-at_install")
class TestInterestPayments(InterestCommon):
    """What has lowered a receivable, and when, from reconciliation."""

    def _payments(self, moves, until=date(2025, 12, 31)):
        lines = self._receivables(moves)
        by_line = lines._get_interest_payments(until)
        return [
            (payment.date, float(payment.amount))
            for line in lines
            for payment in by_line[line]
        ]

    def test_payments_count_on_their_own_dates(self):
        invoice = self._invoice(amount=100, due=date(2025, 5, 1))
        self._pay(invoice, 30, date(2025, 5, 20))
        self._pay(invoice, 20, date(2025, 4, 20))
        self.assertEqual(
            self._payments(invoice),
            [(date(2025, 4, 20), 20.0), (date(2025, 5, 20), 30.0)],
        )
        self.assertEqual(
            self._payments(invoice, date(2025, 5, 19)), [(date(2025, 4, 20), 20.0)]
        )

    def test_credit_note_lowers_the_debt(self):
        invoice = self._invoice(amount=100, due=date(2025, 5, 1))
        credit = self._credit_note(amount=40, due=date(2025, 6, 1))
        self._receivables(invoice + credit).reconcile()
        self.assertEqual(self._payments(invoice), [(credit.date, 40.0)])
        self.assertEqual(self._payments(credit), [(invoice.date, -40.0)])

    def test_undone_payment_leaves_no_trace(self):
        invoice = self._invoice(amount=100, due=date(2025, 5, 1))
        self._pay(invoice, 30, date(2025, 5, 20))
        self._receivables(invoice).remove_move_reconcile()
        self.assertEqual(self._payments(invoice), [])

    def test_amounts_are_in_the_currency_of_the_invoice(self):
        """An exchange difference lowers nothing."""
        kuna = self.setup_other_currency(
            "HRK", rates=[("2025-01-01", 2.0), ("2025-05-10", 4.0)]
        )
        invoice = self._invoice(amount=100, due=date(2025, 5, 1), currency_id=kuna.id)
        self._pay(invoice, 100, date(2025, 5, 20), currency_id=kuna.id)
        self.assertTrue(
            self._receivables(invoice).matched_credit_ids.exchange_move_id
            or self._receivables(invoice).matched_debit_ids.exchange_move_id
        )
        self.assertEqual(self._payments(invoice), [(date(2025, 5, 20), 100.0)])

    def test_payment_in_another_currency_counts_in_that_of_the_invoice(self):
        kuna = self.setup_other_currency("HRK", rates=[("2025-01-01", 2.0)])
        invoice = self._invoice(amount=100, due=date(2025, 5, 1))
        self._pay(invoice, 50, date(2025, 5, 20), currency_id=kuna.id)
        self.assertEqual(self._payments(invoice), [(date(2025, 5, 20), 25.0)])

    def test_each_term_of_an_invoice_has_its_own_payments(self):
        invoice = self._term_invoice((60, date(2025, 4, 1)), (40, date(2025, 5, 1)))
        self._pay(invoice, 70, date(2025, 5, 20))
        lines = self._receivables(invoice)
        by_line = lines._get_interest_payments(date(2025, 12, 31))
        self.assertEqual(
            [[float(one.amount) for one in by_line[line]] for line in lines],
            [[60.0], [10.0]],
        )

    def test_many_lines_need_as_many_queries_as_one(self):
        invoices = [self._invoice(amount=100 + i) for i in range(6)]
        for invoice in invoices:
            self._pay(invoice, 10)
        lines = self._receivables(self.env["account.move"].union(*invoices))
        self.env.flush_all()
        with self.assertQueryCount(1):
            lines[:1]._get_interest_payments(self.today)
        with self.assertQueryCount(1):
            by_line = lines._get_interest_payments(self.today)
        self.assertEqual(by_line[lines[0]], [Payment(self.today, 10)])
        self.assertEqual(self.env["account.move.line"]._get_interest_payments(None), {})

    def test_interest_on_an_invoice_that_was_paid_in_parts(self):
        invoice = self._invoice(amount=1000, due=date(2025, 3, 31))
        self._pay(invoice, 500, date(2025, 4, 5))
        line = self._receivables(invoice)
        payments = line._get_interest_payments(date(2025, 4, 10))[line]
        self.assertAmount(
            "7.50",
            self._create_regime(),
            abs(line.amount_currency),
            "2025-03-31",
            "2025-04-10",
            payments,
        )
