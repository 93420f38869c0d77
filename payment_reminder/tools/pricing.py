"""The arithmetic of estimates: tiers, multipliers, exact parts.

A price multiplies first, and rounds where its reader does, at each printed amount:

>>> stage = price_stage(3, Decimal("33.335"), [Decimal("1.26"), Decimal("1.17")])
>>> stage.base, stage.multiplier, stage.subtotal
(Decimal('100.005'), Decimal('1.4742'), Decimal('147.43'))

All results are ``Decimal``. A ``float`` that is put in counts as the number it shows
(``0.1`` is one tenth). Whatever is put in, the only error is ``PricingError``; the
message is for developers, the code and the values are for whoever words it for people:

>>> try:
...     price_stage(0, 80, [])
... except PricingError as error:
...     error.code, error.values
('volume', {'value': Decimal('0')})
"""

from dataclasses import dataclass
from decimal import ROUND_FLOOR, ROUND_HALF_UP, Decimal

from .exact import precise as _precise
from .pricing_numbers import (
    PricingError,
    get_not_negative,
    get_number,
    get_positive,
    get_rounding,
    refuse_absurd,
)

#: What a division may have cut off, relative: a half is still recognised as one.
_DUST = Decimal("1e-30")


@dataclass(frozen=True)
class Tier:
    """A step of a scale: from ``lower`` up to, not including, ``upper``.

    ``upper`` is ``None`` for an open end.
    """

    lower: Decimal
    upper: Decimal | None
    multiplier: Decimal

    def contains(self, value):
        """Return whether a volume or ratio lies in the step."""
        return self.lower <= value and (self.upper is None or value < self.upper)


class Scale(tuple):
    """Tiers that were checked: in order, without a gap. Only ``check_tiers`` makes one.

    Whoever rates many quantities checks once: all functions take a scale as it is.
    """

    __slots__ = ()


@dataclass(frozen=True)
class StagePrice:
    """The price of a stage and how it came about.

    ``base`` and ``factored`` are not rounded, the amounts after them are, and
    ``subtotal`` is the sum of these: ``rounded`` (the rounded ``factored``),
    ``percentage`` (of ``rounded``) and ``fixed``. So a reader's sum comes out.
    """

    base: Decimal
    multiplier: Decimal
    factored: Decimal
    rounded: Decimal
    percentage: Decimal
    fixed: Decimal
    subtotal: Decimal


# === SCALES === #


@_precise
def check_tiers(tiers):
    """Return the tiers in order, or say why they are no scale.

    :param tiers: in any order; a scale is returned as it is
    :rtype: Scale
    :raise PricingError: ``empty``, ``reversed`` (also a bound that is no number),
        ``overlap``, ``gap``, ``multiplier`` or ``absurd``; ``overlap`` and ``gap`` name
        the ``upper`` bound of a tier and the ``lower`` of the next one

    >>> def check(*rows):
    ...     try:
    ...         return [tier.lower for tier in check_tiers(Tier(*row) for row in rows)]
    ...     except PricingError as error:
    ...         return str(error)
    >>> check((10, None, 1), (0, 10, 2))
    [Decimal('0'), Decimal('10')]
    >>> check((0, 10, 1), (5, None, 1))
    'overlap (upper=10, lower=5)'
    >>> check((0, 10, 1), (20, None, 1))
    'gap (upper=10, lower=20)'
    >>> check((10, 10, 1))
    'reversed (lower=10, upper=10)'
    >>> check((0, None, 0))
    'multiplier (value=0, lower=0, upper=None)'
    >>> check()
    'empty'
    """
    if isinstance(tiers, Scale):
        return tiers
    ordered = Scale(sorted(map(_read_tier, tiers), key=lambda tier: tier.lower))
    if not ordered:
        raise PricingError("empty")
    for before, after in zip(ordered, ordered[1:], strict=False):
        if before.upper is None or before.upper > after.lower:
            raise PricingError("overlap", upper=before.upper, lower=after.lower)
        if before.upper < after.lower:
            raise PricingError("gap", upper=before.upper, lower=after.lower)
    return ordered


def _read_tier(tier):
    """Return the tier with its numbers read and checked."""
    bounds = {"lower": tier.lower, "upper": tier.upper}
    is_open = tier.upper is None
    lower = get_number("reversed", tier.lower, **bounds)
    upper = None if is_open else get_number("reversed", tier.upper, **bounds)
    if not is_open and upper <= lower:
        raise PricingError("reversed", **bounds)
    multiplier = get_positive("multiplier", tier.multiplier, **bounds)
    return Tier(lower, upper, multiplier)


