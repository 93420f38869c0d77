from werkzeug.urls import url_encode

from odoo import models
from odoo.exceptions import UserError

MAX_CUSTOMERS = 500  # in one file; their ids stand in its address


class DunningCase(models.Model):
    """The statement of a case: of its customer, in its currency."""

    # one concept, one file
    _inherit = "dunning.case"  # pylint: disable=consider-merging-classes-inherited

    def action_print_statement(self):
        """Open the statements of account of the cases as one PDF."""
        currency = self.currency_id if len(self) == 1 else None
        return self.partner_id._print_dunning_statement(self.company_id, currency)


class AccountMove(models.Model):
    """The statement of an invoice: of its customer, in all currencies."""

    _inherit = "account.move"  # pylint: disable=consider-merging-classes-inherited

    def action_print_statement(self):
        """Open the statements of account of the invoices' customers as one PDF."""
        self.check_access("read")
        return self.commercial_partner_id._print_dunning_statement(self.company_id)


class ResPartner(models.Model):
    """The statement of a customer, in all currencies, from the current company."""

    _inherit = "res.partner"  # pylint: disable=consider-merging-classes-inherited

    def action_print_statement(self):
        """Open the statements of account of the customers as one PDF."""
        self.check_access("read")
        return self._print_dunning_statement(self.env.company)

    def _print_dunning_statement(self, company, currency=None):
        """Return the action that opens the statements of the customers.

        :param res.company company: whose books are asked, one
        :param res.currency currency: only this one
        :rtype: dict
        :raise UserError: without a customer, with too many, or from several companies
        """
        customers = self.commercial_partner_id
        if len(company) > 1:
            raise UserError(
                self.env._(
                    "A statement belongs to one company. Choose entries of one company."
                )
            )
        if not customers:
            raise UserError(self.env._("Choose a customer for the statement first."))
        if len(customers) > MAX_CUSTOMERS:
            raise UserError(
                self.env._(
                    "Choose at most %(count)s customers at a time.", count=MAX_CUSTOMERS
                )
            )
        self.env["dunning.link"]._issue_for_statements(company, customers)
        query = {"partners": ",".join(map(str, customers.ids))}
        if currency:
            query["currency"] = currency.id
        return {
            "type": "ir.actions.act_url",
            "url": f"/payment_reminder/statement/{company.id}?{url_encode(query)}",
            "target": "new",
        }
