import io
import os
import re
import shutil
import subprocess
import tempfile
import threading
import time
from collections import Counter
from datetime import date, timedelta
from decimal import Decimal
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from unittest.mock import patch

from lxml import etree
from markupsafe import Markup

from odoo.tests import TransactionCase, tagged
from odoo.tools.pdf import PdfReader

from ..exceptions import LetterEngineError
from ..models import dunning_letter_printer as printer_module
from ..tools import letter_engine, letter_fonts
from ..tools.amount_in_words import amount_in_words
from ..tools.letter_engine import EngineFailure

LANGS = ("en_US", "ru_RU", "de_DE")
PIXEL = (
    "data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk"
    "YPhfDwAChwGA60e6kgAAAABJRU5ErkJggg=="
)
INTRO = {
    "en_US": "According to our records the invoices listed below have passed their due"
    " date and we have not yet received payment. This is easily overlooked; we"
    " kindly ask you to settle the open amount by the date named below.",
    "de_DE": "nach unseren Unterlagen sind die nachstehenden Rechnungen fällig und noch"
    " nicht beglichen. Sicher ist das nur Ihrer Aufmerksamkeit entgangen. Wir bitten"
    " Sie, den offenen Betrag bis zu dem unten genannten Tag zu überweisen.",
    "ru_RU": "По состоянию на дату настоящего письма за вашей организацией числится"
    " задолженность за услуги по перечисленным ниже счетам. Просим погасить"
    " задолженность в указанный ниже срок.",
}
CLOSING = Markup(
    "<p>If your payment has crossed with this letter, please disregard it. If you would"
    " like to pay in instalments, please call us.</p><p>Yours sincerely</p>"
)


