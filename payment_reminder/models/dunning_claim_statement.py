from decimal import Decimal

from markupsafe import Markup

from odoo import api, fields, models
from odoo.tools.misc import format_date


class DunningClaimStatement(models.AbstractModel):
    """What is claimed of a customer on a day, with the whole calculation.

    What a court wants to see: items, payments, segments of interest, rates, days,
    compensations, fees, and what the payments settle first by law. It is never stored,
    looks like a letter and is printed by the letters' printer.
    """

    _name = "dunning.claim.statement"
    _inherit = "dunning.document"
    _description = "Claim Statement"

    case_id = fields.Many2one(comodel_name="dunning.case")
    company_id = fields.Many2one(comodel_name="res.company")
    partner_id = fields.Many2one(comodel_name="res.partner")
    contact_id = fields.Many2one(comodel_name="res.partner")
    currency_id = fields.Many2one(comodel_name="res.currency")
    user_id = fields.Many2one(comodel_name="res.users")
    line_ids = fields.Many2many(comodel_name="account.move.line", store=False)
    date = fields.Date()
    lang = fields.Char()

    # === MAKING === #

    @api.model
    def _make(self, case, lines=None, date=None):
        """Return the claim statement of a case.

        :param dunning.case case: one case
        :param lines: of which items, as ``account.move.line`` or ``dunning.case.line``;
            default all that is overdue, and all of which something is claimed
        :param datetime.date date: of the account, default the company's today
        :return: a record that is not stored, in the customer's language
        :rtype: dunning.claim.statement
        """
        date = date or case.company_id._get_dunning_today()
        statements = self.env["dunning.statement"]
        contact = statements._find_contact(
            case.company_id, case.partner_id, case.currency_id
        )
        statement = self.new(
            {
                "case_id": case.id,
                "company_id": case.company_id.id,
                "partner_id": case.partner_id.id,
                "contact_id": contact.id,
                "currency_id": case.currency_id.id,
                "user_id": (case._get_signatory() or self.env.user).id,
                "line_ids": self._find_lines(case, lines, date).ids,
                "date": date,
            }
        )
        statement.lang = statement._find_lang()
        return statement._localized()

    def _find_lines(self, case, lines, date):
        """Return the receivables of the statement, see ``_make``."""
        if lines is not None and lines._name == "dunning.case.line":
            lines = lines.move_line_id
        case = case.sudo()
        if not lines:
            lines = self._get_late_lines(case, date)
            claims = self.env["dunning.claim"]._search_asked(case)
            lines |= claims.move_line_id | claims.fee_line_ids
        return lines.sudo().filtered(
            lambda line: (
                line.parent_state == "posted"
                and line.partner_id.commercial_partner_id == case.partner_id
                and line.currency_id == case.currency_id
            )
        )

    def _get_late_lines(self, case, date):
        """Return the open receivables of a case that are overdue on a day.

        :rtype: account.move.line
        """
        return case.open_line_ids.move_line_id.filtered(
            lambda line: line.date_maturity and line.date_maturity < date
        )

    def _get_lines(self):
        """Return the receivables of the statement.

        :rtype: account.move.line
        """
        return self.line_ids._origin

    def _get_accounts(self):
        """Return the accounts of the items, see ``dunning.claim.account``."""
        return self.env["dunning.claim.account"]._get_accounts(
            self.case_id, self._get_lines(), self.date
        )

    def _get_fee_parts(self):
        """Return the fees that are asked for because of the items."""
        asked = self.env["dunning.claim.making"]._read_asked(self.case_id)
        fees = asked.get(self.case_id.id, self.env["dunning.claim"])
        return [
            fee._get_part()
            for fee in fees.filtered(lambda one: one.kind == "fee")
            if not fee.fee_line_ids or fee.fee_line_ids & self._get_lines()
        ]

    def _get_parts(self, accounts):
        """Return all that is claimed beside the debts.

        :rtype: list[tools.claim_part.ClaimPart]
        """
        parts = [account.interest for account in accounts if account.interest]
        parts += [cost for account in accounts for cost in account.costs]
        return parts + self._get_fee_parts()

    def _get_max_claim_rows(self):
        return 10**6  # every claim has its row

    # === CONTENT === #

    def _get_bank_account(self):
        """Return the account to pay to.

        :rtype: res.partner.bank
        """
        return self._find_bank_account(self._get_lines().move_id)

    def _get_payment_reference(self):
        """Return what the customer writes on the payment."""
        moves = self._get_lines().sudo().move_id
        return self._join_references(
            move.payment_reference or move.name or "" for move in moves
        )

    def _prepare_letter_values(self):
        """Return the values of the statement as a letter.

        :return: the shape that ``dunning.letter.composer`` documents
        :rtype: dict
        """
        accounts = self._get_accounts()
        parts = self._get_parts(accounts)
        total = self._get_total(accounts, parts)
        return {
            "lang": self.lang,
            "number": "",
            "date": self.date,
            "subject": self._get_subject(),
            "sender": self._prepare_letter_sender(),
            "recipient_lines": self._get_recipient_lines(),
            "salutation": "",
            "intro": self._get_intro(accounts),
            "claims": self._prepare_rows(accounts, parts),
            "currency": self.currency_id,
            "total": total,
            "amount_in_words": self._spell_amount(float(total)) if total > 0 else "",
            "bank": self._get_payment_details(),
            "bank_heading": self.env._("Our bank details"),
            "reference": self._get_payment_reference(),
            "ground": self._get_ground(accounts, parts),
            "annex": self._prepare_annex(parts) + self._prepare_order(accounts),
            **(self._prepare_letter_codes(total) if total > 0 else {}),
            "closing": "",
            "signatory": self._prepare_signatory(),
            "info": self._get_letter_info(),
        }

    def _get_subject(self):
        date = format_date(self.env, self.date, self.lang, date_format="long")
        return self.env._("Statement of claims as of %(date)s", date=date)

    def _get_intro(self, accounts):
        """Return what the statement is, and what could not be computed."""
        text = self.env._(
            "This statement lists what we claim on this day: the open items, interest "
            "on them until this day, and costs. The calculation follows on the next "
            "pages."
        )
        problems = dict.fromkeys(one.problem for one in accounts if one.problem)
        problems |= dict.fromkeys(self._get_credit_remarks(accounts))
        return Markup("<p>%s</p>") % text + Markup().join(
            Markup("<p>%s</p>") % problem for problem in problems
        )

    def _get_credit_remarks(self, accounts):
        """Return what to know of a credit that is not taken off here."""
        credit = self._get_whole_credit() - self._get_credit(accounts)
        if not credit:
            return []
        return [
            self.env._(
                "Payments and credits of %(amount)s are not assigned to any invoice; "
                "they are not taken off here, where only some of the items stand.",
                amount=self._format_amount(float(credit)),
            )
        ]

    def _prepare_rows(self, accounts, parts):
        open_accounts = [account for account in accounts if account.debt.booked]
        moves = self.env["account.move"].union(
            *(account.line.move_id for account in open_accounts)
        )
        services = moves._get_dunning_service_texts()
        rows = [
            self._prepare_item_row(account, services.get(account.line.move_id.id))
            for account in open_accounts
        ]
        rows += [
            {
                "number": row["label"],
                "date": False,
                "date_due": False,
                "description": row["note"],
                "amount": row["amount"],
            }
            for row in self._prepare_claim_rows(parts)
        ]
        credit = self._get_credit(accounts)
        if credit:
            rows.append(
                {
                    "number": self.env._("Payments and credits received"),
                    "description": self.env._("not assigned to an invoice yet"),
                    "amount": -credit,
                }
            )
        return rows

    def _prepare_item_row(self, account, service):
        move = account.line.move_id
        days = (self.date - account.due).days if account.due else 0
        return {
            "number": account.number,
            "date": move.invoice_date or account.line.date,
            "date_due": account.due,
            "days_late": max(days, 0),
            "description": service or "",
            "amount": account.debt.booked,
        }

    def _is_whole(self):
        """Return whether all that the customer owes stands here.

        :rtype: bool
        """
        late = self._get_late_lines(self.case_id.sudo(), self.date)
        return not late - self._get_lines()

    def _get_credit(self, accounts):
        """Return what was paid without a match, exact; above zero.

        All of it where all stands that the customer owes; else what counts for the
        items that stand here.
        """
        if self._is_whole():
            return self._get_whole_credit()
        return sum((account.debt.unmatched for account in accounts), Decimal(0))

    def _get_whole_credit(self):
        """Return all that was paid by the day without a match, exact."""
        case = self.case_id.sudo()
        return self._to_decimal(case._get_unmatched_credit(self.date)[case.id])

    def _get_total(self, accounts, parts):
        """Return all that is claimed, less what was paid without a match.

        :rtype: Decimal
        """
        debts = sum((account.debt.booked for account in accounts), Decimal(0))
        return debts + self._get_claims_total(parts) - self._get_credit(accounts)

    def _get_ground(self, accounts, parts):
        sentences = [self._get_claim_ground(parts)]
        if any(account.order for account in accounts):
            sentences.append(
                self.env._(
                    "Payments stand here as they were matched with the items; what "
                    "they settle first by law is shown on the last page."
                )
            )
        return " ".join(filter(None, sentences))

    # === ORDER OF SETTLEMENT === #

    def _prepare_order(self, accounts):
        """Return what payments settle first by law, as an annex; empty without any.

        :rtype: list[dict]
        """
        ordered = [account for account in accounts if account.order]
        if not ordered:
            return []
        return [
            {
                "title": self.env._("Order of settlement"),
                "text": self.env._(
                    "What each payment settles by the law of the item, and what is "
                    "owed then. This is an account only: the books keep payments as "
                    "they were matched."
                ),
                "columns": [
                    (self.env._("Date"), False),
                    (self.env._("Payment"), True),
                    (self.env._("Costs"), True),
                    (self.env._("Interest"), True),
                    (self.env._("Debt"), True),
                    (self.env._("Left"), True),
                ],
                "rows": [
                    row
                    for account in ordered
                    for row in self._prepare_order_rows(account)
                ],
            }
        ]

    def _prepare_order_rows(self, account):
        order = account.order
        owed = account.debt.principal
        first = (account.due, None, *self._get_zeros(2), owed)
        rows = [self._prepare_order_row(*first, owed)]
        rows[0]["title"] = self._get_order_title(account)
        rows += [
            self._prepare_order_row(
                row.date,
                row.amount,
                -row.costs,
                -row.interest,
                -row.principal,
                row.left,
            )
            for row in order.rows
        ]
        left = (order.costs, order.interest, order.principal, order.total)
        label = self.env._("Owed on %(date)s", date=self._format_date(self.date))
        amounts = [self._format_amount(float(amount)) for amount in left]
        return [*rows, {"title": "", "cells": [label, "", *amounts], "is_sum": True}]

    def _get_zeros(self, count):
        return [Decimal(0)] * count

    def _prepare_order_row(self, day, payment, *amounts):
        texts = [
            self._format_amount(float(amount)) if amount else "" for amount in amounts
        ]
        paid = self._format_amount(float(payment)) if payment else ""
        return {"title": "", "cells": [self._format_date(day), paid, *texts]}

    def _get_order_title(self, account):
        labels = dict(
            account.regime._fields["settlement_order"]._description_selection(self.env)
        )
        label = labels[account.regime.settlement_order]
        return f"{account.number} · {account.regime.with_env(self.env).name} · {label}"

    # === PRINTING === #

    @api.model
    def _render_pdf(self, case, lines=None, date=None):
        """Return the claim statement of a case as a PDF, see ``_make``.

        :rtype: bytes
        :raise LetterEngineError: when it cannot be made
        """
        letter = self._make(case, lines, date)._prepare_letter_values()
        return self.env["dunning.letter.printer"]._render_pdf([letter])[0]

    @api.model
    def _render_html(self, case, lines=None, date=None):
        """Return the claim statement as a web page, see ``_make``.

        :rtype: markupsafe.Markup
        """
        letter = self._make(case, lines, date)._prepare_letter_values()
        return self.env["dunning.letter.printer"]._render_html([letter])
