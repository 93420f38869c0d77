import base64

from markupsafe import Markup

from odoo import models
from odoo.tools.image import image_data_uri


class DunningNoticeLetter(models.AbstractModel):
    """The part of ``dunning.notice`` that becomes a letter: its values."""

    _name = "dunning.notice.letter"
    _description = "Reminder Notice: Letter"

    # === LETTER === #

    def _get_letter_filename(self):
        """Return the name of the stored letter, without path separators."""
        self.ensure_one()
        return f"{(self.number or str(self.id)).replace('/', '-')}.pdf"

    def _prepare_letter_values(self):
        """Return the values of a demand letter.

        :return: the shape that ``dunning.letter.printer`` documents
        :rtype: dict
        """
        notice = self._localized()
        text = notice._get_letter_text()
        return {
            "lang": notice.lang,
            "number": notice.number or notice.env._("Draft"),
            "date": notice.date,
            "subject": text["subject"],
            "sender": notice._prepare_letter_sender(),
            "recipient_lines": notice._get_recipient_lines(),
            "salutation": notice.env._("Dear Sir or Madam,"),
            "intro": text["body"],
            "claims": [notice._prepare_letter_claim(line) for line in notice.claim_ids]
            + notice._prepare_letter_credit(),
            "currency": notice.currency_id,
            "total": notice._to_decimal(notice.amount_total),
            "amount_in_words": notice._get_amount_in_words(),
            "pay_by": notice._get_pay_by(),
            "bank": notice._get_payment_details(),
            "reference": notice._get_payment_reference(),
            "closing": text["closing"] + notice._get_valediction(),
            "signatory": notice._prepare_signatory(),
            "info": notice._get_letter_info(),
        }

    def _get_letter_text(self):
        """Return the words of the letter: the level's, or what a person has written.

        :return: dict of ``subject``, ``body`` and ``closing``
        """
        text = self.env["dunning.channel.letter"]._get_editable_text(self)
        if self.has_own_text:
            text = {
                "subject": self._get_filled_text("subject") or text["subject"],
                "body": self._get_filled_text("body"),
                "closing": self._get_filled_text("closing"),
            }
        return text

    def _get_valediction(self):
        """Return the last line above the signature.

        :rtype: markupsafe.Markup
        """
        return Markup("<p>%s</p>") % self.env._("Yours faithfully")

    def _prepare_letter_sender(self):
        """Return the letterhead: the company's address and identification."""
        company = self.company_id.sudo()
        return {
            "name": company.name,
            "lines": self._get_address_lines(company.partner_id),
            "phone": company.phone or "",
            "email": company.email or "",
            "website": company.website or "",
            "vat_label": self._get_tax_label(),
            "vat": company.vat or "",
            "registry": company.company_registry or "",
            "logo": self._get_logo_uri(),
            "color": company.primary_color or False,
        }

    def _get_tax_label(self):
        """Return what the company's tax number is called, in the customer's language.

        :rtype: str
        """
        country = self.company_id.sudo().country_id
        if country.code == "RU":
            return self.env._("INN")
        if country.with_context(lang="en_US").vat_label == "VAT":
            return self.env._("VAT no.")
        return country.vat_label or self.env._("Tax ID")

    def _get_logo_uri(self):
        """Return the company's logo as a data URI, or ``False`` without one."""
        company = self.company_id.sudo()
        if not company.logo or company.uses_default_logo:
            return False
        return image_data_uri(base64.b64encode(base64.b64decode(company.logo)))

    def _get_address_lines(self, partner):
        """Return the postal address of ``partner`` without its name, line by line."""
        address = partner._display_address(without_company=True)
        return [line.strip() for line in address.splitlines() if line.strip()]

    def _get_recipient_lines(self):
        """Return what is read through the window of the envelope."""
        contact, customer = self.contact_id, self.partner_id
        names = [customer.name]
        if contact != customer and contact.name and contact.name != customer.name:
            names.append(contact.name)
        lines = self._get_address_lines(contact)
        country = contact.country_id
        if country == self.company_id.country_id and lines[-1:] == [country.name]:
            lines.pop()  # the post wants it on letters abroad only
        return names + lines

    def _prepare_letter_claim(self, line):
        """Return one row of the table of claims."""
        return {
            "number": line.invoice_name or "",
            "date": line.invoice_date,
            "date_due": line.date_maturity,
            "days_late": max(line.days_late, 0),
            "description": line._get_service_text(),
            "amount": self._to_decimal(line.amount_residual),
        }

    def _prepare_letter_credit(self):
        """Return the row that deducts unmatched credit, if there is one."""
        if self.currency_id.is_zero(self.amount_credit):
            return []
        return [
            {
                "number": self.env._("Payments and credits received"),
                "date": False,
                "date_due": False,
                "days_late": False,
                "description": self.env._("not assigned to an invoice yet"),
                "amount": -self._to_decimal(self.amount_credit),
            }
        ]

    def _prepare_signatory(self):
        """Return who signs: a named person."""
        user = self.user_id.sudo()
        if not user:
            return False
        return {"name": user.name, "function": user.partner_id.function or ""}

    def _get_letter_info(self):
        """Return the further lines of the letter's information block."""
        user = self.user_id.sudo()
        info = []
        if self.partner_id.ref:
            info.append((self.env._("Customer no."), self.partner_id.ref))
        if user:
            info.append((self.env._("Your contact"), user.name))
        if user.phone or self.company_id.phone:
            info.append((self.env._("Phone"), user.phone or self.company_id.phone))
        return info
