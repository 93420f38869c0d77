from bisect import bisect_left

from markupsafe import Markup

from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools.misc import format_date

#: The last day of each step of the ageing, in days late; 0 is 'not due yet'.
AGEING_DAYS = (0, 30, 60, 90)


class DunningStatement(models.AbstractModel):
    """A statement of account: what is open with a customer in a currency, no demand.

    It is never stored: ``_make`` gives records that live in memory. It looks like a
    letter and is printed by the same printer.
    """

    _name = "dunning.statement"
    _inherit = "dunning.document"
    _description = "Statement of Account"

    company_id = fields.Many2one(comodel_name="res.company")
    partner_id = fields.Many2one(comodel_name="res.partner")
    contact_id = fields.Many2one(comodel_name="res.partner")
    currency_id = fields.Many2one(comodel_name="res.currency")
    user_id = fields.Many2one(comodel_name="res.users")
    date = fields.Date()
    lang = fields.Char()

    # === MAKING === #

    @api.model
    def _make(self, company, partners, currency=None, date=None):
        """Return the statements of ``partners``: one per customer and currency.

        A customer with nothing open gets one that says so.

        :param res.company company: whose books are asked
        :param res.partner partners: customers, or contacts of them
        :param res.currency currency: only this one
        :param datetime.date date: for days late, default the company's today
        :return: records that are not stored
        :rtype: list[dunning.statement]
        """
        date = date or company._get_dunning_today()
        customers = partners.commercial_partner_id
        found = self._get_open_currencies(company, customers)
        statements = []
        for customer in customers:
            open_ones = found.get(customer.id, self.env["res.currency"])
            for one in currency or open_ones or company.currency_id:
                statement = self.new(self._prepare_values(company, customer, one, date))
                statement.lang = statement._find_lang()
                statements.append(statement)
        return statements

    def _prepare_values(self, company, customer, currency, date):
        """Return the values of the statement of a customer in a currency."""
        case = (
            self.env["dunning.case"]
            .sudo()
            .search(
                [
                    ("company_id", "=", company.id),
                    ("partner_id", "=", customer.id),
                    ("currency_id", "=", currency.id),
                ]
            )
        )
        user = (
            case._get_signatory()
            if case
            else customer._get_dunning_responsible(company, case.line_ids.move_line_id)
        )
        asking = self.env.user.filtered(lambda user: not user._is_superuser())
        return {
            "company_id": company.id,
            "partner_id": customer.id,
            "contact_id": self._find_contact(company, customer, currency).id,
            "currency_id": currency.id,
            "user_id": (user or asking).id,
            "date": date,
        }

    def _find_contact(self, company, customer, currency=None, channel="letter"):
        """Return whom to write to, as the planner of reminders chooses it.

        :param res.currency currency: only what is open in it
        :param str channel: through which it is sent
        :rtype: res.partner
        """
        domain = Domain(self._get_open_domain(company, customer))
        if currency:
            domain &= Domain("currency_id", "=", currency.id)
        lines = self.env["account.move.line"].sudo().search(domain)
        owed = lines.filtered(lambda line: line.amount_residual_currency > 0)
        return customer._get_dunning_contact(company, owed, channel)

    def _get_open_currencies(self, company, customers):
        """Return in which currencies something is open.

        :return: ``{customer id: res.currency}``
        :rtype: dict
        """
        groups = (
            self.env["account.move.line"]
            .sudo()
            ._read_group(
                self._get_open_domain(company, customers),
                ["partner_id", "currency_id"],
            )
        )
        found = {}
        for partner, currency in groups:
            key = partner.commercial_partner_id.id
            found[key] = found.get(key, currency) | currency
        return found

    def _get_open_domain(self, company, customers):
        """Return the domain of everything that is open with the customers.

        :rtype: list
        """
        return [
            ("company_id", "=", company.id),
            ("partner_id.commercial_partner_id", "in", customers.ids),
            ("account_type", "=", "asset_receivable"),
            ("parent_state", "=", "posted"),
            ("reconciled", "=", False),
            ("amount_residual_currency", "!=", 0),
        ]

    # === CONTENT === #

    def _get_open_lines(self):
        """Return the open items, the oldest first, then payments and credits.

        :rtype: account.move.line
        """
        self.ensure_one()
        lines = (
            self.env["account.move.line"]
            .sudo()
            .search(
                self._get_open_domain(self.company_id, self.partner_id)
                + [("currency_id", "=", self.currency_id.id)],
                order="date_maturity, date, id",
            )
        )
        return lines.sorted(lambda line: line.amount_residual_currency < 0)

    def _get_bank_account(self):
        """Return the account to pay to.

        :rtype: res.partner.bank
        """
        return self._find_bank_account(self._get_open_lines().move_id)

    def _get_payment_reference(self):
        """Return the invoices' references; of many invoices the customer's number."""
        moves = self._filter_payable(self._get_open_lines()).filtered("debit").move_id
        references = [move.payment_reference or move.name or "" for move in moves]
        unique = list(dict.fromkeys(filter(None, references)))
        return ", ".join(unique) if len(unique) <= 4 else self.partner_id.ref or ""

    def _prepare_letter_values(self):
        """Return the values of the statement as a letter.

        :return: the shape that ``dunning.letter.composer`` documents
        :rtype: dict
        """
        statement = self._localized()
        lines = statement._get_open_lines()
        total = sum(statement._get_open_amount(line) for line in lines)
        payable = statement._filter_payable(lines)
        asked = sum(statement._get_open_amount(line) for line in payable)
        return {
            "lang": statement.lang,
            "number": "",
            "date": statement.date,
            "subject": statement._get_subject(),
            "sender": statement._prepare_letter_sender(),
            "recipient_lines": statement._get_recipient_lines(),
            "salutation": statement.env._("Dear Sir or Madam,"),
            "intro": statement._get_intro(lines),
            "claims": [statement._prepare_row(line) for line in lines],
            "currency": statement.currency_id,
            "total": total if lines else None,
            "ageing": statement._get_ageing(lines),
            "bank": statement._get_payment_details() if payable else [],
            "bank_heading": statement.env._("Our bank details"),
            "reference": statement._get_payment_reference() if payable else "",
            **(statement._prepare_letter_codes(asked) if payable else {}),
            "closing": statement._get_closing(lines),
            "signatory": statement._prepare_signatory(),
            "info": statement._get_letter_info(),
        }

    def _get_subject(self):
        """Return the title of the statement, with its date in words.

        :rtype: str
        """
        date = format_date(self.env, self.date, self.lang, date_format="long")
        return self.env._("Statement of account of %(date)s", date=date)

    def _get_intro(self, lines):
        """Return the one sentence of the statement: it asks for nothing but a look.

        :rtype: str
        """
        if not lines:
            return self.env._(
                "On this day nothing is open on your account with us. Thank you."
            )
        return self.env._(
            "These are the items that are open on your account with us on this day; "
            "please let us know if your records differ."
        )

    def _filter_payable(self, lines):
        """Return what of the open items is paid to us.

        :param account.move.line lines: of the statement
        :rtype: account.move.line
        """
        return lines

    def _get_closing(self, lines):
        """Return what stands below the bank details.

        :param account.move.line lines: of the statement
        :rtype: markupsafe.Markup
        """
        return Markup("<p>%s</p>") % self.env._("Yours faithfully")

    def _prepare_row(self, line):
        """Return an open item as a row of the table; credits are negative."""
        is_credit = line.amount_residual_currency < 0
        move = line.move_id
        days = self._get_days_late(line)
        return {
            "number": move.name or line.name or "",
            "date": move.invoice_date or line.date,
            "date_due": False if is_credit else line.date_maturity,
            "days_late": days,
            "lateness": self._get_lateness(line, days),
            "description": self._get_credit_text(move) if is_credit else "",
            "amount_original": self._to_decimal(line.amount_currency),
            "amount": self._get_open_amount(line),
        }

    def _get_open_amount(self, line):
        return self._to_decimal(line.amount_residual_currency)

    def _get_days_late(self, line):
        """Return the days since the item was due; 0 where it is not due yet."""
        return max((self.date - self._get_due_parts(line)[0][0]).days, 0)

    def _get_due_parts(self, line):
        """Return until when how much of an item is to be paid.

        An instalment plan divides it; everything else is due at once.

        :return: (date, Decimal) pairs, in order of the dates
        :rtype: list[tuple[datetime.date, decimal.Decimal]]
        """
        plan = line.move_id.installment_plan_id
        parts = [
            (installment.date, amount)
            for item, installment, amount in (
                plan._split() if plan.state == "active" else []
            )
            if item.move_line_id == line
        ]
        due = line.date_maturity or line.date
        return parts or [(due, self._get_open_amount(line))]

    def _get_lateness(self, line, days):
        """Return what stands instead of the days: nothing, or why there are none."""
        if line.amount_residual_currency < 0:
            return "\N{EN DASH}"
        if line.move_id.installment_plan_id.state == "active":
            return self.env._("by instalments")
        return "" if days else self.env._("not due yet")

    def _get_credit_text(self, move):
        """Return what a negative row is.

        :rtype: str
        """
        if move.move_type == "out_refund":
            return self.env._("credit note, not assigned to an invoice yet")
        return self.env._("payment or credit, not assigned to an invoice yet")

    def _get_ageing(self, lines):
        """Return how old the open amounts are; the parts sum up to the total.

        :return: (label, amount), credits last and only if there are any
        :rtype: list[tuple[str, decimal.Decimal]]
        """
        if not lines:
            return []
        *labels, credit_label = self._get_ageing_labels()
        amounts = [self._to_decimal(0.0) for _label in labels]
        credit = self._to_decimal(0.0)
        for line in lines:
            if line.amount_residual_currency < 0:
                credit += self._get_open_amount(line)
                continue
            for due, amount in self._get_due_parts(line):
                days = max((self.date - due).days, 0)
                amounts[bisect_left(AGEING_DAYS, days)] += amount
        ageing = list(zip(labels, amounts, strict=True))
        return ageing + ([(credit_label, credit)] if credit else [])

    def _get_ageing_labels(self):
        """Return the labels of the steps of ``AGEING_DAYS``, and of the credits."""
        first, second, third = (
            self.env._("%(first)s to %(last)s days", first=first + 1, last=last)
            for first, last in zip(AGEING_DAYS, AGEING_DAYS[1:], strict=False)
        )
        return [
            self.env._("Not due yet"),
            first,
            second,
            third,
            self.env._("Over %(days)s days", days=AGEING_DAYS[-1]),
            self.env._("Credits"),
        ]

    # === PRINTING === #

    @api.model
    def _render_pdf(self, statements):
        """Return one PDF of all statements, each on pages of its own.

        :param list statements: of ``_make``
        :rtype: bytes
        :raise LetterEngineError: when it cannot be made
        """
        printer = self.env["dunning.letter.printer"]
        letters = [statement._prepare_letter_values() for statement in statements]
        return printer._merge_pdf(printer._render_pdf(letters))

    @api.model
    def _render_html(self, statements):
        """Return the statements as a web page, to look at and to print.

        :rtype: markupsafe.Markup
        """
        letters = [statement._prepare_letter_values() for statement in statements]
        return self.env["dunning.letter.printer"]._render_html(letters)
