from datetime import date, timedelta
from decimal import Decimal

from hypothesis import given, settings
from hypothesis import strategies as st

from odoo.tests import BaseCase, tagged

from ..tools.payment_choice import ChoiceError, Item, choose
from ..tools.payment_settlement import bundle, settle

QUICK = settings(max_examples=200, deadline=None, derandomize=True)
CENT = Decimal("0.01")
AMOUNTS = st.integers(1, 10**8).map(lambda cents: cents * CENT)
OPEN = st.integers(0, 10**8).map(lambda cents: cents * CENT)


@st.composite
def items(draw):
    keys = draw(st.lists(st.integers(1, 99), min_size=1, max_size=12, unique=True))
    return [
        Item(
            key,
            date(2026, 1, 1) + timedelta(days=draw(st.integers(0, 40))),
            draw(AMOUNTS),
        )
        for key in keys
    ]


@tagged("post_install", "-at_install")
class TestPaymentChoiceProperties(BaseCase):
    """Whatever is chosen: exact sums, the oldest first, never above what is open."""

    @QUICK
    @given(items(), st.data())
    def test_choice_is_exact(self, found, data):
        by_key = {item.key: item for item in found}
        keys = data.draw(st.lists(st.sampled_from(sorted(by_key)), min_size=1))
        total = sum(by_key[key].amount for key in set(keys))
        cents = data.draw(st.integers(1, int(total / CENT)))
        choice = choose(found, keys, cents * CENT)
        self.assertEqual(choice.total, cents * CENT)
        self.assertLessEqual({key for key, _part in choice.parts}, set(keys))
        for key, part in choice.parts:
            self.assertTrue(0 < part <= by_key[key].amount)
        order = [(by_key[key].due, key) for key, _part in choice.parts]
        self.assertEqual(order, sorted(order))
        for key, part in choice.parts[:-1]:
            self.assertEqual(part, by_key[key].amount)
        skipped = set(keys) - {key for key, _part in choice.parts}
        for key in skipped:
            self.assertGreater((by_key[key].due, key), order[-1])

    @QUICK
    @given(items(), AMOUNTS, AMOUNTS)
    def test_part_is_taken_or_refused_with_its_reason(self, found, amount, minimum):
        total = sum(item.amount for item in found)
        try:
            choice = choose(found, None, amount, minimum)
        except ChoiceError as error:
            expected = "too_much" if amount > total else "small"
            self.assertEqual(error.code, expected)
            self.assertTrue(amount > total or amount < min(minimum, total))
        else:
            self.assertEqual(choice.total, amount)
            self.assertTrue(min(minimum, total) <= amount <= total)

    @QUICK
    @given(st.dictionaries(st.integers(1, 20), AMOUNTS, min_size=1), st.data())
    def test_nothing_of_the_money_is_lost(self, parts, data):
        still_open = data.draw(st.dictionaries(st.sampled_from(sorted(parts)), OPEN))
        accounts = {key: data.draw(st.sampled_from("AB")) for key in parts}
        amount = data.draw(AMOUNTS)
        settlement = settle(parts.items(), still_open, amount)
        settled = dict(settlement.parts)
        self.assertEqual(sum(settled.values()) + settlement.rest, amount)
        for key, part in settled.items():
            self.assertTrue(0 < part <= still_open[key])
        if settlement.rest:
            self.assertEqual(settled, {k: v for k, v in still_open.items() if v})
        bundles = bundle(settlement, still_open, accounts)
        self.assertEqual(sum(one.amount for one in bundles), sum(settled.values()))
        for one in bundles:
            whole = sum(still_open[key] for key in one.whole)
            self.assertEqual(
                one.amount,
                whole if one.partial is None else whole + settled[one.partial],
            )

    @QUICK
    @given(st.dictionaries(st.integers(1, 20), AMOUNTS, min_size=1))
    def test_undisturbed_it_is_exactly_what_was_chosen(self, parts):
        still_open = {key: part + key * CENT for key, part in parts.items()}
        settlement = settle(parts.items(), still_open, sum(parts.values()))
        self.assertEqual(settlement.parts, tuple(parts.items()))
        self.assertEqual(settlement.rest, 0)
