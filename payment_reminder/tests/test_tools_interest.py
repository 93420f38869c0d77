import json
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

from odoo.tests import BaseCase, tagged

from ..tools.interest import (
    CODES,
    Break,
    InterestError,
    Payment,
    Rate,
    Terms,
    compute_interest,
)
from ..tools.interest_days import get_half_year_start

#: Published examples: each names its source, its segments and its sum.
EXAMPLES = json.loads(
    (Path(__file__).parent / "data" / "interest_examples.json").read_text()
)
#: What the beginning of an example's regime means: method and day count.
METHODS = {
    "RU": ("per_period", "actual_actual"),
    "DE": ("half_year", "actual_actual"),
    "CH": ("fixed", "actual_365"),
    "UK": ("at_default", "actual_365"),
    "IE": ("at_default", "actual_365"),
    "FR": ("half_year", "actual_365"),
    "ES": ("half_year", "actual_365"),
    "EU": ("half_year", "actual_365"),
}
#: Where published examples contradict each other: the setting that yields this one.
SETTINGS = {
    # against the Plenum No. 7, point 48: the day of payment bears less already
    "ru-03a-1m-partial-same-day": {"is_payment_day_counted": False},
    # the claimant rounds each period; the court recites the sum
    "ru-court-33-2610-2021": {"is_rounded_by_segment": True},
    # 365 days in a leap year, which the appeal did not follow
    "de-court-144-c-10-16": {"day_count": "actual_365"},
    # a fixed rate of another law
    "de-court-iv-zr-34-05": {"method": "fixed"},
    # the rate of the first day
    "eu-court-t-201-17": {"method": "fixed"},
    # the split by half-years, against the Irish department (ie-02a)
    "ie-03-three-half-years": {"method": "half_year", "is_rounded_by_segment": True},
}


def day(text):
    return date.fromisoformat(text)


def get_example(name):
    return next(example for example in EXAMPLES if example["id"] == name)


def get_terms(example, **settings):
    """Return terms that have the rates of the example's segments."""
    method, day_count = METHODS[example["regime"][:2]]
    settings = SETTINGS.get(example["id"], {}) | settings
    method = settings.pop("method", method)
    day_count = settings.pop("day_count", day_count)
    by_half_year = method in ("half_year", "at_default")
    rates = {
        get_half_year_start(start) if by_half_year else start: percent
        for start, percent in (
            (day(row["from"]), str(row["rate_percent"])) for row in example["segments"]
        )
    }
    return Terms(
        method,
        tuple(Rate(start, Decimal(percent)) for start, percent in rates.items()),
        day_count=day_count,
        **settings,
    )


def compute_example(example, **settings):
    return compute_interest(
        example["principal"],
        day(example["from"]) - timedelta(days=1),
        day(example["to"]),
        [Payment(day(row["date"]), row["amount"]) for row in example["payments"]],
        get_terms(example, **settings),
    )


def get_rows(interest):
    """Return the segments as the examples write them."""
    return [
        {
            "from": segment.start.isoformat(),
            "to": segment.end.isoformat(),
            "days": segment.days,
            "base": float(segment.base),
            "rate_percent": float(segment.percent),
            "interest": float(segment.amount),
        }
        for segment in interest.segments
    ]


