"""Amounts of money in words, as a formal letter needs them.

The whole part is written out by num2words, the currency's name comes from CLDR
(babel) in the right plural form, the fraction stays in digits:

>>> amount_in_words(Decimal("10000.25"), "RUB", "ru_RU")
'Десять тысяч рублей 25 копеек'
>>> amount_in_words(Decimal("10000.25"), "EUR", "en_US")
'Ten thousand euros and 25 cents'
>>> amount_in_words(Decimal("10000.25"), "EUR", "de_DE")
'Zehntausend Euro und 25 Cent'

The text starts with a capital because it stands alone on its line.

Languages without an entry in ``GRAMMARS`` get digits and the ISO code, which are
right everywhere. num2words alone would be wrong in many places: it reads ``int`` as
cents, rounds every currency to two decimals, knows few currencies and declines
'две миллиона'.

>>> amount_in_words(Decimal("10000.25"), "TRY", "tr_TR").replace(NBSP, " ")
'10.000,25 TRY'
"""

from collections.abc import Callable
from decimal import ROUND_HALF_UP, Decimal, localcontext
from typing import NamedTuple

from babel import Locale, UnknownLocaleError
from babel.numbers import (
    format_decimal,
    get_currency_name,
    get_currency_precision,
    is_currency,
)
from num2words import num2words

LARGEST = Decimal(10) ** 18  # from here on num2words' languages begin to fail

NBSP = "\N{NO-BREAK SPACE}"


class Grammar(NamedTuple):
    """How one language writes an amount.

    ``cardinal(number, name)`` gives the words of a whole number in the gender of the
    currency's name; ``plural(number)`` the index into the forms of ``major`` and
    ``minor``; ``joint`` stands between the whole part and the fraction.
    """

    cardinal: Callable[[int, str], str]
    plural: Callable[[int], int]
    joint: str
    negative: str
    major: dict[str, tuple[str, ...]]
    minor: dict[str, tuple[str, ...]]


# === ENTRANCE === #


