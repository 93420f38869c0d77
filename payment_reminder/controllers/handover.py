import logging

import psycopg2.errors

from odoo import http
from odoo.exceptions import AccessError, UserError
from odoo.fields import Domain
from odoo.http import content_disposition, request

from odoo.addons.portal.controllers.portal import pager as portal_pager

from ..models.dunning_link import MAX_ID
from .document import PAGE_HEADERS
from .payment_link import PaymentLink

_logger = logging.getLogger(__name__)

MIMETYPES = {
    "pdf": "application/pdf",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
#: What is posted, and what the page says afterwards.
KINDS = ("report", "payment", "return")


def agency_route(suffix="", method="GET"):
    """Return the decorator of a page of the agency; asking by GET changes nothing."""
    return http.route(
        f"/my/handovers{suffix}",
        type="http",
        auth="user",
        website=True,
        sitemap=False,
        methods=[method],
        **({"readonly": True} if method == "GET" else {}),
    )


class HandoverPortal(PaymentLink):
    """The pages of an agency: what was handed over to it, and what it reports.

    What is missing, of another agency or of another company is answered alike.
    """

    # === LIST === #

    def _prepare_home_portal_values(self, counters):
        values = super()._prepare_home_portal_values(counters)
        if "handover_count" in counters:
            values["handover_count"] = self._count_handovers()
        return values

    @agency_route()
    def portal_my_handovers(self, page=1, **_options):
        """List what was handed over to the user's agency, the newest first."""
        self._speak_as(request.env.user.partner_id.commercial_partner_id)
        handovers = request.env["dunning.handover"].sudo()
        pager = portal_pager(
            url="/my/handovers",
            total=self._count_handovers(),
            page=int(page) if str(page).isascii() and str(page).isdigit() else 1,
            step=self._items_per_page,
        )
        found = handovers.search(
            handovers._get_portal_domain(request.env.user),
            order="is_living DESC, handed_over_on DESC, id DESC",
            limit=self._items_per_page,
            offset=pager["offset"],
        )
        values = self._prepare_portal_layout_values() | {
            "page_name": "handovers",
            "handovers": found,
            "pager": pager,
            "default_url": "/my/handovers",
        }
        return self._render("payment_reminder.portal_my_handovers", values)

    # === PAGE === #

    @agency_route("/<int:handover_id>")
    def portal_handover(self, handover_id, done=None, **_ignored):
        """Show one hand-over: who owes what, the file, what was reported."""
        return self._render_handover(self._find_handover(handover_id), done=done)

    @agency_route("/<int:handover_id>/file.<string:ending>")
    def portal_handover_file(self, handover_id, ending, **_ignored):
        """Return the file (``pdf``) or the items (``xlsx``) as handed over."""
        handover = self._find_handover(handover_id)
        if ending not in MIMETYPES or not handover._is_with_agency():
            raise request.not_found()
        try:
            file = handover._get_portal_file(ending)
        except UserError as error:
            _logger.error("File of %s is not the one kept", handover.name)
            return self._render_handover(handover, problem=error, status=503)
        if not file:
            raise request.not_found()
        content = file.raw
        headers = [
            *PAGE_HEADERS,
            ("Content-Type", MIMETYPES[ending]),
            ("Content-Length", len(content)),
            ("Content-Disposition", content_disposition(file.name)),
            ("X-Content-Type-Options", "nosniff"),
        ]
        return request.make_response(content, headers=headers)

    # === STEPS === #

    @agency_route("/<int:handover_id>/<string:kind>", method="POST")
    def portal_handover_post(self, handover_id, kind, **_form):
        """Report on it, note a payment, or return it; each a form, posted once."""
        handover = self._find_handover(handover_id)
        if kind not in KINDS:
            raise request.not_found()
        user = request.env.user
        company = handover.company_id
        self._limit_step("handover", user_id=user.id, company_id=company.id)
        form = self._read_typed()
        try:
            with request.env.cr.savepoint():
                handover._report_by_agency(
                    kind, form, self._read_files(), user.partner_id
                )
        except UserError as error:
            return self._render_handover(handover, kind, form, error, status=422)
        except psycopg2.errors.UniqueViolation:  # the same click, a moment ago
            _logger.info("Hand-over %s: reported twice", handover.name)
        return request.redirect(f"/my/handovers/{handover.id}?done={kind}")

    # === HELPERS === #

    def _count_handovers(self):
        handovers = request.env["dunning.handover"].sudo()
        return handovers.search_count(handovers._get_portal_domain(request.env.user))

    def _find_handover(self, handover_id):
        """Return a hand-over of the user's agency, with the rights of the system.

        While the agency has it, the record rules are asked as well.

        :raise NotFound: for any other
        """
        known = handover_id if handover_id <= MAX_ID else 0  # else the database objects
        handovers = request.env["dunning.handover"]
        own = Domain("id", "=", known)
        domain = handovers._get_portal_domain(request.env.user) & own
        handover_sudo = handovers.sudo().search(domain)
        if not handover_sudo:
            raise request.not_found()
        try:
            may_read = bool(handovers.search(own))
        except AccessError:
            may_read = False
        if handover_sudo._is_with_agency() and not may_read:
            raise request.not_found()
        request.update_context(lang=handover_sudo.lang)
        return handover_sudo._localized()

    def _speak_as(self, agency):
        """Let the page speak the agency's language, if it is installed."""
        installed = dict(request.env["res.lang"].sudo().get_installed())
        if agency.sudo().lang in installed:
            request.update_context(lang=agency.sudo().lang)

    def _read_typed(self):
        """Return what was typed: texts by name."""
        posted = request.httprequest.form
        return {name: posted[name] for name in posted if name != "csrf_token"}

    def _render_handover(
        self, handover, kind=None, typed=None, problem=None, status=200, done=None
    ):
        """Return the page, with a form as it was typed.

        :param str kind: of the form that was posted and comes back
        :param UserError problem: what is wrong
        :param str done: what was posted before
        """
        handover.invalidate_recordset()
        values = self._prepare_portal_layout_values() | {
            **handover._prepare_portal_values(),
            "page_name": "handovers",
            "handover": handover,
            "document": handover,
            "say": handover._prepare_portal_form(kind, typed, problem),
            "done": done if done in KINDS else False,
        }
        return self._render("payment_reminder.portal_handover_page", values, status)

    def _render(self, template, values, status=200):
        values["html_data"] = {"lang": request.env.lang.replace("_", "-")}
        response = request.render(template, values)
        response.status_code = status
        response.headers.extend(PAGE_HEADERS)
        return response
