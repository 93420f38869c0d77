"""Phone numbers as people type them: read, format, dial; never an exception.

>>> number = parse_phone("02 555 12 12 ext. 7", "BE")
>>> number.international, number.extension, number.uri
('+32 2 555 12 12 ext. 7', '7', 'tel:+32-2-555-12-12;ext=7')
>>> number.time_zones, number.reason
(('Europe/Brussels',), '')

A bad number says why, and can still be dialled when there is something to dial:

>>> number = parse_phone("ask for Ann, 12", "BE")
>>> number.reason, number.uri, number.e164
('too_short', 'tel:12', '')
>>> parse_phone(None).reason, parse_phone("none yet", "BE").reason
('missing', 'not_a_number')
"""

import re
import unicodedata
from dataclasses import dataclass, replace
from functools import lru_cache

import phonenumbers
from phonenumbers import NumberParseException, PhoneNumberFormat, ValidationResult
from phonenumbers.timezone import time_zones_for_number

#: What can be wrong with a number. People read sentences made of these codes.
REASONS = (
    "missing",
    "not_a_number",
    "no_country",
    "invalid_country",
    "too_short",
    "too_long",
    "local_only",
    "not_possible",
    "not_assigned",
)

#: Fewer digits than this cannot be somebody's number.
MIN_DIGITS = 5
#: No exchange takes more digits (E.164 has 15, and some to dial out).
MAX_DIGITS = 20
#: A text beyond this length is not looked into.
MAX_LENGTH = 250

_PARSE_REASONS = {
    NumberParseException.INVALID_COUNTRY_CODE: "no_country",
    NumberParseException.NOT_A_NUMBER: "not_a_number",
    NumberParseException.TOO_SHORT_AFTER_IDD: "too_short",
    NumberParseException.TOO_SHORT_NSN: "too_short",
    NumberParseException.TOO_LONG: "too_long",
}
_LENGTH_REASONS = {
    ValidationResult.IS_POSSIBLE_LOCAL_ONLY: "local_only",
    ValidationResult.INVALID_COUNTRY_CODE: "invalid_country",
    ValidationResult.TOO_SHORT: "too_short",
    ValidationResult.TOO_LONG: "too_long",
    ValidationResult.INVALID_LENGTH: "not_possible",
}
#: Reasons that leave a number that an exchange may well connect.
_CONNECTABLE = {"", "local_only", "not_assigned"}

_EXTENSION = re.compile(r"(?:;?\s*ext|\bx\s*\d|#|доб)", re.I)
_RUSSIAN_EIGHT = re.compile(r"\+8(?=[\s(-]*\d{3}[\s)-]*\d{3}[\s-]*\d{2}[\s-]*\d{2}$)")


@dataclass(frozen=True)
class PhoneNumber:
    """A number as it was typed, and what could be made of it.

    ``reason`` is empty for a good number, else one of ``REASONS``. What is not known is
    an empty string; ``uri`` is empty only where there is no digit to dial.
    """

    raw: str
    e164: str = ""
    international: str = ""
    national: str = ""
    extension: str = ""
    uri: str = ""
    reason: str = ""
    region: str = ""
    time_zones: tuple[str, ...] = ()

    @property
    def display(self) -> str:
        """The number for people: formatted where possible, else as it was typed.

        >>> parse_phone("004420 7946 0104").display
        '+44 20 7946 0104'
        >>> parse_phone("ask  Ann").display
        'ask Ann'
        """
        return self.international or self.raw


def parse_phone(text, country="") -> PhoneNumber:
    """Return what ``text`` means as a phone number; whatever it is, nothing is raised.

    Two numbers in one field: the first good one counts.

    >>> parse_phone("8 (495) 555-01-09", "RU").e164
    '+74955550109'
    >>> parse_phone("+8 495 555-01-09", "RU").e164
    '+74955550109'
    >>> parse_phone("+32 2 555 12 12 / +32 475 11 22 33", "BE").e164
    '+3225551212'
    >>> parse_phone("555 12 12").reason
    'no_country'

    :param text: what somebody typed, a str or nothing
    :param country: two letters of the country that numbers without a prefix are in
    """
    raw = _clean(text)
    region = (country or "").upper()
    if region not in phonenumbers.SUPPORTED_REGIONS:
        region = ""
    return _parse(raw, region)


