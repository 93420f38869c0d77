from datetime import date

from psycopg2.errors import CheckViolation, ForeignKeyViolation, UniqueViolation

from odoo.exceptions import UserError, ValidationError
from odoo.tests import Form, tagged
from odoo.tools import mute_logger

from .common import DunningCommon


@tagged("post_install", "-at_install")
class TestProcedure(DunningCommon):
    """The shipped procedure, and what may be changed in one."""

    # === THE SHIPPED ONE === #

    def test_shipped_levels_come_at_the_promised_days(self):
        self.assertEqual(self.levels.mapped("delay_days"), [-3, 3, 10, 15, 21, 45])
        self.assertEqual(set(self.levels.mapped("basis")), {"due_date"})

    def test_shipped_heads_up_is_off_until_switched_on(self):
        active = self.levels.filtered("active")
        self.assertEqual(active, self.levels - self.heads_up)

    def test_shipped_levels_use_the_promised_channels(self):
        codes = [level.channel_ids.mapped("code") for level in self.levels]
        self.assertEqual(codes[:3], [["email"], ["email"], ["email"]])
        self.assertEqual(codes[3], ["call"])
        self.assertEqual(set(codes[4]), {"email", "letter"})
        self.assertEqual(codes[5], ["letter"])

    def test_only_the_last_shipped_level_needs_a_review(self):
        self.assertEqual(self.levels.filtered("is_reviewed"), self.last)

    def test_formal_demand_gives_ten_days(self):
        self.assertEqual(self.demand.pay_by_days, 10)

    def test_new_company_gets_the_shipped_procedure(self):
        company = self._create_company(name="Newcomer")
        procedure = company.sudo().dunning_procedure_id
        self.assertEqual(procedure.company_id, company)
        self.assertNotEqual(procedure, self.procedure)
        delays = self._get_levels(procedure).mapped("delay_days")
        self.assertEqual(delays, [-3, 3, 10, 15, 21, 45])

    def test_company_keeps_the_procedure_it_has(self):
        before = self.env["dunning.procedure"].search([])
        self.company._ensure_dunning_procedure()
        self.assertEqual(self.env["dunning.procedure"].search([]), before)
        self.assertEqual(self.company.dunning_procedure_id, self.procedure)

    def test_company_that_lost_its_default_gets_its_own_procedure_back(self):
        self.company.dunning_procedure_id = False
        self.company._ensure_dunning_procedure()
        self.assertEqual(self.company.dunning_procedure_id, self.procedure)

    def test_copy_keeps_archived_levels(self):
        copied = self.procedure.copy()
        delays = self._get_levels(copied).mapped("delay_days")
        self.assertEqual(delays, self.levels.mapped("delay_days"))

    # === CONSTRAINTS === #

    @mute_logger("odoo.sql_db")
    def test_two_active_levels_cannot_come_on_the_same_day(self):
        with self.assertRaises(UniqueViolation), self.cr.savepoint():
            self._create_level(self.procedure, delay_days=3)
        self._create_level(self.procedure, delay_days=3, active=False)
        self._create_level(self.procedure, delay_days=3, basis="end_of_month")

    def test_levels_counted_from_the_previous_notice_may_have_the_same_days(self):
        basis = {"delay_days": 14, "basis": "previous_notice"}
        procedure = self._create_procedure([3, basis, basis])
        ranks = procedure.level_ids.mapped("rank_days")
        self.assertEqual(ranks, [3, 17, 31])

    def test_only_the_due_date_can_be_preceded(self):
        self._create_level(self.procedure, delay_days=-1)
        for basis in ("end_of_month", "previous_notice"):
            with self.subTest(basis), self.assertRaises(ValidationError):
                self._create_level(self.procedure, delay_days=-1, basis=basis)

    def test_heads_up_is_not_repeated(self):
        with self.assertRaises(ValidationError):
            self.heads_up.repeat_days = 7

    def test_nobody_is_reminded_of_pennies_by_the_shipped_procedure(self):
        self.assertEqual(self.procedure.tolerance_amount, 5.0)
        invoice = self._overdue(60, 0.72)
        self.assertLeftOut(self._plan(), invoice, "tolerance")

    @mute_logger("odoo.sql_db")
    def test_gap_pay_by_days_and_tolerance_are_not_negative(self):
        for record, values in (
            (self.friendly, {"min_gap_days": -1}),
            (self.friendly, {"pay_by_days": -1}),
            (self.friendly, {"repeat_days": -1}),
            (self.procedure, {"tolerance_amount": -0.01}),
        ):
            with (
                self.subTest(values),
                self.assertRaises(CheckViolation),
                self.cr.savepoint(),
            ):
                record.write(values)
                record.flush_recordset()

    def test_level_with_email_needs_a_text(self):
        with self.assertRaises(ValidationError):
            self.friendly.mail_template_id = False
        self.friendly.channel_ids = self.letter_channel
        self.friendly.mail_template_id = False
        with self.assertRaises(ValidationError):
            self.friendly.channel_ids = self.email_channel

    def test_default_procedure_cannot_be_archived(self):
        with self.assertRaises(ValidationError):
            self.procedure.active = False
        other = self._create_procedure([1])
        other.active = False
        self.assertFalse(other.active)

    def test_procedure_of_another_company_is_refused(self):
        elsewhere = self.setup_other_company()["company"].sudo().dunning_procedure_id
        with self.assertRaises(UserError):
            self._overdue(5, dunning_procedure_id=elsewhere.id)

    def test_channel_without_a_handler_is_refused(self):
        with self.assertRaises(ValidationError):
            self.env["dunning.channel"].create({"name": "Pigeon", "code": "pigeon"})

    @mute_logger("odoo.sql_db")
    def test_level_that_was_used_is_kept(self):
        self._overdue(5)
        self._run_and_send()
        with self.assertRaises(ForeignKeyViolation), self.cr.savepoint():
            self.friendly.unlink()
        self.assertTrue(self.friendly.exists())

    # === DEFAULT === #

    def test_manager_chooses_the_default_procedure(self):
        other = self._create_procedure([1])
        self.assertFalse(other.is_default)
        other.action_set_default()
        self.assertTrue(other.is_default)
        self.assertFalse(self.procedure.is_default)

    def test_procedure_can_be_made_in_its_form(self):
        with Form(self.env["dunning.procedure"]) as form:
            form.name = "By hand"
        self.assertEqual(form.record.company_id, self.company)
        self.assertEqual(form.record.first_level, "climb")
        self.assertEqual(form.record.credit_treatment, "reduce")


