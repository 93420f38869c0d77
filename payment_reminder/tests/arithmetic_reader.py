"""Calculates an estimate's printed arithmetic again, from its words alone."""

import re
from decimal import ROUND_HALF_UP, Decimal
from math import prod

from .estimate_common import EstimateCommon

#: Separators of thousands and decimals, as Odoo's languages have them.
MARKS = {"en_US": (",", "."), "de_DE": (".", ","), "ru_RU": ("\N{NO-BREAK SPACE}", ",")}
SIGNS = {"+": 1, "\N{MINUS SIGN}": -1}


class ArithmeticReader:
    """A reader with a pocket calculator, who rounds where an amount is printed."""

    def __init__(self, lang, step):
        """Take the language that numbers are written in, and the currency's step."""
        thousands, self.decimal = MARKS[lang]
        groups = rf"\d{{1,3}}(?:{re.escape(thousands)}\d{{3}})+(?!\d)"
        self.number = re.compile(rf"(?:{groups}|\d+)(?:{re.escape(self.decimal)}\d+)?")
        self.step = Decimal(str(step))

    def read_all(self, text):
        """Return the numbers of a text, in their order."""
        return [self._parse(found) for found in self.number.findall(text)]

    def _parse(self, digits):
        kept = re.sub(rf"[^\d{self.decimal}]", "", digits)
        return Decimal(kept.replace(self.decimal, "."))

    def round(self, amount):
        """Return an amount in whole steps, halves away from zero."""
        return (amount / self.step).quantize(Decimal(1), ROUND_HALF_UP) * self.step

    def calculate(self, text):
        """Return what the arithmetic comes to, and what is printed as its result.

        An intermediate amount that does not come out fails at once.
        """
        first, *rest = text.split(" = ")
        result = self.round(self._multiply(first))
        for part in rest[:-1]:
            printed, *others = re.split(r" (?=[+\N{MINUS SIGN}] )", part)
            assert self._read_amount(printed) == result, (text, result)
            result += sum(self._read_surcharge(other, result) for other in others)
        return result, self._read_amount(rest[-1])

    def _multiply(self, text):
        volumes, *factors = text.split(" × ")
        parts = volumes.strip("()").split(" + ")
        base = sum(prod(self._read_part(part)) for part in parts)
        return base * prod(self.read_all(factor)[0] for factor in factors)

    def _read_part(self, text):
        volume, rate = re.split(r" (?:at|zu|по) ", text)
        return self.read_all(volume)[0], self._read_amount(rate)

    def _read_amount(self, text):
        [amount] = self.read_all(text)
        return amount

    def _read_surcharge(self, text, base):
        """Return a surcharge; a percentage must come out too."""
        amount, _bracket, words = text[1:].partition("(")
        value = self._read_amount(amount)
        percent = re.match(rf"({self.number.pattern})\N{{NO-BREAK SPACE}}%", words)
        if percent:
            share = self.round(base * self._parse(percent[1]) / 100)
            assert share == value, (text, share)
        return SIGNS[text[0]] * value


def make_value(factor, multiplier):
    """Return the value of a factor as a stage has it."""
    return {
        "factor_id": factor.id,
        "rating_id": False,
        "method": "manual",
        "factor": factor.name,
        "rating": "high",
        "multiplier": str(multiplier),
    }


class ArithmeticCommon(EstimateCommon):
    """Estimates whose arithmetic is calculated again, in three languages."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        for lang in MARKS:
            cls.env["res.lang"]._activate_lang(lang)

    def _assert_comes_out(self, stage, values=None):
        """Fail unless the explanation, calculated again, is the price."""
        price, problem = stage._get_price(values)
        self.assertFalse(problem)
        for lang in MARKS:
            text = stage.with_context(lang=lang)._explain(values)
            reader = ArithmeticReader(lang, stage.currency_id.rounding)
            self.assertEqual(reader.calculate(text), (price.subtotal,) * 2, text)
