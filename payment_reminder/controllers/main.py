from odoo import http
from odoo.http import content_disposition, request


class PaymentReminderController(http.Controller):
    """Pages for the people in the office: preview of notices, the print run."""

    @http.route(
        "/payment_reminder/notice/<model('dunning.notice'):notice>/preview",
        type="http",
        auth="user",
        methods=["GET"],
        readonly=True,
    )
    def preview_notice(self, notice):
        """Show what the customer would read, or did read."""
        notice.check_access("read")
        if notice.pdf_attachment_id:
            return request.redirect(f"/web/content/{notice.pdf_attachment_id.id}")
        html = notice.channel_id._get_handler()._get_preview_html(notice)
        headers = [
            ("Content-Security-Policy", "script-src 'none'"),
            ("X-Content-Type-Options", "nosniff"),
        ]
        return request.make_response(html, headers=headers)

    @http.route(
        "/payment_reminder/run/<model('dunning.run'):run>/letters.pdf",
        type="http",
        auth="user",
        methods=["GET"],
        readonly=True,
    )
    def print_letters(self, run):
        """Return all stored letters of a run in one file, ready for the printer."""
        run.check_access("read")
        content = run._get_letters_pdf()
        if not content:
            raise request.not_found()
        filename = f"letters-{run.date}.pdf"
        headers = [
            ("Content-Type", "application/pdf"),
            ("Content-Length", len(content)),
            ("Content-Disposition", content_disposition(filename)),
        ]
        return request.make_response(content, headers=headers)
