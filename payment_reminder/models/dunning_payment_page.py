from odoo import SUPERUSER_ID, api, fields, models
from odoo.fields import Domain


class _Memo:
    """What a page has read in one request; two of them are never equal."""

    def __init__(self):
        self.known = {}


class DunningPaymentPage(models.AbstractModel):
    """The customer's page: what is owed now in a company, how to pay it, what to say.

    It is never stored: ``_make`` gives a record that lives in memory, with the rights
    of the system. Whoever makes it has checked that the customer may see it. All that
    it shows and all that is paid is computed here; nothing is taken from a request.
    """

    _name = "dunning.payment.page"
    _inherit = ["dunning.document", "dunning.unstored", "dunning.typed.form"]
    _description = "Payment Page"

    case_id = fields.Many2one(comodel_name="dunning.case")
    company_id = fields.Many2one(comodel_name="res.company")
    partner_id = fields.Many2one(comodel_name="res.partner")
    contact_id = fields.Many2one(comodel_name="res.partner")
    currency_id = fields.Many2one(comodel_name="res.currency")
    usual_currency_id = fields.Many2one(comodel_name="res.currency")
    currency_codes = fields.Char(help="Of all that anything is open in, with commas.")
    user_id = fields.Many2one(comodel_name="res.users")
    link_id = fields.Many2one(comodel_name="dunning.link")
    date = fields.Date()
    lang = fields.Char()
    url = fields.Char(help="Path of the page; the paths of its steps begin with it.")

    # === MAKING === #

    @api.model
    def _reading(self):
        """Return the model for a request that only looks.

        What its pages read of the database they read once. Whatever locks or changes
        something reads anew each time, and does not begin here.
        """
        return self.with_context(dunning_page_memo=_Memo())

    def _in_company_time(self, company):
        """Return the model with the company's clock, not that of who asks."""
        tz = company._get_dunning_tz()
        return self.with_context(tz=tz) if tz else self

    def _once(self, key, read):
        """Return what ``read()`` says; a page that is only looked at asks it once.

        :param str key: under which it is remembered
        """
        memo = self.env.context.get("dunning_page_memo")
        if memo is None:
            return read()
        if key not in memo.known:
            memo.known[key] = read()
        return memo.known[key]

    @api.model
    def _make(self, case, url, link=None, lang=None, currency=None):
        """Return the page of the customer of a case.

        :param dunning.case case: from which it was asked for; its currency is first
        :param str url: path under which the page was opened
        :param dunning.link link: by which it was opened, if it was not by login
        :param str lang: an installed language that was chosen, default the customer's
        :param str currency: code of another currency that was chosen
        :return: a record that is not stored, in the language of the page
        :rtype: dunning.payment.page
        """
        return self._make_for(
            case.company_id, case.partner_id, url, lang, currency, case.sudo(), link
        )

    @api.model
    def _make_for(
        self, company, customer, url, lang=None, currency=None, case=None, link=None
    ):
        """Return the page of a customer, of whom nobody may have been reminded yet.

        Its case is that of its currency, if there is one, or else ``case``.

        :param res.partner customer: a company or person, no contact of it
        :param str currency: code; default that of the case, of the company, or of what
            is open
        :rtype: dunning.payment.page
        """
        company, customer = company.sudo(), customer.sudo()
        self = self._in_company_time(company)
        page = self.sudo().new(
            {
                "company_id": company.id,
                "partner_id": customer.id,
                "contact_id": self._find_contact(company, customer, link).id,
                "link_id": link and link.id,
                "date": company._get_dunning_today(),
                "url": url,
            }
        )
        page.lang = lang or page._find_lang()
        cases = page._get_cases()
        usual = case.currency_id if case else company.currency_id
        known = page._get_currencies(cases)
        page.currency_codes = ",".join(known.mapped("name"))
        page.usual_currency_id = (known & usual) or known[:1] or usual
        named = known.filtered(lambda one: one.name == currency)
        page.currency_id = named or page.usual_currency_id
        own = cases.filtered(lambda one: one.currency_id == page.currency_id)
        page.case_id = own[:1] or case
        page.user_id = page.case_id._get_signatory() if page.case_id else False
        return page._localized()

    def _find_contact(self, company, customer, link=None):
        """Return who is taken to look at the page: who got the link.

        Without a link, or when its recipient has left: whom mails are written to.

        :rtype: res.partner
        """
        reader = link.contact_id if link else customer.browse()
        if reader.active and reader.commercial_partner_id == customer:
            return reader
        statements = self.env["dunning.statement"].sudo().with_company(company)
        return statements._find_contact(company, customer, channel="email")

    # === CASE === #

    def _ensure_case(self):
        """Return the case of the page; a step that is posted opens it where it can.

        :return: empty where nothing has to be reminded of yet
        :rtype: dunning.case
        """
        if not self.case_id:
            planner = (  # a new case belongs to nobody, least of all to who asks
                self.env["dunning.planner"]
                .with_user(SUPERUSER_ID)
                .with_company(self.company_id)
            )
            with self._kept():
                planner._open_cases(self.company_id, self.partner_id)
            self.case_id = self._get_cases().filtered(
                lambda case: case.currency_id == self.currency_id
            )
        return self.case_id

    # === WHAT IS OWED === #

    def _get_cases(self):
        """Return the customer's cases in the company, the one asked for first.

        :rtype: dunning.case
        """
        cases = self._once("cases", self._search_cases)
        return cases.sorted(lambda case: (case != self.case_id, case.currency_id.name))

    def _search_cases(self):
        return (
            self.env["dunning.case"]
            .sudo()
            .search_fetch(
                Domain("company_id", "=", self.company_id.id)
                & Domain("partner_id", "=", self.partner_id.id)
                & Domain("merged_into_id", "=", False),
                ["currency_id"],
            )
        )

    def _get_receivables(self, currency=None):
        """Return the open receivable lines of the customer, the oldest first.

        :param res.currency currency: default that of the page
        :rtype: account.move.line
        """
        return (
            self.env["account.move.line"]
            .sudo()
            .search(
                self._get_open_domain()
                & Domain("currency_id", "=", (currency or self.currency_id).id)
                & Domain("amount_residual_currency", ">", 0),
                order="date_maturity, date, id",
            )
        )
