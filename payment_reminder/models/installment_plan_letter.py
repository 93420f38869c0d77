from markupsafe import Markup

from odoo import models
from odoo.exceptions import UserError
from odoo.tools.image import image_data_uri


class InstallmentPlanLetter(models.AbstractModel):
    """The agreement on paper: what is paid when, and what happens otherwise."""

    _name = "installment.plan.letter"
    _inherit = "dunning.document"
    _description = "Instalment Plan: Agreement"

    # === ACTION METHODS === #

    def action_print(self):
        """Open the agreement as a PDF."""
        self.check_access("read")
        report = self.env.ref("payment_reminder.action_report_installment_plan")
        return report.report_action(self)

    # === PRINTING === #

    def _render_pdf(self):
        """Return one PDF of all agreements, each on pages of its own.

        :rtype: bytes
        :raise LetterEngineError: when it cannot be made
        """
        printer = self.env["installment.plan.printer"]
        return printer._merge_pdf(printer._render_pdf(self._prepare_letters()))

    def _render_html(self):
        """Return the agreements as a web page, to look at and to print.

        :rtype: markupsafe.Markup
        """
        printer = self.env["installment.plan.printer"]
        return printer._render_html(self._prepare_letters())

    def _prepare_letters(self):
        if not self:
            raise UserError(self.env._("Choose a plan to print first."))
        return [plan._prepare_letter_values() for plan in self]

    def _get_document_name(self):
        """Return the name of the file, without its ending.

        :rtype: str
        """
        self.ensure_one()
        local = self._localized()
        name = local.env._("Instalment plan %(number)s", number=local.display_name)
        return name.replace("/", "-")

    def _render_bank_details(self):
        """Return how to pay, for the mail templates.

        :rtype: markupsafe.Markup
        """
        return self._render_part("payment_reminder.mail_bank_details")

    # === CONTENT === #

    def _prepare_letter_values(self):
        """Return the values of the agreement on paper.

        :return: the shape that ``installment.plan.printer`` documents
        :rtype: dict
        """
        self.ensure_one()
        local = self._localized()
        return {
            "lang": local.lang,
            "number": local.display_name,
            "number_label": local.env._("Plan no."),
            "date": local.date,
            "subject": local._get_letter_subject(),
            "sender": local._prepare_letter_sender(),
            "recipient_lines": local._get_recipient_lines(),
            "salutation": local._get_greeting(),
            "intro": local._get_letter_intro(),
            "claims": local._prepare_letter_rows(),
            "currency": local.currency_id,
            "total": local._to_decimal(local.amount_total),
            "amount_in_words": local._spell_amount(local.amount_total),
            "bank": local._get_payment_details(),
            "reference": local._get_payment_reference(),
            "closing": local._get_letter_closing(),
            "acceptance": local._prepare_letter_acceptance(),
            "info": local._get_letter_info(),
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
        """Return what ends the plan, in one sentence or two."""
        text = self.env._(
            "If an instalment is open for more than %(days)s days after its day, the "
            "plan ends and all that is left becomes payable at once.",
            days=self.grace_days,
        )
        if not self.max_missed:
            return text
        late = self.env._(
            "The same holds when more than %(count)s instalments are paid late.",
            count=self.max_missed,
        )
        return f"{text} {late}"

    def _prepare_letter_acceptance(self):
        """Return what stands in the box for signatures."""
        signatory = self._prepare_signatory() or {}
        signed = self.signed_by and self.env._(
            "Accepted by %(name)s on %(date)s.",
            name=self.signed_by,
            date=self._format_date(self._get_signing_day()),
        )
        return {
            "own_side": self.env._("For %(company)s", company=self.company_id.name),
            "other_side": self.env._(
                "Accepted for %(customer)s", customer=self.partner_id.name
            ),
            "name": signatory.get("name") or "",
            "function": signatory.get("function") or "",
            "signed": signed or "",
            "signature": self.signature and image_data_uri(self.signature),
        }
