"""Numbers of estimates: what can be wrong with them, in codes.

>>> get_positive("rate", "80.50")
Decimal('80.50')
>>> try:
...     get_positive("rate", -1)
... except PricingError as error:
...     error.code, error.values
('rate', {'value': Decimal('-1')})
"""

from decimal import Decimal, DecimalException

from .exact import MAXIMUM, MIN_ROUNDING, CodedError

#: All that can be wrong. Most codes are the name of the argument that is refused.
CODES = (
    # scales
    "empty",
    "reversed",
    "overlap",
    "gap",
    "outside",
    # numbers
    "absurd",
    "volume",
    "rate",
    "multiplier",
    "ratio",
    "offered",
    "normal",
    "percent",
    "fixed",
    "rounding",
    "order",
    "total",
    "variance",
    "z",
    "weight",
)


class PricingError(CodedError):
    """A number or scale that gives no price: ``code`` is one of ``CODES``.

    ``values`` names what is wrong: numbers are ``Decimal``, an open end is ``None``,
    what is no number at all is left as it came.

    >>> error = PricingError("gap", upper=Decimal(10), lower=Decimal(20))
    >>> error.code, error.values["lower"], str(error)
    ('gap', Decimal('20'), 'gap (upper=10, lower=20)')
    """


def get_finite(code, value, **values):
    """Return a value as a number, or raise its code; ``values`` say where it stands."""
    try:
        number = value if isinstance(value, Decimal) else Decimal(str(value))
    except DecimalException:
        raise PricingError(code, **{"value": value, **values}) from None
    if not number.is_finite():
        raise PricingError(code, **{"value": value, **values})
    return number


def get_number(code, value, **values):
    """Return a value as a number of a size that somebody can mean."""
    return refuse_absurd(code, get_finite(code, value, **values))


def get_positive(code, value, **values):
    """Return a value as a number above zero."""
    number = get_number(code, value, **values)
    if number <= 0:
        raise PricingError(code, value=number, **values)
    return number


def get_not_negative(code, value):
    """Return a value as a number that is zero or more."""
    number = get_number(code, value)
    if number < 0:
        raise PricingError(code, value=number)
    return number


def get_rounding(rounding):
    """Return the step of a currency."""
    step = get_positive("rounding", rounding)
    if step < MIN_ROUNDING:
        raise PricingError("rounding", value=step)
    return step


def refuse_absurd(name, number):
    """Return the number unless nobody can mean it."""
    if number.copy_abs() > MAXIMUM:
        raise PricingError("absurd", name=name, value=number, maximum=MAXIMUM)
    return number
