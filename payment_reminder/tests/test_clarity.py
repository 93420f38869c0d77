from odoo.exceptions import AccessError
from odoo.fields import Command
from odoo.tests import Form, new_test_user, tagged
from odoo.tools import mute_logger

from .common import DunningCommon


class ClarityCommon(DunningCommon):
    """A customer and an invoice in which nothing is unclear."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company.vat = "BE0477472701"
        cls.customer.write({"phone": "+32 2 290 34 90", "lang": "en_US"})
        cls.bank = cls.company.partner_id.bank_ids
        cls.tax = cls.company_data["default_tax_sale"]
        cls.clear = cls._clear_invoice()

    @classmethod
    def _clear_invoice(cls, lines=(), post=True, **values):
        """Return an overdue invoice; ``lines`` are values that make it unclear."""
        return cls._invoice(
            post=post,
            invoice_line_ids=[
                Command.create(
                    {
                        "name": "Consulting",
                        "price_unit": 100.0,
                        "tax_ids": [Command.set(cls.tax.ids)],
                        **line,
                    }
                )
                for line in lines or [{}]
            ],
            **values,
        )

    @classmethod
    def _check(cls, code):
        return cls.env["dunning.clarity.check"].search([("code", "=", code)])

    @classmethod
    def _set_stop(cls, code):
        cls._check(code).severity = "stop"

    def assertFindings(self, move, *codes):
        findings = move._get_clarity_findings()[move]
        self.assertEqual({finding["code"] for finding in findings}, set(codes))

    def _get_text(self, move):
        return move._get_clarity_findings()[move][0]["text"]


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


@tagged("post_install", "-at_install")
class TestClarityPlanning(ClarityCommon):
    """An invoice that is not clear enough is not demanded."""

    def test_invoice_that_cannot_be_paid_is_left_out(self):
        self.bank.active = False
        run = self._plan()
        self.assertLeftOut(run, self.clear, "unclear")
        self.assertIn("No bank account", run.exclusion_ids.clarity_text)

    def test_remark_does_not_stop_a_notice(self):
        self.company.vat = False
        self.assertReminded(self._plan(), self.clear, self.friendly)

    def test_configured_stop_holds_for_the_unclear_invoice_only(self):
        self._set_stop("line_price")
        unclear = self._clear_invoice([{}, {"price_unit": 0.0}])
        run = self._plan()
        self.assertLeftOut(run, unclear, "unclear")
        self.assertReminded(run, self.clear, self.friendly)

    def test_every_check_can_stop(self):
        self.env["dunning.clarity.check"].search([]).severity = "stop"
        self.assertReminded(self._plan(), self.clear, self.friendly)

    def test_panel_and_planner_agree_on_every_check(self):
        self.customer.write({"city": False, "phone": False, "lang": False})
        self.env["dunning.clarity.check"].search([]).severity = "off"
        for code in ("address", "phone", "language"):
            check = self._check(code)
            check.severity = "stop"
            with self.subTest(code):
                self.assertFindings(self.clear, code)
                run = self._plan()
                self.assertLeftOut(run, self.clear, "unclear")
                run.action_cancel()
            check.severity = "off"

    def test_notice_is_checked_again_when_it_is_claimed(self):
        run = self._plan()
        self.assertReminded(run, self.clear, self.friendly)
        self.bank.active = False
        sent = self._send(run)
        self.assertFalse(sent)
        self.assertEqual(run.notice_ids.line_ids.left_out_reason, "unclear")

    def test_severity_of_another_company_does_not_matter(self):
        other = self.setup_other_company()["company"]
        self._check("company_vat").with_company(other).severity = "stop"
        self.company.vat = False
        self.assertReminded(self._plan(), self.clear, self.friendly)

    def test_opening_balance_needs_no_description(self):
        for code in ("line_text", "line_price", "line_tax", "payment_reference"):
            self._set_stop(code)
        receivable = self.company_data["default_account_receivable"]
        entry = self.env["account.move"].create(
            {
                "move_type": "entry",
                "date": self._days_ago(20),
                "line_ids": [
                    Command.create(
                        {
                            "account_id": account.id,
                            "partner_id": self.customer.id,
                            "date_maturity": self._days_ago(5),
                            "balance": balance,
                        }
                    )
                    for account, balance in (
                        (receivable, 50.0),
                        (self.company_data["default_account_revenue"], -50.0),
                    )
                ],
            }
        )
        entry.action_post()
        entry.line_ids.no_followup = False
        self.assertReminded(self._plan(), entry, self.friendly)

    def test_explanation_says_what_is_unclear(self):
        self.bank.active = False
        [text] = self.env["dunning.explainer"]._explain_move(self.clear, self.today)
        self.assertIn("not clear enough to be demanded: No bank account", text)

    def test_chosen_contact_for_reminders_is_looked_at(self):
        chosen = self._create_customer("Chosen", email=False, lang="en_US")
        self.assertFindings(self.clear)
        self.customer.dunning_contact_id = chosen
        self.assertFindings(self.clear, "email")

    def test_exclusion_leads_to_the_findings(self):
        self.bank.active = False
        exclusion = self._plan().exclusion_ids
        action = exclusion.action_check_clarity()
        self.assertEqual(action["domain"], [("move_id", "in", self.clear.ids)])


@tagged("post_install", "-at_install")
class TestClarityActions(ClarityCommon):
    """Where the buttons lead, and who may press them."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.customer.write({"email": False, "is_company": True})
        cls.customer.country_id = cls.env.ref("base.fr")
        cls.company.write({"vat": False, "country_id": cls.env.ref("base.be").id})
        cls.clear.payment_reference = False
        cls.billing = new_test_user(
            cls.env,
            login="clarity_billing",
            groups="account.group_account_invoice",
            company_id=cls.company.id,
            company_ids=cls.company.ids,
        )

    def _open(self, code):
        findings = self.env["dunning.clarity.finding"].with_user(self.billing)
        return findings.search(
            [("move_id", "=", self.clear.id), ("check_id.code", "=", code)]
        ).action_open()

    def test_each_button_opens_what_has_to_be_mended(self):
        for code, record in (
            ("payment_reference", self.clear),
            ("email", self.customer),
            ("customer_vat", self.customer),
            ("company_vat", self.company.partner_id),
        ):
            with self.subTest(code):
                action = self._open(code)
                self.assertEqual(action["res_model"], record._name)
                self.assertEqual(action["res_id"], record.id)

    def test_missing_account_opens_the_accounts_of_the_company(self):
        self.bank.active = False
        action = self._open("bank_account")
        self.assertEqual(action["res_model"], "res.partner.bank")
        partner = self.company.partner_id
        self.assertEqual(action["context"]["default_partner_id"], partner.id)

    def test_finding_that_is_mended_reloads_the_screen(self):
        finding = self.env["dunning.clarity.finding"].search(
            [("move_id", "=", self.clear.id), ("check_id.code", "=", "email")]
        )
        self.customer.email = "ann@customer.example.com"
        self.env.flush_all()
        self.env.invalidate_all()
        self.assertEqual(finding.action_open()["tag"], "soft_reload")

    def test_list_shows_the_findings_of_the_chosen_invoices(self):
        other = self._clear_invoice()
        action = (self.clear + other).action_dunning_check_clarity()
        rows = self.env[action["res_model"]].search(action["domain"])
        self.assertEqual(rows.move_id, self.clear + other)
        self.assertIn("All clear", action["help"])

    def test_customer_shows_the_findings_of_all_open_invoices(self):
        paid = self._clear_invoice()
        self._pay(paid)
        action = self.customer.action_dunning_check_clarity()
        self.assertEqual(action["domain"], [("move_id", "in", self.clear.ids)])

    def test_list_can_be_grouped_by_kind(self):
        rows = self.env["dunning.clarity.finding"]._read_group(
            [("move_id", "=", self.clear.id)], ["check_id"], ["__count"]
        )
        codes = {check.code for check, _count in rows}
        self.assertEqual(
            codes, {"email", "customer_vat", "company_vat", "payment_reference"}
        )

    def test_billing_user_sees_the_panel(self):
        move = self.clear.with_user(self.billing)
        self.assertEqual(len(move.dunning_clarity["findings"]), 4)
        self.assertFalse(move.dunning_clarity["is_stopped"])

    def test_panel_says_that_no_notice_can_be_sent(self):
        self.bank.active = False
        panel = self.clear.with_user(self.billing).dunning_clarity
        self.assertTrue(panel["is_stopped"])
        self.assertEqual(panel["findings"][0]["code"], "bank_account")

    @mute_logger("odoo.addons.base.models.ir_model", "odoo.addons.base.models.ir_rule")
    def test_another_company_sees_no_findings(self):
        other = self.setup_other_company()["company"]
        stranger = new_test_user(
            self.env,
            login="clarity_stranger",
            groups="account.group_account_manager",
            company_id=other.id,
            company_ids=other.ids,
        )
        findings = self.env["dunning.clarity.finding"].with_user(stranger)
        self.assertFalse(findings.search([("move_id", "=", self.clear.id)]))
        with self.assertRaises(AccessError):
            self.clear.with_user(stranger).action_dunning_check_clarity()

    @mute_logger("odoo.addons.base.models.ir_model")
    def test_only_the_manager_sets_the_severity(self):
        check = self._check("email")
        with self.assertRaises(AccessError):
            check.with_user(self.billing).severity = "off"
        manager = new_test_user(
            self.env,
            login="clarity_manager",
            groups="payment_reminder.group_dunning_manager",
            company_id=self.company.id,
            company_ids=self.company.ids,
        )
        check.with_user(manager).severity = "off"
        self.assertEqual(check.severity, "off")
        with self.assertRaises(AccessError):
            check.with_user(manager).code = "x"
