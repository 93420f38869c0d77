from odoo.tests import tagged

from ..models.dunning_payment_page_choice import MAX_ITEMS
from .payment_page_common import PaymentPageCommon


@tagged("post_install", "-at_install")
class TestPaymentPageSpeed(PaymentPageCommon):
    """The queries of the page do not depend on the number of items."""

    def _count_queries(self):
        self.env.flush_all()
        self.env.invalidate_all()
        before = self.env.cr.sql_log_count
        self._render()
        return self.env.cr.sql_log_count - before

    def _render(self, **options):
        """Compute what the controller shows."""
        page = self._page()
        choice = page._choose_by(options)
        page._prepare_transfer(choice)
        page._prepare_documents()
        page._prepare_say()
        page._get_payments_on_their_way()
        return page._prepare_content(choice, options)

    def test_ten_and_five_hundred_items_need_the_same_queries(self):
        self._make_items(9)
        self._render()
        few = self._count_queries()
        self._make_items(490)
        many = self._count_queries()
        self.assertLessEqual(abs(many - few), 2)

    def test_a_page_that_is_looked_at_reads_what_is_open_once(self):
        pages = self.env["dunning.payment.page"]
        looked_at = pages._reading()._make(self.case, "/pay/x", self.link)
        paid_from = pages._make(self.case, "/pay/x", self.link)
        other = pages._reading()._make(self.case, "/pay/x", self.link)
        self._make_items(1)
        self.assertEqual(len(looked_at._get_open()), 1)
        self.assertEqual(len(paid_from._get_open()), 2, "it would pay a paid item")
        self.assertEqual(len(other._get_open()), 1, "as at the moment it was made")
        self.assertEqual(len(pages._make(self.case, "/pay/x")._get_open()), 2)

    def _make_items(self, count):
        values = self.invoice.copy_data(
            {"invoice_date": self.invoice.invoice_date, "ref": False}
        )[0]
        values["invoice_date_due"] = self.invoice.invoice_date_due
        moves = self.env["account.move"].create([dict(values) for _ in range(count)])
        moves.action_post()

    def test_what_is_not_shown_one_by_one_is_counted_and_can_be_left_out(self):
        self._make_items(MAX_ITEMS + 4)
        content = self._render()
        [group] = content["groups"]
        self.assertEqual(len(group["rows"]), MAX_ITEMS)
        self.assertIn("5 more items", group["more"]["text"])
        self.assertTrue(group["more"]["is_checked"])
        self.assertIn("20,500.00", content["total"])
        page = self._page()
        shown = ",".join(str(row["key"]) for row in group["rows"])
        self.assertEqual(page._choose_by({"item": shown}).total, 20000)
        self.assertEqual(page._choose_by({"item": f"{shown},more"}).total, 20500)
        self.assertEqual(page._choose_by({"item": "more"}).total, 500)
