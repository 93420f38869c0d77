"""What a measure found, and the table of all of them."""

from dataclasses import dataclass, field

HEAD = ("Measure", "Size", "Ours", "Peer or limit", "Ratio", "Target", "Reached")


@dataclass
class Result:
    """One line of the table.

    ``target`` is what to reach ('<= 1.5', '>= 200', '0'), compared with ``ratio``;
    without it the line only informs. ``needed`` is what suffices for now.
    """

    measure: str
    size: str
    ours: str = ""
    peer: str = ""
    ratio: float | None = None
    unit: str = "×"
    target: str = ""
    needed: str = ""
    is_failure: bool = False
    facts: dict = field(default_factory=dict)

    @property
    def reached(self):
        """Yes, no, or how much of it."""
        if not self.target:
            return ""
        if self.ratio is None:
            return "not measured"
        if _is_met(self.ratio, self.target):
            return "yes"
        if self.needed and _is_met(self.ratio, self.needed):
            return f"no, but {self.needed}"
        return "no"

    def get_cells(self):
        """Return the texts of the line."""
        ratio = "" if self.ratio is None else f"{self.ratio:,.4g} {self.unit}".strip()
        return (
            *(self.measure, self.size, self.ours, self.peer, ratio),
            *(self.target, self.reached),
        )


def _is_met(value, target):
    """Return whether a value is as the target says.

    >>> _is_met(1.5, "<= 1.5"), _is_met(199, ">= 200"), _is_met(0, "0")
    (True, False, True)
    """
    sign, _space, limit = target.rpartition(" ")
    if sign == "<=":
        return value <= float(limit)
    if sign == ">=":
        return value >= float(limit)
    return value == float(limit)


def format_seconds(seconds):
    """Return a duration with the unit that suits it.

    >>> format_seconds(12.34), format_seconds(0.0123), format_seconds(0.0000123)
    ('12.3 s', '12.3 ms', '12.3 µs')
    """
    for unit, factor in (("s", 1), ("ms", 1e3)):
        if seconds * factor >= 1:
            return f"{seconds * factor:.3g} {unit}"
    return f"{seconds * 1e6:.3g} µs"


def format_table(results):
    """Return the table as text."""
    rows = [HEAD, *(result.get_cells() for result in results)]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    lines = [
        "  ".join(cell.ljust(w) for cell, w in zip(row, widths, strict=True)).rstrip()
        for row in rows
    ]
    return "\n".join([lines[0], "-" * len(lines[0]), *lines[1:]])
