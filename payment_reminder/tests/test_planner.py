from datetime import date

from odoo.fields import Command
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
        old, new, fresh = (self._overdue(days) for days in (20, 5, 1))
        notice = self._plan().notice_ids
        self.assertEqual(len(notice), 1)
        self.assertEqual(notice.line_ids.move_id, old + new + fresh)
        self.assertEqual(notice.amount_total, 300.0)
        self.assertEqual(notice.days_late, 20)

    def test_item_that_does_not_climb_is_only_named(self):
        self._overdue(5)
        fresh = self._overdue(1)
        self._run_and_send()
        item = self._items(fresh)
        self.assertFalse(item.level_id)
        self.assertEqual(item.last_notice_date, self.today)
        self.assertEqual(item.pay_by_date, self._days_ago(-7))

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


@tagged("post_install", "-at_install")
class TestPlannerRecipient(DunningCommon):
    """To whom, and through which channel."""

    def test_notice_goes_to_the_invoice_contact(self):
        contact = self._create_customer(
            "Accounts Payable", parent_id=self.customer.id, type="invoice"
        )
        self._overdue(5)
        notice = self._plan().notice_ids
        self.assertEqual(notice.contact_id, contact)
        self.assertEqual(notice.partner_id, self.customer)

    def test_other_contacts_are_not_written_to(self):
        self._create_customer("Boss", parent_id=self.customer.id, type="contact")
        self._create_customer("Depot", parent_id=self.customer.id, type="delivery")
        self._overdue(5)
        self.assertEqual(self._plan().notice_ids.contact_id, self.customer)

    def test_archived_invoice_contact_is_not_written_to(self):
        self._create_customer(
            "Gone", parent_id=self.customer.id, type="invoice", active=False
        )
        self._overdue(5)
        self.assertEqual(self._plan().notice_ids.contact_id, self.customer)

    def test_customer_without_email_gets_a_letter(self):
        self.customer.email = False
        self._overdue(5)
        self.assertEqual(self._plan().notice_ids.channel, "letter")

    def test_blank_email_counts_as_none(self):
        self.customer.email = "  "
        self._overdue(5)
        self.assertEqual(self._plan().notice_ids.channel, "letter")

    def test_blacklisted_address_gets_a_letter(self):
        self.env["mail.blacklist"].sudo()._add(self.customer.email)
        self._overdue(5)
        self.assertEqual(self._plan().notice_ids.channel, "letter")

    def test_customer_without_address_gets_an_email_instead_of_a_letter(self):
        self.friendly.channel_ids = self.letter_channel
        self.customer.street = False
        self._overdue(5)
        self.assertEqual(self._plan().notice_ids.channel, "email")

    def test_fallback_does_not_double_a_channel_of_the_level(self):
        self.friendly.channel_ids = self.email_channel + self.letter_channel
        self.customer.email = False
        self._overdue(5)
        self.assertEqual(self._plan().notice_ids.mapped("channel"), ["letter"])

    def test_customer_nobody_can_reach_is_left_out(self):
        self.customer.write({"email": False, "street": False})
        invoice = self._overdue(5)
        self.assertLeftOut(self._plan(), invoice, "no_contact")

    def test_level_without_channel_says_nothing(self):
        self.friendly.channel_ids = False
        invoice = self._overdue(5)
        self.assertLeftOut(self._plan(), invoice, "no_channel")

    def test_level_with_archived_channels_says_nothing(self):
        self.email_channel.sudo().active = False
        invoice = self._overdue(5)
        self.assertLeftOut(self._plan(), invoice, "no_channel")

    def test_archived_customer_is_still_reminded(self):
        invoice = self._overdue(5)
        self.customer.active = False
        self.assertReminded(self._plan(), invoice, self.friendly)


