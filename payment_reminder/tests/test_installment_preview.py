from decimal import Decimal

from odoo.exceptions import UserError
from odoo.fields import Command
from odoo.tests import Form, tagged

from ..tools.installments import Interest
from .installment_wizard_common import WizardCommon


@tagged("post_install", "-at_install")
class TestPreview(WizardCommon):
    """Changing the preview: the rest follows, the sum stays exact."""

    def _edit(self, wizard, index, **values):
        """Change a line on the screen."""
        with Form(wizard) as form, form.line_ids.edit(index) as line:
            for name, value in values.items():
                setattr(line, name, value)
        self.assertEqual(
            wizard.currency_id.compare_amounts(wizard.amount_lines, wizard.amount_open),
            0,
        )
        return wizard

    def test_changed_amount_leaves_the_rest_to_those_after_it(self):
        wizard = self._preview(self._overdue(20, 300.01))
        self._edit(wizard, 0, amount=150.0)
        self.assertEqual(self._lines(wizard), [150.0, 75.01, 75.0])
        self._edit(wizard, 1, amount=50.0)
        self.assertEqual(self._lines(wizard), [150.0, 50.0, 100.01])
        self.assertEqual(self._lines(wizard, "balance_after"), [150.01, 100.01, 0.0])
        plan = self._made(wizard.action_activate())
        self.assertEqual(self._amounts(plan, "amount"), [150.0, 50.0, 100.01])

    def test_changed_date_moves_those_after_it(self):
        wizard = self._preview()
        self._edit(wizard, 1, date=self._in_days(20))
        days = [self._in_days(days) for days in (7, 20, 27)]
        self.assertEqual(self._lines(wizard, "date"), days)
        self._edit(wizard, 0, amount=99.0)
        self._edit(wizard, 0, amount=100.0)
        wizard.action_add()
        self.assertEqual(self._lines(wizard, "date"), [*days, self._in_days(34)])
        self.assertEqual(self._lines(wizard), [100.0, 100.0, 50.0, 50.0])

    def test_added_and_removed_instalments_share_the_debt(self):
        wizard = self._preview()
        with Form(wizard) as form, form.line_ids.new() as line:
            line.date = self._in_days(10)
            line.amount = 40.0
        self.assertEqual(self._lines(wizard), [100.0, 40.0, 80.0, 80.0])
        self.assertEqual(self._lines(wizard, "date")[1], self._in_days(10))
        with Form(wizard) as form:
            form.line_ids.remove(0)
        self.assertEqual(self._lines(wizard), [100.0, 100.0, 100.0])
        self.assertEqual(self._lines(wizard, "number"), [1, 2, 3])

    def test_free_instalment_is_added_a_period_later(self):
        lines = [Command.create({"date": self._in_days(9), "amount": 300.0})]
        wizard = self._preview(by="free", line_ids=lines)
        wizard.action_add()
        self.assertEqual(self._lines(wizard, "date")[1], self._in_days(16))
        self.assertEqual(self._lines(wizard), [150.0, 150.0])

    def test_instalment_that_leaves_nothing_is_not_added(self):
        wizard = self._preview(self._overdue(20, 0.02), count=2)
        with self.assertRaisesRegex(UserError, "too little"):
            wizard.action_add()

    def test_removed_down_payment_is_none_any_more(self):
        wizard = self._preview(
            has_down_payment=True, down_amount=30.0, down_date=self.today
        )
        self.assertEqual(self._lines(wizard, "number"), [0, 1, 2, 3])
        with Form(wizard) as form:
            form.line_ids.remove(0)
        self.assertFalse(wizard.has_down_payment)
        self.assertEqual(self._lines(wizard), [100.0, 100.0, 100.0])

    def test_impossible_change_is_taken_back_and_said(self):
        wizard = self._preview()
        for index, values, words in (
            (0, {"amount": 300.0}, "leaves nothing"),
            (0, {"amount": 299.99}, "too little"),
            (0, {"amount": -1.0}, "above zero"),
            (2, {"amount": 50.0}, "takes what is left"),
            (1, {"date": self._in_days(7)}, "later than"),
        ):
            with (
                self.subTest(words),
                self.assertLogs("odoo.tests.form.onchange", "WARNING") as log,
            ):
                self._edit(wizard, index, **values)
            self.assertIn(words, log.output[0])
            self.assertEqual(self._lines(wizard), [100.0, 100.0, 100.0])
            self.assertEqual(self._lines(wizard, "date")[1], self._in_days(14))

    def test_sum_that_is_not_the_debt_is_never_saved(self):
        wizard = self._preview()
        wizard.line_ids[0].amount = 99.0
        with self.assertRaisesRegex(UserError, "exactly what is open"):
            wizard.action_save_draft()

    def test_payment_in_the_meantime_is_noticed(self):
        move = self._overdue(20, 300.0)
        wizard = self._preview(move)
        self._pay(move, 50.0)
        wizard.invalidate_recordset()
        with self.assertRaisesRegex(UserError, "exactly what is open"):
            wizard.action_activate()

    def test_equal_payments_stay_possible_after_an_edit(self):
        wizard = self._preview(percent=12.0, method="annuity")
        self._edit(wizard, 0, amount=50.0)
        plan = self._made(wizard.action_save_draft())
        self.assertEqual(plan.method, "annuity")
        self.assertEqual(plan.amount_total, 300.0)


