from datetime import date, timedelta
from decimal import Decimal

from odoo.tests import tagged

from ..tools.interest import Payment
from .claim_common import ClaimCommon
from .interest_common import InterestCommon

SATURDAY = date(2025, 5, 31)
MONDAY = date(2025, 6, 2)
NOTICE = date(2025, 6, 20)


@tagged("post_install", "-at_install")
class TestDueOnDayOff(InterestCommon):
    """By most laws, what is due on a day off is in time on the next working day."""

    MOVED = (
        "ru_395",
        "de_business",
        "de_consumer",
        "at_business",
        "pl_business",
        "pl_statutory",
        "ch_104",
        "eu_2011_7",
        "contract_year",
        "contract_day",
    )
    STAYING = ("uk_1998", "ie_2012", "fr_business", "fr_public", "es_business")

    def test_each_shipped_regime_has_the_rule_of_its_law(self):
        for names, is_moved in ((self.MOVED, True), (self.STAYING, False)):
            for name in names:
                with self.subTest(name):
                    self.assertEqual(self._regime(name).is_due_moved, is_moved)

    def _late(self, name, payments=(), due="2025-05-31"):
        return self._amount(self._regime(name), 1000, due, "2025-06-20", payments)

    def test_monday_is_in_time_for_saturday_in_germany(self):
        payments = [Payment(MONDAY, 900)]
        self.assertEqual(self._late("de_business", payments), Decimal("0.56"))

    def test_days_off_count_in_the_united_kingdom(self):
        due_on_monday = self._late("uk_1998", due="2025-06-02")
        self.assertGreater(self._late("uk_1998"), due_on_monday)

    def test_interest_begins_after_the_next_working_day(self):
        interest = self._regime("de_business")._compute_interest(
            1000, SATURDAY, NOTICE, [], self.euro
        )
        self.assertEqual(interest.segments[0].start, date(2025, 6, 3))

    def test_holiday_moves_the_due_date_further(self):
        """Pentecost: Saturday 7 June, and nobody works on Monday 9 June."""
        self.env["resource.calendar.leaves"].create(
            {
                "name": "Whit Monday",
                "calendar_id": self.company.resource_calendar_id.id,
                "date_from": "2025-06-08 22:00:00",
                "date_to": "2025-06-09 21:59:59",
            }
        )
        interest = self._regime("de_business")._compute_interest(
            1000, date(2025, 6, 7), NOTICE, [], self.euro
        )
        self.assertEqual(interest.segments[0].start, date(2025, 6, 11))

    def test_nothing_is_wrong_before_the_next_working_day_is_over(self):
        regime = self._regime("at_business")  # it has no rates
        self.assertFalse(regime._get_problem(SATURDAY, MONDAY))
        self.assertTrue(regime._get_problem(SATURDAY, date(2025, 6, 3)))

    def test_calculator_agrees(self):
        wizard = self.env["interest.calculation"].create(
            {
                "regime_id": self._regime("de_business").id,
                "currency_id": self.euro.id,
                "amount": 1000,
                "date_due": SATURDAY,
                "date_until": MONDAY,
            }
        )
        self.assertEqual((wizard.amount_interest, wizard.amount_compensation), (0, 0))
        wizard.date_until = date(2025, 6, 3)
        self.assertEqual(wizard.amount_compensation, 40)


@tagged("post_install", "-at_install")
class TestClaimOfDayOff(ClaimCommon):
    """Notices, statements and claims know that Monday was in time."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company.currency_id = cls.env.ref("base.EUR")
        cls.german = cls.env.ref("payment_reminder.regime_de_business")
        cls._owe_interest(cls.customer, cls.german)
        cls.procedure.level_ids.fee_amount = 0.0

    def _notice(self, on=NOTICE):
        return self._run_and_send(on).notice_ids

    def test_demand_after_a_payment_on_monday(self):
        invoice = self._invoice(due=SATURDAY, amount=1000.0)
        self._pay(invoice, 900.0, MONDAY)
        notice = self._notice()
        self.assertEqual(notice.amount_interest, 0.56)
        self.assertEqual(notice.amount_compensation, 40.0)
        claim = self._claims("interest")
        self.assertEqual(claim.date_due, SATURDAY)
        self.assertEqual(claim.date_from, date(2025, 6, 3))

    def test_claim_statement_says_the_same(self):
        invoice = self._invoice(due=SATURDAY, amount=1000.0)
        self._pay(invoice, 900.0, MONDAY)
        self.env["dunning.planner"]._open_cases(self.company)
        [account] = self.env["dunning.claim.account"]._get_accounts(
            self._case(), self._receivables(invoice), NOTICE
        )
        self.assertEqual(account.interest.amount, Decimal("0.56"))
        # what was paid in time settles the debt and no costs
        self.assertEqual([row.costs for row in account.order.rows], [0])

    def test_compensation_is_measured_by_what_was_late(self):
        """UK: 1,200 less 900 on Monday is below 1,000 only if Monday is in time."""
        british = self.env.ref("payment_reminder.regime_uk_1998")
        british.compensation_currency_id = british.size_currency_id = (
            self.company.currency_id
        )
        line = self._receivables(self._invoice(due=SATURDAY, amount=1200.0))
        payments = [Payment(MONDAY, Decimal(900))]
        for is_moved, amount in ((False, 70), (True, 40)):
            british.is_due_moved = is_moved
            owed = british._get_late_compensation(
                line, payments, self.company.currency_id, NOTICE
            )
            self.assertEqual(owed, amount)

    def test_all_paid_on_monday_owes_nothing(self):
        line = self._receivables(self._invoice(due=SATURDAY, amount=1000.0))
        for day, amount in ((MONDAY, 0), (date(2025, 6, 3), 40)):
            owed = self.german._get_late_compensation(
                line, [Payment(day, Decimal(1000))], self.company.currency_id, NOTICE
            )
            self.assertEqual(owed, amount)
        owed = self.german._get_late_compensation(
            line, [], self.company.currency_id, MONDAY
        )
        self.assertEqual(owed, 0)

    def test_claims_lose_their_ground_when_it_was_paid_on_monday(self):
        invoice = self._invoice(due=SATURDAY, amount=1000.0)
        self._notice()
        self.assertTrue(self._claims()._filter_grounded())
        self._pay(invoice, paid_on=MONDAY)
        self.assertFalse(self._claims()._filter_grounded())

    def test_claims_keep_their_ground_when_it_was_paid_on_tuesday(self):
        invoice = self._invoice(due=SATURDAY, amount=1000.0)
        self._notice()
        self._pay(invoice, paid_on=MONDAY + timedelta(days=1))
        self.assertTrue(self._claims()._filter_grounded())

    def test_many_items_need_no_query_each(self):
        for number in range(3):
            self._invoice(due=SATURDAY - timedelta(days=number), amount=100.0)
        self._notice()
        claims = self._claims()
        counts = []
        for some in (claims[:1], claims):
            some.move_line_id.mapped("date_maturity")
            before = self.cr.sql_log_count
            some._filter_grounded()
            counts.append(self.cr.sql_log_count - before)
        self.assertEqual(*counts)