@tagged("post_install", "-at_install")
class TestPlannerProcedure(DunningCommon):
    """Which procedure applies: invoice > customer > company."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.slow = cls._create_procedure([30])
        cls.quick = cls._create_procedure([1])

    def test_procedure_of_the_customer_beats_the_default(self):
        self.customer.dunning_procedure_id = self.quick
        invoice = self._overdue(5)
        self.assertReminded(self._plan(), invoice, self.quick.level_ids)

    def test_procedure_of_the_invoice_beats_the_customers(self):
        self.customer.dunning_procedure_id = self.quick
        invoice = self._overdue(5, dunning_procedure_id=self.slow.id)
        self.assertLeftOut(self._plan(), invoice, "not_reached")

    def test_procedure_of_the_commercial_partner_counts_for_its_contacts(self):
        self.customer.is_company = True
        self.customer.dunning_procedure_id = self.quick
        contact = self._create_customer("Contact", parent_id=self.customer.id)
        invoice = self._overdue(5, partner=contact)
        self.assertReminded(self._plan(), invoice, self.quick.level_ids)

    def test_customer_has_a_procedure_per_company(self):
        other = self.setup_other_company()["company"]
        elsewhere = self.env["dunning.procedure"].search(
            [("company_id", "=", other.id)]
        )
        self.customer.with_company(other).dunning_procedure_id = elsewhere
        self.assertFalse(self.customer.with_company(self.company).dunning_procedure_id)
        invoice = self._overdue(5)
        self.assertReminded(self._plan(), invoice, self.friendly)

    def test_company_without_procedure_reminds_nobody(self):
        self.company.dunning_procedure_id = False
        invoice = self._overdue(5)
        self.assertLeftOut(self._plan(), invoice, "no_procedure")

    def test_changing_the_procedure_continues_at_the_same_lateness(self):
        invoice = self._overdue(20)
        self._run_and_send(self._days_ago(10))  # friendly: 3 days
        other = self._create_procedure([1, 2, 12])
        invoice.dunning_procedure_id = other
        self.assertReminded(self._plan(), invoice, other.level_ids[2])

    def test_changing_to_a_shorter_procedure_ends_the_reminders(self):
        invoice = self._overdue(20)
        self._run_and_send(self._days_ago(10))
        invoice.dunning_procedure_id = self.quick
        self.assertLeftOut(self._plan(), invoice, "last_level")

    def test_archived_level_is_passed_over(self):
        invoice = self._overdue(40)
        self._run_and_send(self._days_ago(20))
        self.second.active = False
        self.assertReminded(self._plan(), invoice, self.call_level)

    def test_level_archived_after_it_was_reached_still_counts(self):
        invoice = self._overdue(40)
        self._run_and_send(self._days_ago(20))
        self.friendly.active = False
        self.assertReminded(self._plan(), invoice, self.second)


@tagged("post_install", "-at_install")
class TestPlannerExclusion(DunningCommon):
    """What is not reminded of although it is overdue, and why."""

    def test_no_followup_of_the_invoice_is_honoured(self):
        invoice = self._overdue(5, no_followup=True)
        run = self._plan()
        self.assertLeftOut(run, invoice, "no_followup")
        self.assertFalse(self._case())

    def test_no_followup_of_one_term_is_honoured(self):
        invoice = self._term_invoice(
            (30.0, self._days_ago(10)), (70.0, self._days_ago(5))
        )
        first, second = self._receivables(invoice)
        self.env.flush_all()
        self.env.cr.execute(  # the field's inverse would mark the other term as well
            "UPDATE account_move_line SET no_followup = TRUE WHERE id = %s", [first.id]
        )
        self.env.invalidate_all()
        run = self._plan()
        self.assertEqual(run.notice_ids.line_ids.move_line_id, second)
        self.assertEqual(run.exclusion_ids.move_line_id, first)

    def test_one_excluded_invoice_does_not_mute_the_customers_others(self):
        muted = self._overdue(5, no_followup=True)
        other = self._overdue(5)
        run = self._plan()
        self.assertReminded(run, other, self.friendly)
        self.assertLeftOut(run, muted, "no_followup")
        self.assertEqual(run.notice_ids.amount_total, 100.0)

    def test_invoice_in_payment_is_left_out(self):
        # Community has no bank matching: the state is set by other addons
        self.patch(
            self.registry["account.move"],
            "_get_invoice_in_payment_state",
            lambda move: "in_payment",
        )
        self.inbound_payment_method_line.payment_account_id = False
        invoice = self._overdue(5)
        self._pay(invoice)
        self.assertEqual(invoice.payment_state, "in_payment")
        self.assertEqual(invoice.amount_residual, 100.0)
        self.assertLeftOut(self._plan(), invoice, "in_payment")

    def test_invoice_blocked_for_payment_is_left_out(self):
        invoice = self._overdue(5)
        invoice.action_toggle_block_payment()
        self.assertEqual(invoice.payment_state, "blocked")
        self.assertLeftOut(self._plan(), invoice, "blocked")

    def test_case_on_hold_is_left_out(self):
        invoice = self._overdue(5)
        self._run_and_send(self._days_ago(2))
        self._pause(self._case(), self.today)
        late = self._overdue(4)
        run = self._plan()
        self.assertLeftOut(run, invoice, "on_hold")
        self.assertLeftOut(run, late, "on_hold")

    def test_excluded_customer_is_left_out(self):
        invoice = self._overdue(5)
        self.customer._dunning_exclude("Settled in court")
        self.assertLeftOut(self._plan(), invoice, "excluded")
        sentences = " ".join(self.customer._get_dunning_explanations())
        self.assertIn("Settled in court", sentences)

    def test_hold_ends_by_itself(self):
        invoice = self._overdue(30)
        self._run_and_send(self._days_ago(20))
        self._pause(self._case(), self._days_ago(1))
        self.assertReminded(self._plan(), invoice, self.second)

    def test_disputed_item_is_left_out_alone(self):
        disputed = self._overdue(30)
        other = self._overdue(25)
        self._run_and_send(self._days_ago(15))
        self._object(disputed)
        run = self._plan()
        self.assertLeftOut(run, disputed, "disputed")
        self.assertReminded(run, other, self.second)
        self.assertEqual(run.notice_ids.amount_total, 100.0)

    # === TOLERANCE === #

    def test_amount_below_the_tolerance_is_left_out(self):
        self.procedure.tolerance_amount = 100.01
        invoice = self._overdue(5)
        self.assertLeftOut(self._plan(), invoice, "tolerance")

    def test_amount_at_the_tolerance_is_reminded_of(self):
        self.procedure.tolerance_amount = 100.0
        invoice = self._overdue(5)
        self.assertReminded(self._plan(), invoice, self.friendly)

    def test_tolerance_counts_the_customers_total(self):
        self.procedure.tolerance_amount = 150.0
        self._overdue(5)
        self._overdue(1)
        self.assertEqual(self._plan().notice_ids.amount_total, 200.0)

    def test_tolerance_is_in_the_companys_currency(self):
        other = self.setup_other_currency("EUR")  # 2 EUR are 1 of the company's
        self.procedure.tolerance_amount = 60.0
        invoice = self._overdue(5, 100.0, currency_id=other.id)
        self.assertLeftOut(self._plan(), invoice, "tolerance")

    def test_tolerance_looks_at_what_is_left_after_credits(self):
        self.procedure.tolerance_amount = 5.0
        invoice = self._overdue(5, 100.0)
        self._credit_note(amount=96.0)
        self.assertLeftOut(self._plan(), invoice, "tolerance")

    # === UNMATCHED CREDITS === #

    def test_unmatched_credit_note_reduces_the_amount(self):
        self._overdue(5, 100.0)
        self._credit_note(amount=30.0)
        notice = self._plan().notice_ids
        self.assertEqual(notice.amount_credit, 30.0)
        self.assertEqual(notice.amount_total, 70.0)

    def test_unmatched_payment_reduces_the_amount(self):
        self._overdue(5, 100.0)
        self._unmatched_payment(amount=25.0)
        self.assertEqual(self._plan().notice_ids.amount_total, 75.0)

    def test_credit_that_covers_everything_leaves_nothing_to_say(self):
        invoice = self._overdue(5, 100.0)
        self._credit_note(amount=100.0)
        self.assertLeftOut(self._plan(), invoice, "credit")

    def test_credit_in_another_currency_is_not_counted(self):
        other = self.setup_other_currency("EUR")
        self._overdue(5, 100.0)
        self._credit_note(amount=100.0, currency_id=other.id)
        self.assertEqual(self._plan().notice_ids.amount_total, 100.0)

    def test_credit_of_another_customer_is_not_counted(self):
        self._overdue(5, 100.0)
        self._credit_note(self._create_customer("Bob"), amount=100.0)
        self.assertEqual(self._plan().notice_ids.amount_total, 100.0)

    def test_credit_may_hold_the_reminder(self):
        self.procedure.credit_treatment = "hold"
        invoice = self._overdue(5, 100.0)
        self._credit_note(amount=1.0)
        self.assertLeftOut(self._plan(), invoice, "credit_hold")

    def test_credit_may_be_ignored(self):
        self.procedure.credit_treatment = "ignore"
        self._overdue(5, 100.0)
        self._credit_note(amount=130.0)
        notice = self._plan().notice_ids
        self.assertEqual((notice.amount_credit, notice.amount_total), (0.0, 100.0))

    def test_matched_credit_is_not_counted_twice(self):
        invoice = self._overdue(5, 100.0)
        credit_note = self._credit_note(amount=30.0)
        self._receivables(invoice + credit_note).reconcile()
        notice = self._plan().notice_ids
        self.assertEqual((notice.amount_credit, notice.amount_total), (0.0, 70.0))

    # === WHAT THE RUN TELLS === #

    def test_exclusion_keeps_amount_and_lateness(self):
        invoice = self._overdue(5, 80.0, no_followup=True)
        [row] = self._plan().exclusion_ids
        self.assertRecordValues(
            row,
            [
                {
                    "partner_id": self.customer.id,
                    "move_id": invoice.id,
                    "date_maturity": self._days_ago(5),
                    "days_late": 5,
                    "currency_id": self.company.currency_id.id,
                    "amount_residual": 80.0,
                    "reason": "no_followup",
                }
            ],
        )

    def test_every_overdue_item_is_either_told_or_explained(self):
        moves = self.env["account.move"].union(
            self._overdue(50),
            self._overdue(1),
            self._overdue(2, partner=self._create_customer("Bob")),
            self._overdue(7, no_followup=True),
        )
        run = self._plan()
        told = run.notice_ids.line_ids.move_id
        explained = run.exclusion_ids.move_id
        self.assertEqual(told | explained, moves)
        self.assertFalse(told & explained)

    def test_snapshot_keeps_what_the_customer_is_told(self):
        invoice = self._overdue(5, 80.0)
        self.assertRecordValues(
            self._plan().notice_ids.line_ids,
            [
                {
                    "move_line_id": self._receivables(invoice).id,
                    "move_id": invoice.id,
                    "invoice_name": invoice.name,
                    "invoice_date": invoice.invoice_date,
                    "date_maturity": self._days_ago(5),
                    "days_late": 5,
                    "amount_residual": 80.0,
                    "is_climbing": True,
                    "level_id": self.friendly.id,
                    "description": "Consulting",
                }
            ],
        )

    def test_misc_entry_on_a_receivable_account_is_reminded_of(self):
        # its follow-up is off by default: somebody has switched it on
        entry = self._create_misc_entry(self._days_ago(5))
        self.assertLeftOut(self._plan(), entry, "no_followup")
        entry.line_ids.no_followup = False
        self.assertReminded(self._plan(), entry, self.friendly)

    def _create_misc_entry(self, due):
        accounts = self.company_data
        entry = self.env["account.move"].create(
            {
                "move_type": "entry",
                "date": due,
                "line_ids": [
                    Command.create(
                        {
                            "account_id": accounts["default_account_receivable"].id,
                            "partner_id": self.customer.id,
                            "date_maturity": due,
                            "debit": 100.0,
                        }
                    ),
                    Command.create(
                        {
                            "account_id": accounts["default_account_revenue"].id,
                            "credit": 100.0,
                        }
                    ),
                ],
            }
        )
        entry.action_post()
        return entry