@tagged("post_install", "-at_install")
class TestInterestPublished(BaseCase):
    """What courts, ministries and calculators have published comes out to the cent."""

    def test_every_published_example_comes_out_with_its_segments(self):
        self.assertGreaterEqual(len(EXAMPLES), 29)
        for example in EXAMPLES:
            with self.subTest(f"{example['id']}: {example['source']}"):
                interest = compute_example(example)
                self.assertEqual(
                    str(interest.amount), f"{example['expected_interest']:.2f}"
                )
                self.assertEqual(get_rows(interest), example["segments"])

    def test_the_day_of_payment_bears_interest_by_the_plenum(self):
        """Plenum of the Supreme Court 24.03.2016 No. 7, points 39 and 48 (ru-03b)."""
        example = get_example("ru-03a-1m-partial-same-day")
        interest = compute_example(example, is_payment_day_counted=True)
        self.assertEqual([row.days for row in interest.segments], [21, 20])
        self.assertEqual(str(interest.amount), "16986.30")

    def test_periods_rounded_one_by_one_may_sum_to_another_cent(self):
        once = compute_example(
            get_example("ie-03-three-half-years"), is_rounded_by_segment=False
        )
        self.assertEqual(str(once.amount), "144.13")
        self.assertEqual(str(once.difference), "0.01")

    def test_consumer_variant_of_creditreform(self):
        example = get_example("de-06-creditreform-9.22")
        terms = Terms("fixed", margin=Decimal("6.52"))
        interest = compute_interest(
            example["principal"], day("2026-07-19"), day("2026-08-20"), [], terms
        )
        self.assertEqual(str(interest.amount), "5.72")


