"""Whole numbers in words, in the gender of what is counted.

num2words knows the numbers below a thousand. What it makes of larger ones is wrong in
many languages ('einhunderteinstausend', 'veintiuno mil', 'trois cents deux'), so they
are put together here. The spelling is that of ICU (CLDR), with which the tests compare.

>>> spell(101_000, "de_DE"), spell(101_000_000, "de_DE")
('einhunderteintausend', 'einhunderteine Millionen')
>>> spell(21_000, "es_ES"), spell(200_221, "es_ES", "f")
('veintiún mil', 'doscientos mil doscientas veintiuna')

``None`` where a language has no words here, or none that everybody reads alike:

>>> spell(1, "tr_TR"), spell(10**12, "uk_UA")
(None, None)
"""

import re
from collections.abc import Callable
from typing import NamedTuple

from num2words import num2words


class Speller(NamedTuple):
    """How a language spells: ``spell(number, gender, lang)``, below ``end``."""

    spell: Callable[[int, str, str], str]
    end: int


def spell(number: int, lang: str, gender: str = "m") -> str | None:
    """Return the words of a whole number, which is not negative.

    :param lang: Odoo's language code, such as ``pt_BR``
    :param gender: ``m``, ``f`` or ``n`` of what is counted
    :return: ``None`` where the language or the size has no words here

    >>> [spell(2, lang, "f") for lang in ("ru_RU", "uk_UA", "pl_PL", "pt_PT", "en_US")]
    ['две', 'дві', 'dwie', 'duas', 'two']
    """
    speller = get_speller(lang)
    if not speller or number >= speller.end:
        return None
    return speller.spell(number, gender, lang)


def get_speller(lang: str) -> Speller | None:
    """Return how the language of an Odoo code spells, ``None`` if it is not known.

    >>> get_speller("pt_PT").end < get_speller("pt_BR").end
    True
    """
    code = (lang or "").replace("@", "_")
    return SPELLERS.get(code) or SPELLERS.get(code.split("_")[0])


def _get_groups(number: int, width: int = 3) -> list[tuple[int, int]]:
    """Return the groups of digits that are not zero, with their places from the right.

    >>> _get_groups(2_000_005)
    [(2, 2), (5, 0)]
    >>> _get_groups(2_000_005, width=6)
    [(2, 1), (5, 0)]
    """
    groups, place = [], 0
    while number:
        number, group = divmod(number, 10**width)
        if group:
            groups.append((group, place))
        place += 1
    return groups[::-1]


def _english(number: int, gender: str, lang: str) -> str:
    return num2words(number, lang="en")


# === GERMAN, DUTCH === #

GERMAN_SCALES = ("Million", "Milliarde", "Billion", "Billiarde")


def _german(number: int, gender: str, lang: str) -> str:
    """Spell in German; Switzerland has no 'ß'.

    >>> [_german(number, "m", "de_DE") for number in (0, 1, 1001, 101, 1_000_001)]
    ['null', 'ein', 'eintausendein', 'einhundertein', 'eine Million ein']
    >>> _german(30, "m", "de_CH"), _german(2_001_101, "f", "de_DE")
    ('dreissig', 'zwei Millionen eintausendeinhunderteine')
    """
    millions, low = divmod(number, 10**6)
    words = []
    for group, place in _get_groups(millions):
        scale = GERMAN_SCALES[place]
        ending = ("n" if scale.endswith("e") else "en") if group > 1 else ""
        words.append(f"{_bend_german(group, 'f')} {scale}{ending}")
    thousands, rest = divmod(low, 1000)
    compound = _bend_german(thousands, "m") + "tausend" if thousands else ""
    if rest or not number:
        compound += _bend_german(rest, gender)
    text = " ".join(filter(None, (*words, compound)))
    return text.replace("ß", "ss") if lang in ("de_CH", "de_LI") else text


def _bend_german(number: int, gender: str) -> str:
    """Return the words with 'ein' or 'eine' at the end, for a noun follows."""
    words = num2words(number, lang="de")
    if not words.endswith("eins"):
        return words
    return words[:-1] + ("e" if gender == "f" else "")


def _dutch(number: int, gender: str, lang: str) -> str:
    """Spell in Dutch, 'een' without accents.

    >>> _dutch(101, "m", "nl_NL")
    'honderdeen'
    """
    return num2words(number, lang="nl").replace("éé", "ee")


# === ROMANCE === #

FRENCH_TENS = {
    "fr_BE": {7: "septante", 9: "nonante"},
    "fr_CH": {7: "septante", 8: "huitante", 9: "nonante"},
}
FRENCH_SCALES = ("", "mille", "million", "milliard", "billion", "billiard")


