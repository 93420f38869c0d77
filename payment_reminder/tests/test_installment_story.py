from datetime import timedelta
from decimal import Decimal

from odoo import fields
from odoo.exceptions import UserError
from odoo.tests import tagged

from ..tools.installments import Terms, schedule
from .installment_common import InstallmentCommon


@tagged("post_install", "-at_install")
class TestInstallmentStory(InstallmentCommon):
    """An invoice that is paid late, by two plans, from beginning to end."""

    def _remind_today(self):
        """Remind of what is late; return the notices that were sent."""
        run = self._create_run()
        run._plan()
        return self._send(run)

    def _get_next_level(self, move, days):
        """Return which level a run of a later day would reach, empty for none.

        :param days: after today; no run is made for a day to come
        """
        rows = self.env["dunning.explainer"]._get_rows(
            move.commercial_partner_id, move.company_id, self._in_days(days)
        )
        [row] = [row for row in rows if row["move_id"] == move.id]
        level = None if row["reason"] else row["level_id"]
        return self.env["dunning.level"].browse(level)

    def _do_daily_work(self, days):
        self.env["dunning.scheduler"]._watch_plans(self.company, self._in_days(days))

    def test_from_reminder_to_plan_to_default_to_new_plan_to_the_end(self):
        move = self._overdue(5, 300.0)
        # reminded, as every late invoice
        notice = self._remind_today()
        self.assertEqual(notice.level_id, self.friendly)
        item = self._items(move)
        self.assertEqual(item.level_id, self.friendly)
        # the customer asks for instalments on the phone
        case = item.case_id
        case._log_call("asks_instalments", note="Three parts, please")
        self.assertIn("Instalment plan wanted", case.activity_ids.mapped("summary"))
        # proposed and agreed: the invoice rests
        plan = self._plan(move)
        plan.action_propose()
        self.assertEqual(self._reason(move, 1), "plan")
        plan.action_activate()
        self.assertEqual(self._reason(move, 15), "plan")
        # one instalment is paid, the second one is missed
        self._pay(move, 100.0, days=7)
        self._do_daily_work(16)
        self.assertEqual(plan.state, "active")
        late = plan.notice_ids.filtered("line_id")
        self.assertEqual(late.line_id, plan.line_ids[1])
        # it stays missed: the plan ends, the debt comes back at its level
        self._do_daily_work(14 + plan.grace_days + 1)
        self.assertEqual(plan.state, "defaulted")
        self.assertIn("default", plan.notice_ids.mapped("kind"))
        self.assertEqual(item.level_id, self.friendly)
        self.assertEqual(self._reason(move, 14 + plan.grace_days + 2), "pay_by")
        # a new version is agreed over the balance, and kept
        new = plan._renegotiate()
        self.assertEqual((new.amount_total, new.version), (200.0, 2))
        new.action_activate()
        self.assertEqual(self._reason(move, 60), "plan")
        self.assertEqual(plan.state, "defaulted")
        self._pay(move, 200.0, days=8)
        self.assertEqual(new.state, "completed")
        self.assertEqual(move.amount_residual, 0.0)
        self.assertEqual(plan.line_ids.mapped("amount_paid"), [100.0, 0.0, 0.0])

    def test_without_a_new_plan_the_next_level_follows_the_one_that_was_reached(self):
        move = self._overdue(5, 300.0)
        self._remind_today()
        plan = self._plan(move)
        plan.action_activate()
        self._do_daily_work(7 + plan.grace_days + 1)
        self.assertEqual(plan.state, "defaulted")
        days = 7 + plan.grace_days + 1 + self.company.installment_default_days
        self.assertFalse(self._get_next_level(move, days))
        self.assertEqual(self._get_next_level(move, days + 1), self.second)


