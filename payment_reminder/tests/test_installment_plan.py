from datetime import timedelta
from decimal import Decimal

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import new_test_user, tagged

from ..tools.installments import Interest
from .installment_common import InstallmentCommon


@tagged("post_install", "-at_install")
class TestInstallmentPlan(InstallmentCommon):
    """A plan's way from draft to its end."""

    def test_plan_covers_exactly_what_is_open(self):
        moves = self._overdue(20, 100.0) | self._overdue(10, 200.01)
        self._pay(moves[0], 30.0)
        plan = self._plan(moves)
        self.assertEqual(plan.state, "draft")
        self.assertEqual(plan.amount_total, 270.01)
        self.assertEqual(self._amounts(plan, "amount"), [90.0, 90.0, 90.01])
        self.assertEqual(plan.partner_id, self.customer)
        self.assertTrue(plan.name.startswith("PLAN/"))

    def test_equal_instalments_for_server_actions(self):
        move = self._overdue(20, 100.0)
        plans = self.env["installment.plan"]
        plan = plans._make_equal(move, 3, self._in_days(3), "fortnightly", grace_days=1)
        self.assertEqual(self._amounts(plan, "amount"), [33.33, 33.33, 33.34])
        days = [(line.date - self.today).days for line in plan.line_ids.sorted("date")]
        self.assertEqual((days, plan.grace_days), ([3, 17, 31], 1))
        for count, words in ((0, "at least one"), (1000, "at most 600")):
            with self.assertRaisesRegex(UserError, words):
                plans._make_equal(move, count, self._in_days(3))

    def test_draft_changes_nothing_for_reminders(self):
        move = self._overdue(20, 300.0)
        self._plan(move)
        self.assertFalse(self._reason(move))

    def test_proposed_and_active_plans_let_the_invoices_rest(self):
        move = self._overdue(20, 300.0)
        plan = self._plan(move)
        plan.action_propose()
        self.assertEqual(self._reason(move), "plan")
        self.assertTrue(plan.access_token)
        plan.action_activate()
        self.assertEqual(self._reason(move), "plan")
        self.assertEqual(plan.activated_on, self.today)
        other = self._overdue(20, 50.0)
        self.assertFalse(self._reason(other))

    def test_proposal_that_nobody_accepts_ends_and_reminders_go_on(self):
        move = self._overdue(20, 300.0)
        plan = self._plan(move)
        plan.action_propose()
        plan._watch(self.company, plan.date_valid)
        self.assertEqual(plan.state, "proposed")
        plan._watch(self.company, plan.date_valid + timedelta(days=1))
        self.assertEqual(plan.state, "cancelled")
        self.assertIn("Nobody accepted", plan.close_reason)
        self.assertFalse(self._reason(move))

    def test_desk_shows_that_the_case_rests_by_a_plan(self):
        move = self._overdue(20, 300.0)
        item = self._put_on_case(move, self.friendly)
        plan = self._active_plan(move)
        self.assertEqual(plan.case_id, item.case_id)
        self.assertEqual(item.case_id.next_step, "plan")
        self.assertIn(plan.name, item.rest_text)
        [sentence] = self.env["dunning.explainer"]._explain_move(move)
        self.assertIn(plan.name, sentence)

    def test_level_of_the_debt_comes_back_after_default(self):
        move = self._overdue(20, 300.0)
        item = self._put_on_case(move, self.second)
        plan = self._active_plan(move, grace_days=3)
        first = plan.line_ids[0].date
        plan._watch(self.company, first + timedelta(days=3))
        self.assertEqual(plan.state, "active")
        plan._watch(self.company, first + timedelta(days=4))
        self.assertEqual(plan.state, "defaulted")
        self.assertEqual(item.level_id, self.second)
        self.company.installment_default_days = 7
        self.assertEqual(item.pay_by_date, first + timedelta(days=11))
        self.assertEqual(self._reason(move, 12), "pay_by")
        self.assertFalse(self._reason(move, 7 + 12))

    def test_money_that_waits_for_a_match_does_not_end_the_plan(self):
        plan = self._active_plan(self._overdue(20, 300.0), grace_days=3)
        first, second = plan.line_ids.sorted("date")[:2].mapped("date")
        self._unmatched_payment(amount=100.0, date=first)
        plan._watch(self.company, first + timedelta(days=4))
        self.assertEqual(plan.state, "active")
        plan._watch(self.company, second + timedelta(days=4))
        self.assertEqual(plan.state, "defaulted")

    def test_too_many_late_instalments_end_the_plan(self):
        move = self._overdue(20, 300.0)
        plan = self._active_plan(move, grace_days=30, max_missed=1)
        self._pay(move, 100.0, days=9)  # two days late
        plan._watch(self.company, self._in_days(10))
        self.assertEqual((plan.state, plan.missed_count), ("active", 1))
        plan._watch(self.company, self._in_days(15))
        self.assertEqual(plan.state, "defaulted")
        self.assertIn("2 instalments", plan.close_reason)

    def test_plan_that_has_ended_keeps_its_figures(self):
        move = self._overdue(20, 300.0)
        plan = self._active_plan(move)
        self._pay(move, 120.0)
        plan.action_cancel()
        self._pay(move, 100.0)
        self.assertEqual(self._amounts(plan, "amount_paid"), [100.0, 20.0, 0.0])

    def test_larger_or_longer_plans_wait_for_a_manager(self):
        self.company.installment_approval_amount = 299.99
        plan = self._plan()
        self.assertTrue(plan.needs_approval)
        user = new_test_user(
            self.env,
            "plan_user",
            groups="payment_reminder.group_dunning_user,account.group_account_invoice",
            company_id=self.company.id,
            company_ids=self.company.ids,
        )
        own = plan.with_user(user)
        with self.assertRaisesRegex(UserError, "manager has to approve"):
            own.action_propose()
        with self.assertRaisesRegex(UserError, "Only a manager"):
            own.action_approve()
        plan.action_approve()
        own.action_propose()
        self.assertEqual(plan.state, "proposed")
        self.company.installment_approval_amount = 0
        self.company.installment_approval_months = 1
        self.assertTrue(self._plan(count=6).needs_approval)
        self.assertFalse(self._plan(count=3).needs_approval)

    def test_renegotiated_plan_replaces_the_old_one_which_is_kept(self):
        move = self._overdue(20, 300.0)
        old = self._active_plan(move)
        self._pay(move, 60.0)
        new = old._renegotiate()
        self.assertEqual((new.version, new.replaces_id), (2, old))
        self.assertEqual(new.amount_total, 240.0)
        self.assertEqual(old.state, "active")
        new.action_activate()
        self.assertEqual((old.state, new.state), ("cancelled", "active"))
        self.assertIn(new.display_name, old.close_reason)
        self.assertEqual(self._amounts(old, "amount_paid"), [60.0, 0.0, 0.0])
        self.assertEqual(self._reason(move), "plan")

    def test_interest_and_fee_are_a_draft_invoice_of_their_own(self):
        interest = Interest(Decimal(12), "declining", self.today)
        move = self._overdue(20, 300.0)
        plan = self._active_plan(move, interest=interest, fee=Decimal(15))
        self.assertEqual(plan.amount_total, 300.0)
        self.assertGreater(plan.amount_interest, 0)
        cost = plan.cost_move_id
        self.assertEqual(cost.state, "draft")
        self.assertEqual(cost.amount_total, plan.amount_interest + 15.0)
        self.assertEqual(len(cost.invoice_line_ids), 2)
        self.assertFalse(self._active_plan().cost_move_id)

    def test_agreed_plan_is_not_changed_or_deleted(self):
        plan = self._active_plan()
        with self.assertRaisesRegex(UserError, "renegotiate"):
            plan.grace_days = 90
        with self.assertRaisesRegex(UserError, "kept"):
            plan.unlink()
        with self.assertRaisesRegex(UserError, "not possible any more"):
            plan.action_propose()

    def test_nobody_sets_states_and_amounts_by_hand(self):
        plan = self._plan()
        user = new_test_user(
            self.env,
            "plan_hand",
            groups="payment_reminder.group_dunning_user,account.group_account_invoice",
            company_id=self.company.id,
            company_ids=self.company.ids,
        )
        for values in ({"state": "active"}, {"amount_total": 1.0}):
            with self.assertRaises(AccessError):
                plan.with_user(user).write(values)
        with self.assertRaises(AccessError):
            plan.line_ids[0].with_user(user).write({"amount": 1.0})

    def test_instalments_that_do_not_sum_up_are_refused(self):
        plan = self._plan()
        with self.assertRaisesRegex(ValidationError, "come to"):
            plan.sudo().write({"line_ids": [(2, plan.line_ids[0].id)]})


