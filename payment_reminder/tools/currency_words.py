"""The words of an amount that are not numbers: currencies, fractions, 'and', 'minus'.

Names of currencies come from CLDR (babel), their genders and the fractions from here.

>>> GRAMMARS["pl"].get_gender("EUR", "euro"), GRAMMARS["uk"].get_gender("UAH", "гривня")
('n', 'f')
>>> GRAMMARS["ru"].get_gender("TRY", "турецкая лира")
'f'
"""

from collections.abc import Callable
from typing import NamedTuple

#: Digits of the fraction where CLDR says something else than the currency's own law.
MINOR_DIGITS = dict.fromkeys(("BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND"), 3)

CENT_CODES = ("AUD", "CAD", "EUR", "HKD", "NZD", "SGD", "USD", "ZAR")
DOLLARS = ("AUD", "CAD", "USD")
KOPECK_CODES = ("RUB", "BYN", "UAH")
PESO_CODES = (
    "ARS",
    "BOB",
    "BRL",
    "CLP",
    "COP",
    "CUP",
    "DOP",
    "HNL",
    "GTQ",
    "MXN",
    "NIO",
)

#: Currencies whose gender and plural were looked up in all languages with a list.
COMMON = frozenset(
    "AUD BYN CAD CHF CNY CZK DKK EUR GBP HUF INR JPY NOK PLN RON RUB SEK TRY UAH"
    " USD".split()
)
#: Feminine nearly everywhere: crowns, liras, rupees, hryvnias.
CROWNS = frozenset("CZK DKK INR NOK SEK TRY".split())


class Grammar(NamedTuple):
    """How one language writes an amount around its number.

    ``plural(number)`` gives the index into the forms of ``major`` and ``minor``;
    ``joint`` stands between the whole part and the fraction, ``link`` after millions
    ('un million d'euros'); ``codes`` are the currencies with words, ``None``: all.
    """

    plural: Callable[[int], int]
    joint: str
    negative: str
    minor: dict[str, tuple[str, ...]]
    major: dict[str, tuple[str, ...]] = {}
    codes: frozenset[str] | None = None
    feminine: frozenset[str] | Callable[[str], bool] = frozenset()
    neuter: frozenset[str] = frozenset()
    link: str = ""

    def get_gender(self, code: str, name: str) -> str:
        """Return ``m``, ``f`` or ``n`` for a currency, which has ``name`` for one."""
        if code in self.neuter:
            return "n"
        if callable(self.feminine):
            return "f" if self.feminine(name) else "m"
        return "f" if code in self.feminine else "m"

    def has_words(self, code: str) -> bool:
        """Return whether the currency's gender and plural are known."""
        return self.codes is None or code in self.codes


def get_grammar(lang: str) -> Grammar | None:
    """Return the grammar for Odoo's language code, ``None`` if there is none.

    >>> get_grammar("pt_BR").minor["EUR"], get_grammar("pt_PT").minor["EUR"]
    (('centavo', 'centavos'), ('cêntimo', 'cêntimos'))
    >>> get_grammar("sr@latin"), get_grammar("")
    (None, None)
    """
    code = (lang or "").replace("@", "_")
    return GRAMMARS.get(code) or GRAMMARS.get(code.split("_")[0])


# === PLURALS === #


def _plural_one(number: int) -> int:
    return 0 if number == 1 else 1


def _plural_french(number: int) -> int:
    """Return the index of the form in French: zéro centime, un centime."""
    return 0 if number < 2 else 1


def _plural_slavic(number: int) -> int:
    """Return the index of the form: копейка, копейки, копеек.

    >>> [_plural_slavic(number) for number in (1, 2, 5, 11, 12, 21, 101, 111, 0)]
    [0, 1, 2, 2, 2, 0, 0, 2, 2]
    """
    if number % 100 in range(11, 15):
        return 2
    return {1: 0, 2: 1, 3: 1, 4: 1}.get(number % 10, 2)


def _plural_polish(number: int) -> int:
    """Return the index of the form: grosz, grosze, groszy; 21 counts as many.

    >>> [_plural_polish(number) for number in (1, 2, 5, 12, 21, 22, 101)]
    [0, 1, 2, 2, 2, 1, 2]
    """
    index = _plural_slavic(number)
    return index if index or number == 1 else 2


