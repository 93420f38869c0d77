from odoo.exceptions import UserError
from odoo.tests import tagged

from .handover_common import HandoverCommon
from .test_payment_page_content import PaymentPageHttp


@tagged("post_install", "-at_install")
class TestHandoverEffects(HandoverCommon):
    """Where else one sees that an item is with an agency."""

    def _page(self, **options):
        pages = self.env["dunning.payment.page"]
        return pages._make(self._case(), "/pay/x", **options)

    # === REMINDERS === #

    def test_queued_notice_is_skipped_when_claimed(self):
        self._items(self.invoice | self.other).sudo().level_id = self.friendly
        run = self._plan()
        run.action_approve()
        run._set_sending()
        self._hand_over(early_reason="x")
        notice = run.notice_ids
        self.assertFalse(notice.sudo()._recheck(self.today))
        self.assertEqual(notice.state, "skipped")
        self.assertIn("collection agency", notice.reason)

    def test_explainer_says_who_has_it_and_since_when(self):
        handover = self._hand_over()
        [text] = self.env["dunning.explainer"]._explain_partner(
            self.customer, self.company, self.today
        )
        self.assertIn("with Swift Collections since", text)
        self.assertIn(handover.name, text)

    def test_explainer_says_that_it_is_only_prepared(self):
        self._prepare()
        [text] = self.env["dunning.explainer"]._explain_partner(
            self.customer, self.company, self.today
        )
        self.assertIn("is prepared", text)

    def test_item_and_invoice_say_so(self):
        self._hand_over(self.invoice)
        self.assertEqual(self._items(self.invoice).rest_text, "with Swift Collections")
        self.assertIn("with Swift Collections", self.invoice.dunning_status)

    def test_no_plan_and_no_promise_over_what_is_handed_over(self):
        self._hand_over(self.invoice)
        problem = self.env["installment.plan.item"]._get_problem(
            self._receivables(self.invoice)
        )
        self.assertIn("recall it first", problem)
        self.assertEqual(self._case()._get_claimable_lines().move_id, self.other)

    def test_objection_is_put_on_the_desk(self):
        handover = self._hand_over()
        self._object(self.invoice)
        self.assertIn("objects", handover.activity_ids.summary)

    # === PAYMENT PAGE === #

    def test_page_says_whom_to_pay_and_offers_the_rest_only(self):
        self.agency.dunning_payment_hint = "IBAN BE71 0961 2345 6769"
        handover = self._hand_over(self.invoice)
        page = self._page()
        content = page._prepare_content()
        [agency] = content["agencies"]
        self.assertEqual(agency["name"], "Swift Collections")
        self.assertEqual(agency["rows"][0]["number"], self.invoice.name)
        self.assertEqual(agency["reference"], handover.name)
        self.assertIn("BE71", agency["hint"])
        self.assertIn("not to us", agency["intro"])
        keys = [row["key"] for group in content["groups"] for row in group["rows"]]
        self.assertEqual(keys, self._receivables(self.other).ids)
        self.assertEqual(float(page._choose().total), 50.0)

    def test_handed_over_item_cannot_be_chosen(self):
        self._hand_over(self.invoice)
        page = self._page()
        with self.assertRaisesRegex(ValueError, "unknown"):
            page._choose(self._receivables(self.invoice).ids)

    def test_company_may_still_take_payments(self):
        self.company.dunning_handover_is_payable = True
        self._hand_over(self.invoice)
        page = self._page()
        [agency] = page._prepare_content()["agencies"]
        self.assertIn("or to us", agency["intro"])
        self.assertEqual(float(page._choose().total), 150.0)

    def test_prepared_handover_changes_nothing_for_the_customer(self):
        self._prepare()
        page = self._page()
        self.assertFalse(page._prepare_content()["agencies"])
        self.assertEqual(float(page._choose().total), 150.0)

    def test_no_promise_where_all_is_paid_elsewhere(self):
        kinds = self._page()._prepare_say()["kinds"]
        self.assertIn("promise", kinds)
        handover = self._hand_over(self.invoice)
        self.assertIn("promise", self._page()._prepare_say()["kinds"])
        handover._recall("x", self.today)
        self._hand_over()
        kinds = self._page()._prepare_say()["kinds"]
        self.assertNotIn("promise", kinds)
        self.assertIn("question", kinds)

    def test_promise_is_about_what_we_still_collect(self):
        """Even where the company takes payments: who collects is who arranges."""
        self.company.dunning_handover_is_payable = True
        self.company.installment_request_is_offered = True
        self._hand_over(self.invoice)
        page = self._page()
        items = {item["name"]: item for item in page._prepare_say()["items"]}
        self.assertFalse(items[self.invoice.name]["is_arrangeable"])
        self.assertTrue(items[self.other.name]["is_arrangeable"])
        form = {"day": str(page.date)}
        promised = page._read_promise(form)["items"]
        self.assertEqual(promised, self._items(self.other).ids)
        keys = [str(key) for key in self._receivables(self.invoice).ids]
        for read in (page._read_promise, page._preview_installments):
            with self.assertRaisesRegex(UserError, "choose again"):
                read(form | {"item": keys, "count": "2"})
        self._hand_over(self.other)
        kinds = self._page()._prepare_say()["kinds"]
        self.assertNotIn("promise", kinds)
        self.assertNotIn("installments", kinds)
        self.assertIn("dispute", kinds)

    def test_recalled_item_is_paid_to_us_again(self):
        self._hand_over()._recall("x", self.today)
        self.assertFalse(self._page()._prepare_content()["agencies"])

    # === PORTAL AND PAPER === #

    def test_odoos_portal_does_not_ask_for_it(self):
        self.env["ir.config_parameter"].set_param(
            "account_payment.enable_portal_payment", "True"
        )
        self._hand_over(self.invoice)
        self.assertFalse(self.invoice._has_to_be_paid())
        self.assertTrue(self.other._has_to_be_paid())
        self.assertIn("Swift Collections", self.invoice._get_online_payment_error())

    def test_statement_names_the_agency(self):
        self._hand_over(self.invoice)
        [statement] = self.env["dunning.statement"]._make(
            self.company, self.customer, date=self.today
        )
        values = statement._prepare_letter_values()
        self.assertEqual(
            [claim["lateness"] for claim in values["claims"]],
            ["with Swift Collections", ""],
        )
        self.assertIn("Swift Collections, 1 Long Road", values["closing"])
        self.assertEqual(float(values["total"]), 150.0)
        self.assertTrue(values["bank"])
        self.assertNotIn(self.invoice.name, values["reference"])

    def test_statement_without_anything_to_pay_us_has_no_bank(self):
        self._hand_over()
        [statement] = self.env["dunning.statement"]._make(
            self.company, self.customer, date=self.today
        )
        values = statement._prepare_letter_values()
        self.assertFalse(values["bank"])
        self.assertFalse(values.get("qr"))


