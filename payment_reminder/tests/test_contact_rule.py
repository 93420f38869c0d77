from psycopg2 import IntegrityError

from odoo.exceptions import ValidationError
from odoo.fields import Command
from odoo.tests import Form, tagged
from odoo.tools import mute_logger

from .contact_common import ContactCommon


@tagged("post_install", "-at_install")
class TestContactRule(ContactCommon):
    """Rules as data: what can be entered, and what they say in words."""

    # === IN WORDS === #

    def test_shipped_rules_explain_themselves(self):
        self.assertIn("Any time and any number.", self.none.rule_tip)
        for text in (
            "on working days 8:00–22:00; on weekends 9:00–20:00; "
            "on public holidays 9:00–20:00.",
            "Calls: at most 1 a day, 2 a week, 8 a month.",
            "Messages: at most 2 a day, 4 a week, 16 a month.",
            "Meetings: at most 1 a week.",
            "It holds for persons, not for companies.",
        ):
            self.assertIn(text, self.russia.rule_tip)
        for text in (
            "on working days 8:00–21:00",
            "Calls: at most 7 within 7 days.",
            "No call for 7 days from the date of a conversation on.",
        ):
            self.assertIn(text, self.reg_f.rule_tip)
        for text in (
            "on working days 9:00–18:00; on weekends not at all; "
            "on public holidays not at all.",
            "Calls: at most 1 a day, 2 a week.",
            "Messages: at most 1 a day.",
            "It holds for all customers.",
        ):
            self.assertIn(text, self.courteous.rule_tip)

    def test_nothing_is_chosen_by_default(self):
        self.assertFalse(self.company.dunning_contact_rule_id)
        self.assertFalse(self.procedure.contact_rule_id)
        self.assertFalse(self.customer.dunning_contact_rule_id)

    def test_cap_of_zero_is_told_as_never(self):
        rule = self._rule(caps=[("call", "day", 0), ("call", "week", 2)])
        self.assertIn("Calls: never.", rule.rule_tip)

    def test_hours_of_minutes_are_told(self):
        rule = self._whole_week(9.5, 17.75)
        self.assertIn("on working days 9:30–17:45", rule.rule_tip)

    def test_copy_has_its_own_name_hours_and_caps(self):
        copied = self.russia.copy()
        self.assertEqual(copied.name, "Russia: law 230-FZ (copy)")
        self.assertFalse(copied.code)
        self.assertEqual(copied.rule_tip, self.russia.rule_tip)
        self.assertFalse(copied.hours_ids & self.russia.hours_ids)

    # === BAD INPUT === #

    def test_hours_outside_a_day_are_refused_in_words(self):
        for begin, end, text in (
            (8.0, 25.0, "8:00–25:00"),
            (-1.0, 9.0, "-1:00–9:00"),
            (24.0, 25.0, "24:00–25:00"),
            (1e6, 2e6, "not within a day"),
        ):
            with (
                self.subTest(f"{begin} {end}"),
                self.assertRaisesRegex(ValidationError, text),
                self.env.cr.savepoint(),
            ):
                self._rule([("working", begin, end)])

    def test_hours_that_end_before_they_begin_are_refused(self):
        for begin, end in ((18.0, 9.0), (9.0, 9.0), (9.0, 9.001)):
            with (
                self.subTest(f"{begin} {end}"),
                self.assertRaisesRegex(ValidationError, "ends before it begins"),
                self.env.cr.savepoint(),
            ):
                self._rule([("working", begin, end)])

    def test_overlapping_hours_are_refused(self):
        with self.assertRaisesRegex(ValidationError, "overlap"):
            self._rule([("working", 9.0, 13.0), ("working", 12.0, 18.0)])

    def test_overlap_of_a_later_line_is_refused(self):
        rule = self._rule([("working", 9.0, 12.0), ("working", 13.0, 18.0)])
        with self.assertRaisesRegex(ValidationError, "overlap"):
            rule.hours_ids[0].hour_to = 14.0

    def test_hours_that_touch_or_are_of_other_days_do_not_overlap(self):
        rule = self._rule(
            [("working", 9.0, 12.0), ("working", 12.0, 18.0), ("weekend", 9.0, 18.0)]
        )
        self.assertEqual(len(rule.hours_ids), 3)

    def test_whole_day_until_24_is_allowed(self):
        self.assertIn("0:00–24:00", self._whole_week(0.0, 24.0).rule_tip)

    def test_rule_with_hours_but_without_any_is_refused(self):
        with self.assertRaisesRegex(ValidationError, "nobody could ever be contacted"):
            self._rule(is_timed=True)

    def test_last_hours_cannot_be_taken_away(self):
        rule = self._rule([("working", 9.0, 18.0)])
        with self.assertRaisesRegex(ValidationError, "nobody could ever"):
            rule.hours_ids = [Command.clear()]

    @mute_logger("odoo.sql_db")
    def test_negative_and_double_caps_are_refused(self):
        for caps in ([("call", "day", -1)], [("call", "day", 1), ("call", "day", 2)]):
            with (
                self.subTest(caps),
                self.assertRaises(IntegrityError),
                self.env.cr.savepoint(),
            ):
                self._rule(caps=caps)

    @mute_logger("odoo.sql_db")
    def test_distance_is_between_0_and_92_days(self):
        for days in (-1, 93):
            with (
                self.subTest(days),
                self.assertRaises(IntegrityError),
                self.env.cr.savepoint(),
            ):
                self._rule(distance_days=days)

    @mute_logger("odoo.sql_db")
    def test_code_is_unique_in_a_company(self):
        self._rule(code="mine", company_id=self.company.id)
        self._rule(code="mine")
        with self.assertRaises(IntegrityError), self.env.cr.savepoint():
            self._rule(code="mine")

    def test_form_takes_a_rule(self):
        form = Form(self.env["contact.rule"])
        form.name = "Evenings"
        with form.hours_ids.new() as line:
            line.day_kind = "working"
            line.hour_from = 17.0
            line.hour_to = 19.5
        with form.cap_ids.new() as line:
            line.kind = "call"
            line.number = 1
        rule = form.save()
        self.assertIn("17:00–19:30", rule.rule_tip)

    # === WHERE IT IS CHOSEN === #

    def test_rule_in_use_is_not_archived(self):
        for record, field in (
            (self.company, "dunning_contact_rule_id"),
            (self.procedure, "contact_rule_id"),
            (self.customer, "dunning_contact_rule_id"),
        ):
            rule = self._whole_week()
            record[field] = rule
            with (
                self.subTest(record),
                self.assertRaisesRegex(ValidationError, "is chosen for"),
            ):
                rule.active = False

    def test_rule_of_another_company_cannot_be_chosen(self):
        other = self.setup_other_company()["company"]
        rule = self._whole_week(company_id=other.id)
        for record, field in (
            (self.company, "dunning_contact_rule_id"),
            (self.procedure, "contact_rule_id"),
            (self.customer, "dunning_contact_rule_id"),
        ):
            with (
                self.subTest(record),
                self.assertRaisesRegex(ValidationError, "is a contact rule of"),
                self.env.cr.savepoint(),
            ):
                record[field] = rule

    def test_rule_in_use_cannot_change_its_company(self):
        other = self.setup_other_company()["company"]
        rule = self._whole_week()
        self.company.dunning_contact_rule_id = rule
        with self.assertRaisesRegex(ValidationError, "cannot belong to another"):
            rule.company_id = other

    def test_settings_choose_the_rule_and_explain_it(self):
        settings = self.env["res.config.settings"].create({})
        settings.dunning_contact_rule_id = self.russia
        self.assertEqual(self.company.dunning_contact_rule_id, self.russia)
        self.assertEqual(settings.dunning_contact_tip, self.russia.rule_tip)
