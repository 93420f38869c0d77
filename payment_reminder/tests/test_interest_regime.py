from datetime import date, timedelta
from decimal import Decimal

from psycopg2 import IntegrityError

from odoo.exceptions import UserError, ValidationError
from odoo.fields import Command
from odoo.tests import tagged
from odoo.tools import mute_logger

from ..tools.interest import Payment
from .interest_common import InterestCommon
from .test_tools_interest import day, get_example, get_rows

#: Published examples with rates that really were in force, and the shipped regime.
REAL_EXAMPLES = {
    "ru-01-themis-350k": "ru_395",
    "de-02-consumer-half-year-split": "de_consumer",
    "de-04-b2b-5.70": "de_business",
    "de-06-creditreform-9.22": "de_business",
    "de-08-year-boundary-0.34": "de_consumer",
    "ch-01-30d-4.11": "ch_104",
    "uk-03-rate-stays-fixed": "uk_1998",
    "uk-04b-10000-due-29-jun": "uk_1998",
    "ie-02a-single-rate": "ie_2012",
    "fr-02-1850-b2b": "fr_business",
    "fr-06-4800-92d": "fr_business",
    "es-01-1250": "es_business",
    "eu-01-duetrail-5000": "eu_2011_7",
}


@tagged("post_install", "-at_install")
class TestInterestRegime(InterestCommon):
    """What the shipped laws give, from the shipped rates.

    The examples tell from when on interest runs: due dates on a day off stay.
    """

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._work_every_day()

    def test_published_examples_come_out_of_the_shipped_regimes(self):
        for name, code in REAL_EXAMPLES.items():
            example = get_example(name)
            with self.subTest(f"{name}: {example['source']}"):
                currency = self.env.ref(f"base.{example['currency']}")
                interest = self._regime(code)._compute_interest(
                    example["principal"],
                    day(example["from"]) - timedelta(days=1),
                    day(example["to"]),
                    [],
                    currency,
                )
                self.assertEqual(
                    str(interest.amount), f"{example['expected_interest']:.2f}"
                )
                self.assertEqual(get_rows(interest), example["segments"])

    def test_published_compensation_comes_out(self):
        for name, code in REAL_EXAMPLES.items():
            example = get_example(name)
            expected = example["expected_compensation"]
            if expected is not None:
                with self.subTest(name):
                    amount = self._regime(code)._get_compensation(
                        example["principal"],
                        self.env.ref(f"base.{example['currency']}"),
                        day(example["to"]),
                    )
                    self.assertEqual(amount, expected)

    def test_every_shipped_regime_says_whose_law_it_is(self):
        shipped = self.env["ir.model.data"].search(
            [("module", "=", "payment_reminder"), ("model", "=", "interest.regime")]
        )
        regimes = self.regimes.browse(shipped.mapped("res_id"))
        self.assertEqual(len(regimes), 15)
        for regime in regimes:
            with self.subTest(regime.name):
                self.assertTrue(regime.legal_ground)
                self.assertTrue(regime.source or not regime.reference_id)
                self.assertFalse(regime.company_id)

    def test_fixed_compensation_is_never_owed_by_persons(self):
        with_compensation = self.regimes.search([("compensation_ids", "!=", False)])
        self.assertGreater(len(with_compensation), 7)
        self.assertEqual(set(with_compensation.mapped("applies_to")), {"business"})

    def test_base_rate_of_the_bank_gives_the_half_years_of_the_act(self):
        """Bank Rate of 31 December and 30 June (S.I. 2002/1675), both tables agree."""
        regime = self._regime("uk_1998")
        other = regime.copy(
            {"reference_id": self._reference("BOE_BASE").id, "lag_days": 1}
        )
        for rate in self._reference("UK_LPCDA_REF").rate_ids:
            due = rate.date_from - timedelta(days=1)
            until = rate.date_from + timedelta(days=200)
            amounts = {
                one._compute_interest(1e6, due, until, [], self.euro).amount
                for one in (regime, other)
            }
            self.assertEqual(len(amounts), 1, rate.display_name)

    def test_moratorium_concerns_older_debts_only(self):
        regime = self._regime("ru_395")
        older = regime._compute_interest(
            1000, date(2022, 2, 28), date(2022, 10, 10), [], self.euro
        )
        self.assertEqual(older.days, 31 + 9)
        newer = regime._compute_interest(
            1000, date(2022, 4, 30), date(2022, 10, 10), [], self.euro
        )
        self.assertEqual(newer.days, 163)

    def test_article_395_with_the_key_rate_begins_in_august_2016(self):
        regime = self._regime("ru_395")
        amount = self._amount(regime, 1000, "2016-07-31", "2016-08-31")
        self.assertTrue(amount)
        older = date(2016, 7, 20), date(2016, 8, 31)
        self.assertEqual(self._amount(regime, 1000, *map(str, older)), amount)
        self.assertIn("from 08/01/2016 only", regime._get_problem(*older))
        self.assertFalse(regime._get_counting_problem(date(2016, 7, 31), older[1]))

    def test_payments_end_a_period(self):
        regime = self._create_regime()
        self.assertAmount(
            "7.50",
            regime,
            1000,
            "2025-03-31",
            "2025-04-10",
            [Payment(date(2025, 4, 5), 500)],
        )

    def test_interest_is_rounded_to_the_currency(self):
        yen = self.setup_other_currency("JPY", rounding=1.0)
        regime = self._create_regime()
        self.assertAmount("3", regime, 3333, "2025-03-31", "2025-04-01", currency=yen)

    def test_negative_base_rate_lowers_what_is_owed(self):
        interest = self._regime("de_business")._compute_interest(
            1000, date(2020, 12, 31), date(2021, 1, 31), [], self.euro
        )
        self.assertEqual(str(interest.segments[0].percent.normalize()), "8.12")


