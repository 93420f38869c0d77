from datetime import date

from odoo.tests import tagged

from .common import DunningCommon


@tagged("post_install", "-at_install")
class TestPlanner(DunningCommon):
    """What a run proposes: which items, in which notice, for how much."""

    # === WHICH ITEMS === #

    def test_overdue_invoice_is_reminded_of_at_the_first_level(self):
        invoice = self._overdue(5)
        run = self._plan()
        self.assertReminded(run, invoice, self.friendly)

    def test_invoice_that_is_not_late_enough_is_left_out(self):
        invoice = self._overdue(2)
        self.assertLeftOut(self._plan(), invoice, "not_reached")

    def test_level_is_reached_on_its_very_day(self):
        invoice = self._overdue(3)
        self.assertReminded(self._plan(), invoice, self.friendly)

    def test_invoice_that_is_not_due_is_not_even_mentioned(self):
        invoice = self._overdue(0)
        run = self._plan()
        self.assertFalse(run.notice_ids)
        self.assertFalse(self._reasons(run, invoice))

    def test_draft_and_cancelled_invoices_are_not_looked_at(self):
        draft = self._overdue(5, post=False)
        cancelled = self._overdue(5)
        cancelled.button_draft()
        cancelled.button_cancel()
        run = self._plan()
        self.assertFalse(run.notice_ids)
        self.assertFalse(self._reasons(run, draft + cancelled))

    def test_paid_invoice_is_not_reminded_of(self):
        invoice = self._overdue(5)
        self._pay(invoice)
        self.assertFalse(self._plan().notice_ids)

    def test_vendor_bill_is_not_reminded_of(self):
        bill = self._create_move(
            "in_invoice", None, 100.0, None, False, invoice_date=self._days_ago(30)
        )
        bill.date = self._days_ago(30)
        bill.action_post()
        self.assertFalse(self._plan().notice_ids)

    def test_partly_paid_invoice_is_reminded_of_for_the_rest(self):
        invoice = self._overdue(5, 100.0)
        self._pay(invoice, 40.0)
        run = self._plan()
        self.assertReminded(run, invoice, self.friendly)
        self.assertEqual(run.notice_ids.amount_total, 60.0)
        self.assertEqual(run.notice_ids.line_ids.amount_residual, 60.0)

    def test_first_of_two_terms_is_reminded_of_alone(self):
        invoice = self._term_invoice(
            (30.0, self._days_ago(10)), (70.0, self._days_ago(-20))
        )
        first, second = self._receivables(invoice)
        run = self._plan()
        self.assertEqual(run.notice_ids.line_ids.move_line_id, first)
        self.assertEqual(run.notice_ids.amount_total, 30.0)
        self.assertNotIn(second, run.exclusion_ids.move_line_id)

    def test_terms_of_an_invoice_climb_separately(self):
        invoice = self._term_invoice(
            (30.0, self._days_ago(14)), (70.0, self._days_ago(4))
        )
        self._run_and_send(self._days_ago(11))
        run = self._plan()
        levels = dict(
            run.notice_ids.line_ids.mapped(lambda n: (n.days_late, n.level_id))
        )
        self.assertEqual(levels, {14: self.second, 4: self.friendly})
        self.assertEqual(run.notice_ids.line_ids.move_id, invoice)

    # === HEADS-UP === #

    def test_heads_up_is_sent_before_the_due_date(self):
        self.heads_up.active = True
        invoice = self._overdue(-3)
        run = self._plan()
        self.assertReminded(run, invoice, self.heads_up)
        self.assertEqual(run.notice_ids.days_late, -3)

    def test_heads_up_does_not_come_too_early(self):
        self.heads_up.active = True
        self._overdue(-4)
        self.assertFalse(self._plan().notice_ids)

    def test_heads_up_may_still_come_on_the_due_date(self):
        self.heads_up.active = True
        invoice = self._overdue(0)
        self.assertReminded(self._plan(), invoice, self.heads_up)

    def test_overdue_invoice_skips_the_heads_up(self):
        self.heads_up.active = True
        one_day_late = self._overdue(1)
        late = self._overdue(5, partner=self._create_customer("Bob"))
        run = self._plan()
        self.assertReminded(run, late, self.friendly)
        self.assertLeftOut(run, one_day_late, "not_reached")

    def test_reminder_does_not_itemise_what_is_not_due_yet(self):
        self.heads_up.active = True
        late = self._overdue(5, 100.0)
        self._overdue(-2, 70.0)
        notice = self._plan().notice_ids
        self.assertEqual(notice.level_id, self.friendly)
        self.assertEqual(notice.line_ids.move_id, late)
        self.assertEqual(notice.amount_total, 100.0)

    def test_friendly_reminder_follows_the_heads_up(self):
        self.heads_up.active = True
        invoice = self._overdue(5)
        self._run_and_send(self._days_ago(8))
        self.assertEqual(self._items(invoice).level_id, self.heads_up)
        self.assertReminded(self._plan(), invoice, self.friendly)

    # === CLIMBING === #

    def test_very_late_invoice_starts_with_the_first_level(self):
        invoice = self._overdue(100)
        self.assertReminded(self._plan(), invoice, self.friendly)

    def test_procedure_may_start_with_the_level_of_the_age(self):
        self.procedure.first_level = "age"
        invoice = self._overdue(30)
        self.assertReminded(self._plan(), invoice, self.demand)

    def test_level_of_the_age_does_not_skip_later_levels(self):
        self.procedure.first_level = "age"
        invoice = self._overdue(15)
        self._run_and_send(self._days_ago(12))
        self.assertEqual(self._items(invoice).level_id, self.friendly)
        self.assertReminded(self._plan(self._days_ago(-60)), invoice, self.second)

    def test_second_run_same_day_creates_nothing(self):
        self._overdue(5)
        first = self._plan()
        self.assertEqual(len(first.notice_ids), 1)
        second = self._plan()
        self.assertFalse(second.notice_ids)
        self.assertEqual(second.exclusion_ids.mapped("reason"), ["in_progress"])

    def test_run_after_sending_on_the_same_day_creates_nothing(self):
        invoice = self._overdue(50)
        self._run_and_send()
        second = self._plan()
        self.assertLeftOut(second, invoice, "pay_by")

    def test_item_climbs_one_level_per_notice(self):
        invoice = self._overdue(0)
        reached = []
        for days in (4, 12, 22, 29, 46):
            self._run_and_send(self._days_ago(-days))
            reached.append(self._items(invoice).level_id)
        self.assertEqual(reached, [*self.levels - self.heads_up])

    def test_nothing_follows_the_last_level(self):
        invoice = self._overdue(0)
        for days in (4, 12, 22, 29, 46):
            self._run_and_send(self._days_ago(-days))
        run = self._plan(self._days_ago(-200))
        self.assertLeftOut(run, invoice, "last_level")

    def test_item_climbs_only_when_the_notice_was_sent(self):
        invoice = self._overdue(5)
        run = self._plan()
        self.assertFalse(self._items(invoice).level_id)
        self._send(run)
        self.assertEqual(self._items(invoice).level_id, self.friendly)

    def test_skipped_notice_does_not_let_the_item_climb(self):
        invoice = self._overdue(5)
        run = self._plan()
        run.notice_ids._leave_out("a talk")
        self.assertFalse(self._items(invoice).level_id)
        self.assertReminded(self._plan(), invoice, self.friendly)

    def test_next_level_waits_for_the_pay_by_date(self):
        invoice = self._overdue(50)
        run = self._run_and_send()
        pay_by = run.notice_ids.pay_by_date
        self.assertEqual(pay_by, self._days_ago(-7))
        self.assertEqual(self._items(invoice).pay_by_date, pay_by)
        self.assertLeftOut(self._plan(pay_by), invoice, "pay_by")

    def test_next_level_comes_the_day_after_the_pay_by_date(self):
        invoice = self._overdue(50)
        self._run_and_send()
        self.assertReminded(self._plan(self._days_ago(-8)), invoice, self.second)

    def test_next_level_waits_for_the_minimum_gap(self):
        procedure = self._create_procedure([3, {"delay_days": 4, "min_gap_days": 6}])
        invoice = self._overdue(10, dunning_procedure_id=procedure.id)
        self._run_and_send()
        self.assertLeftOut(self._plan(self._days_ago(-5)), invoice, "min_gap")
        run = self._plan(self._days_ago(-6))
        self.assertReminded(run, invoice, procedure.level_ids[1])

    def test_gap_counts_from_any_notice_to_the_customer(self):
        self._overdue(5)
        self._run_and_send()
        new = self._overdue(0)
        self.assertLeftOut(self._plan(self._days_ago(-4)), new, "min_gap")
        self.assertReminded(self._plan(self._days_ago(-5)), new, self.friendly)

    def test_missed_days_are_caught_up_once(self):
        invoice = self._overdue(14)
        self._run_and_send(self._days_ago(10))
        caught_up = self._run_and_send()
        self.assertReminded(caught_up, invoice, self.second)
        self.assertLeftOut(self._plan(), invoice, "not_reached")

    def test_unattended_run_leaves_reviewed_levels_to_a_person(self):
        self.friendly.is_reviewed = True
        invoice = self._overdue(5)
        run = self._plan(is_unattended=True)
        self.assertLeftOut(run, invoice, "reviewed_only")
        self.assertReminded(self._plan(), invoice, self.friendly)

    def test_level_counted_from_the_end_of_the_month(self):
        procedure = self._create_procedure([{"delay_days": 5, "basis": "end_of_month"}])
        invoice = self._invoice(
            due=date(2025, 2, 10), dunning_procedure_id=procedure.id
        )
        self.assertLeftOut(self._plan(date(2025, 3, 4)), invoice, "not_reached")
        run = self._plan(date(2025, 3, 5))
        self.assertReminded(run, invoice, procedure.level_ids)

    def test_level_counted_from_the_previous_notice(self):
        procedure = self._create_procedure(
            [3, {"delay_days": 9, "basis": "previous_notice"}]
        )
        invoice = self._overdue(30, dunning_procedure_id=procedure.id)
        self._run_and_send()
        self.assertLeftOut(self._plan(self._days_ago(-8)), invoice, "not_reached")
        run = self._plan(self._days_ago(-9))
        self.assertReminded(run, invoice, procedure.level_ids[1])

    # === ONE NOTICE === #

    def test_customer_gets_one_notice_for_everything_overdue(self):
        old, new, fresh = (self._overdue(days) for days in (20, 5, 3))
        notice = self._plan().notice_ids
        self.assertEqual(len(notice), 1)
        self.assertEqual(notice.line_ids.move_id, old + new + fresh)
        self.assertEqual(notice.amount_total, 300.0)
        self.assertEqual(notice.days_late, 20)

    def test_item_that_has_reached_no_level_is_not_itemised(self):
        self._overdue(5)
        fresh = self._overdue(2)
        run = self._run_and_send()
        self.assertLeftOut(run, fresh, "not_reached")
        self.assertEqual(run.notice_ids.amount_total, 100.0)
        item = self._items(fresh)
        self.assertFalse(item.last_notice_date)
        self.assertFalse(item.pay_by_date)

    def test_notice_is_written_at_the_highest_level_due(self):
        old = self._overdue(20)
        self._run_and_send(self._days_ago(10))
        new = self._overdue(4)
        notice = self._plan().notice_ids
        self.assertEqual(notice.level_id, self.second)
        levels = {line.move_id: line.level_id for line in notice.line_ids}
        self.assertEqual(levels, {old: self.second, new: self.friendly})

    def test_highest_level_is_the_later_one_whatever_its_delay_counts_from(self):
        procedure = self._create_procedure(
            [20, {"delay_days": 8, "basis": "previous_notice"}]
        )
        self.company.dunning_procedure_id = procedure
        self._overdue(40)
        self._run_and_send(self._days_ago(10))
        self._overdue(25)
        self.assertEqual(self._plan().notice_ids.level_id, procedure.level_ids[1])

    def test_one_notice_per_customer_and_currency(self):
        other = self.setup_other_currency("EUR")
        self._overdue(5, 100.0)
        self._overdue(6, 50.0, currency_id=other.id)
        notices = self._plan().notice_ids
        amounts = {notice.currency_id: notice.amount_total for notice in notices}
        self.assertEqual(amounts, {self.company.currency_id: 100.0, other: 50.0})
        self.assertEqual(len(notices.case_id), 2)

    def test_one_notice_per_channel_of_the_level(self):
        self.friendly.channel_ids = self.email_channel + self.letter_channel
        self._overdue(5)
        notices = self._plan().notice_ids
        self.assertEqual(set(notices.mapped("channel")), {"email", "letter"})
        self.assertEqual(len(notices.case_id), 1)

    def test_contacts_of_a_company_share_one_notice(self):
        company = self._create_customer("Company", is_company=True)
        branch = self._create_customer("Branch", parent_id=company.id)
        self._overdue(5, partner=company)
        self._overdue(6, partner=branch)
        notice = self._plan().notice_ids
        self.assertEqual(notice.partner_id, company)
        self.assertEqual(len(notice.line_ids), 2)

    def test_levels_of_a_case_come_from_the_invoices_own_procedures(self):
        strict = self._create_procedure([1, 2])
        own = self._overdue(5, dunning_procedure_id=strict.id)
        usual = self._overdue(5)
        lines = self._plan().notice_ids.line_ids
        levels = {line.move_id: line.level_id for line in lines}
        self.assertEqual(levels, {own: strict.level_ids[0], usual: self.friendly})
