from datetime import date, datetime, timedelta

import pytz

from odoo.tests import BaseCase, tagged

from ..tools.contact_window import (
    DAY_KINDS,
    Cap,
    Contact,
    Hours,
    Rule,
    check,
    get_usual_day_kind,
)
from ..tools.contact_zones import get_zones

RUSSIA = Rule(
    hours={
        "working": (Hours(8 * 60, 22 * 60),),
        "weekend": (Hours(9 * 60, 20 * 60),),
        "holiday": (Hours(9 * 60, 20 * 60),),
    },
    caps=(
        Cap("call", "day", 1),
        Cap("call", "week", 2),
        Cap("call", "month", 8),
        Cap("message", "day", 2),
        Cap("message", "week", 4),
        Cap("message", "month", 16),
    ),
)
REG_F = Rule(
    hours=dict.fromkeys(DAY_KINDS, (Hours(8 * 60, 21 * 60),)),
    caps=(Cap("call", "seven_days", 7),),
    distance=7,
)


def utc(text):
    return pytz.utc.localize(datetime.fromisoformat(text))


def local(zone, text, is_dst=False):
    tz = pytz.timezone(zone)
    return tz.localize(datetime.fromisoformat(text), is_dst=is_dst)


@tagged("post_install", "-at_install")
class TestContactWindow(BaseCase):
    """Concrete moments, in places far from each other."""

    def assertNext(self, answer, zone, text):
        found = answer.next_allowed.astimezone(pytz.timezone(zone))
        self.assertEqual(f"{found:%Y-%m-%d %H:%M}", text)

    # === RUSSIA, 230-FZ ART. 7 === #

    def test_russia_on_a_working_day_is_from_8_to_22(self):
        for zone in ("Europe/Kaliningrad", "Asia/Kamchatka"):
            for text, allowed in (
                ("2025-06-16 07:59:59", False),
                ("2025-06-16 08:00", True),
                ("2025-06-16 21:59:59", True),
                ("2025-06-16 22:00", False),
            ):
                with self.subTest(f"{zone} {text}"):
                    answer = check(RUSSIA, "call", local(zone, text), [zone])
                    self.assertEqual(answer.allowed, allowed)
                    self.assertEqual(answer.code, "" if allowed else "hours")

    def test_russia_on_a_weekend_is_from_9_to_20(self):
        zone = "Asia/Kamchatka"
        answer = check(RUSSIA, "message", local(zone, "2025-06-14 20:00"), [zone])
        self.assertEqual((answer.code, answer.values["day_kind"]), ("hours", "weekend"))
        self.assertNext(answer, zone, "2025-06-15 09:00")
        answer = check(RUSSIA, "message", local(zone, "2025-06-15 20:00"), [zone])
        self.assertNext(answer, zone, "2025-06-16 08:00")

    def test_russian_mobile_leaves_four_hours(self):
        zones = ["Asia/Kamchatka", "Europe/Kaliningrad"]
        for text, allowed in (
            ("2025-06-16 05:59", False),  # 7:59 in Kaliningrad
            ("2025-06-16 06:00", True),
            ("2025-06-16 09:59", True),
            ("2025-06-16 10:00", False),  # 22:00 in Kamchatka
        ):
            with self.subTest(text):
                answer = check(RUSSIA, "call", utc(text), zones)
                self.assertEqual(answer.allowed, allowed)
        self.assertEqual(answer.values["zone"], "Asia/Kamchatka")
        self.assertNext(answer, "UTC", "2025-06-17 06:00")

    def test_saturday_in_kamchatka_is_still_friday_in_kaliningrad(self):
        # 20:00 on Friday in Kaliningrad is 6:00 on Saturday in Kamchatka
        zones = ["Asia/Kamchatka", "Europe/Kaliningrad"]
        answer = check(
            RUSSIA, "call", local("Europe/Kaliningrad", "2025-06-13 20:00"), zones
        )
        self.assertFalse(answer.allowed)
        # 9:00 in Kaliningrad on Saturday is 19:00 in Kamchatka: one hour is left
        self.assertNext(answer, "Asia/Kamchatka", "2025-06-14 19:00")

    def test_calls_a_day_a_week_and_a_month(self):
        zone = "Europe/Moscow"
        monday = Contact(local(zone, "2025-06-16 10:00"), "call")
        tuesday = Contact(local(zone, "2025-06-17 10:00"), "call")
        answer = check(
            RUSSIA, "call", local(zone, "2025-06-16 12:00"), [zone], None, [monday]
        )
        self.assertEqual((answer.code, answer.values["period"]), ("cap", "day"))
        self.assertNext(answer, zone, "2025-06-17 08:00")
        moment = local(zone, "2025-06-18 12:00")
        answer = check(RUSSIA, "call", moment, [zone], None, [monday, tuesday])
        self.assertEqual(answer.values["period"], "week")
        self.assertEqual((answer.values["number"], answer.values["count"]), (2, 2))
        self.assertNext(answer, zone, "2025-06-23 08:00")

    def test_eighth_call_of_a_month_is_the_last(self):
        zone = "Europe/Moscow"
        days = (1, 3, 8, 10, 15, 17, 22, 24)
        past = [Contact(local(zone, f"2024-02-{day:02} 10:00"), "call") for day in days]
        answer = check(
            RUSSIA, "call", local(zone, "2024-02-27 10:00"), [zone], None, past
        )
        self.assertEqual(answer.values["period"], "month")
        self.assertNext(answer, zone, "2024-03-01 08:00")  # 29 February is not passed
        seven = check(
            RUSSIA, "call", local(zone, "2024-02-27 10:00"), [zone], None, past[:7]
        )
        self.assertTrue(seven.allowed)

    def test_messages_have_caps_of_their_own(self):
        zone = "Europe/Moscow"
        call = Contact(local(zone, "2025-06-16 10:00"), "call")
        moment = local(zone, "2025-06-16 12:00")
        self.assertTrue(check(RUSSIA, "message", moment, [zone], None, [call]).allowed)
        sent = [Contact(local(zone, f"2025-06-16 {h}:00"), "message") for h in (10, 11)]
        answer = check(RUSSIA, "message", moment, [zone], None, sent)
        self.assertEqual(answer.values["period"], "day")

    def test_contact_late_at_night_counts_where_the_customer_is(self):
        # 23:30 on Monday in Moscow, Tuesday in Kamchatka: both dates are used up
        past = [Contact(local("Europe/Moscow", "2025-06-16 23:30"), "call")]
        zones = ["Europe/Moscow", "Asia/Kamchatka"]
        answer = check(
            RUSSIA,
            "call",
            local("Europe/Moscow", "2025-06-17 09:00"),
            zones,
            None,
            past,
        )
        self.assertEqual(answer.values["period"], "day")
        self.assertNext(answer, "Europe/Moscow", "2025-06-18 08:00")

    def test_letters_have_no_hours(self):
        night = local("Europe/Moscow", "2025-06-15 03:00")
        self.assertTrue(check(RUSSIA, "letter", night, ["Europe/Moscow"]).allowed)

    # === UNITED STATES, REGULATION F === #

    def test_regulation_f_is_from_8_to_21_on_all_days(self):
        zone = "America/New_York"
        for day in ("2025-06-14", "2025-06-16", "2025-07-04"):
            for clock, allowed in (
                ("07:59", False),
                ("08:00", True),
                ("20:59", True),
                ("21:00", False),
            ):
                with self.subTest(f"{day} {clock}"):
                    answer = check(REG_F, "call", local(zone, f"{day} {clock}"), [zone])
                    self.assertEqual(answer.allowed, allowed)

    def test_new_york_number_of_a_californian_is_convenient_in_both(self):
        zones = ["America/New_York", "America/Los_Angeles"]
        answer = check(
            REG_F, "call", local("America/New_York", "2025-06-16 10:00"), zones
        )
        self.assertNext(answer, "America/New_York", "2025-06-16 11:00")
        answer = check(
            REG_F, "call", local("America/New_York", "2025-06-16 21:00"), zones
        )
        self.assertNext(answer, "America/New_York", "2025-06-17 11:00")

    def test_seven_calls_in_seven_days_roll(self):
        zone = "America/New_York"
        past = [
            Contact(local(zone, f"2025-06-{day} 10:00"), "call")
            for day in range(10, 17)
        ]
        moment = local(zone, "2025-06-16 12:00")
        self.assertTrue(check(REG_F, "call", moment, [zone], None, past[:6]).allowed)
        answer = check(REG_F, "call", moment, [zone], None, past)
        self.assertEqual(answer.values["period"], "seven_days")
        self.assertNext(answer, zone, "2025-06-17 08:00")  # that of the 10th is gone

    def test_date_of_a_conversation_is_the_first_of_seven(self):
        zone = "America/New_York"
        talk = [Contact(local(zone, "2025-06-10 20:30"), "call", True)]
        answer = check(
            REG_F, "call", local(zone, "2025-06-16 20:00"), [zone], None, talk
        )
        self.assertEqual((answer.code, answer.values["days"]), ("distance", 7))
        self.assertNext(answer, zone, "2025-06-17 08:00")
        moment = local(zone, "2025-06-16 20:00")
        self.assertTrue(check(REG_F, "message", moment, [zone], None, talk).allowed)

    # === CLOCKS AND CALENDARS === #

    def test_hour_that_the_clocks_leave_out_does_not_come(self):
        zone = "America/New_York"
        rule = Rule(hours=dict.fromkeys(DAY_KINDS, (Hours(150, 180),)))  # 2:30 to 3:00
        answer = check(rule, "call", local(zone, "2025-03-09 01:00"), [zone])
        self.assertNext(answer, zone, "2025-03-10 02:30")

    def test_hour_that_the_clocks_repeat_comes_twice(self):
        zone = "America/New_York"
        rule = Rule(hours=dict.fromkeys(DAY_KINDS, (Hours(60, 90),)))  # 1:00 to 1:30
        first = local(zone, "2025-11-02 01:29", is_dst=True)
        second = local(zone, "2025-11-02 01:29", is_dst=False)
        between = local(zone, "2025-11-02 01:45", is_dst=True)
        self.assertTrue(check(rule, "call", first, [zone]).allowed)
        self.assertTrue(check(rule, "call", second, [zone]).allowed)
        answer = check(rule, "call", between, [zone])
        self.assertEqual(answer.next_allowed, local(zone, "2025-11-02 01:00"))

    def test_days_of_23_and_25_hours_begin_at_their_own_midnight(self):
        zone = "Europe/Brussels"
        rule = Rule(caps=(Cap("call", "day", 1),))
        for day, after, hours in (
            ("2025-03-30", "2025-03-31 00:00", 23),
            ("2025-10-26", "2025-10-27 00:00", 25),
        ):
            midnight = local(zone, f"{day} 00:00", is_dst=True)
            past = [Contact(midnight, "call")]
            answer = check(rule, "call", midnight, [zone], None, past)
            with self.subTest(day):
                self.assertNext(answer, zone, after)
                self.assertEqual(answer.next_allowed - midnight, timedelta(hours=hours))

    def test_kiribati_is_a_day_ahead_of_samoa(self):
        rule = Rule(caps=(Cap("call", "day", 1),))
        past = [
            Contact(utc("2025-06-16 10:30"), "call")
        ]  # the 17th there, the 15th here
        for zone, text in (
            ("Pacific/Kiritimati", "2025-06-18 00:00"),
            ("Pacific/Pago_Pago", "2025-06-16 00:00"),
        ):
            answer = check(rule, "call", utc("2025-06-16 10:30"), [zone], None, past)
            with self.subTest(zone):
                self.assertNext(answer, zone, text)

    def test_places_without_a_common_hour_have_no_moment(self):
        rule = Rule(hours={"working": (Hours(9 * 60, 18 * 60),)})
        zones = ["Europe/Kaliningrad", "Asia/Kamchatka"]
        answer = check(rule, "call", utc("2025-06-16 07:00"), zones)
        self.assertEqual((answer.code, answer.next_allowed), ("hours", None))

    def test_day_that_was_left_out_has_no_hours(self):
        zone = "Pacific/Apia"  # no 30 December 2011
        rule = Rule(hours=dict.fromkeys(DAY_KINDS, (Hours(540, 600),)))
        answer = check(rule, "call", utc("2011-12-30 09:00"), [zone])
        self.assertNext(answer, zone, "2011-12-31 09:00")

    def test_holidays_and_worked_saturdays_are_the_calendars(self):
        zone = "Europe/Moscow"
        kinds = {date(2025, 6, 12): "holiday", date(2025, 6, 14): "working"}

        def kind(day):
            return kinds.get(day, get_usual_day_kind(day))

        for text, allowed in (
            ("2025-06-12 20:30", False),
            ("2025-06-14 20:30", True),
            ("2025-06-15 20:30", False),
        ):
            with self.subTest(text):
                answer = check(RUSSIA, "call", local(zone, text), [zone], kind)
                self.assertEqual(answer.allowed, allowed)

    # === WHAT MAKES LITTLE SENSE === #

    def test_cap_of_zero_is_never(self):
        rule = Rule(caps=(Cap("call", "week", 0), Cap("call", "day", 1)))
        answer = check(rule, "call", utc("2025-06-16 07:00"), ["UTC"])
        self.assertEqual((answer.code, answer.values["number"]), ("cap", 0))
        self.assertIsNone(answer.next_allowed)
        self.assertTrue(check(rule, "message", utc("2025-06-16 07:00"), []).allowed)

    def test_unknown_zones_are_passed_over(self):
        rule = Rule(hours=dict.fromkeys(DAY_KINDS, (Hours(540, 600),)))
        moment = utc("2025-06-16 09:30")
        for zones in ([], ["Nowhere/Atall"], ["Nowhere/Atall", "UTC"]):
            self.assertTrue(check(rule, "call", moment, zones).allowed)

    def test_moment_without_a_zone_is_refused(self):
        with self.assertRaises(ValueError):
            check(Rule(), "call", datetime(2025, 6, 16), ["UTC"])

    def test_contacts_to_come_do_not_count(self):
        rule = Rule(caps=(Cap("call", "day", 1),))
        later = [Contact(utc("2025-06-16 12:00"), "call")]
        answer = check(rule, "call", utc("2025-06-16 07:00"), ["UTC"], None, later)
        self.assertTrue(answer.allowed)