@tagged("post_install", "-at_install")
class TestInterestProblems(InterestCommon):
    """What is missing or wrong is said in a bookkeeper's words."""

    def test_missing_due_date_is_said(self):
        with self.assertRaisesRegex(UserError, "A date is missing"):
            self._create_regime()._compute_interest(
                100, False, date(2025, 1, 1), [], self.euro
            )

    def test_debt_before_the_first_rate_is_refused(self):
        regime = self._regime("de_business")
        problem = regime._get_problem(date(2013, 1, 1), date(2025, 1, 1))
        self.assertIn("the list begins later", problem)
        with self.assertRaisesRegex(UserError, "Germany.*the list begins later"):
            self._amount(regime, 100, "2013-01-01", "2025-01-01")

    def test_interest_stops_where_the_known_half_years_end(self):
        regime = self._regime("de_business")
        due, until = date(2026, 11, 30), date(2027, 1, 31)
        interest = regime._compute_interest(1000, due, until, [], self.euro)
        self.assertEqual(interest.segments[-1].end, date(2026, 12, 31))
        self.assertIn("until 12/31/2026 only", regime._get_problem(due, until))
        self.assertFalse(regime._get_problem(due, date(2026, 12, 31)))

    def test_debt_that_became_late_after_the_known_half_years_is_refused(self):
        for code in ("de_business", "uk_1998"):
            regime = self._regime(code)
            with self.assertRaisesRegex(UserError, "01/01/2027 is missing"):
                self._amount(regime, 1000, "2026-12-31", "2027-01-31")

    def test_one_rate_for_the_whole_time_outlives_its_half_year(self):
        regime = self._regime("uk_1998")
        due, until = date(2026, 11, 30), date(2027, 6, 30)
        interest = regime._compute_interest(1000, due, until, [], self.euro)
        self.assertEqual(interest.days, 212)
        self.assertFalse(regime._get_problem(due, until))

    def test_gap_among_the_half_years_is_refused(self):
        reference = self._create_reference(
            ("2025-01-01", 1), ("2026-01-01", 1), frequency="half_year"
        )
        regime = self._create_regime(reference_id=reference.id, method="half_year")
        with self.assertRaisesRegex(UserError, "07/01/2025 is missing"):
            self._amount(regime, 100, "2025-05-31", "2026-02-01")

    def test_old_key_rate_is_doubted_but_used(self):
        regime = self._regime("ru_395")
        due, until = date(2026, 11, 30), date(2027, 1, 31)
        self.assertIn("nobody has looked since", regime._get_problem(due, until))
        self.assertTrue(self._amount(regime, 1000, "2026-11-30", "2027-01-31"))

    def test_austria_has_no_rates_and_says_so(self):
        regime = self._regime("at_business")
        self.assertIn("no rate holds", regime.problem_text)
        with self.assertRaisesRegex(UserError, "has no rate yet"):
            self._amount(regime, 100, "2025-01-01", "2025-02-01")

    def test_contract_without_its_percentage_says_so(self):
        regime = self._regime("contract_year")
        self.assertIn("enter the percentage", regime.problem_text)
        regime.margin = 12
        self.assertFalse(regime.problem_text)

    def test_nothing_late_is_no_problem(self):
        regime = self._regime("at_business")
        self.assertFalse(regime._get_problem(date(2025, 1, 1), date(2025, 1, 1)))

    def test_absurd_amounts_are_refused_in_words(self):
        with self.assertRaisesRegex(UserError, "too large to be meant"):
            self._amount(self._create_regime(), 1e16, "2025-01-01", "2025-02-01")

    def test_impossible_regimes_are_refused(self):
        reference = self._create_reference()
        for values in (
            {"method": "half_year"},
            {"is_daily": True, "reference_id": reference.id},
            {"compensation_ids": [Command.create({"amount": 40})]},
        ):
            with self.subTest(values), self.assertRaises(ValidationError):
                self._create_regime(**values)

    @mute_logger("odoo.sql_db")
    def test_absurd_percentages_are_refused(self):
        for values in ({"margin": 1000}, {"cap_percent": -1}, {"lag_days": 200}):
            with (
                self.subTest(values),
                self.assertRaises(IntegrityError),
                self.env.cr.savepoint(),
            ):
                self._create_regime(**values)