def amount_in_words(
    amount: Decimal, currency_code: str, lang: str, decimals: int | None = None
) -> str:
    """Return the amount in words of a language, the fraction in digits.

    :param amount: units of the currency, a Decimal (or whole units as an int; an int
        is never read as cents)
    :param currency_code: ISO 4217 code
    :param lang: Odoo's language code, such as ``ru_RU`` or ``sr@latin``
    :param decimals: digits of the fraction; by default what CLDR says about the
        currency, but never fewer than needed for an amount in hundredths
    :return: one line of text; digits and code where language or currency is unknown
    :raise TypeError: for floats and everything else that is not exact
    :raise ValueError: for NaN and infinity, which are no money

    >>> amount_in_words(1000, "EUR", "en_US")
    'One thousand euros and 00 cents'
    >>> amount_in_words(10.5, "EUR", "en_US")
    Traceback (most recent call last):
    TypeError: amount must be a Decimal, not float
    >>> amount_in_words(Decimal("NaN"), "EUR", "en_US")
    Traceback (most recent call last):
    ValueError: amount must be finite

    Gender and case, in Russian for the fraction too:

    >>> for cents in ("0.01", "1.02", "2.05", "1000001.11", "2000022.21"):
    ...     print(amount_in_words(Decimal(cents), "RUB", "ru_RU"))
    Ноль рублей 01 копейка
    Один рубль 02 копейки
    Два рубля 05 копеек
    Один миллион один рубль 11 копеек
    Два миллиона двадцать два рубля 21 копейка
    >>> amount_in_words(Decimal("2000001.01"), "TRY", "ru_RU")
    'Два миллиона одна турецкая лира 01 куруш'
    >>> amount_in_words(Decimal("22.01"), "UAH", "ru_RU")
    'Двадцать две украинские гривны 01 копейка'
    >>> amount_in_words(Decimal("1.01"), "EUR", "de_DE")
    'Ein Euro und 01 Cent'
    >>> amount_in_words(Decimal("101.10"), "SEK", "de_DE")
    'Einhunderteine Schwedische Kronen und 10 Öre'
    >>> amount_in_words(Decimal("1.01"), "USD", "en_GB")
    'One US dollar and 01 cent'

    Zero, negative, huge, and rounding half up:

    >>> amount_in_words(Decimal("-0.00"), "EUR", "de_DE")
    'Null Euro und 00 Cent'
    >>> amount_in_words(Decimal("-12.30"), "RUB", "ru_RU")
    'Минус двенадцать рублей 30 копеек'
    >>> amount_in_words(Decimal("1e15"), "EUR", "en_US")
    'One quadrillion euros and 00 cents'
    >>> amount_in_words(Decimal("0.005"), "EUR", "en_US")
    'Zero euros and 01 cent'
    >>> amount_in_words(Decimal("1e30"), "EUR", "en_US").replace(NBSP, " ")
    '1,000,000,000,000,000,000,000,000,000,000.00 EUR'

    Currencies with no and with three decimals, or with a minor unit that has no name
    here:

    >>> amount_in_words(Decimal("10000"), "JPY", "en_US")
    'Ten thousand Japanese yen'
    >>> amount_in_words(Decimal("10000.250"), "KWD", "en_US")
    'Ten thousand Kuwaiti dinars and 250 fils'
    >>> amount_in_words(Decimal("7.25"), "THB", "en_US")
    'Seven Thai baht and 25/100'
    >>> amount_in_words(Decimal("7.2500"), "EUR", "en_US", decimals=4)
    'Seven euros and 2500/10000'
    >>> amount_in_words(Decimal("7.25"), "EUR", "en_US", decimals=0)
    'Seven euros'

    What is unknown is written in digits:

    >>> amount_in_words(Decimal("-7.25"), "QQQ", "en_US").replace(NBSP, " ")
    '-7.25 QQQ'
    >>> amount_in_words(Decimal("7.25"), "EUR", "sr@latin").replace(NBSP, " ")
    '7,25 EUR'
    >>> amount_in_words(Decimal("7.25"), "EUR", "").replace(NBSP, " ")
    '7.25 EUR'
    """
    amount = _check_amount(amount)
    code = (currency_code or "").strip().upper()
    if decimals is None:
        decimals = _get_decimals(amount, code)
    amount = _quantize(amount, decimals)
    grammar = GRAMMARS.get((lang or "").replace("@", "_").split("_")[0])
    if not grammar or not is_currency(code) or abs(amount) >= LARGEST:
        return _in_digits(amount, code, lang, decimals)
    return _in_words(amount, code, _parse_locale(lang), decimals, grammar)


# === THE PARTS === #


def _check_amount(amount):
    """Return a finite Decimal or raise: a float has no cents one can trust."""
    if isinstance(amount, bool) or not isinstance(amount, Decimal | int):
        raise TypeError(f"amount must be a Decimal, not {type(amount).__name__}")
    amount = Decimal(amount)
    if not amount.is_finite():
        raise ValueError("amount must be finite")
    return amount


def _quantize(amount: Decimal, decimals: int) -> Decimal:
    """Round half up to ``decimals`` digits; no context precision is in the way."""
    with localcontext() as context:
        context.prec = _get_precision(amount, decimals)
        rounded = amount.quantize(Decimal(1).scaleb(-decimals), ROUND_HALF_UP)
        return rounded if rounded else abs(rounded)  # no 'minus zero'


def _get_precision(amount: Decimal, decimals: int) -> int:
    """Return enough digits for every operation on the amount."""
    return max(28, amount.adjusted() + decimals + 10)


def _get_decimals(amount: Decimal, code: str) -> int:
    """Return the usual number of decimals, two if the amount needs a fraction.

    >>> _get_decimals(Decimal("10"), "JPY"), _get_decimals(Decimal("10.5"), "JPY")
    (0, 2)
    """
    usual = get_currency_precision(code)
    return usual if amount == amount.to_integral_value() else max(usual, 2)


