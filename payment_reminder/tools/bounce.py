"""What the report of a mail server says about a mail that we sent (RFC 3464)."""

from dataclasses import dataclass

from odoo.tools.mail import email_normalize, email_split


@dataclass(frozen=True)
class Bounce:
    """One recipient who will not get the mail, and why."""

    address: str
    reason: str


def read_bounces(message):
    """Return the recipients whom a mail will not reach any more.

    :param email.message.EmailMessage message: a mail that looks like a bounce
    :return: nothing for a delay, an out-of-office answer, a receipt or a success
    :rtype: list[Bounce]

    A report has a block for each recipient. Its ``Action`` decides: only ``failed``
    means that nobody tries any more (a server that gave up after days reports a status
    4.x.x with it); without an action, only a permanent status (5.x.x) does.

    >>> from email import message_from_string, policy
    >>> report = '''Content-Type: multipart/report; boundary=b
    ...
    ... --b
    ... Content-Type: message/delivery-status
    ...
    ... Reporting-MTA: dns; mx.example.com
    ...
    ... Final-Recipient: rfc822; Ann@example.com
    ... Action: %s
    ... Status: %s
    ... Diagnostic-Code: smtp; 550 no such user
    ...
    ... --b--'''
    >>> def read(*values):
    ...     text = report % values
    ...     return read_bounces(message_from_string(text, policy=policy.SMTP))
    >>> read("failed", "5.1.1")
    [Bounce(address='ann@example.com', reason='550 no such user')]
    >>> read("delayed", "4.4.1")
    []
    >>> read("delivered", "2.0.0")
    []
    """
    parts = list(message.walk())
    reports = [p for p in parts if p.get_content_type() == "message/delivery-status"]
    if reports:
        blocks = [b for report in reports for b in _get_blocks(report)]
        return [bounce for bounce in map(_read_block, blocks) if bounce]
    # older mail servers (Exim) name them in a header, and only when they gave up
    failed = _get_header(message, "X-Failed-Recipients")
    reason = _get_header(message, "Subject")
    return [
        Bounce(address, reason)
        for address in map(email_normalize, email_split(failed))
        if address
    ]


def _get_blocks(report):
    """Return the blocks of a report: the first is about the mail, not a recipient."""
    payload = report.get_payload()
    return payload if isinstance(payload, list) else []


def _read_block(block):
    """Return the bounce that the block of a recipient tells of, or ``None``."""
    addresses = [
        email_normalize(_get_value(block, name))
        for name in ("Original-Recipient", "Final-Recipient")
    ]
    address = next(filter(None, addresses), None)
    if not address or not _is_final(block):
        return None
    reason = _get_value(block, "Diagnostic-Code") or _get_header(block, "Status")
    return Bounce(address, reason)


def _is_final(block):
    """Return whether the server has given up on the recipient of the block."""
    action = _get_header(block, "Action").lower()
    if action:
        return action.split()[0] == "failed"
    return _get_header(block, "Status").startswith("5")


def _get_value(block, name):
    """Return a field of the form ``type; value`` without its type."""
    value = _get_header(block, name)
    return value.partition(";")[2].strip() if ";" in value else value


def _get_header(part, name):
    """Return a header in one line, empty when it is missing or broken."""
    try:
        value = part.get(name)
    except (ValueError, IndexError, TypeError, AttributeError):
        value = None  # the parser of the standard library fails on some garbage
    return " ".join(str(value or "").split())
