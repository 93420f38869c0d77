"""Codes for payments in Russia: GOST R 56042-2014.

A service block (``ST0001``, character set, separator), five fields that must be there,
and further ones. All fields are ``Name=value``.

>>> code = build_gost(
...     name="ООО «Три кита»",
...     account="40702810138250123017",
...     bank_name='ОАО "БАНК"',
...     bic="044525225",
...     corresp_account="30101810400000000225",
...     amount=Decimal("1000"),
... )
>>> code.text.split("|")[0], code.text.split("|")[-1], code.warnings
('ST00012', 'Sum=100000', ())
"""

import re
from collections.abc import Mapping
from decimal import Decimal

from stdnum.ru import inn as inn_number

from .exact import precise
from .payment_qr import (
    CENT,
    PaymentQr,
    PaymentQrError,
    encode,
    require_amount,
    require_text,
)

#: The five fields that must be there take up to so many bytes, separators included.
MAX_REQUIRED_BYTES = 300
#: Eighteen digits of kopecks.
LEAST, MOST = CENT, Decimal("9999999999999999.99")
#: UTF-8, which all banks read; windows-1251 takes half the room.
CHARACTER_SETS = (("2", "utf-8"), ("1", "cp1251"))
#: The usual one first; the standard takes any that stands in no value.
SEPARATORS = "|~^;#"
#: The further fields that are of use here, with their greatest length.
FURTHER = {
    "Purpose": 160,
    "PayeeINN": 12,
    "KPP": 9,
    "LastName": 100,
    "FirstName": 100,
    "MiddleName": 100,
    "PayerAddress": 200,
    "PersAcc": 100,
    "Contract": 100,
    "DocNo": 100,
    "Phone": 20,
}
_PATTERNS = {"PayeeINN": r"\d{10}|\d{12}", "KPP": r"\d{9}"}
_RUSSIAN_MONEY = ("810", "643")
_WEIGHTS = (7, 1, 3)


def build_gost(
    *,
    name: str,
    account: str,
    bank_name: str,
    bic: str,
    corresp_account: str,
    amount: Decimal | None = None,
    further: Mapping[str, str] | None = None,
) -> PaymentQr:
    """Return the code of a payment in roubles.

    :param name: the payee, up to 160 characters
    :param account: 20 digits
    :param bank_name: up to 45 characters
    :param bic: the bank's BIK, 9 digits
    :param corresp_account: 20 digits, or '0' for a bank that has none
    :param amount: exact roubles, written in kopecks; None leaves it to the payer
    :param further: values of ``FURTHER`` fields, in the order of the code
    :raise PaymentQrError: the common codes, or ``account``, ``corresp_account``,
        ``inn``, ``kpp`` (a wrong number of digits), ``unknown_field``, ``separator``
    :return: wrong check digits are warnings (``account_digits``, ``corresp_digits``,
        ``inn_digits``), as is ``account_currency``: the standard's own example has one
    """
    bic = _require_digits("bic", bic, r"\d{9}")
    required = {
        "Name": require_text("name", name, 160),
        "PersonalAcc": _require_digits("account", account, r"\d{20}"),
        "BankName": require_text("bank_name", bank_name, 45),
        "BIC": bic,
        "CorrespAcc": _require_digits("corresp_account", corresp_account, r"\d{20}|0"),
    }
    others = _require_further(further or {})
    if amount is not None:
        others["Sum"] = _to_kopecks(require_amount(amount, LEAST, MOST))
    payload, encoding = _encode(required, others)
    warnings = _get_warnings(required, others)
    return PaymentQr("gost", payload, encoding, warnings)


@precise
def _to_kopecks(amount: Decimal) -> str:
    """Return whole kopecks.

    >>> _to_kopecks(Decimal("8.29"))
    '829'
    """
    return str(int(amount * 100))


def is_account_valid(account: str, bic: str) -> bool:
    """Return whether the check digit of an account fits the bank.

    :param account: 20 digits, of a customer or a correspondent account (301…)
    :param bic: 9 digits

    >>> is_account_valid("30101810400000000225", "044525225")
    True
    >>> is_account_valid("40702810138250123017", "044525225")
    True
    >>> is_account_valid("40702810138250123018", "044525225")
    False
    """
    is_corresp = account.startswith("301")
    digits = ("0" + bic[4:6] if is_corresp else bic[-3:]) + account
    total = sum(int(d) * _WEIGHTS[i % 3] % 10 for i, d in enumerate(digits))
    return total % 10 == 0


def _require_digits(name: str, value: str, pattern: str) -> str:
    text = (value or "").replace(" ", "")
    if not text:
        raise PaymentQrError("missing", field=name)
    if not re.fullmatch(pattern, text, re.ASCII):
        raise PaymentQrError(name, field=name)
    return text


def _require_further(further: Mapping[str, str]) -> dict[str, str]:
    """Return the further fields that say something."""
    found = {}
    for name, value in further.items():
        if name not in FURTHER:
            raise PaymentQrError("unknown_field", field=name)
        text = require_text(name, value, FURTHER[name], required=False)
        if text and not re.fullmatch(_PATTERNS.get(name, ".*"), text, re.ASCII):
            code = {"PayeeINN": "inn", "KPP": "kpp"}[name]
            raise PaymentQrError(code, field=name)
        if text:
            found[name] = text
    return found


def _encode(required: dict[str, str], others: dict[str, str]) -> tuple[bytes, str]:
    """Return the payload, in UTF-8 unless the required fields are too long for that."""
    values = "".join([*required.values(), *others.values()])
    separator = next((char for char in SEPARATORS if char not in values), None)
    if not separator:
        raise PaymentQrError("separator", separators=SEPARATORS)
    block = _join(required, separator)
    size = 0
    for number, encoding in CHARACTER_SETS:
        size = len(encode("name", block, encoding)) + len(separator)
        if size <= MAX_REQUIRED_BYTES:
            fields = _join(required | others, separator)
            text = f"ST0001{number}{separator}{fields}"
            return encode("Purpose", text, encoding), encoding
    raise PaymentQrError("size", bytes=size, limit=MAX_REQUIRED_BYTES)


def _join(fields: Mapping[str, str], separator: str) -> str:
    return separator.join(f"{name}={value}" for name, value in fields.items())


def _get_warnings(required: dict[str, str], others: dict[str, str]) -> tuple[str, ...]:
    bic, account = required["BIC"], required["PersonalAcc"]
    corresp, inn = required["CorrespAcc"], others.get("PayeeINN")
    found = {
        "account_digits": not is_account_valid(account, bic),
        "account_currency": account[5:8] not in _RUSSIAN_MONEY,
        "corresp_digits": corresp != "0" and not is_account_valid(corresp, bic),
        "inn_digits": bool(inn) and not inn_number.is_valid(inn),
    }
    return tuple(code for code, is_found in found.items() if is_found)
