from odoo.fields import Command
from odoo.tests import Form, tagged

from .clarity_common import ClarityCommon


@tagged("post_install", "-at_install")
class TestClarityFindings(ClarityCommon):
    """What is found in an invoice, and what is not."""

    def test_nothing_is_found_when_all_is_well(self):
        self.assertFindings(self.clear)
        self.assertFalse(self.clear.dunning_clarity)

    def test_missing_due_date_is_found(self):
        terms = self._receivables(self.clear)
        self.env.flush_all()
        for table, column, ids in (
            ("account_move", "invoice_date_due", self.clear.ids),
            ("account_move_line", "date_maturity", terms.ids),
        ):
            self.env.cr.execute(
                f"UPDATE {table} SET {column} = NULL WHERE id = ANY(%s)", [ids]
            )
        self.env.invalidate_all()
        self.assertFindings(self.clear, "due_date")

    def test_missing_bank_account_is_found(self):
        self.bank.active = False
        self.assertFindings(self.clear, "bank_account")
        self.assertIn(self.clear.currency_id.name, self._get_text(self.clear))

    def test_account_in_another_currency_is_not_enough(self):
        self.clear.partner_bank_id = False
        self.bank.currency_id = self.setup_other_currency("CHF")
        self.assertFindings(self.clear, "bank_account")
        self.bank.currency_id = self.clear.currency_id
        self.assertFindings(self.clear)

    def test_account_of_the_invoice_is_enough_in_any_currency(self):
        self.bank.currency_id = self.setup_other_currency("CHF")
        self.assertEqual(self.clear.partner_bank_id, self.bank)
        self.assertFindings(self.clear)

    def test_account_of_another_company_is_not_enough(self):
        self.clear.partner_bank_id = False
        self.bank.company_id = self.setup_other_company()["company"]
        self.assertFindings(self.clear, "bank_account")

    def test_online_payment_makes_up_for_a_missing_account(self):
        self.bank.active = False
        parameters = self.env["ir.config_parameter"]
        parameters.set_param("account_payment.enable_portal_payment", "True")
        provider = self.env["payment.provider"].search([], limit=1)
        provider = provider.copy({"company_id": self.company.id, "name": "Test pay"})
        self.assertFindings(self.clear, "bank_account")
        self._enable(provider)
        self.assertFindings(self.clear)
        provider.available_currency_ids = self.setup_other_currency("CHF")
        self.assertFindings(self.clear, "bank_account")
        provider.available_currency_ids += self.clear.currency_id
        self.assertFindings(self.clear)
        parameters.set_param("account_payment.enable_portal_payment", "False")
        self.assertFindings(self.clear, "bank_account")

    def _enable(self, provider):
        """Switch a provider on without an account at the provider."""
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE payment_provider SET state = 'enabled', is_published = TRUE"
            " WHERE id = %s",
            [provider.id],
        )
        self.env.cr.execute(
            "DELETE FROM payment_currency_rel WHERE payment_provider_id = %s",
            [provider.id],
        )
        provider.invalidate_recordset()

    def test_missing_reference_is_found_after_posting_only(self):
        draft = self._clear_invoice(post=False)
        self.assertFindings(draft)
        self.clear.payment_reference = " "
        self.assertFindings(self.clear, "payment_reference")

    def test_incomplete_address_is_found_with_what_is_missing(self):
        self.customer.write({"city": " ", "country_id": False})
        self.assertFindings(self.clear, "address")
        self.assertIn(": no city, country", self._get_text(self.clear))

    def test_address_and_mail_are_those_of_the_invoice_contact(self):
        contact = self._create_customer(
            "Billing Desk", parent_id=self.customer.id, type="invoice", lang="en_US"
        )
        self.customer.write({"email": False, "city": False})
        self.assertFindings(self.clear)
        contact.write({"email": "nobody", "street": False})
        self.assertFindings(self.clear, "email", "address")
        self.assertIn("Billing Desk: no street", self._get_text(self.clear))

    def test_blacklisted_address_is_no_valid_one(self):
        self.env["mail.blacklist"]._add(self.customer.email)
        self.assertFindings(self.clear, "email")

    def test_phone_of_the_customer_is_enough(self):
        self._create_customer(
            "Desk", parent_id=self.customer.id, type="invoice", lang="en_US"
        )
        self.assertFindings(self.clear)
        self.customer.phone = False
        self.assertFindings(self.clear, "phone")

    def test_unclear_lines_are_found(self):
        for line, code in (
            ({"name": " "}, "line_text"),
            ({"price_unit": 0.0}, "line_price"),
            ({"tax_ids": [Command.clear()]}, "line_tax"),
        ):
            with self.subTest(code):
                move = self._clear_invoice([{}, line])
                self.assertFindings(move, code)

    def test_lines_without_tax_are_fine_for_a_company_that_does_not_tax(self):
        move = self._clear_invoice([{"tax_ids": [Command.clear()]}])
        self.company.account_sale_tax_id = False
        self.company.vat = False
        self.assertFindings(move)

    def test_missing_tax_number_of_the_company_is_found(self):
        self.company.vat = False
        self.assertFindings(self.clear, "company_vat")

    def test_missing_number_of_a_company_in_another_eu_country_is_found(self):
        self.company.country_id = self.env.ref("base.be")
        self.customer.write({"is_company": True, "country_id": self.env.ref("base.be")})
        self.assertFindings(self.clear)
        self.customer.country_id = self.env.ref("base.fr")
        self.assertFindings(self.clear, "customer_vat")
        self.customer.country_id = self.env.ref("base.us")
        self.assertFindings(self.clear)

    def test_language_that_is_not_installed_is_found(self):
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE res_partner SET lang = 'nl_BE' WHERE id = %s", [self.customer.id]
        )
        self.assertFindings(self.clear, "language")
        self.env["res.lang"]._activate_lang("nl_BE")
        self.assertFindings(self.clear)

    # === WHEN === #

    def test_draft_is_checked_too(self):
        draft = self._clear_invoice([{"price_unit": 0.0}], post=False)
        self.assertFindings(draft, "line_price")

    def test_paid_cancelled_and_other_moves_have_no_findings(self):
        self.company.vat = False
        bill = self._create_move("in_invoice", None, 10.0, None, False)
        refund = self._credit_note()
        cancelled = self._clear_invoice(post=False)
        cancelled.button_cancel()
        self._pay(self.clear)
        for move in (bill, refund, cancelled, self.clear):
            self.assertFindings(move)

    def test_partly_paid_invoice_is_still_checked(self):
        self.company.vat = False
        self._pay(self.clear, 10.0)
        self.assertFindings(self.clear, "company_vat")

    def test_unsaved_draft_has_no_findings_and_does_not_crash(self):
        unsaved = self.env["account.move"].new({"move_type": "out_invoice"})
        self.assertFalse(unsaved.dunning_clarity)
        with Form(
            self.env["account.move"].with_context(default_move_type="out_invoice")
        ) as form:
            form.partner_id = self.customer
        self.assertTrue(form.record)

    def test_draft_being_edited_shows_what_is_saved(self):
        self.company.vat = False
        draft = self._clear_invoice(post=False)
        edited = draft.new(origin=draft)
        self.assertFindings(edited, "company_vat")

    def test_looking_changes_nothing(self):
        self.company.vat = False
        self.env.flush_all()
        before = (self.clear.write_date, self.clear.message_ids)
        self.clear.action_dunning_check_clarity()
        self._finding("company_vat").action_open()
        self.env.flush_all()
        self.env.invalidate_all()
        self.assertEqual((self.clear.write_date, self.clear.message_ids), before)

    # === SEVERITY === #

    def test_check_that_is_off_finds_nothing(self):
        self.company.vat = False
        self._check("company_vat").severity = "off"
        self.assertFindings(self.clear)
        self.env["dunning.clarity.check"].search([]).severity = "off"
        self.assertFindings(self.clear)

    def test_severity_is_set_per_company(self):
        other = self.setup_other_company()["company"]
        check = self._check("email")
        check.severity = "off"
        self.assertEqual(check.with_company(other).severity, "warn")

    def test_shipped_checks_stop_only_what_cannot_be_paid(self):
        stops = (
            self.env["dunning.clarity.check"]
            .search([])
            ._get_checks(self.company, ("stop",))
        )
        self.assertEqual(set(stops.mapped("code")), {"due_date", "bank_account"})

    def test_check_of_an_addon_that_is_gone_finds_nothing(self):
        self.env["dunning.clarity.check"].sudo().create(
            {
                "name": "Gone",
                "code": "gone",
                "why": "It was",
                "target": "move",
                "default_severity": "stop",
            }
        )
        self.assertFindings(self.clear)
        self.assertReminded(self._plan(), self.clear, self.friendly)

    # === QUERIES === #

    def test_number_of_queries_does_not_depend_on_the_number_of_invoices(self):
        self.company.vat = False
        self.customer.city = False
        moves = self.clear.union(*(self._clear_invoice() for _i in range(49)))
        counts = []
        for part in (moves[:5], moves):
            self._count_queries(part)  # fills the caches of the registry
            counts.append(self._count_queries(part))
        self.assertEqual(*counts)
        self.assertLess(counts[0], 30)

    def _count_queries(self, moves):
        self.env.flush_all()
        self.env.invalidate_all()
        start = self.env.cr.sql_log_count
        self.assertTrue(all(moves.mapped("dunning_clarity")))
        return self.env.cr.sql_log_count - start

    def _finding(self, code, move=None):
        return self.env["dunning.clarity.finding"].search(
            [
                ("move_id", "=", (move or self.clear).id),
                ("check_id.code", "=", code),
            ]
        )