@_precise
def tier_multiplier(volume, tiers, graduated):
    """Return the multiplier of a volume on a scale.

    :param bool graduated: each part of the volume counts with the multiplier of its
        own tier, as income is taxed; else the whole volume counts with that of the tier
        that contains it, and a larger volume may then cost less
    :rtype: Decimal
    :raise PricingError: ``outside`` below the first or above a closed last tier,
        ``volume`` for what is no volume, and what ``check_tiers`` raises

    >>> tiers = [Tier(0, 100, 1), Tier(100, None, Decimal("0.8"))]
    >>> tier_multiplier(400, tiers, graduated=True)
    Decimal('0.85')
    >>> tier_multiplier(400, tiers, graduated=False)
    Decimal('0.8')

    On a graduated scale that begins later, what comes before belongs to the first tier:

    >>> tier_multiplier(400, [Tier(1, 100, 1), *tiers[1:]], graduated=True)
    Decimal('0.85')
    """
    volume = get_not_negative("volume", volume)
    ordered = check_tiers(tiers)
    if graduated and not volume:
        return Decimal(1)
    reached = _find_tier(volume, ordered)
    if not reached:
        raise _get_outside_error(volume, ordered)
    if not graduated:
        return reached.multiplier
    parts = _get_parts(volume, ordered)
    return sum(part * multiplier for part, multiplier in parts) / volume


@_precise
def tier_parts(volume, tiers):
    """Return the parts of a volume on a graduated scale: how much, its multiplier.

    :return: pairs in the order of the scale; neighbours that cost the same are one
    :rtype: list[tuple[Decimal, Decimal]]
    :raise PricingError: see ``tier_multiplier``

    >>> tiers = [Tier(0, 40, 1), Tier(40, 120, Decimal("0.95"))]
    >>> tier_parts(60, tiers)
    [(Decimal('40'), Decimal('1')), (Decimal('20'), Decimal('0.95'))]
    >>> tier_parts(60, [Tier(0, 40, 1), Tier(40, None, 1)])
    [(Decimal('60'), Decimal('1'))]
    """
    volume = get_not_negative("volume", volume)
    ordered = check_tiers(tiers)
    if volume and not _find_tier(volume, ordered):
        raise _get_outside_error(volume, ordered)
    return _get_parts(volume, ordered)


def _get_parts(volume, ordered):
    parts, begin = [], Decimal(0)
    for tier in ordered:
        end = volume if tier.upper is None else min(volume, tier.upper)
        if end <= begin:
            continue
        before = parts.pop() if parts and parts[-1][1] == tier.multiplier else (0, 0)
        parts.append((before[0] + end - begin, tier.multiplier))
        begin = end
    return parts


@_precise
def scale_multiplier(ratio, tiers, rebate=True):
    """Return the multiplier of a deadline: what haste costs and slack saves.

    :param ratio: of the offered to the normal duration, 1 is nominal
    :param bool rebate: whether slack may make the price smaller than the nominal one
    :rtype: Decimal
    :raise PricingError: ``outside`` below the first tier (nobody can work that fast),
        ``ratio``, and what ``check_tiers`` raises

    >>> tiers = [
    ...     Tier(Decimal("0.75"), 1, Decimal("1.43")),
    ...     Tier(1, 2, 1),
    ...     Tier(2, 3, Decimal("0.95")),
    ... ]
    >>> [scale_multiplier(ratio, tiers) for ratio in (0.75, 1, 2, 99)]
    [Decimal('1.43'), Decimal('1'), Decimal('0.95'), Decimal('0.95')]
    >>> scale_multiplier(2, tiers, rebate=False)
    Decimal('1')
    """
    ratio = get_not_negative("ratio", ratio)
    ordered = check_tiers(tiers)
    if ratio < ordered[0].lower:
        raise _get_outside_error(ratio, ordered)
    multiplier = (_find_tier(ratio, ordered) or ordered[-1]).multiplier
    return multiplier if rebate else max(multiplier, Decimal(1))


def _find_tier(value, ordered):
    """Return the tier that contains a value, or ``None``."""
    return next((tier for tier in ordered if tier.contains(value)), None)


def _get_outside_error(value, ordered):
    """Return the error that names a value and the ends of its scale."""
    ends = {"lower": ordered[0].lower, "upper": ordered[-1].upper}
    return PricingError("outside", value=value, **ends)


@_precise
def ratio(offered, normal):
    """Return the ratio of an offered to the normal duration, in the same unit.

    :rtype: Decimal
    :raise PricingError: ``normal`` unless positive, ``offered`` when negative

    >>> ratio(6, 8)
    Decimal('0.75')
    """
    normal = get_positive("normal", normal)
    return get_not_negative("offered", offered) / normal


# === PRICES === #


@_precise
def combined_multiplier(multipliers):
    """Return the product of multipliers; none of them is nominal.

    :rtype: Decimal
    :raise PricingError: ``multiplier`` unless positive, ``absurd``

    >>> combined_multiplier([Decimal("1.26"), Decimal("1.17")])
    Decimal('1.4742')
    >>> combined_multiplier([])
    Decimal('1')
    """
    return _multiply(multipliers)