class LetterCase(TransactionCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        for lang in LANGS:
            cls.env["res.lang"]._activate_lang(lang)
        cls.printer = cls.env["dunning.letter.printer"]
        cls.parameters = cls.env["ir.config_parameter"]

    def _claims(self, count):
        """Return claims whose numbers and amounts are recognised in a page's text."""
        due = date(2026, 9, 1)
        return [
            {
                "number": f"INV/2026/{n:05d}",
                "date": due + timedelta(n - 30),
                "date_due": due + timedelta(n),
                "days_late": 83 - n,
                "description": "Technical translation of a maintenance manual",
                "amount": Decimal(1000 + n) + Decimal("0.25"),
            }
            for n in range(1, count + 1)
        ]

    def _letter(self, count=2, lang="en_US", number="DL/2026/00001", **values):
        claims = self._claims(count)
        total = sum((claim["amount"] for claim in claims), Decimal(0))
        return {
            "lang": lang,
            "number": number,
            "date": date(2026, 11, 23),
            "subject": f"Second reminder {number}",
            "sender": {
                "name": "Lindqvist GmbH",
                "lines": ["Speicherstraße 12", "20457 Hamburg"],
                "phone": "+49 40 5550 143",
                "email": "accounts@lindqvist.example",
                "website": "www.lindqvist.example",
                "vat_label": "VAT",
                "vat": "DE123456788",
                "registry": "HRB 104882",
                "logo": PIXEL,
                "color": "#1f5c7a",
            },
            "recipient_lines": ["Sommerfeld mbH", "Königsallee 104 a", "Düsseldorf"],
            "salutation": "Dear Ms Sommerfeld,",
            "intro": Markup("<p>%s</p>") % INTRO[lang],
            "claims": claims,
            "currency": {"code": "EUR", "symbol": "€", "decimals": 2},
            "total": total,
            "amount_in_words": amount_in_words(total, "EUR", lang),
            "pay_by": date(2026, 12, 7),
            "bank": [
                ("Account holder", "Lindqvist GmbH"),
                ("Bank", "Hamburger Sparkasse"),
                ("IBAN", "DE89 3704 0044 0532 0130 00"),
                ("BIC", "HASPDEHHXXX"),
            ],
            "reference": f"{number} C-10482",
            "closing": CLOSING,
            "signatory": {"name": "Merle Lindqvist", "function": "Head of Accounts"},
            "info": [("Customer no.", "C-10482")],
            **values,
        }

    def _use(self, engine):
        self.parameters.set_param("payment_reminder.pdf_engine", engine)

    def _engines(self):
        """Return the names of the engines that this machine has."""
        available = {
            "wkhtmltopdf": shutil.which("wkhtmltopdf"),
            "weasyprint": letter_engine.has_weasyprint(),
        }
        return [engine for engine, is_there in available.items() if is_there]

    def _texts(self, pdf):
        """Return the text of each page, all white space as single blanks."""
        reader = PdfReader(io.BytesIO(pdf), strict=False)
        return [" ".join(page.extract_text().split()) for page in reader.pages]


@tagged("post_install", "-at_install")
class TestLetterPages(LetterCase):
    def test_claims_stand_once_and_carried_sums_add_up(self):
        cases = [(lang, count) for lang in LANGS for count in (1, 2, 8, 40)]
        letters = [self._letter(count, lang) for lang, count in cases]
        for engine in self._engines():
            self._use(engine)
            with self.subTest(engine=engine):
                pdfs = self.printer._render_pdf(letters)
                self.assertEqual(len(pdfs), len(letters))
                for (lang, count), letter, pdf in zip(
                    cases, letters, pdfs, strict=True
                ):
                    with self.subTest(lang=lang, count=count):
                        texts = self._texts(pdf)
                        self.assertEqual(len(texts), 3 if count == 40 else 1)
                        self._check_claims(texts, letter)
                        self._check_carried(texts, letter)

    def _check_claims(self, texts, letter):
        found = Counter(re.findall(r"INV/2026/\d{5}", " ".join(texts)))
        expected = Counter(claim["number"] for claim in letter["claims"])
        self.assertEqual(found, expected)

    def _check_carried(self, texts, letter):
        """Sum up each page's claims: foot of the page, head of the next, and total."""
        amounts = {claim["number"]: claim["amount"] for claim in letter["claims"]}
        printer = self.printer.with_context(lang=letter["lang"])
        total = Decimal(0)
        for text, after in zip(texts, [*texts[1:], None], strict=True):
            numbers = re.findall(r"INV/2026/\d{5}", text)
            total += sum(amounts[number] for number in numbers)
            carried = " ".join(
                printer._format_amount(total, letter["currency"]).split()
            )
            self.assertIn(carried, text)
            if after:
                self.assertIn(carried, after)
        self.assertEqual(total, letter["total"])

    def test_page_numbers_and_continuation_heads(self):
        (pdf,) = self.printer._render_pdf([self._letter(40)])
        texts = self._texts(pdf)
        for number, text in enumerate(texts, 1):
            self.assertIn(f"Page {number} of {len(texts)}", text)
            self.assertIn("DL/2026/00001", text)
        self.assertIn("Carried forward", texts[0])
        self.assertIn("Brought forward", texts[1])
        self.assertNotIn("Carried forward", texts[-1])
        self.assertIn("Merle Lindqvist", texts[-1])

    def test_long_level_text_flows_over_pages(self):
        intro = Markup("<p>%s</p>") * 12 % ((INTRO["en_US"] * 2,) * 12)
        letter = self._letter(2, intro=intro + Markup("<p>%s</p>") % ("word " * 2500))
        for engine in self._engines():
            self._use(engine)
            with self.subTest(engine=engine):
                (pdf,) = self.printer._render_pdf([letter])
                text = " ".join(self._texts(pdf))
                self.assertEqual(text.count("easily overlooked"), 24)
                self.assertEqual(text.count("word"), 2500 + 1)  # 'In words'

    def test_geometry_is_true_in_millimetres(self):
        if not shutil.which("pdftotext"):
            self.skipTest("pdftotext (poppler-utils) measures the words")
        letter = self._letter(2)
        for engine in self._engines():
            self._use(engine)
            with self.subTest(engine=engine):
                (pdf,) = self.printer._render_pdf([letter])
                words = self._measure_words(pdf)
                # word: its left edge and the middle of its line; DIN 5008 form B
                for word, left, middle in (
                    ("Sommerfeld", 25, 62.7 + 2.3),
                    ("Letter", 125, 50 + 2.2),
                    ("Second", 25, 98.46 + 2.8),
                ):
                    x, y = words[word]
                    self.assertAlmostEqual(x, left, delta=0.5, msg=word)
                    self.assertAlmostEqual(y, middle, delta=0.6, msg=word)
                self.assertAlmostEqual(words["width"], 210, delta=0.2)
                self.assertAlmostEqual(words["height"], 297, delta=0.2)

    def _measure_words(self, pdf):
        """Return the place in millimetres of each word's first occurrence."""
        command = ["pdftotext", "-bbox", "-", "-"]
        output = subprocess.run(command, input=pdf, capture_output=True, check=True)
        page = etree.fromstring(output.stdout).find(".//{*}page")
        places = {side: float(page.get(side)) / 72 * 25.4 for side in page.keys()}
        for word in page.iter("{*}word"):
            left, top, bottom = (float(word.get(k)) for k in ("xMin", "yMin", "yMax"))
            place = (left / 72 * 25.4, (top + bottom) / 2 / 72 * 25.4)
            places.setdefault(word.text, place)
        return places


@tagged("post_install", "-at_install")
class TestLetterContent(LetterCase):
    def test_names_and_texts_are_escaped_and_never_evaluated(self):
        nasty = "{{191*7}} <script>x()</script> %(x)s <t t-out='191*7'/> 😀" + "é" * 300
        letter = self._letter(
            subject=nasty,
            recipient_lines=[nasty, "City"],
            salutation=nasty,
            intro=Markup("<p>{{191*7}} <script>x()</script>${191*7}</p>"),
            signatory={"name": nasty, "function": nasty},
            bank=[(nasty, nasty)],
            reference=nasty,
            info=[(nasty, nasty)],
            amount_in_words=nasty,
        )
        letter["sender"].update(name=nasty, lines=[nasty], vat=nasty, color="red;}</s")
        letter["claims"][0].update(number=nasty, description=nasty)
        html = self.printer._render_html([letter])
        self.assertNotIn("<script", html)
        self.assertNotIn("1337", html)
        self.assertIn("{{191*7}}", html)
        self.assertIn("%(x)s", html)
        self.assertNotIn("red;}", html)
        for engine in self._engines():
            self._use(engine)
            with self.subTest(engine=engine):
                self.printer._render_pdf([letter])

    def test_nothing_remote_is_requested(self):
        hits = []

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self):
                hits.append(self.path)
                self.send_response(404)
                self.end_headers()

            def log_message(self, *args):
                """Keep the test's log quiet."""

        server = HTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        self.addCleanup(server.server_close)
        self.addCleanup(server.shutdown)
        url = f"http://127.0.0.1:{server.server_port}/x"
        text = Markup(
            "<p>text<img src='{0}'/><iframe src='{0}'></iframe><a href='{0}'>link</a>"
            "<span style='background: url({0})'>s</span><link href='{0}'"
            " rel='stylesheet'/><style>@import '{0}';</style></p>"
        ).format(url)
        letter = self._letter(intro=text, closing=text, qr=url)
        letter["sender"]["logo"] = url
        self.assertNotIn(url, self.printer._render_html([letter]))
        for engine in self._engines():
            self._use(engine)
            with self.subTest(engine=engine):
                (pdf,) = self.printer._render_pdf([letter])
                self.assertIn("textlinks", self._texts(pdf)[0])
        self.assertFalse(hits)

    def test_each_letter_is_in_its_language(self):
        html = self.printer._render_html([self._letter(lang=lang) for lang in LANGS])
        html = re.sub(r"\s", " ", html)
        for text in ("December 7, 2026", "7. Dezember 2026", "7 декабря 2026 г."):
            self.assertIn(text, html)
        for amount in ("1,001.25 €", "1.001,25 €", "1 001,25 €"):
            self.assertIn(amount, html)
        self.assertEqual(html.count("<!DOCTYPE html>"), 1)
        for marker in ("http://", "https://", "<link", "/web/"):
            self.assertNotIn(marker, html)

    def test_unknown_language_and_sparse_letter_are_printed(self):
        sparse = {
            "lang": "xx_XX",
            "number": "1",
            "date": date(2026, 1, 1),
            "subject": "s",
            "sender": {"name": "n"},
            "recipient_lines": ["r"],
            "claims": [],
            "currency": self.env.ref("base.EUR"),
            "total": Decimal(0),
        }
        (pdf,) = self.printer._render_pdf([sparse])
        self.assertEqual(len(self._texts(pdf)), 1)
        self.assertEqual(self.printer._render_pdf([]), [])

    def test_amounts_are_exact(self):
        format_amount = self.printer.with_context(lang="de_DE")._format_amount
        kwd = {"code": "KWD", "decimals": 3}
        for amount, currency, text in (
            (
                "1000000000000000.10",
                self.env.ref("base.EUR"),
                "1.000.000.000.000.000,10_€",
            ),
            ("-0.5", {"code": "EUR", "symbol": "€", "position": "before"}, "−€_0,50"),
            ("12.345", kwd, "12,345_KWD"),
            ("5000", {"code": "JPY", "decimals": 0}, "5.000_JPY"),
        ):
            expected = text.replace("_", "\N{NO-BREAK SPACE}")
            self.assertEqual(format_amount(Decimal(amount), currency), expected)

    def test_settlement_shows_code_and_reference(self):
        html = self.printer._render_html([self._letter(qr=PIXEL, qr_caption="Scan")])
        self.assertIn(PIXEL, html)
        self.assertIn("Scan", html)
        self.assertIn("DL/2026/00001 C-10482", html)

    def test_claim_without_dates_uses_the_width_of_the_table(self):
        fee = {"number": "Reminder costs", "amount": Decimal("5.00")}
        html = self.printer._render_html([self._letter(claims=[fee])])
        self.assertRegex(html, r'colspan="4"[^>]*>Reminder costs')


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
        commands = [path.read_bytes() for path in Path("/proc").glob("[0-9]*/cmdline")]
        self.assertFalse(
            [c for c in commands if c.startswith(f"sleep\0{mark}".encode())]
        )

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
