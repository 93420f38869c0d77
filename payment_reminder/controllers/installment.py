from odoo import http
from odoo.http import request

from .document import DocumentPortal

PLAN = "installment.plan"


class InstallmentPortal(DocumentPortal):
    """The customer's pages of instalment plans: read, accept, decline, ask, pay."""

    # === LIST === #

    def _prepare_home_portal_values(self, counters):
        values = super()._prepare_home_portal_values(counters)
        if "installment_count" in counters:
            values["installment_count"] = self._count_documents(PLAN)
        return values

    def _get_installment_sortings(self):
        """Return the orders that the list offers, the default one first."""
        return {
            "date": {"label": request.env._("Newest"), "order": "date DESC, id DESC"},
            "next": {
                "label": request.env._("Next instalment"),
                "order": "next_date, id",
            },
            "name": {"label": request.env._("Number"), "order": "name, version"},
            "state": {"label": request.env._("Status"), "order": "state, id DESC"},
        }

    @http.route(
        ["/my/installments", "/my/installments/page/<int:page>"],
        type="http",
        auth="user",
        website=True,
        methods=["GET"],
        readonly=True,
    )
    def portal_my_installments(self, page=1, sortby=None, **_options):
        """List the plans of the user's company or person."""
        values = {
            "url": "/my/installments",
            "page_name": "installment",
            "records": "installments",
            "sortings": self._get_installment_sortings(),
        }
        template = "payment_reminder.portal_my_installments"
        return self._render_list(PLAN, template, values, page, sortby)

    # === PAGE === #

    @http.route(
        "/my/installments/<int:plan_id>",
        type="http",
        auth="public",
        website=True,
        methods=["GET"],
        readonly=True,
    )
    def portal_installment(
        self, plan_id, access_token=None, pid=None, hash=None, **_ignored
    ):
        """Show one plan: what is next, what is paid, what was agreed."""
        if not access_token and request.env.user._is_public():
            return request.redirect(f"/web/login?redirect=/my/installments/{plan_id}")
        plan = self._find_document(PLAN, plan_id, access_token)
        return self._render_installment(plan, pid=pid, hash=hash)

    # === STEPS === #

    @http.route(
        "/my/installments/<int:plan_id>/accept",
        type="jsonrpc",
        auth="public",
        website=True,
        methods=["POST"],
    )
    def portal_installment_accept(self, plan_id, name=None, signature=None, **_ignored):
        """Accept with name and drawn signature, see ``_sign``."""
        return self._sign(PLAN, plan_id, name, signature)

    @http.route(
        "/my/installments/<int:plan_id>/decline",
        type="http",
        auth="public",
        website=True,
        methods=["POST"],
    )
    def portal_installment_decline(
        self, plan_id, access_token=None, reason="", **_ignored
    ):
        """Decline with a reason."""
        plan = self._find_to_decide(PLAN, plan_id, access_token)
        problem = self._try(plan._decline_by_customer, reason)
        return self._answer(plan, problem)

    @http.route(
        "/my/installments/<int:plan_id>/ask",
        type="http",
        auth="public",
        website=True,
        methods=["POST"],
    )
    def portal_installment_ask(self, plan_id, access_token=None, reason="", **_ignored):
        """Ask to change the plan: into the thread, and on somebody's desk."""
        plan = self._find_to_decide(PLAN, plan_id, access_token)
        user = request.env.user
        is_known = not user._is_public() and not user._is_internal()
        author = user.partner_id if is_known else plan.contact_id or plan.partner_id
        problem = self._try(plan._ask_by_customer, reason, author)
        return self._answer(plan, problem, "questions")

    # === HELPERS === #

    def _answer(self, plan, problem, anchor=None):
        """Return to the page, or show it with what went wrong."""
        if problem:
            return self._render_installment(plan, problem=problem, status=422)
        return request.redirect(plan.get_portal_url(anchor=anchor))

    def _render_installment(self, plan, **options):
        template = "payment_reminder.portal_installment_page"
        return self._render_document(plan, template, "installment", **options)
