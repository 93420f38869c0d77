"""Prints demand letters: many letters, one document, one PDF process."""

from functools import lru_cache

from markupsafe import Markup

from odoo import api, models
from odoo.tools import split_every
from odoo.tools.misc import find_in_path

from ..exceptions import LetterEngineError
from ..tools import letter_engine
from ..tools.letter_engine import EngineFailure
from ..tools.letter_fonts import find_font_folder, get_font_faces

CHUNK_SIZE = 250  # letters in one PDF process

# Seconds for one PDF process: a letter takes some milliseconds, so this is a hang.
TIMEOUT_BASE = 60
TIMEOUT_PER_LETTER = 1


class DunningLetterPrinter(models.AbstractModel):
    """Renders demand letters: many letters, one PDF process.

    A letter is a plain dict (``LetterValues``), see ``dunning.letter.composer``.
    """

    _name = "dunning.letter.printer"
    _inherit = "dunning.letter.composer"
    _description = "Demand Letter Printer"

    # === ENTRANCES === #

    @api.model
    def _render_html(self, letters):
        """Return one HTML document of all letters, to look at and to print.

        :param list letters: LetterValues, see ``dunning.letter.composer``
        :rtype: Markup
        """
        return self._render_document(self._prepare_views(letters), is_screen=True)

    @api.model
    def _render_pdf(self, letters):
        """Return one PDF per letter, in the order of the letters.

        :param list letters: LetterValues, see ``dunning.letter.composer``
        :rtype: list[bytes]
        :raise LetterEngineError: if any of them could not be made; then there is none
        """
        views = self._prepare_views(letters)
        pdfs = []
        for chunk in split_every(CHUNK_SIZE, views, list):
            pdfs += self._render_chunk(chunk)
        return pdfs

    @api.model
    def _merge_pdf(self, pdfs):
        """Return one PDF of several, in their order, for a print run.

        :param list pdfs: bytes of each document
        :rtype: bytes
        """
        return letter_engine.merge_pdf(pdfs)

    # === ENGINES === #

    @api.model
    def _get_engines(self):
        """Return the engines to try, in order.

        To add its own, an addon overrides this and returns more of them.

        :return: name → method; the method takes the views of some letters and returns
            the PDF of one document with all of them, or raises EngineFailure
        :rtype: dict
        """
        engines = {
            "wkhtmltopdf": self._run_wkhtmltopdf,
            "weasyprint": self._run_weasyprint,
        }
        parameters = self.env["ir.config_parameter"].sudo()  # read by every user
        choice = parameters.get_param("payment_reminder.pdf_engine", "auto")
        return {choice: engines[choice]} if choice in engines else engines

    def _render_chunk(self, views):
        """Return one PDF per letter of a chunk; from the first engine that can."""
        failures = []
        for run in self._get_engines().values():
            try:
                return self._render_parts(views, run)
            except EngineFailure as failure:
                failures.append(failure)
        raise self._get_engine_error(failures)

    def _render_parts(self, views, run):
        """Return one PDF per letter; a page is never given to the wrong letter.

        If the document has not the planned number of pages, each letter is rendered
        alone: then all pages are its own.
        """
        counts = [len(view["pages"]) for view in views]
        parts = letter_engine.split_pdf(run(views), counts)
        if parts is None:
            parts = [run([view]) for view in views]
        for part, count in zip(parts, counts, strict=True):
            if letter_engine.count_pages(part) < count:
                raise EngineFailure(self.env._("Pages of a letter are missing."))
        return parts

    def _run_wkhtmltopdf(self, views):
        binary = self._find_wkhtmltopdf()
        folder = find_font_folder()
        html = self._render_document(views, zoom=1 / _measure_scale(binary))
        return letter_engine.run_wkhtmltopdf(
            binary, html, self._get_timeout(views), folder
        )

    def _find_wkhtmltopdf(self):
        try:
            return find_in_path("wkhtmltopdf")
        except OSError as error:
            raise EngineMissing("wkhtmltopdf") from error

    def _get_timeout(self, views):
        """Return the seconds that a process may take for so many letters."""
        return TIMEOUT_BASE + TIMEOUT_PER_LETTER * len(views)

    def _run_weasyprint(self, views):
        if not letter_engine.has_weasyprint():
            raise EngineMissing("WeasyPrint")
        html = self._render_document(views, font_faces=get_font_faces())
        return letter_engine.run_weasyprint(html)

    def _get_engine_error(self, failures):
        """Return what a bookkeeper needs to know: what happened and what to do."""
        broken = [f.reason for f in failures if not isinstance(f, EngineMissing)]
        if not broken:
            text = self.env._(
                "Letters cannot be made as PDF, because the program for it is missing"
                " on the server. Ask your administrator to install wkhtmltopdf, or the"
                " Python package weasyprint. Until then, open the letter as a web page"
                " and print it from the browser. No letter was marked as printed."
            )
            return LetterEngineError(text)
        return LetterEngineError(
            self.env._(
                "The program that makes PDF letters failed, so no letter was marked as"
                " printed. Please try again; if it happens again, open the letter as a"
                " web page and print it from the browser, and show your administrator"
                " this message: %(reason)s",
                reason="; ".join(broken),
            )
        )

    # === DOCUMENT === #

    def _render_document(self, views, zoom=None, font_faces=None, is_screen=False):
        """Return the HTML document of prepared letters, each in its language."""
        html = self.env["ir.qweb"]._render(
            "payment_reminder.dunning_letter_document",
            {
                "letters": views,
                "zoom": f"{zoom:.5f}" if zoom else False,
                "font_faces": Markup(font_faces) if font_faces else False,
                "is_screen": is_screen,
            },
        )
        return Markup("<!DOCTYPE html>\n") + html


class EngineMissing(EngineFailure):
    """The engine is not installed."""


@lru_cache(maxsize=4)
def _measure_scale(binary):
    """Return the scale of this wkhtmltopdf, measured once per server process."""
    pdf = letter_engine.run_wkhtmltopdf(binary, letter_engine.RULER, TIMEOUT_BASE)
    return letter_engine.measure_scale(pdf)
