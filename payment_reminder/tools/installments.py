"""Plans of installments: schedule, edit the preview, allocate payments. All is exact.

>>> from datetime import date
>>> from decimal import Decimal
>>> terms = Terms(
...     total=Decimal("10000"),
...     step=Decimal("0.01"),
...     count=12,
...     first_date=date(2025, 1, 31),
...     interest=Interest(Decimal(12), "annuity"),
...     fee=Decimal(25),
... )
>>> plan = schedule(terms)

The amounts pay the debt and nothing else; what the plan costs stands beside them, for
an invoice of its own:

>>> plan.total, plan.total_interest, plan.total_fee, plan.cost
(Decimal('10000.00'), Decimal('661.86'), Decimal('25.00'), Decimal('686.86'))
>>> for line in plan.lines[:2]:
...     print(line.date, line.amount, line.interest, line.fee, line.balance_after)
2025-01-31 788.49 100.00 25.00 9211.51
2025-02-28 796.37 92.12 0 8415.14

A change is a new plan; the terms before it stay, those after it share what is left:

>>> first = date(2025, 1, 31)
>>> plan = change_amount(schedule(Terms(90, 1, count=3, first_date=first)), 0, 50)
>>> [str(line.amount) for line in plan.lines]
['50', '20', '20']

Payments fill the terms by date:

>>> allocation = allocate(plan.lines, [(first, 60)])
>>> [str(line.open) for line in allocation.lines]
['0', '10', '20']

This module is the door to all of it: what is behind it stands in ``installment_*.py``.
"""

from .installment_allocation import Allocation, PaidLine, allocate
from .installment_dates import Rhythm, move_dates
from .installment_edit import add, change_amount, change_date, remove
from .installment_input import (
    CODES,
    MAX_TERMS,
    METHODS,
    PERIODS_PER_YEAR,
    InstallmentError,
    Interest,
    Terms,
)
from .installment_plan import Line, Schedule, restore, schedule

__all__ = [
    "CODES",
    "MAX_TERMS",
    "METHODS",
    "PERIODS_PER_YEAR",
    "Allocation",
    "InstallmentError",
    "Interest",
    "Line",
    "PaidLine",
    "Rhythm",
    "Schedule",
    "Terms",
    "add",
    "allocate",
    "change_amount",
    "change_date",
    "move_dates",
    "remove",
    "restore",
    "schedule",
]
