import doctest
from datetime import datetime

from odoo.tests import BaseCase, tagged

from ..tools import local_time, phone
from ..tools.phone import REASONS, parse_phone

#: What people type: text, country, the number it means, the reason it is bad.
UGLY = [
    (None, "BE", "", "missing"),
    (False, "BE", "", "missing"),
    ("", "BE", "", "missing"),
    (" \t\n ", "BE", "", "missing"),
    ("\u200b\u200e", "BE", "", "missing"),
    ("+", "BE", "", "not_a_number"),
    ("-", "BE", "", "not_a_number"),
    ("n/a", "BE", "", "not_a_number"),
    ("call reception", "BE", "", "not_a_number"),
    ("📞", "BE", "", "not_a_number"),
    ("'; DROP TABLE res_partner; --", "BE", "", "not_a_number"),
    ("{{7*7}}", "BE", "", "too_short"),
    ("<script>alert(1)</script>", "BE", "", "too_short"),
    ("1", "BE", "", "too_short"),
    ("112", "BE", "", "too_short"),
    ("9" * 300, "BE", "", "too_long"),
    ("x" * 300, "BE", "", "too_long"),
    ("+32" + "1" * 40, "BE", "", "too_long"),
    ("555 12 12", "", "", "no_country"),
    ("555 12 12", "XX", "", "no_country"),
    ("8 (495) 555-01-09", "", "", "no_country"),
    ("+999 555 12 12", "BE", "", "invalid_country"),
    ("+0 555 12 12", "BE", "", "invalid_country"),
    ("+1 555", "", "", "too_short"),
    ("02 555 12 12", "BE", "+3225551212", ""),
    ("(02) 555-12.12", "be", "+3225551212", ""),
    ("02/555.12.12", "BE", "+3225551212", ""),
    ("0032 2 555 12 12", "BE", "+3225551212", ""),
    ("0032 2 555 12 12", "US", "+3225551212", ""),
    ("0032 2 555 12 12", "", "+3225551212", ""),
    ("００３２ ２ ５５５ １２ １２", "BE", "+3225551212", ""),
    ("＋３２２５５５１２１２", "", "+3225551212", ""),
    ("٠٢٥٥٥١٢١٢", "BE", "+3225551212", ""),
    ("8 (495) 555-01-09", "RU", "+74955550109", ""),
    ("+8 495 555 01 09", "RU", "+74955550109", ""),
    ("+7 (495) 555-01-09 доб. 12", "", "+74955550109", ""),
    ("02 555 12 12 ext. 7", "BE", "+3225551212", ""),
    ("tel:+32-2-555-12-12;ext=7", "", "+3225551212", ""),
    ("1-800-FLOWERS", "US", "+18003569377", ""),
    ("☎ +32 2 555 12 12 (Ann)", "BE", "+3225551212", ""),
    ("02 555 12 12\r\n0475 11 22 33", "BE", "+3225551212", ""),
    ("02 555 12 12/0475 11 22 33", "BE", "+3225551212", ""),
    ("0475 11 22 33 or 02 555 12 12", "BE", "+32475112233", ""),
    ("\x00+32 2\u202d 555 12 12\x1b", "BE", "+3225551212", ""),
    (3225551212, "BE", "+3225551212", ""),
]


def load_tests(loader, tests, pattern):
    """Let plain unittest find the doctests too; Odoo's runner has the class below."""
    for module in (phone, local_time):
        tests.addTests(doctest.DocTestSuite(module))
    return tests


@tagged("post_install", "-at_install")
class TestPhone(BaseCase):
    """Numbers as people type them."""

    def test_examples_in_the_docstrings_hold(self):
        for module in (phone, local_time):
            with self.subTest(module.__name__):
                outcome = doctest.testmod(module)
                self.assertGreater(outcome.attempted, 0)
                self.assertEqual(outcome.failed, 0)

    def test_ugly_numbers_are_read_or_say_why_not(self):
        self.assertGreaterEqual(len(UGLY), 40)
        for text, country, e164, reason in UGLY:
            with self.subTest(repr(text)[:40], country=country):
                number = parse_phone(text, country)
                self.assertEqual((number.e164, number.reason), (e164, reason))

    def test_whatever_has_digits_can_still_be_dialled(self):
        for text, country, _e164, _reason in UGLY:
            with self.subTest(repr(text)[:40], country=country):
                number = parse_phone(text, country)
                has_digits = any(char.isdecimal() for char in str(text or ""))
                has_digits = has_digits or bool(number.e164)  # letters on the keys
                self.assertEqual(bool(number.uri), has_digits)
                if number.uri:
                    self.assertRegex(number.uri, r"^tel:\+?[0-9-]+(;ext=[0-9]+)?$")
                    self.assertLess(len(number.uri), 40)

    def test_each_reason_is_a_known_one(self):
        reasons = {parse_phone(text, country).reason for text, country, *_ in UGLY}
        self.assertLessEqual(reasons - {""}, set(REASONS))

    def test_extension_is_kept_in_display_and_link(self):
        for text in ("02 555 12 12 ext. 7", "025551212x7", "tel:+3225551212;ext=7"):
            with self.subTest(text):
                number = parse_phone(text, "BE")
                self.assertEqual(number.extension, "7")
                self.assertEqual(number.uri, "tel:+32-2-555-12-12;ext=7")
                self.assertTrue(number.international.endswith("ext. 7"))

    def test_number_knows_where_it_is(self):
        number = parse_phone("+44 20 7946 0104", "BE")
        self.assertEqual((number.region, number.time_zones), ("GB", ("Europe/London",)))

    def test_number_that_is_possible_but_not_in_use_keeps_its_format(self):
        number = parse_phone("+44 1632 960110")
        self.assertEqual(number.reason, "not_assigned")
        self.assertEqual(number.e164, "+441632960110")

    def test_number_without_its_area_says_so(self):
        self.assertEqual(parse_phone("555 0106", "US").reason, "local_only")


@tagged("post_install", "-at_install")
class TestLocalTime(BaseCase):
    """What the examples do not show."""

    def test_day_begins_at_eight_and_ends_at_twenty(self):
        for hour, minute, is_day in (
            (7, 59, False),
            (8, 0, True),
            (19, 59, True),
            (20, 0, False),
        ):
            with self.subTest(hour=hour, minute=minute):
                now = datetime(2025, 1, 6, hour, minute)
                there = local_time.get_local_time(["Etc/UTC"], now)
                self.assertEqual(there.is_day, is_day)

    def test_summer_time_counts(self):
        winter, summer = datetime(2025, 1, 6, 12), datetime(2025, 7, 7, 12)
        hours = [
            local_time.get_local_time(["Europe/Berlin"], now).earliest.hour
            for now in (winter, summer)
        ]
        self.assertEqual(hours, [13, 14])

    def test_night_in_one_zone_of_a_number_is_no_good_hour(self):
        zones = ["Europe/Moscow", "Asia/Kamchatka"]
        self.assertFalse(
            local_time.get_local_time(zones, datetime(2025, 6, 16, 10)).is_day
        )
