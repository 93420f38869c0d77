from odoo import http
from odoo.exceptions import AccessError
from odoo.http import content_disposition, request

from ..exceptions import LetterEngineError
from .main import SECURITY_HEADERS, PaymentReminderController

KINDS = {
    "pdf": "application/pdf",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "csv": "text/csv; charset=utf-8",
}


class CaseFileController(PaymentReminderController):
    """The file of a case for managers and accountants; asking changes nothing."""

    @http.route(
        "/payment_reminder/case_file/<int:case_id>.<string:kind>",
        type="http",
        auth="user",
        methods=["GET"],
    )
    def download_case_file(self, case_id, kind):
        """Return the file of a case: ``pdf``, or its items as ``xlsx`` or ``csv``."""
        if kind not in KINDS:
            raise request.not_found()
        case = self._find("dunning.case", case_id)
        try:
            case._check_case_file()
        except AccessError:
            raise request.not_found() from None
        date = case.company_id._get_dunning_today()
        files = request.env["dunning.case.file"]
        name = files._get_file_name(case, date)
        try:
            content = self._make_case_file(files, case, date, kind)
        except LetterEngineError as error:
            return self._make_message_response(case, str(error), status=503)
        return self._make_download(content, f"{name}.{kind}", KINDS[kind])

    def _make_case_file(self, files, case, date, kind):
        if kind == "pdf":
            return files._make_pdf(case, None, date)
        if kind == "csv":
            return files._make_csv(case, None, date)
        return files._make_table(case, None, date)

    def _make_download(self, content, name, mimetype):
        headers = [
            *SECURITY_HEADERS,
            ("Content-Type", mimetype),
            ("Content-Length", len(content)),
            ("Content-Disposition", content_disposition(name)),
        ]
        return request.make_response(content, headers=headers)