@tagged("post_install", "-at_install")
class TestInstallmentPayments(InstallmentCommon):
    """What is paid of a plan comes from reconciliation."""

    def test_payments_fill_the_instalments_by_date(self):
        move = self._overdue(20, 300.0)
        plan = self._active_plan(move)
        self._pay(move, 130.0, days=5)
        self.assertEqual(self._amounts(plan), [0.0, 70.0, 100.0])
        self.assertEqual(plan.line_ids[0].paid_on, self._in_days(5))
        self.assertEqual(plan.line_ids.mapped("status"), ["paid", "part", "open"])
        self.assertEqual((plan.next_date, plan.next_amount), (self._in_days(14), 70.0))
        self.assertAlmostEqual(plan.progress, 100 * 130 / 300)

    def test_what_was_paid_before_the_plan_does_not_count(self):
        move = self._overdue(20, 300.0)
        self._pay(move, 60.0)
        plan = self._active_plan(move)
        self.assertEqual(plan.amount_paid, 0.0)
        self._pay(move, 80.0)
        self.assertEqual(plan.amount_paid, 80.0)

    def test_undone_payment_is_taken_back(self):
        move = self._overdue(20, 300.0)
        plan = self._active_plan(move)
        payment = self._pay(move, 130.0)
        payment.move_id.line_ids.remove_move_reconcile()
        self.assertEqual(self._amounts(plan), [100.0, 100.0, 100.0])
        self.assertFalse(plan.line_ids[0].paid_on)

    def test_paid_plan_is_completed_at_once_and_reopened_when_undone(self):
        move = self._overdue(20, 300.0)
        plan = self._active_plan(move)
        payment = self._pay(move, 300.0)
        self.assertEqual(plan.state, "completed")
        payment.move_id.line_ids.remove_move_reconcile()
        self.assertEqual(plan.state, "active")
        self.assertEqual(plan.amount_open, 300.0)
        self.assertEqual(self._reason(move), "plan")

    def test_overpayment_leaves_nothing_open(self):
        move = self._overdue(20, 300.0)
        plan = self._active_plan(move)
        payment = self.env["account.payment"].create(
            {
                "payment_type": "inbound",
                "partner_type": "customer",
                "partner_id": self.customer.id,
                "amount": 350.0,
            }
        )
        payment.action_post()
        lines = payment.move_id.line_ids + move.line_ids
        lines.filtered(lambda line: line.account_type == "asset_receivable").reconcile()
        self.assertEqual((plan.state, plan.amount_open), ("completed", 0.0))

    def test_partial_credit_note_pays_and_full_one_cancels(self):
        move = self._overdue(20, 300.0)
        plan = self._active_plan(move)
        credit = self._credit_note(amount=120.0)
        self._receivables(move | credit).reconcile()
        self.assertEqual(self._amounts(plan), [0.0, 80.0, 100.0])
        other = self._overdue(20, 300.0)
        plan = self._active_plan(other)
        other._reverse_moves(cancel=True)
        self.assertEqual(plan.state, "cancelled")
        self.assertIn("credited", plan.close_reason)

    def test_paid_off_invoice_completes_its_share(self):
        moves = self._overdue(20, 100.0) | self._overdue(10, 200.0)
        plan = self._active_plan(moves)
        self._pay(moves[1], 200.0)
        self.assertEqual(self._amounts(plan), [0.0, 0.0, 100.0])
        self.assertEqual(plan.state, "active")
        self._pay(moves[0], 100.0)
        self.assertEqual(plan.state, "completed")

    def test_invoice_reset_to_draft_or_cancelled_ends_its_plan(self):
        for name in ("button_draft", "button_cancel"):
            with self.subTest(name):
                move = self._overdue(20, 300.0)
                plan = self._active_plan(move)
                if name == "button_cancel":
                    move.button_draft()
                getattr(move, name)()
                self.assertEqual(plan.state, "cancelled")
                self.assertIn("reset to draft", plan.close_reason)

    def test_next_payment_of_the_invoice_is_the_next_instalment(self):
        moves = self._overdue(20, 100.0) | self._overdue(10, 200.0)
        plan = self._active_plan(moves)
        first = moves[0]._get_invoice_next_payment_values()
        self.assertEqual(first["next_amount_to_pay"], 100.0)
        self.assertEqual(first["next_due_date"], self._in_days(7))
        second = moves[1]._get_invoice_next_payment_values()
        self.assertEqual(second["next_amount_to_pay"], 100.0)
        self.assertEqual(second["next_due_date"], self._in_days(14))
        self.assertEqual(second["installment_state"], "next")
        self._pay(moves[0], 100.0)
        self._pay(moves[1], 30.0)
        second = moves[1]._get_invoice_next_payment_values()
        self.assertEqual(second["next_amount_to_pay"], 70.0)
        self.assertEqual(moves[1].installment_next_amount, 70.0)
        custom = moves[1]._get_invoice_next_payment_values(custom_amount=50.0)
        self.assertEqual(custom["next_amount_to_pay"], 50.0)
        plan.action_cancel()
        whole = moves[1]._get_invoice_next_payment_values()
        self.assertEqual(whole["next_amount_to_pay"], 170.0)

    def test_posted_entries_are_never_written_to(self):
        moves = self._overdue(20, 100.0) | self._overdue(10, 200.0)
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE account_move_line SET write_date = '2001-01-01'"
            " WHERE move_id IN %s",
            [tuple(moves.ids)],
        )
        self.env.cr.execute(
            "UPDATE account_move SET write_date = '2001-01-01' WHERE id IN %s",
            [tuple(moves.ids)],
        )
        self.env.invalidate_all()
        plan = self._plan(moves)
        plan.action_propose()
        plan.action_activate()
        plan._watch(self.company, self._in_days(400))
        self.assertEqual(plan.state, "defaulted")
        self.env.flush_all()
        self.env.cr.execute(
            "SELECT DISTINCT write_date::date::text FROM account_move_line"
            " WHERE move_id IN %s UNION SELECT write_date::date::text"
            " FROM account_move WHERE id IN %s",
            [tuple(moves.ids), tuple(moves.ids)],
        )
        self.assertEqual(self.env.cr.fetchall(), [("2001-01-01",)])


