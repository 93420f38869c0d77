import base64
from decimal import Decimal

from odoo import models
from odoo.fields import Domain
from odoo.tools.image import image_data_uri
from odoo.tools.misc import babel_locale_parse, format_date

from ..tools.amount_in_words import amount_in_words

#: CLDR's plural categories in the order in which a text lists its forms.
PLURAL_CATEGORIES = ("zero", "one", "two", "few", "many", "other")


class DunningDocument(models.AbstractModel):
    """What every document to a customer needs: who writes to whom, and where to pay.

    Whoever inherits it has the fields ``company_id``, ``partner_id`` (the customer),
    ``contact_id`` (the recipient), ``currency_id``, ``user_id`` (who signs) and
    ``lang``, and says with ``_get_bank_account`` where to pay.
    """

    _name = "dunning.document"
    _description = "Document for a Customer"

    # === IN THE CUSTOMER'S LANGUAGE === #

    def _find_lang(self):
        """Return the first installed language of contact, customer and company.

        :rtype: str
        """
        self.ensure_one()
        installed = {code for code, _name in self.env["res.lang"].get_installed()}
        candidates = (
            self.env.context.get("dunning_document_lang"),  # of another reader
            self.contact_id.lang,
            self.partner_id.lang,
            self.company_id.partner_id.lang,
        )
        return next((lang for lang in candidates if lang in installed), "en_US")

    def _localized(self):
        """Return the notice in the language and company of its recipient."""
        self.ensure_one()
        return self.with_context(lang=self.lang).with_company(self.company_id)

    def _format_amount(self, amount):
        """Return ``amount`` with the currency, in the customer's locale."""
        return self.currency_id._format_dunning(amount)

    def _format_date(self, date):
        """Return ``date`` in the customer's locale."""
        return format_date(self.env, date, lang_code=self.lang) if date else ""

    def _to_decimal(self, amount):
        """Return a float amount of the notice's currency as an exact Decimal."""
        return Decimal(f"{amount:.{self.currency_id.decimal_places}f}")

    def _spell_amount(self, amount):
        """Return an amount in words, in the customer's language.

        :rtype: str
        """
        currency = self.currency_id
        return amount_in_words(
            self._to_decimal(amount), currency.name, self.lang, currency.decimal_places
        )

    def _pluralize(self, forms, number):
        """Return the form that goes with ``number`` in the customer's language.

        :param str forms: a translated text with as many forms, separated by ``|``, as
            its language has: 'day|days', 'день|дня|дней'
        :rtype: str
        """
        plural = babel_locale_parse(self.lang).plural_form
        tags = [tag for tag in PLURAL_CATEGORIES if tag in {*plural.tags, "other"}]
        words = forms.split("|")
        return words[min(tags.index(plural(number)), len(words) - 1)]

    def _get_days_late_text(self, days):
        """Return '1 day late', '5 days late' with the right plural of the language."""
        forms = self.env._("%(days)s day late|%(days)s days late", days=days)
        return self._pluralize(forms, days)

    # === FROM WHOM TO WHOM === #

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

    def _get_tax_label(self, country=None):
        """Return what the company's tax number is called, in the customer's language.

        :param res.country country: of somebody else's number
        :rtype: str
        """
        country = self.company_id.sudo().country_id if country is None else country
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

    def _get_greeting(self):
        """Return the salutation, by name where the recipient is a person.

        :rtype: str
        """
        document = self._localized()
        contact = document.contact_id
        if contact.is_company or not contact.name:
            return document.env._("Dear customer,")
        return document.env._("Dear %(name)s,", name=contact.name)

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

    # === MAIL === #

    def _render_part(self, template):
        """Return a part of a mail, in the customer's language.

        :rtype: markupsafe.Markup
        """
        document = self._localized()
        return document.env["ir.qweb"]._render(template, {"document": document})

    def _render_signature(self):
        """Return who writes, for the mail templates: a named person with a phone.

        :rtype: markupsafe.Markup
        """
        return self._render_part("payment_reminder.mail_signature")

    def _render_page_button(self):
        """Return the button to the payment page, for the mail templates.

        :rtype: markupsafe.Markup
        """
        return self._render_part("payment_reminder.mail_page_button")

    # === HOW TO PAY === #

    def _get_page_url(self):
        """Return the whole address of the customer's payment page, or ``False``.

        :rtype: str | bool
        """
        return False

    def _find_bank_account(self, moves):
        """Return the account to pay ``moves`` to: their own, else one of the company.

        The clarity check 'bank_account' decides likewise whether there is any.

        :rtype: res.partner.bank
        """
        own = moves.sudo().partner_bank_id.filtered("active")
        if len(own) == 1:
            return own
        company = self.company_id.sudo()
        banks = self._search_bank_accounts(company)
        in_currency = banks.filtered(lambda bank: bank.currency_id == self.currency_id)
        neutral = banks.filtered(lambda bank: not bank.currency_id)
        return (in_currency or neutral or own)[:1]

    def _search_bank_accounts(self, company):
        """Return the accounts of a company, with what payers need: one query."""
        accounts = self.env["res.partner.bank"].sudo()
        return accounts.search_fetch(
            Domain("partner_id", "=", company.partner_id.id)
            & Domain("company_id", "in", [False, company.id]),
            [
                "company_id",
                "currency_id",
                "partner_id",
                "acc_number",
                "sanitized_acc_number",
                "acc_holder_name",
                "bank_id",
            ],
        )

    def _get_payment_details(self):
        """Return how to pay by bank transfer, in the customer's language.

        :return: pairs of label and value; empty without a bank account
        :rtype: list[tuple[str, str]]
        """
        self.ensure_one()
        bank = self._get_bank_account()
        return self._get_account_details(bank) if bank else []

    def _get_account_details(self, bank):
        """Return what a transfer to ``bank`` needs, see ``_get_payment_details``."""
        company = self.company_id
        holder = bank.acc_holder_name or company.name
        details = [(self.env._("Payee"), holder)]
        if self._is_russian(bank) and (company.vat or "").isdigit():
            details.append((self.env._("INN"), company.vat))
        details.append((self._get_account_label(bank), self._format_account(bank)))
        if bank.bank_id:
            details.append((self.env._("Bank"), bank.bank_id.name))
        if bank.bank_bic:
            label = self.env._("BIK") if self._is_russian(bank) else "BIC"
            details.append((label, bank.bank_bic))
        corresp = bank.bank_id.dunning_corresp_account or ""
        if self._is_russian(bank) and len(corresp) == 20:
            details.append((self.env._("Correspondent account"), corresp))
        return details

    def _join_references(self, references, number=False):
        """Return what is written on one payment of several invoices.

        :param references: of the invoices, empty ones are left out
        :param str number: of the document, for more invoices than fit
        :rtype: str
        """
        unique = list(dict.fromkeys(filter(None, references)))
        if len(unique) > 4:
            return number or self.partner_id.ref or unique[0] + " …"
        return ", ".join(unique)

    def _get_payment_reference(self):
        """Return what the customer writes on the payment.

        :rtype: str
        """
        return ""

    def _prepare_payment_qr(self, amount):
        """Return the payment code for exactly ``amount``, in the customer's language.

        :param decimal.Decimal amount: in the document's currency
        :return: see ``dunning.payment.qr._make``; False where there is none
        :rtype: dict | bool
        """
        document = self._localized()
        return document.env["dunning.payment.qr"]._make(*document._get_qr_terms(amount))

    def _get_payment_qr_problem(self, amount):
        """Return why ``_prepare_payment_qr`` gives no code, in the office's language.

        :rtype: str | bool
        """
        return self.env["dunning.payment.qr"]._get_problem(*self._get_qr_terms(amount))

    def _get_qr_terms(self, amount):
        """Return the arguments of ``dunning.payment.qr._make``."""
        return (
            self._get_bank_account(),
            amount,
            self.currency_id,
            self._get_payment_reference(),
            self.partner_id,
            self.company_id,
        )

    def _prepare_letter_codes(self, amount):
        """Return the codes of a letter: to pay ``amount``, and of the page to pay on.

        Early-payment discounts are off the code; its caption says until when.

        :return: the keys of ``dunning.letter.composer`` that begin with ``qr`` and
            ``page_qr``
        :rtype: dict
        """
        given = self._get_given_discounts()
        reduced = amount - sum(one.saved for one in given)
        code = self._prepare_payment_qr(reduced) or {}
        caption = code.get("label")
        if caption and given:
            caption = self.env._(
                "%(label)s: %(amount)s, by %(date)s",
                label=caption,
                amount=self._format_amount(float(reduced)),
                date=self._format_date(min(one.until for one in given)),
            )
        return {
            "qr": code.get("image"),
            "qr_caption": caption,
            **self._prepare_page_code(),
        }

    def _get_given_discounts(self):
        """Return the early-payment discounts that the document's day still gives.

        :rtype: list[account_move_discount.Discount]
        """
        return []

    def _prepare_page_code(self):
        """Return the code of the customer's page with its short address as caption."""
        url = self._get_page_url()
        if not url:
            return {"page_qr": False, "page_qr_caption": ""}
        caption = self.env._(
            "Pay online, or write to us: %(address)s",
            address=url.partition("://")[2] or url,
        )
        image = self.env["dunning.payment.qr"]._draw_address(url)
        return {"page_qr": image, "page_qr_caption": caption}

    def _is_russian(self, bank):
        """Return whether ``bank`` is an account in the Russian national format."""
        number = (bank.sanitized_acc_number or "").strip()
        return len(number) == 20 and number.isdigit()

    def _get_account_label(self, bank):
        """Return what the number of ``bank`` is called."""
        if self._is_russian(bank):
            return self.env._("Current account")
        number = bank.sanitized_acc_number or ""
        is_iban = number[:2].isalpha() and number[2:4].isdigit() and len(number) > 14
        return "IBAN" if is_iban else self.env._("Account")

    def _format_account(self, bank):
        """Return the account number in groups of four."""
        number = bank.sanitized_acc_number or bank.acc_number or ""
        if self._is_russian(bank):
            return number
        return " ".join(number[i : i + 4] for i in range(0, len(number), 4))
