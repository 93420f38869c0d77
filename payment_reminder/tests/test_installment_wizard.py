from datetime import date, timedelta
from decimal import Decimal

from odoo.exceptions import UserError
from odoo.fields import Command
from odoo.tests import Form, new_test_user, tagged

from ..tools.installments import Interest
from .installment_common import InstallmentCommon

WIZARD = "installment.plan.wizard"


class WizardCommon(InstallmentCommon):
    """The wizard, opened as a person does."""

    def _open(self, records=None, user=None, **values):
        """Return the wizard that a button opens, with other terms.

        :param records: whose button, by default a new invoice of 300.00
        """
        records = self._overdue(20, 300.0) if records is None else records
        if user:
            records = records.with_user(user)
        action = records.action_installment_plan()
        return self._get_wizard(action, records.env, **values)

    def _get_wizard(self, action, env=None, **values):
        self.assertEqual((action["res_model"], action["target"]), (WIZARD, "new"))
        wizard = (env or self.env)[WIZARD].browse(action["res_id"])
        wizard.write(
            {
                "period": "weekly",
                "first_date": self._in_days(7),
                "is_business_day": False,
                **values,
            }
        )
        return wizard

    def _preview(self, records=None, **values):
        wizard = self._open(records, **values)
        wizard.action_preview()
        return wizard

    def _lines(self, wizard, name="amount"):
        return wizard.line_ids.sorted("index").mapped(name)

    def _made(self, action):
        self.assertEqual(action["res_model"], "installment.plan")
        return self.env["installment.plan"].browse(action["res_id"])

    def _user(self, login="plan_user"):
        return new_test_user(
            self.env,
            login,
            groups="payment_reminder.group_dunning_user,account.group_account_invoice",
            company_id=self.company.id,
            company_ids=self.company.ids,
        )


