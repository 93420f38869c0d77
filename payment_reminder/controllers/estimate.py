from datetime import date

from odoo import http
from odoo.exceptions import UserError
from odoo.http import request

from .document import PAGE_HEADERS, DocumentPortal


class EstimatePortal(DocumentPortal):
    """The customer's pages of estimates: read, ask, accept, decline."""

    # === LIST === #

    def _prepare_home_portal_values(self, counters):
        values = super()._prepare_home_portal_values(counters)
        if "estimate_count" in counters:
            values["estimate_count"] = self._count_documents("service.estimate")
        return values

    def _get_estimate_sortings(self):
        """Return the orders that the list offers, the default one first."""
        return {
            "date": {"label": request.env._("Newest"), "order": "date DESC, id DESC"},
            "valid": {"label": request.env._("Valid until"), "order": "date_valid, id"},
            "name": {"label": request.env._("Number"), "order": "name, revision"},
            "state": {"label": request.env._("Status"), "order": "state, id DESC"},
        }

    @http.route(
        ["/my/estimates", "/my/estimates/page/<int:page>"],
        type="http",
        auth="user",
        website=True,
        methods=["GET"],
        readonly=True,
    )
    def portal_my_estimates(self, page=1, sortby=None, **_options):
        """List the estimates of the user's company or person."""
        values = {
            "url": "/my/estimates",
            "page_name": "estimate",
            "records": "estimates",
            "sortings": self._get_estimate_sortings(),
        }
        return self._render_list(
            "service.estimate",
            "payment_reminder.portal_my_estimates",
            values,
            page,
            sortby,
        )

    # === PAGE === #

    @http.route(
        "/my/estimates/<int:estimate_id>",
        type="http",
        auth="public",
        website=True,
        methods=["GET"],
        readonly=True,
    )
    def portal_estimate(
        self, estimate_id, access_token=None, pid=None, hash=None, **_ignored
    ):
        """Show one estimate: stages with their arithmetic, totals, questions."""
        if not access_token and request.env.user._is_public():
            return request.redirect(f"/web/login?redirect=/my/estimates/{estimate_id}")
        estimate = self._find_estimate(estimate_id, access_token)
        return self._render_estimate(estimate, pid=pid, hash=hash)

    @http.route(
        "/my/estimates/<int:estimate_id>/price",
        type="http",
        auth="public",
        website=True,
        methods=["GET"],
        readonly=True,
    )
    def portal_estimate_price(
        self, estimate_id, access_token=None, deadline="", **_options
    ):
        """Return as JSON what it would cost by ``deadline``, or why that is unknown."""
        estimate = self._find_estimate(estimate_id, access_token)
        try:
            values = estimate._get_price_by(self._parse_day(deadline))
        except UserError as error:
            return request.make_json_response(
                {"error": str(error)}, headers=PAGE_HEADERS, status=422
            )
        return request.make_json_response(values, headers=PAGE_HEADERS)

    @http.route(
        "/my/estimates/<int:estimate_id>/pdf",
        type="http",
        auth="public",
        website=True,
        methods=["GET"],
        readonly=True,
    )
    def portal_estimate_pdf(self, estimate_id, access_token=None, **_options):
        """Return the estimate as a PDF, or the page that says why there is none."""
        estimate = self._find_estimate(estimate_id, access_token)
        return self._answer_pdf(estimate, self._render_estimate)

    # === STEPS === #

    @http.route(
        "/my/estimates/<int:estimate_id>/opened",
        type="http",
        auth="public",
        website=True,
        methods=["POST"],
    )
    def portal_estimate_opened(self, estimate_id, access_token=None, **_options):
        """Note that the customer has opened the page; colleagues do not count."""
        estimate = self._find_estimate(estimate_id, access_token)
        is_first = not request.env.user._is_internal() and estimate._log_opened()
        return request.make_json_response({"first": is_first})

    @http.route(
        "/my/estimates/<int:estimate_id>/accept",
        type="jsonrpc",
        auth="public",
        website=True,
        methods=["POST"],
    )
    def portal_estimate_accept(
        self, estimate_id, name=None, signature=None, **_ignored
    ):
        """Accept with name and drawn signature, see ``_sign``."""
        return self._sign("service.estimate", estimate_id, name, signature)

    @http.route(
        "/my/estimates/<int:estimate_id>/decline",
        type="http",
        auth="public",
        website=True,
        methods=["POST"],
    )
    def portal_estimate_decline(
        self, estimate_id, access_token=None, reason="", **_ignored
    ):
        """Decline with a reason."""
        estimate = self._find_to_decide("service.estimate", estimate_id, access_token)
        problem = self._try(estimate._decline_by_customer, reason)
        if problem:
            return self._render_estimate(estimate, problem=problem, status=422)
        return request.redirect(estimate.get_portal_url())

    # === HELPERS === #

    def _find_estimate(self, estimate_id, access_token):
        return self._find_document("service.estimate", estimate_id, access_token)

    def _render_estimate(self, estimate, **options):
        template = "payment_reminder.portal_estimate_page"
        return self._render_document(estimate, template, "estimate", **options)

    def _parse_day(self, text):
        """Return the day that ``text`` names as YYYY-MM-DD.

        :raise UserError: when it names none
        """
        try:
            return date.fromisoformat(text)
        except ValueError:
            raise UserError(request.env._("Please choose a day.")) from None
