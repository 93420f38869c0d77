import time

from werkzeug.exceptions import abort

from odoo import http
from odoo.exceptions import UserError
from odoo.http import request

from ..tools.rate_limit import MAX_WRONG, WRONG_SECONDS, WrongTries, network_of
from ..tools.upload import MAX_BYTES, MAX_FILES
from .document import DocumentPortal

#: The address is the key of the page: nobody else shall learn, keep or list it.
LINK_HEADERS = [
    ("Cache-Control", "no-store"),
    ("Referrer-Policy", "no-referrer"),
    ("X-Robots-Tag", "noindex, nofollow"),
]

#: Wrong links by database and network, of this worker.
wrong_tries = WrongTries(WRONG_SECONDS)


class PaymentLink(DocumentPortal):
    """Who comes in by a link, who does not, and how often.

    Wrong, expired and revoked links are answered alike, with a way to get a new one.
    """

    # === ROUTES === #

    @http.route(
        "/pay/new",
        type="http",
        auth="public",
        website=True,
        multilang=False,
        sitemap=False,
        methods=["POST"],
    )
    def payment_link_new(self, email="", **_ignored):
        """Mail a new link to an address on file; the answer never tells whether."""
        events = request.env["dunning.link.event"].sudo()
        if not events._ask_for_link(email, self._get_network()):
            self._refuse_too_often()
        return self._render_link_page("payment_reminder.payment_link_asked")

    @http.route(
        "/pay/<string:token>/opened",
        type="http",
        auth="public",
        website=True,
        multilang=False,
        sitemap=False,
        methods=["POST"],
    )
    def payment_link_opened(self, token, **_ignored):
        """Note that the customer has opened the page; colleagues do not count."""
        link = self._find_link(token)
        if request.env.user._is_internal():
            return request.make_json_response({"first": False}, headers=LINK_HEADERS)
        self._limit_step("opened", link_id=link.id, company_id=link.company_id.id)
        first = link._log_opened()
        return request.make_json_response({"first": first}, headers=LINK_HEADERS)

    # === WHO COMES IN === #

    def _find_link(self, token):
        """Return the valid link of a token.

        :rtype: dunning.link
        :raise HTTPException: with the polite page, for any other (404), and for
            whoever has tried too many (429)
        """
        key = (request.db, self._get_network())
        now = time.monotonic()
        allowed = self._get_max_wrong()
        if allowed and wrong_tries.count(key, now) >= allowed:
            self._refuse_too_often()
        link = request.env["dunning.link"]._find(token)
        if not link:
            wrong_tries.add(key, now)
            self._refuse_link()
        return link

    def _get_max_wrong(self):
        parameters = request.env["ir.config_parameter"].sudo()
        text = parameters.get_param("payment_reminder.limit.wrong") or ""
        return int(text) if text.isascii() and text.isdigit() else MAX_WRONG

    def _get_network(self):
        return network_of(request.httprequest.remote_addr)

    # === LIMITS === #

    def _limit(self, page, kind):
        """Count a step of the customer, which each step calls before it does anything.

        Limited are the link, or the user without one, and the visitor's address.

        :param dunning.payment.page page: that is posted to
        :param str kind: of the step, such as ``say`` or ``pay``
        :raise HTTPException: with a polite page, when it happens too often (429)
        """
        user = request.env.user
        who = {"link_id": page.link_id.id} if page.link_id else {"user_id": user.id}
        self._limit_step(kind, company_id=page.company_id.id, **who)

    def _limit_step(self, kind, **who):
        events = request.env["dunning.link.event"].sudo()
        if not events._pass(kind, self._get_network(), **who):
            self._refuse_too_often()

    # === FORMS === #

    def _read_files(self):
        """Return name and content of the files, no more of each than can be too much.

        :rtype: list[tuple[str, bytes]]
        """
        sent = request.httprequest.files.getlist("file")
        named = [one for one in sent if one.filename][: MAX_FILES + 1]
        return [(one.filename, one.read(MAX_BYTES + 1)) for one in named]

    # === POLITE PAGES === #

    def _refuse_link(self):
        """End the request: there is no such page.

        :raise HTTPException: always
        """
        if request.dispatcher.routing_type != "http":
            raise request.not_found()
        template = "payment_reminder.payment_link_refused"
        abort(self._render_link_page(template, status=404))

    def _refuse_too_often(self):
        """End the request: it was tried too often.

        :raise HTTPException: always; ``UserError`` for a script
        """
        sentence = request.env._(
            "This was tried very often within a short time. Please wait a while, then "
            "try again, or reply to our last message."
        )
        if request.dispatcher.routing_type != "http":
            raise UserError(sentence)
        template = "payment_reminder.payment_link_too_often"
        response = self._render_link_page(template, status=429, sentence=sentence)
        response.headers["Retry-After"] = str(WRONG_SECONDS)
        abort(response)

    def _render_link_page(self, template, status=200, **values):
        """Return a page in the visitor's language that says nothing of any customer."""
        response = request.render(
            template,
            {
                "res_company": request.env.company,
                "html_data": {"lang": request.env.lang.replace("_", "-")},
                **values,
            },
        )
        response.status_code = status
        response.headers.extend(LINK_HEADERS)
        response.flatten()
        return response
