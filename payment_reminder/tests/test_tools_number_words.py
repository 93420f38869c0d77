import doctest
import random
import re
import sys
from decimal import Decimal
from pathlib import Path
from unittest import SkipTest

from odoo.tests import BaseCase, tagged

from ..tools import currency_words, number_words
from ..tools.amount_in_words import amount_in_words
from ..tools.number_words import get_speller, spell

try:  # the reference; a tool of developers, not a requirement of the addon
    import icu
except ImportError:
    icu = None

LANGS = (
    "de_DE de_CH fr_FR fr_BE fr_CH es_ES it_IT pt_PT pt_BR nl_NL pl_PL uk_UA ru_RU"
).split()
GENDERS = {"m": "masculine", "f": "feminine", "n": "neuter"}
#: ICU calculates with floats: from here on it does not know the last digits.
EXACT = 10**15


def load_tests(loader, tests, pattern):
    """Let plain unittest find the doctests too; Odoo's runner has its own test."""
    tests.addTests(doctest.DocTestSuite(number_words))
    tests.addTests(doctest.DocTestSuite(currency_words))
    return tests


def choose_numbers(lang):
    """Return some thousands of numbers: all small ones, round ones, any."""
    rng = random.Random(lang)
    numbers = [*range(2200), *(rng.randrange(10**size) for size in range(4, 16))]
    numbers += [rng.randrange(10 ** rng.randrange(3, 16)) for _number in range(2500)]
    numbers += [
        head * 10**zeros + tail
        for head in (1, 2, 3, 21, 80, 81, 100, 101, 103, 111, 121, 180, 200, 201, 999)
        for zeros in (3, 6, 9, 12)
        for tail in (0, 1, 2, 3, 5, 21, 80, 100, 101, 200, 1000, 1001, 200_000, 10**6)
    ]
    end = min(get_speller(lang).end, EXACT)
    return [number for number in numbers if number < end]


# === READING ITALIAN, which ICU writes but does not read === #

IT = {
    word: number
    for number, word in enumerate(
        "zero un due tre quattro cinque sei sette otto nove dieci undici dodici tredici"
        " quattordici quindici sedici diciassette diciotto diciannove".split()
    )
} | {
    word: 10 * number
    for number, word in enumerate(
        "vent trent quarant cinquant sessant settant ottant novant".split(), 2
    )
}
SCALES_IT = {"mil": 3, "milion": 6, "miliard": 9, "bilion": 12}
WORDS_IT = re.compile("|".join(sorted((*IT, "cent", *SCALES_IT), key=len)[::-1]))


def read_italian(text):
    """Return the value of Italian words, which are told apart by their stems."""
    total = group = 0
    for word in WORDS_IT.findall(text.replace("é", "e").replace("mille", "mil")):
        if word == "cent":
            group = (group or 1) * 100
        elif word in SCALES_IT:
            total, group = total + (group or 1) * 10 ** SCALES_IT[word], 0
        else:
            group += IT[word]
    return total + group