@tagged("post_install", "-at_install")
class TestWaysIn(WizardCommon):
    """Where the wizard is opened from, and what it makes."""

    def test_invoice_becomes_a_draft_a_proposal_or_an_active_plan(self):
        for method, state in (
            ("action_save_draft", "draft"),
            ("action_propose", "proposed"),
            ("action_activate", "active"),
        ):
            with self.subTest(method):
                wizard = self._preview()
                plan = self._made(getattr(wizard, method)())
                self.assertEqual(plan.state, state)
                self.assertEqual(self._amounts(plan, "amount"), [100.0, 100.0, 100.0])
                self.assertEqual(plan.period, "weekly")

    def test_several_invoices_of_a_customer_are_one_plan(self):
        moves = self._overdue(20, 100.0) | self._overdue(10, 200.01)
        wizard = self._preview(moves)
        self.assertEqual(wizard.amount_open, 300.01)
        plan = self._made(wizard.action_save_draft())
        self.assertEqual(plan.item_ids.move_id, moves)
        self.assertEqual(plan.amount_total, 300.01)

    def test_action_menu_of_the_invoices_opens_the_wizard(self):
        action = self.env.ref("payment_reminder.action_account_move_installment_plan")
        bound = self.env["ir.actions.actions"].get_bindings("account.move")["action"]
        self.assertIn(action.id, [one["id"] for one in bound])
        moves = self._overdue(20, 100.0) | self._overdue(10, 200.0)
        opened = action.with_context(
            active_model="account.move", active_ids=moves.ids, active_id=moves[0].id
        ).run()
        self.assertEqual(self._get_wizard(opened).move_ids, moves)

    def test_invoice_taken_out_of_the_wizard_is_not_covered(self):
        moves = self._overdue(20, 100.0) | self._overdue(10, 200.0)
        wizard = self._open(moves)
        wizard.move_ids = moves[0]
        wizard.action_preview()
        self.assertEqual(wizard.amount_lines, 100.0)

    def test_case_leaves_out_what_no_plan_can_cover(self):
        moves = self._overdue(20, 100.0) | self._overdue(10, 200.0)
        items = [self._put_on_case(move, self.friendly) for move in moves]
        case = items[0].case_id
        case._dispute(items[0], "quality", "Nothing works")
        wizard = self._open(case)
        self.assertEqual(wizard.move_ids, moves[1])
        case._dispute(items[1], "quality", "Neither does this")
        with self.assertRaisesRegex(UserError, "disputed"):
            case.action_installment_plan()

    def test_draft_is_changed_over_what_is_open_now(self):
        move = self._overdue(20, 300.0)
        plan = self._plan(move, fee=Decimal(5))
        wizard = self._get_wizard(plan.action_reschedule())
        self.assertEqual((wizard.step, wizard.plan_id), ("preview", plan))
        self.assertEqual(self._lines(wizard), [100.0, 100.0, 100.0])
        self.assertEqual(wizard.amount_fee, 5.0)
        self._pay(move, 60.0)
        wizard = self._get_wizard(
            plan.action_reschedule(), count=2, percent=6.0, method="annuity"
        )
        self.assertEqual(wizard.step, "terms")
        wizard.action_preview()
        self.assertEqual(self._made(wizard.action_propose()), plan)
        self.assertEqual(plan.amount_total, 240.0)
        self.assertEqual((plan.count, plan.percent, plan.method), (2, 6.0, "annuity"))
        self.assertEqual(plan.item_ids.amount_start, 240.0)

    def test_draft_with_a_down_payment_is_shown_again_as_it_is(self):
        wizard = self._preview(
            has_down_payment=True, down_amount=30.0, down_date=self.today
        )
        plan = self._made(wizard.action_save_draft())
        again = self._get_wizard(plan.action_reschedule())
        self.assertEqual(self._lines(again), [30.0, 90.0, 90.0, 90.0])
        self.assertEqual(self._lines(again, "number"), [0, 1, 2, 3])

    def test_active_or_defaulted_plan_is_renegotiated_over_its_balance(self):
        for end in (False, True):
            with self.subTest(defaulted=end):
                move = self._overdue(20, 300.0)
                old = self._active_plan(move)
                self._pay(move, 60.0)
                if end:
                    old.action_default()
                wizard = self._get_wizard(old.action_renegotiate(), count=4)
                self.assertEqual((wizard.step, wizard.amount_open), ("terms", 240.0))
                wizard.action_preview()
                new = self._made(wizard.action_activate())
                self.assertEqual((new.version, new.replaces_id), (2, old))
                self.assertEqual(self._amounts(new, "amount"), [60.0] * 4)
                self.assertEqual(old.state, "defaulted" if end else "cancelled")
                self.assertIn("240.00 in 4", new.difference_text.replace("$\xa0", ""))

    def test_version_that_is_being_prepared_is_opened_not_made_twice(self):
        old = self._active_plan()
        wizard = self._get_wizard(old.action_renegotiate())
        wizard.action_preview()
        new = self._made(wizard.action_save_draft())
        self.assertEqual(self._made(old.action_renegotiate()), new)

    def test_screens_lead_to_the_plans(self):
        move = self._overdue(20, 300.0)
        case = self._put_on_case(move, self.friendly).case_id
        plan = self._active_plan(move)
        for record in (move, case, self.customer):
            with self.subTest(record):
                record.invalidate_recordset()
                self.assertEqual(record.installment_plan_count, 1)
                action = record.action_view_installment_plans()
                self.assertEqual(self._made(action), plan)
        self.assertIn("100.00", case.installment_text)
        self.assertIn(plan.name, self.customer.installment_text)
        self.assertEqual(self._made(plan.line_ids[0].action_open_plan()), plan)
        self.assertEqual(plan.action_view_invoices()["res_id"], move.id)


