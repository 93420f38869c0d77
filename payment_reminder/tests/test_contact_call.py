from datetime import timedelta

from freezegun import freeze_time

from odoo.exceptions import ValidationError
from odoo.tests import Form, tagged

from .test_contact_sending import MORNING, NINE, ContactSendingCommon
from .test_tools_phone import UGLY


class ContactCallCommon(ContactSendingCommon):
    """Calls wait in the list at seven in the morning."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.customer.phone = "02 555 12 12"

    def _clock(self, text):
        return (text or "").replace("\u202f", " ").replace(" AM", "")

    def _text_at(self, notice, moment):
        with freeze_time(moment):
            self.env.invalidate_all()
            return self._clock(notice.contact_text)


@tagged("post_install", "-at_install")
class TestContactCallList(ContactCallCommon):
    """The call list obeys the rule and explains it."""

    def test_list_says_from_when_on_and_that_it_may_be_called_now(self):
        notice = self._call_notice()
        self.assertEqual(self._text_at(notice, MORNING), "From Mon 9:00 their time")
        self.assertFalse(notice.is_contact_allowed)
        with freeze_time(NINE):
            self.env.invalidate_all()
            self.assertEqual(notice.contact_text, "May be called now")
            self.assertTrue(notice.is_contact_allowed)
            self.assertFalse(notice.contact_reason)

    def test_list_says_that_the_cap_is_reached(self):
        notice = self._call_notice()
        self._call(self.customer, NINE - timedelta(days=3), rule_reason="x")
        self.assertEqual(self._text_at(notice, NINE), "May be called now")
        with freeze_time(NINE + timedelta(hours=1)):
            self._call(self.customer, NINE + timedelta(hours=1))
            self.env.invalidate_all()
            text = self._clock(notice.contact_text)
        self.assertEqual(text, "Cap reached, calls today: 1 · From Tue 9:00 their time")

    def test_filter_shows_who_may_be_called_now(self):
        bob = self._create_customer("Bob", phone="02 555 13 13")
        bob.dunning_contact_rule_id = self.none
        ann, free = self._call_notice(self.customer, bob).sorted(
            lambda notice: notice.partner_id == bob
        )
        search = self.env["dunning.notice"].search
        both = [("id", "in", (ann | free).ids)]
        self.assertEqual(search([("is_contact_allowed", "=", True), *both]), free)
        self.assertEqual(search([("is_contact_allowed", "=", False), *both]), ann)
        with freeze_time(NINE):
            self.assertEqual(
                search([("is_contact_allowed", "=", True), *both]), ann | free
            )

    def test_rule_takes_the_place_of_the_usual_night(self):
        self.company.dunning_contact_rule_id = self._whole_week(0.0, 24.0)
        notice = self._call_notice()
        with freeze_time("2025-06-16 01:00:00"):
            self.env.invalidate_all()
            self.assertFalse(notice.is_night)
            self.assertEqual(notice.contact_text, "May be called now")
            self.company.dunning_contact_rule_id = self.none
            self.env.invalidate_all()
            self.assertTrue(notice.is_night)
            self.assertFalse(notice.contact_text)
            self.assertTrue(notice.is_contact_allowed)

    def test_case_and_explanation_name_the_rule(self):
        notice = self._call_notice()
        case = notice.case_id
        case._refresh_next_step(self.today)
        self.assertEqual(case.next_step, "call")
        self.assertIn("From Mon", case.next_step_text)
        sentences = self.env["dunning.explainer"]._explain_partner(
            self.customer, self.company
        )
        self.assertIn("Courteous", sentences[-1])
        self.assertIn("Courteous", self.customer.dunning_contact_text)

    def test_customer_that_can_be_everywhere_is_explained(self):
        misha = self._place("Misha", "ru")
        misha.phone = "+7 916 123-45-67"
        notice = self._call_notice(misha)
        self.assertIn("Enter the customer's time zone", notice.contact_reason)
        self.assertIn("never within 100 days", notice.contact_text)
        misha.dunning_tz = "Europe/Moscow"
        self.env.invalidate_all()
        self.assertTrue(notice.contact_text.startswith(("May be", "From")))

    def test_call_that_is_never_allowed_goes_another_way(self):
        notice = self._call_notice()
        handler = self.env["dunning.channel.call"]
        self.assertFalse(handler._lapse_calls(self.company, self.today))
        self.company.dunning_contact_rule_id = self._rule(caps=[("call", "week", 0)])
        self.assertEqual(handler._lapse_calls(self.company, self.today), notice.sudo())
        self.assertEqual(notice.state, "failed")
        self.assertIn("Calls are not allowed", notice.reason)
        self.assertEqual(notice.fallback_notice_id.channel, "email")

    def test_user_reads_what_the_rule_says(self):
        notice = self._call_notice().with_user(self.clerk)
        self.assertIn("From Mon", notice.contact_text)
        self.assertIn("From Mon", notice.contact_reason)
        self.assertIn("Courteous", notice.partner_id.dunning_contact_text)

    def test_deleted_rule_is_no_rule(self):
        notice = self._call_notice()
        rule = self._rule(caps=[("call", "week", 0)])
        self.customer.dunning_contact_rule_id = rule
        self.assertIn("not allowed", notice.contact_text)
        rule.unlink()
        self.env.invalidate_all()
        self.assertIn("From Mon", notice.contact_text)

    def test_list_with_rules_costs_the_same_for_ten_and_two_hundred(self):
        self._many(10)
        few = self._count_queries(10)
        self._many(190)
        self.assertEqual(self._count_queries(200), few)

    def _many(self, number):
        for index in range(number):
            partner = self._create_customer(f"C{index}", phone=f"02 555 {index:04}")
            self._overdue(5, partner=partner)
        self._release(self._plan())

    def _read(self):
        names = "partner_id phone_display local_time contact_text is_contact_allowed"
        return self.env["dunning.notice"].web_search_read(
            [("is_call_open", "=", True)], {name: {} for name in names.split()}
        )["records"]

    def _count_queries(self, number):
        self._read()
        self.env.flush_all()
        self.env.invalidate_all()
        before = self.env.cr.sql_log_count
        self.assertEqual(len(self._read()), number)
        return self.env.cr.sql_log_count - before

    def test_ugly_numbers_are_decided_explained_and_can_be_called(self):
        for index, _ugly in enumerate(UGLY):
            partner = self._create_customer(f"Ugly {index}", phone="02 555 12 12")
            self._overdue(5, partner=partner)
        notices = self._release(self._plan()).notice_ids
        for notice, (text, *_rest) in zip(notices, UGLY, strict=True):
            text = str(text or "").replace("\x00", "")
            notice.contact_id.write({"phone": text, "country_id": False})
        for rule in (self.courteous, self.russia, self.reg_f):
            self.company.dunning_contact_rule_id = rule
            self.env.invalidate_all()
            with self.subTest(rule.name):
                self.assertEqual(len(self._read()), len(UGLY))
                self.assertTrue(all(notices.mapped("contact_text")))
        for notice in notices:
            call = notice.case_id._log_call(
                "no_answer", notice=notice, phone="?", rule_reason="He asked for it"
            )
            self.assertEqual(call.rule_reason, "He asked for it")


@tagged("post_install", "-at_install")
class TestContactCallLog(ContactCallCommon):
    """A call that took place is logged in any case, and explained if need be."""

    def test_call_outside_the_rule_needs_an_explanation(self):
        notice = self._call_notice()
        for reason in (None, "", "  "):
            with self.assertRaisesRegex(ValidationError, "did not allow this call"):
                self._log(notice, "no_answer", rule_reason=reason)
        call = self._log(notice, "no_answer", rule_reason="He had asked for it")
        self.assertEqual(call.rule_reason, "He had asked for it")
        self.assertIn("Courteous", call.rule_text)
        self.assertIn("He had asked for it", self._history(notice.case_id))
        exception = self.env["contact.exception"].search([("call_id", "=", call.id)])
        self.assertTrue(exception.is_afterwards)
        self.assertTrue(exception.used_at)
        self.assertEqual(exception.user_id, self.env.user)
        self.assertEqual(exception.rule_id, self.courteous)

    def test_call_within_the_rule_needs_none(self):
        notice = self._call_notice()
        with freeze_time(NINE):
            call = self._log(notice, "no_answer", rule_reason="Not needed")
        self.assertFalse(call.rule_text)
        self.assertFalse(call.rule_reason)
        self.assertFalse(self.env["contact.exception"].search([]))

    def test_moment_of_the_call_decides_not_that_of_logging_it(self):
        notice = self._call_notice()
        with freeze_time("2025-06-16 20:00:00"):
            call = self._log(notice, "no_answer", date=NINE)
        self.assertFalse(call.rule_reason)

    def test_call_of_the_customer_needs_no_explanation(self):
        notice = self._call_notice()
        call = self._log(notice, "reached", is_incoming=True)
        self.assertTrue(call.is_incoming)
        self.assertFalse(call.rule_reason)
        self.assertEqual(notice.state, "sent")

    def test_dialled_number_tells_where_it_rang(self):
        notice = self._call_notice()
        with freeze_time(NINE):
            with self.assertRaisesRegex(ValidationError, "did not allow"):
                self._log(notice, "no_answer", phone="+1 212 555 0123")
            self._log(notice, "no_answer", phone="+32 2 555 12 12")

    def test_wizard_warns_and_asks_why(self):
        notice = self._call_notice()
        form = self._form(notice)
        self.assertIn("It is", form.rule_warning)
        form.outcome = "no_answer"
        with self.assertRaises(AssertionError):
            form.save()
        form.rule_reason = "He had asked for it"
        form.save().action_log()
        self.assertEqual(notice.call_ids.rule_reason, "He had asked for it")

    def test_wizard_warns_by_the_moment_of_the_call(self):
        with freeze_time("2025-06-16 20:00:00"):
            notice = self._call_notice()
            form = self._form(notice)
            self.assertTrue(form.rule_warning)
            form.date = NINE
            self.assertFalse(form.rule_warning)
            form.outcome = "no_answer"
            form.save().action_log()
        self.assertFalse(notice.call_ids.rule_reason)

    def test_wizard_does_not_warn_when_the_customer_called(self):
        form = self._form(self._call_notice())
        form.is_incoming = True
        self.assertFalse(form.rule_warning)
        form.outcome = "reached"
        form.save().action_log()

    def test_wizard_is_silent_without_a_rule(self):
        self.company.dunning_contact_rule_id = False
        form = self._form(self._call_notice())
        self.assertFalse(form.rule_warning)

    def _form(self, record):
        action = record.action_log_call()
        return Form(self.env[action["res_model"]].with_context(**action["context"]))