@tagged("post_install", "-at_install")
class TestContactZones(BaseCase):
    """Where somebody may be."""

    MOBILE = (
        "Asia/Almaty Asia/Anadyr Asia/Aqtobe Asia/Irkutsk Asia/Kamchatka"
        " Asia/Krasnoyarsk Asia/Magadan Asia/Novosibirsk Asia/Omsk Asia/Sakhalin"
        " Asia/Vladivostok Asia/Yakutsk Asia/Yekaterinburg Europe/Bucharest"
        " Europe/Moscow Europe/Samara"
    ).split()

    def test_russian_mobile_is_from_kaliningrad_to_kamchatka(self):
        zones = get_zones(self.MOBILE, "RU", country="RU")
        self.assertEqual(len(zones), 11)
        self.assertLessEqual({"Europe/Kaliningrad", "Asia/Kamchatka"}, set(zones))
        self.assertNotIn("Europe/Bucharest", zones)

    def test_region_of_the_address_decides(self):
        for state, zone in (
            ("KGD", "Europe/Kaliningrad"),
            ("MOW", "Europe/Moscow"),
            ("KAM", "Asia/Kamchatka"),
        ):
            found = get_zones(self.MOBILE, "RU", country="RU", state=state)
            self.assertEqual(found, (zone,))

    def test_landline_decides_within_the_country(self):
        found = get_zones(["Asia/Kamchatka"], "RU", country="RU")
        self.assertEqual(found, ("Asia/Kamchatka",))

    def test_hint_counts_only_where_the_address_allows_it(self):
        found = get_zones(self.MOBILE, "RU", country="RU", hint="Asia/Omsk")
        self.assertEqual(found, ("Asia/Omsk",))
        found = get_zones([], "", country="US", state="NY", hint="Europe/Brussels")
        self.assertEqual(found, ("America/New_York",))
        self.assertEqual(get_zones([], hint="Asia/Omsk"), ("Asia/Omsk",))

    def test_kiribati_has_three(self):
        self.assertEqual(len(get_zones([], country="KI")), 3)

    def test_nonsense_is_passed_over(self):
        for values in (
            ([], "", "XX", "??"),
            (["Etc/Unknown?"], None, None, None),
            ([], "zz", "", "", "Nowhere", "Nowhere"),
        ):
            self.assertEqual(get_zones(*values), ())