@tagged("post_install", "-at_install")
class TestInstallmentRefusals(InstallmentCommon):
    """What a plan cannot cover is refused in words, where it is tried."""

    def _assert_refused(self, moves, words):
        with self.assertRaisesRegex(UserError, words):
            self._plan(moves)

    def test_invoices_of_several_customers_currencies_or_none(self):
        other = self._create_customer("Bob Other")
        self._assert_refused(
            self._overdue(5) | self._overdue(5, partner=other), "one customer"
        )
        currency = self._get_other_currency()
        foreign = self._overdue(5, currency_id=currency.id)
        self._assert_refused(self._overdue(5) | foreign, "one currency")

    def _get_other_currency(self):
        return self.setup_other_currency("EUR")

    def test_paid_and_unposted_invoices_and_credits(self):
        move = self._overdue(5)
        self._pay(move, 100.0)
        items = self.env["installment.plan.item"]
        for moves, words in (
            (move, "paid|on its way"),
            (self._invoice(post=False), "not posted"),
            (self._credit_note(), "credit"),
        ):
            with self.subTest(words), self.assertRaisesRegex(UserError, words):
                items._check_plannable(self._receivables(moves))

    def test_disputed_invoice(self):
        move = self._overdue(20, 300.0)
        item = self._put_on_case(move, self.friendly)
        item.case_id._dispute(item, "quality", "Nothing works")
        self._assert_refused(move, "disputed")

    def test_invoice_of_another_plan(self):
        move = self._overdue(20, 300.0)
        draft = self._plan(move)
        plan = self._plan(move)
        plan.action_propose()
        self._assert_refused(move, plan.name)
        with self.assertRaisesRegex(UserError, plan.name):
            draft.action_activate()

    def test_plan_made_for_another_balance_is_scheduled_again(self):
        move = self._overdue(20, 300.0)
        plan = self._plan(move)
        self._pay(move, 50.0)
        with self.assertRaisesRegex(UserError, "schedule it again"):
            plan.action_propose()

    def test_first_instalment_in_the_past(self):
        plan = self._plan(first_date=self._in_days(-1))
        with self.assertRaisesRegex(UserError, "was due on"):
            plan.action_activate()

    def test_invoice_that_was_changed_needs_a_new_plan(self):
        move = self._overdue(20, 300.0)
        plan = self._plan(move)
        move.button_draft()
        move.invoice_line_ids.price_unit = 250.0
        move.action_post()
        with self.assertRaisesRegex(UserError, "make a new plan|schedule it again"):
            plan.action_activate()

    def test_deleted_invoice_leaves_its_name_in_the_history(self):
        move = self._overdue(20, 300.0)
        plan = self._active_plan(move)
        name = move.name
        move.button_draft()
        move.name = False
        move.unlink()
        self.assertEqual(plan.item_ids.name, name)
        self.assertEqual(plan.state, "cancelled")
