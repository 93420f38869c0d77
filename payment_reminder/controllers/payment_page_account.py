from odoo import http
from odoo.fields import Domain
from odoo.http import request

from odoo.addons.account_payment.controllers.portal import PortalAccount

from .payment_page import PaymentPage


class PaymentPageAccount(PaymentPage, PortalAccount):
    """The payment pages of a customer who logs in, under 'My account'."""

    @http.route(
        "/my/pay",
        type="http",
        auth="user",
        website=True,
        sitemap=False,
        methods=["GET"],
        readonly=True,
    )
    def payment_page_list(self, **_options):
        """List what is open by company and currency; a single one opens at once."""
        places = self._get_places()
        if len(places) == 1:
            return request.redirect(places[0]["url"])
        values = self._prepare_portal_layout_values() | {
            "page_name": "payment_pages",
            "places": places,
        }
        return request.render("payment_reminder.portal_my_payment_pages", values)

    @http.route()
    def portal_my_overdue_invoices(self, **kw):
        """Lead to the payment page, which counts what is open, line by line."""
        if self._get_places():
            return request.redirect("/my/pay")
        return super().portal_my_overdue_invoices(**kw)

    def _prepare_home_portal_values(self, counters):
        values = super()._prepare_home_portal_values(counters)
        if "payment_page_count" in counters:
            overdue = self._get_open_domain() & Domain(
                "date_maturity", "<", request.env.company.sudo()._get_dunning_today()
            )
            lines = request.env["account.move.line"].sudo()
            values["payment_page_count"] = lines.search_count(overdue)
        return values

    # === HELPERS === #

    def _get_open_domain(self):
        """Return the domain of what the user's company or person owes, anywhere."""
        customer = request.env.user.partner_id.commercial_partner_id
        return Domain(
            [
                ("partner_id.commercial_partner_id", "=", customer.id),
                ("account_type", "=", "asset_receivable"),
                ("parent_state", "=", "posted"),
                ("reconciled", "=", False),
                ("amount_residual_currency", ">", 0),
            ]
        )

    def _get_places(self):
        """Return where something is open: per company and currency.

        :return: dicts with ``company``, ``currency``, ``amount`` (text), ``late``
            (text, or False) and ``url``
        :rtype: list[dict]
        """
        lines = request.env["account.move.line"].sudo()
        groups = lines._read_group(
            self._get_open_domain(),
            ["company_id", "currency_id"],
            ["amount_residual_currency:sum"],
        )
        late = self._get_late_amounts(lines)
        met = request.env["res.currency"].union(*(group[1] for group in groups))
        return [
            {
                "company": company,
                "currency": currency,
                "amount": currency._format_dunning(amount, met),
                "late": currency._format_dunning(late[company, currency], met)
                if (company, currency) in late
                else False,
                "url": self._get_place_url(company, currency),
            }
            for company, currency, amount in groups
        ]

    def _get_late_amounts(self, lines):
        today = request.env.company.sudo()._get_dunning_today()
        groups = lines._read_group(
            self._get_open_domain() & Domain("date_maturity", "<", today),
            ["company_id", "currency_id"],
            ["amount_residual_currency:sum"],
        )
        return {(company, currency): amount for company, currency, amount in groups}

    def _get_place_url(self, company, currency):
        """Return the page of a case, or of a customer of whom there is none yet."""
        case = (
            request.env["dunning.case"]
            .sudo()
            .search(
                [
                    ("company_id", "=", company.id),
                    (
                        "partner_id",
                        "=",
                        request.env.user.partner_id.commercial_partner_id.id,
                    ),
                    ("currency_id", "=", currency.id),
                    ("merged_into_id", "=", False),
                ],
                limit=1,
            )
        )
        if case:
            return f"/my/pay/{case.id}"
        return f"/my/pay/company/{company.id}?currency={currency.name}"