def _french(number: int, gender: str, lang: str) -> str:
    """Spell in French, with the tens of Belgium and Switzerland.

    >>> [_french(number, "m", "fr_FR") for number in (80, 81, 80_000, 71)]
    ['quatre-vingts', 'quatre-vingt-un', 'quatre-vingt mille', 'soixante-et-onze']
    >>> _french(21_021, "f", "fr_FR"), _french(1_000_000, "m", "fr_FR")
    ('vingt-et-un mille vingt-et-une', 'un million')
    >>> [_french(number, "m", "fr_CH") for number in (71, 88, 300_093)]
    ['septante-et-un', 'huitante-huit', 'trois cent mille nonante-trois']
    """
    words = []
    for group, place in _get_groups(number):
        small = _french_small(group, lang)
        if not place:
            words.append(re.sub(r"\bun$", "une", small) if gender == "f" else small)
            continue
        scale = FRENCH_SCALES[place]
        small = re.sub(r"(cent|vingt)s$", r"\1", small)
        if place > 1:
            words.append(f"{small} {scale}{'s' if group > 1 else ''}")
        else:
            words.append(scale if group == 1 else f"{small} {scale}")
    return " ".join(words) or "zéro"


def _french_small(number: int, lang: str) -> str:
    hundreds, rest = divmod(number, 100)
    tens = FRENCH_TENS.get(lang, {}).get(rest // 10)
    if not tens:
        return num2words(number, lang="fr").replace(" et ", "-et-")
    units = num2words(20 + rest % 10, lang="fr").replace(" et ", "-et-")
    low = units.replace("vingt", tens)
    return f"{num2words(100 * hundreds, lang='fr').rstrip('s')} {low}".removeprefix(
        "zéro "
    )


SPANISH_SCALES = ("", "mill", "bill", "trill")


def _spanish(number: int, gender: str, lang: str) -> str:
    """Spell in Spanish: the thousand is masculine, whatever is counted.

    >>> [_spanish(number, "m", "es_ES") for number in (1, 21, 101, 1000, 1_000_000)]
    ['un', 'veintiún', 'ciento un', 'mil', 'un millón']
    >>> _spanish(2_031_000_000, "f", "es_MX")
    'dos mil treinta y un millones'
    """
    words = []
    for group, place in _get_groups(number, width=6):
        words.append(_spanish_thousands(group, "m" if place else gender))
        if place:
            words.append(SPANISH_SCALES[place] + ("ón" if group == 1 else "ones"))
    return " ".join(words) or "cero"


def _spanish_thousands(number: int, gender: str) -> str:
    thousands, rest = divmod(number, 1000)
    words = [_spanish_small(thousands, "m")] if thousands > 1 else []
    words += ["mil"] if thousands else []
    words += [_spanish_small(rest, gender)] if rest else []
    return " ".join(words)


def _spanish_small(number: int, gender: str) -> str:
    words = num2words(number, lang="es")
    if gender == "f":
        return re.sub(r"uno$", "una", words.replace("ientos", "ientas"))
    return re.sub(r"uno$", "un", words.replace("veintiuno", "veintiún"))


ITALIAN_SCALES = ("", "", "milion", "miliard", "bilion", "biliard")


def _italian(number: int, gender: str, lang: str) -> str:
    """Spell in Italian: one word up to a million.

    >>> [_italian(number, "m", "it_IT") for number in (1, 21, 101, 1000, 23_023)]
    ['un', 'ventun', 'centouno', 'mille', 'ventitremilaventitré']
    >>> _italian(1_000_001, "f", "it_IT"), _italian(2 * 10**9, "m", "it_IT")
    ('un milione una', 'due miliardi')
    """
    millions, low = divmod(number, 10**6)
    words = []
    for group, place in _get_groups(millions):
        scale = ITALIAN_SCALES[place + 2]
        ending = "i" if group > 1 else ("o" if scale.endswith("rd") else "e")
        words.append(f"{_italian_small(group, 'm')} {scale}{ending}")
    thousands, rest = divmod(low, 1000)
    compound = "mille" if thousands == 1 else ""
    if thousands > 1:
        compound = _italian_small(thousands, "m").replace("é", "e") + "mila"
    if rest:
        compound += _italian_small(rest, gender)
    return " ".join(filter(None, (*words, compound))) or "zero"


def _italian_small(number: int, gender: str) -> str:
    """Return a number below a thousand, which num2words does not always join well.

    >>> [_italian_small(number, "m") for number in (3, 103, 118, 123, 180)]
    ['tre', 'centotré', 'centodiciotto', 'centoventitré', 'centottanta']
    """
    hundreds, rest = divmod(number, 100)
    low = num2words(rest, lang="it") if rest or not number else ""
    if low.endswith("uno") and (not hundreds or (rest == 1 and gender == "f")):
        low = low[:-1] + ("a" if gender == "f" else "")
    if not hundreds:
        return low
    if rest % 10 == 3 and rest != 13:
        low = re.sub(r"e$", "é", low)
    head = num2words(100 * hundreds, lang="it")
    return (head[:-1] if low.startswith("ott") else head) + low


PORTUGUESE_SCALES = ("", "mil", "milh", "bilh", "trilh", "quatrilh")


def _portuguese(number: int, gender: str, lang: str) -> str:
    """Spell in Portuguese, as in Brazil or else as in Portugal.

    >>> [_portuguese(number, "m", "pt_PT") for number in (16, 1_100, 1_101, 10**6)]
    ['dezasseis', 'mil e cem', 'mil cento e um', 'um milhão']
    >>> _portuguese(16, "m", "pt_BR"), _portuguese(2_002_202, "f", "pt_BR")
    ('dezesseis', 'dois milhões duas mil duzentas e duas')
    """
    text = ""
    for group, place in _get_groups(number):
        words = _portuguese_small(group, gender if place < 2 else "m", lang)
        if place == 1:
            words = "mil" if group == 1 else f"{words} mil"
        elif place:
            ending = "ão" if group == 1 else "ões"
            words = f"{words} {PORTUGUESE_SCALES[place]}{ending}"
        rest = number % 1000 ** (place + 1)
        joint = " e " if rest <= 100 or not rest % 100 else " "
        text += joint + words if text else words
    return text or "zero"


def _portuguese_small(number: int, gender: str, lang: str) -> str:
    words = num2words(number, lang="pt_BR" if lang == "pt_BR" else "pt")
    if gender != "f":
        return words
    words = re.sub(r"\bum$", "uma", re.sub(r"\bdois$", "duas", words))
    return re.sub(r"entos\b", "entas", words)


# === SLAVIC === #


def _russian(number: int, gender: str, lang: str) -> str:
    """Spell in Russian: only the last three digits take the gender.

    >>> _russian(2_002_002, "f", "ru_RU"), _russian(1, "m", "ru_RU")
    ('два миллиона две тысячи две', 'один')
    """
    high, low = divmod(number, 1000)
    words = [num2words(high * 1000, lang="ru")] if high else []
    if low or not high:
        words.append(num2words(low, lang="ru", gender=gender))
    return " ".join(words)


def _ukrainian(number: int, gender: str, lang: str) -> str:
    """Spell in Ukrainian: only the last word takes the gender.

    >>> _ukrainian(2_002, "f", "uk_UA"), _ukrainian(95, "m", "uk_UA")
    ('дві тисячі дві', 'девʼяносто пʼять')
    """
    words = num2words(number, lang="uk").replace("'", "ʼ")
    if gender == "f":
        words = re.sub(r"\bодин$", "одна", re.sub(r"\bдва$", "дві", words))
    return words


def _polish(number: int, gender: str, lang: str) -> str:
    """Spell in Polish: 'jeden' bends alone, 'dwa' at the end of a number too.

    >>> [_polish(number, "f", "pl_PL") for number in (1, 21, 22)]
    ['jedna', 'dwadzieścia jeden', 'dwadzieścia dwie']
    >>> _polish(1, "n", "pl_PL"), _polish(22, "n", "pl_PL")
    ('jedno', 'dwadzieścia dwa')
    """
    if number == 1:
        return {"f": "jedna", "n": "jedno"}.get(gender, "jeden")
    words = num2words(number, lang="pl")
    return re.sub(r"\bdwa$", "dwie", words) if gender == "f" else words


#: From ``end`` on num2words fails, or readers differ about the words.
SPELLERS = {
    "de": Speller(_german, 10**18),
    "en": Speller(_english, 10**18),
    "es": Speller(_spanish, 10**18),
    "fr": Speller(_french, 10**18),
    "it": Speller(_italian, 10**18),
    "nl": Speller(_dutch, 10**18),
    "pl": Speller(_polish, 10**18),
    "pt": Speller(_portuguese, 10**9),  # mil milhões
    "pt_BR": Speller(_portuguese, 10**18),
    "ru": Speller(_russian, 10**18),
    "uk": Speller(_ukrainian, 10**12),  # більйон or трильйон
}
