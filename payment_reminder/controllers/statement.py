from odoo import http
from odoo.exceptions import AccessError
from odoo.http import request

from ..exceptions import LetterEngineError
from .main import PaymentReminderController


class StatementController(PaymentReminderController):
    """Statements of account for the people in the office; asking changes nothing."""

    @http.route(
        "/payment_reminder/statement/<int:company_id>",
        type="http",
        auth="user",
        methods=["GET"],
        readonly=True,
    )
    def print_statement(self, company_id, partners="", currency=""):
        """Return the statements of some customers in one PDF.

        :param str partners: ids of customers, with commas
        :param str currency: id of the only currency to print, empty for all
        """
        company = self._find_company(company_id)
        customers = self._find_customers(company, partners)
        only = request.env["res.currency"].browse(self._split_ids(currency)).exists()
        model = request.env["dunning.statement"].with_company(company)
        statements = model._make(company, customers, only)
        name = self._get_statement_name(customers, statements)
        try:
            return self._make_pdf_response(model._render_pdf(statements), f"{name}.pdf")
        except LetterEngineError as error:
            return self._make_page(
                "payment_reminder.statement_page",
                {
                    "title": name,
                    "remark": str(error),
                    "body_html": str(model._render_html(statements)),
                },
            )

    # === HELPERS === #

    def _find_company(self, company_id):
        """Return a company of the user, who may see reminders.

        :raise NotFound: otherwise
        """
        user = request.env.user
        company = user.company_ids.filtered(lambda one: one.id == company_id)
        if not company or not user.has_group("payment_reminder.group_dunning_readonly"):
            raise request.not_found()
        return company

    def _find_customers(self, company, text):
        """Return the customers that ``text`` lists, all of them readable.

        :raise NotFound: when one is missing, or none is given
        """
        ids = self._split_ids(text)
        partners = request.env["res.partner"].with_company(company)
        try:
            found = partners.with_context(
                active_test=False, allowed_company_ids=company.ids
            ).search([("id", "in", ids)])
            customers = found.commercial_partner_id
            customers.check_access("read")
        except AccessError:
            raise request.not_found() from None
        if not ids or len(found) != len(set(ids)):
            raise request.not_found()
        return customers

    def _get_statement_name(self, customers, statements):
        label = request.env._("statement")
        parts = [label, customers.name] if len(customers) == 1 else [label]
        return " ".join([*parts, str(statements[0].date)]).replace("/", "-")
