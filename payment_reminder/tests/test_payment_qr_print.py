import io
import shutil
from decimal import Decimal
from importlib.util import find_spec
from unittest import skipUnless
from unittest.mock import patch

from markupsafe import Markup
from pypdf import PdfReader

from odoo.tests import tagged

from ..tools import letter_engine
from .qr_reader import needs_zbar, read_qr
from .test_payment_qr import PaymentQrCommon

URL = "https://our.example/r/Kx7Qm2"
needs_pdfium = skipUnless(find_spec("pypdfium2"), "pypdfium2 draws the pages")


def read_pages(pdf):
    """Return what the QR codes of each page hold, as printed with 300 dots per inch."""
    import pypdfium2  # a tool of developers

    document = pypdfium2.PdfDocument(pdf)
    return [
        set(read_qr(page.render(scale=300 / 72).to_pil().convert("L")))
        for page in document
    ]


def find_text(pdf, text):
    """Return where a text stands on the first page: bottom and top, in points."""
    import pypdfium2

    page = pypdfium2.PdfDocument(pdf)[0].get_textpage()
    start, count = page.search(text).get_next()
    boxes = [page.get_charbox(index) for index in range(start, start + count)]
    return min(box[1] for box in boxes), max(box[3] for box in boxes)


@tagged("post_install", "-at_install")
class TestPaymentQrLetter(PaymentQrCommon):
    """The codes on demand letters and statements."""

    def _notice(self, *amounts, currency=None, **values):
        for amount in amounts or (100.25,):
            self._overdue(5, amount, currency_id=(currency or self.eur).id, **values)
        return self._plan().notice_ids.filtered("line_ids")

    def _print(self, letter):
        """Return ``(engine, PDF)`` of each engine that this machine has."""
        available = {
            "wkhtmltopdf": shutil.which("wkhtmltopdf"),
            "weasyprint": letter_engine.has_weasyprint(),
        }
        parameters = self.env["ir.config_parameter"]
        for engine in filter(available.get, available):
            parameters.set_param("payment_reminder.pdf_engine", engine)
            (pdf,) = self.env["dunning.letter.printer"]._render_pdf([letter])
            yield engine, pdf

    def _with_page(self, url=URL):
        notices = self.env.registry["dunning.notice"]
        return patch.object(notices, "_get_page_url", lambda _self: url)

    # === CONTENT === #

    def test_letter_asks_for_exactly_its_total(self):
        notice = self._notice(100.25, 49.75)
        letter = notice._prepare_letter_values()
        code = notice._prepare_payment_qr(letter["total"])
        lines = self._lines(code)
        self.assertEqual(lines[7], "EUR150.00")
        self.assertEqual(lines[10], letter["reference"])
        self.assertEqual(letter["qr"], code["image"])
        self.assertEqual(letter["qr_caption"], "Scan with your banking app")
        self.assertIn("/pay/", letter["page_qr_caption"])
        self.assertFalse(notice._get_payment_qr_problem(letter["total"]))

    def test_part_of_the_total_can_be_asked_for(self):
        code = self._notice()._prepare_payment_qr(Decimal("12.30"))
        self.assertEqual(self._lines(code)[7], "EUR12.30")

    def test_letter_without_a_code_is_printed_and_says_why(self):
        self.account.acc_number = "BE00 0000 0000 1616"
        notice = self._notice()
        letter = notice._prepare_letter_values()
        self.assertFalse(letter["qr"])
        problem = notice._get_payment_qr_problem(letter["total"])
        self.assertIn("IBAN", problem)
        for _engine, pdf in self._print(letter):
            self.assertTrue(pdf.startswith(b"%PDF"))

    def test_letter_in_roubles_names_the_correspondent_account(self):
        notice = self._notice(1000.5, currency=self.rub)
        letter = notice._prepare_letter_values()
        self.assertIn(("Correspondent account", "30101810200000000111"), letter["bank"])
        code = notice._prepare_payment_qr(letter["total"])
        self.assertIn(b"|Sum=100050", code["payload"])

    def test_page_of_the_customer_has_a_code_with_its_address(self):
        notice = self._notice()
        with self._with_page():
            letter = notice._prepare_letter_values()
        self.assertEqual(
            letter["page_qr_caption"],
            "Pay online, or write to us: our.example/r/Kx7Qm2",
        )
        html = self.env["dunning.letter.printer"]._render_html([letter])
        self.assertIn(letter["page_qr"], html)
        with self._with_page("https://our.example/" + "x" * 1000):
            self.assertFalse(notice._prepare_letter_values()["page_qr"])

    def test_statement_has_the_code_for_what_is_open(self):
        self._overdue(5, 100.0, currency_id=self.eur.id)
        self._overdue(-5, 50.0, currency_id=self.eur.id)
        make = self.env["dunning.statement"]._make
        [statement] = make(self.company, self.customer, self.eur, self.today)
        letter = statement._prepare_letter_values()
        lines = self._lines(statement._prepare_payment_qr(letter["total"]))
        self.assertEqual((lines[7], lines[10]), ("EUR150.00", letter["reference"]))
        self.assertTrue(letter["qr"])

    def test_statement_without_debt_has_no_code(self):
        make = self.env["dunning.statement"]._make
        [nothing] = make(self.company, self.customer, self.eur, self.today)
        self.assertFalse(nothing._prepare_letter_values().get("qr"))
        self._credit_note(amount=30.0, currency_id=self.eur.id)
        [credit] = make(self.company, self.customer, self.eur, self.today)
        self.assertFalse(credit._prepare_letter_values().get("qr"))

    # === PAPER === #

    @needs_zbar
    @needs_pdfium
    def test_codes_are_read_from_the_printed_letter(self):
        self.russian_bank.name = "Ж" * 45
        for currency, amounts, pages in (
            (self.eur, [100.25], 1),
            (self.eur, [100.25] * 14, 2),
            (self.rub, [1000.5], 1),
        ):
            customer = self._create_customer(f"Customer {len(amounts)}")
            notice = self._notice(*amounts, currency=currency, partner=customer)
            with self._with_page():
                letter = notice._prepare_letter_values()
            expected = notice._prepare_payment_qr(letter["total"])["payload"]
            for engine, pdf in self._print(letter):
                with self.subTest(engine=engine, currency=currency.name):
                    found = read_pages(pdf)
                    self.assertEqual(len(found), pages)
                    self.assertEqual(found[-1], {expected, URL.encode()})

    @needs_pdfium
    def test_captions_end_above_the_next_paragraph(self):
        notice = self._notice()
        for url in (URL, "https://pay-online.nordlicht-studio.example/r/Kx7Qm2"):
            with self._with_page(url):
                letter = notice._prepare_letter_values()
            letter["closing"] = Markup("<p>Directly below.</p>")
            for engine, pdf in self._print(letter):
                with self.subTest(engine=engine, url=url):
                    below, _top = find_text(pdf, "Kx7Qm2")
                    _bottom, above = find_text(pdf, "Directly")
                    self.assertGreater(below, above)

    def test_six_claims_stay_on_one_page(self):
        letter = self._notice(*[100.25] * 6)._prepare_letter_values()
        self.assertTrue(letter["qr"])
        for engine, pdf in self._print(letter):
            with self.subTest(engine=engine):
                self.assertEqual(len(PdfReader(io.BytesIO(pdf)).pages), 1)


