import logging
from decimal import Decimal

from werkzeug.exceptions import HTTPException

from odoo import api, models
from odoo.exceptions import UserError

from ..tools.payment_qr import PaymentQrError, shorten
from ..tools.payment_qr_epc import MAX_VERSION, build_epc, is_creditor_reference
from ..tools.payment_qr_gost import FURTHER, build_gost
from ..tools.qr_picture import MAX_VERSION as QR_MAX_VERSION
from ..tools.qr_picture import get_matrix, get_svg_uri

_logger = logging.getLogger(__name__)


class DunningPaymentQr(models.AbstractModel):
    """Payment codes: the kind that account and currency need, or why there is none.

    Another kind: extend ``_get_builder``.
    """

    _name = "dunning.payment.qr"
    _description = "Payment QR Code"

    # === BUSINESS METHODS === #

    @api.model
    def _make(self, bank, amount, currency, reference, debtor, company):
        """Return the payment code for exactly ``amount``, in the context's language.

        It never raises: a document without a code is better than none. Why there is
        no code stands in the log and in the answer of ``_get_problem``.

        :param res.partner.bank bank: where to pay
        :param decimal.Decimal amount: exact, in the currency
        :param res.currency currency: of the payment
        :param str reference: what the customer writes on the payment
        :param res.partner debtor: who pays
        :param res.company company: who is paid
        :return: ``kind`` ('epc', 'gost' or a QR method of Odoo), ``label`` (a line for
            the customer), ``payload`` (bytes, None for methods of Odoo), ``image``
            (data URI: SVG, or the PNG of a method of Odoo), ``warnings`` (codes of
            ``build_epc`` and ``build_gost``); or False
        :rtype: dict | bool
        """
        try:
            return self._build(bank, amount, currency, reference, debtor, company)
        except PaymentQrError as error:
            _logger.info(
                "No payment code for %s to account %s: %s", company.id, bank.id, error
            )
            return False

    @api.model
    def _get_problem(self, bank, amount, currency, reference, debtor, company):
        """Return why ``_make`` gives no code, for the office; False where it gives one.

        :rtype: str | bool
        """
        try:
            self._build(bank, amount, currency, reference, debtor, company)
        except PaymentQrError as error:
            return self._get_problem_text(error)
        return False

    @api.model
    def _build(self, bank, amount, currency, reference, debtor, company):
        """Return what ``_make`` returns.

        :raise PaymentQrError: why not
        """
        bank = bank.sudo()  # customers and clerks of sales see where to pay
        if not bank:
            raise PaymentQrError("no_account")
        if not amount > 0:
            raise PaymentQrError("nothing_to_pay")
        reference = " ".join((reference or "").split())
        builder = self._get_builder(bank, currency)
        code = builder(bank, amount, currency, reference, debtor, company)
        return {"label": self.env._("Scan with your banking app"), **code}

    @api.model
    def _get_builder(self, bank, currency):
        """Return the method that builds the code for an account and a currency.

        It takes the arguments of ``_make`` and returns its dict, or raises.
        """
        if currency.name == "EUR" and self._is_iban(bank):
            return self._build_epc
        if currency.name == "RUB" and self.env["dunning.document"]._is_russian(bank):
            return self._build_gost
        return self._build_core

    def _is_iban(self, bank):
        """Return whether the number of ``bank`` is meant as an IBAN."""
        number = bank.sanitized_acc_number or ""
        return number[:2].isalpha() and number[2:4].isdigit()

    # === KINDS === #

    def _build_epc(self, bank, amount, currency, reference, debtor, company):
        """Return the code of a transfer in euros, its reference structured or text."""
        is_structured = is_creditor_reference(reference)
        code = build_epc(
            name=shorten(self._get_holder(bank, company), 70),
            iban=bank.sanitized_acc_number,
            bic=bank.bank_bic or "",
            amount=amount,
            reference=reference if is_structured else "",
            text="" if is_structured else shorten(reference, 140),
        )
        return self._draw(code, MAX_VERSION)

    def _build_gost(self, bank, amount, currency, reference, debtor, company):
        """Return the code of a payment in roubles; its purpose is in Russian."""
        vat = company.sudo().vat or ""
        code = build_gost(
            name=shorten(self._get_holder(bank, company), 160),
            account=bank.sanitized_acc_number,
            bank_name=shorten(bank.bank_id.name, 45),
            bic=bank.bank_bic or "",
            corresp_account=bank.bank_id.dunning_corresp_account or "",
            amount=amount,
            further={
                "PayeeINN": vat if vat.isdigit() and len(vat) in (10, 12) else "",
                "Purpose": self._get_russian_purpose(reference),
            },
        )
        return self._draw(code)

    def _get_russian_purpose(self, reference):
        """Return the purpose of a payment, in Russian where that is installed."""
        lang = self.env["res.lang"]._get_data(code="ru_RU") and "ru_RU"
        printer = self.with_context(lang=lang) if lang else self
        text = printer.env._("Payment: %(reference)s", reference=reference)
        return shorten(text, FURTHER["Purpose"]) if reference else ""

    def _build_core(self, bank, amount, currency, reference, debtor, company):
        """Return the code of a method of Odoo: the Swiss QR-bill and others."""
        try:
            image = bank.with_company(company).build_qr_code_base64(
                float(amount), reference, reference, currency, debtor
            )
        except (UserError, ValueError, HTTPException) as error:
            raise PaymentQrError("core", reason=str(error)) from error
        if not image:
            raise PaymentQrError("no_kind", currency=currency.name)
        kind = bank._build_qr_code_vals(
            float(amount), reference, reference, currency, debtor
        )["qr_method"]
        return {"kind": kind, "payload": None, "warnings": (), "image": image}

    def _get_holder(self, bank, company):
        """Return who is paid, as the account's bank knows them."""
        return bank.acc_holder_name or company.sudo().name

    def _draw(self, code, max_version=QR_MAX_VERSION):
        """Return the values of a code that was built here."""
        return {
            "kind": code.kind,
            "payload": code.payload,
            "warnings": code.warnings,
            "image": get_svg_uri(get_matrix(code.payload, max_version)),
        }

    # === PROBLEMS === #

    def _get_problem_text(self, error):
        """Return a refusal in words.

        :param PaymentQrError error: the refusal
        :rtype: str
        """
        texts = {**self._get_account_problems(), **self._get_content_problems()}
        text = texts.get(error.code)
        if text:
            return text
        if error.code == "core":
            return error.values["reason"]
        field = self._get_field_names().get(error.values.get("field"))
        if error.code == "missing" and field:
            return self.env._("The payment code needs the %(field)s.", field=field)
        if field:
            return self.env._(
                "The payment code cannot take the %(field)s.", field=field
            )
        return self.env._(
            "The payment code cannot be made (%(code)s).", code=error.code
        )

    def _get_account_problems(self):
        """Return what may be wrong with the account: ``{code: text}``."""
        return {
            "no_account": self.env._("There is no bank account to pay to."),
            "iban": self.env._("The account number is not a valid IBAN."),
            "not_sepa": self.env._(
                "The account's country takes no part in SEPA transfers."
            ),
            "bic": self.env._("The bank's BIC is not right."),
            "bic_missing": self.env._(
                "For an account outside the European Economic Area the bank's BIC is "
                "needed."
            ),
            "account": self.env._("The account number needs 20 digits."),
            "corresp_account": self.env._("The correspondent account needs 20 digits."),
            "no_kind": self.env._(
                "For this account and currency there is no payment code."
            ),
        }

    def _get_content_problems(self):
        """Return what may be wrong with the rest of the payment: ``{code: text}``."""
        return {
            "nothing_to_pay": self.env._("Nothing is to be paid."),
            "amount": self.env._("The amount is outside what a payment code can say."),
            "size": self.env._("Payee and reference are too long for a payment code."),
            "too_dense": self.env._(
                "Payee and reference are too long for a payment code."
            ),
            "separator": self.env._(
                "Payee and reference have too many special characters for a payment "
                "code."
            ),
        }

    def _get_field_names(self):
        """Return what the fields of a code are called in Odoo."""
        return {
            "name": self.env._("payee's name"),
            "bank_name": self.env._("bank's name"),
            "bic": self.env._("bank's BIC"),
            "account": self.env._("account number"),
            "corresp_account": self.env._("bank's correspondent account"),
            "text": self.env._("payment reference"),
            "Purpose": self.env._("payment reference"),
        }

    # === OTHER CODES === #

    @api.model
    def _draw_address(self, url):
        """Return the code of a web address as a data URI, False for an endless one."""
        try:
            return get_svg_uri(get_matrix(url.encode()))
        except PaymentQrError as error:
            _logger.info("No code for the address of a page: %s", error)
            return False

    @api.model
    def _get_account_problem(self, bank, company):
        """Return why payments to ``bank`` have no code, whatever is paid.

        :rtype: str | bool
        """
        currency = bank.sudo().currency_id or company.currency_id
        return self._get_problem(
            bank, Decimal(1), currency, "", company.partner_id, company
        )
