"""What is claimed beside the debts, as it stands in a document: plain and frozen.

A part can be kept as JSON, so that a notice tells for ever what it said.

>>> part = ClaimPart("interest", Decimal(8), "INV/1", line_id=7, end=date(2026, 6, 9))
>>> read_parts(keep_parts([part])) == [part]
True
"""

from collections.abc import Iterable
from dataclasses import dataclass, fields
from datetime import date
from decimal import Decimal

from .interest import Segment

#: In the order in which documents name them.
KINDS = ("interest", "compensation", "fee")


@dataclass(frozen=True)
class ClaimPart:
    """Interest or compensation of one debt, or the fee of one notice."""

    kind: str
    #: what is asked for now
    amount: Decimal
    #: the number of the invoice, or what the fee is for
    name: str = ""
    #: the receivable; None for a fee
    line_id: int | None = None
    #: receivables that a fee covers: they never cause the same fee again
    fee_line_ids: tuple = ()
    #: the record, where one exists already
    claim_id: int | None = None
    level_id: int | None = None
    regime_id: int | None = None
    due: date | None = None
    start: date | None = None
    end: date | None = None
    #: how a fee comes about, or what lowers a compensation, in the customer's language
    note: str = ""
    #: of a fee, what the compensation covers; of a compensation, what fees cover
    covered: Decimal | None = None
    #: interest on the whole time, what was booked and waived before included
    total: Decimal | None = None
    #: sending the notice makes a claim of it, or changes its amount; otherwise it is
    #: carried over from an earlier notice
    is_new: bool = False
    #: the debt is paid: the interest grows no more
    is_final: bool = False
    segments: tuple = ()
    #: what lowered the debt, to be shown between the segments; never kept
    payments: tuple = ()

    @property
    def rounding(self) -> Decimal:
        """What the total differs by from the rounded segments.

        >>> ClaimPart("interest", Decimal(1), total=Decimal(1)).rounding
        Decimal('1')
        """
        shown = sum((row.amount for row in self.segments), Decimal(0))
        return (self.amount if self.total is None else self.total) - shown

    @property
    def decided(self) -> Decimal:
        """What was booked or waived of it before.

        >>> ClaimPart("interest", Decimal(1), total=Decimal(3)).decided
        Decimal('2')
        """
        return Decimal(0) if self.total is None else self.total - self.amount


def get_amounts(parts: Iterable[ClaimPart]) -> dict[str, Decimal]:
    """Return what is asked for by kind.

    >>> get_amounts([ClaimPart("fee", Decimal(5)), ClaimPart("fee", Decimal(3))])["fee"]
    Decimal('8')
    """
    parts = list(parts)
    return {
        kind: sum((one.amount for one in parts if one.kind == kind), Decimal(0))
        for kind in KINDS
    }


# === KEEPING === #


def keep_parts(parts: Iterable[ClaimPart]) -> list[dict]:
    """Return parts as JSON can keep them; amounts as texts, so that they stay exact."""
    return [_keep(part) for part in parts]


def read_parts(kept: Iterable[dict] | None) -> list[ClaimPart]:
    """Return the parts that were kept.

    >>> read_parts(None)
    []
    """
    return [_read_part(values) for values in kept or ()]


def keep_segments(segments: Iterable[Segment]) -> list[dict]:
    """Return segments as JSON can keep them."""
    return [_keep(segment) for segment in segments]


def read_segments(kept: Iterable[dict] | None) -> tuple:
    """Return the segments that were kept.

    >>> day = date(2026, 1, 1)
    >>> row = Segment(day, day, 1, Decimal(9), Decimal(1), Decimal(0), Decimal(0), 365)
    >>> read_segments(keep_segments([row])) == (row,)
    True
    """
    return tuple(_read(Segment, values) for values in kept or ())


def _keep(record):
    kept = {
        one.name: _to_json(getattr(record, one.name))
        for one in fields(record)
        if one.name != "payments"
    }
    return {name: value for name, value in kept.items() if value not in (None, [], "")}


def _to_json(value):
    if isinstance(value, Decimal):
        return str(value)
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, tuple):
        return [_keep(one) if isinstance(one, Segment) else one for one in value]
    return value


def _read_part(values):
    values = dict(values)
    segments = read_segments(values.pop("segments", None))
    fee_lines = tuple(values.pop("fee_line_ids", ()))
    return _read(ClaimPart, values, segments=segments, fee_line_ids=fee_lines)


def _read(kind, values, **more):
    """Return a record; which values are dates and amounts tell its annotations."""
    types = {one.name: str(one.type) for one in fields(kind)}
    read = {
        name: _from_json(types[name], value)
        for name, value in values.items()
        if name in types
    }
    return kind(**read, **more)


def _from_json(annotation, value):
    if "Decimal" in annotation:
        return Decimal(value)
    if "date" in annotation:
        return date.fromisoformat(value)
    return value