def _in_words(amount, code, locale, decimals, grammar) -> str:
    """Join sign, words, currency, and fraction; ``amount`` is already rounded."""
    whole, fraction = _split(abs(amount), decimals)
    singular = _get_name(code, 1, locale, grammar)
    parts = [grammar.negative] if amount < 0 else []
    parts += [grammar.cardinal(whole, singular)]
    parts += [_get_name(code, whole, locale, grammar)]
    if decimals:
        parts += [grammar.joint, _get_fraction(code, fraction, decimals, grammar)]
    text = " ".join(filter(None, parts))
    return text[0].upper() + text[1:]


def _split(amount: Decimal, decimals: int) -> tuple[int, int]:
    """Return the whole part and the fraction as integers, without dividing.

    >>> _split(Decimal("10.05"), 2)
    (10, 5)
    """
    whole, _dot, fraction = f"{amount:f}".partition(".")
    return int(whole), int(fraction or 0)


def _get_name(code, number, locale, grammar) -> str:
    """Return the currency's name in the form that follows ``number``."""
    if forms := grammar.major.get(code):
        return forms[grammar.plural(number)]
    return get_currency_name(code, count=number, locale=locale)


def _get_fraction(code, fraction, decimals, grammar) -> str:
    """Return '25 cents', or '25/100' where the minor unit has no name here."""
    digits = f"{fraction:0{decimals}d}"
    forms = grammar.minor.get(code)
    if not forms or decimals != MINOR_DIGITS.get(code, 2):
        return f"{digits}/{10**decimals}"
    return f"{digits} {forms[grammar.plural(fraction)]}"


def _in_digits(amount, code, lang, decimals) -> str:
    """Return the plain form '10,000.25 TRY' in the language's own separators."""
    pattern = "#,##0" + ("." + "0" * decimals if decimals else "")
    with localcontext() as context:
        context.prec = _get_precision(amount, decimals)
        digits = format_decimal(amount, format=pattern, locale=_parse_locale(lang))
    return f"{digits}{NBSP}{code}".strip()


def _parse_locale(lang: str) -> Locale:
    """Return babel's locale for an Odoo language code, English if there is none.

    >>> [str(_parse_locale(lang)) for lang in ("sr@latin", "es_419", "xx_YY", "")]
    ['sr_Latn', 'es_419', 'en', 'en']
    """
    name = (lang or "").replace("@latin", "_Latn").replace("@Cyrl", "_Cyrl")
    for candidate in (name, name.split("_")[0]):
        try:
            return Locale.parse(candidate)
        except (UnknownLocaleError, ValueError, TypeError):
            continue
    return Locale.parse("en")


# === LANGUAGES === #


def _english(number: int, name: str) -> str:
    return num2words(number, lang="en")


def _plural_one(number: int) -> int:
    return 0 if number == 1 else 1


def _german(number: int, name: str) -> str:
    """'eins' bends to 'ein' or 'eine' before the currency.

    >>> _german(1001, "Euro"), _german(1, "Schwedische Krone")
    ('eintausendein', 'eine')
    """
    words = num2words(number, lang="de")
    if not words.endswith("eins"):
        return words
    adjective, _space, noun = name.partition(" ")
    return words[:-1] + ("e" if noun and adjective.endswith("e") else "")


def _russian(number: int, name: str) -> str:
    """Only the last three digits take the gender: 'два миллиона одна лира'.

    >>> _russian(2002002, "турецкая лира"), _russian(1, "евро")
    ('два миллиона две тысячи две', 'один')
    """
    high, low = divmod(number, 1000)
    words = [num2words(high * 1000, lang="ru")] if high else []
    if low or not high:
        gender = "f" if name.split()[0].endswith(("а", "я")) else "m"
        words.append(num2words(low, lang="ru", gender=gender))
    return " ".join(words)


