r"""Codes for SEPA credit transfers: EPC069-12, version 2.1 of the guidelines.

Eleven or twelve lines; the last one that says something ends without a line feed.

>>> code = build_epc(
...     name="Wikimedia Foerdergesellschaft",
...     iban="DE33100205000001194700",
...     amount=Decimal("123.45"),
...     text="Invoice 1234",
... )
>>> code.text.split("\n")[:3], code.text.split("\n")[6:8]
(['BCD', '002', '1'], ['DE33100205000001194700', 'EUR123.45'])
"""

import re
import unicodedata
from decimal import Decimal

from stdnum import iso11649
from stdnum.iso7064 import mod_97_10

from .payment_qr import (
    CENT,
    PaymentQr,
    PaymentQrError,
    require_amount,
    require_text,
)

MAX_BYTES = 331
MAX_VERSION = 13  # of the drawing
LEAST, MOST = CENT, Decimal("999999999.99")

#: Number in the payload and Python's name; UTF-8 first: it is what every app reads.
CHARACTER_SETS = {
    "1": "utf-8",
    "2": "iso8859-1",
    "3": "iso8859-2",
    "4": "iso8859-4",
    "5": "iso8859-5",
    "6": "iso8859-7",
    "7": "iso8859-10",
    "8": "iso8859-15",
}
#: In the European Economic Area the BIC is optional; the others are in SEPA only.
EEA = frozenset(
    "AT BE BG CY CZ DE DK EE ES FI FR GR HR HU IE IS IT LI LT LU LV MT NL NO PL PT RO"
    " SE SI SK".split()
)
SEPA = EEA | frozenset("AD AL CH GB GI MC MD ME MK RS SM VA".split())

_BIC = re.compile(r"[A-Z]{6}[A-Z0-9]{2}([A-Z0-9]{3})?", re.ASCII)
_IBAN = re.compile(r"[A-Z]{2}\d{2}[A-Z0-9]{11,30}", re.ASCII)
_PURPOSE = re.compile(r"[A-Z0-9]{0,4}", re.ASCII)
#: What banks write otherwise, or not at all.
_PLAIN = str.maketrans(
    {
        "\N{NO-BREAK SPACE}": " ",
        "\N{NARROW NO-BREAK SPACE}": " ",
        "\N{EN DASH}": "-",
        "\N{EM DASH}": "-",
        "\N{NON-BREAKING HYPHEN}": "-",
        "\N{HORIZONTAL ELLIPSIS}": "...",
        "\N{LEFT SINGLE QUOTATION MARK}": "'",
        "\N{RIGHT SINGLE QUOTATION MARK}": "'",
        "\N{LEFT DOUBLE QUOTATION MARK}": '"',
        "\N{RIGHT DOUBLE QUOTATION MARK}": '"',
        "\N{DOUBLE LOW-9 QUOTATION MARK}": '"',
        "\N{LEFT-POINTING DOUBLE ANGLE QUOTATION MARK}": '"',
        "\N{RIGHT-POINTING DOUBLE ANGLE QUOTATION MARK}": '"',
        "\N{NUMERO SIGN}": "No.",
    }
)


def build_epc(
    *,
    name: str,
    iban: str,
    amount: Decimal,
    bic: str = "",
    reference: str = "",
    text: str = "",
    purpose: str = "",
    information: str = "",
    version: str = "",
    charset: str = "",
) -> PaymentQr:
    """Return the code of a transfer in euros.

    Letters of other alphabets stay as they are (character set 1 is UTF-8); typographic
    dashes, quotes and blanks become plain ones, since banks do not pass them on.

    :param name: the payee, up to 70 characters
    :param amount: exact, 0.01 to 999999999.99, written as it is given
    :param reference: a creditor reference (ISO 11649, 'RF…'), or
    :param text: up to 140 characters of free text
    :param purpose: up to four letters, as ISO 20022 lists them
    :param information: for the payer, up to 70 characters
    :param version: '001' (needs a BIC) or '002'; by default what the country needs
    :param charset: '1' to '8'; by default UTF-8, or the first in which all of it fits
    :raise PaymentQrError: the common codes, or ``iban``, ``not_sepa`` (``country``),
        ``bic_missing`` (``country``), ``reference``, ``two_references``, ``purpose``,
        ``version``, ``charset``
    """
    iban = _require_iban(iban)
    bic, version = _require_bic(bic, iban[:2], version)
    amount = require_amount(amount, LEAST, MOST)
    reference = _require_reference(reference, text)
    if not _PURPOSE.fullmatch(purpose or ""):
        raise PaymentQrError("purpose", field="purpose")
    lines = [
        "BCD",
        version,
        "",
        "SCT",
        bic,
        require_text("name", to_plain(name), 70),
        iban,
        f"EUR{_write_amount(amount)}",
        purpose or "",
        reference,
        require_text("text", to_plain(text), 140, required=False),
        require_text("information", to_plain(information), 70, required=False),
    ]
    while not lines[-1]:
        lines.pop()
    payload, encoding = _encode(lines, charset)
    return PaymentQr("epc", payload, encoding, _get_warnings(lines))