@tagged("post_install", "-at_install")
class TestNumberWords(BaseCase):
    """The words of numbers are those of ICU, and say the number."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        if icu:
            return
        if (Path(sys.prefix) / ".installed").exists():  # made by bin/setup
            raise AssertionError("PyICU is missing in the prepared environment.")
        raise SkipTest("PyICU, which the words are compared with, is not installed.")

    def _get_rules(self, lang, gender):
        """Return how ICU spells, ``None`` where it does not tell the gender apart."""
        kind = icu.URBNFRuleSetTag.SPELLOUT
        rules = icu.RuleBasedNumberFormat(kind, icu.Locale(lang))
        names = [
            rules.getRuleSetName(number)
            for number in range(rules.getNumberOfRuleSetNames())
        ]
        name = f"%spellout-cardinal-{GENDERS[gender]}"
        if name not in names and gender != "m":
            return None
        rules.setDefaultRuleSet(name if name in names else "%spellout-cardinal")
        return rules

    def _expect(self, rules, number, lang, gender):
        """Return ICU's words without its hyphens for line breaks and its slips."""
        words = rules.format(number).replace("\N{SOFT HYPHEN}", "")
        if lang == "de_CH":
            words = words.replace("ß", "ss")  # ICU spells as in Germany
        if lang == "fr_BE":  # 'quatre-vingts mille', 'quatre-vingt un'
            words = re.sub(r"vingts (?=\w)", "vingt ", words)
            words = re.sub(r"vingt (?=(un|deux|trois|quatre|cinq|six|sept|huit|neuf)"
                           r"e?\b)", "vingt-", words)  # fmt: skip
        if lang == "it_IT":
            words = words.replace("trémila", "tremila")  # an accent stands at the end
        if (lang, gender) == ("pl_PL", "f") and number > 1:
            words = re.sub("jedna$", "jeden", words)  # only alone: 'sto jeden koron'
        return words

    def test_doctests_hold(self):
        for module in (number_words, currency_words):
            result = doctest.testmod(module)
            self.assertGreater(result.attempted, 5)
            self.assertFalse(result.failed)

    def test_words_are_those_of_icu(self):
        for lang in LANGS:
            genders = "mfn" if lang == "pl_PL" else "mf"
            for gender in genders:
                rules = self._get_rules(lang, gender)
                if not rules:
                    continue
                wrong = [
                    (number, words, expected)
                    for number in choose_numbers(lang)
                    if (words := spell(number, lang, gender))
                    != (expected := self._expect(rules, number, lang, gender))
                ]
                self.assertEqual(wrong[:5], [], f"{lang} {gender}: {len(wrong)}")

    def test_words_read_back_are_the_number(self):
        for lang in LANGS:
            kind = icu.URBNFRuleSetTag.SPELLOUT
            rules = icu.RuleBasedNumberFormat(kind, icu.Locale(lang))
            rules.setLenient(True)
            is_italian = lang == "it_IT"
            numbers = choose_numbers(lang)
            for number in numbers if is_italian else numbers[::40]:
                words = spell(number, lang, "f" if number % 2 else "m")
                if is_italian:
                    value = read_italian(words)
                else:  # in Belgium ICU reads only its own 'quatre-vingts mille'
                    text = words.replace("quatre-vingt ", "quatre-vingts ")
                    value = int(rules.parse(text).getDouble())
                self.assertEqual(value, number, f"{lang}: {words}")

    def test_no_two_numbers_have_the_same_words(self):
        for lang in LANGS:
            numbers = set(choose_numbers(lang))
            words = {spell(number, lang) for number in numbers}
            self.assertEqual(len(words), len(numbers), lang)


