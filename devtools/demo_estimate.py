"""What ``bin/demo --once`` shows of an estimate: offer, invoice, reminder."""

from odoo.tools import format_date

from .console import say


def print_story(env, notices, format_amount):
    """Print the way from estimate to reminder, if a notice asks for its invoice.

    :param notices: those of the run
    :param format_amount: gives an amount as text: ``(env, amount, currency)``
    """
    line = notices.line_ids.filtered("move_id.estimate_id")[:1]
    if not line:
        return
    invoice, notice = line.move_id, line.notice_id
    say("From estimate to reminder:")
    for text in (
        _tell_estimate(invoice.estimate_id, format_amount),
        _tell_invoice(invoice, format_amount),
        *_tell_services(invoice),
        _tell_notice(notice, format_amount),
    ):
        say(f"  {text}")


def _tell_estimate(estimate, format_amount):
    amount = format_amount(estimate.env, estimate.amount_total, estimate.currency_id)
    name = f"{estimate.display_name} {estimate.title}"
    return f"estimate {name}: {amount}, accepted by {estimate.signed_by}"


def _tell_invoice(invoice, format_amount):
    amount = format_amount(invoice.env, invoice.amount_total, invoice.currency_id)
    due = format_date(invoice.env, invoice.invoice_date_due)
    return f"invoice {invoice.name}: {amount}, due {due}"


def _tell_services(invoice):
    """Return what the invoice is for, one text for each stage."""
    lines = invoice.invoice_line_ids.filtered("estimate_stage_id")
    return [f"  for {', '.join(line.name.splitlines())}" for line in lines]


def _tell_notice(notice, format_amount):
    amount = format_amount(notice.env, notice.amount_total, notice.currency_id)
    level = notice.level_id.display_name
    number = f"{notice.number} " if notice.number else ""  # letters have one
    return f"reminder {number}by {notice.channel}: {level}, {amount}"
