from datetime import date, timedelta
from decimal import Decimal

from odoo.exceptions import UserError
from odoo.fields import Command
from odoo.tests import Form, tagged

from .installment_wizard_common import WizardCommon


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
        self._work_on_weekdays()
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
