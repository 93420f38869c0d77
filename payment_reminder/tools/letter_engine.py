"""From one HTML document to PDF files: the programs, and the cutting afterwards.

wkhtmltopdf is called here and not through core's ``_run_wkhtmltopdf`` because that one
waits for ever, sends the user's session along, idles a second for scripts that a letter
does not have, and knows nothing about the true size of a millimetre.
"""

import base64
import importlib.util
import io
import os
import re
import signal
import subprocess
import tempfile
from collections.abc import Sequence
from pathlib import Path
from xml.sax.saxutils import escape

from odoo.tools.pdf import PdfFileReader, PdfFileWriter

ARGUMENTS = (
    "--quiet --encoding utf-8 --page-size A4 --dpi 96"
    " --margin-top 0 --margin-bottom 0 --margin-left 0 --margin-right 0"
    " --disable-local-file-access --disable-javascript"
).split()

# 100 mm wide; how wide it comes out tells the scale of this build of wkhtmltopdf
RULER = """<!DOCTYPE html><html><head><style>html, body {margin: 0}</style></head>
<body><div style="width: 100mm; height: 50mm; background: #000"></div></body></html>"""
RULER_POINTS = 100 / 25.4 * 72

# The fonts of the letter live in a folder of Odoo; the system need not have them
FONTS_CONF = """<?xml version="1.0"?>
<!DOCTYPE fontconfig SYSTEM "fonts.dtd">
<fontconfig>
<include ignore_missing="yes">{system}</include>
<dir>{folder}</dir>
</fontconfig>"""


class EngineFailure(Exception):
    """The engine made no PDF; ``reason`` is what it said, for the log and the user."""

    def __init__(self, reason: str):
        """Keep the reason, which may be empty."""
        super().__init__(reason)
        self.reason = reason


class EngineTimeout(EngineFailure):
    """The engine did not answer in time and was stopped."""


# === WKHTMLTOPDF === #


def run_wkhtmltopdf(
    binary: str, html: str, timeout: float, font_folder: str | None = None
) -> bytes:
    """Return the PDF of one HTML document.

    :param timeout: seconds after which the process and its children are killed
    :param font_folder: TrueType files to be known besides the system's fonts
    :raise EngineFailure: if there is no PDF, EngineTimeout if it took too long
    """
    with tempfile.TemporaryDirectory(prefix="payment_reminder_") as name:
        folder = Path(name)
        source, target, log = folder / "in.html", folder / "out.pdf", folder / "log"
        source.write_text(html, encoding="utf-8", errors="replace")
        arguments = [binary, *ARGUMENTS, str(source), str(target)]
        environment = _prepare_environment(folder, font_folder)
        with log.open("wb") as output:
            code = _run(arguments, environment, output, timeout)
        pdf = target.read_bytes() if target.exists() else b""
        if code not in (0, 1) or not pdf.startswith(b"%PDF"):
            text = log.read_text(errors="replace").strip()[-500:]
            raise EngineFailure(f"wkhtmltopdf ({code}): {text}")
        return pdf


def _prepare_environment(folder: Path, font_folder: str | None) -> dict[str, str]:
    environment = {**os.environ, "XDG_RUNTIME_DIR": str(folder)}
    if font_folder:
        system = os.environ.get("FONTCONFIG_FILE", "/etc/fonts/fonts.conf")
        config = FONTS_CONF.format(system=escape(system), folder=escape(font_folder))
        (folder / "fonts.conf").write_text(config, encoding="utf-8")
        environment["FONTCONFIG_FILE"] = str(folder / "fonts.conf")
    return environment


def _run(arguments, environment, output, timeout) -> int:
    """Run a process with a time limit; a wrapper script's children die with it."""
    try:
        process = subprocess.Popen(
            arguments,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            start_new_session=True,
        )
    except OSError as error:
        raise EngineFailure(f"wkhtmltopdf: {error}") from error
    try:
        return process.wait(timeout)
    except subprocess.TimeoutExpired as error:
        raise EngineTimeout(f"wkhtmltopdf: {timeout:.0f} s") from error
    finally:
        _kill(process)


def _kill(process) -> None:
    """End the process and whatever it started, if something is left of them."""
    try:
        os.killpg(process.pid, signal.SIGKILL)
    except (ProcessLookupError, PermissionError):
        process.kill()
    except AttributeError:  # Windows has no process groups
        process.kill()
    process.wait()


