"""What tools that calculate exactly have in common: digits, limits, coded errors.

>>> @precise
... def third(number):
...     return Decimal(number) / 3
>>> len(str(third(1)).lstrip("0."))
60
"""

from collections.abc import Callable
from decimal import (
    MAX_EMAX,
    MIN_EMIN,
    ROUND_HALF_EVEN,
    Context,
    Decimal,
    DivisionByZero,
    InvalidOperation,
    Overflow,
    localcontext,
)
from functools import wraps
from typing import Any, ParamSpec, TypeVar

_Params = ParamSpec("_Params")
_Result = TypeVar("_Result")

#: Beyond this no number is meant, and a monetary field could not keep its cents.
MAXIMUM = Decimal("1e12")
#: No currency has smaller steps than this.
MIN_ROUNDING = Decimal("1e-12")

_CONTEXT = Context(
    prec=60,
    rounding=ROUND_HALF_EVEN,
    Emin=MIN_EMIN,
    Emax=MAX_EMAX,
    traps=[DivisionByZero, InvalidOperation, Overflow],
)


class CodedError(ValueError):
    """An error that is worded elsewhere: a stable ``code``, and ``values`` to fill in.

    The message is for developers.

    >>> error = CodedError("gap", upper=Decimal(10), lower=Decimal(20))
    >>> error.code, error.values["lower"], str(error)
    ('gap', Decimal('20'), 'gap (upper=10, lower=20)')
    """

    def __init__(self, code: str, **values: Any) -> None:
        details = ", ".join(f"{name}={value}" for name, value in values.items())
        super().__init__(f"{code} ({details})" if details else code)
        self.code = code
        self.values = values


def precise(function: Callable[_Params, _Result]) -> Callable[_Params, _Result]:
    """Let a function calculate with many digits, whatever the caller's context is."""

    @wraps(function)
    def precise_function(*args: _Params.args, **kwargs: _Params.kwargs) -> _Result:
        with localcontext(_CONTEXT):
            return function(*args, **kwargs)

    return precise_function
