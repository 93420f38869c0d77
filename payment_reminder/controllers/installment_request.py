from datetime import date

from odoo import http
from odoo.exceptions import AccessError, MissingError, UserError
from odoo.http import request

from odoo.addons.account_payment.controllers.portal import PortalAccount

from .document import is_of_office


class InstallmentRequestPortal(PortalAccount):
    """'I need instalments', on the page of an invoice."""

    def _invoice_get_page_view_values(self, invoice, access_token, **kwargs):
        values = super()._invoice_get_page_view_values(invoice, access_token, **kwargs)
        requests = request.env["installment.request"].sudo()
        return values | {
            "installment_request": requests._prepare_portal_values(invoice.sudo()),
            "installment_problem": False,
        }

    @http.route(
        "/my/invoices/<int:invoice_id>/installments",
        type="http",
        auth="public",
        website=True,
        methods=["POST"],
    )
    def portal_request_installments(
        self, invoice_id, access_token=None, count="", first="", text="", **_ignored
    ):
        """Ask to pay an invoice in instalments; a person answers."""
        invoice_sudo = self._find_invoice(invoice_id, access_token)
        try:
            with request.env.cr.savepoint():
                plan = self._request_installments(invoice_sudo, count, first, text)
        except UserError as error:
            return self._render_problem(invoice_sudo, access_token, str(error))
        if plan.state == "proposed":
            return request.redirect(plan.sudo().get_portal_url())
        return request.redirect(invoice_sudo.get_portal_url(anchor="installments"))

    # === HELPERS === #

    def _find_invoice(self, invoice_id, access_token):
        """Return an invoice whose customer asks, by login or with its key.

        :raise NotFound: when it is missing, forbidden, or asked for by the office
        """
        if access_token and not access_token.isascii():
            raise request.not_found()
        try:
            invoice_sudo = self._document_check_access(
                "account.move", invoice_id, access_token
            )
        except (AccessError, MissingError):
            raise request.not_found() from None
        if is_of_office(invoice_sudo, access_token):
            raise request.not_found()
        return invoice_sudo.with_env(request.env(su=True))

    def _request_installments(self, invoice, count, first, text):
        try:
            number, day = int(count), date.fromisoformat(first)
        except ValueError:
            raise UserError(
                request.env._("Please choose a number of instalments and a day.")
            ) from None
        user = request.env.user
        is_known = not user._is_public() and not user._is_internal()
        author = user.partner_id if is_known else invoice.partner_id
        requests = request.env["installment.request"].sudo()
        return requests._request(invoice, number, day, text, author)

    def _render_problem(self, invoice, access_token, problem):
        """Return the page of the invoice with what went wrong."""
        values = self._invoice_get_page_view_values(invoice, access_token)
        values["installment_problem"] = problem
        response = request.render("account.portal_invoice_page", values)
        response.status_code = 422
        return response
