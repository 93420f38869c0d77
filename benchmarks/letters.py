"""P4: letters one by one ÷ in one batch, for each PDF engine of this machine.

The letters are real: of a planned run, with three claims each. Making the PDF is
measured, not collecting what it says. Only some are made one by one; their time is
extrapolated. 'As a report' gives the finished HTML of one letter to the method with
which Odoo prints every report, which is how other addons make letters; 'by ourselves'
is our own printer, called for each letter.
"""

import importlib.util
import shutil
import subprocess
import time

from .invoices import make_invoices
from .result import Result, format_seconds

SAMPLE = 8
CLAIMS = 3


def measure(env, size):
    """Return the lines of the table for ``size`` letters."""
    letters = _make_letters(env, size)
    results = []
    for engine, title in _get_engines().items():
        env["ir.config_parameter"].set_param("payment_reminder.pdf_engine", engine)
        results += _measure_engine(env, engine, title, letters)
    return results or [Result("P4 letters", "", peer="no PDF engine", target=">= 50")]


def _measure_engine(env, engine, title, letters):
    printer = env["dunning.letter.printer"]
    printer._render_pdf(letters[:1])  # fonts and scale are read once per server
    batch = _time(lambda: printer._render_pdf(letters))
    sample = letters[:SAMPLE]
    single = _extrapolate(letters, lambda: [printer._render_pdf([x]) for x in sample])
    peers = {"by ourselves": single}
    if engine == "wkhtmltopdf":
        pages = [str(printer._render_html([letter])) for letter in sample]
        report = env["ir.actions.report"]
        as_report = lambda: [report._run_wkhtmltopdf([page]) for page in pages]  # noqa: E731
        peers = {"as a report": _extrapolate(letters, as_report), **peers}
    return _compare(title, len(letters), batch, peers)


def _compare(title, size, batch, peers):
    """Compare the batch with each way of making single letters; the first counts."""
    targets = [">= 50", *[""] * len(peers)]
    return [
        Result(
            f"P4 letters one by one {way} ÷ batch",
            f"{size:,} letters, {title}",
            f"{format_seconds(batch / size)}/letter",
            f"{format_seconds(seconds / size)}/letter",
            seconds / batch,
            target=target,
        )
        for (way, seconds), target in zip(peers.items(), targets, strict=False)
    ]


def _make_letters(env, size):
    """Plan a run whose notices are letters; return what they say."""
    make_invoices(env, size * CLAIMS, overdue=1, customers=size)
    procedure = env.company.dunning_procedure_id
    procedure.level_ids.channel_ids = env.ref("payment_reminder.channel_letter")
    run = env["dunning.run"].create({"company_id": env.company.id})
    run.action_plan()
    notices = run.notice_ids
    for number, notice in enumerate(notices):
        notice.number = f"L/{number:05}"
    many = [notice._prepare_letter_values() for notice in notices]
    while len(many) < size:  # customers whose invoices are all excluded have none
        many += many[: size - len(many)]
    return many[:size]


def _get_engines():
    """Return the engines that are installed, with their titles."""
    engines = {}
    if program := shutil.which("wkhtmltopdf"):
        version = subprocess.run([program, "-V"], capture_output=True, text=True)
        patched = "patched" if "patched" in version.stdout else "unpatched"
        engines["wkhtmltopdf"] = f"wkhtmltopdf ({patched})"
    if importlib.util.find_spec("weasyprint"):
        engines["weasyprint"] = "WeasyPrint"
    return engines


def _extrapolate(letters, function):
    return _time(function) * len(letters) / SAMPLE


def _time(function):
    start = time.perf_counter()
    function()
    return time.perf_counter() - start
