from datetime import date, timedelta
from decimal import Decimal
from itertools import accumulate, pairwise

from hypothesis import event, given, settings
from hypothesis import strategies as st

from odoo.tests import BaseCase, tagged

from ..tools import installments
from ..tools.installments import InstallmentError, Interest, Terms

#: Smallest units of real currencies: yen, euro, dinar, Swiss cash.
STEPS = [Decimal("1"), Decimal("0.01"), Decimal("0.001"), Decimal("0.05")]
PERIODS = sorted(installments.PERIODS_PER_YEAR)
DAYS = st.dates(date(2000, 1, 1), date(2060, 12, 31))
#: Why each kind of edit may be refused when its arguments are good.
EDITS = {
    "change_amount": {"last", "too_small", "interest"},
    "change_date": {"not_rising", "start"},
    "add": {"not_rising", "too_small", "too_many", "interest", "start"},
    "remove": {"empty", "interest"},
}
#: What a field, a form or a mistake may hand over.
ANYTHING = st.one_of(
    st.none(),
    st.booleans(),
    st.text(max_size=5),
    st.integers(),
    st.floats(),
    st.decimals(),
    st.dates(),
    st.datetimes(),
)


#: Kind, position of the line, days that it is moved, steps of its new amount.
EDIT = st.tuples(
    st.sampled_from(sorted(EDITS)),
    st.integers(0, 600),
    st.integers(-40, 400),
    st.integers(1, 10**5),
)


def cases(number):
    """Run a test with so many examples, the same ones at every run."""
    return settings(derandomize=True, deadline=None, max_examples=number, database=None)


def next_workday(day):
    return day + timedelta(days=(0, 0, 0, 0, 0, 2, 1)[day.weekday()])


def next_half_year(day):
    """Return the 1st of January or July: much longer than most periods."""
    if (day.month, day.day) in ((1, 1), (7, 1)):
        return day
    return date(day.year, 7, 1) if day.month < 7 else date(day.year + 1, 1, 1)


#: Made once: making a strategy takes longer than drawing from it.
SOME_STEPS = st.sampled_from(STEPS)
SOME_COUNT = st.one_of(*[st.integers(1, 24)] * 7, st.integers(1, 600))
#: Steps that a term has on average.
SOME_SHARE = st.one_of(st.integers(1, 10**6), st.integers(1, 4))
SOME_DOWN = st.one_of(st.just(0), st.integers(1, 10**4))
SOME_INTEGER = st.integers(0, 10**4)
SOME_PERCENT = st.integers(0, 3000)
SOME_PERIOD = st.sampled_from(PERIODS)
SOME_DAY_OF_MONTH = st.one_of(st.none(), st.integers(1, 31))
SOME_MOVE = st.sampled_from([None, next_workday, next_half_year])
SOME_METHODS = st.sampled_from([None, *installments.METHODS])


@st.composite
def terms(draw, methods=SOME_METHODS):
    """Return good terms of every kind; most of them make a plan."""
    step, count = draw(SOME_STEPS), draw(SOME_COUNT)
    share, noise = draw(SOME_SHARE), draw(SOME_INTEGER)
    down_steps = draw(SOME_DOWN)
    total = (count * share + noise % count + down_steps) * step
    first = draw(DAYS)
    by_amount = noise % 2
    return Terms(
        # a part of a step now and then, that no cash can pay
        total=total if noise % 3 else total + step / 5,
        step=step,
        count=None if by_amount else count,
        amount=share * step if by_amount else None,
        period=draw(SOME_PERIOD),
        first_date=first,
        day_of_month=draw(SOME_DAY_OF_MONTH),
        down_payment=(down_steps * step, first - timedelta(noise % 90 + 1))
        if down_steps
        else None,
        move_date=draw(SOME_MOVE),
        interest=_make_interest(draw, draw(methods), first),
        fee=noise * step,
    )


def _make_interest(draw, method, first):
    """Return interest of a method that runs from before any down payment."""
    if not method:
        return None
    percent = draw(SOME_PERCENT)
    return Interest(Decimal(percent) / 100, method, first - timedelta(90 + percent))


def make_plan(wanted):
    """Return the schedule, or nothing for one of the errors that good terms can have.

    A payment may be less than the interest, and rounding the last term may make one
    term more than there can be.
    """
    try:
        return installments.schedule(wanted)
    except InstallmentError as error:
        if error.code == "interest":
            assert wanted.interest.method == "annuity"
        else:
            assert error.code == "too_many"
            assert wanted.amount or wanted.count == installments.MAX_TERMS
        event(f"refused: {error.code}")
        return None


