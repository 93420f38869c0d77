from datetime import UTC, datetime

from odoo import http
from odoo.exceptions import AccessError, UserError
from odoo.http import content_disposition, request

from ..exceptions import LetterEngineError
from ..tools.delivery import DeliveryError

#: Nothing is fetched from elsewhere: looking at a notice tells nobody about it.
CONTENT_POLICY = (
    "default-src 'none'; script-src 'none'; object-src 'none';"
    " style-src 'unsafe-inline'; img-src 'self' data: {base_url};"
    " frame-src 'self'; frame-ancestors 'self'"
)
SECURITY_HEADERS = [
    ("X-Content-Type-Options", "nosniff"),
    ("Referrer-Policy", "same-origin"),
    ("Cache-Control", "no-store"),
]


class PaymentReminderController(http.Controller):
    """Pages for the people in the office: preview of notices, the print run.

    They are asked for by GET and change nothing (design: invariant 9). What is not
    there and what the user may not see are answered alike.
    """

    @http.route(
        "/payment_reminder/notice/<int:notice_id>/preview",
        type="http",
        auth="user",
        methods=["GET"],
        readonly=True,
    )
    def preview_notice(self, notice_id, **_options):
        """Show what the customer would read, or did read.

        The options only tell the browser's cache one version from another.
        """
        notice = self._find("dunning.notice", notice_id)
        if notice.pdf_attachment_id:
            return self._make_pdf_response(
                notice.pdf_attachment_id.raw, notice.pdf_attachment_id.name
            )
        try:
            return self._preview(notice)
        except (DeliveryError, UserError) as error:
            message = request.env._("This notice cannot be shown: %s", error)
            return self._make_message_response(notice, message)

    @http.route(
        "/payment_reminder/run/<int:run_id>/letters.pdf",
        type="http",
        auth="user",
        methods=["GET"],
        readonly=True,
    )
    def print_letters(self, run_id, printed=""):
        """Return stored letters of a run in one file, ready for the printer.

        :param str printed: moment, in seconds, at which those that are wanted were
            printed first; all of the run without it
        """
        run = self._find("dunning.run", run_id)
        content = run._get_letters_pdf(self._read_moment(printed))
        if not content:
            message = request.env._(
                "There are no letters yet. They are made when the run is sent."
            )
            return self._make_message_response(run, message, status=404)
        return self._make_pdf_response(content, f"letters-{run.date}.pdf")

    @http.route(
        "/payment_reminder/letters.pdf",
        type="http",
        auth="user",
        methods=["GET"],
        readonly=True,
    )
    def print_chosen_letters(self, ids=""):
        """Return stored letters in one file.

        :param str ids: of notices, with commas
        """
        wanted = self._split_ids(ids)
        try:
            letters = request.env["dunning.notice"].search([("id", "in", wanted)])
        except AccessError:
            raise request.not_found() from None
        content = letters._get_letters_pdf()
        if not content:
            raise request.not_found()
        return self._make_pdf_response(content, "letters.pdf")

    # === HELPERS === #

    def _find(self, model, record_id):
        """Return a record that the user may see.

        :raise NotFound: when there is none, or it belongs to somebody else
        """
        try:
            record = request.env[model].search([("id", "=", record_id)])
        except AccessError:
            raise request.not_found() from None
        if not record:
            raise request.not_found()
        return record

    def _read_moment(self, text):
        """Return the moment of a number of seconds, ``None`` without one.

        :raise NotFound: for anything else
        """
        if not text:
            return None
        if not (text.isascii() and text.isdigit() and len(text) < 12):
            raise request.not_found()
        return datetime.fromtimestamp(int(text), tz=UTC).replace(tzinfo=None)

    def _split_ids(self, text):
        """Return the numbers that ``text`` lists.

        :raise NotFound: when it lists something else
        """
        parts = [part for part in text.split(",") if part]
        if not all(part.isascii() and part.isdigit() for part in parts):
            raise request.not_found()
        return [int(part) for part in parts]

    def _preview(self, notice):
        """Return the document of a notice, or its message as a page."""
        handler = notice.channel_id._get_handler()
        remark = False
        try:
            content = handler._get_preview_pdf(notice)
        except LetterEngineError as error:
            content, remark = b"", str(error)
        if content:
            name = notice.display_name.replace("/", "-")
            return self._make_pdf_response(content, f"{name}.pdf")
        values = handler._get_preview_values(notice)
        return self._make_page(
            "payment_reminder.notice_preview_page",
            {
                **values,
                "notice": notice,
                "remark": remark,
                "body_html": str(values["body_html"] or ""),
            },
        )

    def _make_page(self, template, values, status=200):
        html = request.env["ir.qweb"]._render(template, values)
        base_url = request.env["ir.config_parameter"].sudo().get_param("web.base.url")
        policy = CONTENT_POLICY.format(base_url=base_url or "")
        headers = [
            *SECURITY_HEADERS,
            ("Content-Security-Policy", policy),
            ("Content-Type", "text/html; charset=utf-8"),
        ]
        return request.make_response(
            f"<!DOCTYPE html>\n{html}", headers=headers, status=status
        )

    def _make_message_response(self, record, message, status=422):
        """Return a page that says in words why there is nothing to show."""
        values = {"record": record, "message": message}
        return self._make_page("payment_reminder.message_page", values, status)

    def _make_pdf_response(self, content, filename):
        headers = [
            ("Content-Type", "application/pdf"),
            ("Content-Length", len(content)),
            ("Content-Disposition", content_disposition(filename, "inline")),
            ("X-Content-Type-Options", "nosniff"),
            ("Cache-Control", "no-store"),
        ]
        return request.make_response(content, headers=headers)
