from datetime import timedelta

from odoo.tests import tagged

from .installment_common import InstallmentCommon


@tagged("post_install", "-at_install")
class TestAgreedForDayOff(InstallmentCommon):
    """What was agreed for a Saturday is in time on Monday; on Tuesday it is late."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._work_on_weekdays()
        # not within this week, so that it is ahead whatever the clock says
        cls.saturday = cls.today + timedelta(days=12 - cls.today.weekday())
        cls.sunday, cls.monday, cls.tuesday = (
            cls.saturday + timedelta(days=days) for days in (1, 2, 3)
        )

    # === PROMISES === #

    def _promise(self, grace=0):
        move = self._overdue(20, 300.0)
        case = self._put_on_case(move, self.friendly).case_id
        promise = case._promise(300.0, self.saturday)
        promise.grace_days = grace
        return promise

    def test_promise_for_saturday_is_kept_on_monday(self):
        promise = self._promise()
        for day in (self.sunday, self.monday):
            self.env["dunning.promise"]._watch(self.company, day)
            self.assertEqual(promise.state, "open", day)
        days = (self.monday - self.today).days
        self._pay(promise.line_ids.move_id, 300.0, days)
        self.env["dunning.promise"]._watch(self.company, self.monday)
        self.assertEqual(promise.state, "kept")

    def test_promise_for_saturday_is_broken_on_tuesday(self):
        promise = self._promise()
        self.env["dunning.promise"]._watch(self.company, self.tuesday)
        self.assertEqual(promise.state, "broken")

    def test_days_of_grace_begin_after_the_working_day_and_end_on_one(self):
        for grace, days in ((1, 3), (2, 4), (5, 9)):
            promise = self._promise(grace)
            until = self.saturday + timedelta(days=days)
            self.assertEqual(promise.rest_until, until, grace)

    # === INSTALMENTS === #

    def _instalments(self, **values):
        return self._active_plan(first_date=self.saturday, **values)

    def _totals(self, plan, day):
        todays = self.company._get_dunning_todays_sql(day)
        self.env.flush_all()
        query = self.env["installment.plan"]._get_planned_sql(todays)
        rows = self.env.execute_query_dict(query)
        line = plan.item_ids.move_line_id
        return next(one for one in rows if one["move_line_id"] == line.id)

    def test_instalment_is_in_time_on_monday(self):
        plan = self._instalments()
        first = plan.line_ids.sorted("date")[0]
        for day, is_missed in (
            (self.saturday, False),
            (self.sunday, False),
            (self.monday, False),
            (self.tuesday, True),
        ):
            with self.subTest(day):
                self.assertEqual(first._is_missed(day), is_missed)
                self.assertEqual(first in plan._get_missed_lines(day), is_missed)
                self.assertEqual(bool(self._totals(plan, day)["late_share"]), is_missed)

    def test_instalment_paid_on_monday_was_not_missed(self):
        for days, count in ((2, 0), (3, 1)):
            plan = self._instalments()
            paid_on = (self.saturday - self.today).days + days
            self._pay(plan.item_ids.move_id, 100.0, paid_on)
            later = self.saturday + timedelta(days=5)
            self.assertEqual(len(plan._get_missed_lines(later)), count)

    def test_plan_lasts_for_its_days_of_grace_after_monday(self):
        plan = self._instalments(grace_days=3)
        for days, is_ended in ((5, False), (6, True)):
            reason = plan._get_default_reason(self.saturday + timedelta(days=days))
            self.assertEqual(bool(reason), is_ended, days)

    def test_days_late_count_from_monday(self):
        first = self._instalments().line_ids.sorted("date")[0]
        days = [
            first._get_days_late(self.saturday + timedelta(n)) for n in range(-1, 5)
        ]
        self.assertEqual(days, [-1, 0, -1, 0, 1, 2])

    def test_reminder_of_the_day_after_waits_for_tuesday(self):
        reminders = self.env["installment.reminder"].search([]).filtered("active")
        reminders.active = False
        reminder = reminders[:1].copy({"delay_days": 1, "active": True})
        first = self._instalments().line_ids.sorted("date")[0]
        found = [
            bool(reminder._find_due(first, self.saturday + timedelta(days=days)))
            for days in range(4)
        ]
        self.assertEqual(found, [False, False, False, True])

    def test_debt_that_returns_is_payable_by_a_working_day(self):
        plan = self._instalments()
        self.company.installment_default_days = 7
        date = plan._get_return_date(self.saturday)
        self.assertEqual(date, self.monday + timedelta(days=7))

    # === SEARCH AND TOTALS AGREE WITH THE RECORD === #

    def test_search_of_missed_instalments_agrees(self):
        plan = self._instalments()
        lines = plan.line_ids
        missed = lines.search([("plan_id", "=", plan.id), ("is_missed", "=", True)])
        self.assertEqual(missed, lines.filtered("is_missed"))
