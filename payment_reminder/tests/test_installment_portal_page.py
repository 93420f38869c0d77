from datetime import timedelta
from decimal import Decimal
from unittest.mock import patch

from odoo.exceptions import UserError
from odoo.tests import HttpCase, tagged
from odoo.tools import SQL

from ..models.installment_plan import InstallmentPlan
from ..tools.installments import Interest
from .installment_portal_common import InstallmentPortalCommon


class InstallmentPageCommon(InstallmentPortalCommon):
    def setUp(self):
        super().setUp()
        self.authenticate(None, None)

    def _shown(self, plan=None):
        """Return what the page is given, as the customer reads it."""
        plan = plan or self.plan
        self.env.invalidate_all()
        return plan.sudo()._localized()._prepare_portal_values()

    def _let_pass(self, plan, days):
        """Move all dates of a plan into the past, as time does."""
        self.env.flush_all()
        self.env.cr.execute(
            SQL(
                "UPDATE installment_plan_line SET date = date - %s WHERE plan_id = %s",
                days,
                plan.id,
            )
        )
        self.env.invalidate_all()
        plan.sudo().line_ids._compute_paid()
        plan.sudo()._compute_totals()
        self.env.flush_all()


@tagged("post_install", "-at_install")
class TestInstallmentPortalDecision(InstallmentPageCommon, HttpCase):
    """Accepting, declining, asking: once, and only what still holds."""

    # === ACCEPTING === #

    def test_accepts_with_name_and_signature_ignoring_all_else(self):
        result = self._accept(name="  Ann   Example ", amount_total=1, state="draft")
        self.assertTrue(result["force_refresh"])
        self.assertEqual(self.plan.state, "active")
        self.assertEqual(self.plan.signed_by, "Ann Example")
        self.assertEqual(self.plan.signature.decode(), self._draw())
        self.assertEqual(self.plan.amount_total, 300.0)
        self.assertEqual(self._reason(self.invoice), "plan")
        [summary] = self._get_summaries()
        self.assertIn("accepted by Ann Example", summary)
        self.assertEqual(self.plan.activity_ids.user_id, self.seller)
        self.assertIn("Accepted by Ann Example", self._open().text)

    def test_second_acceptance_changes_nothing(self):
        self._accept()
        signed_on = self.plan.signed_on
        result = self._accept(name="Mallory")
        self.assertIn("Accepted by Ann Example", result["error"])
        self.assertEqual(self.plan.signed_by, "Ann Example")
        self.assertEqual(self.plan.signed_on, signed_on)
        self.assertEqual(len(self._get_summaries()), 1)

    def test_second_of_two_decisions_at_once_has_to_wait(self):
        nobody = lambda records, **_options: records.browse()  # noqa: E731
        with patch.object(InstallmentPlan, "try_lock_for_update", nobody):
            result = self._accept()
            response = self._post("/decline", reason="No")
        self.assertIn("deciding about this at this moment", result["error"])
        self.assertEqual(response.status_code, 422)
        self.assertEqual(self.plan.state, "proposed")

    def test_names_and_signatures_that_are_none_are_refused(self):
        for params, text in (
            ({"name": " "}, "Please enter your name."),
            ({"name": "x" * 500}, "The name is too long."),
            ({"signature": ""}, "Please sign in the box."),
            ({"signature": "not base64"}, "The signature is not a picture."),
        ):
            with self.subTest(params):
                self.assertEqual(self._accept(**params), {"error": text})
        self.assertEqual(self.plan.state, "proposed")

    def _assert_closed(self, words, plan=None):
        plan = plan or self.plan
        before = plan.state
        self.assertIn(words, self._accept(plan)["error"])
        page = self._open(plan).text
        self.assertIn(words, page)
        self.assertNotIn("o_installment_accept", page)
        self.assertEqual(plan.state, before)

    def test_expired_proposal_cannot_be_accepted(self):
        self.plan.sudo().date_valid = self._in_days(-1)
        self._assert_closed("You could accept this plan until")

    def test_proposal_can_be_accepted_on_its_last_day(self):
        self.plan.sudo().date_valid = self.today
        self._accept()
        self.assertEqual(self.plan.state, "active")

    def test_proposal_whose_first_day_has_passed_cannot_be_accepted(self):
        self._let_pass(self.plan, 8)
        self._assert_closed("The first instalment was due on")

    def test_changed_balance_closes_the_proposal(self):
        self._pay(self.invoice, 50.0)
        self._assert_closed("Something has changed with the invoices")

    def test_disputed_invoice_closes_the_proposal(self):
        self._put_on_case(self.invoice, self.friendly)
        self._object(self.invoice)
        self._assert_closed("Something has changed with the invoices")

    def test_cancelled_proposal_cannot_be_accepted(self):
        self.plan.action_cancel()
        self._assert_closed("does not apply any more since")

    def test_new_version_replaces_the_plan_when_it_is_accepted(self):
        self._accept()
        self._pay(self.invoice, 60.0)
        new = self.plan._renegotiate()
        self.assertNotIn("newer version", self._open().text)
        new.action_propose()
        self.assertIn(new.access_token, self._open().text)
        self._accept(new)
        self.assertEqual((self.plan.state, new.state), ("cancelled", "active"))
        self._assert_closed("A newer version replaces this plan.")

    def test_failed_acceptance_leaves_no_half_of_it(self):
        words = "The journal is missing"

        def fail(*_args):
            raise UserError(words)

        with patch.object(type(self.env["installment.plan.cost"]), "_book", fail):
            self.assertEqual(self._accept(), {"error": words})
        self.env.invalidate_all()
        self.assertEqual(self.plan.state, "proposed")
        self.assertFalse(self.plan.signed_by)

    # === DECLINING === #

    def test_declines_with_a_reason(self):
        response = self._post("/decline", reason=" Too <b>fast</b> ")
        self.assertEqual(response.status_code, 303)
        self.assertEqual(self.plan.state, "cancelled")
        self.assertIn("Too <b>fast</b>", self.plan.close_reason)
        activity = self.plan.activity_ids
        self.assertEqual(activity.user_id, self.seller)
        self.assertIn("declined", activity.summary)
        self.assertIn("Too &lt;b&gt;fast", activity.note)
        page = self._open().text
        self.assertIn("You have declined this plan", page)
        self.assertIn("Too &lt;b&gt;fast", page)
        self.assertFalse(self._reason(self.invoice))

    def test_declining_without_a_reason_or_twice_is_refused(self):
        response = self._post("/decline", reason="  ")
        self.assertEqual(response.status_code, 422)
        self.assertIn("Please tell us in a few words why.", response.text)
        self.assertEqual(self.plan.state, "proposed")
        self._accept()
        self.assertEqual(self._post("/decline", reason="No").status_code, 422)
        self.assertEqual(self.plan.state, "active")

    def test_reasons_of_the_office_are_not_told(self):
        self.plan._set_cancelled("Not trustworthy")
        self.assertNotIn("Not trustworthy", self._open().text)

    # === ASKING === #

    def test_wish_goes_into_the_thread_and_on_a_desk_once(self):
        response = self._post("/ask", reason="The 15th, please")
        self.assertEqual(response.status_code, 303)
        self._post("/ask", reason="Or the 20th")
        bodies = "".join(self.plan.message_ids.mapped("body"))
        self.assertIn("The 15th, please", bodies)
        self.assertIn("Or the 20th", bodies)
        self.assertEqual(self.plan.message_ids[0].author_id, self.customer)
        self.assertEqual(len(self._get_summaries()), 1)
        self.assertEqual(self.plan.activity_ids.user_id, self.seller)
        self.assertEqual(self.plan.state, "proposed")

    def test_wish_of_a_user_is_his(self):
        self.authenticate("portal_a", "portal_a")
        self._post("/ask", token="", reason="The 15th, please")
        author = self.plan.message_ids[0].author_id
        self.assertEqual(author, self.user_a.partner_id)

    def test_empty_wishes_and_those_for_what_is_over_are_refused(self):
        response = self._post("/ask", reason=" ")
        self.assertEqual(response.status_code, 422)
        self.plan.action_cancel()
        response = self._post("/ask", reason="Please")
        self.assertIn("This plan is over", response.text)
        self.assertNotIn("o_installment_ask", self._open().text)


