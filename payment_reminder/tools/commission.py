"""What an agency earns of what it has collected: a percentage, or a scale of steps.

A scale by *amount* is a tariff: each part of the collected sum has the percentage of
its own step, so that one cent more never costs more than that cent.

>>> steps = (Step(0, Decimal(20)), Step(1000, Decimal(10)))
>>> by_amount = Terms(BY_AMOUNT, steps=steps)
>>> compute_commission([Part(Decimal(1500))], by_amount)
Decimal('250.00')

A scale by *age* has one percentage for each item: that of the step which its days late
had reached when it was handed over.

>>> by_age = Terms(BY_AGE, steps=(Step(0, Decimal(10)), Step(90, Decimal(30))))
>>> compute_commission([Part(Decimal(100), 89), Part(Decimal(100), 90)], by_age)
Decimal('40.00')

Rounded once, at the end, half away from zero, as the currency is:

>>> terms = Terms(percent=Decimal("12.5"), step=Decimal("0.05"))
>>> compute_commission([Part(Decimal("10.10")), Part(Decimal("10.10"))], terms)
Decimal('2.55')
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from itertools import pairwise

from .exact import CodedError, precise

PERCENT, BY_AMOUNT, BY_AGE = "percent", "amount", "age"


class CommissionError(CodedError):
    """A commission that cannot be computed; codes: percent, steps, start."""


@dataclass(frozen=True)
class Step:
    """From which limit (amount, or days late) which percentage holds."""

    start: Decimal | int
    percent: Decimal


@dataclass(frozen=True)
class Terms:
    """What was agreed: ``percent``, or ``steps`` whose first one starts at 0."""

    method: str = PERCENT
    percent: Decimal = Decimal(0)
    steps: Sequence[Step] = ()
    step: Decimal = Decimal("0.01")


@dataclass(frozen=True)
class Part:
    """What was collected of an item, and how many days late it was handed over."""

    amount: Decimal
    days_late: int = 0


@precise
def compute_commission(parts: Iterable[Part], terms: Terms) -> Decimal:
    """Return the commission of what was collected, in its currency.

    >>> compute_commission([], Terms(percent=Decimal(25)))
    Decimal('0.00')
    >>> compute_commission([Part(Decimal(80)), Part(Decimal(-80))], Terms(percent=25))
    Decimal('0.00')
    >>> compute_commission([Part(Decimal(80))], Terms(BY_AGE))
    Traceback (most recent call last):
    odoo.addons.payment_reminder.tools.commission.CommissionError: start

    :raises CommissionError: when the terms make no sense
    """
    check_terms(terms)
    parts = list(parts)
    if terms.method == BY_AMOUNT:
        total = sum((part.amount for part in parts), Decimal(0))
        exact = _get_tariff(max(total, Decimal(0)), terms.steps)
    elif terms.method == BY_AGE:
        exact = sum(
            (part.amount * _get_percent(part.days_late, terms.steps) for part in parts),
            Decimal(0),
        )
    else:
        exact = sum((part.amount for part in parts), Decimal(0)) * terms.percent
    return _round(exact / 100, terms.step)


def dump_terms(terms: Terms) -> dict:
    """Return terms as values of JSON, to keep what was agreed on.

    >>> dump_terms(Terms(BY_AGE, steps=(Step(0, Decimal("12.5")),)))["steps"]
    [['0', '12.5']]
    """
    return {
        "method": terms.method,
        "percent": str(terms.percent),
        "steps": [[str(step.start), str(step.percent)] for step in terms.steps],
        "step": str(terms.step),
    }


def load_terms(kept: dict) -> Terms:
    """Return the terms that ``dump_terms`` has given.

    >>> terms = Terms(BY_AMOUNT, steps=(Step(Decimal("0.5"), Decimal(20)),))
    >>> load_terms(dump_terms(terms)) == terms
    True
    """
    number = int if kept["method"] == BY_AGE else Decimal
    return Terms(
        kept["method"],
        Decimal(kept["percent"]),
        tuple(Step(number(start), Decimal(rate)) for start, rate in kept["steps"]),
        Decimal(kept["step"]),
    )


def check_terms(terms: Terms) -> None:
    """Raise unless the terms can be computed with.

    >>> check_terms(Terms(BY_AGE, steps=(Step(0, 10), Step(0, 20))))
    Traceback (most recent call last):
    odoo.addons.payment_reminder.tools.commission.CommissionError: steps (start=0)

    :raises CommissionError: percent (outside 0 to 100), start (no step from 0), steps
        (two from the same limit)
    """
    percents = [step.percent for step in terms.steps] or [terms.percent]
    for percent in percents:
        if not 0 <= percent <= 100:
            raise CommissionError("percent", percent=percent)
    if terms.method == PERCENT:
        return
    starts = sorted(step.start for step in terms.steps)
    if not starts or starts[0] != 0:
        raise CommissionError("start")
    for one, other in pairwise(starts):
        if one == other:
            raise CommissionError("steps", start=one)


def _get_tariff(total: Decimal, steps: Sequence[Step]) -> Decimal:
    ordered = sorted(steps, key=lambda step: step.start)
    ends = [*(Decimal(step.start) for step in ordered[1:]), total]
    return sum(
        (
            max(min(total, end) - Decimal(step.start), Decimal(0)) * step.percent
            for step, end in zip(ordered, ends, strict=True)
        ),
        Decimal(0),
    )


def _get_percent(days: int, steps: Sequence[Step]) -> Decimal:
    reached = [step for step in steps if step.start <= max(days, 0)]
    return max(reached, key=lambda step: step.start).percent


def _round(amount: Decimal, step: Decimal) -> Decimal:
    rounded = (amount / step).to_integral_value(ROUND_HALF_UP) * step
    return rounded.quantize(step) if step < 1 else rounded