def measure_scale(pdf: bytes) -> float:
    """Return how large 1 mm of CSS came out in the PDF of ``RULER``; 1.0 if unknown.

    Builds with unpatched Qt ignore --dpi, --zoom and smart shrinking and print at
    0.768; the patched ones print at 1.0 or, with shrinking, at 0.78.
    """
    page = PdfFileReader(io.BytesIO(pdf), strict=False).getPage(0)
    content = page["/Contents"].getObject().getData().decode("latin-1")
    widths = [width for width in _iterate_widths(content) if 100 < width < 400]
    return min(widths) / RULER_POINTS if widths else 1.0


def _iterate_widths(content: str):
    """Yield the width in points of each rectangle of a page's content.

    >>> list(_iterate_widths("q 2 0 0 2 0 0 cm q 3 0 0 3 0 0 cm 0 0 10 5 re f Q Q"))
    [60.0]
    """
    scale, stack, operands = 1.0, [], []
    for token in content.split():
        if re.fullmatch(r"[-+.\d]+", token):
            operands.append(token)
            continue
        if token == "q":
            stack.append(scale)
        elif token == "Q" and stack:
            scale = stack.pop()
        elif token == "cm":
            scale *= float(operands[-6])
        elif token == "re":
            yield float(operands[-2]) * scale
        operands = []


# === WEASYPRINT === #


def has_weasyprint() -> bool:
    """Return whether WeasyPrint can be imported, without importing it."""
    return importlib.util.find_spec("weasyprint") is not None


def run_weasyprint(html: str) -> bytes:
    """Return the PDF of one HTML document; nothing but data URIs is ever fetched.

    :raise EngineFailure: if WeasyPrint or one of its libraries is missing or fails
    """
    try:
        import weasyprint

        return weasyprint.HTML(
            string=html, url_fetcher=_get_fetcher(weasyprint)
        ).write_pdf()
    except Exception as error:  # any of its C libraries may be missing or fail
        raise EngineFailure(f"WeasyPrint: {error}") from error


def _get_fetcher(weasyprint):
    """Return a fetcher for data URIs only; the class exists since WeasyPrint 68."""
    if fetcher := getattr(weasyprint.urls, "URLFetcher", None):
        return fetcher(allowed_protocols=("data",))

    def fetch(url, *args, **kwargs):
        if not url.startswith("data:"):
            raise ValueError("only data URIs are allowed in a letter")
        return weasyprint.default_url_fetcher(url, *args, **kwargs)

    return fetch


def get_font_faces(paths: dict[int, str]) -> str:
    """Return CSS that carries the fonts in itself.

    :param paths: weight (400, 700) → TrueType file
    """
    faces = []
    for weight, path in paths.items():
        data = base64.b64encode(Path(path).read_bytes()).decode()
        faces.append(
            f"@font-face {{font-family: Roboto; font-weight: {weight};"
            f" src: url(data:font/ttf;base64,{data})}}"
        )
    return "\n".join(faces)


# === CUTTING AND JOINING === #


def count_pages(pdf: bytes) -> int:
    """Return the number of pages."""
    return PdfFileReader(io.BytesIO(pdf), strict=False).getNumPages()


def split_pdf(pdf: bytes, counts: Sequence[int]) -> list[bytes] | None:
    """Cut a document into parts of so many pages each; None if they do not add up.

    Every page of a letter begins with a forced break, so a letter can have come out
    longer than planned but never shorter: if the total is right, each part is.
    """
    reader = PdfFileReader(io.BytesIO(pdf), strict=False)
    if reader.getNumPages() != sum(counts):
        return None
    if len(counts) == 1:
        return [pdf]
    parts, first = [], 0
    for count in counts:
        parts.append(_write(reader, range(first, first + count)))
        first += count
    return parts


def _write(reader, numbers) -> bytes:
    writer = PdfFileWriter()
    for number in numbers:
        writer.addPage(reader.getPage(number))
    target = io.BytesIO()
    writer.write(target)
    return target.getvalue()


def merge_pdf(pdfs: Sequence[bytes]) -> bytes:
    """Join documents in the given order; nothing of nothing."""
    if not pdfs:
        return b""
    writer = PdfFileWriter()
    for pdf in pdfs:
        reader = PdfFileReader(io.BytesIO(pdf), strict=False)
        for number in range(reader.getNumPages()):
            writer.addPage(reader.getPage(number))
    target = io.BytesIO()
    writer.write(target)
    return target.getvalue()