@tagged("post_install", "-at_install")
class TestInterestRules(BaseCase):
    """Days, balances and rates, with numbers that can be checked by heart."""

    #: 36.5 % of 1000 is 1 a day
    ONE_A_DAY = Terms("fixed", margin=Decimal("36.5"))
    DUE = date(2025, 3, 31)

    def _compute(self, until, *payments, principal=1000, due=DUE, terms=ONE_A_DAY):
        return compute_interest(principal, due, until, payments, terms)

    # === DAYS === #

    def test_first_day_is_the_one_after_due_and_the_last_counts(self):
        (segment,) = self._compute(date(2025, 4, 10)).segments
        self.assertEqual(segment.start, date(2025, 4, 1))
        self.assertEqual((segment.end, segment.days), (date(2025, 4, 10), 10))
        self.assertEqual(self._compute(date(2025, 4, 10)).amount, 10)

    def test_nothing_is_owed_until_the_due_date(self):
        for until in (self.DUE, date(2025, 3, 1)):
            interest = self._compute(until)
            self.assertEqual((interest.segments, interest.amount), ((), 0))

    def test_leap_years_count_as_the_day_count_says(self):
        amounts = {}
        for day_count in ("actual_365", "actual_actual", "actual_360", "thirty_360"):
            terms = Terms("fixed", margin=Decimal(10), day_count=day_count)
            interest = self._compute(
                date(2024, 12, 31), due=date(2023, 12, 31), terms=terms
            )
            amounts[day_count] = (interest.days, str(interest.amount))
        self.assertEqual(
            amounts,
            {
                "actual_365": (366, "100.27"),
                "actual_actual": (366, "100.00"),
                "actual_360": (366, "101.67"),
                "thirty_360": (360, "100.00"),
            },
        )

    def test_years_of_the_same_length_are_one_segment(self):
        terms = Terms("fixed", margin=Decimal(10), day_count="actual_actual")
        interest = self._compute(date(2026, 1, 31), due=date(2024, 1, 31), terms=terms)
        self.assertEqual([row.days for row in interest.segments], [335, 396])

    def test_interest_runs_from_1900_to_the_end_of_the_calendar(self):
        for day_count in ("actual_365", "actual_actual", "thirty_360"):
            terms = Terms("fixed", margin=Decimal(5), day_count=day_count)
            interest = self._compute(date.max, due=date(1900, 1, 1), terms=terms)
            self.assertEqual(interest.segments[-1].end, date.max)
        rates = (Rate(date(1900, 1, 1), Decimal(5)),)
        interest = self._compute(
            date.max, due=date(9998, 12, 31), terms=Terms("half_year", rates)
        )
        self.assertEqual(interest.days, 365)

    def test_a_moratorium_bears_no_interest(self):
        """Government decree of 28.03.2022 No. 497: 1 April to 1 October 2022."""
        pause = Break(date(2022, 4, 1), date(2022, 10, 1))
        terms = Terms("fixed", margin=Decimal("36.5"), breaks=(pause,))
        interest = self._compute(date(2022, 10, 5), due=date(2022, 3, 21), terms=terms)
        self.assertEqual(
            [(row.start, row.end) for row in interest.segments],
            [
                (date(2022, 3, 22), date(2022, 3, 31)),
                (date(2022, 10, 2), date(2022, 10, 5)),
            ],
        )
        self.assertEqual(interest.amount, 14)

    def test_overlapping_breaks_count_once(self):
        breaks = (
            Break(date(2025, 4, 3), date(2025, 4, 6)),
            Break(date(2025, 4, 5), date(2025, 4, 8)),
        )
        terms = Terms("fixed", margin=Decimal("36.5"), breaks=breaks)
        self.assertEqual(self._compute(date(2025, 4, 10), terms=terms).amount, 4)

    # === BALANCES === #

    def test_payment_before_due_lowers_the_debt_before_the_first_day(self):
        for paid_on in (date(2025, 1, 1), self.DUE):
            interest = self._compute(date(2025, 4, 10), Payment(paid_on, 500))
            self.assertEqual([row.base for row in interest.segments], [500])

    def test_payment_after_the_last_day_changes_nothing(self):
        interest = self._compute(date(2025, 4, 10), Payment(date(2025, 4, 11), 500))
        self.assertEqual(interest.amount, 10)

    def test_payment_on_the_last_day_changes_nothing(self):
        interest = self._compute(date(2025, 4, 10), Payment(date(2025, 4, 10), 1000))
        self.assertEqual(interest.amount, 10)

    def test_credit_larger_than_the_debt_ends_the_interest(self):
        interest = self._compute(date(2025, 4, 10), Payment(date(2025, 4, 5), 1500))
        self.assertEqual(interest.amount, 5)
        before = self._compute(date(2025, 4, 10), Payment(self.DUE, 1500))
        self.assertEqual((before.segments, before.amount), ((), 0))

    def test_what_is_not_owed_bears_no_interest(self):
        for principal in (0, -1000):
            interest = self._compute(date(2025, 4, 10), principal=principal)
            self.assertEqual((interest.segments, interest.amount), ((), 0))

    def test_undone_payment_lets_the_balance_rise_again(self):
        interest = self._compute(
            date(2025, 4, 10),
            Payment(date(2025, 4, 2), 1000),
            Payment(date(2025, 4, 8), -1000),
        )
        self.assertEqual([row.days for row in interest.segments], [2, 2])

    def test_payments_that_cancel_out_make_no_segment(self):
        interest = self._compute(
            date(2025, 4, 10),
            Payment(date(2025, 4, 2), 300),
            Payment(date(2025, 4, 2), -300),
        )
        self.assertEqual(len(interest.segments), 1)

    # === RATES === #

    def test_negative_reference_lowers_the_margin_but_nobody_is_paid_for_late(self):
        rates = (Rate(date(2020, 1, 1), Decimal("-0.88")),)
        for margin, percent in ((9, "8.12"), (0, "0")):
            terms = Terms("half_year", rates, margin=Decimal(margin))
            interest = self._compute(
                date(2020, 4, 10), due=date(2020, 3, 31), terms=terms
            )
            self.assertEqual(str(interest.segments[0].percent), percent)
            self.assertEqual(bool(interest.amount), bool(margin))

    def test_same_rate_again_makes_no_segment(self):
        rates = tuple(Rate(date(2025, month, 1), Decimal(9)) for month in (1, 4, 5))
        interest = self._compute(date(2025, 6, 1), terms=Terms("per_period", rates))
        self.assertEqual(len(interest.segments), 1)

    def test_rate_of_the_payment_holds_for_the_whole_time(self):
        rates = (
            Rate(date(2025, 1, 1), Decimal("36.5")),
            Rate(date(2025, 7, 1), Decimal(73)),
        )
        terms = Terms("at_payment", rates)
        open_debt = self._compute(date(2025, 7, 10), terms=terms)
        self.assertEqual({str(row.percent) for row in open_debt.segments}, {"73"})
        paid = self._compute(
            date(2025, 7, 10), Payment(date(2025, 6, 30), 1000), terms=terms
        )
        self.assertEqual({str(row.percent) for row in paid.segments}, {"36.5"})

    def test_base_of_31_december_holds_from_january(self):
        rates = (
            Rate(date(2024, 11, 7), Decimal("4.75")),
            Rate(date(2025, 1, 1), Decimal("99")),
        )
        terms = Terms("at_default", rates, margin=Decimal(8), lag_days=1)
        interest = self._compute(date(2025, 8, 1), terms=terms)
        self.assertEqual([str(row.percent) for row in interest.segments], ["12.75"])

    def test_contractual_penalty_is_owed_by_the_day_up_to_its_cap(self):
        terms = Terms(
            "fixed", margin=Decimal("0.1"), is_daily=True, cap_percent=Decimal(10)
        )
        below = self._compute(date(2025, 4, 30), terms=terms)
        self.assertEqual((str(below.amount), below.cap), ("30.00", None))
        above = self._compute(date(2025, 12, 31), terms=terms)
        self.assertEqual((str(above.amount), str(above.cap)), ("100.00", "100.00"))
        self.assertEqual(str(above.segments[0].amount), "275.00")

    def test_amounts_are_rounded_to_the_currency(self):
        for step, amount in (("0.01", "3.33"), ("1", "3"), ("0.05", "3.35")):
            terms = Terms("fixed", margin=Decimal("36.5"), step=Decimal(step))
            interest = self._compute(date(2025, 4, 1), principal=3333, terms=terms)
            self.assertEqual(interest.amount, Decimal(amount))

    # === BAD INPUT === #

    def test_wrong_input_is_refused_by_its_code(self):
        rate = Rate(date(2025, 1, 1), Decimal(5))
        day_after = date(2025, 4, 1)
        cases = [
            ("amount", {"principal": "much"}),
            ("amount", {"principal": float("nan")}),
            ("amount", {"principal": None}),
            ("amount", {"payments": [Payment(day_after, "x")]}),
            ("absurd", {"principal": Decimal("1e15") + 1}),
            ("date", {"due": None}),
            ("date", {"due": date(1899, 12, 31)}),
            ("date", {"payments": [Payment(None, 1)]}),
            ("percent", {"terms": Terms("fixed", margin="x")}),
            ("percent", {"terms": Terms("fixed", margin=10**6)}),
            ("percent", {"terms": Terms("fixed", cap_percent="x")}),
            ("method", {"terms": Terms("monthly")}),
            ("day_count", {"terms": Terms("fixed", day_count="actual_364")}),
            ("rounding", {"terms": Terms("fixed", step=0)}),
            ("empty", {"terms": Terms("per_period")}),
            ("gap", {"due": date(2024, 1, 1), "terms": Terms("half_year", (rate,))}),
            ("duplicate", {"terms": Terms("per_period", (rate, rate))}),
            ("break", {"terms": Terms("fixed", breaks=(Break(day_after, self.DUE),))}),
            (
                "missing_half_year",
                {
                    "due": date(2025, 6, 30),
                    "terms": Terms("half_year", (rate,), has_each_half_year=True),
                },
            ),
        ]
        self.assertEqual({code for code, _values in cases}, set(CODES))
        for code, values in cases:
            with self.subTest(code), self.assertRaises(InterestError) as caught:
                compute_interest(
                    **{
                        "principal": 1000,
                        "due": self.DUE,
                        "until": date(2025, 7, 10),
                        "payments": [],
                        "terms": self.ONE_A_DAY,
                    }
                    | values
                )
            self.assertEqual(caught.exception.code, code)

    def test_largest_amounts_keep_their_cents(self):
        interest = self._compute(date(2025, 4, 1), principal=Decimal("1e15"))
        self.assertEqual(str(interest.amount), "1000000000000.00")
