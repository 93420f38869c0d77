"""Amounts of money in words, as a formal letter needs them.

The whole part is written out by ``number_words``, the currency's name comes from CLDR
(babel) in the right plural form, the fraction stays in digits:

>>> amount_in_words(Decimal("10000.25"), "RUB", "ru_RU")
'Десять тысяч рублей 25 копеек'
>>> amount_in_words(Decimal("10000.25"), "EUR", "en_US")
'Ten thousand euros and 25 cents'
>>> amount_in_words(Decimal("10000.25"), "EUR", "de_DE")
'Zehntausend Euro und 25 Cent'

The text starts with a capital because it stands alone on its line.

Languages without a grammar in ``currency_words`` get digits and the ISO code, which
are right everywhere. num2words alone would be wrong in many places: it reads ``int``
as cents, rounds every currency to two decimals, knows few currencies and declines
'две миллиона'.

>>> amount_in_words(Decimal("10000.25"), "TRY", "tr_TR").replace(NBSP, " ")
'10.000,25 TRY'
"""

from decimal import ROUND_HALF_UP, Decimal, localcontext

from babel import Locale, UnknownLocaleError
from babel.numbers import (
    format_decimal,
    get_currency_name,
    get_currency_precision,
    is_currency,
)

from .currency_words import MINOR_DIGITS, get_grammar
from .number_words import get_speller, spell

MILLION = 10**6

NBSP = "\N{NO-BREAK SPACE}"


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

    Other languages, for currencies whose gender and plural are known:

    >>> for lang, code, amount in (
    ...     ("de_CH", "CHF", "101030.05"),
    ...     ("fr_FR", "EUR", "1000000"),
    ...     ("es_MX", "MXN", "21001.50"),
    ...     ("it_IT", "EUR", "1.10"),
    ...     ("nl_NL", "EUR", "22"),
    ...     ("pl_PL", "PLN", "2"),
    ...     ("pl_PL", "PLN", "5.02"),
    ...     ("pt_BR", "BRL", "1200"),
    ...     ("uk_UA", "UAH", "2.21"),
    ... ):
    ...     print(amount_in_words(Decimal(amount), code, lang))
    Einhunderteintausenddreissig Schweizer Franken und 05 Rappen
    Un million d'euros et 00 centime
    Veintiún mil un pesos mexicanos con 50 centavos
    Un euro e 10 centesimi
    Tweeëntwintig euro en 00 cent
    Dwa złote i 00 groszy
    Pięć złotych i 02 grosze
    Mil e duzentos reais brasileiros e 00 centavos
    Дві гривні 21 копійка

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
    grammar = _find_grammar(amount, code, lang)
    if not grammar:
        return _in_digits(amount, code, lang, decimals)
    return _in_words(amount, code, lang, decimals, grammar)


# === THE PARTS === #


def _find_grammar(amount, code, lang):
    """Return the grammar of a language that has words for the amount, or ``None``."""
    grammar, speller = get_grammar(lang), get_speller(lang)
    if not grammar or not speller or abs(amount) >= speller.end:
        return None
    return grammar if is_currency(code) and grammar.has_words(code) else None


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


def _in_words(amount, code, lang, decimals, grammar) -> str:
    """Join sign, words, currency, and fraction; ``amount`` is already rounded."""
    whole, fraction = _split(abs(amount), decimals)
    gender = grammar.get_gender(code, _get_name(code, 1, lang, grammar))
    parts = [grammar.negative] if amount < 0 else []
    parts += [spell(whole, lang, gender), _get_counted(code, whole, lang, grammar)]
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


def _get_counted(code, number, lang, grammar) -> str:
    """Return the currency's name behind a number: 'euros', but 'd'euros' of a million.

    >>> _get_counted("EUR", 10**6, "fr_FR", get_grammar("fr_FR"))
    "d'euros"
    >>> _get_counted("USD", 10**6, "es_ES", get_grammar("es_ES"))
    'de dólares estadounidenses'
    """
    name = _get_name(code, number, lang, grammar)
    if not grammar.link or number < MILLION or number % MILLION:
        return name
    is_elided = lang.startswith("fr") and name[0] in "aeiou"
    return f"d'{name}" if is_elided else f"{grammar.link} {name}"


def _get_name(code, number, lang, grammar) -> str:
    """Return the currency's name in the form that follows ``number``.

    CLDR writes it with a capital in Brazil, where it stands in the middle of a line.
    """
    if forms := grammar.major.get(code):
        return forms[grammar.plural(number)]
    name = get_currency_name(code, count=number, locale=_parse_locale(lang))
    return name[0].lower() + name[1:] if lang.startswith("pt") else name


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
