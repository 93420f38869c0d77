from odoo import http
from odoo.http import request

from ..models.dunning_link import MAX_ID
from ..models.dunning_payment_page_look import get_language_tag
from ..tools.payment_choice import ChoiceError
from .payment_link import LINK_HEADERS, PaymentLink

#: Of the page and of each of its steps: by link, and by login under 'My account'.
PATHS = (
    "/pay/<string:token>",
    "/my/pay/<int:case_id>",
    "/my/pay/company/<int:company_id>",
)
#: What the address says about the choice.
CHOICE_OPTIONS = ("item", "amount", "plan", "chosen")


def page_route(suffix="", method="GET", type="http"):
    """Return the decorator of a step of the page, under all of its addresses.

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
        if token is None and request.env.user._is_public():
            path = request.httprequest.path
            return request.redirect_query("/web/login", {"redirect": path})
        page = self._find_page(token, case_id, options)
        return self._render_payment_page(page, options)

    # === ACCESS === #

    def _find_page(self, token=None, case_id=None, options=None):
        """Return the page that a link or a login opens.

        :param dict options: of the request; ``lang`` may name an installed language,
            ``currency`` one in which something is open
        :rtype: dunning.payment.page
        :raise HTTPException: the polite page, when the link is wrong, expired or
            revoked; a plain 404 when the case is somebody else's
        """
        options = options or {}
        wanted = {
            "lang": self._get_chosen_lang(options),
            "currency": options.get("currency"),
        }
        pages = request.env["dunning.payment.page"].sudo()
        if request.httprequest.method == "GET":
            pages = pages._reading()
        if token is not None:
            link = self._find_link(token)
            url = f"/pay/{link._get_token()}"
            page = pages._make(link._get_case(), url, link, **wanted)
        elif case_id is not None:
            case = self._find_own_case(case_id)
            page = pages._make(case, f"/my/pay/{case.id}", **wanted)
        else:
            company, customer = self._find_own_company(request.params["company_id"])
            url = f"/my/pay/company/{company.id}"
            page = pages._make_for(company, customer, url, **wanted)
        # Odoo would read the time zone of the visitor's user and its partner.
        tz = page.company_id._get_dunning_tz()
        request.update_context(lang=page.lang, **({"tz": tz} if tz else {}))
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

    def _find_own_company(self, company_id):
        """Return a company that the user's company or person has invoices of.

        :return: the company, and the customer
        :rtype: tuple[res.company, res.partner]
        """
        user = request.env.user
        customer = user.partner_id.commercial_partner_id.sudo()
        may_be = not user._is_public() and company_id <= MAX_ID
        known = may_be and request.env["account.move"].sudo().search(
            [
                ("company_id", "=", company_id),
                ("commercial_partner_id", "=", customer.id),
                ("state", "=", "posted"),
            ],
            limit=1,
        )
        if not known:
            raise request.not_found()
        return known.company_id, customer

    def _get_chosen_lang(self, options):
        installed = dict(request.env["res.lang"].sudo().get_installed())
        lang = options.get("lang")
        return lang if lang in installed else None

    # === PAGE === #

    def _render_payment_page(self, page, options, problem=False, status=200):
        """Return the page, with what is chosen.

        :param dict options: of the choice, as the form of the page sends them, see
            ``dunning.payment.page._choose_by``
        :param str problem: what went wrong, in words
        """
        chosen = self._get_choice_options(options)
        choice, refusal = self._try_choice(page, chosen)
        values = {
            "page": page,
            "page_name": "payment_page",
            "title": page.env._(
                "%(company)s: your open items", company=page.company_id.name
            ),
            "res_company": page.company_id,
            "html_data": {"lang": get_language_tag(page.lang)},
            "no_header": not request.httprequest.path.startswith("/my/"),
            "no_footer": True,
            "problem": problem or refusal,
            "choice": choice,
            "content": page._prepare_content(choice, chosen),
            "transfer": page._prepare_transfer(choice),
            "documents": page._prepare_documents(),
            "look": page._prepare_look(),
            "languages": page._get_page_languages(chosen),
        }
        response = request.render("payment_reminder.payment_page", values)
        response.status_code = status
        response.headers.extend(LINK_HEADERS)
        return response

    def _get_choice_options(self, options):
        """Return the options of the choice as texts; a repeated ``item`` is one list.

        :rtype: dict
        """
        found = {name: options[name] for name in CHOICE_OPTIONS if options.get(name)}
        repeated = request.httprequest.args.getlist("item")
        if found.get("item") and len(repeated) > 1:
            found["item"] = ",".join(repeated)
        return {name: str(value) for name, value in found.items()}

    def _try_choice(self, page, chosen):
        """Return a choice, or why it cannot be paid, in words.

        :param dict chosen: see ``_get_choice_options``
        :return: the choice or ``None``, a sentence or ``False``
        :rtype: tuple
        """
        try:
            return page._choose_by(chosen), False
        except ChoiceError as error:
            text = page._explain_choice_error(error)
            return None, bool(chosen) and text