def count_digits(text) -> int:
    """Return how many digits a text has, of any script.

    >>> count_digits("+32 (2) ٥٥٥"), count_digits(None)
    (6, 0)
    """
    return len(_get_digits(_clean(text)))


@lru_cache(maxsize=4096)
def _parse(raw: str, region: str) -> PhoneNumber:
    if not raw:
        return PhoneNumber("", reason="missing")
    if len(raw) > MAX_LENGTH:
        return PhoneNumber(raw, uri=_make_uri(raw), reason="too_long")
    first = None
    for candidate in _get_candidates(raw, region):
        number = _read(candidate, region)
        if not number.reason:
            return replace(number, raw=raw)
        first = first or replace(number, raw=raw)
    return first


def _clean(text) -> str:
    r"""Return the text in one line, without characters that nobody sees.

    Line breaks stay as semicolons: there may be a number in each line.

    >>> _clean(" +32 2\u200e 555\r\n0475 ")
    '+32 2 555; 0475'
    """
    lines = str(text or "").replace("\r", "\n").split("\n")
    seen = (
        "".join(char if unicodedata.category(char)[0] != "C" else " " for char in line)
        for line in (
            re.sub(r"[\u200b-\u200f\u202a-\u202e\ufeff]", "", x) for x in lines
        )
    )
    words = (" ".join(line.split()) for line in seen)
    return "; ".join(filter(None, words))


def _get_candidates(raw, region):
    """Yield readings of a text, the likeliest first."""
    if region in ("RU", "KZ") and _RUSSIAN_EIGHT.match(raw):
        # the prefix for calls within the country, taken for the one of the country
        yield "8" + raw[2:]
    yield raw
    if raw.startswith("00"):  # a region may have another international prefix
        yield "+" + raw[2:]
    # two numbers, or words around one
    for match in phonenumbers.PhoneNumberMatcher(raw, region or None):
        yield match.raw_string


def _read(text, region) -> PhoneNumber:
    """Return one reading of ``text``, good or bad."""
    try:
        number = phonenumbers.parse(text, region or None)
    except NumberParseException as error:
        reason = _PARSE_REASONS.get(error.error_type, "not_a_number")
        return _make_bad(text, _refine(reason, text))
    reason = _get_reason(number)
    if reason not in _CONNECTABLE:
        return _make_bad(text, reason, number.extension or "")
    return PhoneNumber(
        text,
        e164=phonenumbers.format_number(number, PhoneNumberFormat.E164),
        international=phonenumbers.format_number(
            number, PhoneNumberFormat.INTERNATIONAL
        ),
        national=phonenumbers.format_number(number, PhoneNumberFormat.NATIONAL),
        extension=number.extension or "",
        uri=phonenumbers.format_number(number, PhoneNumberFormat.RFC3966),
        reason=reason,
        region=phonenumbers.region_code_for_number(number) or "",
        time_zones=_get_time_zones(number),
    )


def _refine(reason, text):
    """Tell a wrong prefix from a missing one, and few digits from none."""
    if reason == "no_country" and text.lstrip().startswith(("+", "＋")):
        return "invalid_country"
    if reason == "not_a_number" and _get_digits(text):
        return "too_short" if len(_get_digits(text)) < MIN_DIGITS else "not_possible"
    return reason


def _get_reason(number):
    """Return what is wrong with a number that could be read, or nothing."""
    length = phonenumbers.is_possible_number_with_reason(number)
    if length != ValidationResult.IS_POSSIBLE:
        return _LENGTH_REASONS.get(length, "not_possible")
    return "" if phonenumbers.is_valid_number(number) else "not_assigned"


def _make_bad(text, reason, extension=""):
    return PhoneNumber(text, extension=extension, uri=_make_uri(text), reason=reason)


def _make_uri(text):
    """Return a link that dials the digits of a text that is no proper number.

    >>> _make_uri("+1 (23) ext. 9"), _make_uri("call me")
    ('tel:+123', '')
    """
    number = _EXTENSION.split(text, maxsplit=1)[0]
    digits = (_get_digits(number) or _get_digits(text))[:MAX_DIGITS]
    plus = "+" if digits and number.lstrip().startswith(("+", "＋")) else ""
    return f"tel:{plus}{digits}" if digits else ""


def _get_digits(text):
    return "".join(str(unicodedata.decimal(char)) for char in text if char.isdecimal())


def _get_time_zones(number):
    return tuple(
        zone for zone in time_zones_for_number(number) if zone != "Etc/Unknown"
    )
