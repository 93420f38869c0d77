r"""What the kinds of payment codes share: the result, the refusals, the common checks.

>>> require_text("name", "Linden & Co.", 70)
'Linden & Co.'
>>> require_text("name", "Linden\nCo.", 70)
Traceback (most recent call last):
...
odoo.addons.payment_reminder.tools.payment_qr.PaymentQrError: control (field=name)
"""

import unicodedata
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from .exact import CodedError, precise

CENT = Decimal("0.01")

#: Control characters, line and paragraph separators; halves of characters.
_REFUSED = {"Cc", "Zl", "Zp", "Cs"}


class PaymentQrError(CodedError):
    """Why there is no code; ``values`` name the ``field`` where one is to blame.

    Codes of both kinds: ``missing``, ``control`` (a line break or the like in a
    field), ``too_long`` (``length``, ``limit`` in characters), ``amount``, ``bic``,
    ``characters`` (the character set lacks some), ``size`` (``bytes``, ``limit`` of
    the whole), ``too_dense`` (``version``, ``limit`` of the drawing).
    """


@dataclass(frozen=True)
class PaymentQr:
    """What a payment code says.

    :ivar kind: ``epc`` or ``gost``
    :ivar payload: the bytes to draw
    :ivar encoding: Python's name of their character set
    :ivar warnings: codes of what may be wrong although the standard allows it
    """

    kind: str
    payload: bytes
    encoding: str
    warnings: tuple[str, ...] = field(default=())

    @property
    def text(self) -> str:
        """Return the payload as text."""
        return self.payload.decode(self.encoding)


def require_text(name: str, value: Any, limit: int, required: bool = True) -> str:
    """Return a text that fits into a field, without blanks at its ends.

    :param name: of the field, for the error
    :param limit: characters, not bytes
    :raise PaymentQrError: ``missing``, ``control`` or ``too_long``

    >>> require_text("purpose", None, 4, required=False)
    ''
    """
    text = (value or "").strip(" ")
    if required and not text:
        raise PaymentQrError("missing", field=name)
    if any(unicodedata.category(char) in _REFUSED for char in text):
        raise PaymentQrError("control", field=name)
    if len(text) > limit:
        raise PaymentQrError("too_long", field=name, length=len(text), limit=limit)
    return text


@precise
def require_amount(amount: Any, low: Decimal, high: Decimal) -> Decimal:
    """Return an amount between two limits, in whole hundredths.

    :param decimal.Decimal amount: never a float, which is not exact
    :raise PaymentQrError: ``amount``

    >>> require_amount(Decimal("12.3"), Decimal("0.01"), Decimal(99))
    Decimal('12.3')
    >>> require_amount(Decimal("12.345"), Decimal("0.01"), Decimal(99))
    Traceback (most recent call last):
    ...
    odoo.addons.payment_reminder.tools.payment_qr.PaymentQrError: amount (amount=12.345)
    """
    is_exact = isinstance(amount, Decimal) and amount.is_finite()
    if not is_exact or not low <= amount <= high or amount != amount.quantize(CENT):
        raise PaymentQrError("amount", amount=amount)
    return amount


def encode(name: str, text: str, encoding: str) -> bytes:
    """Return the text in a character set.

    :raise PaymentQrError: ``characters``
    """
    try:
        return text.encode(encoding)
    except UnicodeEncodeError as error:
        raise PaymentQrError("characters", field=name) from error


def shorten(text: str | None, limit: int) -> str:
    r"""Return a text on one line, cut between words to so many characters.

    >>> shorten("Linden\n & Co. ", 70), shorten("Linden & Company", 9)
    ('Linden & Co.', 'Linden &')
    """
    text = " ".join((text or "").split())
    if len(text) <= limit:
        return text
    head = text[: limit + 1].rpartition(" ")[0]
    return head or text[:limit]
