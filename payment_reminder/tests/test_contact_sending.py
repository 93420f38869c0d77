from datetime import datetime, timedelta

from freezegun import freeze_time

from odoo.tests import tagged

from .contact_common import ContactCommon

#: A Monday; 7:00 in Brussels, where the customers are.
MORNING = "2025-06-16 05:00:00"
NINE = datetime(2025, 6, 16, 7, 0)


class ContactSendingCommon(ContactCommon):
    """It is seven in the morning, and nobody is written to before nine."""

    @classmethod
    def setUpClass(cls):
        cls.startClassPatcher(freeze_time(MORNING))
        super().setUpClass()
        cls.company.dunning_contact_rule_id = cls.courteous
        cls.customer.phone = False  # the level calls, or else writes

    def _work_at(self, moment):
        """Let a worker come at ``moment``, naive UTC."""
        with freeze_time(moment):
            self._work()
        self.env.invalidate_all()

    def _triggers(self):
        """Return when the sender is to be woken."""
        cron = self.env.ref("payment_reminder.ir_cron_dunning_send")
        triggers = self.env["ir.cron.trigger"].sudo()
        return set(triggers.search([("cron_id", "=", cron.id)]).mapped("call_at"))


@tagged("post_install", "-at_install")
class TestContactSending(ContactSendingCommon):
    """A mail outside the window waits, says why, and goes out by itself."""

    def test_mail_before_nine_waits_until_nine(self):
        notice = self._queue()
        self._work()
        self.assertEqual((notice.state, notice.next_try), ("queued", NINE))
        self.assertEqual(notice.held_rule_id, self.courteous)
        self.assertIn("It is 7:00", notice.reason.replace("07:00", "7:00"))
        self.assertIn("Courteous", notice.reason)
        self.assertFalse(self.server.mails)
        self.assertIn(NINE, self._triggers())

    def test_mail_goes_out_when_its_hour_has_come(self):
        notice = self._queue()
        self._work()
        self._work_at(NINE - timedelta(seconds=1))
        self.assertEqual(notice.state, "queued")
        self._work_at(NINE)
        self.assertSent(notice)
        self.assertFalse(notice.reason)
        self.assertFalse(notice.held_rule_id)
        self.assertFalse(notice.is_outside_rule)

    def test_what_waits_is_not_counted_as_waiting_for_the_sender(self):
        self._queue()
        self._work()
        self.assertEqual(self.env["dunning.sender"]._count_waiting(), 0)

    def test_mail_on_a_weekend_waits_for_monday(self):
        notice = self._queue()
        self._work_at("2025-06-14 10:00:00")
        self.assertEqual(notice.next_try, NINE)

    def test_holiday_is_waited_for(self):
        self.env["resource.calendar.leaves"].create(
            {
                "name": "Holiday",
                "company_id": self.company.id,
                "calendar_id": self.company.resource_calendar_id.id,
                "date_from": datetime(2025, 6, 16, 0, 0),
                "date_to": datetime(2025, 6, 16, 22, 0),
            }
        )
        notice = self._queue()
        self._work_at(NINE)
        self.assertEqual(notice.next_try, NINE + timedelta(days=1))
        self.assertIn("public holiday", notice.reason)

    def test_other_customers_are_not_held_up(self):
        bob = self._create_customer("Bob")
        bob.dunning_contact_rule_id = self.none
        ann, other = self._queue(self.customer, bob).sorted(
            lambda notice: notice.partner_id == bob
        )
        self._work()
        self.assertEqual((ann.state, other.state), ("queued", "sent"))
        self.assertEqual(ann.run_id.state, "sending")
        self._work_at(NINE)
        self.assertEqual((ann.state, ann.run_id.state), ("sent", "done"))

    def test_cap_of_a_day_is_waited_for(self):
        foreign = self.setup_other_currency("HRK", rates=[("2000-01-01", 10.0)])
        self._overdue(5)
        self._overdue(5, currency_id=foreign.id)
        notices = self._release(self._plan()).notice_ids
        self.assertEqual(len(notices), 2)
        self._work_at(NINE)
        first, second = notices.sorted("state", reverse=True)
        self.assertEqual((first.state, second.state), ("sent", "queued"))
        self.assertEqual(second.next_try, NINE + timedelta(days=1))
        self.assertIn("Cap reached", second.reason)
        self.assertEqual(len(self.server.mails), 1)
        self._work_at(NINE + timedelta(days=1))
        self.assertEqual(second.state, "sent")

    def test_mail_that_is_never_allowed_goes_another_way(self):
        self.company.dunning_contact_rule_id = self._rule(caps=[("message", "day", 0)])
        self.level.letter_intro = "<p>Please pay.</p>"
        notice = self._queue()
        self._work()
        self.assertEqual(notice.state, "failed")
        self.assertIn("Messages are not allowed", notice.reason)
        self.assertEqual(notice.fallback_notice_id.channel, "letter")

    def test_letters_have_no_hours_but_may_have_caps(self):
        self.level.letter_intro = "<p>Please pay.</p>"
        self.level.channel_ids = self.letter_channel
        one = self._queue()
        self.assertEqual(one.channel, "letter")
        self.assertTrue(one.is_contact_allowed)
        self.assertEqual(one._hold_back(), one)
        self.courteous.cap_ids = [
            (0, 0, {"kind": "letter", "period": "day", "number": 0})
        ]
        self.env.invalidate_all()
        self.assertFalse(one.is_contact_allowed)

    def test_messages_at_any_time_if_the_rule_says_so(self):
        self.courteous.is_message_timed = False
        notice = self._queue()
        self._work()
        self.assertSent(notice)

    def test_what_is_paid_meanwhile_is_not_sent(self):
        notice = self._queue()
        self._work()
        self._pay(notice.line_ids.move_id)
        self._work_at(NINE)
        self.assertEqual(notice.state, "skipped")
        self.assertFalse(self.server.mails)

    def test_stopped_run_calls_back_what_waits(self):
        notice = self._queue()
        self._work()
        notice.run_id.action_stop()
        self.assertEqual(notice.state, "proposed")
        self._work_at(NINE)
        self.assertFalse(self.server.mails)

    def test_failing_rule_stops_nobody_else(self):
        bob = self._create_customer("Bob")
        self.company.dunning_contact_rule_id = self.none
        poisoned, good = self._queue(self.customer, bob).sorted(
            lambda notice: notice.partner_id == bob
        )
        self.customer.dunning_contact_rule_id = self.courteous
        self.env.cr.execute(  # no form would let that in
            "UPDATE contact_rule_hours SET hour_from = 'NaN' WHERE rule_id = %s",
            [self.courteous.id],
        )
        self.env.invalidate_all()
        self._work()
        self.assertEqual((poisoned.state, good.state), ("failed", "sent"))

    # === ON THE SCREENS === #

    def test_proposal_tells_that_it_would_wait(self):
        self._overdue(5)
        notice = self._plan().notice_ids
        self.assertIn("From Mon 9:00 their time", self._clock(notice.warning_text))
        self.assertFalse(notice.is_contact_allowed)

    def test_list_tells_until_when_it_waits(self):
        notice = self._queue()
        self._work()
        self.assertIn("From Mon 9:00 their time", self._clock(notice.warning_text))
        held = self.env["dunning.notice"].search(
            [("held_rule_id", "!=", False), ("state", "=", "queued")]
        )
        self.assertEqual(held, notice)

    def _clock(self, text):
        return text.replace("\u202f", " ").replace(" AM", "")

    def test_run_tells_how_many_wait(self):
        notice = self._queue()
        self.assertFalse(notice.run_id.held_text)
        self._work()
        self.env.invalidate_all()
        self.assertIn("1", notice.run_id.held_text)
        action = notice.run_id.action_view_held()
        self.assertEqual(action["context"], {"search_default_held": 1})

    def test_case_tells_until_when_its_mail_waits(self):
        notice = self._queue()
        self._work()
        case = notice.case_id
        case._refresh_next_step(self.today)
        self.assertIn("From Mon", case.next_step_text)

    def test_watchdog_lets_it_wait(self):
        notice = self._queue()
        self._work()
        self.env.flush_all()
        late = NINE + timedelta(days=4)
        for moment, count in ((NINE + timedelta(hours=1), 0), (late, 1)):
            domain = self.company._get_dunning_stuck_domain(moment)
            self.env.cr.execute(
                "UPDATE dunning_notice SET write_date = %s WHERE id = %s",
                [NINE - timedelta(days=5), notice.id],
            )
            self.env.invalidate_all()
            found = self.env["dunning.notice"].search_count(domain)
            with self.subTest(moment):
                self.assertEqual(found, count)

    # === COST === #

    def test_holding_back_costs_the_same_for_few_and_many(self):
        partners = [self._create_customer(f"P{index}") for index in range(40)]
        queued = self._queue(*partners)
        notices = queued.browse(queued.ids).sudo()

        def count(some):
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            some.mapped("contact_id.name")
            self.assertFalse(some._hold_back())
            return self.env.cr.sql_log_count - before

        count(notices)
        few = count(notices.browse(notices.ids[:3]))
        self.assertLessEqual(count(notices), few + 2)

    def test_without_a_rule_sending_asks_nothing_more(self):
        self.company.dunning_contact_rule_id = False
        partners = [self._create_customer(f"P{index}") for index in range(20)]
        notices = self._queue(*partners).sudo()
        notices._filter_ruled()  # as it was read by the checks before
        with self.assertQueryCount(0):
            self.assertEqual(notices._hold_back(), notices)

    def test_rows_of_the_customers_cases_are_written_before_contacts_are_counted(self):
        notice = self._queue().sudo()
        before = notice.case_id.contact_claim
        notice._hold_back()
        self.env.invalidate_all()
        self.assertNotEqual(notice.case_id.contact_claim, before)