@tagged("post_install", "-at_install")
class TestInterestCompensation(InterestCommon):
    """What is owed once for a late payment."""

    def _owed(self, code, principal, currency="EUR", on=date(2026, 1, 15)):
        regime = self._regime(code)
        return regime._get_compensation(principal, self.env.ref(f"base.{currency}"), on)

    def test_bands_begin_where_the_laws_say(self):
        """UK: 1998 Act section 5A(2); Ireland: S.I. 580/2012 regulation 9(2)."""
        for code, currency, principal, amount in (
            ("uk_1998", "GBP", 999.99, 40),
            ("uk_1998", "GBP", 1000, 70),
            ("uk_1998", "GBP", 9999.99, 70),
            ("uk_1998", "GBP", 10000, 100),
            ("ie_2012", "EUR", 1000, 40),
            ("ie_2012", "EUR", 1000.01, 70),
            ("ie_2012", "EUR", 10000, 70),
            ("ie_2012", "EUR", 10000.01, 100),
        ):
            with self.subTest(f"{code} {principal}"):
                self.assertEqual(self._owed(code, principal, currency), amount)

    def test_nothing_is_owed_for_what_is_not_owed(self):
        self.assertEqual(self._owed("de_business", 0), 0)
        self.assertEqual(self._owed("de_business", -100), 0)
        self.assertEqual(self._owed("ru_395", 100), 0)

    def test_another_currency_owes_the_equivalent(self):
        pound = self._set_rate("GBP", 2.0)
        self._set_rate("EUR", 4.0)
        regime = self._regime("de_business")
        owed = regime._get_compensation(1000, pound, date(2026, 1, 15))
        self.assertEqual(str(owed), "20.00")

    def test_sizes_are_measured_in_their_own_currency(self):
        """Poland: euros by the size of the debt in zlotys."""
        self._set_rate("EUR", 1.0)
        zloty = self._set_rate("PLN", 4.0)
        regime = self._regime("pl_business")
        for principal, amount in ((5000, 160), (5000.01, 280), (50000, 400)):
            owed = regime._get_compensation(principal, zloty, date(2026, 1, 15))
            self.assertEqual(owed, amount)

    def test_without_an_exchange_rate_nothing_is_claimed_and_that_is_said(self):
        self.env["res.currency.rate"].search([]).unlink()
        yen = self.env.ref("base.JPY")
        regime = self._regime("de_business")
        on = date(2026, 1, 15)
        self.assertEqual(regime._get_compensation(1e6, yen, on), Decimal(0))
        problem = regime._get_compensation_problem(yen, on)
        self.assertIn("no exchange rate of", problem)
        self.assertIn("JPY", problem)
        self.assertFalse(regime._get_compensation_problem(self.euro, on))

    def _set_rate(self, name, rate):
        """Let a currency have a rate, one only, since 2026."""
        currency = self.env.ref(f"base.{name}")
        currency.active = True
        currency.rate_ids.unlink()
        if currency != self.company.currency_id:
            self.env["res.currency.rate"].create(
                {"currency_id": currency.id, "name": "2026-01-01", "rate": rate}
            )
        return currency