@tagged("post_install", "-at_install")
class TestLevel(DunningCommon):
    """When a level is reached, and what follows it."""

    # === REACHED === #

    def test_reach_date_counts_from_the_due_date(self):
        reached = self.friendly._get_reach_date(date(2025, 2, 26), False)
        self.assertEqual(reached, date(2025, 3, 1))

    def test_reach_date_counts_over_29_february(self):
        reached = self.friendly._get_reach_date(date(2024, 2, 27), False)
        self.assertEqual(reached, date(2024, 3, 1))

    def test_reach_date_may_lie_before_the_due_date(self):
        reached = self.heads_up._get_reach_date(date(2025, 1, 2), False)
        self.assertEqual(reached, date(2024, 12, 30))

    def test_reach_date_counts_from_the_end_of_the_month(self):
        level = self._create_level(self.procedure, delay_days=10, basis="end_of_month")
        for due, expected in (
            (date(2025, 1, 31), date(2025, 2, 10)),
            (date(2025, 2, 1), date(2025, 3, 10)),
            (date(2024, 2, 29), date(2024, 3, 10)),
            (date(2025, 12, 5), date(2026, 1, 10)),
        ):
            with self.subTest(due):
                self.assertEqual(level._get_reach_date(due, False), expected)

    def test_reach_date_counts_from_the_previous_notice_if_there_is_one(self):
        level = self._create_level(
            self.procedure, delay_days=7, basis="previous_notice"
        )
        due, told = date(2025, 6, 1), date(2025, 6, 20)
        self.assertEqual(level._get_reach_date(due, told), date(2025, 6, 27))
        self.assertEqual(level._get_reach_date(due, False), date(2025, 6, 8))

    def test_only_a_heads_up_is_reached_before_the_item_is_overdue(self):
        due, told = date(2025, 6, 30), date(2025, 6, 10)
        for basis in ("end_of_month", "previous_notice"):
            level = self._create_level(self.procedure, delay_days=0, basis=basis)
            with self.subTest(basis):
                self.assertEqual(level._get_reach_date(due, told), date(2025, 7, 1))
        level = self._create_level(self.procedure, delay_days=0)
        self.assertEqual(level._get_reach_date(due, told), due)

    def test_level_is_reached_on_its_day_and_after(self):
        invoice = self._overdue(0)
        self._plan(self._days_ago(-1))
        item = self._items(invoice)
        reached = [
            self.friendly._is_reached(item, self._days_ago(-days)) for days in (2, 3, 4)
        ]
        self.assertEqual(reached, [False, True, True])

    # === HEADS-UP === #

    def test_heads_up_is_what_comes_at_or_before_the_due_date(self):
        self.assertTrue(self.heads_up._is_heads_up())
        self.assertFalse(self.friendly._is_heads_up())
        on_the_day = self._create_level(self.procedure, delay_days=0)
        self.assertTrue(on_the_day._is_heads_up())
        month_end = self._create_level(
            self.procedure, delay_days=0, basis="end_of_month"
        )
        self.assertFalse(month_end._is_heads_up())

    # === NEXT LEVEL === #

    def test_first_level_of_an_overdue_item_is_no_heads_up(self):
        self.heads_up.active = True
        nothing = self.levels.browse()
        self.assertEqual(self.procedure._get_next_level(nothing, 0), self.heads_up)
        self.assertEqual(self.procedure._get_next_level(nothing, 1), self.friendly)

    def test_levels_follow_their_sequence(self):
        follow = self.procedure._get_next_level
        followers = [follow(level, 99) for level in self.levels]
        self.assertEqual(
            followers,
            [*self.levels - self.heads_up, self.last.browse()],
        )

    def test_sequence_decides_even_against_the_delays(self):
        procedure = self._create_procedure([20, 10])
        first, second = procedure.level_ids
        self.assertEqual(procedure._get_next_level(first.browse(), 5), first)
        self.assertEqual(procedure._get_next_level(first, 30), second)

    def test_level_of_another_procedure_counts_by_its_lateness(self):
        procedure = self._create_procedure([5, 15, 25])
        follower = procedure._get_next_level(self.second, 30)  # 10 days
        self.assertEqual(follower, procedure.level_ids[1])

    # === RANK === #

    def test_rank_adds_up_days_since_previous_notices(self):
        since = {"basis": "previous_notice"}
        procedure = self._create_procedure(
            [20, {"delay_days": 8, **since}, {"delay_days": 5, **since}, 40]
        )
        self.assertEqual(procedure.level_ids.mapped("rank_days"), [20, 28, 33, 40])

    def test_rank_never_falls(self):
        procedure = self._create_procedure([20, 10])
        self.assertEqual(procedure.level_ids.mapped("rank_days"), [20, 20])

    def test_rank_follows_changes_of_earlier_levels(self):
        procedure = self._create_procedure(
            [20, {"delay_days": 8, "basis": "previous_notice"}]
        )
        first, second = procedure.level_ids
        first.delay_days = 30
        self.assertEqual(second.rank_days, 38)
        first.active = False
        self.assertEqual(second.rank_days, 8)

    # === PAY-BY DATE === #

    def test_pay_by_date_is_so_many_days_later(self):
        pay_by = self.demand._get_pay_by_date(date(2025, 6, 16))
        self.assertEqual(pay_by, date(2025, 6, 26))

    def test_pay_by_date_moves_to_the_next_working_day(self):
        pay_by = self.friendly._get_pay_by_date(date(2025, 6, 14))  # a Saturday
        self.assertEqual(pay_by, date(2025, 6, 23))

    def test_pay_by_date_skips_public_holidays(self):
        self.env["resource.calendar.leaves"].create(
            {
                "name": "Holiday",
                "calendar_id": self.company.resource_calendar_id.id,
                "company_id": self.company.id,
                "date_from": "2025-06-22 22:00:00",
                "date_to": "2025-06-23 22:00:00",
            }
        )
        pay_by = self.friendly._get_pay_by_date(date(2025, 6, 16))
        self.assertEqual(pay_by, date(2025, 6, 24))

    def test_pay_by_date_is_the_same_in_every_time_zone(self):
        for zone in ("Pacific/Midway", "America/Los_Angeles", "Pacific/Kiritimati"):
            self.company.resource_calendar_id.tz = zone
            with self.subTest(zone):
                friday = self.friendly._get_pay_by_date(date(2025, 6, 13))
                saturday = self.friendly._get_pay_by_date(date(2025, 6, 14))
                self.assertEqual(friday, date(2025, 6, 20))
                self.assertEqual(saturday, date(2025, 6, 23))

    def test_pay_by_date_can_be_a_worked_saturday(self):
        self.env["resource.calendar.leaves"].create(
            {
                "name": "Worked Saturday",
                "calendar_id": self.company.resource_calendar_id.id,
                "company_id": self.company.id,
                "date_from": "2025-06-20 22:00:00",
                "date_to": "2025-06-21 21:59:00",
                "time_type": "other",
            }
        )
        pay_by = self.friendly._get_pay_by_date(date(2025, 6, 14))
        self.assertEqual(pay_by, date(2025, 6, 21))

    def test_company_without_working_times_works_from_monday_to_friday(self):
        self.company.resource_calendar_id = False
        pay_by = self.friendly._get_pay_by_date(date(2025, 6, 14))
        self.assertEqual(pay_by, date(2025, 6, 23))

    def test_level_without_days_to_pay_sets_no_date(self):
        self.friendly.pay_by_days = 0
        self.assertFalse(self.friendly._get_pay_by_date(self.today))

    # === EXPLANATION === #

    def test_level_explains_when_it_comes(self):
        self.assertEqual(self.heads_up.rule_tip, "3 days before the due date")
        self.assertEqual(
            self.friendly.rule_tip,
            "3 days after the due date, at least 5 days after the last notice",
        )
        level = self._create_level(self.procedure, delay_days=0)
        self.assertEqual(level.rule_tip, "on the due date")
