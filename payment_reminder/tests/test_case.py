from psycopg2.errors import UniqueViolation

from odoo.exceptions import UserError, ValidationError
from odoo.tests import tagged
from odoo.tools import mute_logger

from .common import DunningCommon


@tagged("post_install", "-at_install")
class TestCase(DunningCommon):
    """The customer's file: what is open in it, and how it rests."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.clock = cls.company._get_dunning_today()

    # === ONE PER CUSTOMER === #

    def test_customer_has_one_case_for_all_runs(self):
        self._overdue(5)
        self._run_and_send(self._days_ago(1))
        self._overdue(4)
        self._plan()
        self.assertEqual(len(self._case()), 1)
        self.assertEqual(len(self._case().line_ids), 2)

    @mute_logger("odoo.sql_db")
    def test_second_case_of_a_customer_is_refused_by_the_database(self):
        self._overdue(5)
        self._plan()
        case = self._case()
        with self.assertRaises(UniqueViolation), self.cr.savepoint():
            case.sudo().create(
                {
                    "company_id": case.company_id.id,
                    "partner_id": case.partner_id.id,
                    "currency_id": case.currency_id.id,
                }
            )

    def test_item_follows_a_customer_who_joins_a_company(self):
        invoice = self._overdue(20)
        self._run_and_send(self._days_ago(10))
        company = self._create_customer("Parent", is_company=True)
        self.customer.parent_id = company
        self.env.flush_all()
        run = self._plan()
        self.assertEqual(run.notice_ids.partner_id, company)
        self.assertReminded(run, invoice, self.second)
        self.assertEqual(self._items(invoice).case_id, self._case(company))
        self.assertFalse(self._case().is_open)

    # === OPEN === #

    def test_case_shows_what_is_open_and_overdue(self):
        self.heads_up.active = True
        old = self._invoice(due=self._clock_ago(9), amount=100.0)
        self._invoice(due=self._clock_ago(4), amount=40.0)
        self._invoice(due=self._clock_ago(-2), amount=60.0)
        self._pay(old, 30.0)
        self._plan(self.clock)
        self.assertRecordValues(
            self._case(),
            [
                {
                    "is_open": True,
                    "amount_open": 170.0,
                    "amount_overdue": 110.0,
                    "oldest_due_date": self._clock_ago(9),
                    "days_late": 9,
                    "open_line_count": 3,
                }
            ],
        )

    def test_case_closes_when_everything_is_paid(self):
        first, second = self._overdue(5), self._overdue(9)
        self._run_and_send()
        self._pay(first)
        self.assertTrue(self._case().is_open)
        self._pay(second)
        case = self._case()
        self.assertFalse(case.is_open)
        self.assertEqual((case.amount_open, case.days_late), (0.0, 0))

    def test_case_opens_again_when_a_payment_is_undone(self):
        invoice = self._overdue(5)
        self._run_and_send()
        self._pay(invoice)
        self.assertFalse(self._case().is_open)
        self._receivables(invoice).remove_move_reconcile()
        self.assertTrue(self._case().is_open)
        self.assertEqual(self._items(invoice).level_id, self.friendly)

    def test_open_cases_can_be_searched(self):
        Case = self.env["dunning.case"]
        paid = self._overdue(5, partner=self._create_customer("Bob"))
        self._overdue(5)
        self._plan()
        self._pay(paid)
        self.env.flush_all()
        domain = [("company_id", "=", self.company.id)]
        is_open = Case.search([*domain, ("is_open", "=", True)])
        is_closed = Case.search([*domain, ("is_open", "=", False)])
        self.assertEqual(is_open, self._case())
        self.assertEqual(is_closed, self._case(paid.partner_id))
        items = self.env["dunning.case.line"].search([*domain, ("is_open", "=", False)])
        self.assertEqual(items.move_id, paid)

    def test_level_of_the_case_is_the_highest_of_its_open_items(self):
        old = self._overdue(20)
        self._run_and_send(self._days_ago(10))
        self._overdue(4)
        self._run_and_send()
        self.assertEqual(self._case().level_id, self.second)
        self._pay(old)
        self.assertEqual(self._case().level_id, self.friendly)

    def test_status_says_amount_level_and_hold(self):
        self._overdue(5, 1234.5)
        self._run_and_send()
        case = self._case()
        amount = self.company.currency_id.format(1234.5)
        self.assertEqual(case.status_text, f"{amount} overdue · Friendly reminder")
        self._pause(case)
        self.env.invalidate_all()
        self.assertIn("on hold", case.status_text)

    # === HOLD === #

    def test_hold_needs_a_reason(self):
        self._overdue(5)
        self._plan()
        for reason in ("", "   "):
            with self.subTest(reason), self.assertRaises(ValidationError):
                self._case()._pause(self._clock_ago(-5), reason)

    def test_hold_ends_the_day_after(self):
        self._overdue(5)
        self._plan()
        case = self._case()
        pause = self._pause(case, self.clock)
        self.assertTrue(case.is_on_hold)
        pause.action_resume()
        self._pause(case, self._clock_ago(1))
        self.env.invalidate_all()
        self.assertFalse(case.is_on_hold)

    def test_cases_on_hold_can_be_searched(self):
        Case = self.env["dunning.case"]
        self._overdue(5)
        self._overdue(5, partner=self._create_customer("Bob"))
        self._plan()
        case = self._case()
        self._pause(case, self.clock)
        domain = [("company_id", "=", self.company.id)]
        self.assertEqual(Case.search([*domain, ("is_on_hold", "=", True)]), case)
        others = Case.search([*domain, ("is_on_hold", "=", False)])
        self.assertEqual(others.partner_id.name, "Bob")

    def test_hold_in_one_company_is_none_in_another(self):
        other = self.setup_other_company(name="Other Lender")["company"]
        companies = self.company | other
        for company in companies:
            self._invoice(company=company)
            self.env["dunning.planner"]._open_cases(company, self.customer)
        self.env["dunning.pause"].create(
            {
                "partner_id": self.customer.id,
                "company_id": self.company.id,
                "date_until": self._clock_ago(-5),
                "reason": "Asked for",
            }
        )
        Case = self.env["dunning.case"].with_context(allowed_company_ids=companies.ids)
        domain = [("partner_id", "=", self.customer.id)]
        for is_on_hold, company in ((True, self.company), (False, other)):
            found = Case.search([*domain, ("is_on_hold", "=", is_on_hold)])
            self.assertEqual(found.company_id, company)
            self.assertEqual(found.is_on_hold, is_on_hold)

    def test_resuming_forgets_the_hold(self):
        self._overdue(5)
        self._plan()
        case = self._case()
        pause = self._pause(case)
        case.action_resume()
        self.env.invalidate_all()
        self.assertFalse(case.hold_until or case.hold_reason)
        self.assertEqual(pause.state, "ended")

    # === EVIDENCE === #

    def test_case_with_notices_is_kept(self):
        self._overdue(5)
        self._run_and_send()
        with self.assertRaises(ValidationError):
            self._case().unlink()

    def test_case_without_notices_may_be_deleted_and_comes_back(self):
        invoice = self._overdue(1)
        self._plan()
        self._case().unlink()
        self.assertFalse(self._items(invoice))
        self._plan()
        self.assertTrue(self._items(invoice))

    def test_sent_notice_cannot_be_changed_or_deleted(self):
        self._overdue(5)
        notice = self._run_and_send().notice_ids.sudo()
        for change in (
            lambda: notice.write({"amount_total": 1.0}),
            lambda: notice.write({"state": "proposed"}),
            lambda: notice.unlink(),
            lambda: notice.line_ids.write({"amount_residual": 1.0}),
            lambda: notice.line_ids.unlink(),
        ):
            with self.assertRaises(UserError):
                change()

    def test_notice_outlives_an_invoice_that_is_reset_and_deleted(self):
        invoice = self._overdue(5)
        number = invoice.name
        notice = self._run_and_send().notice_ids
        invoice.button_draft()
        invoice.with_context(force_delete=True).unlink()
        self.assertEqual(notice.line_ids.invoice_name, number)
        self.assertEqual(notice.line_ids.amount_residual, 100.0)

    # === ON THE INVOICE AND THE CUSTOMER === #

    def test_invoice_tells_how_far_its_reminders_are(self):
        invoice = self._overdue(5)
        self.assertFalse(invoice.dunning_status)
        self._run_and_send()
        self.assertEqual(
            invoice.dunning_status,
            "Friendly reminder on Jun 16, 2025 · to pay by Jun 23, 2025",
        )
        self.assertEqual(invoice.dunning_notice_count, 1)
        self.assertEqual(invoice.dunning_line_ids, self._items(invoice))

    def test_invoice_tells_what_keeps_reminders_back(self):
        invoice = self._overdue(5)
        self._plan()
        self._object(invoice)
        self.assertIn("disputed", invoice.dunning_status)
        invoice.no_followup = True
        self.assertIn("no reminders wanted", invoice.dunning_status)

    def test_customer_shows_the_status_of_its_cases(self):
        self._overdue(5)
        self._run_and_send()
        self.assertEqual(self.customer.dunning_case_count, 1)
        self.assertEqual(self.customer.dunning_status, self._case().status_text)
        other = self._create_customer("Bob")
        self.assertFalse(other.dunning_status)

    def test_buttons_open_the_right_records(self):
        invoice = self._overdue(5)
        notice = self._run_and_send().notice_ids
        case = self._case()
        for action, expected in (
            (case.action_view_notices(), notice),
            (invoice.action_view_dunning_notices(), notice),
        ):
            found = self.env[action["res_model"]].search(action["domain"])
            self.assertEqual(found, expected)
        self.assertEqual(case.action_view_invoices()["res_id"], invoice.id)
        self.assertEqual(self.customer.action_view_dunning_cases()["res_id"], case.id)

    def _clock_ago(self, days):
        """Return the date ``days`` before the company's real today."""
        return self.clock - (self.today - self._days_ago(days))