@tagged("post_install", "-at_install")
class TestTerms(WizardCommon):
    """What is asked for, and what comes of it."""

    def test_fixed_amount_leaves_the_rest_to_the_last_one(self):
        wizard = self._preview(by="amount", amount=80.0)
        self.assertEqual(self._lines(wizard), [80.0, 80.0, 80.0, 60.0])

    def test_free_rows_without_amount_share_what_is_left(self):
        rows = [(3, 100.0), (30, 0), (40, 0)]
        wizard = self._preview(
            by="free",
            line_ids=[
                Command.create({"date": self._in_days(days), "amount": amount})
                for days, amount in rows
            ],
        )
        self.assertEqual(self._lines(wizard), [100.0, 100.0, 100.0])
        self.assertEqual(self._lines(wizard, "date")[1], self._in_days(30))

    def test_free_rows_begin_with_the_days_of_the_rhythm(self):
        wizard = self._open(has_down_payment=True, down_amount=50.0)
        with Form(wizard) as form:
            form.by = "free"
            with form.line_ids.edit(1) as line:
                line.amount = 150.0
            self.assertEqual(form.amount_left, 100.0)
        days = [self._in_days(days) for days in (7, 14, 21)]
        self.assertEqual(wizard.line_ids.mapped("date"), days)
        wizard.action_preview()
        self.assertEqual(self._lines(wizard), [50.0, 50.0, 150.0, 50.0])

    def test_free_rows_stand_beside_a_down_payment(self):
        wizard = self._preview(
            by="free",
            has_down_payment=True,
            down_amount=50.0,
            down_date=self.today,
            line_ids=[Command.create({"date": self._in_days(9), "amount": 250.0})],
        )
        self.assertEqual(self._lines(wizard), [50.0, 250.0])
        wizard.action_back()
        self.assertEqual(self._lines(wizard), [250.0])
        wizard.action_preview()
        plan = self._made(wizard.action_save_draft())
        self.assertEqual(plan.line_ids.mapped("number"), [0, 1])

    def test_months_end_on_their_last_day(self):
        year = self.today.year + 1
        february = date(year, 3, 1) - timedelta(days=1)
        for values, days in (
            (
                {"first_date": date(year, 1, 31), "day_rule": "same"},
                [date(year, 1, 31), february, date(year, 3, 31)],
            ),
            (
                {"first_date": date(year, 4, 30), "day_rule": "end"},
                [date(year, 4, 30), date(year, 5, 31), date(year, 6, 30)],
            ),
            (
                {
                    "first_date": date(year, 1, 10),
                    "day_rule": "day",
                    "day_of_month": 31,
                },
                [date(year, 1, 10), february, date(year, 3, 31)],
            ),
        ):
            with self.subTest(values):
                wizard = self._preview(period="monthly", **values)
                self.assertEqual(self._lines(wizard, "date"), days)

    def test_weekends_and_holidays_move_to_the_next_working_day(self):
        year = self.today.year + 1
        day = date(year, 6, 1)
        saturday = day + timedelta(days=(5 - day.weekday()) % 7)
        monday = saturday + timedelta(days=2)
        self.env["resource.calendar.leaves"].create(
            {
                "name": "Holiday",
                "company_id": self.company.id,
                "calendar_id": self.company.resource_calendar_id.id,
                "date_from": f"{monday} 00:00:00",
                "date_to": f"{monday} 23:59:59",
            }
        )
        wizard = self._preview(first_date=saturday, is_business_day=True)
        self.assertEqual(self._lines(wizard, "date")[0], monday + timedelta(days=1))
        self.assertEqual(self._lines(wizard, "date")[1], saturday + timedelta(days=9))
        wizard = self._preview(first_date=saturday)
        self.assertEqual(self._lines(wizard, "date")[0], saturday)

    def test_interest_and_fee_stand_beside_the_debt(self):
        wizard = self._preview(percent=12.0, fee=15.0)
        self.assertEqual(wizard.amount_lines, 300.0)
        self.assertGreater(wizard.amount_interest, 0)
        self.assertEqual(wizard.amount_fee, 15.0)
        payable = 315.0 + wizard.amount_interest
        self.assertAlmostEqual(wizard.amount_payable, payable)
        self.assertAlmostEqual(sum(self._lines(wizard, "payment")), payable)
        plan = self._made(wizard.action_activate())
        self.assertAlmostEqual(plan.cost_move_id.amount_total, payable - 300.0)

    def test_amounts_are_in_steps_of_the_currency(self):
        for rounding, total, first in (
            (1.0, 1000.0, 333.0),
            (0.05, 100.0, 33.35),
            (0.001, 100.0, 33.333),
        ):
            with self.subTest(rounding):
                currency = self.setup_other_currency("CHF", rounding=rounding)
                move = self._overdue(20, total, currency_id=currency.id)
                wizard = self._preview(move)
                self.assertEqual(self._lines(wizard)[0], first)
                plan = self._made(wizard.action_activate())
                self.assertEqual(plan.amount_total, total)

    def test_cash_rounding_of_the_invoice_is_the_step(self):
        cash = self.env["account.cash.rounding"].create(
            {
                "name": "Five cents",
                "rounding": 0.05,
                "strategy": "biggest_tax",
            }
        )
        move = self._overdue(20, 100.0, invoice_cash_rounding_id=cash.id)
        self.assertEqual(self._lines(self._preview(move)), [33.35, 33.35, 33.3])


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