@tagged("post_install", "-at_install")
class TestHandoverPage(HandoverCommon, PaymentPageHttp):
    """The page as a browser gets it."""

    def _hand_over_all(self):
        moves = self._case().line_ids.move_id
        self._reach_last_level(moves)
        return self._hand_over(moves)

    def test_no_bank_account_and_no_form_for_what_is_elsewhere(self):
        self._hand_over_all()
        tree = self._tree()
        self.assertIn("Please pay to Swift Collections", self._text(tree, "h2"))
        self.assertFalse(self._find(tree, "#transfer"))
        self.assertFalse(self._find(tree, "#pay"))
        self.assertIn("Nothing is to be paid to us", self._text(tree, "h1"))

    def test_ugly_agency_is_never_markup(self):
        self.agency.write(
            {
                "name": "<b>Swift</b> {{7*7}}",
                "dunning_payment_hint": "<script>alert(1)</script>\nline two",
            }
        )
        self._hand_over_all()
        text = self._open().text
        self.assertNotIn("<script>alert(1)", text)
        self.assertNotIn("<b>Swift", text)
        self.assertNotIn("49", self._text(self._tree(), "h2"))


@tagged("post_install", "-at_install")
class TestHandoverWizard(HandoverCommon):
    """One chooses, and is told what is left out and why."""

    def _open(self, cases=None):
        wizards = self.env["dunning.handover.wizard"]
        action = (cases or self._case()).action_hand_over()
        wizard = wizards.browse(action["res_id"])
        wizard.agency_id = self.agency
        return wizard

    def test_default_is_what_is_overdue_and_free(self):
        later = self._invoice(due=self.company._get_dunning_today().replace(year=2090))
        disputed, promised = self._overdue(30, 10.0), self._overdue(30, 20.0)
        self.env["dunning.planner"]._open_cases(self.company, self.customer)
        self._object(disputed)
        self._case()._promise(
            20.0, self.company._get_dunning_today(), self._items(promised)
        )
        wizard = self._open()
        by_move = {line.move_id: line for line in wizard.line_ids}
        self.assertEqual(
            {move for move, line in by_move.items() if line.is_chosen},
            {self.invoice, self.other},
        )
        self.assertEqual(by_move[later].note, "It is not overdue.")
        self.assertEqual(by_move[disputed].note, "The item is disputed.")
        self.assertEqual(by_move[promised].note, "A payment is promised.")
        self.assertFalse(by_move[disputed].is_possible)
        self.assertEqual(wizard.amount, 150.0)
        self.assertEqual(wizard.commission_percent, 20.0)

    def test_item_paid_while_the_wizard_is_open_is_dropped_and_named(self):
        wizard = self._open()
        self._pay(self.invoice)
        action = wizard.action_hand_over()
        self.assertIn(self.invoice.name, action["params"]["message"])
        handover = self._case().handover_ids
        self.assertEqual(handover.line_ids.move_id, self.other)
        self.assertEqual(handover.state, "handed_over")

    def test_all_paid_meanwhile_is_refused(self):
        wizard = self._open()
        self._pay(self.invoice)
        self._pay(self.other)
        with self.assertRefused("Nothing is left"):
            wizard.action_hand_over()

    def test_early_handover_needs_a_reason(self):
        self._items(self.invoice).sudo().level_id = self.friendly
        wizard = self._open()
        self.assertTrue(wizard.is_early)
        with self.assertRefused("last level"):
            wizard.action_hand_over()
        wizard.early_reason = "Insolvent soon"
        wizard.action_hand_over()
        self.assertEqual(self._case().handover_ids.early_reason, "Insolvent soon")

    def test_only_prepared_is_not_sent(self):
        wizard = self._open()
        wizard.step = "prepare"
        wizard.action_hand_over()
        self.assertEqual(self._case().handover_ids.state, "prepared")

    def test_many_cases_at_once_and_none_stops_the_others(self):
        bob = self._create_customer("Bob")
        self._reach_last_level(self._overdue(60, partner=bob))
        swift = self.agency
        self._reach_last_level(self._overdue(60, partner=swift))
        cases = self._case() | self._case(bob) | self._case(swift)
        wizard = self._open(cases)
        action = wizard.action_hand_over()
        self.assertIn("owes the money", action["params"]["message"])
        self.assertEqual(len(self._case().handover_ids), 1)
        self.assertEqual(len(self._case(bob).handover_ids), 1)
        self.assertFalse(self._case(swift).handover_ids)

    def test_nothing_open_is_said(self):
        self._pay(self.invoice)
        self._pay(self.other)
        with self.assertRefused("Nothing is open"):
            self._case().action_hand_over()
