"""What ``bin/demo --once`` shows of interest: published examples, period by period."""

from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal

from odoo.tools import format_date, formatLang

from .console import say

HEADINGS = ("From", "To", "Days", "On", "% a year", "Interest")


@dataclass(frozen=True)
class Example:
    """A published sum, who has published it, and what it was computed from."""

    name: str
    regime: str
    currency: str
    debt: float
    due: date
    until: date
    published: str
    source: str
    #: what the court did in another way than the regime says: terms of the tools
    changes: dict = field(default_factory=dict)
    #: rates that are older than those of the database: day and percent
    rates: tuple = ()


EXAMPLES = (
    Example(
        "Russia, article 395, each period rounded",
        "regime_ru_395",
        "RUB",
        50000,
        date(2019, 7, 11),
        date(2020, 12, 2),
        "3992.52",
        "Supreme Court of the Chuvash Republic, 33-2610/2021",
        changes={"is_rounded_by_segment": True},
    ),
    Example(
        "Germany, § 288(1) BGB",
        "regime_de_consumer",
        "EUR",
        27796.37,
        date(2012, 9, 10),
        date(2015, 12, 28),
        "4104.43",
        "Landgericht Hagen, 3 S 46/16, upheld by the Bundesgerichtshof",
        rates=(
            (date(2012, 7, 1), "0.12"),
            (date(2013, 1, 1), "-0.13"),
            (date(2013, 7, 1), "-0.38"),
            (date(2014, 1, 1), "-0.63"),
            (date(2014, 7, 1), "-0.73"),
        ),
    ),
    Example(
        "European Union, interest on a repaid fine",
        "regime_eu_2011_7",
        "EUR",
        4729000,
        date(2015, 3, 9),
        date(2017, 2, 1),
        "184592.95",
        "General Court, T-201/17",
        changes={"method": "fixed", "rates": (), "margin": Decimal("2.05")},
    ),
    Example(
        "United Kingdom, Act of 1998",
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
    """Print what late payments cost by several laws, as the addon computes it.

    :param format_amount: gives an amount as text: ``(env, amount, currency)``
    :return: whether each sum is the published one
    """
    say("Interest on late payments, as courts and others have published it:")
    return all([_print_example(env, format_amount, one) for one in EXAMPLES])


def _print_example(env, format_amount, one):
    regime = env.ref(f"payment_reminder.{one.regime}", raise_if_not_found=False)
    if not regime:
        say(f"  {one.regime}: somebody has deleted it")
        return False
    currency = env.ref(f"base.{one.currency}")
    interest = _compute(regime, currency, one)
    owed = format_amount(env, one.debt, currency)
    say()
    say(
        f"  {one.name}: {owed}, due {format_date(env, one.due)}, "
        f"paid {format_date(env, one.until)}"
    )
    _print_rows(env, interest, currency)
    amount = format_amount(env, float(interest.amount), currency)
    say(f"  Interest {amount}; published: {one.published} ({one.source})")
    return str(interest.amount) == one.published


def _compute(regime, currency, one):
    """Return the interest by the regime's terms, but for what the court did else."""
    # imported late: the addon is there only when Odoo has loaded it
    from odoo.addons.payment_reminder.tools.interest import Rate, compute_interest

    terms = regime._get_terms(currency, one.due)
    first = min((rate.start for rate in terms.rates), default=date.max)
    older = [Rate(day, Decimal(percent)) for day, percent in one.rates if day < first]
    terms = replace(terms, **{"rates": (*older, *terms.rates)} | one.changes)
    return compute_interest(one.debt, one.due, one.until, [], terms)


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
