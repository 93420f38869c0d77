from odoo import models


class DunningCaseFile(models.AbstractModel):
    """The first part of a file: who owes whom how much, item by item."""

    # one concept, one file
    _inherit = "dunning.case.file"  # pylint: disable=consider-merging-classes-inherited

    def _make_parties(self, case, lines, date):
        """Return the sheet with creditor, debtor, items and payments.

        :rtype: dict
        """
        debts = lines._get_debts(date)
        content = [
            {"heading": self.env._("Creditor")},
            {"pairs": self._get_creditor_pairs(lines)},
            {"heading": self.env._("Debtor")},
            {"pairs": self._get_debtor_pairs()},
            {"heading": self.env._("Items")},
            self._get_items_table(debts, date),
            *self._get_sum_content(case, debts, date),
            *self._get_payments_content(debts),
        ]
        return self._sheet(self.env._("Parties and claim"), content)

    # === PARTIES === #

    def _get_creditor_pairs(self, lines):
        company, user = self.company_id, self.user_id
        bank = self._find_bank_account(lines.move_id)
        return [
            *self._get_partner_pairs(company.partner_id),
            (self.env._("Responsible"), user.name or ""),
            *(self._get_account_details(bank) if bank else []),
        ]

    def _get_debtor_pairs(self):
        partner = self.partner_id
        contacts = partner.child_ids.filtered(lambda one: one.type == "contact")
        texts = [
            ", ".join(filter(None, (one.name, one.function, one.email, one.phone)))
            for one in contacts
        ]
        return [
            *self._get_partner_pairs(partner),
            (self.env._("Customer no."), partner.ref or ""),
            (self.env._("Contacts"), "\n".join(filter(None, texts))),
        ]

    def _get_partner_pairs(self, partner):
        return [
            (self.env._("Name"), partner.name or ""),
            (self.env._("Address"), "\n".join(self._get_address_lines(partner))),
            (self._get_tax_label(partner.country_id), partner.vat or ""),
            (self.env._("Company registry"), partner.company_registry or ""),
            (self.env._("Phone"), partner.phone or ""),
            (self.env._("E-mail"), partner.email or ""),
        ]

    # === ITEMS === #

    def _get_items_table(self, debts, date):
        columns = [
            (self.env._("Document"), 3.4, False),
            (self.env._("Dated"), 2.1, False),
            (self.env._("Due"), 2.1, False),
            (self.env._("Days late"), 2.1, True),
            (self.env._("Amount"), 2.6, True),
            (self.env._("Paid"), 2.6, True),
            (self.env._("Open"), 2.6, True),
        ]
        return {
            "columns": columns,
            "rows": [self._get_item_row(*pair, date) for pair in debts.items()],
        }

    def _get_item_row(self, line, debt, date):
        move, due = line.move_id, line.date_maturity or line.date
        amount, rest = float(debt.amount), float(debt.left)
        late = max((date - due).days, 0)
        return [
            move.name or line.name or "",
            self._format_date(move.invoice_date or line.date),
            self._format_date(due),
            str(late or ""),
            self._format_amount(amount),
            self._format_amount(amount - rest),
            self._format_amount(rest),
        ]

    def _get_sum_content(self, case, debts, date):
        """Return what is open of all items, and what was received beside them."""
        total = float(sum(debt.left for debt in debts.values()))
        counted = float(sum(debt.unmatched for debt in debts.values()))
        credit = case._get_unmatched_credit(date)[case.id] - counted
        pairs = [
            (self.env._("Sum of the items"), self._format_amount(total)),
            (self.env._("In words"), self._spell_amount(total)),
        ]
        if not self.currency_id.is_zero(credit):
            label = self.env._("Payments and credits that are not for these items")
            pairs.append((label, self._format_amount(credit)))
        return [{"pairs": pairs}]

    # === PAYMENTS === #

    def _get_payments_content(self, debts):
        """Return what was paid or credited on the items, and what counts for them."""
        partials = [
            (partial, line) for line in debts for partial in line.matched_credit_ids
        ]
        rows = [
            self._get_payment_row(partial, line)
            for partial, line in sorted(
                partials, key=lambda pair: (pair[0].credit_move_id.date, pair[0].id)
            )
        ]
        rows += [
            self._get_unmatched_row(payment, line)
            for line, debt in debts.items()
            for payment in debt.payments
            if not payment.is_matched
        ]
        if not rows:
            return []
        columns = [
            (self.env._("On"), 2.1, False),
            (self.env._("Document"), 4, False),
            (self.env._("For"), 3.4, False),
            (self.env._("Amount"), 2.6, True),
        ]
        heading = self.env._("Payments and credits on these items")
        return [{"heading": heading}, {"columns": columns, "rows": rows}]

    def _get_payment_row(self, partial, line):
        counterpart = partial.credit_move_id
        label = [counterpart.move_id.name, counterpart.move_id.ref]
        return [
            self._format_date(counterpart.date),
            ", ".join(filter(None, label)),
            line.move_id.name or "",
            self._format_amount(partial.debit_amount_currency),
        ]

    def _get_unmatched_row(self, payment, line):
        return [
            self._format_date(payment.date),
            self.env._("received, not assigned yet"),
            line.move_id.name or "",
            self._format_amount(float(payment.amount)),
        ]
