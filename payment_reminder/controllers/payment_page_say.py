import logging

import psycopg2.errors

from odoo.exceptions import UserError
from odoo.http import request

from .payment_page import PaymentPage, page_route

_logger = logging.getLogger(__name__)


class PaymentPageSay(PaymentPage):
    """What the customer says on the payment page: each a form, posted once."""

    @page_route("/say/<string:kind>", method="POST")
    def payment_page_say(self, kind, token=None, case_id=None, **_form):
        """Say something; the page tells afterwards what comes of it."""
        page = self._find_page(token, case_id, request.params)
        if kind not in page._get_offered(page._get_sayable()):
            return self._refuse_kind(page, kind)
        self._limit(page, "say")
        form = self._read_form()
        if kind == "installments" and form.get("step") == "preview":
            return self._preview(page, form)
        try:
            with page._kept(), request.env.cr.savepoint():
                reply = page._say(
                    kind, form, self._read_files(), self._get_author(page)
                )
        except UserError as error:
            return self._render_saying(page, kind, form, error, status=422)
        except psycopg2.errors.UniqueViolation:  # the same click, a moment ago
            _logger.info("Payment page of %s: said twice", page.partner_id.id)
            return request.redirect(page._get_say_url() + "#say")
        if reply.plan_id.state == "proposed":
            return request.redirect(reply.plan_id.get_portal_url())
        return request.redirect(page._get_say_url(said=reply.id) + "#say")

    @page_route("/withdraw/<int:reply_id>", method="POST")
    def payment_page_withdraw(self, reply_id, token=None, case_id=None, **_form):
        """Take back what was said, while nobody has decided about it."""
        page = self._find_page(token, case_id, request.params)
        reply = page._find_reply(reply_id)
        if not reply:
            raise request.not_found()
        self._limit(page, "say")
        with page._kept():
            problem = self._try(reply._withdraw)
        if problem:
            return self._render_saying(page, None, {}, problem, status=422)
        return request.redirect(page._get_say_url(said=reply.id) + "#say")

    # === HELPERS === #

    def _refuse_kind(self, page, kind):
        """Answer to what cannot be said: not now, or not at all."""
        if kind not in request.env["dunning.reply"]._fields["kind"].get_values(
            request.env
        ):
            raise request.not_found()
        problem = page.env._("This is not possible any more: please look at the page.")
        return self._render_saying(page, None, {}, problem, status=422)

    def _read_form(self):
        """Return what was typed: texts by name, the chosen items as a list."""
        posted = request.httprequest.form
        form = {name: posted[name] for name in posted if name != "csrf_token"}
        return form | {"item": sorted(posted.getlist("item"))}

    def _get_author(self, page):
        """Return the customer's user who is logged in, or nobody."""
        user = request.env.user
        partner = user.partner_id
        is_customer = partner.commercial_partner_id == page.partner_id
        return partner if is_customer and not user._is_public() else None

    def _preview(self, page, form):
        """Return the page with the schedule that is asked for; nothing is kept."""
        try:
            rows = page._preview_installments(form)
        except UserError as error:
            return self._render_saying(page, "installments", form, error, status=422)
        return self._render_saying(page, "installments", form, preview=rows)

    def _render_saying(self, page, kind, form, problem=None, preview=None, status=200):
        """Return the page with a form as it was typed."""
        response = self._render_payment_page(page, {}, status=status)
        response.qcontext["say"] = page._prepare_say(kind, form, problem, preview)
        return response
