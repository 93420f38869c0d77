from markupsafe import Markup

from odoo import models


class InstallmentPlanLetter(models.AbstractModel):
    """The agreement on paper: what is paid when, and what happens otherwise."""

    _name = "installment.plan.letter"
    _inherit = "dunning.printed.document"
    _description = "Instalment Plan: Agreement"

    _printer = "installment.plan.printer"
    _report = "payment_reminder.action_report_installment_plan"

    # === CONTENT === #

    def _get_document_title(self):
        return self.env._("Instalment plan %(number)s", number=self.display_name)

    def _prepare_letter_content(self):
        return {
            "number_label": self.env._("Plan no."),
            "subject": self._get_letter_subject(),
            "intro": self._get_letter_intro(),
            "claims": self._prepare_letter_rows(),
            "total": self._to_decimal(self.amount_total),
            "amount_in_words": self._spell_amount(self.amount_total),
            "bank": self._get_payment_details(),
            "reference": self._get_payment_reference(),
            "closing": self._get_letter_closing(),
        }

    def _get_letter_info(self):
        pairs = super()._get_letter_info()
        if self.state != "proposed":
            return pairs
        valid = (self.env._("Valid until"), self._format_date(self.date_valid))
        return [valid, *pairs]

    def _get_letter_subject(self):
        if self.state == "draft":
            return self.env._("Draft: payment by instalments")
        return self.env._("Agreement on payment by instalments")

    def _get_letter_intro(self):
        """Return what stands above the instalments: which invoices are paid."""
        parts = []
        if self.state in ("cancelled", "defaulted"):
            text = self.env._(
                "This plan has ended: %(reason)s.", reason=self.close_reason or ""
            )
            parts.append(Markup("<p><b>%s</b></p>") % text)
        text = self.env._(
            "%(company)s and %(customer)s agree that these open invoices are paid by "
            "instalments:",
            company=self.company_id.name,
            customer=self.partner_id.name,
        )
        items = Markup().join(
            Markup("<li>%s</li>") % self._get_item_text(item) for item in self.item_ids
        )
        parts.append(Markup("<p>%s</p><ul>%s</ul>") % (text, items))
        return Markup().join(parts)

    def _get_item_text(self, item):
        return self.env._(
            "%(invoice)s, due on %(date)s: %(amount)s",
            invoice=item.name,
            date=self._format_date(item.date_maturity),
            amount=self._format_amount(item.amount_start),
        )

    def _prepare_letter_rows(self):
        rows, balance = [], self._to_decimal(self.amount_total)
        for line in self.line_ids.sorted("date"):
            amount = self._to_decimal(line.amount)
            balance -= amount
            rows.append(
                {
                    "number": str(line.number or self.env._("Down payment")),
                    "date": line.date,
                    "amount": amount,
                    "cost": self._to_decimal(line.interest + line.fee),
                    "balance": balance,
                }
            )
        return rows

    def _get_payment_reference(self):
        """Return what the customer writes on each payment.

        :rtype: str
        """
        moves = self.item_ids.move_id.sudo()
        references = [move.payment_reference or move.name or "" for move in moves]
        unique = list(dict.fromkeys(filter(None, references)))
        return ", ".join(unique) if len(unique) <= 4 else self.name

    def _get_letter_closing(self):
        """Return what stands below the total: cost, default, further terms.

        :rtype: Markup
        """
        parts = [Markup("<p>%s</p>") % text for text in self._get_term_texts()]
        parts.append(self.terms or "")
        return Markup().join(parts)

    def _get_term_texts(self):
        """Return what holds of every plan, in the customer's language.

        :rtype: list[str]
        """
        texts = []
        cost = self.amount_interest + self.amount_fee
        if not self.currency_id.is_zero(cost):
            texts.append(
                self.env._(
                    "Interest and fee come to %(amount)s. They are invoiced apart and "
                    "not part of the instalments above.",
                    amount=self._format_amount(cost),
                )
            )
        texts.append(
            self.env._(
                "As long as the instalments are paid on their days, we send no "
                "reminders of these invoices. You can pay earlier at any time."
            )
        )
        texts.append(self._get_default_text())
        return texts

    def _get_default_text(self):
        """Return what ends the plan, in one or two sentences."""
        return " ".join(self._localized()._get_end_rules())

    # === MAIL === #

    def _render_bank_details(self):
        """Return how to pay, for the mail templates.

        :rtype: markupsafe.Markup
        """
        return self._render_part("payment_reminder.mail_bank_details")
