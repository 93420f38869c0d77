import re
from contextlib import contextmanager

from odoo import http
from odoo.tests import HttpCase

from ..controllers.payment_link import wrong_tries
from .payment_page_common import PaymentPageCommon

#: A limit that no test reaches.
NO_LIMIT = "100000/100000"


class WorkerCase:
    """Lets crons work within an ``HttpCase``, which is in test mode all the time."""

    @contextmanager
    def enter_registry_test_mode(self):
        """Let another cursor see what was done so far, and see what it does."""
        self.env.flush_all()
        yield
        self.env.invalidate_all()


class PaymentLinkHttpCommon(WorkerCase, PaymentPageCommon, HttpCase):
    """Visitors without an account, and without wrong tries so far."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.links = cls.env["dunning.link"].sudo()
        cls.events = cls.env["dunning.link.event"].sudo()

    def setUp(self):
        super().setUp()
        wrong_tries.clear()
        self.addCleanup(wrong_tries.clear)
        self.authenticate(None, None)

    def _set_limit(self, kind, value):
        self.env["ir.config_parameter"].set_param(
            f"payment_reminder.limit.{kind}", value
        )

    def _body(self, response):
        """Return the page without the key of the session against forgery."""
        return re.sub(r"[0-9a-f]{40}o\d+", "KEY", response.text)

    def _ask(self, email, **headers):
        data = {"csrf_token": self._csrf_token(), "email": email}
        return self.url_open("/pay/new", data=data, headers=headers)

    def _csrf_token(self):
        return http.Request.csrf_token(self)

    def _notes(self):
        return self.case.message_ids.filtered(
            lambda message: "opened the payment page" in str(message.body)
        )
