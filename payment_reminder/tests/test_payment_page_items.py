from decimal import Decimal

from odoo.fields import Command
from odoo.tests import tagged

from ..tools.payment_choice import ChoiceError
from .payment_page_common import PaymentPageCommon


def bare(amount):
    """Return an amount without the marks that keep it on one line."""
    return amount.replace("\N{ZERO WIDTH NO-BREAK SPACE}", "").replace("\xa0", "")


@tagged("post_install", "-at_install")
class TestPaymentPageItems(PaymentPageCommon):
    """The page says what is owed, and how it comes about."""

    def _content(self, page=None, **options):
        page = page or self._page()
        return page._prepare_content(page._choose_by(options), options)

    def _rows(self, content):
        return [row for group in content["groups"] for row in group["rows"]]

    def _row(self, content, invoice):
        [row] = [row for row in self._rows(content) if row["number"] == invoice.name]
        return row

    # === ITEMS === #

    def test_item_says_what_it_is(self):
        row = self._row(self._content(), self.invoice)
        self.assertEqual(row["description"], "Consulting")
        self.assertIn("100.00", row["amount"])
        self.assertTrue(row["is_late"])
        self.assertTrue(row["is_checked"])
        self.assertIn(f"/invoice/{self.invoice.id}.pdf", row["url"])
        self.assertFalse(row["deductions"])

    def test_days_late_have_the_right_plural(self):
        page = self._page()
        self.assertEqual(page._get_lateness_text(1), "1 day late")
        self.assertEqual(page._get_lateness_text(12), "12 days late")
        self.assertEqual(page._get_lateness_text(0), "due today")
        self.assertEqual(page._get_lateness_text(-1), "in 1 day")
        self.assertEqual(page._get_lateness_text(-3), "in 3 days")

    def test_part_payments_and_credit_notes_are_shown(self):
        self._pay(self.invoice, 30.0)
        credit = self._credit_note(amount=20.0)
        lines = self._receivables(self.invoice) + self._receivables(credit)
        lines.reconcile()
        row = self._row(self._content(), self.invoice)
        amounts = [bare(amount) for _label, amount in row["deductions"]]
        self.assertEqual(amounts, ["$100.00", "$-30.00", "$-20.00"])
        self.assertIn("50.00", row["amount"])

    def test_what_is_not_due_is_apart_and_not_chosen(self):
        later = self._invoice(due=self._days_ago(-9999))
        content = self._content()
        self.assertEqual(len(content["groups"]), 2)
        self.assertFalse(self._row(content, later)["is_checked"])
        self.assertTrue(self._row(content, self.invoice)["is_checked"])
        self.assertIn("100.00", content["total"])

    def test_nothing_due_chooses_all(self):
        self._pay(self.invoice)
        self._invoice(due=self._days_ago(-9999), amount=70.0)
        content = self._content()
        self.assertIn("Nothing is due", content["heading"])
        self.assertIn("70.00", content["form"]["total"])

    def test_empty_page_thanks(self):
        self._pay(self.invoice)
        page = self._page()
        content = page._prepare_content()
        self.assertTrue(content["is_empty"])
        self.assertEqual(content["heading"], "Nothing is open. Thank you.")
        with self.assertRaises(ChoiceError) as caught:
            page._choose_by({})
        self.assertEqual(caught.exception.code, "empty")

    # === WHAT IS KNOWN === #

    def test_payment_on_its_way_is_not_asked_for_again(self):
        other = self._overdue(10, amount=40.0)
        self._pending_transaction(self.invoice)
        content = self._content()
        row = self._row(content, self.invoice)
        self.assertFalse(row["is_payable"])
        self.assertIn("on its way", row["remarks"][0])
        self.assertIn("40.00", content["total"])
        self.assertTrue(self._row(content, other)["is_checked"])
        with self.assertRaises(ChoiceError):
            self._page()._choose(self._receivables(self.invoice).ids)

    def _pending_transaction(self, invoice):
        provider = self.env["payment.provider"].create(
            {"name": "Test", "code": "none", "company_id": self.company.id}
        )
        return self.env["payment.transaction"].create(
            {
                "provider_id": provider.id,
                "payment_method_id": self.env["payment.method"].search([], limit=1).id,
                "reference": "TX1",
                "amount": invoice.amount_residual,
                "currency_id": invoice.currency_id.id,
                "partner_id": invoice.partner_id.id,
                "invoice_ids": [Command.set(invoice.ids)],
                "state": "pending",
            }
        )

    def test_disputed_item_is_marked_and_not_asked_for(self):
        self._overdue(10, amount=40.0)
        self._object(self.invoice)
        content = self._content()
        row = self._row(content, self.invoice)
        self.assertIn("do not agree", row["remarks"][0])
        self.assertFalse(row["is_checked"])
        self.assertIn("40.00", content["total"])
        chosen = self._page()._choose(self._receivables(self.invoice).ids)
        self.assertEqual(chosen.total, Decimal("100.00"))

    def test_promise_is_shown(self):
        self.case._promise(100.0, self.company._get_dunning_today())
        row = self._row(self._content(), self.invoice)
        self.assertIn("you will pay on", row["remarks"][0])
        self.assertTrue(row["is_checked"])

    def test_claims_are_added(self):
        page = self._page()
        claim = {"label": "Interest", "text": "", "amount": Decimal("7.00")}
        self.patch(type(page), "_get_claims", lambda self: [claim])
        self.assertIn("107.00", page._prepare_content()["total"])

    # === CREDITS === #

    def test_credit_lessens_what_is_owed(self):
        self._unmatched_payment(amount=30.0)
        content = self._content()
        self.assertIn("70.00", content["total"])
        self.assertIn("70.00", content["form"]["total"])
        self.assertEqual(bare(content["credits"][0]["amount"]), "$-30.00")
        self.assertEqual(len(content["summary"]), 2)

    def test_one_of_several_is_paid_whole_although_there_is_a_credit(self):
        self._overdue(10, amount=40.0)
        self._unmatched_payment(amount=30.0)
        keys = self._receivables(self.invoice).ids
        self.assertEqual(self._page()._choose(keys).total, Decimal("100.00"))

    def test_what_a_credit_covers_cannot_be_paid(self):
        self._unmatched_payment(amount=100.0)
        with self.assertRaises(ChoiceError) as caught:
            self._page()._choose()
        self.assertEqual(caught.exception.code, "covered")

    # === CURRENCIES === #

    def test_each_currency_has_its_own_block(self):
        usd = self.setup_other_currency("HRK")
        self._overdue(10, amount=40.0, currency_id=usd.id)
        content = self._content()
        self.assertIn("100.00", content["total"])
        self.assertEqual(len(content["currencies"]), 2)
        page = self._page(currency=usd.name)
        content = self._content(page)
        self.assertIn("40.00", content["total"])
        self.assertEqual(page._get_page_options(), {"currency": usd.name})
        self.assertFalse(page.case_id.currency_id == usd)

    def test_unknown_currency_is_the_usual_one(self):
        for code in ("XXX", "", "€\N{GRINNING FACE}", None):
            page = self._page(currency=code)
            self.assertEqual(page.currency_id, self.case.currency_id)

    # === PLANS === #

    def test_items_of_a_plan_stand_for_its_instalments(self):
        plan = self._plan_for(self.invoice)
        page = self._page()
        content = page._prepare_content()
        self.assertFalse(self._rows(content))
        [entry] = content["plans"]
        self.assertEqual(entry["plan"], plan)
        self.assertIn(self.invoice.name, entry["names"])
        choice = page._choose_by({"plan": str(plan.id)})
        self.assertEqual(choice.total, page._to_decimal(plan.line_ids[0].amount))
        for wrong in ("0", "x", str(plan.id + 1)):
            with self.assertRaises(ChoiceError):
                self._page()._choose_by({"plan": wrong})

    def _plan_for(self, invoice):
        today = self.company._get_dunning_today()
        plan = self.env["installment.plan"]._make_equal(invoice, 4, today)
        plan.action_activate()
        return plan
