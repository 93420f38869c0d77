import random
from decimal import Decimal

from odoo.tests import BaseCase, tagged

from ..tools.commission import (
    BY_AGE,
    BY_AMOUNT,
    CommissionError,
    Part,
    Step,
    Terms,
    check_terms,
    compute_commission,
)


@tagged("post_install", "-at_install")
class TestCommission(BaseCase):
    """Rules of commissions that the examples do not show."""

    def test_one_cent_more_is_never_paid_for_with_more_than_it(self):
        rng = random.Random(7)
        for _case in range(300):
            starts = sorted(rng.sample(range(1, 5000), 3))
            steps = tuple(
                Step(Decimal(start), Decimal(rng.randint(0, 10000)) / 100)
                for start in (0, *starts)
            )
            terms = Terms(BY_AMOUNT, steps=steps)
            amount = Decimal(rng.randint(1, 600000)) / 100
            less = compute_commission([Part(amount)], terms)
            more = compute_commission([Part(amount + Decimal("0.01"))], terms)
            self.assertLessEqual(less, more)
            self.assertLessEqual(more - less, Decimal("0.02"))
            self.assertLessEqual(more, amount + Decimal("0.01"))

    def test_parts_of_a_sum_earn_what_the_sum_earns(self):
        terms = Terms(percent=Decimal("33.33"))
        parts = [Part(Decimal("0.01"))] * 100
        self.assertEqual(
            compute_commission(parts, terms),
            compute_commission([Part(Decimal(1))], terms),
        )

    def test_order_of_the_steps_does_not_matter(self):
        steps = (Step(100, Decimal(5)), Step(0, Decimal(10)))
        for method in (BY_AMOUNT, BY_AGE):
            one = compute_commission(
                [Part(Decimal(150), 120)], Terms(method, steps=steps)
            )
            two = compute_commission(
                [Part(Decimal(150), 120)], Terms(method, steps=steps[::-1])
            )
            self.assertEqual(one, two)

    def test_not_late_yet_counts_as_the_first_step(self):
        terms = Terms(BY_AGE, steps=(Step(0, Decimal(10)), Step(30, Decimal(20))))
        self.assertEqual(compute_commission([Part(Decimal(100), -5)], terms), 10)

    def test_half_a_unit_is_rounded_up_in_each_currency(self):
        for step, expected in (("0.01", "0.13"), ("1", "0"), ("0.001", "0.125")):
            terms = Terms(percent=Decimal("12.5"), step=Decimal(step))
            earned = compute_commission([Part(Decimal(1))], terms)
            self.assertEqual(earned, Decimal(expected), step)

    def test_huge_amounts_stay_exact(self):
        amount = Decimal("999999999999.99")
        earned = compute_commission([Part(amount)], Terms(percent=Decimal("99.99")))
        self.assertEqual(earned, Decimal("999899999999.99"))

    def test_more_undone_than_collected_earns_nothing_by_scale(self):
        terms = Terms(BY_AMOUNT, steps=(Step(0, Decimal(10)),))
        self.assertEqual(compute_commission([Part(Decimal(-5))], terms), 0)

    def test_senseless_terms_are_refused(self):
        for terms, code in (
            (Terms(percent=Decimal(-1)), "percent"),
            (Terms(percent=Decimal("100.01")), "percent"),
            (Terms(BY_AMOUNT), "start"),
            (Terms(BY_AMOUNT, steps=(Step(-1, Decimal(1)),)), "start"),
            (Terms(BY_AGE, steps=(Step(0, 1), Step(5, 1), Step(5, 2))), "steps"),
        ):
            with self.assertRaises(CommissionError) as caught:
                check_terms(terms)
            self.assertEqual(caught.exception.code, code)