@tagged("post_install", "-at_install")
class TestInstallmentHonesty(InstallmentCommon):
    """Books that are locked and hashed, other currencies, and what is due when."""

    def test_hashed_and_locked_entries_go_through_a_whole_plan(self):
        move = self._overdue(20, 300.0, post=False)
        move.journal_id.restrict_mode_hash_table = True
        move.action_post()
        if not move.inalterable_hash:
            move.button_hash()
        self.assertTrue(move.inalterable_hash)
        self.company.fiscalyear_lock_date = self._in_days(-1)
        self.company.sale_lock_date = self._in_days(-1)
        plan = self._active_plan(move)
        self._pay(move, 100.0)
        plan._watch(self.company, self._in_days(30))
        self.assertEqual(plan.state, "defaulted")
        new = plan._renegotiate()
        new.action_activate()
        self._pay(move, 200.0)
        self.assertEqual(new.state, "completed")
        result = self.company._check_hash_integrity()["results"]
        statuses = {row["status"] for row in result if row["status"] != "no_data"}
        self.assertEqual(statuses, {"verified"})

    def test_changed_rate_of_a_foreign_currency_changes_no_instalment(self):
        currency = self.setup_other_currency(
            "CHF", rates=[("2020-01-01", 2.0), (fields.Date.to_string(self.today), 4.0)]
        )
        move = self._overdue(20, 300.0, currency_id=currency.id)
        plan = self._active_plan(move)
        self.assertEqual(plan.currency_id, currency)
        currency.rate_ids[0].rate = 8.0
        self._pay(move, 100.0)
        self.assertEqual(self._amounts(plan), [0.0, 100.0, 100.0])
        self._pay(move, 200.0)
        self.assertEqual(plan.state, "completed")

    def test_currencies_without_and_with_three_decimals(self):
        for name, rounding, total in (("JPY", 1.0, 1000.0), ("KWD", 0.001, 10.0)):
            with self.subTest(name):
                currency = self.setup_other_currency(name, rounding=rounding)
                move = self._overdue(20, total, currency_id=currency.id)
                plan = self._active_plan(move)
                self.assertEqual(currency.round(plan.amount_total), total)
                self._pay(move, total)
                self.assertEqual(plan.state, "completed")

    def test_statement_ages_by_the_dates_of_the_plan(self):
        move = self._overdue(40, 300.0)
        plan = self._plan(move, first_date=self.today)
        plan.action_activate()
        model = self.env["dunning.statement"]
        date = self._in_days(10)  # the first two instalments are 10 and 3 days late
        [statement] = model._make(self.company, self.customer, date=date)
        values = statement._prepare_letter_values()
        amounts = [amount for _label, amount in values["ageing"]]
        self.assertEqual(amounts, [Decimal(100), Decimal(200), 0, 0, 0])
        self.assertEqual(values["claims"][0]["lateness"], "by instalments")

    def test_case_counts_as_overdue_what_the_plan_says(self):
        move = self._overdue(40, 300.0)
        item = self._put_on_case(move, self.friendly)
        other = self._overdue(10, 50.0)
        self._put_on_case(other, self.friendly)
        case = item.case_id
        self.assertEqual(case.amount_overdue, 350.0)
        plan = self._plan(move, first_date=self.today)
        plan.action_activate()
        case.invalidate_recordset()
        self.assertEqual((case.amount_overdue, case.amount_open), (50.0, 350.0))
        self.assertEqual(case.days_late, 10)
        self._make_older(plan, 8)
        self.env.flush_all()
        self.assertEqual(case.amount_overdue, 250.0)

    def test_customer_case_and_summary_agree_on_what_is_overdue(self):
        self._put_on_case(self._overdue(10, 50.0), self.friendly)
        move = self._overdue(40, 300.0)
        case = self._put_on_case(move, self.friendly).case_id
        self.assertOverdue(case, 350.0)
        plan = self._plan(move, first_date=self.today)
        plan.action_activate()
        self.assertOverdue(case, 50.0)
        self._make_older(plan, 8)
        self.assertOverdue(case, 250.0)

    def _make_older(self, plan, days):
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE installment_plan_line SET date = date - %s WHERE plan_id = %s",
            [days, plan.id],
        )
        self.env.invalidate_all()
        plan.sudo()._compute_totals()

    def assertOverdue(self, case, amount):
        self.env.invalidate_all()
        self.assertEqual(case.amount_overdue, amount)
        self.assertEqual(self.customer.dunning_overdue, amount)
        digest = self.env["dunning.digest"]
        text = digest._get_overdue_text(self.company, self.today)
        self.assertEqual(text, case.currency_id.format(amount))
        [top] = digest._get_top_cases(self.company, self.today)
        self.assertEqual(top["amount"], text)

    def test_terms_of_one_invoice_are_each_covered(self):
        move = self._term_invoice(
            (100.0, self._in_days(-20)), (200.0, self._in_days(-5))
        )
        plan = self._active_plan(move, count=3)
        self.assertEqual(len(plan.item_ids), 2)
        values = move._get_invoice_next_payment_values()
        self.assertEqual(values["next_amount_to_pay"], 100.0)
        self.assertEqual(values["next_due_date"], self._in_days(7))

    def test_two_plans_at_once_are_refused_by_the_database(self):
        move = self._overdue(20, 300.0)
        first, second = self._plan(move), self._plan(move)
        first.action_activate()
        with self.assertRaises(UserError):
            second.action_activate()
        self.assertEqual(second.state, "draft")

    def test_free_dates_and_amounts(self):
        move = self._overdue(20, 300.0)
        rows = [
            (self.today + timedelta(days=1), Decimal(50)),
            (self.today + timedelta(days=90), Decimal(250)),
        ]
        terms = Terms(300, "0.01", rows=rows)
        plan = self.env["installment.plan"]._make(
            self._receivables(move), schedule(terms)
        )
        self.assertEqual(self._amounts(plan, "amount"), [50.0, 250.0])
