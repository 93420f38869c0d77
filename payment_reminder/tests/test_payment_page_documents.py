import base64

from odoo.tests import tagged

from ..exceptions import LetterEngineError
from .test_payment_page_content import PaymentPageHttp

PDF = b"%PDF-1.4 stored"


@tagged("post_install", "-at_install")
class TestPaymentPageDocuments(PaymentPageHttp):
    """Documents of the customer, and of nobody else."""

    def _store_pdf(self, move):
        attachment = self.env["ir.attachment"].create(
            {
                "name": "INV.pdf",
                "datas": base64.b64encode(PDF),
                "res_model": "account.move",
                "res_id": move.id,
                "res_field": "invoice_pdf_report_file",
                "mimetype": "application/pdf",
            }
        )
        move.invalidate_recordset()
        return attachment

    def _letter(self, case=None, state="sent"):
        case = case or self.case
        run = self._plan()
        notice = run.notice_ids.filtered(lambda notice: notice.case_id == case)[:1]
        attachment = self.env["ir.attachment"].create(
            {"name": "letter.pdf", "datas": base64.b64encode(PDF)}
        )
        notice.sudo().write({"pdf_attachment_id": attachment.id})
        if state == "sent":
            self._send(run)
        return notice

    def test_stored_invoice_is_the_one_that_was_sent(self):
        self._store_pdf(self.invoice)
        response = self._open(f"/invoice/{self.invoice.id}.pdf")
        self.assertEqual(response.content, PDF)
        self.assertEqual(response.headers["Content-Type"], "application/pdf")
        self.assertIn("no-store", response.headers["Cache-Control"])

    def test_invoice_without_a_stored_pdf_is_rendered_and_not_kept(self):
        before = self.env["ir.attachment"].search_count([])
        response = self._open(f"/invoice/{self.invoice.id}.pdf")
        self.assertIn(response.status_code, (200, 503))
        self.assertEqual(self.env["ir.attachment"].search_count([]), before)

    def test_missing_engine_is_said_on_the_page(self):
        page = type(self.env["dunning.payment.page"])

        def fail(self, move):
            raise LetterEngineError("no engine")

        self.patch(page, "_get_invoice_pdf", fail)
        response = self._open(f"/invoice/{self.invoice.id}.pdf")
        self.assertEqual(response.status_code, 503)
        self.assertIn("cannot be made at this moment", response.text)
        self.assertIn(self.invoice.name, response.text)

    def test_documents_of_others_are_missing(self):
        other = self._overdue(10, partner=self._create_customer("Bob"))
        draft = self._invoice(post=False)
        entry = self._unmatched_payment().move_id
        data = self.setup_other_company()
        foreign = self._overdue(10, company=data["company"])
        self._store_pdf(other)
        for move in (other, draft, entry, foreign):
            response = self._open(f"/invoice/{move.id}.pdf")
            self.assertEqual(response.status_code, 404)
        for key in (0, 999999999, 99999999999999):
            self.assertEqual(self._open(f"/invoice/{key}.pdf").status_code, 404)

    def test_letters_are_as_they_were_sent(self):
        notice = self._letter()
        response = self._open(f"/letter/{notice.id}.pdf")
        self.assertEqual(response.content, PDF)
        self.assertIn(f"/letter/{notice.id}.pdf", self._open().text)

    def test_letters_that_were_not_sent_or_are_of_others_are_missing(self):
        proposed = self._letter(state="proposed")
        self.assertEqual(self._open(f"/letter/{proposed.id}.pdf").status_code, 404)
        other = self._create_customer("Bob")
        self._overdue(10, partner=other)
        self.env["dunning.planner"]._open_cases(self.company)
        notice = self._letter(self._case(other))
        self.assertTrue(notice)
        self.assertEqual(self._open(f"/letter/{notice.id}.pdf").status_code, 404)

    def test_statement_speaks_the_language_of_the_page(self):
        response = self._open("/statement.pdf")
        self.assertEqual(response.status_code, 200)
        if "html" in response.headers["Content-Type"]:
            self.assertIn("Statement of account", response.text)
        statements = self._page()._make_statements()
        self.assertFalse(statements[0].user_id.share)

    def test_statement_is_a_page_without_an_engine(self):
        def fail(self, statements):
            raise LetterEngineError("no engine")

        self.patch(type(self.env["dunning.statement"]), "_render_pdf", fail)
        response = self._open("/statement.pdf")
        self.assertEqual(response.status_code, 200)
        self.assertIn("text/html", response.headers["Content-Type"])
        self.assertIn(self.invoice.name, response.text)
