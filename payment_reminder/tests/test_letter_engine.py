import contextlib
import io
import os
import re
import shutil
import tempfile
import time
from pathlib import Path
from unittest.mock import patch

from odoo.tests import tagged

from ..exceptions import LetterEngineError
from ..models import dunning_letter_printer as printer_module
from ..tools import letter_engine, letter_fonts
from ..tools.letter_engine import EngineFailure
from .letter_common import LetterCase


@tagged("post_install", "-at_install")
class TestLetterEngines(LetterCase):
    def _letters(self, count):
        return [self._letter(1 + n % 3, number=f"DL/{n:05d}") for n in range(count)]

    def _check_order(self, letters, pdfs):
        for letter, pdf in zip(letters, pdfs, strict=True):
            numbers = {
                n for text in self._texts(pdf) for n in re.findall(r"DL/\d+", text)
            }
            self.assertEqual(numbers, {letter["number"]})

    def _script(self, body):
        """Return an executable that stands in for wkhtmltopdf."""
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        path = Path(folder.name) / "wkhtmltopdf"
        path.write_text(f"#!/bin/sh\n{body}\n")
        path.chmod(0o755)
        return str(path)

    def _with_binary(self, body):
        self._use("wkhtmltopdf")
        binary = self._script(body)
        return patch.object(
            type(self.printer), "_find_wkhtmltopdf", lambda _self: binary
        )

    def test_thirty_letters_take_one_process_and_keep_their_order(self):
        letters = self._letters(30)
        for engine in self._engines():
            self._use(engine)
            with self.subTest(engine=engine):
                self.printer._render_pdf(letters[:1])  # the scale is measured once
                name = f"run_{engine}"
                run = getattr(letter_engine, name)
                with patch.object(letter_engine, name, side_effect=run) as spy:
                    pdfs = self.printer._render_pdf(letters)
                self.assertEqual(spy.call_count, 1)
                self._check_order(letters, pdfs)

    def test_chunks_are_bounded(self):
        letters = self._letters(5)
        with (
            patch.object(printer_module, "CHUNK_SIZE", 2),
            self._patch_run() as spy,
        ):
            pdfs = self.printer._render_pdf(letters)
        self.assertEqual(spy.call_count, 3)
        self._check_order(letters, pdfs)

    def _patch_run(self, change=lambda pdf, views: pdf):
        """Patch the first engine, whichever there is, to spoil what it returns."""
        engines = self.printer._get_engines()
        name = "wkhtmltopdf" if shutil.which("wkhtmltopdf") else "weasyprint"
        self._use(name)
        run = engines[name]
        return patch.object(
            type(self.printer),
            f"_run_{name}",
            side_effect=lambda views: change(run(views), views),
        )

    def test_unplanned_pages_never_reach_the_wrong_letter(self):
        letters = self._letters(4)

        def add_page(pdf, views):
            return self.printer._merge_pdf([pdf, pdf]) if len(views) > 1 else pdf

        with self._patch_run(add_page) as spy:
            pdfs = self.printer._render_pdf(letters)
        self.assertEqual(spy.call_count, 1 + len(letters))
        self._check_order(letters, pdfs)

    def test_letter_longer_than_planned_keeps_all_its_pages(self):
        letters = self._letters(3)
        with self._patch_run(lambda pdf, views: self.printer._merge_pdf([pdf, pdf])):
            pdfs = self.printer._render_pdf(letters)
        self.assertEqual([len(self._texts(pdf)) for pdf in pdfs], [2, 2, 2])
        self._check_order(letters, pdfs)

    def test_missing_pages_are_an_error(self):
        letters = [self._letter(40)]

        def cut(pdf, views):
            return letter_engine.split_pdf(pdf, [1, 2])[0]

        with self._patch_run(cut), self.assertRaises(LetterEngineError):
            self.printer._render_pdf(letters)

    def test_missing_engine_says_what_to_install(self):
        with (
            patch.object(printer_module, "find_in_path", side_effect=OSError),
            patch.object(letter_engine, "has_weasyprint", return_value=False),
            self.assertRaises(LetterEngineError) as caught,
        ):
            self.printer._render_pdf([self._letter()])
        message = str(caught.exception)
        for word in ("wkhtmltopdf", "weasyprint", "web page", "browser"):
            self.assertIn(word, message)
        self.assertIn("Second reminder", self.printer._render_html([self._letter()]))

    def test_crashing_engine_is_an_error(self):
        for body in ("kill -SEGV $$", "echo broken >&2; exit 3", "exit 0", "exit 127"):
            with (
                self.subTest(body=body),
                self._with_binary(body),
                self.assertRaises(LetterEngineError) as caught,
            ):
                self.printer._render_pdf([self._letter()])
            self.assertIn("wkhtmltopdf (", str(caught.exception))

    def test_hanging_engine_is_stopped_with_its_children(self):
        start = time.monotonic()
        mark = f"30{os.getpid()}"  # seconds that no other test on the machine waits
        with (
            self._with_binary(f"sleep {mark}1 & sleep {mark}2"),
            patch.object(printer_module, "TIMEOUT_BASE", 0.5),
            self.assertRaises(LetterEngineError),
        ):
            self.printer._render_pdf([self._letter()])
        self.assertLess(time.monotonic() - start, 10)
        # a killed process is there until the system has cleared it away
        while self._is_sleeping(mark) and time.monotonic() - start < 20:
            time.sleep(0.1)
        self.assertFalse(self._is_sleeping(mark))

    def _is_sleeping(self, mark):
        """Return whether a process waits that was started with a mark."""
        for path in Path("/proc").glob("[0-9]*/cmdline"):
            with contextlib.suppress(OSError):  # it has ended meanwhile
                if path.read_bytes().startswith(f"sleep\0{mark}".encode()):
                    return True
        return False

    def test_next_engine_helps_when_the_first_fails(self):
        if not letter_engine.has_weasyprint():
            self.skipTest("WeasyPrint is not installed")
        with self._with_binary("exit 1"):
            self._use("auto")
            (pdf,) = self.printer._render_pdf([self._letter()])
        self.assertIn("Second reminder", self._texts(pdf)[0])

    def test_broken_weasyprint_is_an_error(self):
        self._use("weasyprint")
        with (
            patch.object(letter_engine, "has_weasyprint", return_value=True),
            patch.dict("sys.modules", {"weasyprint": None}),
            self.assertRaisesRegex(LetterEngineError, "WeasyPrint: "),
        ):
            self.printer._render_pdf([self._letter()])

    def test_missing_fonts_still_make_a_letter(self):
        caches = (letter_fonts.get_metrics, letter_fonts.get_font_faces)
        for cache in caches:
            cache.cache_clear()
            self.addCleanup(cache.cache_clear)
        with patch.object(letter_fonts, "file_path", side_effect=FileNotFoundError):
            for engine in self._engines():
                self._use(engine)
                with self.subTest(engine=engine):
                    (pdf,) = self.printer._render_pdf([self._letter(3)])
                    self.assertIn("INV/2026/00003", self._texts(pdf)[0])

    def test_print_run_keeps_the_order(self):
        letters = self._letters(5)
        merged = self.printer._merge_pdf(self.printer._render_pdf(letters))
        numbers = [re.search(r"DL/\d+", text)[0] for text in self._texts(merged)]
        self.assertEqual(numbers, [letter["number"] for letter in letters])
        self.assertEqual(self.printer._merge_pdf([]), b"")

    def test_scale_of_an_unreadable_ruler_is_one(self):
        self.assertEqual(
            letter_engine.measure_scale(letter_engine.merge_pdf([self._blank()])), 1.0
        )

    def _blank(self):
        from reportlab.pdfgen.canvas import Canvas

        target = io.BytesIO()
        canvas = Canvas(target)
        canvas.showPage()
        canvas.save()
        return target.getvalue()

    def test_old_weasyprint_gets_a_function_that_refuses_urls(self):
        class Old:
            urls = object()

            @staticmethod
            def default_url_fetcher(url):
                return {"string": b"", "url": url}

        fetch = letter_engine._get_fetcher(Old)
        self.assertTrue(fetch("data:,x"))
        with self.assertRaises(ValueError):
            fetch("http://127.0.0.1/x")

    def test_failure_keeps_its_reason(self):
        self.assertEqual(EngineFailure("why").reason, "why")