def _plural_russian(number: int) -> int:
    """Return the index of the form: копейка, копейки, копеек.

    >>> [_plural_russian(number) for number in (1, 2, 5, 11, 12, 21, 101, 111, 0)]
    [0, 1, 2, 2, 2, 0, 0, 2, 2]
    """
    if number % 100 in range(11, 15):
        return 2
    return {1: 0, 2: 1, 3: 1, 4: 1}.get(number % 10, 2)


MINOR_DIGITS = dict.fromkeys(("BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND"), 3)

CENT_CODES = ("AUD", "CAD", "EUR", "HKD", "NZD", "SGD", "USD", "ZAR")


def _forms(forms: str, *codes: str) -> dict[str, tuple[str, ...]]:
    """Map each code to the forms written in one string.

    >>> _forms("cent cents", "EUR", "USD")
    {'EUR': ('cent', 'cents'), 'USD': ('cent', 'cents')}
    """
    return dict.fromkeys(codes, tuple(forms.split()))


GRAMMARS = {
    "en": Grammar(
        cardinal=_english,
        plural=_plural_one,
        joint="and",
        negative="minus",
        major={},
        minor={
            **_forms("cent cents", *CENT_CODES),
            **_forms("penny pence", "GBP"),
            **_forms("centime centimes", "CHF"),
            **_forms("kopeck kopecks", "RUB", "BYN", "UAH"),
            **_forms("kuruş kuruş", "TRY"),
            **_forms("fen fen", "CNY"),
            **_forms("tiyn tiyn", "KZT"),
            **_forms("grosz groszy", "PLN"),
            **_forms("öre öre", "SEK"),
            **_forms("øre øre", "DKK", "NOK"),
            **_forms("haler halers", "CZK"),
            **_forms("paisa paise", "INR"),
            **_forms("fils fils", "KWD", "AED", "BHD", "JOD"),
        },
    ),
    "de": Grammar(
        cardinal=_german,
        plural=_plural_one,
        joint="und",
        negative="minus",
        major={},
        minor={
            **_forms("Cent Cent", *CENT_CODES),
            **_forms("Penny Pence", "GBP"),
            **_forms("Rappen Rappen", "CHF"),
            **_forms("Kopeke Kopeken", "RUB", "BYN", "UAH"),
            **_forms("Kuruş Kuruş", "TRY"),
            **_forms("Fen Fen", "CNY"),
            **_forms("Tiyn Tiyn", "KZT"),
            **_forms("Grosz Groszy", "PLN"),
            **_forms("Öre Öre", "SEK"),
            **_forms("Øre Øre", "DKK", "NOK"),
            **_forms("Heller Heller", "CZK"),
            **_forms("Paisa Paise", "INR"),
            **_forms("Fils Fils", "KWD", "AED", "BHD", "JOD"),
        },
    ),
    "ru": Grammar(
        cardinal=_russian,
        plural=_plural_russian,
        joint="",
        negative="минус",
        major=_forms("рубль рубля рублей", "RUB"),
        minor={
            **_forms("цент цента центов", *CENT_CODES),
            **_forms("пенни пенса пенсов", "GBP"),
            **_forms("раппен раппена раппенов", "CHF"),
            **_forms("копейка копейки копеек", "RUB", "BYN", "UAH"),
            **_forms("куруш куруша курушей", "TRY"),
            **_forms("фэнь фэня фэней", "CNY"),
            **_forms("тиын тиына тиынов", "KZT"),
            **_forms("грош гроша грошей", "PLN"),
            **_forms("эре эре эре", "SEK", "DKK", "NOK"),
            **_forms("геллер геллера геллеров", "CZK"),
            **_forms("пайса пайсы пайс", "INR"),
            **_forms("филс филса филсов", "KWD", "AED", "BHD", "JOD"),
        },
    ),
}
