from odoo import http
from odoo.exceptions import UserError
from odoo.http import content_disposition, request

from ..exceptions import LetterEngineError
from .main import PaymentReminderController

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


class ClaimStatementController(PaymentReminderController):
    """Claim statements for the people in the office; asking changes nothing."""

    @http.route(
        "/payment_reminder/claims/<int:case_id>.pdf",
        type="http",
        auth="user",
        methods=["GET"],
        readonly=True,
    )
    def print_claims(self, case_id):
        """Return the claim statement of a case as a PDF."""
        case = self._find("dunning.case", case_id)
        statements = request.env["dunning.claim.statement"]
        name = self._get_claims_name(case)
        try:
            return self._make_pdf_response(statements._render_pdf(case), f"{name}.pdf")
        except LetterEngineError as error:
            return self._make_page(
                "payment_reminder.statement_page",
                {
                    "title": name,
                    "remark": str(error),
                    "body_html": str(statements._render_html(case)),
                },
            )
        except UserError as error:
            return self._make_message_response(case, str(error))

    @http.route(
        "/payment_reminder/claims/<int:case_id>.xlsx",
        type="http",
        auth="user",
        methods=["GET"],
        readonly=True,
    )
    def download_claims(self, case_id):
        """Return the claim statement of a case as a workbook."""
        case = self._find("dunning.case", case_id)
        content = request.env["dunning.claim.statement"]._render_xlsx(case)
        filename = f"{self._get_claims_name(case)}.xlsx"
        return request.make_response(
            content,
            headers=[
                ("Content-Type", XLSX),
                ("Content-Length", len(content)),
                ("Content-Disposition", content_disposition(filename)),
                ("X-Content-Type-Options", "nosniff"),
                ("Cache-Control", "no-store"),
            ],
        )

    def _get_claims_name(self, case):
        date = case.company_id._get_dunning_today()
        parts = (request.env._("claims"), case.partner_id.name or "", str(date))
        return " ".join(parts).replace("/", "-")