@tagged("post_install", "-at_install")
class TestApproval(WizardCommon):
    """Large and long plans."""

    def test_user_saves_a_large_plan_and_a_manager_agrees(self):
        self.company.installment_approval_amount = 100.0
        wizard = self._preview(user=self._user())
        self.assertEqual((wizard.needs_approval, wizard.may_agree), (True, False))
        with self.assertRaisesRegex(UserError, "manager has to approve"):
            wizard.action_activate()
        plan = self._made(wizard.action_save_draft())
        self.assertEqual((plan.state, plan.needs_approval), ("draft", True))
        wizard = self._preview()
        self.assertEqual((wizard.needs_approval, wizard.may_agree), (True, True))
        plan = self._made(wizard.action_activate())
        self.assertEqual((plan.state, plan.approved_by_id), ("active", self.env.user))

    def test_user_agrees_to_a_small_plan(self):
        wizard = self._preview(user=self._user())
        self.assertEqual((wizard.needs_approval, wizard.may_agree), (False, True))
        plan = self._made(wizard.action_activate())
        self.assertEqual(plan.state, "active")
        self.assertFalse(plan.approved_by_id)


@tagged("post_install", "-at_install")
class TestWizardRefusals(WizardCommon):
    """Bad input is refused in words."""

    def test_terms_that_cannot_be(self):
        for values, words in (
            ({"count": 0}, "at least one"),
            ({"count": -3}, "at least one"),
            ({"count": 1000}, "1000 instalments are too many"),
            ({"first_date": self._in_days(-1)}, "in the past"),
            ({"first_date": False}, "first instalment"),
            ({"by": "amount", "amount": 0.0}, "above zero"),
            ({"by": "amount", "amount": 0.01}, "too many"),
            ({"by": "free"}, "at least one"),
            ({"day_rule": "day", "day_of_month": 32}, "between 1 and 31"),
            ({"has_down_payment": True, "down_amount": 300.0}, "below what is open"),
            ({"has_down_payment": True, "down_amount": 0.0}, "above zero"),
            ({"fee": -1.0}, "cannot be negative"),
            ({"percent": -1.0}, "cannot be negative"),
            ({"move_ids": [Command.clear()]}, "Nothing is open"),
        ):
            with self.subTest(values), self.assertRaisesRegex(UserError, words):
                self._open(**values).action_preview()

    def test_past_day_in_the_preview(self):
        wizard = self._preview()
        with self.assertLogs("odoo.tests.form.onchange", "WARNING") as log:
            with Form(wizard) as form, form.line_ids.edit(0) as line:
                line.date = self._in_days(-1)
        self.assertIn("in the past", log.output[0])
        self.assertEqual(self._lines(wizard, "date")[0], self._in_days(7))

    def test_free_rows_that_cannot_be(self):
        for rows, words in (
            ([(7, 100.0)], "exactly what is open"),
            ([(7, 100.0), (7, 200.0)], "later than"),
            ([(7, 300.0), (9, 0.0)], "Nothing is open|leaves nothing"),
        ):
            lines = [
                Command.create({"date": self._in_days(days), "amount": amount})
                for days, amount in rows
            ]
            with self.subTest(rows), self.assertRaisesRegex(UserError, words):
                self._open(by="free", line_ids=lines).action_preview()

    def test_invoices_that_no_plan_can_cover(self):
        paid = self._overdue(20, 100.0)
        self._pay(paid, 100.0)
        planned = self._overdue(20, 100.0)
        self._active_plan(planned)
        disputed = self._overdue(20, 100.0)
        item = self._put_on_case(disputed, self.friendly)
        item.case_id._dispute(item, "quality", "Nothing works")
        other = self._create_customer("Bob Other")
        currency = self.setup_other_currency("EUR")
        move = self._overdue(20, 100.0)
        for moves, words in (
            (paid, "paid|on its way"),
            (planned, "is in the plan"),
            (disputed, "disputed"),
            (self._invoice(post=False), "not posted"),
            (self._credit_note(), "credit"),
            (move | self._overdue(5, partner=other), "one customer"),
            (move | self._overdue(5, currency_id=currency.id), "one currency"),
            (move | paid, "paid|on its way"),
        ):
            with self.subTest(words), self.assertRaisesRegex(UserError, words):
                moves.action_installment_plan()

    def test_invoice_that_is_disputed_while_the_wizard_is_open(self):
        move = self._overdue(20, 300.0)
        wizard = self._preview(move)
        item = self._put_on_case(move, self.friendly)
        item.case_id._dispute(item, "quality", "Nothing works")
        with self.assertRaisesRegex(UserError, "disputed"):
            wizard.action_activate()

    def test_agreed_plan_is_not_changed_by_the_wizard(self):
        plan = self._active_plan()
        with self.assertRaisesRegex(UserError, "not possible any more"):
            plan.action_reschedule()
        with self.assertRaisesRegex(UserError, "not possible any more"):
            self._plan().action_renegotiate()

    def test_free_amounts_and_equal_payments_do_not_go_together(self):
        lines = [Command.create({"date": self._in_days(9), "amount": 300.0})]
        wizard = self._open(by="free", percent=3.0, method="annuity", line_ids=lines)
        with self.assertRaisesRegex(UserError, "regular dates"):
            wizard.action_preview()

    def test_plan_over_a_foreign_interest_has_no_cost_without_percent(self):
        plan = self._plan(interest=Interest(Decimal(12), "declining", self.today))
        wizard = self._get_wizard(plan.action_reschedule(), percent=0.0)
        wizard.action_preview()
        wizard.action_save_draft()
        self.assertEqual((plan.percent, plan.amount_interest), (0.0, 0.0))
