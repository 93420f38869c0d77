from datetime import date, datetime, timedelta
from decimal import Decimal

from odoo.tests import tagged

from ..tools import installments
from ..tools.installments import InstallmentError, Interest
from .test_tools_installments import CENT, FIRST, FIVE_CENTS, InstallmentCase


@tagged("post_install", "-at_install")
class TestInstallmentRefusals(InstallmentCase):
    """What is no plan is refused, and the code says why."""

    def test_terms(self):
        for code, values in (
            ("total", {"total": "0"}),
            ("total", {"total": "-5"}),
            ("total", {"total": "NaN"}),
            ("total", {"total": "0.1234567890123"}),
            ("absurd", {"total": "1e13"}),
            ("step", {"step": 0}),
            ("step", {"step": Decimal("1e-13")}),
            ("step", {"step": None}),
            ("empty", {"count": 0}),
            ("empty", {"count": -1}),
            ("count", {"count": 1.5}),
            ("count", {"count": "three"}),
            ("count", {"count": True}),
            ("too_many", {"count": 601}),
            ("too_many", {"count": 1000}),
            ("too_many", {"count": 600, "down_payment": (1, date(2025, 1, 1))}),
            ("too_many", {"amount": CENT}),
            ("too_small", {"total": "0.02"}),
            ("too_small", {"total": "0.02", "step": FIVE_CENTS, "count": 1}),
            ("too_small", {"total": "0.02", "step": FIVE_CENTS, "amount": 5}),
            ("amount", {"amount": 0}),
            ("amount", {"amount": -1}),
            ("off_step", {"amount": Decimal("0.001")}),
            ("off_step", {"amount": Decimal("0.03"), "step": FIVE_CENTS}),
            ("choice", {"count": 3, "amount": 100}),
            ("choice", {"count": None}),
            ("period", {"period": "daily"}),
            ("period", {"period": None}),
            ("first_date", {"first_date": None}),
            ("first_date", {"first_date": "2025-01-31"}),
            ("first_date", {"first_date": datetime(2025, 1, 31)}),
            ("first_date", {"first_date": date(9999, 12, 31)}),
            ("day_of_month", {"day_of_month": 0}),
            ("day_of_month", {"day_of_month": 32}),
            ("day_of_month", {"day_of_month": 1.5}),
            ("fee", {"fee": -1}),
            ("fee", {"fee": None}),
            ("off_step", {"fee": Decimal("0.001")}),
        ):
            with self.subTest(code=code, values=values):
                self._assert_refused(code, self._plan, **values)

    def test_down_payments(self):
        before = date(2025, 1, 1)
        for code, down_payment in (
            ("down_payment", (1000, before)),
            ("down_payment", (1001, before)),
            ("down_payment", (0, before)),
            ("down_payment", (-1, before)),
            ("down_payment", (1, before, 2)),
            ("down_payment", 1),
            ("off_step", (Decimal("0.001"), before)),
            ("date", (1, None)),
            ("too_small", (Decimal("999.98"), before)),
        ):
            with self.subTest(code=code, down_payment=down_payment):
                self._assert_refused(code, self._plan, down_payment=down_payment)

    def test_rows(self):
        one, two = date(2025, 1, 1), date(2025, 1, 2)
        for code, rows in (
            ("empty", []),
            ("empty", 5),
            ("amount", [(one, 0), (two, 1000)]),
            ("amount", [(one, -1), (two, 1001)]),
            ("amount", [one]),
            ("amount", [(one, 1, 2)]),
            ("date", [(None, 1000)]),
            ("not_rising", [(one, 1), (one, 999)]),
            ("not_rising", [(two, 1), (one, 999)]),
            ("sum", [(one, 1), (two, 998)]),
            ("off_step", [(one, "0.001"), (two, "999.999")]),
            ("too_many", [(one, 1)] * 601),
        ):
            with self.subTest(code=code, rows=rows[:2] if rows != 5 else 5):
                self._assert_refused(code, self._plan, rows=rows)

    def test_interest(self):
        for code, interest in (
            ("percent", Interest(-1)),
            ("percent", Interest("much")),
            ("percent", Interest(Decimal("1e-20"), "annuity")),
            ("absurd", Interest(Decimal("1e13"), "annuity")),
            ("method", Interest(1, "compound")),
            ("method", 12),
            ("start", Interest(1)),
            ("start", Interest(1, start=date(2025, 2, 1))),
        ):
            with self.subTest(code=code, interest=interest):
                self._assert_refused(code, self._plan, interest=interest)

    def test_free_rows_have_no_annuity(self):
        interest, rows = Interest(1, "annuity"), [(FIRST, 1000)]
        self._assert_refused("method", self._plan, rows=rows, interest=interest)

    def test_payment_that_only_pays_interest(self):
        interest = Interest(Decimal(12), "annuity")
        values = self._assert_refused(
            "interest", self._plan, amount=10, interest=interest
        )
        self.assertEqual(values, {"payment": 10, "interest": 10})

    def test_absurd_interest(self):
        for method in installments.METHODS:
            interest = Interest(Decimal("1e12"), method, date(2024, 1, 31))
            self._assert_refused("absurd", self._plan, "1e9", interest=interest)

    def test_mistaken_calendar(self):
        for move in (
            lambda day: day - timedelta(days=1),
            lambda day: None,
            lambda day: datetime(2025, 1, 31),
            lambda day: date.max + timedelta(days=1),
            "tomorrow",
        ):
            self._assert_refused("move_date", self._plan, move_date=move)

    def test_values_say_what_is_wrong(self):
        for values, expected in (
            ({"count": 1000}, {"count": 1000, "maximum": 600}),
            ({"amount": 1}, {"count": 1000, "maximum": 600}),
            (
                {"total": "0.02"},
                {"balance": Decimal("0.02"), "count": 3, "step": CENT},
            ),
            ({"rows": [(FIRST, 999)]}, {"value": 999, "total": 1000}),
            (
                {"down_payment": (2000, date(2025, 1, 1))},
                {"value": 2000, "total": 1000},
            ),
            ({"first_date": None}, {"value": None}),
        ):
            with self.subTest(values):
                with self.assertRaises(InstallmentError) as caught:
                    self._plan(**values)
                self.assertEqual(caught.exception.values, expected)
