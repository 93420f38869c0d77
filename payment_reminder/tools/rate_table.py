r"""Tables of reference rates as CSV: what can be read, and what is wrong in which line.

The columns ``reference``, ``date_from`` and ``rate_percent`` stand in any order, maybe
with others. Commas, semicolons and tabs separate; a byte order mark, a decimal
comma and dates such as 31.12.2026 are understood, since spreadsheets write them.

>>> table = read_table(b"reference,date_from,rate_percent\nECB,2026-01-01,2.15\n")
>>> [(row.line, row.reference, str(row.date), str(row.percent)) for row in table.rows]
[(2, 'ECB', '2026-01-01', '2.15')]
>>> bad = read_table(b"reference,date_from,rate_percent\nECB,2026-13-01,2.15\n")
>>> [(problem.line, problem.code, problem.value) for problem in bad.problems]
[(2, 'date', '2026-13-01')]
"""

import csv
import io
import re
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

COLUMNS = ("reference", "date_from", "rate_percent")
#: What can be wrong: with the file (line 0) and with its lines.
FILE_CODES = ("empty", "encoding", "spreadsheet", "header", "no_rows", "long")
LINE_CODES = (
    "columns",
    "reference",
    "date",
    "too_early",
    "too_late",
    "percent",
    "absurd",
    "duplicate",
)
MAX_ROWS = 10000
#: Nobody knows a rate that begins later than so many days from today.
MAX_FUTURE_DAYS = 366

_DATE = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})", re.ASCII)
_DOTTED_DATE = re.compile(r"(\d{1,2})\.(\d{1,2})\.(\d{4})", re.ASCII)
#: What stands on a line that says nothing.
_BLANK = " ,;\t\r\n"
_LINE_END = re.compile(r"\r\n|\r|\n")
_NUMBER = re.compile(r"[-+\u2212]?\d{1,6}([.,]\d{1,12})?\s*%?", re.ASCII)


@dataclass(frozen=True)
class TableRow:
    """A rate as a line of the file gives it; ``extra`` are its other columns."""

    line: int
    reference: str
    date: date
    percent: Decimal
    extra: dict


@dataclass(frozen=True)
class TableProblem:
    """What is wrong in a line: a code, the value, and another line where one matters.

    ``line`` is that of the file as an editor counts, 0 for the file as a whole.
    """

    line: int
    code: str
    value: str = ""
    other_line: int = 0


@dataclass(frozen=True)
class Table:
    """The rows that can be read, and the problems of the others."""

    rows: tuple
    problems: tuple


class _LineError(ValueError):
    def __init__(self, code, value):
        super().__init__(code)
        self.code, self.value = code, value


def read_table(content, today=None):
    r"""Return the rates of a file, and every line that is not right.

    :param bytes content: the file
    :param date today: rates that begin much later are refused; without it none are
    :rtype: Table

    >>> def explain(text, today=None):
    ...     table = read_table(text.encode(), today)
    ...     return [(one.line, one.code, one.value) for one in table.problems]
    >>> explain("\ufeffreference;date_from;rate_percent\nECB;31.12.2026;2,15\n")
    []
    >>> explain("reference,date_from,rate_percent\nECB,2026-01-01,2,15\n")
    [(2, 'columns', 'ECB,2026-01-01,2,15')]
    >>> explain("reference,date_from,rate_percent\nECB,2028-1-1,2", date(2026, 1, 1))
    [(2, 'too_late', '2028-1-1')]
    >>> explain("")
    [(0, 'empty', '')]
    """
    text, code = _decode(content)
    lines = [] if code else list(_split(text))
    header = [cell.strip().lower() for cell in lines[0][1]] if lines else []
    if not code:
        code = _get_file_code(header, lines)
    if code:
        value = ",".join(header) if code == "header" else ""
        return Table((), (TableProblem(0, code, value),))
    return _read_lines(header, lines[1:], today)