class InstallmentProperties(BaseCase):
    def _assert_is_plan(self, plan, total):
        """Assert what holds for every plan, however it came about."""
        step = plan.terms.step
        amounts = [line.amount for line in plan.lines]
        self.assertEqual(sum(amounts), total)
        self.assertGreater(min(amounts), 0)
        self.assertFalse([amount for amount in amounts[:-1] if amount % step])
        self.assertEqual(amounts[-1] % step, total % step)
        for before, after in pairwise(plan.lines):
            self.assertLess(before.date, after.date)
            self.assertEqual(before.number + 1, after.number)
        balances = [total - paid for paid in accumulate(amounts)]
        self.assertEqual([line.balance_after for line in plan.lines], balances)
        self.assertEqual(balances[-1], 0)
        self._assert_cost_is_apart(plan, step)

    def _assert_cost_is_apart(self, plan, step):
        interests = [line.interest for line in plan.lines]
        self.assertGreaterEqual(min(interests), 0)
        self.assertFalse([interest for interest in interests if interest % step])
        self.assertEqual(plan.lines[0].fee, plan.terms.fee)
        self.assertEqual(plan.total_fee, plan.terms.fee)
        self.assertEqual(plan.total_interest, sum(interests))
        self.assertEqual(plan.payable, plan.total + plan.cost)


