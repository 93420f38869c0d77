"""Numbers as people write them: in their locale, without idle decimals."""

from decimal import Decimal

from odoo.tools.misc import formatLang

NBSP = "\N{NO-BREAK SPACE}"


def format_short_number(env, number, least=0, most=4):
    """Return a number in the user's locale with no more decimals than it has.

    :param float | decimal.Decimal number: 7.5 is '7.5', in German '7,5'
    :param int least: so many decimals always
    :param int most: it is rounded to so many
    :rtype: str
    """
    exact = round(Decimal(str(number)), most).normalize()
    digits = max(-exact.as_tuple().exponent, least)
    return formatLang(env, float(exact), digits=digits)


def format_exact_amount(env, amount, currency):
    """Return an amount with all the decimals it has, a rate of 109.7725 € too.

    :param decimal.Decimal amount: shown with no fewer decimals than the currency has
    :param res.currency currency: gives symbol and place, as ``currency.format`` does
    :rtype: str
    """
    least = currency.decimal_places
    number = format_short_number(env, amount, least=least, most=max(least, 12))
    parts = [number.replace(" ", NBSP), currency.symbol or ""]
    return NBSP.join(parts if currency.position == "after" else reversed(parts))
