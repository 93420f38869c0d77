import logging

from odoo.exceptions import AccessError, MissingError, UserError
from odoo.http import content_disposition, request
from odoo.tools import consteq

from odoo.addons.portal.controllers.portal import CustomerPortal
from odoo.addons.portal.controllers.portal import pager as portal_pager

_logger = logging.getLogger(__name__)

#: The address holds the key of the page: nobody else shall learn or keep it.
PAGE_HEADERS = [
    ("Cache-Control", "no-store"),
    ("Referrer-Policy", "same-origin"),
    ("X-Robots-Tag", "noindex"),
]


def is_of_office(document, access_token):
    """Return whether the user opens a document by rights in the office alone.

    Such rights, perhaps to read only, are no reason to decide for the customer.
    """
    key = document.access_token or ""
    has_key = bool(key and access_token) and consteq(key, access_token)
    return request.env.user._is_internal() and not has_key


class DocumentPortal(CustomerPortal):
    """What all pages of documents have in common: who may open them, and how.

    A ``dunning.portal.document`` is opened by its link or by users of the customer.
    What is missing and what is forbidden are answered alike. Asking by GET changes
    nothing, and amounts are never taken from the request.
    """

    # === ACCESS === #

    def _document_check_access(self, model_name, document_id, access_token=None):
        """Open documents to users of the customer, who have no rights on the model."""
        if not self._is_document(model_name):
            return super()._document_check_access(model_name, document_id, access_token)
        user = request.env.user
        document = request.env[model_name].sudo().browse(document_id).exists()
        if document and not user._is_public():
            if document._is_of_customer(user.partner_id):
                return document
        if access_token and not access_token.isascii():
            raise AccessError(request.env._("This link is not complete."))
        return super()._document_check_access(model_name, document_id, access_token)

    def _is_document(self, model_name):
        mixin = request.env.registry["dunning.portal.document"]
        return issubclass(request.env.registry[model_name], mixin)

    def _find_document(self, model_name, document_id, access_token):
        """Return a document that may be shown, in the customer's language.

        The page speaks that language too, whoever looks at it.

        :raise NotFound: when it is missing, forbidden or not sent yet
        """
        try:
            document_sudo = self._document_check_access(
                model_name, document_id, access_token
            )
        except (AccessError, MissingError):
            raise request.not_found() from None
        if not document_sudo._is_shown():
            raise request.not_found()
        request.update_context(lang=document_sudo.lang)
        return document_sudo._localized()

    def _find_to_decide(self, model_name, document_id, access_token):
        """Return a document whose customer decides, by login or with its key.

        :raise NotFound: see ``_find_document``, and for the office
        """
        document = self._find_document(model_name, document_id, access_token)
        if is_of_office(document, access_token):
            raise request.not_found()
        return document

    # === LIST === #

    def _render_list(self, model_name, template, values, page=1, sortby=None):
        """Return a list under 'My account', page by page.

        :param dict values: ``url``, ``page_name``, ``sortings`` (the default first) and
            ``records`` (what the template calls them)
        """
        sortings = values["sortings"]
        sortby = sortby if sortby in sortings else next(iter(sortings))
        documents_sudo = request.env[model_name].sudo()
        domain = documents_sudo._get_portal_domain(request.env.user.partner_id)
        pager = portal_pager(
            url=values["url"],
            url_args={"sortby": sortby},
            total=documents_sudo.search_count(domain),
            page=page,
            step=self._items_per_page,
        )
        found = documents_sudo.search(
            domain,
            order=sortings[sortby]["order"],
            limit=self._items_per_page,
            offset=pager["offset"],
        )
        content = self._prepare_portal_layout_values() | {
            "page_name": values["page_name"],
            values["records"]: found,
            "pager": pager,
            "default_url": values["url"],
            "searchbar_sortings": sortings,
            "sortby": sortby,
        }
        return request.render(template, content)

    def _count_documents(self, model_name):
        """Return how many documents the user finds under 'My account'."""
        documents_sudo = request.env[model_name].sudo()
        partner = request.env.user.partner_id
        return documents_sudo.search_count(documents_sudo._get_portal_domain(partner))

    # === PAGE === #

    def _render_document(
        self,
        document,
        template,
        page_name,
        problem=False,
        status=200,
        pid=None,
        hash=None,
        **_options,
    ):
        """Return the page.

        :param str page_name: what the templates call the document, too
        :param str problem: what went wrong, in words
        :param pid: id of the partner who writes in the thread, proved by ``hash``
        """
        values = {
            **document._prepare_portal_values(),
            "html_data": {"lang": document.lang.replace("_", "-")},
            "page_name": page_name,
            page_name: document,
            "document": document,
            "object": document,
            "token": document.access_token,
            "pid": pid,
            "hash": hash,
            "problem": problem,
            "signer": self._get_signer(document),
        }
        response = request.render(template, values)
        response.status_code = status
        response.headers.extend(PAGE_HEADERS)
        return response

    def _answer_pdf(self, document, render):
        """Return the document as a PDF, or the page that says why there is none.

        :param render: method that returns the page of a document, see
            ``_render_document``
        """
        try:
            content = document._render_pdf()
        except UserError as error:
            _logger.warning("PDF of %s: %s", document.display_name, error)
            problem = request.env._(
                "The PDF cannot be made at this moment. Please print this page from "
                "your browser, or ask us for the document."
            )
            return render(document, problem=problem, status=503)
        name = f"{document._get_document_name()}.pdf"
        headers = [
            *PAGE_HEADERS,
            ("Content-Type", "application/pdf"),
            ("Content-Length", len(content)),
            ("Content-Disposition", content_disposition(name, "inline")),
            ("X-Content-Type-Options", "nosniff"),
        ]
        return request.make_response(content, headers=headers)

    def _get_signer(self, document):
        """Return the name that the acceptance begins with; companies do not sign."""
        user = request.env.user
        if not user._is_public() and not user._is_internal():
            return user.name
        contact = document.contact_id or document.partner_id
        return "" if contact.is_company else contact.name

    # === DECIDING === #

    def _try(self, function, *args):
        """Call a step of the customer: all of it happens, or nothing.

        :return: what keeps it from happening, in words, or ``False``
        :rtype: str | bool
        """
        try:
            with request.env.cr.savepoint():
                function(*args)
        except UserError as error:
            return str(error)
        return False

    def _sign(self, model_name, document_id, name, signature):
        """Accept with name and drawn signature, as Odoo's signature form posts them.

        The keys of the page come in the address; everything else is ignored.

        :return: ``error`` in words, or where to go on
        :rtype: dict
        """
        keys = request.httprequest.args
        document = self._find_to_decide(
            model_name, document_id, keys.get("access_token")
        )
        if not request.validate_csrf(keys.get("csrf_token")):
            return {
                "error": request.env._("Your session has ended: open the page again.")
            }
        error = self._try(document._accept_by_customer, name, signature)
        if error:
            return {"error": error}
        return {"force_refresh": True, "redirect_url": document.get_portal_url()}
