import logging

from odoo.exceptions import UserError
from odoo.http import content_disposition, request

from ..exceptions import LetterEngineError
from .payment_link import LINK_HEADERS
from .payment_page import PaymentPage, page_route

_logger = logging.getLogger(__name__)


class PaymentPageDocuments(PaymentPage):
    """The documents of the customer's page: nobody else's, and nothing is kept."""

    @page_route("/invoice/<int:move_id>.pdf")
    def payment_page_invoice(self, move_id, token=None, case_id=None, **options):
        """Return an invoice as it was sent, or as it would be."""
        page = self._find_page(token, case_id, options)
        move = page._find_invoice(move_id)
        if not move:
            raise request.not_found()
        try:
            name, content = page._get_invoice_pdf(move)
        except UserError as error:
            _logger.warning("PDF of %s: %s", move.name, error)
            return self._answer_without_pdf(token, case_id, options)
        return self._answer_file(name, content)

    @page_route("/letter/<int:notice_id>.pdf")
    def payment_page_letter(self, notice_id, token=None, case_id=None, **options):
        """Return a reminder as it was sent."""
        page = self._find_page(token, case_id, options)
        attachment = page._find_letter(notice_id).pdf_attachment_id
        if not attachment.raw:
            raise request.not_found()
        return self._answer_file(attachment.name, attachment.raw)

    @page_route("/statement.pdf")
    def payment_page_statement(self, token=None, case_id=None, **options):
        """Return the statement of account of today, as a page without a PDF engine."""
        page = self._find_page(token, case_id, options)
        statements = page._make_statements()
        try:
            content = statements[0]._render_pdf(statements)
        except LetterEngineError as error:
            _logger.info("Statement of %s as a page: %s", page.partner_id.id, error)
            html = statements[0]._render_html(statements)
            return request.make_response(html, headers=self._get_html_headers())
        name = page.env._("Statement of account %(date)s", date=page.date)
        return self._answer_file(f"{name}.pdf", content)

    # === HELPERS === #

    def _answer_file(self, name, content):
        headers = [
            *LINK_HEADERS,
            ("Content-Type", "application/pdf"),
            ("Content-Length", len(content)),
            ("Content-Disposition", content_disposition(name, "inline")),
            ("X-Content-Type-Options", "nosniff"),
        ]
        return request.make_response(content, headers=headers)

    def _get_html_headers(self):
        policy = "default-src 'none'; style-src 'unsafe-inline'; img-src data:"
        return [
            *LINK_HEADERS,
            ("Content-Type", "text/html; charset=utf-8"),
            ("Content-Security-Policy", policy),
            ("X-Content-Type-Options", "nosniff"),
        ]

    def _answer_without_pdf(self, token, case_id, options):
        """Return the page with why there is no PDF; making it has forgotten ours."""
        page = self._find_page(token, case_id, options)
        problem = page.env._(
            "The PDF cannot be made at this moment. Please print this page from your "
            "browser, or ask us for the document."
        )
        return self._render_payment_page(page, options, problem, status=503)
