from odoo import http
from odoo.http import content_disposition, request

from .main import PaymentReminderController


class InterestRatesController(PaymentReminderController):
    """Reference rates as a file; asking changes nothing."""

    @http.route(
        "/payment_reminder/interest_rates.csv",
        type="http",
        auth="user",
        methods=["GET"],
        readonly=True,
    )
    def export_interest_rates(self, references=""):
        """Return the rates of some references as CSV.

        :param str references: ids, with commas
        """
        if not request.env.user.has_group("payment_reminder.group_dunning_readonly"):
            raise request.not_found()
        model = request.env["interest.reference"].with_context(active_test=False)
        found = model.search([("id", "in", self._split_ids(references))])
        if not found:
            raise request.not_found()
        codes = "-".join(found[:3].mapped("code")).lower()
        return request.make_response(
            found._make_csv(),
            headers=[
                ("Content-Type", "text/csv; charset=utf-8"),
                ("Content-Disposition", content_disposition(f"{codes}.csv")),
                ("X-Content-Type-Options", "nosniff"),
            ],
        )
