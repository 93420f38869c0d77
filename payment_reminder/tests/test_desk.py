from datetime import timedelta

from odoo.exceptions import UserError
from odoo.tests import tagged

from .common import DunningCommon


@tagged("post_install", "-at_install")
class TestDesk(DunningCommon):
    """What is to do next, and why."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.clock = cls.company._get_dunning_today()
        cls.desk = cls.env["dunning.desk"]

    def _late(self, days, partner=None, amount=100.0):
        """Return an invoice that is late on the clock's day, with its case."""
        partner = partner or self.customer
        due = self.clock - timedelta(days=days)
        invoice = self._invoice(partner, amount, due)
        self.env["dunning.planner"]._open_cases(self.company, partner)
        return invoice

    def assertStep(self, step, case=None):
        """Assert what the case is to do next, found anew."""
        case = case or self._case()
        self.desk._refresh(self.company)
        self.assertEqual(case.next_step, step)

    # === NEXT STEP === #

    def test_item_that_reached_a_level_is_to_be_reminded_today(self):
        self._late(5)
        self.assertStep("remind")
        case = self._case()
        self.assertEqual(case.next_step_date, self.clock)
        self.assertEqual(case.next_level_id, self.friendly)
        self.assertTrue(case.is_todo)

    def test_item_that_is_not_late_enough_waits_for_its_day(self):
        self._late(1)
        self.assertStep("wait")
        case = self._case()
        self.assertEqual(case.next_step_date, self.clock + timedelta(days=2))
        self.assertFalse(case.is_todo)

    def test_proposed_notice_is_to_be_reviewed(self):
        self._late(5)
        self._plan(self.clock)
        self.assertStep("review")

    def test_queued_notice_is_being_sent(self):
        self._late(5)
        run = self._plan(self.clock)
        run.action_approve()
        run._set_sending()
        self.assertStep("sending")

    def test_failed_notice_is_a_problem(self):
        self._late(5)
        notice = self._plan(self.clock).notice_ids.sudo()
        notice.write({"state": "failed", "reason": "No such user"})
        self.assertStep("problem")

    def test_customer_who_cannot_be_reached_needs_a_way(self):
        nobody = self._create_customer("Nobody", email=False, street=False, city=False)
        self._late(5, nobody)
        self.assertStep("contact", self._case(nobody))

    def test_case_waits_for_the_pay_by_date_of_the_last_level(self):
        self._reach_the_last_level(pay_by=4)
        self.assertStep("wait")
        self.assertEqual(self._case().next_step_date, self.clock + timedelta(days=5))

    def test_decision_is_asked_for_although_newer_items_are_open(self):
        self._reach_the_last_level(pay_by=-1)
        self._late(2)
        self._late(-9)
        self.assertStep("decide")
        self.assertEqual(self._case().next_step_date, self.clock)

    def test_unmatched_money_is_to_be_matched_from_the_day_it_is_there(self):
        self._late(1)
        self.assertStep("wait")
        self._unmatched_payment(amount=30.0, date=self.clock)
        self.assertStep("match")
        self.assertEqual(self._case().next_step_date, self.clock)

    def test_money_is_matched_before_a_decision_and_while_items_rest(self):
        self._reach_the_last_level(pay_by=-1)
        self._unmatched_payment(amount=30.0, date=self.clock)
        self.assertStep("match")
        self._case()._promise(50.0, self.clock)
        self.assertStep("match")

    def test_money_that_the_procedure_ignores_is_not_to_be_matched(self):
        self._late(1)
        self._unmatched_payment(amount=30.0, date=self.clock)
        self.procedure.credit_treatment = "ignore"
        self.assertStep("wait")

    def test_money_of_an_excluded_customer_is_not_to_be_matched(self):
        self._late(5).no_followup = True
        self._unmatched_payment(amount=30.0, date=self.clock)
        self.assertStep("none")

    def test_item_after_its_last_heads_up_waits_for_its_due_date(self):
        self.company.dunning_procedure_id = self._create_procedure([-3])
        item = self._items(self._late(-2)).sudo()
        item.level_id = self.company.dunning_procedure_id.level_ids
        self.assertStep("wait")
        self.assertEqual(self._case().next_step_date, self.clock + timedelta(days=3))

    def _reach_the_last_level(self, pay_by):
        """Let an item reach the last level; its pay-by date is so many days ahead."""
        item = self._items(self._late(70)).sudo()
        item.level_id = self.last
        item.last_notice_date = self.clock - timedelta(days=9)
        item.pay_by_date = self.clock + timedelta(days=pay_by)

    def test_unmatched_payment_that_covers_all_is_to_be_matched(self):
        self._late(5)
        self._unmatched_payment(amount=100.0)
        self.assertStep("match")

    def test_agreements_rest(self):
        steps = {
            "promised": lambda case: case._promise(50.0, self.clock),
            "on_hold": lambda case: case._pause(self.clock, "Illness"),
            "disputed": lambda case: case._dispute(case.line_ids, "amount", "Less"),
        }
        for step, agree in steps.items():
            with self.subTest(step):
                partner = self._create_customer(step)
                self._late(5, partner)
                agree(self._case(partner))
                self.assertEqual(self._case(partner).next_step, step)

    def test_last_level_asks_for_a_decision(self):
        self._late(90)
        self.procedure.first_level = "age"
        self.last.is_reviewed = False
        self._send(self._plan(self.clock))
        later = self.clock + timedelta(days=60)
        self.desk._refresh(self.company, date=later)
        self.assertEqual(self._case().next_step, "decide")

    def test_paid_case_is_settled(self):
        invoice = self._late(5)
        self._pay(invoice)
        self.assertStep("settled")

    def test_excluded_invoice_gets_no_reminders(self):
        invoice = self._late(5)
        invoice.no_followup = True
        self.assertStep("none")

    def test_desk_and_run_agree(self):
        """Whoever is to be reminded today is in the run, and nobody else."""
        for days in (1, 3, 5, 12, 40):
            self._late(days, self._create_customer(f"Late {days}"))
        self.desk._refresh(self.company)
        cases = self.env["dunning.case"].search([("company_id", "=", self.company.id)])
        expected = cases.filtered(lambda case: case.next_step == "remind")
        self.assertEqual(self._plan(self.clock).notice_ids.case_id, expected)

    def test_refresh_writes_only_what_has_changed(self):
        self._late(5)
        self.desk._refresh(self.company)
        for cases in (None, self._case()):
            self.desk._store_steps(self.company, cases, self.clock)
            self.assertEqual(self.env.cr.rowcount, 0)

    def test_number_of_queries_does_not_grow_with_the_cases(self):
        self._late(5)
        self._count_queries()  # fills caches that have nothing to do with cases
        first = self._count_queries()
        for number in range(8):
            self._late(5, self._create_customer(f"More {number}"))
        self.assertEqual(self._count_queries(), first)

    def _count_queries(self):
        self.env.flush_all()
        self.env.invalidate_all()
        before = self.env.cr.sql_log_count
        self.desk._refresh(self.company)
        Case = self.env["dunning.case"]
        Case.web_read_group(
            [("company_id", "=", self.company.id)],
            ["next_step"],
            ["__count", "company_amount_overdue:sum"],
        )
        Case.search([("days_late", ">", 3)], order="days_late desc", limit=5)
        return self.env.cr.sql_log_count - before

    # === TOTALS IN LISTS === #

    def test_cases_are_found_grouped_and_sorted_by_what_is_owed(self):
        self._late(5, amount=10.0)
        bob = self._create_customer("Bob")
        self._late(40, bob, 30.0)
        Case = self.env["dunning.case"]
        mine = [("company_id", "=", self.company.id)]
        both = self._case() | self._case(bob)
        self.assertEqual(Case.search([*mine, ("days_late", ">", 30)]), self._case(bob))
        self.assertEqual(
            Case.search([*mine, ("amount_overdue", "<", 20)]), self._case()
        )
        self.assertEqual(
            Case.search(mine, order="company_amount_overdue desc"),
            self._case(bob) | self._case(),
        )
        self.assertEqual(Case.search([*mine, ("level_id", "=", False)]), both)
        [[total]] = Case._read_group(mine, [], ["company_amount_overdue:sum"])
        self.assertEqual(total, 40.0)

    def test_high_amount_is_marked_and_found(self):
        self.company.dunning_high_amount = 1000.0
        self._late(5, amount=999.99)
        bob = self._create_customer("Bob")
        self._late(5, bob, 1000.0)
        found = self.env["dunning.case"].search(
            [("is_high_amount", "=", True), ("company_id", "=", self.company.id)]
        )
        self.assertEqual(found, self._case(bob))
        self.assertTrue(found.is_high_amount)
        self.assertFalse(self._case().is_high_amount)

    # === OPENING === #

    def test_desk_shows_customers_whom_no_run_has_looked_at(self):
        self._invoice(due=self.clock - timedelta(days=5))
        self.assertFalse(self._case())
        self.env["dunning.case"].with_company(self.company).action_open_desk()
        self.assertEqual(self._case().next_step, "remind")

    # === REMIND NOW === #

    def test_remind_now_proposes_for_this_customer_only(self):
        self._late(5)
        self._late(5, self._create_customer("Bob"))
        action = self._case().action_remind_now()
        run = self.env["dunning.run"].browse(action["res_id"])
        self.assertEqual(run.notice_ids.partner_id, self.customer)
        self.assertFalse(run.exclusion_ids)

    def test_remind_now_says_why_not(self):
        self._late(1)
        with self.assertRaisesRegex(UserError, "Friendly reminder"):
            self._case().action_remind_now()

    # === WHY === #

    def _why(self, invoice):
        return " ".join(invoice._get_dunning_explanations())

    def test_explanation_names_level_and_day(self):
        late = self._late(5)
        self.assertIn("will be reminded of today", self._why(late))
        self.assertIn("Friendly reminder", self._why(late))

    def test_explanation_says_how_long_the_last_level_is_waited_for(self):
        self._reach_the_last_level(pay_by=4)
        sentences = " ".join(self.customer._get_dunning_explanations())
        self.assertIn("asked to pay by", sentences)
        self._case().line_ids.sudo().pay_by_date = self.clock - timedelta(days=1)
        sentences = " ".join(self.customer._get_dunning_explanations())
        self.assertIn("a person decides what comes next", sentences)
        self.assertNotIn("asked to pay by", sentences)

    def test_explanation_names_a_repetition(self):
        self._reach_the_last_level(pay_by=-1)
        self.last.repeat_days = 20
        sentences = " ".join(self.customer._get_dunning_explanations())
        self.assertIn("'Last notice before hand-over (repeated)' follows", sentences)

    def test_explanation_names_money_that_waits_for_its_match(self):
        self._late(1)
        self._unmatched_payment(amount=30.0, date=self.clock)
        sentences = " ".join(self.customer._get_dunning_explanations())
        self.assertIn("30.00", sentences)
        self.assertIn("not matched yet", sentences)

    def test_every_obstacle_has_a_sentence(self):
        obstacles = {
            "promised": lambda move: self._items(move).case_id._promise(
                50.0, self.clock
            ),
            "paused until": lambda move: move._dunning_pause(self.clock, "Illness"),
            "disputed since": self._object,
            "Excluded from follow-up": lambda move: move.write({"no_followup": True}),
            "is settled": lambda move: self._pay(move),
            "not posted": lambda move: move.button_draft(),
            "not matched yet": lambda move: self._credit_note(move.partner_id, 100.0),
            "no way to reach": lambda move: move.partner_id.write(
                {"email": False, "street": False, "city": False, "phone": False}
            ),
        }
        for words, obstruct in obstacles.items():
            with self.subTest(words):
                invoice = self._late(5, self._create_customer(words))
                obstruct(invoice)
                self.assertIn(words, self._why(invoice))

    def test_customer_who_owes_nothing_is_told_so(self):
        [text] = self._create_customer("Bob")._get_dunning_explanations()
        self.assertIn("owes nothing", text)

    def test_same_answers_are_one_sentence(self):
        for _number in range(5):
            self._late(5)
        [sentence] = self.customer._get_dunning_explanations()
        self.assertIn("and 2 more", sentence)

    def test_case_can_be_opened_before_anything_is_due(self):
        invoice = self._invoice(due=self.clock + timedelta(days=10))
        invoice.action_dunning_open_case()
        self.assertTrue(self._case())
        self.assertEqual(self._items(invoice).case_id, self._case())
