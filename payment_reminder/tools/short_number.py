"""Numbers as people write them: in their locale, without idle decimals."""

from decimal import Decimal

from odoo.tools.misc import formatLang


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
