from datetime import date, timedelta

from odoo.tests import tagged

from .contact_common import ContactCommon


@tagged("post_install", "-at_install")
class TestContactChoice(ContactCommon):
    """Which rule holds for a customer."""

    def _get(self, partner=None, procedure=None):
        return (partner or self.customer)._get_contact_rule(self.company, procedure)

    def test_without_any_choice_there_is_none(self):
        self.assertFalse(self._get())
        self.assertIsNone(self._decide(self.customer, self._utc("2025-06-15 03:00")))

    def test_customer_comes_before_procedure_before_company(self):
        procedure = self.company.dunning_procedure_id
        self.company.dunning_contact_rule_id = self.courteous
        self.assertEqual(self._get(), self.courteous)
        procedure.contact_rule_id = self.russia
        self.assertEqual(self._get(), self.russia)
        self.customer.dunning_contact_rule_id = self.reg_f
        self.assertEqual(self._get(), self.reg_f)
        self.assertEqual(self._get(procedure=self.procedure), self.reg_f)

    def test_procedure_of_the_customer_and_of_the_notice(self):
        self.customer.dunning_procedure_id = self.procedure
        self.procedure.contact_rule_id = self.russia
        self.assertEqual(self._get(), self.russia)
        self.assertFalse(self._get(procedure=self.calls))

    def test_rule_for_persons_is_passed_over_for_a_company(self):
        self.company.dunning_contact_rule_id = self.courteous
        self.customer.dunning_contact_rule_id = self.russia
        self.customer.is_company = True
        self.assertEqual(self._get(), self.courteous)
        self.company.dunning_contact_rule_id = False
        self.assertFalse(self._get())

    def test_rule_for_companies_is_passed_over_for_a_person(self):
        rule = self._whole_week(applies_to="company")
        self.company.dunning_contact_rule_id = rule
        self.assertFalse(self._get())
        self.customer.is_company = True
        self.assertEqual(self._get(), rule)

    def test_none_frees_a_customer_from_the_rule_of_the_company(self):
        self.company.dunning_contact_rule_id = self.courteous
        self.customer.dunning_contact_rule_id = self.none
        self.assertIsNone(self._decide(self.customer, self._utc("2025-06-15 03:00")))

    def test_archived_rule_does_not_hold(self):
        rule = self._whole_week()
        rule.active = False
        self.customer.dunning_contact_rule_id = rule
        self.assertFalse(self._get())

    def test_choice_for_a_customer_is_of_one_company(self):
        self.customer.dunning_contact_rule_id = self.russia
        other = self.setup_other_company()["company"]
        self.assertFalse(self.customer._get_contact_rule(other))

    def test_contact_of_a_customer_has_the_rule_of_the_customer(self):
        self.customer.dunning_contact_rule_id = self.russia
        clerk = self.env["res.partner"].create(
            {"name": "Clerk", "parent_id": self.customer.id}
        )
        decision = self._decide(clerk, self._utc("2025-06-16 07:00"))
        self.assertEqual(decision.rule, self.russia)


