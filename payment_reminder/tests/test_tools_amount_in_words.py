import doctest
import re
from decimal import Decimal

from odoo.tests import BaseCase, tagged

from ..tools import amount_in_words as module
from ..tools.amount_in_words import amount_in_words

CURRENCIES = (
    "EUR USD GBP CHF RUB BYN UAH KZT TRY CNY JPY KWD PLN SEK NOK DKK CZK HUF INR AED"
).split()
WORD_LANGS = ("en_US", "en_GB", "de_DE", "de_CH", "ru_RU")
DIGIT_LANGS = (
    "tr_TR ar_001 he_IL zh_CN ja_JP hi_IN sr@latin sr@Cyrl kab_DZ lb_LU tl_PH xx_XX"
).split()
AMOUNTS = [
    Decimal(amount)
    for amount in (
        "0 0.01 0.10 1 1.01 1.02 2 2.05 5.11 11 12.21 21 22.22 101 111 200 999.99 1000"
        " 1001 2002 10000.25 21021.21 100000 999999 1000001 2000002.50 1000000000"
        " 1234567890.12 1000000000000000 987654321987654.32 -12.30"
    ).split()
]


def load_tests(loader, tests, pattern):
    """Let plain unittest find the doctests too; Odoo's runner has its own test."""
    tests.addTests(doctest.DocTestSuite(module))
    return tests


# === READING THE WORDS BACK, with nothing of the code that wrote them === #

SMALL_EN = (
    "zero one two three four five six seven eight nine ten eleven twelve thirteen"
    " fourteen fifteen sixteen seventeen eighteen nineteen"
).split()
TENS_EN = "twenty thirty forty fifty sixty seventy eighty ninety".split()
EN = {
    **{word: number for number, word in enumerate(SMALL_EN)},
    **{word: 10 * number for number, word in enumerate(TENS_EN, 2)},
}
SCALES_EN = {
    "thousand": 3,
    "million": 6,
    "billion": 9,
    "trillion": 12,
    "quadrillion": 15,
}

RU = {
    "ноль": 0,
    "один": 1,
    "одна": 1,
    "два": 2,
    "две": 2,
    "три": 3,
    "четыре": 4,
    "пять": 5,
    "шесть": 6,
    "семь": 7,
    "восемь": 8,
    "девять": 9,
    "десять": 10,
    "одиннадцать": 11,
    "двенадцать": 12,
    "тринадцать": 13,
    "четырнадцать": 14,
    "пятнадцать": 15,
    "шестнадцать": 16,
    "семнадцать": 17,
    "восемнадцать": 18,
    "девятнадцать": 19,
    "двадцать": 20,
    "тридцать": 30,
    "сорок": 40,
    "пятьдесят": 50,
    "шестьдесят": 60,
    "семьдесят": 70,
    "восемьдесят": 80,
    "девяносто": 90,
    "сто": 100,
    "двести": 200,
    "триста": 300,
    "четыреста": 400,
    "пятьсот": 500,
    "шестьсот": 600,
    "семьсот": 700,
    "восемьсот": 800,
    "девятьсот": 900,
}
SCALES_RU = {"тысяч": 3, "миллион": 6, "миллиард": 9, "триллион": 12, "квадриллион": 15}

SMALL_DE = (
    "null ein zwei drei vier fünf sechs sieben acht neun zehn elf zwölf dreizehn"
    " vierzehn fünfzehn sechzehn siebzehn achtzehn neunzehn"
).split()
#: Switzerland writes 'dreissig'.
TENS_DE = "zwanzig dreißig vierzig fünfzig sechzig siebzig achtzig neunzig".split()
DE = {
    **{word: number for number, word in enumerate(SMALL_DE)},
    **{word: 10 * number for number, word in enumerate(TENS_DE, 2)},
    "dreissig": 30,
    "eine": 1,
    "eins": 1,
}
SCALES_DE = {"million": 6, "milliarde": 9, "billion": 12, "billiarde": 15}


def _read(words, numbers, scales):
    """Return the value of the leading number words; the rest is the currency."""
    total = group = 0
    for word in words:
        if word in numbers:
            group += numbers[word]
        elif word == "hundred":
            group *= 100
        elif scale := _find_scale(word, scales):
            total, group = total + group * 10**scale, 0
        elif word != "and":
            break
    return total + group


