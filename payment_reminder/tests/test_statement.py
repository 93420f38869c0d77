from decimal import Decimal
from unittest.mock import patch

from odoo.exceptions import AccessError, UserError
from odoo.tests import HttpCase, new_test_user, tagged
from odoo.tools import mute_logger

from odoo.addons.payment_reminder.exceptions import LetterEngineError
from odoo.addons.payment_reminder.models.dunning_letter_printer import (
    DunningLetterPrinter,
)

from .common import DunningCommon


class StatementCommon(DunningCommon):
    """Statements are asked for on the tests' today."""

    def _make(self, partner=None, currency=None):
        return self.env["dunning.statement"]._make(
            self.company, partner or self.customer, currency, self.today
        )

    def _letter(self, partner=None, currency=None):
        [statement] = self._make(partner, currency)
        return statement._prepare_letter_values()

    def _rows(self, letter):
        return [(row["number"], row["amount"]) for row in letter["claims"]]


@tagged("post_install", "-at_install")
class TestStatement(StatementCommon):
    """What stands in a statement of account."""

    def test_all_open_items_stand_in_it_the_oldest_first(self):
        late, later = self._overdue(40), self._overdue(5, 50.0)
        future = self._overdue(-10, 25.0)
        self._pay(self._overdue(3))
        letter = self._letter()
        self.assertEqual(
            self._rows(letter),
            [(late.name, 100), (later.name, 50), (future.name, 25)],
        )
        self.assertEqual(letter["total"], Decimal("175.00"))

    def test_part_payment_shows_what_was_and_what_is_open(self):
        invoice = self._overdue(5)
        self._pay(invoice, 30.25)
        [row] = self._letter()["claims"]
        self.assertEqual(row["amount_original"], Decimal("100.00"))
        self.assertEqual(row["amount"], Decimal("69.75"))

    def test_each_term_is_an_item(self):
        self._term_invoice((60, self._days_ago(31)), (40, self._days_ago(1)))
        letter = self._letter()
        self.assertEqual([row["days_late"] for row in letter["claims"]], [31, 1])

    def test_money_that_is_not_due_says_so(self):
        self._overdue(0)
        self._overdue(1)
        texts = [row["lateness"] for row in self._letter()["claims"]]
        self.assertEqual(texts, ["", "not due yet"])

    def test_unmatched_payments_and_credits_are_negative_and_last(self):
        invoice = self._overdue(5)
        payment = self._unmatched_payment(amount=30.0)
        credit = self._credit_note(amount=20.0)
        letter = self._letter()
        self.assertEqual(letter["claims"][0]["number"], invoice.name)
        self.assertEqual(
            dict(self._rows(letter)),
            {invoice.name: 100, payment.move_id.name: -30, credit.name: -20},
        )
        self.assertEqual(letter["total"], 50)
        notes = {row["number"]: row["description"] for row in letter["claims"]}
        self.assertIn("credit note", notes[credit.name])

    def test_invoice_without_follow_up_stands_in_it_too(self):
        invoice = self._overdue(5, no_followup=True)
        self.assertEqual(self._rows(self._letter()), [(invoice.name, 100)])

    def test_ageing_has_a_step_for_each_age_and_sums_up_to_the_total(self):
        for days, amount in (
            *((-1, 1.0), (0, 2.0), (1, 4.0), (30, 8.0), (31, 16.0), (60, 32.0)),
            *((61, 64.0), (90, 128.0), (91, 256.0), (400, 512.0)),
        ):
            self._overdue(days, amount)
        letter = self._letter()
        amounts = [amount for _label, amount in letter["ageing"]]
        self.assertEqual(amounts, [3, 12, 48, 192, 768])
        self._credit_note(amount=10.0)
        letter = self._letter()
        self.assertEqual(letter["ageing"][-1], ("Credits", Decimal("-10.00")))
        self.assertEqual(sum(amount for _label, amount in letter["ageing"]), 1013)

    def test_each_currency_has_its_own_statement(self):
        chf = self.setup_other_currency("CHF")
        self._overdue(5)
        self._overdue(5, 70.0, currency_id=chf.id)
        statements = self._make()
        totals = {
            one.currency_id: one._prepare_letter_values()["total"] for one in statements
        }
        self.assertEqual(totals, {self.company.currency_id: 100, chf: 70})
        self.assertEqual(self._letter(currency=chf)["total"], 70)

    def test_nothing_open_is_said_in_words(self):
        letter = self._letter()
        self.assertIn("nothing is open", letter["intro"])
        self.assertFalse(letter["claims"])
        self.assertIsNone(letter["total"])
        html = self.env["dunning.statement"]._render_html(self._make())
        self.assertIn("nothing is open", html)
        self.assertNotIn("Open amount", html)

    def test_statement_goes_to_the_invoice_contact_in_its_language(self):
        self.env["res.lang"]._activate_lang("de_DE")
        desk = self._create_customer(
            "Desk", parent_id=self.customer.id, type="invoice", lang="de_DE"
        )
        self._overdue(5, 1234.5)
        letter = self._letter(desk)
        self.assertEqual(letter["lang"], "de_DE")
        self.assertEqual(letter["recipient_lines"][:2], ["Ann Example", "Desk"])
        html = self.env["dunning.statement"]._render_html(self._make(desk))
        self.assertIn("1.234,50", html)

    def test_bank_details_stand_in_it_but_no_demand(self):
        self._overdue(5)
        letter = self._letter()
        self.assertTrue(letter["bank"])
        self.assertNotIn("pay_by", letter)
        html = self.env["dunning.statement"]._render_html(self._make())
        self.assertIn("Our bank details", html)
        self.assertNotIn("How to pay", html)
        self.assertNotIn("Letter no.", html)

    def test_archived_account_is_not_named(self):
        invoice = self._overdue(5)
        self.assertTrue(invoice.partner_bank_id)
        invoice.partner_bank_id.active = False
        self.assertFalse(self._letter()["bank"])

    def test_responsible_of_the_case_signs(self):
        self._overdue(5)
        self._plan()
        user = new_test_user(self.env, login="signer", name="Sam Signer")
        self._case().user_id = user
        self.assertEqual(self._letter()["signatory"]["name"], "Sam Signer")

    def test_long_statement_carries_its_sums_over_the_pages(self):
        for days in range(40):
            self._overdue(days * 3, 10.0)
        printer = self.env["dunning.letter.printer"]
        [view] = printer._prepare_views([self._letter()])
        tables = [
            block
            for page in view["pages"]
            for block in page["blocks"]
            if block["kind"] == "table"
        ]
        self.assertEqual(sum(len(table["rows"]) for table in tables), 40)
        self.assertEqual(tables[1]["brought"], tables[0]["carried"])
        self.assertEqual(view["pages"][-1]["blocks"][0]["kind"], "table")

    def test_very_large_amounts_leave_out_the_original_amount(self):
        self._overdue(5)
        printer = self.env["dunning.letter.printer"]
        letter = self._letter()
        self.assertIn("original", printer._get_columns(letter))
        letter["claims"][0]["amount"] = letter["total"] = Decimal(10) ** 24
        columns = printer._get_columns(letter)
        self.assertNotIn("original", columns)
        self.assertEqual(round(sum(columns.values()), 6), 165)

    def test_data_of_another_company_is_not_in_it(self):
        other = self.setup_other_company()["company"]
        self._overdue(5, company=other)
        self.assertFalse(self._letter()["claims"])


