"""What ``bin/demo --once`` shows of interest: published examples, period by period."""

from datetime import date

from odoo.tools import format_date, formatLang

from .console import say

HEADINGS = ("From", "To", "Days", "On", "% a year", "Interest")
#: Regime, currency, debt, due, paid, the published sum, and who has published it.
EXAMPLES = (
    (
        "regime_ru_395",
        "RUB",
        350000,
        date(2026, 1, 31),
        date(2026, 8, 1),
        "25911.99",
        "github.com/zarubinphil/themis, scripts/calc395.py",
    ),
    (
        "regime_de_business",
        "EUR",
        1000,
        date(2026, 6, 20),
        date(2026, 7, 10),
        "5.70",
        "github.com/hsvnils/agent-OS, tests of the orchestrator",
    ),
    (
        "regime_uk_1998",
        "GBP",
        1000,
        date(2025, 5, 31),
        date(2025, 8, 31),
        "32.14",
        "github.com/dorukctnn-rgb/invoicemaker, test/late-payment.test.js",
    ),
)


def print_interest(env, format_amount):
    """Print what late payments cost by three laws, as the database computes it.

    :param format_amount: gives an amount as text: ``(env, amount, currency)``
    :return: whether each sum is the published one
    """
    say("Interest on late payments, computed from the rates in the database:")
    return all([_print_example(env, format_amount, *row) for row in EXAMPLES])


def _print_example(env, format_amount, name, code, debt, due, until, published, source):
    regime = env.ref(f"payment_reminder.{name}", raise_if_not_found=False)
    if not regime:
        say(f"  {name}: somebody has deleted it")
        return False
    currency = env.ref(f"base.{code}")
    interest = regime._compute_interest(debt, due, until, [], currency)
    owed = format_amount(env, debt, currency)
    say()
    say(
        f"  {regime.name}: {owed}, due {format_date(env, due)}, "
        f"paid {format_date(env, until)}"
    )
    _print_rows(env, interest, currency)
    compensation = regime._get_compensation(debt, currency, until)
    amount = format_amount(env, float(interest.amount), currency)
    extra = ""
    if compensation:
        extra = f", and once {format_amount(env, float(compensation), currency)}"
    say(f"  Interest {amount}{extra}; published: {published} ({source})")
    return str(interest.amount) == published


def _print_rows(env, interest, currency):
    digits = currency.decimal_places
    rows = [HEADINGS, *(_get_cells(env, row, digits) for row in interest.segments)]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    for row in rows:
        cells = [cell.rjust(width) for cell, width in zip(row, widths, strict=True)]
        say(f"    {'  '.join(cells)}")


def _get_cells(env, segment, digits):
    """Return a period in the order of ``HEADINGS``, amounts without the currency."""
    return (
        format_date(env, segment.start),
        format_date(env, segment.end),
        str(segment.days),
        formatLang(env, float(segment.base), digits=digits),
        formatLang(env, float(segment.percent)),
        formatLang(env, float(segment.amount), digits=digits),
    )
