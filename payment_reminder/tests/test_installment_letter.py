from decimal import Decimal

from odoo.exceptions import AccessError, UserError
from odoo.tests import HttpCase, new_test_user, tagged

from ..tools.installments import Interest
from .installment_common import InstallmentCommon
from .installment_portal_common import InstallmentPortalCommon
from .test_estimate_letter import read_pages


@tagged("post_install", "-at_install")
class TestInstallmentLetter(InstallmentCommon):
    """The agreement on paper."""

    def _text(self, plan):
        return " ".join(read_pages(plan._render_pdf()))

    def test_agreement_shows_invoices_instalments_and_what_ends_it(self):
        moves = self._overdue(20, 100.0) | self._overdue(10, 200.5)
        plan = self._plan(moves, grace_days=9)
        text = self._text(plan)
        for words in (
            moves[0].name,
            moves[1].name,
            "$ 300.50",
            "Three hundred",
            "more than 9 days",
            "Draft: payment by instalments",
        ):
            self.assertIn(words, text)
        for line in plan.line_ids:
            self.assertIn(" ".join(plan._format_amount(line.amount).split()), text)

    def test_amounts_and_balance_agree_with_the_plan(self):
        plan = self._plan(self._overdue(20, 100.0))
        rows = plan._prepare_letter_rows()
        total = sum(row["amount"] for row in rows)
        self.assertEqual(total, Decimal("100.00"))
        self.assertEqual(rows[-1]["balance"], 0)
        self.assertEqual(rows[0]["balance"], total - rows[0]["amount"])

    def test_cost_stands_apart_and_is_never_in_the_amounts(self):
        interest = Interest(Decimal(12), "declining", self.today)
        plan = self._plan(interest=interest, fee=Decimal(15))
        self.assertIn("Interest and fee come to", self._text(plan))
        self.assertIn("cost", self._columns(plan))
        self.assertNotIn("cost", self._columns(self._plan()))

    def _columns(self, plan):
        printer = self.env["installment.plan.printer"]
        return printer._get_columns(plan._prepare_letter_values())

    def test_long_plans_fill_pages(self):
        plan = self._plan(self._overdue(20, 10000.0), count=100)
        pages = read_pages(plan._render_pdf())
        self.assertGreater(len(pages), 2)
        self.assertIn("Brought forward", pages[1])

    def test_agreement_speaks_the_language_of_the_customer(self):
        self.env["res.lang"]._activate_lang("ru_RU")
        self.customer.lang = "ru_RU"
        text = self._text(self._active_plan())
        self.assertIn("рассрочк", text)
        for words in ("Instalment", "Left to pay", "Accepted for", "As long as"):
            self.assertNotIn(words, text)

    def test_ended_plan_says_so_on_paper(self):
        plan = self._active_plan()
        plan.action_cancel()
        self.assertIn("This plan has ended: Cancelled by", self._text(plan))

    def test_only_readers_print(self):
        plan = self._plan()
        stranger = new_test_user(self.env, "plan_print", groups="base.group_portal")
        reports = self.env["ir.actions.report"].with_user(stranger)
        with self.assertRaises(AccessError):
            reports._render_qweb_pdf(
                "payment_reminder.action_report_installment_plan", plan.ids
            )
        with self.assertRaisesRegex(UserError, "Choose what to print"):
            plan.browse()._render_pdf()


@tagged("post_install", "-at_install")
class TestInstallmentPdfPage(InstallmentPortalCommon, HttpCase):
    """The agreement on the customer's page."""

    def _open(self, plan=None, **options):
        url = self._url(plan or self.plan, "/pdf", **options)
        return self.url_open(url, allow_redirects=False)

    def test_customer_opens_the_agreement_by_the_link(self):
        response = self._open()
        self.assertEqual(response.status_code, 200)
        self.assertEqual(response.headers["Content-Type"], "application/pdf")
        self.assertEqual(response.headers["Cache-Control"], "no-store")
        self.assertIn(self.invoice.name, " ".join(read_pages(response.content)))
        self.assertEqual(self.plan.state, "proposed")

    def test_drafts_and_forged_keys_get_no_agreement(self):
        draft = self._plan()
        draft.sudo()._portal_ensure_token()
        for plan, token in (
            (self.plan, "x"),
            (self.plan, ""),
            (draft, draft.access_token),
        ):
            with self.subTest(token):
                self.assertEqual(self._open(plan, token=token).status_code, 404)