@tagged("post_install", "-at_install")
class TestCurrencyWords(BaseCase):
    """Gender, number and case of a currency follow its number."""

    def _assert_words(self, lang, code, expected):
        for amount, words in expected.items():
            with self.subTest(lang=lang, code=code, amount=amount):
                text = amount_in_words(Decimal(amount), code, lang)
                self.assertEqual(text, words)

    def test_german(self):
        self._assert_words(
            "de_DE",
            "EUR",
            {
                "101000.00": "Einhunderteintausend Euro und 00 Cent",
                "101000000.00": "Einhunderteine Millionen Euro und 00 Cent",
                "30.10": "Dreißig Euro und 10 Cent",
            },
        )
        self._assert_words(
            "de_CH", "CHF", {"30": "Dreissig Schweizer Franken und 00 Rappen"}
        )
        self._assert_words("de_AT", "EUR", {"30": "Dreißig Euro und 00 Cent"})

    def test_french(self):
        self._assert_words(
            "fr_FR",
            "EUR",
            {
                "0.01": "Zéro euro et 01 centime",
                "1.10": "Un euro et 10 centimes",
                "81": "Quatre-vingt-un euros et 00 centime",
                "2000000": "Deux millions d'euros et 00 centime",
                "2000001": "Deux millions un euros et 00 centime",
            },
        )
        self._assert_words(
            "fr_FR",
            "SEK",
            {
                "21": "Vingt-et-une couronnes suédoises et 00 öre",
                "1000000": "Un million de couronnes suédoises et 00 öre",
            },
        )
        self._assert_words(
            "fr_CH", "CHF", {"93": "Nonante-trois francs suisses et 00 centime"}
        )

    def test_spanish(self):
        self._assert_words(
            "es_ES",
            "EUR",
            {
                "1": "Un euro con 00 céntimos",
                "21.01": "Veintiún euros con 01 céntimo",
                "1000000": "Un millón de euros con 00 céntimos",
            },
        )
        self._assert_words(
            "es_ES",
            "GBP",
            {
                "1": "Una libra esterlina con 00 peniques",
                "200": "Doscientas libras esterlinas con 00 peniques",
                "21000": "Veintiún mil libras esterlinas con 00 peniques",
            },
        )

    def test_italian(self):
        self._assert_words(
            "it_IT",
            "EUR",
            {
                "1": "Un euro e 00 centesimi",
                "1.01": "Un euro e 01 centesimo",
                "23023": "Ventitremilaventitré euro e 00 centesimi",
                "1000000": "Un milione di euro e 00 centesimi",
            },
        )
        self._assert_words("it_IT", "GBP", {"1": "Una sterlina britannica e 00 pence"})

    def test_portuguese(self):
        self._assert_words(
            "pt_PT",
            "EUR",
            {
                "16.16": "Dezasseis euros e 16 cêntimos",
                "1000000": "Um milhão de euros e 00 cêntimos",
            },
        )
        self._assert_words("pt_BR", "EUR", {"16.01": "Dezesseis euros e 01 centavo"})
        self._assert_words(
            "pt_BR",
            "GBP",
            {"2202": "Duas mil duzentas e duas libras esterlinas e 00 pence"},
        )

    def test_polish(self):
        self._assert_words(
            "pl_PL",
            "PLN",
            {
                "1.01": "Jeden złoty i 01 grosz",
                "2.02": "Dwa złote i 02 grosze",
                "5.05": "Pięć złotych i 05 groszy",
                "21": "Dwadzieścia jeden złotych i 00 groszy",
                "22": "Dwadzieścia dwa złote i 00 groszy",
            },
        )
        self._assert_words("pl_PL", "EUR", {"1": "Jedno euro i 00 centów"})
        self._assert_words(
            "pl_PL",
            "SEK",
            {
                "1": "Jedna korona szwedzka i 00 öre",
                "22": "Dwadzieścia dwie korony szwedzkie i 00 öre",
            },
        )

    def test_ukrainian(self):
        self._assert_words(
            "uk_UA",
            "UAH",
            {
                "1.01": "Одна гривня 01 копійка",
                "2.02": "Дві гривні 02 копійки",
                "5": "Пʼять гривень 00 копійок",
                "21": "Двадцять одна гривня 00 копійок",
                "2001": "Дві тисячі одна гривня 00 копійок",
            },
        )
        self._assert_words("uk_UA", "EUR", {"2": "Два євро 00 центів"})

    def test_dutch(self):
        self._assert_words(
            "nl_NL",
            "EUR",
            {"1": "Een euro en 00 cent", "22.50": "Tweeëntwintig euro en 50 cent"},
        )

    def test_unknown_currency_and_size_stay_digits(self):
        for lang in LANGS:
            for code in ("QQQ", "", "eur;"):
                with self.subTest(lang=lang, code=code):
                    text = amount_in_words(Decimal("7.25"), code, lang)
                    self.assertRegex(text, r"^7[.,]25")
        for lang, amount in (("uk_UA", 10**12), ("pt_PT", 10**9), ("fr_FR", 10**18)):
            text = amount_in_words(amount, "EUR", lang)
            self.assertEqual(re.sub(r"\D", "", text), f"{amount}00", text)
        self.assertRegex(amount_in_words(1, "THB", "it_IT"), r"^1,00")
