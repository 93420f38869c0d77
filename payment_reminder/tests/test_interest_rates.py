from datetime import date

from psycopg2 import IntegrityError

from odoo.exceptions import UserError, ValidationError
from odoo.tests import tagged
from odoo.tools import mute_logger

from .interest_common import InterestCommon

HEADER = "reference,date_from,rate_percent\n"


@tagged("post_install", "-at_install")
class TestInterestRates(InterestCommon):
    """Rates are shipped, imported, exported, and their age is watched."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.references = cls.env["interest.reference"]
        cls.key_rate = cls._reference("CBR_KEY_RATE")

    def _import(self, text, **options):
        content = text.encode() if isinstance(text, str) else text
        return self.references._import_csv(content, self.company, **options)

    def assertRefused(self, text, *parts):
        count = self.env["interest.rate"].search_count([])
        with self.assertRaises(UserError) as caught:
            self._import(text)
        for part in parts:
            self.assertIn(part, str(caught.exception))
        self.assertEqual(self.env["interest.rate"].search_count([]), count)

    # === SHIPPED === #

    def test_all_rates_are_shipped_with_their_confidence(self):
        rates = self.env["interest.rate"].search([("confidence", "!=", "own")])
        self.assertEqual(len(rates), 297)
        self.assertEqual(len(rates.filtered(lambda one: one.confidence == "one")), 47)
        rate = self.key_rate._get_rate_in_force(date(2026, 8, 1))
        self.assertEqual((rate.percent, rate.confidence), (14.0, "two"))

    def test_loading_again_changes_nothing(self):
        count = self.env["interest.rate"].search_count([])
        self.references._load_shipped_rates()
        self.assertEqual(self.env["interest.rate"].search_count([]), count)

    def test_update_of_the_addon_keeps_what_people_entered(self):
        rate = self.key_rate._get_rate_in_force(date(2026, 8, 1))
        rate.percent = 13.9
        own = self.env["interest.rate"].create(
            {
                "reference_id": self.key_rate.id,
                "date_from": "2026-11-01",
                "percent": 13.5,
            }
        )
        self.references._load_shipped_rates()
        self.assertEqual((rate.percent, rate.confidence), (13.9, "own"))
        self.assertEqual(own.percent, 13.5)

    def test_update_of_the_addon_corrects_what_nobody_has_changed(self):
        rate = self.key_rate._get_rate_in_force(date(2026, 8, 1))
        rate.write({"percent": 99, "confidence": "one"})
        self.references._load_shipped_rates()
        self.assertEqual((rate.percent, rate.confidence), (14.0, "two"))

    def test_deleted_reference_does_not_stop_the_update(self):
        self._reference("PL_HANDLOWE_PUBLIC_HEALTH").unlink()
        self.references._load_shipped_rates()

    def test_tables_agree_where_they_tell_the_same(self):
        """The half-years of Directive 2011/7/EU are the ECB's rate of those days."""
        bank = self._reference("ECB_MRO")
        for rate in self._reference("EU_2011_7").rate_ids:
            found = bank._get_rate_in_force(rate.date_from)
            self.assertEqual(rate.percent, found.percent, rate.display_name)

    # === IMPORT AND EXPORT === #

    def test_exported_rates_are_imported_without_a_change(self):
        references = self.references.search([])
        content = references._make_csv()
        self.assertTrue(content.startswith(HEADER.encode()))
        self.assertIn(b"\nDE_BASISZINS,2016-07-01,-0.88\n", content)
        self.assertEqual(self._import(content), {"new": 0, "changed": 0, "same": 297})

    def test_new_rates_are_added_and_others_left_alone(self):
        counts = self._import(
            f"{HEADER}CBR_KEY_RATE,2026-07-27,14\nCBR_KEY_RATE,2026-10-26,13.5\n"
        )
        self.assertEqual(counts, {"new": 1, "changed": 0, "same": 1})
        rate = self.key_rate._get_rate_in_force(date(2026, 11, 1))
        self.assertEqual((rate.percent, rate.confidence), (13.5, "own"))

    def test_spreadsheets_of_europe_are_understood(self):
        text = (
            "\ufeffreference;date_from;rate_percent\r\nCBR_KEY_RATE;26.10.2026;13,5\r\n"
        )
        self.assertEqual(self._import(text)["new"], 1)
        text = "rate_percent\tdate_from\treference\n12.25\t2026-11-02\tCBR_KEY_RATE\n"
        self.assertEqual(self._import(text)["new"], 1)

    def test_other_rates_are_replaced_only_on_request(self):
        text = f"{HEADER}CBR_KEY_RATE,2026-07-27,13\n"
        self.assertRefused(text, "Replace Rates", "14.00 % here, 13.00 % in the file")
        self.assertEqual(self._import(text, is_replacing=True)["changed"], 1)
        rate = self.key_rate._get_rate_in_force(date(2026, 8, 1))
        self.assertEqual((rate.percent, rate.confidence), (13.0, "own"))

    def test_every_bad_line_is_named_with_its_reason(self):
        lines = (
            "CBR_KEY_RATE,2026-13-01,8",
            "CBR_KEY_RATE,01/02/2026,8",
            "CBR_KEY_RATE,2026-10-26,eight",
            "CBR_KEY_RATE,2026-10-26,8,25",
            "CBR_KEY_RATE,2099-01-01,8",
            "CBR_KEY_RATE,1899-01-01,8",
            "CBR_KEY_RATE,2026-10-27,100000",
            "NOBODYS_RATE,2026-10-26,8",
            ",2026-10-26,8",
            "DE_BASISZINS,2026-10-26,8",
            "CBR_KEY_RATE,2026-10-28,8",
            "CBR_KEY_RATE,2026-10-28,9",
        )
        self.assertRefused(
            HEADER + "\n".join(lines),
            "Line 2: '2026-13-01' is no date",
            "Line 3: '01/02/2026' is no date",
            "Line 4: 'eight' is no rate",
            "Line 5: 'CBR_KEY_RATE,2026-10-26,8,25' has not as many values",
            "Line 6: 2099-01-01 is more than a year away",
            "Line 7: rates before 1900",
            "Line 8: a rate of '100000' percent",
            "Line 9: there is no reference with the code 'NOBODYS_RATE'",
            "Line 10: the reference is missing",
            "Line 11: the reference is published every half-year",
            "Line 13: line 12 has a rate from 2026-10-28",
        )

    def test_one_bad_line_lets_nothing_in(self):
        self.assertRefused(
            f"{HEADER}CBR_KEY_RATE,2026-10-26,8\nCBR_KEY_RATE,x,8\n", "Line 3:"
        )

    def test_files_that_are_no_table_are_refused(self):
        for content, reason in (
            ("", "is empty"),
            ("\n \n", "is empty"),
            (HEADER, "no line below"),
            ("a,b\n1,2\n", "has to name the columns"),
            (b"PK\x03\x04xlsx", "is a spreadsheet"),
            (HEADER.encode("utf-16"), "no text in UTF-8"),
            ("reference,date_from,rate_percent\nключ".encode("cp1251"), "UTF-8"),
            (HEADER + "CBR_KEY_RATE,2026-10-26,8\n" * 10001, "more than 10000 lines"),
        ):
            with self.subTest(reason):
                self.assertRefused(content, reason)

    def test_many_problems_are_told_in_part(self):
        self.assertRefused(HEADER + "X,x,x\n" * 50, "Line 31:", "and 20 more lines")

    def test_own_reference_goes_before_a_shared_one_with_its_code(self):
        own = self._create_reference(code="CBR_KEY_RATE", company_id=self.company.id)
        self._import(f"{HEADER}CBR_KEY_RATE,2026-10-26,8\n")
        self.assertEqual(own.rate_count, 1)

    def test_odoo_imports_rates_by_the_code_of_their_reference(self):
        result = self.env["interest.rate"].load(
            ["reference_id", "date_from", "percent"],
            [["CBR_KEY_RATE", "2026-10-26", "13.5"]],
        )
        self.assertFalse(result["messages"])
        rate = self.key_rate._get_rate_in_force(date(2026, 11, 1))
        self.assertEqual(rate.percent, 13.5)

    # === WHAT A RATE CANNOT BE === #

    def test_codes_that_break_csv_are_refused(self):
        for code in ("a", "A B", "=A", "A,B", ""):
            with self.subTest(code), self.assertRaises(ValidationError):
                self._create_reference(code=code)

    def test_half_yearly_rates_begin_with_a_half_year(self):
        with self.assertRaises(ValidationError):
            self._create_reference(("2026-02-01", 1), frequency="half_year")
        reference = self._create_reference(("2026-02-01", 1))
        with self.assertRaises(ValidationError):
            reference.frequency = "half_year"

    @mute_logger("odoo.sql_db")
    def test_impossible_rates_are_refused(self):
        for rates in (
            [("2026-01-01", 1), ("2026-01-01", 2)],
            [("2026-01-01", 1000)],
            [("2026-01-01", -100)],
            [("1899-01-01", 1)],
        ):
            with (
                self.subTest(rates),
                self.assertRaises(IntegrityError),
                self.env.cr.savepoint(),
            ):
                self._create_reference(*rates)

    # === AGE === #

    def test_current_half_year_has_to_be_there(self):
        reference = self._reference("DE_BASISZINS")
        self.assertFalse(reference._get_outdated_text(date(2026, 12, 31)))
        self.assertIn(
            "01/01/2027 is missing", reference._get_outdated_text(date(2027, 1, 1))
        )

    def test_rate_of_the_next_half_year_does_not_hide_a_missing_one(self):
        reference = self._create_reference(
            ("2026-01-01", 1), ("2027-01-01", 1), frequency="half_year"
        )
        self.assertIn("is missing", reference._get_outdated_text(date(2026, 8, 1)))

    def test_somebody_has_to_look_from_time_to_time(self):
        reference = self._create_reference(("2026-01-01", 1), max_age_days=30)
        self.assertFalse(reference._get_outdated_text(date(2026, 1, 31)))
        self.assertIn("has looked", reference._get_outdated_text(date(2026, 2, 1)))
        reference.checked_on = date(2026, 2, 1)
        self.assertFalse(reference._get_outdated_text(date(2026, 3, 3)))
        reference.max_age_days = 0
        self.assertFalse(reference._get_outdated_text(date(2099, 3, 3)))
        reference.max_age_days = 30
        reference.action_confirm_complete()
        self.assertFalse(reference.outdated_text)

    def test_watchdog_barks_for_regimes_in_use_only(self):
        reference = self._create_reference(("2020-01-01", 1))
        regime = self._create_regime(reference_id=reference.id, method="per_period")
        self.assertFalse(self._get_alarms())
        self.procedure.interest_business_id = regime
        self.assertIn("Own reference: nobody has looked", self._get_alarms()[0])
        self.procedure.interest_business_id = False
        self.business.interest_regime_id = regime
        self.assertTrue(self._get_alarms())
        self.business.interest_regime_id = False
        self._invoice(self.business).interest_regime_id = regime
        self.assertTrue(self._get_alarms())
        reference.action_confirm_complete()
        self.assertFalse(self._get_alarms())

    def test_watchdog_knows_the_law_of_the_country(self):
        self.company.account_fiscal_country_id = self.env.ref("base.at")
        self.assertFalse(self._get_alarms())
        self.procedure.is_interest_by_country = True
        self.assertIn("Austria", self._get_alarms()[0])

    def _get_alarms(self):
        alarms = self.company._get_dunning_alarms(self.env.cr.now())
        return [alarm["text"] for alarm in alarms if alarm["kind"] == "rates"]
