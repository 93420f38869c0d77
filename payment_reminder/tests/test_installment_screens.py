import json
from datetime import timedelta

from lxml import etree

from odoo.tests import Form, new_test_user, tagged
from odoo.tools.safe_eval import safe_eval

from ..tools.installments import Terms, schedule
from .installment_common import InstallmentCommon


@tagged("post_install", "-at_install")
class TestInstallmentScreens(InstallmentCommon):
    """What people see of plans."""

    def _shift(self, plan, days):
        """Let the days of a plan have been earlier."""
        for line in plan.line_ids.sorted("date"):
            line.flush_recordset()
            self.env.cr.execute(
                "UPDATE installment_plan_line SET date = %s WHERE id = %s",
                [line.date - timedelta(days=days), line.id],
            )
        self.env.invalidate_all()

    def _search(self, name, model="installment.plan"):
        """Return what a filter of the search view finds."""
        view = self.env.ref(f"payment_reminder.{model.replace('.', '_')}_view_search")
        node = etree.fromstring(view.arch).xpath(f"//filter[@name='{name}']")[0]
        domain = safe_eval(node.get("domain"), {"uid": self.env.uid})
        found = self.env[model].search(domain)
        return found.filtered(lambda one: one.company_id == self.company)

    def test_filters_find_what_they_say(self):
        self.company.installment_approval_amount = 500.0
        large = self._plan(self._overdue(20, 600.0))
        small = self._plan()
        late = self._active_plan()
        self._shift(late, 8)
        good = self._active_plan()
        self.assertEqual(self._search("to_approve"), large)
        self.assertEqual(self._search("draft"), large | small)
        self.assertEqual(self._search("active"), late | good)
        self.assertEqual(self._search("late"), late)
        self.assertLessEqual(large | small | late | good, self._search("mine"))
        large.action_approve()
        self.assertFalse(self._search("to_approve"))
        lines = "installment.plan.line"
        self.assertEqual(self._search("late", lines), late.line_ids.sorted("date")[0])
        expected = late.line_ids | good.line_ids
        self.assertEqual(self._search("expected", lines), expected)

    def test_banner_says_what_is_late_and_since_when(self):
        plan = self._active_plan()
        self.assertFalse(plan.late_text)
        self._shift(plan, 15)
        self.assertIn("200.00", plan.late_text)
        self.assertEqual(plan.line_ids.mapped("status"), ["late", "late", "open"])

    def test_banner_says_why_a_draft_cannot_be_proposed(self):
        move = self._overdue(20, 300.0)
        plan = self._plan(move)
        self.assertFalse(plan.problem)
        self._pay(move, 50.0)
        plan.invalidate_recordset()
        self.assertIn("250.00", plan.problem)
        terms = Terms(250, "0.01", count=2, first_date=self._in_days(5))
        plan._reschedule(schedule(terms))
        self.assertFalse(plan.problem)
        self.assertEqual(plan.amount_total, 250.0)

    def test_invoice_paid_since_then_leaves_the_draft_when_it_is_rescheduled(self):
        moves = self._overdue(20, 100.0) | self._overdue(10, 200.0)
        plan = self._plan(moves)
        self._pay(moves[0], 100.0)
        terms = Terms(200, "0.01", count=2, first_date=self._in_days(5))
        plan._reschedule(schedule(terms))
        self.assertEqual(plan.item_ids.move_id, moves[1])

    def test_instalments_are_named(self):
        lines = self._receivables(self._overdue(20, 300.0))
        terms = Terms(
            300,
            "0.01",
            count=2,
            first_date=self._in_days(5),
            down_payment=(100, self.today),
        )
        plan = self.env["installment.plan"]._make(lines, schedule(terms))
        self.assertEqual(
            plan.line_ids.sorted("date").mapped("label"),
            ["Down payment", "Instalment 1", "Instalment 2"],
        )

    def test_terms_are_changed_on_the_form_of_a_draft_only(self):
        plan = self._plan()
        with Form(plan) as form:
            form.grace_days = 9
            form.terms = "<p>No further orders.</p>"
        self.assertEqual(plan.grace_days, 9)
        plan.action_activate()
        with self.assertRaisesRegex(AssertionError, "readonly"):
            Form(plan).grace_days = 3

    def test_signed_paper_is_kept_with_an_active_plan(self):
        plan = self._active_plan()
        paper = self.env["ir.attachment"].create({"name": "a.pdf", "raw": b"signed"})
        plan.agreement_ids = paper
        self.assertEqual(plan.agreement_ids, paper)

    def test_reader_opens_every_screen(self):
        plan = self._active_plan()
        reader = new_test_user(
            self.env,
            "plan_reader",
            groups="payment_reminder.group_dunning_readonly,"
            "account.group_account_readonly",
            company_id=self.company.id,
            company_ids=self.company.ids,
        )
        own = plan.with_user(reader)
        own.web_read({name: {} for name in own._fields if name != "activity_state"})
        for model, types in (
            ("installment.plan", ("list", "kanban", "form", "search", "activity")),
            (
                "installment.plan.line",
                ("list", "kanban", "form", "search", "graph", "pivot", "calendar"),
            ),
        ):
            for kind in types:
                with self.subTest(f"{model} {kind}"):
                    arch = self.env[model].with_user(reader).get_view(view_type=kind)
                    self.assertNotIn('name="action_activate"', arch["arch"])

    def test_boards_name_their_colours_as_the_client_reads_them(self):
        views = self.env["ir.ui.view"].search([("type", "=", "kanban")])
        bars = [
            bar
            for view in views
            for bar in etree.fromstring(view.arch).iter("progressbar")
        ]
        self.assertTrue(bars)
        for bar in bars:
            self.assertTrue(json.loads(bar.get("colors")))
