import logging
from datetime import date

from odoo import http
from odoo.exceptions import AccessError, MissingError, UserError
from odoo.http import content_disposition, request

from odoo.addons.portal.controllers.portal import CustomerPortal
from odoo.addons.portal.controllers.portal import pager as portal_pager

_logger = logging.getLogger(__name__)

#: The address holds the key of the page: nobody else shall learn or keep it.
PAGE_HEADERS = [
    ("Cache-Control", "no-store"),
    ("Referrer-Policy", "same-origin"),
    ("X-Robots-Tag", "noindex"),
]


class EstimatePortal(CustomerPortal):
    """The customer's pages of estimates: read, ask, accept, decline.

    An estimate is opened by its link or by users of the customer. What is missing and
    what is forbidden are answered alike. Asking by GET changes nothing, and amounts are
    never taken from the request.
    """

    # === LIST === #

    def _prepare_home_portal_values(self, counters):
        values = super()._prepare_home_portal_values(counters)
        if "estimate_count" in counters:
            estimates_sudo = request.env["service.estimate"].sudo()
            values["estimate_count"] = estimates_sudo.search_count(
                self._get_estimates_domain()
            )
        return values

    def _get_estimates_domain(self):
        """Return which estimates the user finds under 'My account'."""
        return request.env["service.estimate"]._get_portal_domain(
            request.env.user.partner_id
        )

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
        sortings = self._get_estimate_sortings()
        sortby = sortby if sortby in sortings else next(iter(sortings))
        estimates_sudo = request.env["service.estimate"].sudo()
        domain = self._get_estimates_domain()
        pager = portal_pager(
            url="/my/estimates",
            url_args={"sortby": sortby},
            total=estimates_sudo.search_count(domain),
            page=page,
            step=self._items_per_page,
        )
        values = self._prepare_portal_layout_values() | {
            "page_name": "estimate",
            "estimates": estimates_sudo.search(
                domain,
                order=sortings[sortby]["order"],
                limit=self._items_per_page,
                offset=pager["offset"],
            ),
            "pager": pager,
            "default_url": "/my/estimates",
            "searchbar_sortings": sortings,
            "sortby": sortby,
        }
        return request.render("payment_reminder.portal_my_estimates", values)

    # === PAGE === #

    @http.route(
        "/my/estimates/<int:estimate_id>",
        type="http",
        auth="public",
        website=True,
        methods=["GET"],
        readonly=True,
    )
    def portal_estimate(self, estimate_id, access_token=None, **options):
        """Show one estimate: stages with their arithmetic, totals, questions."""
        if not access_token and request.env.user._is_public():
            return request.redirect(f"/web/login?redirect=/my/estimates/{estimate_id}")
        estimate = self._find_estimate(estimate_id, access_token)
        return self._render_estimate(estimate, **options)

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
        try:
            content = estimate._render_pdf()
        except UserError as error:
            _logger.warning("PDF of estimate %s: %s", estimate.id, error)
            problem = request.env._(
                "The PDF cannot be made at this moment. Please print this page from "
                "your browser, or ask us for the document."
            )
            return self._render_estimate(estimate, problem=problem, status=503)
        name = f"{estimate._get_document_name()}.pdf"
        headers = [
            *PAGE_HEADERS,
            ("Content-Type", "application/pdf"),
            ("Content-Length", len(content)),
            ("Content-Disposition", content_disposition(name, "inline")),
            ("X-Content-Type-Options", "nosniff"),
        ]
        return request.make_response(content, headers=headers)

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
        """Accept with name and drawn signature, as Odoo's signature form posts them.

        The keys of the page come in the address; everything else is ignored.

        :return: ``error`` in words, or where to go on
        :rtype: dict
        """
        keys = request.httprequest.args
        estimate = self._find_estimate(estimate_id, keys.get("access_token"))
        if not request.validate_csrf(keys.get("csrf_token")):
            return {
                "error": request.env._("Your session has ended: open the page again.")
            }
        try:
            estimate._accept_by_customer(name, signature)
        except UserError as error:
            return {"error": str(error)}
        return {"force_refresh": True, "redirect_url": estimate.get_portal_url()}

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
        estimate = self._find_estimate(estimate_id, access_token)
        try:
            estimate._decline_by_customer(reason)
        except UserError as error:
            return self._render_estimate(estimate, problem=str(error), status=422)
        return request.redirect(estimate.get_portal_url())

    # === HELPERS === #

    def _document_check_access(self, model_name, document_id, access_token=None):
        """Open estimates to users of the customer, who have no rights on the model."""
        if model_name != "service.estimate":
            return super()._document_check_access(model_name, document_id, access_token)
        user = request.env.user
        document = request.env[model_name].sudo().browse(document_id).exists()
        if document and not user._is_public():
            if document._is_of_customer(user.partner_id):
                return document
        if access_token and not access_token.isascii():
            raise AccessError(request.env._("This link is not complete."))
        return super()._document_check_access(model_name, document_id, access_token)

    def _find_estimate(self, estimate_id, access_token):
        """Return an estimate that may be shown, in the customer's language.

        The page speaks that language too, whoever looks at it.

        :raise NotFound: when it is missing, forbidden or not sent yet
        :rtype: service.estimate
        """
        try:
            estimate_sudo = self._document_check_access(
                "service.estimate", estimate_id, access_token
            )
        except (AccessError, MissingError):
            raise request.not_found() from None
        if not estimate_sudo._is_shown():
            raise request.not_found()
        request.update_context(lang=estimate_sudo.lang)
        return estimate_sudo._localized()

    def _render_estimate(
        self, estimate, problem=False, status=200, pid=None, hash=None, **_options
    ):
        """Return the page.

        :param str problem: what went wrong, in words
        :param pid: id of the partner who writes in the thread, proved by ``hash``
        """
        values = {
            **estimate._prepare_portal_values(),
            "html_data": {"lang": estimate.lang.replace("_", "-")},
            "page_name": "estimate",
            "estimate": estimate,
            "object": estimate,
            "token": estimate.access_token,
            "pid": pid,
            "hash": hash,
            "problem": problem,
            "signer": self._get_signer(estimate),
        }
        response = request.render("payment_reminder.portal_estimate_page", values)
        response.status_code = status
        response.headers.extend(PAGE_HEADERS)
        return response

    def _get_signer(self, estimate):
        """Return the name that the acceptance begins with; companies do not sign."""
        user = request.env.user
        if not user._is_public() and not user._is_internal():
            return user.name
        contact = estimate.contact_id or estimate.partner_id
        return "" if contact.is_company else contact.name

    def _parse_day(self, text):
        """Return the day that ``text`` names as YYYY-MM-DD.

        :raise UserError: when it names none
        """
        try:
            return date.fromisoformat(text)
        except ValueError:
            raise UserError(request.env._("Please choose a day.")) from None
