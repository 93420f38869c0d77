import re
from datetime import datetime, timedelta

from pytz import timezone

from odoo import http
from odoo.tests import new_test_user

from .payment_page_common import PaymentPageCommon

NONCE = re.compile(r'name="nonce" value="([\w-]+)"')


class PaymentPageSayCommon(PaymentPageCommon):
    """A customer who says something, on the clock's day; stands before ``HttpCase``."""

    @classmethod
    def setUpClass(cls):
        cls.today = datetime.now(timezone("Europe/Brussels")).date()
        super().setUpClass()
        cls.env["ir.config_parameter"].set_param(
            "payment_reminder.limit.say", "1000/1000"
        )
        cls.bill = cls._overdue(10, 50.0)
        cls.coming = cls._overdue(-20, 70.0)
        cls.env["dunning.planner"]._open_cases(cls.company, cls.customer)
        cls.officer = new_test_user(
            cls.env,
            login="say_officer",
            groups="payment_reminder.group_dunning_user",
            company_id=cls.company.id,
            company_ids=cls.company.ids,
            email="officer@example.com",
        )
        cls.case.user_id = cls.officer
        cls.user = new_test_user(
            cls.env,
            login="say_portal",
            groups="base.group_portal",
            company_id=cls.company.id,
            company_ids=cls.company.ids,
        )
        cls.user.partner_id.parent_id = cls.customer
        cls.moves = cls.invoice | cls.bill

    def setUp(self):
        super().setUp()
        self.authenticate(None, None)

    def _in_days(self, days):
        return (self.today + timedelta(days=days)).isoformat()

    def _keys(self, *moves):
        return [str(line.id) for move in moves for line in self._receivables(move)]

    def _nonce(self):
        return NONCE.search(self.url_open(self._path()).text)[1]

    def _tell(self, kind, files=None, base=None, **data):
        """Post what is said; by default as the link's page does."""
        data = {
            "csrf_token": http.Request.csrf_token(self),
            "nonce": data.pop("nonce", None) or self._nonce(),
            **data,
        }
        url = (base or self._path()) + f"/say/{kind}"
        sent = [("file", file) for file in files or []] or None
        return self.url_open(url, data=data, files=sent, allow_redirects=False)

    def _forms(self):
        """Return a form of each kind that says something possible."""
        return {
            "promise": {"day": self._in_days(9), "amount": "120,50"},
            "installments": {"count": "3", "day": self._in_days(10)},
            "dispute": {
                "item": self._keys(self.bill),
                "category": "quality",
                "text": "Not what we agreed",
            },
            "paid": {
                "day": self._in_days(-2),
                "way": "transfer",
                "reference": "RF18",
            },
            "callback": {
                "phone": "02 555 12 12",
                "day": self._in_days(2),
                "window": "morning",
            },
            "question": {"text": "Where is the report?"},
        }

    def _reply(self):
        return self.env["dunning.reply"].search([], limit=1, order="id DESC")

    def _count(self):
        return self.env["dunning.reply"].search_count([])

    def _history(self):
        return " ".join(str(body) for body in self.case.message_ids.mapped("body"))

    def _why(self, move):
        """Return why a run of today leaves an invoice out."""
        self.env.invalidate_all()
        return self._reasons(self._plan(), move)
