import re
import shutil
import subprocess
import threading
from collections import Counter
from datetime import date
from decimal import Decimal
from http.server import BaseHTTPRequestHandler, HTTPServer

from lxml import etree
from markupsafe import Markup

from odoo.tests import tagged

from .letter_common import INTRO, LANGS, PIXEL, LetterCase


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