@tagged("post_install", "-at_install")
class TestContactPlan(ContactSendingCommon):
    """Mails of instalment plans obey the rule and count."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.customer.dunning_contact_rule_id = cls.none
        cls.env.ref("payment_reminder.installment_reminder_heads_up").active = True
        cls.plan = cls._make_plan()
        cls.customer.dunning_contact_rule_id = False

    @classmethod
    def _make_plan(cls):
        cls.move = cls._overdue(20, 300.0)
        first = cls.today + timedelta(days=3)
        plans = cls.env["installment.plan"]
        plan = plans._make_equal(cls.move, 3, first, "weekly")
        plan.action_activate()
        return plan

    def _remind(self, moment):
        with freeze_time(moment):
            return self.env["installment.plan"]._remind(
                self.company, self.company._get_dunning_today()
            )

    def test_reminder_before_nine_waits_and_is_sent_once(self):
        self.assertFalse(self._remind(MORNING))
        self.assertEqual(self.plan.remind_at, NINE)
        self.assertIn(NINE, self._triggers())
        self.env["installment.plan"]._remind_waiting(NINE - timedelta(seconds=1))
        self.assertFalse(self.plan.notice_ids)
        with freeze_time(NINE):
            self.env["installment.plan"]._remind_waiting()
            self.env["installment.plan"]._remind_waiting()
        self.assertEqual(self.plan.notice_ids.kind, "reminder")
        self.assertFalse(self.plan.remind_at)

    def test_what_is_paid_meanwhile_is_not_reminded_of(self):
        self._remind(MORNING)
        self._pay(self.move, 300.0)
        with freeze_time(NINE):
            self.env["installment.plan"]._remind_waiting()
        self.assertFalse(self.plan.notice_ids.filtered(lambda n: n.kind == "reminder"))

    def test_reminder_counts_as_a_message(self):
        with freeze_time(NINE):
            self.assertTrue(self._remind(NINE))
            decision = self._decide(self.customer, NINE, "message")
        self.assertEqual(decision.answer.code, "cap")

    def test_notice_of_the_end_goes_out_later(self):
        self.env.cr._now = datetime.fromisoformat(MORNING)
        self.plan._set_defaulted("Late", self.today)
        notice = self.plan.notice_ids.filtered(lambda n: n.kind == "default")
        self.assertEqual(notice.contact_at, NINE)
        schedule = (
            self.env["mail.message.schedule"]
            .sudo()
            .search([("mail_message_id", "=", notice.message_id.id)])
        )
        self.assertEqual(schedule.scheduled_datetime, NINE)

    def test_mail_that_is_never_allowed_is_a_task(self):
        self.customer.dunning_contact_rule_id = self._rule(caps=[("message", "day", 0)])
        self.plan._set_defaulted("Late", self.today)
        notice = self.plan.notice_ids.filtered(lambda n: n.kind == "default")
        self.assertIn("Messages are not allowed", notice.problem)
        self.assertFalse(notice.message_id)
        self.assertFalse(self._remind(NINE))

    def test_without_a_rule_it_goes_out_at_once(self):
        self.company.dunning_contact_rule_id = False
        self.assertTrue(self._remind(MORNING))
        self.assertFalse(self.plan.notice_ids.contact_at)
