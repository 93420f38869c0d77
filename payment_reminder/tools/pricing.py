"""The arithmetic of estimates: volume, rate, multipliers, tiers."""

from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from math import prod


class PricingError(ValueError):
    def __init__(self, code, **values):
        super().__init__(code)
        self.code = code
        self.values = values


@dataclass(frozen=True)
class Tier:
    lower: Decimal
    upper: Decimal | None
    multiplier: Decimal


@dataclass(frozen=True)
class StagePrice:
    base: Decimal
    multiplier: Decimal
    factored: Decimal
    surcharge: Decimal
    subtotal: Decimal


def check_tiers(tiers):
    if not tiers:
        raise PricingError("empty")
    for a, b in zip(tiers, tiers[1:]):
        if a.upper is None or a.upper > b.lower:
            raise PricingError("overlap", at=b.lower)
        if a.upper < b.lower:
            raise PricingError("gap", at=a.upper)


def tier_multiplier(volume, tiers, graduated):
    if not graduated:
        for t in tiers:
            if t.lower <= volume and (t.upper is None or volume < t.upper):
                return t.multiplier
        raise PricingError("outside", value=volume)
    if not volume:
        return Decimal(1)
    return (
        sum(
            (min(volume, t.upper or volume) - t.lower) * t.multiplier
            for t in tiers
            if volume > t.lower
        )
        / volume
    )


def scale_multiplier(ratio, tiers):
    if ratio < tiers[0].lower:
        raise PricingError("outside", value=ratio)
    return [t for t in tiers if t.lower <= ratio][-1].multiplier


def price_stage(
    volume, rate, multipliers, *, percent=0, fixed=0, rounding=Decimal("0.01")
):
    if volume <= 0:
        raise PricingError("volume", value=volume)
    if rate < 0:
        raise PricingError("rate", value=rate)
    r = lambda v: (v / rounding).quantize(Decimal(1), ROUND_HALF_UP) * rounding
    m = prod(multipliers, start=Decimal(1))
    base = volume * rate
    f = base * m
    sub = r(f * (1 + percent / Decimal(100)) + fixed)
    return StagePrice(base, m, r(f), sub - r(f), sub)


def expected_volume(o, m, p):
    if not o <= m <= p:
        raise PricingError("order")
    return (o + 4 * m + p) / 6


def volume_variance(o, p):
    return ((p - o) / 6) ** 2


def total_range(total, variances, z=Decimal(1)):
    s = z * sum(variances, Decimal(0)).sqrt()
    return total - s, total + s