@tagged("post_install", "-at_install")
class TestInstallmentPortalPage(InstallmentPageCommon, HttpCase):
    """What the page says."""

    def _activate(self, **values):
        plan = self._proposed(**values)
        plan.action_activate()
        return plan

    def test_next_instalment_stands_first_with_amount_date_and_days(self):
        shown = self._shown()["upcoming"]
        self.assertEqual(shown["title"], "First instalment")
        self.assertEqual(shown["amount"], self.plan._format_amount(100.0))
        self.assertEqual(shown["days"], "in 7 days")
        self.plan.action_activate()
        self._pay(self.invoice, 130.0)
        shown = self._shown()["upcoming"]
        self.assertEqual(shown["amount"], self.plan._format_amount(70.0))
        self.assertEqual(shown["days"], "in 14 days")
        page = self._open().text
        self.assertLess(page.index(shown["days"]), page.index("o_installment_table"))

    def test_paid_ones_are_ticked_and_late_ones_are_marked(self):
        self.plan.action_activate()
        self._pay(self.invoice, 130.0)
        self._let_pass(self.plan, 16)
        lines = self._shown()["lines"]
        self.assertEqual([row["status"] for row in lines], ["paid", "late", "open"])
        self.assertIn("paid on", lines[0]["note"])
        self.assertIn("2 days late, $\N{NO-BREAK SPACE}70.00 are", lines[1]["note"])
        page = self._open().text
        for text in (
            "fa-check-circle",
            "fa-exclamation-circle",
            "Overdue instalment",
            "Please pay what is overdue",
        ):
            self.assertIn(text, page)

    def test_several_late_ones_are_summed(self):
        self.plan.action_activate()
        self._let_pass(self.plan, 16)
        shown = self._shown()["upcoming"]
        self.assertTrue(shown["is_late"])
        self.assertEqual(shown["late_total"], self.plan._format_amount(200.0))
        self.assertIn("9 days late", shown["days"])

    def test_progress_is_of_money(self):
        self.plan.action_activate()
        self._pay(self.invoice, 130.0)
        values = self._shown()
        self.assertEqual(values["percent"], 43)
        self.assertEqual(values["amounts"]["amount_open"], "$\N{NO-BREAK SPACE}170.00")
        self.assertIn('aria-valuenow="43"', self._open().text)

    def test_interest_and_fee_are_said_to_be_invoiced_apart(self):
        self.assertFalse(self._shown()["sentences"]["cost"])
        interest = Interest(Decimal(12), "declining", self.today)
        for terms, words in (
            ({"fee": Decimal(15)}, "A fee of $\N{NO-BREAK SPACE}15.00 is not part"),
            ({"interest": interest}, "is not part of the instalments"),
            ({"interest": interest, "fee": Decimal(15)}, "are not part of the"),
        ):
            plan = self._proposed(self._overdue(20, 300.0), **terms)
            self.assertIn(words, self._shown(plan)["sentences"]["cost"])
            self.assertIn("separate invoice", self._open(plan).text)

    def test_rules_name_the_days_and_the_number(self):
        plan = self._proposed(grace_days=5, max_missed=3)
        rules = " ".join(self._shown(plan)["rules"])
        self.assertIn("more than 5 days", rules)
        self.assertIn("more than 3 instalments", rules)
        strict = self._proposed(grace_days=0, max_missed=0)
        rules = " ".join(self._shown(strict)["rules"])
        self.assertIn("is not paid on its day, the plan ends", rules)
        self.assertNotIn("more than", rules)

    def test_pay_buttons_lead_to_the_invoices_only_while_active(self):
        self.assertNotIn("o_installment_pay", self._open().text)
        moves = self._overdue(30, 60.0) | self._overdue(20, 240.0)
        plan = self._proposed(moves)
        self.assertFalse(self._shown(plan)["payments"])
        plan.action_activate()
        payments = self._shown(plan)["payments"]
        amounts = [payment["amount"] for payment in payments]
        self.assertEqual(amounts, [plan._format_amount(a) for a in (60.0, 40.0)])
        page = self._open(plan).text
        for move in moves:
            self.assertIn(move.access_token, page)
            self.assertIn(f"/my/invoices/{move.id}", page)
        plan.action_cancel()
        self.assertNotIn("o_installment_pay", self._open(plan).text)

    def test_bank_account_is_told_while_active(self):
        plan = self._activate()
        page = self._open(plan).text
        self.assertIn(plan.item_ids.move_id.payment_reference, page)
        self.assertIn("To pay by bank transfer", page)
        self.assertNotIn("To pay by bank transfer", self._open().text)

    def test_every_state_is_told_in_words(self):
        done = self._activate()
        self._pay(done.item_ids.move_id, 300.0)
        self.assertEqual(done.state, "completed")
        failed = self._activate()
        failed._set_defaulted("Told by phone")
        for plan, words in (
            (self._activate(), "the plan is in force"),
            (done, "Everything is paid. Thank you!"),
            (failed, "because it was not kept"),
        ):
            page = self._open(plan).text
            self.assertIn(words, page)
            self.assertNotIn("o_installment_accept", page)
        self.authenticate("portal_a", "portal_a")
        listing = self.url_open(self._path).text
        for words in ("To decide", "In force", "All paid", "Ended unpaid"):
            self.assertIn(words, listing)

    def test_terms_contact_and_agreement_stand_on_the_page(self):
        plan = self._proposed(terms="<p>By <b>standing order</b></p>")
        page = self._open(plan).text
        self.assertIn("<b>standing order</b>", page)
        self.assertIn(self.seller.name, page)
        self.assertIn(f"{self._path}/{plan.id}/pdf", page)

    def test_page_speaks_the_language_of_the_customer(self):
        self.env["res.lang"]._activate_lang("ru_RU")
        self.customer.lang = "ru_RU"
        page = self._open().text
        self.assertIn('lang="ru-RU"', page)
        self.assertIn("Первый платёж", page)
        self.assertNotIn("js_language_selector", page)
        self._post("/ask", reason="Позже")
        self.assertIn("asks to change", self._get_summaries()[0])

    def test_address_cannot_put_words_on_the_page(self):
        page = self._open(problem="Pay+elsewhere", status=500, plan=1, template="x")
        self.assertEqual(page.status_code, 200)
        self.assertNotIn("Pay elsewhere", page.text)

    # === ODOO'S OWN PAGE OF THE INVOICE === #

    def _open_invoice(self, **options):
        self.invoice.sudo()._portal_ensure_token()
        query = "".join(f"&{name}={value}" for name, value in options.items())
        url = f"/my/invoices/{self.invoice.id}"
        return self.url_open(
            f"{url}?access_token={self.invoice.access_token}{query}"
        ).text

    def test_page_of_the_invoice_asks_for_the_next_instalment(self):
        page = self._open_invoice()
        self.assertNotIn("Next Installment", page)
        self.plan.action_activate()
        self._pay(self.invoice, 130.0)
        page = self._open_invoice()
        self.assertIn("Next Installment", page)
        self.assertEqual(self.plan.next_amount, 70.0)
        self.assertRegex(page, r'installment_amount"[^>]*>\D*70\.00')
        self.assertIn(f'datetime="{self.plan.next_date}"', page)
        self.assertEqual(self.plan.next_date, self._in_days(14))

    def test_page_of_the_invoice_asks_for_all_that_is_late(self):
        self.plan.action_activate()
        self._let_pass(self.plan, 16)
        page = self._open_invoice()
        self.assertRegex(page, r'installment_amount"[^>]*>\D*200\.00')
        self.assertIn(f'datetime="{self.plan.next_date}"', page)
        self.assertEqual(self.plan.next_date, self.today - timedelta(days=9))