@tagged("post_install", "-at_install")
class TestPaymentQrInvoice(PaymentQrCommon):
    """The code on Odoo's invoice: only where wanted, for what is open."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company.dunning_invoice_qr = True
        cls.invoice = cls._overdue(
            5, currency_id=cls.eur.id, partner_bank_id=cls.account.id
        )

    def _render(self, engine="_render_qweb_html"):
        report = self.env["ir.actions.report"].with_context(force_report_rendering=True)
        render = getattr(report, engine)
        return render("account.account_invoices", self.invoice.ids)[0]

    def test_invoice_shows_the_code_for_the_rest(self):
        self._pay(self.invoice, 40)
        code = self.invoice._prepare_dunning_invoice_qr()
        self.assertEqual(self._lines(code)[7], "EUR60.00")
        html = self._render().decode()
        self.assertIn(code["image"], html)
        self.assertIn("Scan with your banking app", html)

    def test_company_decides(self):
        self.company.dunning_invoice_qr = False
        self.assertFalse(self.invoice._prepare_dunning_invoice_qr())
        self.assertNotIn(b'id="dunning_qr"', self._render())

    def test_default_is_off(self):
        company = self.env["res.company"].create({"name": "New"})
        self.assertFalse(company.dunning_invoice_qr)

    def test_nothing_to_pay_needs_no_code(self):
        self._pay(self.invoice)
        self.assertFalse(self.invoice._prepare_dunning_invoice_qr())
        draft = self._invoice(post=False, currency_id=self.eur.id)
        self.assertFalse(draft._prepare_dunning_invoice_qr())
        self.assertFalse(self._credit_note()._prepare_dunning_invoice_qr())

    def test_code_of_odoo_is_not_printed_as_well(self):
        self.company.qr_code = True
        html = self._render()
        self.assertIn(b'id="dunning_qr"', html)
        self.assertNotIn(b'id="qrcode"', html)

    def test_code_of_odoo_stays_where_there_is_none(self):
        self.company.qr_code = True
        self.company.dunning_invoice_qr = False
        self.assertIn(b'id="qrcode"', self._render())

    @needs_zbar
    @needs_pdfium
    def test_code_is_read_from_the_printed_invoice(self):
        if not shutil.which("wkhtmltopdf"):
            self.skipTest("Odoo prints invoices with wkhtmltopdf only")
        payload = self.invoice._prepare_dunning_invoice_qr()["payload"]
        found = read_pages(self._render("_render_qweb_pdf"))
        self.assertIn(payload, set.union(*found))
