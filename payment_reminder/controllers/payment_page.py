from decimal import Decimal, InvalidOperation

from odoo import http
from odoo.http import request

from ..models.dunning_link import MAX_ID
from ..tools.payment_choice import ChoiceError
from .payment_link import LINK_HEADERS, PaymentLink

#: Of the page and of each of its steps: by link, and by login under 'My account'.
PATHS = ("/pay/<string:token>", "/my/pay/<int:case_id>")


def page_route(suffix="", method="GET", type="http"):
    """Return the decorator of a step of the page, under both of its addresses.

    Asking by GET changes nothing; what is posted carries the key against forgery.
    """
    return http.route(
        [path + suffix for path in PATHS],
        type=type,
        auth="public",
        website=True,
        multilang=False,  # the page has a language of its own
        sitemap=False,
        methods=[method],
        **({"readonly": True} if method == "GET" else {}),
    )


class PaymentPage(PaymentLink):
    """The customer's payment page, by signed link or by login."""

    @page_route()
    def payment_page(self, token=None, case_id=None, **options):
        """Show what is owed now, how to pay it and what can be said about it."""
        page = self._find_page(token, case_id, options)
        return self._render_payment_page(page, options)

    # === ACCESS === #

    def _find_page(self, token=None, case_id=None, options=None):
        """Return the page that a link or a login opens.

        :param dict options: of the request; ``lang`` may name an installed language
        :rtype: dunning.payment.page
        :raise HTTPException: the polite page, when the link is wrong, expired or
            revoked; a plain 404 when the case is somebody else's
        """
        lang = self._get_chosen_lang(options or {})
        pages = request.env["dunning.payment.page"].sudo()
        if token is not None:
            link = self._find_link(token)
            url = f"/pay/{link._get_token()}"
            page = pages._make(link._get_case(), url, link, lang)
        else:
            case = self._find_own_case(case_id)
            page = pages._make(case, f"/my/pay/{case.id}", lang=lang)
        request.update_context(lang=page.lang)
        return page

    def _find_own_case(self, case_id):
        """Return a case of the user's own company or person."""
        user = request.env.user
        known = case_id if case_id <= MAX_ID else []  # else the database objects
        case = request.env["dunning.case"].sudo().browse(known).exists()
        if not case or user._is_public() or case.merged_into_id:
            raise request.not_found()
        if case.partner_id != user.partner_id.commercial_partner_id:
            raise request.not_found()
        return case

    def _get_chosen_lang(self, options):
        installed = dict(request.env["res.lang"].sudo().get_installed())
        lang = options.get("lang")
        return lang if lang in installed else None

    # === PAGE === #

    def _render_payment_page(self, page, options, problem=False, status=200):
        """Return the page, with what is chosen.

        :param dict options: ``item`` (ids with commas) and ``amount`` (a part), as the
            form of the page sends them
        :param str problem: what went wrong, in words
        """
        values = {
            "page": page,
            "page_name": "payment_page",
            "res_company": page.company_id,
            "html_data": {"lang": page.lang.replace("_", "-")},
            "problem": problem,
            "choice": self._read_choice(page, options),
        }
        response = request.render("payment_reminder.payment_page", values)
        response.status_code = status
        response.headers.extend(LINK_HEADERS)
        return response

    def _read_choice(self, page, options):
        """Return what the options of the request choose, ``None`` for nothing."""
        keys = [int(key) for key in options.get("item", "").split(",") if key.isdigit()]
        try:
            amount = Decimal(options["amount"]) if options.get("amount") else None
            return page._choose(keys or None, amount)
        except (InvalidOperation, ChoiceError):
            return None
