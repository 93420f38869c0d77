"""Three-point estimates: expected volume, variance, the range around a total.

>>> expected_volume(5, 8, 14), volume_variance(5, 14)
(Decimal('8.5'), Decimal('2.25'))
"""

from decimal import Decimal

from .exact import MAXIMUM
from .exact import precise as _precise
from .pricing_numbers import PricingError, get_finite, get_not_negative, get_number


@_precise
def expected_volume(optimistic, likely, pessimistic):
    """Return the expected volume of a three-point estimate (PERT): (O + 4M + P) / 6.

    :rtype: Decimal
    :raise PricingError: ``order`` unless O ≤ M ≤ P, ``volume``, ``absurd``

    >>> expected_volume(5, 8, 14)
    Decimal('8.5')
    """
    points = _read_points(optimistic=optimistic, likely=likely, pessimistic=pessimistic)
    return (points[0] + 4 * points[1] + points[2]) / 6


@_precise
def volume_variance(optimistic, pessimistic):
    """Return the variance of a three-point estimate (PERT): ((P - O) / 6)².

    :rtype: Decimal
    :raise PricingError: ``order`` unless O ≤ P, ``volume``, ``absurd``

    >>> volume_variance(5, 14)
    Decimal('2.25')
    """
    low, high = _read_points(optimistic=optimistic, pessimistic=pessimistic)
    return ((high - low) / 6) ** 2


def _read_points(**points):
    """Return the points as numbers, in ascending order."""
    numbers = [get_not_negative("volume", point) for point in points.values()]
    if numbers != sorted(numbers):
        raise PricingError("order", **dict(zip(points, numbers, strict=True)))
    return numbers


@_precise
def total_range(total, variances, z=Decimal(1)):
    """Return the ends of the range around a total: total ∓ z × √(sum of variances).

    The stages count as independent. The ends are not rounded, and the lower one may be
    below zero.

    :param variances: of money: that of a volume × (price per unit)²
    :param z: standard deviations on either side: 1 for 68 %, 2 for 95 %
    :rtype: tuple[Decimal, Decimal]
    :raise PricingError: ``variance`` or ``z`` when negative, ``total``, ``absurd``

    >>> total_range(1000, [900, 1600], z=2)
    (Decimal('900'), Decimal('1100'))
    """
    total = get_number("total", total)
    variance = sum((_get_variance(value) for value in variances), Decimal(0))
    margin = get_not_negative("z", z) * variance.sqrt()
    return total - margin, total + margin


def _get_variance(value):
    """Return a variance; it may be as large as the square of an amount."""
    number = get_finite("variance", value)
    if number < 0:
        raise PricingError("variance", value=number)
    if number > MAXIMUM**2:
        raise PricingError("absurd", name="variance", value=number, maximum=MAXIMUM**2)
    return number
