from odoo import http

from .common import DunningCommon


class PaymentPageCommon(DunningCommon):
    """A customer with open invoices and a link to the payment page."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.invoice = cls._overdue(20)
        cls.env["dunning.planner"]._open_cases(cls.company)
        cls.case = cls.env["dunning.case"].search(
            [
                ("partner_id", "=", cls.invoice.commercial_partner_id.id),
                ("company_id", "=", cls.company.id),
            ]
        )
        cls.link = cls.env["dunning.link"]._issue(cls.case)

    def _page(self, **options):
        """Return the page of the customer, as the controller makes it."""
        pages = self.env["dunning.payment.page"]
        return pages._make(self.case, "/pay/x", self.link, **options)

    def _path(self, suffix="", link=None):
        return f"/pay/{(link or self.link)._get_token()}{suffix}"

    def _post(self, suffix, link=None, **data):
        """Post a form of the page, with its key against forgery (``HttpCase``)."""
        data = {"csrf_token": http.Request.csrf_token(self), **data}
        return self.url_open(self._path(suffix, link), data=data, allow_redirects=False)