@tagged("post_install", "-at_install")
class TestStatementEntrances(StatementCommon, HttpCase):
    """How a statement is asked for, and by whom."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.invoice = cls._overdue(5)
        cls.run_record = cls._plan()
        cls.readonly = cls._create_user(
            "st_reader", "account.group_account_readonly", cls.company
        )

    @classmethod
    def _create_user(cls, login, groups, company):
        return new_test_user(
            cls.env,
            login=login,
            groups=groups,
            company_id=company.id,
            company_ids=company.ids,
        )

    def _get(self, url, login="st_reader"):
        self.authenticate(login, login)
        return self.url_open(url, allow_redirects=False)

    def _url(self, partners=None, company=None):
        ids = ",".join(map(str, (partners or self.customer).ids))
        company = company or self.company
        return f"/payment_reminder/statement/{company.id}?partners={ids}"

    def _print_with(self, result):
        raises = isinstance(result, Exception)

        def render(printer, letters):
            if raises:
                raise result
            return [result] * len(letters)

        return patch.object(DunningLetterPrinter, "_render_pdf", render)

    def _print_pages(self):
        """Let the printer make no file, and merging return ``%PDF``."""
        return patch.multiple(
            DunningLetterPrinter,
            _render_pdf=lambda printer, letters: [b"%PDF"] * len(letters),
            _merge_pdf=lambda printer, pdfs: b"".join(pdfs),
        )

    def test_case_customer_and_invoice_lead_to_the_statement(self):
        contact = self._create_customer("Child", parent_id=self.customer.id)
        for record in (self._case(), self.customer, contact, self.invoice):
            with self.subTest(record._name):
                action = record.with_user(self.readonly).action_print_statement()
                self.assertEqual(action["type"], "ir.actions.act_url")
                self.assertIn(
                    self._url().replace("partners=", "").split("?")[0], action["url"]
                )
                self.assertIn(f"partners={self.customer.id}", action["url"])
        self.assertIn("currency=", self._case().action_print_statement()["url"])

    def test_pdf_is_given_and_nothing_changes(self):
        self.env.flush_all()
        before = self._snapshot()
        with self._print_pages():
            response = self._get(self._url())
        self.assertEqual(response.status_code, 200)
        self.assertEqual(response.headers["Content-Type"], "application/pdf")
        self.assertIn("Ann%20Example", response.headers["Content-Disposition"])
        self.assertEqual(self._snapshot(), before)

    def _snapshot(self):
        self.env.invalidate_all()
        tables = ("account_move", "dunning_case", "ir_attachment", "mail_message")
        snapshot = []
        for table in tables:
            self.env.cr.execute(
                f"SELECT md5(array_agg(t ORDER BY id)::text) FROM {table} t"
            )
            snapshot.append(self.env.cr.fetchone())
        return snapshot

    def test_missing_engine_shows_a_web_page_that_says_why(self):
        with self._print_with(LetterEngineError("No engine is installed.")):
            response = self._get(self._url())
        self.assertEqual(response.status_code, 200)
        self.assertIn("No engine is installed.", response.text)
        self.assertIn(self.invoice.name, response.text)

    def test_several_customers_come_in_one_file(self):
        other = self._create_customer("Bob Second")
        with self._print_pages():
            response = self._get(self._url(self.customer + other))
        self.assertEqual(response.content, b"%PDF%PDF")

    @mute_logger("odoo.addons.base.models.ir_rule", "odoo.http")
    def test_another_company_and_other_users_find_nothing(self):
        other = self.setup_other_company()["company"]
        self._create_user("st_stranger", "account.group_account_manager", other)
        self._create_user("st_employee", "base.group_user", self.company)
        foreign = self._create_customer("Foreign", company_id=other.id)
        for login, url in (
            ("st_stranger", self._url()),
            ("st_employee", self._url()),
            ("st_reader", self._url(company=other)),
            ("st_reader", self._url(foreign)),
            ("st_reader", self._url().split("?")[0]),
            ("st_reader", self._url() + ",0"),
            ("st_reader", self._url() + ",x"),
            ("st_reader", self._url() + "&currency=x"),
        ):
            with self.subTest(f"{login} {url}"):
                self.assertEqual(self._get(url, login).status_code, 404)

    def test_stranger_gets_the_login_page(self):
        response = self.url_open(self._url(), allow_redirects=False)
        self.assertIn(response.status_code, (302, 303))

    @mute_logger("odoo.addons.base.models.ir_model", "odoo.addons.base.models.ir_rule")
    def test_invoices_that_the_user_may_not_see_are_refused(self):
        employee = self._create_user("st_nobody", "base.group_user", self.company)
        with self.assertRaises(AccessError):
            self.invoice.with_user(employee).action_print_statement()

    def test_wrong_choices_are_told_in_words(self):
        other = self.setup_other_company()["company"]
        moves = (self.invoice + self._overdue(5, company=other)).sudo()
        for records, text in (
            (moves, "one company"),
            (self.env["res.partner"], "Choose a customer"),
        ):
            with self.subTest(text), self.assertRaisesRegex(UserError, text):
                records.action_print_statement()
