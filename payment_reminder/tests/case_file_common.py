import hashlib
import io
from datetime import datetime

from odoo.tools.pdf import PdfFileReader, PdfFileWriter

from .common import DunningCommon

NASTY = (
    "{{7*7}} <script>alert(1)</script> & \u202eabc \u05d0\u05d1 \U0001f600 " + "x" * 260
)


class CaseFileCommon(DunningCommon):
    """A customer with an open invoice who was reminded of it."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.invoice = cls._overdue(20, payment_reference="RF-20")
        cls.lines = cls._receivables(cls.invoice)
        cls.env["dunning.planner"]._open_cases(cls.company)
        cls.case = cls._case()
        cls.files = cls.env["dunning.case.file"]

    # === MAKING === #

    def _make(self, lines=None, case=None, **options):
        """Return the file of the case as bytes."""
        return self.files._make_pdf(
            case or self.case,
            self.lines if lines is None else lines,
            self.today,
            **options,
        )

    def _parts(self, lines=None, case=None, **context):
        """Return the parts of the file by title."""
        files = self.files.with_context(**context)
        file = files._open(case or self.case, self.today)
        lines = file._find_lines(file.case_id, self.lines if lines is None else lines)
        return dict(file._get_parts(file.case_id, lines, self.today))

    def _read(self, pdf):
        """Return the text of each page."""
        reader = PdfFileReader(io.BytesIO(pdf), strict=False)
        return [" ".join(page.extract_text().split()) for page in reader.pages]

    def _flatten(self, content):
        """Return all words of sheets, in one text."""
        if isinstance(content, dict):
            return " ".join(
                self._flatten(value)
                for key, value in content.items()
                if key not in ("sender", "lang", "date")
            )
        if isinstance(content, (list, tuple)):
            return " ".join(map(self._flatten, content))
        return content if isinstance(content, str) else ""

    # === WORLD === #

    @classmethod
    def _remind(cls, channel=None, on=None, content=b"", **values):
        """Return a notice that was sent, as its channel leaves it behind.

        :param bytes content: the stored letter
        """
        run = cls._plan(on)
        notice = run.notice_ids.filtered(lambda one: one.case_id == cls.case)[:1]
        values = {"email_to": "ann@example.com", **values}
        if channel:
            values |= {"channel_id": channel.id, "channel": channel.code}
        if content:
            values["pdf_attachment_id"] = cls._attach(content).id
            values.setdefault("pdf_checksum", hashlib.sha256(content).hexdigest())
        notice.sudo().write(values)
        cls._send(run)
        cls.env.flush_all()
        return notice.sudo()

    @classmethod
    def _attach(cls, content, name="letter.pdf", record=None, **values):
        return cls.env["ir.attachment"].create(
            {
                "name": name,
                "raw": content,
                "res_model": record and record._name,
                "res_id": record and record.id,
                **values,
            }
        )

    @classmethod
    def _post(cls, record, body, message_type="comment", note=False, **values):
        """Return a message in the history of a record, as it is stored."""
        subtype = "mail.mt_note" if note else "mail.mt_comment"
        return cls.env["mail.message"].create(
            {
                "model": record._name,
                "res_id": record.id,
                "body": body,
                "message_type": message_type,
                "subtype_id": cls.env.ref(subtype).id,
                "date": datetime(2025, 6, 1, 10),
                **values,
            }
        )


def make_pdf(pages=1, width=595, height=842, password=None, rotate=0):
    """Return a document of blank pages."""
    writer = PdfFileWriter()
    for _number in range(pages):
        page = writer.addBlankPage(width, height)
        if rotate:
            page.rotate(rotate)
    if password:
        writer.encrypt(password)
    target = io.BytesIO()
    writer.write(target)
    return target.getvalue()


def read_bookmarks(pdf):
    """Return the titles of the outline, those below in lists, and their pages."""
    reader = PdfFileReader(io.BytesIO(pdf), strict=False)
    kids = reader.trailer["/Root"]["/Pages"]["/Kids"]
    numbers = {kid.idnum: number for number, kid in enumerate(kids, start=1)}

    def walk(items):
        return [
            walk(item)
            if isinstance(item, list)
            else (item.title, numbers[dict.__getitem__(item, "/Page").idnum])
            for item in items
        ]

    return walk(reader.outline)
