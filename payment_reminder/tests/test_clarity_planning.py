from odoo.exceptions import AccessError
from odoo.fields import Command
from odoo.tests import new_test_user, tagged
from odoo.tools import mute_logger

from .clarity_common import ClarityCommon


@tagged("post_install", "-at_install")
class TestClarityPlanning(ClarityCommon):
    """An invoice that is not clear enough is not demanded."""

    def test_invoice_that_cannot_be_paid_is_left_out(self):
        self.bank.active = False
        run = self._plan()
        self.assertLeftOut(run, self.clear, "unclear")
        self.assertIn("No bank account", run.exclusion_ids.clarity_text)

    def test_desk_asks_to_make_it_clear(self):
        self.bank.active = False
        self._plan()
        case = self._case(self.clear.commercial_partner_id)
        self.env["dunning.desk"].sudo()._refresh(self.company, date=self.today)
        self.assertEqual(case.next_step, "clarify")
        self.assertTrue(case.is_todo)

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
        self.assertFindings(self.clear)  # the customer's own address serves
        self.customer.email = False
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