def write_table(rows):
    r"""Return rates as a CSV file, so that reading it changes nothing.

    :param rows: ``(reference, date, percent)``; a reference is a code without
        separators and quotes
    :rtype: bytes

    >>> write_table([("ECB", date(2026, 1, 1), Decimal("2.150"))])
    b'reference,date_from,rate_percent\nECB,2026-01-01,2.15\n'
    """
    lines = [",".join(COLUMNS)]
    for reference, day, percent in rows:
        lines.append(f"{reference},{day.isoformat()},{format_percent(percent)}")
    return ("\n".join(lines) + "\n").encode()


def format_percent(percent):
    """Return a percentage with two digits at least, and all that it has.

    >>> [format_percent(Decimal(text)) for text in ("2", "-0.88", "0.1250")]
    ['2.00', '-0.88', '0.125']
    """
    text = f"{percent:f}"
    digits = len(text.partition(".")[2].rstrip("0"))
    return f"{percent:.{max(digits, 2)}f}"


# === FILE === #


def _decode(content):
    """Return the text of a file, or why there is none."""
    if content.startswith((b"PK\x03\x04", b"\xd0\xcf\x11\xe0")):
        return "", "spreadsheet"
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return "", "encoding"
    if not text.strip(_BLANK):
        return "", "empty"
    return text, "encoding" if "\0" in text else ""


def _split(text):
    """Yield the number and the cells of each line that is not empty."""
    lines = _LINE_END.split(text)
    first = next(line for line in lines if line.strip(_BLANK))
    separator = max(",;\t", key=first.count)
    for number, line in enumerate(lines, start=1):
        if line.strip(_BLANK):
            yield number, next(csv.reader(io.StringIO(line), delimiter=separator))


def _get_file_code(header, lines):
    if not set(COLUMNS) <= set(header):
        return "header"
    if len(lines) == 1:
        return "no_rows"
    return "long" if len(lines) > MAX_ROWS + 1 else ""


# === LINES === #


def _read_lines(header, lines, today):
    rows, problems, seen = [], [], {}
    for number, cells in lines:
        try:
            row = _read_line(number, header, cells, today)
        except _LineError as error:
            problems.append(TableProblem(number, error.code, error.value))
            continue
        other = seen.setdefault((row.reference, row.date), number)
        if other != number:
            day = row.date.isoformat()
            problems.append(TableProblem(number, "duplicate", day, other))
        else:
            rows.append(row)
    return Table(tuple(rows), tuple(problems))


def _read_line(number, header, cells, today):
    """Return the row of a line, or raise what is wrong with it."""
    if len(cells) != len(header):
        raise _LineError("columns", ",".join(cells))
    values = dict(zip(header, (cell.strip() for cell in cells), strict=True))
    reference, day, percent = (values.pop(name) for name in COLUMNS)
    if not reference:
        raise _LineError("reference", reference)
    return TableRow(
        number, reference, _read_date(day, today), _read_percent(percent), values
    )


def _read_date(text, today):
    day = _parse_date(text)
    if day.year < 1900:
        raise _LineError("too_early", text)
    if today and (day - today).days > MAX_FUTURE_DAYS:
        raise _LineError("too_late", text)
    return day


def _parse_date(text):
    """Return a date; with slashes nobody knows which is the day."""
    match, dotted = _DATE.fullmatch(text), _DOTTED_DATE.fullmatch(text)
    parts = match.groups() if match else dotted.groups()[::-1] if dotted else None
    try:
        return date(*map(int, parts or ()))
    except (TypeError, ValueError):
        raise _LineError("date", text) from None


def _read_percent(text):
    if not _NUMBER.fullmatch(text):
        raise _LineError("percent", text)
    number = text.rstrip("% ").replace(",", ".").replace("\u2212", "-")
    percent = Decimal(number)
    if not -100 < percent < 1000:
        raise _LineError("absurd", text)
    return percent