@tagged("post_install", "-at_install")
class TestInstallmentsProperties(InstallmentProperties):
    """What holds for all plans, tried with 10,000."""

    @cases(3500)
    @given(terms())
    def test_every_schedule_is_a_plan(self, wanted):
        plan = make_plan(wanted)
        if not plan:
            return
        self._assert_is_plan(plan, wanted.total)
        self.assertEqual(plan.total_fee, wanted.fee)
        if wanted.count:
            number = wanted.count + bool(wanted.down_payment)
            self.assertEqual(len(plan.lines), number)
        if wanted.move_date:
            for line in plan.lines:
                self.assertEqual(wanted.move_date(line.date), line.date)

    @cases(1000)
    @given(terms(methods=st.none()))
    def test_installments_are_as_equal_as_the_step_allows(self, wanted):
        plan = make_plan(wanted)
        if not plan:
            return
        amounts = [line.amount for line in plan.lines if line.number]
        if wanted.amount:
            self.assertEqual(set(amounts[:-1]) - {wanted.amount}, set())
            self.assertLess(amounts[-1], wanted.amount + wanted.step)
            return
        equal = sum(amounts) / len(amounts)
        self.assertLess(abs(amounts[0] - equal), wanted.step)
        # one for all, then perhaps one that is less, then a step each
        self.assertLessEqual(len(set(amounts[:-1])), 3)
        self.assertEqual(amounts[:-1], sorted(amounts[:-1], reverse=True))

    @cases(500)
    @given(terms(methods=st.just("annuity")))
    def test_annuity_payments_are_equal(self, wanted):
        plan = make_plan(wanted)
        if not plan or not plan.terms.interest:
            return
        payments = [x.amount + x.interest for x in plan.lines if x.number]
        # those that rounding up has left no more than a step for come last
        self.assertEqual(payments[:-1], sorted(payments[:-1], reverse=True))
        if wanted.amount:
            self.assertLessEqual(set(payments[:-1]), {wanted.amount})

    @cases(1000)
    @given(terms(methods=st.none()))
    def test_dates_that_are_not_moved_keep_the_day(self, wanted):
        plan = make_plan(wanted)
        if not plan or wanted.move_date:
            return
        days = [line.date for line in plan.lines if line.number]
        self.assertEqual(days[0], wanted.first_date)
        if wanted.period in ("weekly", "fortnightly"):
            gaps = {(after - before).days for before, after in pairwise(days)}
            self.assertLessEqual(gaps, {7 if wanted.period == "weekly" else 14})
            return
        day = wanted.day_of_month or wanted.first_date.day
        for index, found in enumerate(days[1:], 1):
            months = (found.year - days[0].year) * 12 + found.month - days[0].month
            self.assertEqual(months, index * (3 if wanted.period == "quarterly" else 1))
            is_end = (found + timedelta(days=1)).month != found.month
            self.assertTrue(found.day == day or (found.day < day and is_end))

    @cases(2000)
    @given(terms(), st.lists(EDIT, min_size=1, max_size=5))
    def test_edits_keep_what_holds_for_every_plan(self, wanted, edits):
        plan = make_plan(wanted)
        if not plan:
            return
        for kind, position, days, steps in edits:
            index = position % len(plan.lines)
            try:
                edited = self._edit(plan, kind, index, days, steps)
            except InstallmentError as error:
                self.assertIn(error.code, EDITS[kind])
                event(f"{kind} refused: {error.code}")
                continue
            event(f"{kind} done")
            self._assert_is_plan(edited, wanted.total)
            self._assert_before_stays(plan, edited, kind, index)
            self._assert_is_done(plan, edited, kind, index, days, steps)
            plan = edited

    def _edit(self, plan, kind, index, days, steps):
        day = plan.lines[index].date + timedelta(days=days)
        amount = steps * plan.terms.step
        if kind == "change_amount":
            return installments.change_amount(plan, index, amount)
        if kind == "change_date":
            return installments.change_date(plan, index, day)
        if kind == "add":
            return installments.add(
                plan, day if days % 3 else None, amount if steps % 2 else None
            )
        return installments.remove(plan, index)

    def _assert_is_done(self, plan, edited, kind, index, days, steps):
        """Assert that what was asked for is there."""
        if kind == "change_amount" and index < len(plan.lines) - 1:
            amount = steps * plan.terms.step
            self.assertEqual(edited.lines[index].amount, amount)
        elif kind == "change_date":
            day = plan.lines[index].date + timedelta(days=days)
            if plan.terms.move_date:
                day = plan.terms.move_date(day)
            self.assertGreaterEqual(edited.lines[index].date, day)

    def _assert_before_stays(self, plan, edited, kind, index):
        """Assert that what comes before an edit is as it was."""
        rows = [[(line.date, line.amount) for line in x.lines] for x in (plan, edited)]
        if kind == "change_amount":
            self.assertEqual(rows[0][:index], rows[1][:index])
            self.assertEqual([x[0] for x in rows[0]], [x[0] for x in rows[1]])
        elif kind == "change_date":
            self.assertEqual(rows[0][:index], rows[1][:index])
            self.assertEqual([x[1] for x in rows[0]], [x[1] for x in rows[1]])
        elif kind == "add":
            new = {x[0] for x in rows[1]} - {x[0] for x in rows[0]}
            self.assertEqual(len(new), 1)
            self.assertEqual(len(rows[1]), len(rows[0]) + 1)
        else:
            self.assertEqual(
                [x[0] for x in rows[1]],
                [x[0] for i, x in enumerate(rows[0]) if i != index],
            )
            kept = min(index, len(rows[1]) - 1)
            self.assertEqual(rows[0][:kept], rows[1][:kept])

    @cases(500)
    @given(terms())
    def test_schedule_comes_back_from_its_rows(self, wanted):
        plan = make_plan(wanted)
        if plan:
            rows = [(line.date, line.amount) for line in plan.lines]
            self.assertEqual(installments.restore(plan.terms, rows), plan)

    @cases(1000)
    @given(
        terms(methods=st.none()),
        st.lists(st.tuples(DAYS, st.integers(1, 10**7)), max_size=8),
    )
    def test_allocation_conserves_money(self, wanted, payments):
        plan = make_plan(wanted)
        if not plan:
            return
        payments = [(day, steps * Decimal("0.001")) for day, steps in payments]
        allocation = installments.allocate(plan.lines, payments)
        given_amount = sum(amount for _day, amount in payments)
        self.assertEqual(allocation.paid + allocation.remainder, given_amount)
        self.assertEqual(allocation.paid + allocation.open, wanted.total)
        self.assertFalse(allocation.remainder and allocation.open)
        for line, due in zip(allocation.lines, plan.lines, strict=True):
            self.assertEqual((line.date, line.amount), (due.date, due.amount))
            self.assertTrue(0 <= line.paid <= line.amount)
            self.assertEqual(line.paid_on is None, bool(line.open))
        for before, after in pairwise(allocation.lines):
            self.assertFalse(before.open and after.paid)
            if after.paid_on:
                self.assertLessEqual(before.paid_on, after.paid_on)

    @cases(500)
    @given(st.lists(ANYTHING, min_size=12, max_size=12), st.sampled_from(PERIODS))
    def test_whatever_is_put_in_only_an_installment_error_comes_out(self, x, period):
        good = Terms(100, 1, count=3, first_date=date(2025, 1, 31))
        plan = installments.schedule(good)
        interest = Interest(x[0], x[1], x[2])
        for function, args in (
            (installments.schedule, [Terms(x[0], x[1], count=x[2], first_date=x[3])]),
            (installments.schedule, [Terms(x[4], 1, amount=x[5], period=x[6])]),
            (
                installments.schedule,
                [Terms(9, 1, x[0], period=period, first_date=x[7])],
            ),
            (installments.schedule, [Terms(9, 1, rows=[(x[0], x[1]), x[2]], fee=x[3])]),
            (installments.schedule, [Terms(9, 1, rows=x[0], down_payment=x[1])]),
            (
                installments.schedule,
                [
                    Terms(
                        9,
                        x[8],
                        count=2,
                        first_date=date(2025, 1, 1),
                        day_of_month=x[9],
                        down_payment=(x[10], x[11]),
                        interest=interest,
                    )
                ],
            ),
            (
                installments.schedule,
                [
                    Terms(
                        10**12,
                        1,
                        count=2,
                        first_date=date(2025, 1, 1),
                        interest=Interest(x[3], "annuity"),
                    )
                ],
            ),
            (installments.restore, [good, [(x[0], x[1]), (x[2], x[3])]]),
            (installments.change_amount, [plan, 1, x[4]]),
            (installments.change_amount, [plan, x[5], x[4]]),
            (installments.change_date, [plan, 1, x[6]]),
            (installments.add, [plan, x[7], x[8]]),
            (installments.remove, [plan, x[9]]),
            (installments.allocate, [plan.lines, [(x[10], x[11])]]),
            (installments.allocate, [x[0], x[1]]),
        ):
            try:
                function(*args)
            except InstallmentError as error:
                self.assertIn(error.code, installments.CODES)
