import base64
import io

from PIL import Image

from odoo import http
from odoo.tests import new_test_user


class PortalCommon:
    """Users of customers, and requests as the pages of documents make them.

    Stands before a common of the product; ``HttpCase`` comes beside it. Whoever uses it
    names the ``_path`` of its pages and gives ``_get_shown``.
    """

    _path = ""

    @classmethod
    def _create_portal_user(cls, login, customer):
        user = new_test_user(
            cls.env,
            login=login,
            groups="base.group_portal",
            company_id=cls.company.id,
            company_ids=cls.company.ids,
        )
        user.partner_id.parent_id = customer
        return user

    @classmethod
    def _create_portal_seller(cls, login, group):
        return new_test_user(
            cls.env,
            login=login,
            groups=group,
            company_id=cls.company.id,
            company_ids=cls.company.ids,
        )

    @classmethod
    def _draw(cls):
        """Return a signature as the page posts it."""
        target = io.BytesIO()
        Image.new("RGB", (30, 10), "navy").save(target, "PNG")
        return base64.b64encode(target.getvalue()).decode()

    # === REQUESTS === #

    def _get_shown(self):
        """Return the document that requests are about if they name none."""
        raise NotImplementedError

    def _url(self, document, suffix="", token=None, **options):
        """Return the address of the page, by default with the document's own key."""
        token = document.access_token if token is None else token
        options = {"access_token": token, **options} if token else options
        query = "&".join(f"{name}={value}" for name, value in options.items())
        return f"{self._path}/{document.id}{suffix}" + (f"?{query}" if query else "")

    def _open(self, document=None, suffix="", token=None, **options):
        return self.url_open(
            self._url(document or self._get_shown(), suffix, token, **options),
            allow_redirects=False,
        )

    def _accept(self, document=None, csrf=None, token=None, **params):
        """Post an acceptance as the signature form does; return its result."""
        document = document or self._get_shown()
        csrf = http.Request.csrf_token(self) if csrf is None else csrf
        params = {"name": "Ann Example", "signature": self._draw()} | params
        return self.make_jsonrpc_request(
            self._url(document, "/accept", token, csrf_token=csrf), params
        )

    def _post(self, suffix, document=None, token=None, **data):
        """Post a form of the page, with its key against forgery."""
        data = {"csrf_token": http.Request.csrf_token(self), **data}
        url = self._url(document or self._get_shown(), suffix, token)
        return self.url_open(url, data=data, allow_redirects=False)

    def _assert_missing(self, response):
        self.assertEqual(response.status_code, 404)
