import re
from datetime import datetime, timedelta

from pytz import timezone

from odoo import http
from odoo.tests import new_test_user

from .handover_common import HandoverCommon

NONCE = re.compile(r'name="nonce" value="([\w-]+)"')


class HandoverPortalCommon(HandoverCommon):
    """An agency with a login, on the clock's day; stands before ``HttpCase``."""

    @classmethod
    def setUpClass(cls):
        cls.today = datetime.now(timezone("Europe/Brussels")).date()
        super().setUpClass()
        cls.env["ir.config_parameter"].set_param(
            "payment_reminder.limit.handover", "1000/1000"
        )
        cls.officer = new_test_user(
            cls.env,
            login="handover_officer",
            groups="payment_reminder.group_dunning_user",
            company_id=cls.company.id,
            company_ids=cls.company.ids,
        )
        cls._case().user_id = cls.officer
        cls.rival = cls._create_agency("Slow Collections")
        cls.user = cls._create_login("agency_swift", cls.agency)
        cls._create_login("agency_slow", cls.rival)
        cls._create_login("customer_ann", cls.customer)
        cls.handover = cls._hand_over(user_id=cls.officer.id, message="Be polite")
        cls.handover.sudo().handed_over_on = cls._days_ago(5)

    @classmethod
    def _create_login(cls, login, partner, company=None):
        company = company or cls.company
        user = new_test_user(
            cls.env,
            login=login,
            groups="base.group_portal",
            company_id=company.id,
            company_ids=company.ids,
        )
        user.partner_id.parent_id = partner
        return user

    def setUp(self):
        super().setUp()
        self.authenticate("agency_swift", "agency_swift")

    # === REQUESTS === #

    def _path(self, suffix="", handover=None):
        return f"/my/handovers/{(handover or self.handover).id}{suffix}"

    def _open(self, suffix="", handover=None, login=None):
        if login:
            self.authenticate(login, login)
        return self.url_open(self._path(suffix, handover), allow_redirects=False)

    def _nonce(self):
        return NONCE.search(self._open().text)[1]

    def _tell(self, kind, files=None, handover=None, **data):
        """Post a form of the page, with its key against forgery."""
        data = {
            "csrf_token": http.Request.csrf_token(self),
            "nonce": data.pop("nonce", None) or "n" * 24,
            **data,
        }
        sent = [("file", file) for file in files or []] or None
        return self.url_open(
            self._path(f"/{kind}", handover),
            data=data,
            files=sent,
            allow_redirects=False,
        )

    def _forms(self):
        """Return a form of each kind that says something possible."""
        return {
            "report": {
                "status": "in_contact",
                "text": "She has answered",
                "next_date": (self.today + timedelta(days=10)).isoformat(),
            },
            "payment": {"amount": "40,50", "received_on": self.today.isoformat()},
            "return": {"text": "She has moved abroad"},
        }
