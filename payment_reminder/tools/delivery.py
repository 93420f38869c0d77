"""What can go wrong between us and a mail server, in three kinds.

The kinds decide what happens next: a transient failure is tried again, a permanent one
goes to another channel or a person, and a doubtful one is never repeated by itself.
"""

import smtplib


class DeliveryError(Exception):
    """Base of the three kinds; its text is shown to the bookkeeper."""


class TransientDeliveryError(DeliveryError):
    """Nothing was delivered, and a later try may succeed."""


class UnreachableError(TransientDeliveryError):
    """The server itself cannot be reached, so trying the next notice is in vain."""


class PermanentDeliveryError(DeliveryError):
    """Nothing was delivered, and the same try would fail again."""


class UncertainDeliveryError(DeliveryError):
    """Nobody knows whether it was delivered."""


def _get_reply(error):
    """Return the ``(code, text)`` of an SMTP reply in ``error``, or ``(0, text)``."""
    if isinstance(error, smtplib.SMTPRecipientsRefused) and error.recipients:
        replies = list(error.recipients.values())
        # one recipient who may be reached later makes the whole worth another try
        code, text = min(replies, key=lambda reply: reply[0])
    else:
        code = getattr(error, "smtp_code", 0)
        text = getattr(error, "smtp_error", b"") or str(error)
    if isinstance(text, bytes):
        text = text.decode("utf-8", "replace")
    return code, " ".join(str(text).split())


def classify_smtp_error(error, in_data=False):
    """Return the :class:`DeliveryError` that says what ``error`` means.

    :param Exception error: what smtplib or the socket raised
    :param bool in_data: whether the message's text was already on its way. A
        connection that breaks then leaves open whether the server took the message.
    :rtype: DeliveryError

    RFC 5321, 4.2.1: 4yz is a transient and 5yz a permanent negative reply.

    >>> classify_smtp_error(smtplib.SMTPDataError(450, b"greylisted, try again"))
    TransientDeliveryError('450 greylisted, try again')
    >>> classify_smtp_error(
    ...     smtplib.SMTPRecipientsRefused({"a@b.c": (550, b"no such user")})
    ... )
    PermanentDeliveryError('550 no such user')
    >>> classify_smtp_error(ConnectionRefusedError("refused"))
    TransientDeliveryError('refused')
    >>> classify_smtp_error(smtplib.SMTPServerDisconnected("closed"), in_data=True)
    UncertainDeliveryError('closed')
    >>> classify_smtp_error(TimeoutError(), in_data=True)
    UncertainDeliveryError('TimeoutError')
    >>> classify_smtp_error(UnicodeEncodeError("ascii", "п", 0, 1, "not ASCII"))
    ... # doctest: +ELLIPSIS
    PermanentDeliveryError(...)
    """
    code, text = _get_reply(error)
    text = text or type(error).__name__
    if isinstance(error, smtplib.SMTPSenderRefused):
        # it says something about us, not about the recipient
        return TransientDeliveryError(f"{code} {text}")
    if code:
        kind = PermanentDeliveryError if code >= 500 else TransientDeliveryError
        return kind(f"{code} {text}")
    if isinstance(error, OSError):  # smtplib's errors are OSErrors, too
        return UncertainDeliveryError(text) if in_data else TransientDeliveryError(text)
    return PermanentDeliveryError(text)