@tagged("post_install", "-at_install")
class TestContactShipped(ContactCommon):
    """Each shipped rule at concrete moments, where the customer is."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.kaliningrad = cls._place("Konstantin", "ru", "KGD")
        cls.kamchatka = cls._place("Kira", "ru", "KAM")
        cls.new_york = cls._place("Nora", "us", "NY")
        cls.kiribati = cls._place("Kiti", "ki")

    def assertDecisions(self, partner, zone, moments, kind="call"):
        for text, allowed in moments:
            with self.subTest(f"{partner.name} {text}"):
                decision = self._decide(partner, self._utc(text, zone), kind)
                self.assertEqual(decision.answer.allowed, allowed)

    def test_russia_in_kaliningrad_and_kamchatka(self):
        self.company.dunning_contact_rule_id = self.russia
        moments = (
            ("2025-06-16 07:59", False),
            ("2025-06-16 08:00", True),
            ("2025-06-16 21:59", True),
            ("2025-06-16 22:00", False),
            ("2025-06-14 08:59", False),  # a Saturday
            ("2025-06-14 09:00", True),
            ("2025-06-14 19:59", True),
            ("2025-06-14 20:00", False),
        )
        for kind in ("call", "message"):
            self.assertDecisions(self.kaliningrad, "Europe/Kaliningrad", moments, kind)
            self.assertDecisions(self.kamchatka, "Asia/Kamchatka", moments, kind)

    def test_russia_with_a_mobile_and_no_region(self):
        self.company.dunning_contact_rule_id = self.russia
        mobile = self._place("Misha", "ru")
        mobile.phone = "+7 916 123-45-67"
        decision = self._decide(mobile, self._utc("2025-06-16 10:00"))
        self.assertEqual(len(decision.zones), 11)
        self.assertNext(decision, "2025-06-17 06:00", "UTC")
        self.assertTrue(
            self._decide(mobile, self._utc("2025-06-16 09:59")).answer.allowed
        )

    def test_regulation_f_in_new_york(self):
        self.company.dunning_contact_rule_id = self.reg_f
        self.assertDecisions(
            self.new_york,
            "America/New_York",
            (
                ("2025-06-15 07:59", False),  # a Sunday
                ("2025-06-15 08:00", True),
                ("2025-06-15 20:59", True),
                ("2025-06-15 21:00", False),
                ("2025-03-09 08:00", True),  # the clocks have changed that night
                ("2025-11-02 07:59", False),
            ),
        )

    def test_courteous_in_kiribati_is_decided_in_all_three_zones(self):
        self.company.dunning_contact_rule_id = self.courteous
        self.assertDecisions(
            self.kiribati,
            "UTC",
            (
                ("2025-06-15 20:59", False),  # Monday 8:59 in Tarawa, 10:59 at the east
                ("2025-06-15 21:00", True),
                ("2025-06-16 03:59", True),
                ("2025-06-16 04:00", False),  # 18:00 on Kiritimati
            ),
        )
        decision = self._decide(self.kiribati, self._utc("2025-06-13 04:00"))
        self.assertNext(decision, "2025-06-16 09:00", "Pacific/Tarawa")

    def test_none_is_any_time(self):
        self.company.dunning_contact_rule_id = self.none
        for partner in (self.kaliningrad, self.new_york, self.kiribati):
            moment = self._utc("2025-06-15 03:00")
            self.assertIsNone(self._decide(partner, moment))

    def test_zone_of_the_customer_that_somebody_has_entered_counts_alone(self):
        self.company.dunning_contact_rule_id = self.courteous
        self.kiribati.dunning_tz = "Pacific/Kiritimati"
        decision = self._decide(self.kiribati, self._utc("2025-06-15 19:00"))
        self.assertTrue(decision.answer.allowed)
        self.assertEqual(decision.zones, ("Pacific/Kiritimati",))

    def test_zone_of_whoever_created_the_customer_says_nothing(self):
        self.company.dunning_contact_rule_id = self.russia
        self.env.user.tz = "Europe/Moscow"
        partner = self._place("Mitya", "ru", tz="Europe/Moscow")
        partner.phone = "+7 916 123-45-67"
        self.assertEqual(len(partner._get_contact_zones()), 11)
        partner.tz = "Asia/Omsk"
        self.assertEqual(partner._get_contact_zones(), ("Asia/Omsk",))

    def test_without_number_and_address_it_is_the_company(self):
        self.company.dunning_contact_rule_id = self.courteous
        self.customer.write({"phone": False, "country_id": False, "tz": False})
        decision = self._decide(self.customer, self._utc("2025-06-16 07:00"))
        self.assertEqual(decision.zones, ("Europe/Brussels",))


@tagged("post_install", "-at_install")
class TestContactDays(ContactCommon):
    """Working days, holidays and worked Saturdays of the company's calendar."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.calendar = cls.company.resource_calendar_id
        cls.calendar.tz = "Europe/Brussels"

    def _leave(self, first, last=None, hours=("00:00", "23:59"), **values):
        zone = self.calendar.tz
        return self.env["resource.calendar.leaves"].create(
            {
                "name": "Off",
                "company_id": self.company.id,
                "calendar_id": self.calendar.id,
                "date_from": self._utc(f"{first} {hours[0]}", zone),
                "date_to": self._utc(f"{last or first} {hours[1]}", zone),
                **values,
            }
        )

    def _kind(self, text):
        day = date.fromisoformat(text)
        return self.company._get_dunning_day_kinds(day, day)[day]

    def test_usual_week(self):
        days = self.company._get_dunning_day_kinds(date(2025, 6, 16), date(2025, 6, 22))
        self.assertEqual(list(days.values()), ["working"] * 5 + ["weekend"] * 2)

    def test_general_time_off_is_a_holiday(self):
        self._leave("2025-06-12", "2025-06-13")
        self.assertEqual(self._kind("2025-06-12"), "holiday")
        self.assertEqual(self._kind("2025-06-13"), "holiday")
        self.assertEqual(self._kind("2025-06-11"), "working")

    def test_holiday_within_working_hours_is_one(self):
        self._leave("2025-06-12", hours=("08:00", "17:00"))
        self.assertEqual(self._kind("2025-06-12"), "holiday")

    def test_free_afternoon_is_no_holiday(self):
        self._leave("2025-12-24", hours=("12:30", "23:59"))
        self.assertEqual(self._kind("2025-12-24"), "working")

    def test_holiday_on_a_sunday_is_one(self):
        self._leave("2025-06-15")
        self.assertEqual(self._kind("2025-06-15"), "holiday")

    def test_time_off_of_one_person_is_none(self):
        resources = self.env["resource.resource"].sudo()
        resource = resources.create({"name": "Ann", "calendar_id": self.calendar.id})
        self._leave("2025-06-12", resource_id=resource.id)
        self.assertEqual(self._kind("2025-06-12"), "working")

    def test_saturday_with_an_entry_of_other_type_is_worked(self):
        self._leave("2025-11-01", time_type="other")
        self.assertEqual(self._kind("2025-11-01"), "working")
        self.assertEqual(self._kind("2025-11-08"), "weekend")

    def test_holiday_of_all_calendars_counts(self):
        self._leave("2025-06-12", calendar_id=False)
        self.assertEqual(self._kind("2025-06-12"), "holiday")

    def test_holiday_of_another_company_does_not(self):
        other = self.setup_other_company()["company"]
        leave = self._leave("2025-06-12", calendar_id=other.resource_calendar_id.id)
        self.assertEqual(leave.company_id, other)
        self.assertEqual(self._kind("2025-06-12"), "working")

    def test_without_a_calendar_monday_to_friday(self):
        self.company.resource_calendar_id = False
        self.assertEqual(self._kind("2025-06-13"), "working")
        self.assertEqual(self._kind("2025-06-14"), "weekend")

    def test_calendar_with_saturdays_works_on_saturdays(self):
        self.calendar.attendance_ids[0].copy({"dayofweek": "5", "name": "Saturday"})
        self.assertEqual(self._kind("2025-06-14"), "working")

    def test_kind_of_day_is_that_of_the_date_where_the_customer_is(self):
        self.company.dunning_contact_rule_id = self.russia
        self._leave("2025-06-12")
        kira = self._place("Kira", "ru", "KAM")
        moment = self._utc("2025-06-12 20:30", "Asia/Kamchatka")
        decision = self._decide(kira, moment)
        self.assertEqual(decision.answer.values["day_kind"], "holiday")
        # an hour in which it is still the 11th in Brussels
        early = self._decide(kira, self._utc("2025-06-12 08:30", "Asia/Kamchatka"))
        self.assertEqual(early.answer.values["day_kind"], "holiday")
        self.assertNext(early, "2025-06-12 09:00", "Asia/Kamchatka")


