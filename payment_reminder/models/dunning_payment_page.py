from odoo import api, fields, models
from odoo.fields import Domain

from ..tools.payment_choice import Choice, Item, choose
from .dunning_planner import PENDING_TRANSACTION_STATES


class DunningPaymentPage(models.AbstractModel):
    """The customer's page: what is owed now in a company, how to pay it, what to say.

    It is never stored: ``_make`` gives a record that lives in memory, with the rights
    of the system. Whoever makes it has checked that the customer may see it. All that
    it shows and all that is paid is computed here; nothing is taken from a request.
    """

    _name = "dunning.payment.page"
    _inherit = "dunning.document"
    _description = "Payment Page"

    case_id = fields.Many2one(comodel_name="dunning.case")
    company_id = fields.Many2one(comodel_name="res.company")
    partner_id = fields.Many2one(comodel_name="res.partner")
    contact_id = fields.Many2one(comodel_name="res.partner")
    currency_id = fields.Many2one(comodel_name="res.currency")
    user_id = fields.Many2one(comodel_name="res.users")
    link_id = fields.Many2one(comodel_name="dunning.link")
    date = fields.Date()
    lang = fields.Char()
    url = fields.Char(help="Path of the page; the paths of its steps begin with it.")

    # === MAKING === #

    @api.model
    def _make(self, case, url, link=None, lang=None):
        """Return the page of the customer of a case.

        :param dunning.case case: from which it was asked for; its currency is first
        :param str url: path under which the page was opened
        :param dunning.link link: by which it was opened, if it was not by login
        :param str lang: an installed language that was chosen, default the customer's
        :return: a record that is not stored, in the language of the page
        :rtype: dunning.payment.page
        """
        case = case.sudo()
        company, customer = case.company_id, case.partner_id
        statements = self.env["dunning.statement"].sudo().with_company(company)
        page = self.sudo().new(
            {
                "case_id": case.id,
                "company_id": company.id,
                "partner_id": customer.id,
                "contact_id": statements._find_contact(company, customer).id,
                "currency_id": case.currency_id.id,
                "user_id": case._get_signatory().id,
                "link_id": link and link.id,
                "date": company._get_dunning_today(),
                "url": url,
            }
        )
        page.lang = lang or page._find_lang()
        return page._localized()

    # === WHAT IS OWED === #

    def _get_cases(self):
        """Return the customer's cases in the company, the one asked for first.

        :rtype: dunning.case
        """
        cases = (
            self.env["dunning.case"]
            .sudo()
            .search(
                Domain("company_id", "=", self.company_id.id)
                & Domain("partner_id", "=", self.partner_id.id)
                & Domain("merged_into_id", "=", False)
            )
        )
        return cases.sorted(lambda case: (case != self.case_id, case.currency_id.name))

    def _get_receivables(self, currency=None):
        """Return the open receivable lines of the customer, the oldest first.

        :param res.currency currency: default that of the page
        :rtype: account.move.line
        """
        lines = (
            self.env["account.move.line"]
            .sudo()
            .search(
                [
                    ("company_id", "=", self.company_id.id),
                    ("partner_id.commercial_partner_id", "=", self.partner_id.id),
                    ("account_type", "=", "asset_receivable"),
                    ("parent_state", "=", "posted"),
                    ("reconciled", "=", False),
                    ("currency_id", "=", (currency or self.currency_id).id),
                    ("amount_residual_currency", ">", 0),
                ],
                order="date_maturity, date, id",
            )
        )
        return lines

    def _get_pending_lines(self, lines):
        """Return those of ``lines`` for which an online payment is on its way.

        :rtype: account.move.line
        """
        return lines.filtered(
            lambda line: any(
                transaction.state in PENDING_TRANSACTION_STATES
                for transaction in line.move_id.transaction_ids
            )
        )

    # === WHAT IS CHOSEN === #

    def _choose(self, keys=None, amount=None) -> Choice:
        """Return what a choice on the page means, in the page's currency.

        :param list[int] keys: ids of receivable lines, default all that is due by now,
            or else all that is open
        :param decimal.Decimal amount: a part of it, the oldest first
        :raise ChoiceError: see ``tools.payment_choice``
        """
        lines = self._get_receivables()
        lines -= self._get_pending_lines(lines)
        if keys is None:
            due = lines.filtered(
                lambda line: (line.date_maturity or line.date) <= self.date
            )
            keys = (due or lines).ids
        return choose(map(self._to_item, lines), keys, amount)

    def _to_item(self, line):
        return Item(
            line.id,
            line.date_maturity or line.date,
            self._to_decimal(line.amount_residual_currency),
        )
