import io
import shutil
from datetime import date, timedelta
from decimal import Decimal

from markupsafe import Markup

from odoo.tests import TransactionCase
from odoo.tools.pdf import PdfReader

from ..tools import letter_engine
from ..tools.amount_in_words import amount_in_words

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