def to_plain(text: str) -> str:
    """Return a text with plain dashes, quotes and blanks.

    >>> to_plain("Anna – „Café“")
    'Anna - "Café"'
    """
    return unicodedata.normalize("NFC", text or "").translate(_PLAIN)


def is_creditor_reference(text: str) -> bool:
    """Return whether the text is a structured creditor reference (ISO 11649).

    >>> is_creditor_reference("RF18 5390 0754 7034"), is_creditor_reference("RF19 5390")
    (True, False)
    """
    compact = iso11649.compact(text or "")
    return compact.isascii() and iso11649.is_valid(compact)


def _require_iban(iban: str) -> str:
    number = (iban or "").replace(" ", "").upper()
    is_iban = _IBAN.fullmatch(number)
    if not is_iban or not mod_97_10.is_valid(number[4:] + number[:4]):
        raise PaymentQrError("iban", field="iban")
    if number[:2] not in SEPA:
        raise PaymentQrError("not_sepa", field="iban", country=number[:2])
    return number


def _require_bic(bic: str, country: str, version: str) -> tuple[str, str]:
    """Return the BIC and the version: 001 where the BIC is needed."""
    bic = (bic or "").replace(" ", "").upper()
    version = version or ("002" if country in EEA else "001")
    if version not in ("001", "002"):
        raise PaymentQrError("version", version=version)
    if bic and not _BIC.fullmatch(bic):
        raise PaymentQrError("bic", field="bic")
    if not bic and (version == "001" or country not in EEA):
        raise PaymentQrError("bic_missing", field="bic", country=country)
    return bic, version


def _require_reference(reference: str, text: str) -> str:
    if not reference:
        return ""
    if text:
        raise PaymentQrError("two_references", field="text")
    if not is_creditor_reference(reference):
        raise PaymentQrError("reference", field="reference")
    return iso11649.compact(reference)


def _write_amount(amount: Decimal) -> str:
    """Return the digits as they were given, without superfluous ones.

    >>> _write_amount(Decimal("12.3")), _write_amount(Decimal("12.30"))
    ('12.3', '12.30')
    >>> _write_amount(Decimal("1E+2")), _write_amount(Decimal("5.000"))
    ('100', '5.00')
    """
    if amount.as_tuple().exponent < -2:
        amount = amount.quantize(CENT)
    return f"{amount:f}"


def _encode(lines: list[str], charset: str) -> tuple[bytes, str]:
    """Return the payload in the first character set in which it is short enough."""
    if charset and charset not in CHARACTER_SETS:
        raise PaymentQrError("charset", charset=charset)
    sizes = []
    for number in charset or CHARACTER_SETS:
        encoding = CHARACTER_SETS[number]
        text = "\n".join([*lines[:2], number, *lines[3:]])
        try:
            payload = text.encode(encoding)
        except UnicodeEncodeError:
            continue
        if len(payload) <= MAX_BYTES:
            return payload, encoding
        sizes.append(len(payload))
    if not sizes:
        raise PaymentQrError("characters", field="name")
    raise PaymentQrError("size", bytes=min(sizes), limit=MAX_BYTES)


def _get_warnings(lines: list[str]) -> tuple[str, ...]:
    """Return ``not_latin`` where a bank may not pass on what stands there.

    All banks in SEPA take Latin letters; with accents most of them.
    """
    is_foreign = any(ord(char) >= 0x250 for line in lines[5:] for char in line)
    return ("not_latin",) if is_foreign else ()