# === GENDERS === #


def _is_german_feminine(name: str) -> bool:
    adjective, _space, noun = name.partition(" ")
    return bool(noun) and adjective.endswith("e")


def _is_russian_feminine(name: str) -> bool:
    return name.split()[0].endswith(("а", "я"))


# === WORDS === #


def _forms(forms: str, *codes: str) -> dict[str, tuple[str, ...]]:
    """Map each code to the forms written in one string.

    >>> _forms("cent cents", "EUR", "USD")
    {'EUR': ('cent', 'cents'), 'USD': ('cent', 'cents')}
    """
    return dict.fromkeys(codes, tuple(forms.split()))


ENGLISH = Grammar(
    plural=_plural_one,
    joint="and",
    negative="minus",
    minor={
        **_forms("cent cents", *CENT_CODES),
        **_forms("penny pence", "GBP"),
        **_forms("centime centimes", "CHF"),
        **_forms("kopeck kopecks", *KOPECK_CODES),
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
)

GERMAN = Grammar(
    plural=_plural_one,
    joint="und",
    negative="minus",
    feminine=_is_german_feminine,
    minor={
        **_forms("Cent Cent", *CENT_CODES),
        **_forms("Penny Pence", "GBP"),
        **_forms("Rappen Rappen", "CHF"),
        **_forms("Kopeke Kopeken", *KOPECK_CODES),
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
)

DUTCH = Grammar(
    plural=_plural_one,
    joint="en",
    negative="min",
    codes=COMMON,
    minor={
        **_forms("cent cent", *CENT_CODES),
        **_forms("penny pence", "GBP"),
        **_forms("rappen rappen", "CHF"),
        **_forms("kopeke kopeken", *KOPECK_CODES),
        **_forms("kuruş kuruş", "TRY"),
        **_forms("fen fen", "CNY"),
        **_forms("grosz groszy", "PLN"),
        **_forms("öre öre", "SEK"),
        **_forms("øre øre", "DKK", "NOK"),
    },
)

FRENCH = Grammar(
    plural=_plural_french,
    joint="et",
    negative="moins",
    codes=COMMON | {"BRL", "MXN"},
    feminine=CROWNS | {"GBP", "UAH"},
    link="de",
    minor={
        **_forms("centime centimes", "EUR", "CHF"),
        **_forms("cent cents", *DOLLARS),
        **_forms("penny pence", "GBP"),
        **_forms("kopeck kopecks", *KOPECK_CODES),
        **_forms("kuruş kuruş", "TRY"),
        **_forms("fen fen", "CNY"),
        **_forms("grosz groszy", "PLN"),
        **_forms("öre öre", "SEK"),
        **_forms("øre øre", "DKK", "NOK"),
        **_forms("centavo centavos", "BRL", "MXN"),
    },
)

SPANISH = Grammar(
    plural=_plural_one,
    joint="con",
    negative="menos",
    codes=COMMON | {*PESO_CODES, "CRC", "PAB", "PEN", "PYG", "UYU", "VES"},
    feminine=CROWNS | {"GBP", "UAH"},
    link="de",
    minor={
        **_forms("céntimo céntimos", "EUR", "CHF", "CRC", "PEN", "VES"),
        **_forms("centavo centavos", *DOLLARS, *PESO_CODES),
        **_forms("centésimo centésimos", "PAB", "UYU"),
        **_forms("penique peniques", "GBP"),
        **_forms("kuruş kuruş", "TRY"),
        **_forms("fen fen", "CNY"),
        **_forms("grosz groszy", "PLN"),
        **_forms("öre öre", "SEK"),
        **_forms("øre øre", "DKK", "NOK"),
    },
)

ITALIAN = Grammar(
    plural=_plural_one,
    joint="e",
    negative="meno",
    codes=COMMON,
    feminine=CROWNS | {"GBP", "UAH"},
    link="di",
    minor={
        **_forms("centesimo centesimi", *DOLLARS, "EUR", "CHF"),
        **_forms("penny pence", "GBP"),
        **_forms("copeco copechi", *KOPECK_CODES),
        **_forms("kuruş kuruş", "TRY"),
        **_forms("fen fen", "CNY"),
        **_forms("grosz groszy", "PLN"),
        **_forms("öre öre", "SEK"),
        **_forms("øre øre", "DKK", "NOK"),
    },
)

PORTUGUESE = Grammar(
    plural=_plural_one,
    joint="e",
    negative="menos",
    codes=COMMON | {"BRL", "MXN"},
    feminine=CROWNS | {"GBP"},
    link="de",
    minor={
        **_forms("cêntimo cêntimos", *DOLLARS, "EUR", "CHF"),
        **_forms("centavo centavos", "BRL", "MXN"),
        **_forms("péni pence", "GBP"),
        **_forms("copeque copeques", *KOPECK_CODES),
        **_forms("kuruş kuruş", "TRY"),
        **_forms("fen fen", "CNY"),
        **_forms("grosz groszy", "PLN"),
        **_forms("öre öre", "SEK"),
        **_forms("øre øre", "DKK", "NOK"),
    },
)

RUSSIAN = Grammar(
    plural=_plural_slavic,
    joint="",
    negative="минус",
    major=_forms("рубль рубля рублей", "RUB"),
    feminine=_is_russian_feminine,
    minor={
        **_forms("цент цента центов", *CENT_CODES),
        **_forms("пенни пенса пенсов", "GBP"),
        **_forms("раппен раппена раппенов", "CHF"),
        **_forms("копейка копейки копеек", *KOPECK_CODES),
        **_forms("куруш куруша курушей", "TRY"),
        **_forms("фэнь фэня фэней", "CNY"),
        **_forms("тиын тиына тиынов", "KZT"),
        **_forms("грош гроша грошей", "PLN"),
        **_forms("эре эре эре", "SEK", "DKK", "NOK"),
        **_forms("геллер геллера геллеров", "CZK"),
        **_forms("пайса пайсы пайс", "INR"),
        **_forms("филс филса филсов", "KWD", "AED", "BHD", "JOD"),
    },
)

UKRAINIAN = Grammar(
    plural=_plural_slavic,
    joint="",
    negative="мінус",
    codes=COMMON | {"AZN", "GEL", "KZT", "MDL"},
    feminine=CROWNS | {"JPY", "UAH"},
    major={
        **_forms("гривня гривні гривень", "UAH"),
        "GBP": ("фунт стерлінгів", "фунти стерлінгів", "фунтів стерлінгів"),
    },
    minor={
        **_forms("цент центи центів", *DOLLARS, "EUR"),
        **_forms("копійка копійки копійок", *KOPECK_CODES),
        **_forms("пенс пенси пенсів", "GBP"),
        **_forms("сантим сантими сантимів", "CHF"),
        **_forms("грош гроші грошів", "PLN"),
        **_forms("гелер гелери гелерів", "CZK"),
        **_forms("ере ере ере", "SEK", "DKK", "NOK"),
        **_forms("куруш куруші курушів", "TRY"),
        **_forms("тиїн тиїни тиїнів", "KZT"),
    },
)

POLISH = Grammar(
    plural=_plural_polish,
    joint="i",
    negative="minus",
    codes=COMMON,
    feminine=CROWNS | {"UAH"},
    neuter=frozenset({"EUR"}),
    major=_forms("złoty złote złotych", "PLN"),
    minor={
        **_forms("grosz grosze groszy", "PLN"),
        **_forms("cent centy centów", *DOLLARS, "EUR"),
        **_forms("pens pensy pensów", "GBP"),
        **_forms("centym centymy centymów", "CHF"),
        **_forms("kopiejka kopiejki kopiejek", *KOPECK_CODES),
        **_forms("halerz halerze halerzy", "CZK"),
        **_forms("öre öre öre", "SEK"),
        **_forms("øre øre øre", "DKK", "NOK"),
        **_forms("kurusz kurusze kuruszy", "TRY"),
    },
)

GRAMMARS = {
    "de": GERMAN,
    "en": ENGLISH,
    "es": SPANISH,
    "fr": FRENCH,
    "it": ITALIAN,
    "nl": DUTCH,
    "pl": POLISH,
    "pt": PORTUGUESE,
    "pt_BR": PORTUGUESE._replace(
        minor={
            code: ("centavo", "centavos") if forms[0] == "cêntimo" else forms
            for code, forms in PORTUGUESE.minor.items()
        },
    ),
    "ru": RUSSIAN,
    "uk": UKRAINIAN,
}