def _multiply(multipliers):
    product = Decimal(1)
    for multiplier in multipliers:
        product *= get_positive("multiplier", multiplier)
    return refuse_absurd("multiplier", product)


@_precise
def price_stage(
    volume, rate, multipliers, *, percent=0, fixed=0, rounding=Decimal("0.01")
):
    """Return the price of a stage: volume × rate × multipliers, and surcharges.

    :param percent: surcharge in percent of the rounded price; negative is a rebate
    :param fixed: surcharge in money, added after the percentage; negative is a rebate
    :param rounding: the smallest step of the currency; halves go away from zero
    :rtype: StagePrice
    :raise PricingError: ``volume``, ``rate``, ``multiplier`` unless positive;
        ``percent`` below -100; ``fixed`` when the rebate is more than the price;
        ``rounding``; ``absurd``

    >>> stage = price_stage(10, 80, [Decimal("1.1")], percent=5, fixed=30)
    >>> stage.rounded, stage.percentage, stage.fixed, stage.subtotal
    (Decimal('880.00'), Decimal('44.00'), Decimal('30.00'), Decimal('954.00'))
    >>> price_stage(1, Decimal("7.125"), [], rounding=Decimal("0.05")).subtotal
    Decimal('7.15')
    """
    base = get_positive("volume", volume) * get_positive("rate", rate)
    multiplier = _multiply(multipliers)
    factored = refuse_absurd("factored", base * multiplier)
    step = get_rounding(rounding)
    rounded = _round(factored, step)
    percentage = _round(rounded * _get_percent(percent) / 100, step)
    extra = _round(get_number("fixed", fixed), step)
    subtotal = rounded + percentage + extra
    if subtotal < 0:
        raise PricingError("fixed", value=get_number("fixed", fixed))
    return StagePrice(base, multiplier, factored, rounded, percentage, extra, subtotal)


def _get_percent(percent):
    """Return the percentage of a surcharge; a rebate never exceeds the price."""
    percent = get_number("percent", percent)
    if percent < -100:
        raise PricingError("percent", value=percent)
    return percent


@_precise
def round_amount(amount, rounding):
    """Return an amount in whole steps of a currency; halves go away from zero.

    What a division has cut off does not hide a half, as with the rounding of Odoo.

    :rtype: Decimal
    :raise PricingError: ``rounding``, ``total`` for what is no amount, ``absurd``

    >>> round_amount(Decimal("-0.125"), Decimal("0.01"))
    Decimal('-0.13')
    >>> round_amount(Decimal("20.01499999999999999999999999999999999999"), 0.01)
    Decimal('20.02')
    """
    return _round(amount, get_rounding(rounding))


def _round(amount, step):
    steps = get_number("total", amount) / step * (1 + _DUST)
    return int(steps.to_integral_value(ROUND_HALF_UP)) * step


@_precise
def split_amount(total, weights, rounding):
    """Return parts of an amount in proportion to weights; their sum is the amount.

    The steps that are left after rounding down go to the largest remainders, the first
    of equal ones first (method of Hamilton). Weights that are all zero are equal.

    :param total: in whole steps of the currency
    :rtype: list[Decimal]
    :raise PricingError: ``total`` when it is not in whole steps, ``weight`` when one is
        negative, ``empty`` when there is none, ``rounding``, ``absurd``

    >>> split_amount(100, [1, 1, 1], Decimal("0.01"))
    [Decimal('33.34'), Decimal('33.33'), Decimal('33.33')]
    """
    step = get_rounding(rounding)
    steps = get_number("total", total) / step
    if steps != steps.to_integral_value():
        raise PricingError("total", value=total, rounding=step)
    shares = _get_shares(int(steps.copy_abs()), _read_weights(weights))
    sign = -1 if steps < 0 else 1
    return [sign * share * step for share in shares]


def _read_weights(weights):
    """Return the weights as numbers, at least one of them not zero."""
    numbers = [get_not_negative("weight", weight) for weight in weights]
    if not numbers:
        raise PricingError("empty")
    return numbers if any(numbers) else [Decimal(1)] * len(numbers)


def _get_shares(steps, weights):
    """Return whole numbers in proportion to weights whose sum is ``steps``."""
    whole = sum(weights)
    quotas = [steps * weight / whole for weight in weights]
    shares = [int(quota.to_integral_value(ROUND_FLOOR)) for quota in quotas]
    by_remainder = sorted(
        range(len(weights)), key=lambda index: shares[index] - quotas[index]
    )
    for index in by_remainder[: steps - sum(shares)]:
        shares[index] += 1
    return shares
