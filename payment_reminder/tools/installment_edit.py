"""Editing the preview of a plan: change one thing, the rest follows.

Terms before the edited one stay. Those after it share what is left as equally as the
step allows, the last one takes the remainder. Every edit returns a new schedule, with
the interest calculated anew.

>>> from .installment_plan import schedule
>>> terms = Terms(400, 1, count=4, first_date=date(2025, 1, 31))
>>> plan = change_amount(schedule(terms), 1, 160)
>>> [int(line.amount) for line in plan.lines]
[100, 160, 70, 70]
>>> plan = change_date(plan, 2, date(2025, 4, 15))
>>> [str(line.date) for line in plan.lines[2:]]
['2025-04-15', '2025-05-15']
"""

from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

from .exact import precise
from .installment_dates import Rhythm, move_dates
from .installment_input import (
    InstallmentError,
    Terms,
    read_count,
    read_date,
    read_in_steps,
    read_number,
)
from .installment_plan import Schedule, build, share


@precise
def change_amount(plan: Schedule, index: int, amount: Decimal) -> Schedule:
    """Return the plan with another amount of the debt in one term.

    :param index: of the line in ``plan.lines``
    :param amount: of the debt, without interest and fee
    :raise InstallmentError: ``last`` for the last term, which takes the remainder;
        ``too_small`` when too little is left for the later terms; ``index``,
        ``amount``, ``off_step``, ``absurd``, ``interest``
    """
    index = _read_index(plan, index)
    amounts = _get_amounts(plan)
    if index == len(amounts) - 1:
        if amounts[index] == read_number("amount", amount):
            return plan
        raise InstallmentError("last", amount=amounts[index])
    amounts[index] = read_in_steps("amount", amount, plan.terms.step)
    return _rebuild(plan, amounts=_share_from(plan.terms, amounts, index + 1))


@precise
def change_date(plan: Schedule, index: int, day: date) -> Schedule:
    """Return the plan with another date of one term.

    The date becomes the anchor of those after it: they follow in the same period. It is
    moved as all dates are. Free dates and those after a down payment stay.

    :raise InstallmentError: ``not_rising``, ``date``, ``index``, ``start``
    """
    index = _read_index(plan, index)
    day = read_date(day)
    days = _get_days(plan)
    before = days[index - 1] if index else None
    if plan.rhythm and plan.lines[index].number:
        rhythm = plan.rhythm.restart(day)
        following = rhythm.get_dates(len(days) - index)
        days[index:] = move_dates(following, plan.terms.move_date, before)
        return _rebuild(plan, days=days, rhythm=rhythm)
    days[index : index + 1] = move_dates([day], plan.terms.move_date, before)
    return _rebuild(plan, days=move_dates(days, None))


@precise
def add(
    plan: Schedule, day: date | None = None, amount: Decimal | None = None
) -> Schedule:
    """Return the plan with one more term.

    It and those after it share what they had. Behind the last one, the two share what
    that one had; an amount of the new one is then taken from it.

    >>> from .installment_plan import schedule
    >>> plan = schedule(Terms(90, 1, count=3, first_date=date(2025, 1, 31)))
    >>> [str(line.amount) for line in add(plan).lines], add(plan).lines[-1].date
    (['30', '30', '15', '15'], datetime.date(2025, 4, 30))
    >>> [str(line.amount) for line in add(plan, date(2025, 2, 3)).lines]
    ['30', '20', '20', '20']

    :param day: moved as all dates are; without it, the next one of the rhythm
    :param amount: of the debt; without it, an equal share
    :raise InstallmentError: ``not_rising`` when there is a term on that day already, or
        a later down payment; ``date`` when there is no rhythm that would give one;
        ``too_many``, ``too_small``, ``amount``, ``off_step``, ``absurd``, ``interest``
    """
    read_count(len(plan.lines) + 1)
    day = _get_new_day(plan, day)
    index = sum(line.date < day for line in plan.lines)
    days, amounts = _get_days(plan), _get_amounts(plan)
    days.insert(index, day)
    if not index and plan.terms.down_payment:
        raise InstallmentError("not_rising", date=days[1], before=day)
    if amount is not None:
        amount = read_in_steps("amount", amount, plan.terms.step)
    amounts = _insert(plan.terms, amounts, index, amount)
    return _rebuild(plan, days=move_dates(days, None), amounts=amounts)


@precise
def remove(plan: Schedule, index: int) -> Schedule:
    """Return the plan without one of its terms; the dates of the others stay.

    Those after it share what it had along with theirs; what the last one had goes to
    the one before it.

    >>> from .installment_plan import schedule
    >>> plan = schedule(Terms(90, 1, count=3, first_date=date(2025, 1, 31)))
    >>> [str(line.amount) for line in remove(plan, 0).lines]
    ['45', '45']
    >>> [str(line.amount) for line in remove(plan, 2).lines]
    ['30', '60']

    :raise InstallmentError: ``empty`` for the only installment, ``index``, ``interest``
    """
    index = _read_index(plan, index)
    days, amounts = _get_days(plan), _get_amounts(plan)
    del days[index], amounts[index]
    if not days:
        raise InstallmentError("empty", value=0)
    if plan.terms.down_payment and not index:
        plan = replace(plan, terms=replace(plan.terms, down_payment=None))
    amounts = _share_from(plan.terms, amounts, min(index, len(amounts) - 1))
    return _rebuild(plan, days=days, amounts=amounts)


def _read_index(plan: Schedule, index: Any) -> int:
    """Return the index of a line."""
    number = read_number("index", index)
    if number not in range(len(plan.lines)):
        raise InstallmentError("index", value=index)
    return int(number)


def _get_days(plan: Schedule) -> list[date]:
    return [line.date for line in plan.lines]


def _get_amounts(plan: Schedule) -> list[Decimal]:
    return [line.amount for line in plan.lines]


def _get_new_day(plan: Schedule, day: date | None) -> date:
    """Return the day of one more term, moved."""
    if day is not None:
        return move_dates([read_date(day)], plan.terms.move_date)[0]
    if not plan.rhythm:
        raise InstallmentError("date", value=None)
    last = plan.lines[-1].date
    return move_dates([plan.rhythm.get_next(last)], plan.terms.move_date, last)[0]


def _insert(
    terms: Terms, amounts: list[Decimal], index: int, amount: Decimal | None
) -> list[Decimal]:
    """Return the amounts with one more at an index."""
    is_last = index == len(amounts)
    if amount is None:
        return _share_from(terms, [*amounts, Decimal(0)], index - is_last)
    if not is_last:
        return _share_from(
            terms, [*amounts[:index], amount, *amounts[index:]], index + 1
        )
    balance = amounts.pop()
    if balance < amount + terms.step:
        raise InstallmentError(
            "too_small", balance=balance - amount, count=1, step=terms.step
        )
    kept = balance - amount - balance % terms.step
    return [*amounts, kept, balance - kept]


def _share_from(terms: Terms, amounts: list[Decimal], index: int) -> list[Decimal]:
    """Return the amounts, those from an index on equal parts of what is left."""
    kept = amounts[:index]
    balance = terms.total - sum(kept)
    return [*kept, *share(terms, balance, len(amounts) - index)]


def _rebuild(
    plan: Schedule,
    *,
    days: list[date] | None = None,
    amounts: list[Decimal] | None = None,
    rhythm: Rhythm | None = None,
) -> Schedule:
    """Return the plan with other dates, amounts or another rhythm."""
    return build(
        plan.terms,
        _get_days(plan) if days is None else days,
        _get_amounts(plan) if amounts is None else amounts,
        rhythm or plan.rhythm,
    )