@tagged("post_install", "-at_install")
class TestContactHistory(ContactCommon):
    """What counts as a contact, over all cases of a company."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.rule = cls._rule(
            caps=[("call", "week", 1), ("message", "week", 1), ("letter", "week", 1)]
        )
        cls.company.dunning_contact_rule_id = cls.rule
        cls.before = cls.now - timedelta(hours=1)

    def _is_capped(self, kind="call", partner=None):
        decision = self._decide(partner or self.customer, self.now, kind)
        return decision.answer.code == "cap"

    def test_logged_call_counts_whether_somebody_answered_or_not(self):
        for name, outcome in (("A", "no_answer"), ("B", "reached"), ("C", "refused")):
            partner = self._create_customer(name, phone="02 555 12 12")
            self._open_case(partner)
            self.assertFalse(self._is_capped(partner=partner))
            self._call(partner, self.before, outcome)
            self.assertTrue(self._is_capped(partner=partner))
            self.assertFalse(self._is_capped("message", partner))

    def test_call_of_the_customer_does_not_count(self):
        self._open_case(self.customer)
        call = self._call(self.customer, self.before, "reached", is_incoming=True)
        self.assertTrue(call.is_incoming)
        self.assertFalse(self._is_capped())
        self.assertIn("Ann Example called", self._history(self._case()))

    def test_only_conversations_keep_a_distance(self):
        self.rule.write({"distance_days": 3, "cap_ids": [(5,)]})
        self._open_case(self.customer)
        self._call(self.customer, self.before, "no_answer")
        self.assertTrue(self._decide(self.customer, self.now).answer.allowed)
        self._call(self.customer, self.before, "reached")
        decision = self._decide(self.customer, self.now)
        self.assertEqual(decision.answer.code, "distance")

    def test_conversation_is_one_whoever_has_called(self):
        self.company.dunning_contact_rule_id = self._rule(
            caps=[("call", "week", 1)], distance_days=7
        )
        self._open_case(self.customer)
        self._call(self.customer, self.before, "no_answer", is_incoming=True)
        self.assertTrue(self._decide(self.customer, self.now).answer.allowed)
        self._call(self.customer, self.before, "reached", is_incoming=True)
        decision = self._decide(self.customer, self.now)
        self.assertEqual(decision.answer.code, "distance")

    def test_sent_mail_counts_as_a_message(self):
        self.customer.phone = False
        notice = self._queue()
        self.assertFalse(self._is_capped("message"))
        self._work()
        self.assertEqual((notice.channel, notice.state), ("email", "sent"))
        self.assertTrue(self._is_capped("message"))
        self.assertFalse(self._is_capped("call"))

    def test_mail_in_doubt_or_on_its_way_counts_a_proposal_does_not(self):
        self.customer.phone = False
        notice = self._queue().sudo()
        self.assertFalse(self._is_capped("message"))
        notice._set_in_flight(7)
        self.assertTrue(self._is_capped("message"))
        notice._set_in_doubt("?")
        self.assertTrue(self._is_capped("message"))

    def test_contacts_of_all_cases_count_together(self):
        foreign = self.setup_other_currency("HRK", rates=[("2000-01-01", 10.0)])
        self._overdue(5)
        self._overdue(5, currency_id=foreign.id)
        self.env["dunning.planner"]._open_cases(self.company)
        self._case(currency=foreign)._log_call(
            "no_answer", date=self.before, rule_reason="x"
        )
        self.assertTrue(self._is_capped())

    def test_contacts_of_another_company_do_not_count(self):
        other = self.setup_other_company()["company"]
        self._overdue(
            5,
            company=other,
            partner=self.customer,
            journal_id=self.env["account.journal"]
            .search([("company_id", "=", other.id), ("type", "=", "sale")], limit=1)
            .id,
        )
        self.env["dunning.planner"]._open_cases(other)
        self._case(company=other)._log_call("no_answer", date=self.before)
        self.assertFalse(self._is_capped())

    def test_contact_person_and_customer_count_together(self):
        clerk = self.env["res.partner"].create(
            {"name": "Clerk", "parent_id": self.customer.id, "phone": "02 555 13 13"}
        )
        self._open_case(self.customer)
        self._call(self.customer, self.before, contact_id=clerk.id)
        self.assertTrue(self._is_capped())
        self.assertTrue(self._is_capped(partner=clerk))

    def test_many_customers_take_the_queries_of_a_few(self):
        partners = self.env["res.partner"]
        for index in range(60):
            partners |= self._create_customer(f"P{index}", phone=f"02 555 {index:04}")

        def count(some):
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            questions = [one._ask_contact("call", self.company) for one in some]
            self.assertEqual(len(self.guard._decide(questions)), len(some))
            return self.env.cr.sql_log_count - before

        count(partners)
        self.assertEqual(count(partners), count(partners[:5]))

    def test_without_a_rule_nothing_but_the_customers_is_read(self):
        self.company.dunning_contact_rule_id = False
        partners = self.customer | self._create_customer("Bob")
        questions = [one._ask_contact("call", self.company) for one in partners]
        self.guard._decide(questions)
        with self.assertQueryCount(0):
            self.assertFalse(self.guard._decide(questions))