def _find_scale(word, scales):
    endings = "(а|и|ов)?" if word[0] > "я" or word[0] >= "а" else "(n|en)?"
    for stem, scale in scales.items():
        if re.fullmatch(stem + endings, word):
            return scale
    return None


def _read_german(word):
    """Return the value of one compound such as 'zweitausenddreihundertvier'."""
    if word in DE:
        return DE[word]
    for part, factor in (("tausend", 1000), ("hundert", 100)):
        head, found, tail = word.partition(part)
        if found:
            low = _read_german(tail.removeprefix("und")) if tail else 0
            return (_read_german(head) if head else 1) * factor + low
    ones, _und, tens = word.partition("und")
    return DE[ones] + DE[tens]


class _GermanNumbers(dict):
    """A dict of all German compounds below a million, without listing them."""

    def __contains__(self, word):
        try:
            _read_german(word)
        except KeyError:
            return False
        return True

    def __getitem__(self, word):
        return _read_german(word)


READERS = {
    "en": (EN, SCALES_EN),
    "ru": (RU, SCALES_RU),
    "de": (_GermanNumbers(), SCALES_DE),
}


def _read_back(text, lang):
    """Return the amount that a text in words says."""
    numbers, scales = READERS[lang[:2]]
    words = re.sub(r"[,-]", " ", text.lower()).split()
    is_negative = words[0] in ("minus", "минус")
    whole = _read(words[is_negative:], numbers, scales)
    fraction = re.search(r"(\d+)(?:/\d+)?\D*$", text)
    value = Decimal(f"{whole}.{fraction[1]}") if fraction else Decimal(whole)
    return -value if is_negative else value


@tagged("post_install", "-at_install")
class TestAmountInWords(BaseCase):
    def test_doctests_hold(self):
        result = doctest.testmod(module)
        self.assertGreater(result.attempted, 30)
        self.assertFalse(result.failed)

    def test_words_read_back_are_the_amount(self):
        for lang in WORD_LANGS:
            for code in CURRENCIES:
                for amount in AMOUNTS:
                    with self.subTest(lang=lang, code=code, amount=amount):
                        text = amount_in_words(amount, code, lang)
                        self.assertEqual(_read_back(text, lang), amount, text)
                        self.assertEqual(text[0], text[0].upper())

    def test_switzerland_has_no_sharp_s(self):
        for amount in AMOUNTS:
            self.assertNotIn("ß", amount_in_words(amount, "CHF", "de_CH"))

    def test_digits_elsewhere_are_the_amount(self):
        for lang in DIGIT_LANGS:
            for code in CURRENCIES:
                for amount in AMOUNTS:
                    with self.subTest(lang=lang, code=code, amount=amount):
                        text = amount_in_words(amount, code, lang, 2)
                        self.assertTrue(text.endswith(f"\N{NO-BREAK SPACE}{code}"))
                        digits = re.sub(r"\D", "", text)
                        self.assertEqual(int(digits), abs(int(amount * 100)), text)
                        self.assertEqual(amount < 0, bool(re.search("[-−]", text)))

    def test_inexact_amounts_are_refused(self):
        for amount in (1.5, True, "1.5", None):
            with self.subTest(amount=amount), self.assertRaises(TypeError):
                amount_in_words(amount, "EUR", "en_US")
        for amount in ("NaN", "Infinity", "sNaN"):
            with self.subTest(amount=amount), self.assertRaises(ValueError):
                amount_in_words(Decimal(amount), "EUR", "en_US")

    def test_nonsense_codes_raise_nothing(self):
        for code in ("", None, "€", "eur ", "{{7*7}}", "X" * 300):
            for lang in ("en_US", None, "", "C", "../..", "de"):
                with self.subTest(code=code, lang=lang):
                    self.assertTrue(amount_in_words(Decimal("7.25"), code, lang))

    def test_russian_fraction_declines(self):
        forms = {1: "копейка", 2: "копейки", 5: "копеек", 11: "копеек", 21: "копейка"}
        for kopecks, form in forms.items():
            text = amount_in_words(Decimal(kopecks) / 100, "RUB", "ru_RU")
            self.assertEqual(text, f"Ноль рублей {kopecks:02d} {form}")
