import base64
import io
from datetime import timedelta

from PIL import Image

from odoo import http
from odoo.tests import new_test_user

from .estimate_common import EstimateCommon


class EstimatePortalCommon(EstimateCommon):
    """Two customers with a user each, and an estimate that the first one was sent.

    The clock's day is used: customers decide today. ``HttpCase`` comes beside it.
    """

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.today = cls.company._get_dunning_today()
        cls.other_customer = cls._create_customer("Bob Other")
        cls.user_a = cls._create_portal_user("portal_a", cls.customer)
        cls.user_b = cls._create_portal_user("portal_b", cls.other_customer)
        cls.seller = new_test_user(
            cls.env,
            login="portal_seller",
            groups="payment_reminder.group_estimate_user",
            company_id=cls.company.id,
            company_ids=cls.company.ids,
        )
        cls.company.resource_calendar_id.tz = "Europe/Brussels"
        cls.estimate = cls._offer()

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
    def _offer(cls, *stages, **values):
        """Return a sent estimate whose customer may ask for other deadlines."""
        return cls._sent(
            *(stages or ({"name": "Design", "rating_ids": cls._rated(cls.high)},)),
            **{
                "user_id": cls.seller.id,
                "date_deadline": cls.today + timedelta(days=40),
                "date_earliest": cls.today + timedelta(days=5),
                "date_latest": cls.today + timedelta(days=60),
                **values,
            },
        )

    @classmethod
    def _draw(cls):
        """Return a signature as the page posts it."""
        target = io.BytesIO()
        Image.new("RGB", (30, 10), "navy").save(target, "PNG")
        return base64.b64encode(target.getvalue()).decode()

    # === REQUESTS === #

    def _url(self, estimate, suffix="", token=None, **options):
        """Return the address of the page, by default with the estimate's own key."""
        token = estimate.access_token if token is None else token
        options = {"access_token": token, **options} if token else options
        query = "&".join(f"{name}={value}" for name, value in options.items())
        return f"/my/estimates/{estimate.id}{suffix}" + (f"?{query}" if query else "")

    def _accept(self, estimate=None, csrf=None, token=None, **params):
        """Post an acceptance as the signature form does; return its result."""
        estimate = estimate or self.estimate
        csrf = http.Request.csrf_token(self) if csrf is None else csrf
        params = {"name": "Ann Example", "signature": self._draw()} | params
        return self.make_jsonrpc_request(
            self._url(estimate, "/accept", token, csrf_token=csrf), params
        )

    def _post(self, suffix, estimate=None, token=None, **data):
        """Post a form of the page, with its key against forgery."""
        data = {"csrf_token": http.Request.csrf_token(self), **data}
        url = self._url(estimate or self.estimate, suffix, token)
        return self.url_open(url, data=data, allow_redirects=False)
