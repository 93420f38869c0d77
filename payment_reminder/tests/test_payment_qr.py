from decimal import Decimal
from unittest.mock import patch

from odoo.exceptions import UserError, ValidationError
from odoo.tests import tagged

from odoo.addons.account.models.res_partner_bank import ResPartnerBank

from ..models import dunning_payment_qr
from ..tools.payment_qr import PaymentQrError
from .common import DunningCommon

REFERENCE = "INV/2025/00001"


class PaymentQrCommon(DunningCommon):
    """A company that is paid in euros and in roubles."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.eur, cls.rub = cls.env.ref("base.EUR"), cls.env.ref("base.RUB")
        (cls.eur + cls.rub).active = True
        cls.company.partner_id.bank_ids.active = False
        cls.bank = cls.env["res.bank"].create(
            {"name": "Example Bank", "bic": "GKCCBEBB"}
        )
        cls.russian_bank = cls.env["res.bank"].create(
            {
                "name": "АО «Банк Пример», г. Москва",
                "bic": "044525111",
                "dunning_corresp_account": "30101810200000000111",
            }
        )
        cls.account = cls._create_bank_account(
            cls.company,
            acc_number="BE72 0000 0000 1616",
            bank_id=cls.bank.id,
            currency_id=cls.eur.id,
        )
        cls.russian_account = cls._create_bank_account(
            cls.company,
            acc_number="40807810600000012345",
            bank_id=cls.russian_bank.id,
            currency_id=cls.rub.id,
        )
        cls.company.vat = False

    def _arguments(self, bank=None, amount="10.50", reference=REFERENCE, **values):
        currency = values.get("currency", self.eur)
        bank = self.account if bank is None else bank
        amount = Decimal(amount)
        return bank, amount, currency, reference, self.customer, self.company

    def _make(self, *args, lang=None, **values):
        model = self.env["dunning.payment.qr"].with_context(lang=lang)
        return model._make(*self._arguments(*args, **values))

    def _problem(self, *args, **values):
        """Return why there is no code, having seen that there is none."""
        arguments = self._arguments(*args, **values)
        self.assertIs(self.env["dunning.payment.qr"]._make(*arguments), False)
        return self.env["dunning.payment.qr"]._get_problem(*arguments)

    def _lines(self, code):
        return code["payload"].decode().split("\n")


@tagged("post_install", "-at_install")
class TestPaymentQr(PaymentQrCommon):
    """Which code an account and a currency get, or why none."""

    # === KINDS === #

    def test_euros_to_an_iban_are_a_sepa_transfer(self):
        code = self._make()
        self.assertEqual(code["kind"], "epc")
        self.assertEqual(
            self._lines(code),
            [
                *("BCD", "002", "1", "SCT", "GKCCBEBB"),
                *(self.company.name, "BE72000000001616", "EUR10.50"),
                *("", "", REFERENCE),
            ],
        )
        self.assertTrue(code["image"].startswith("data:image/svg+xml;base64,"))

    def test_creditor_reference_is_structured(self):
        lines = self._lines(self._make(reference="RF18 5390 0754 7034"))
        self.assertEqual(lines[9:], ["RF18539007547034"])
        lines = self._lines(self._make(reference="RF19 5390 0754 7034"))
        self.assertEqual(lines[9:], ["", "RF19 5390 0754 7034"])

    def test_roubles_to_a_russian_account_follow_the_standard(self):
        self.env["res.lang"]._activate_lang("ru_RU")
        self.company.vat = "7707083893"
        code = self._make(self.russian_account, "8.29", currency=self.rub)
        self.assertEqual((code["kind"], code["warnings"]), ("gost", ()))
        self.assertEqual(
            code["payload"].decode().split("|"),
            [
                "ST00012",
                f"Name={self.company.name}",
                "PersonalAcc=40807810600000012345",
                "BankName=АО «Банк Пример», г. Москва",
                "BIC=044525111",
                "CorrespAcc=30101810200000000111",
                "PayeeINN=7707083893",
                f"Purpose=Оплата: {REFERENCE}",
                "Sum=829",
            ],
        )

    def test_tax_number_that_is_no_inn_is_left_out(self):
        self.company.vat = "BE0477472701"
        code = self._make(self.russian_account, currency=self.rub)
        self.assertNotIn(b"PayeeINN", code["payload"])

    def test_label_is_in_the_language_of_the_customer(self):
        for lang, label in (
            ("en_US", "Scan with your banking app"),
            ("de_DE", "Mit Banking-App zahlen"),
            ("ru_RU", "Сканируйте для оплаты"),
        ):
            self.env["res.lang"]._activate_lang(lang)
            self.assertEqual(self._make(lang=lang)["label"], label)

    def test_holder_of_the_account_is_the_payee(self):
        self.account.acc_holder_name = "Holding\n SA " + "x" * 80
        self.assertEqual(self._lines(self._make())[5], "Holding SA")

    def test_long_references_are_cut_between_words(self):
        reference = ", ".join(f"INV/2025/{n:05d}" for n in range(20))
        text = self._lines(self._make(reference=reference))[10]
        self.assertLessEqual(len(text), 140)
        self.assertTrue(text.endswith(","))
        self.assertTrue(reference.startswith(text))

    # === OTHER KINDS === #

    def test_other_kinds_come_from_odoo(self):
        values = {"qr_method": "ch_qr"}
        with (
            patch.object(ResPartnerBank, "_build_qr_code_vals", return_value=values),
            patch.object(
                ResPartnerBank, "build_qr_code_base64", return_value="data:image/png;x"
            ) as build,
        ):
            code = self._make(currency=self.env.ref("base.CHF"))
        self.assertEqual((code["kind"], code["image"]), ("ch_qr", "data:image/png;x"))
        amount, free, structured, currency, debtor = build.call_args.args
        self.assertEqual((amount, free, structured), (10.5, REFERENCE, REFERENCE))
        self.assertEqual((currency.name, debtor), ("CHF", self.customer))

    def test_error_of_another_kind_is_a_reason(self):
        error = UserError("The address is incomplete.")
        with patch.object(ResPartnerBank, "build_qr_code_base64", side_effect=error):
            problem = self._problem(currency=self.env.ref("base.CHF"))
        self.assertEqual(problem, "The address is incomplete.")

    def test_currency_without_a_code(self):
        problem = self._problem(currency=self.env.ref("base.USD"))
        self.assertEqual(
            problem, "For this account and currency there is no payment code."
        )
        self.assertTrue(self._problem(self.russian_account))

    # === PROBLEMS === #

    def test_problems_are_told_in_words(self):
        no_bank = self.env["res.partner.bank"]
        self.assertIn("no bank account", self._problem(no_bank))
        self.assertEqual(self._problem(amount="0"), "Nothing is to be paid.")
        self.assertEqual(self._problem(amount="-3"), "Nothing is to be paid.")
        self.assertIn("outside", self._problem(amount="1000000000"))
        self.bank.bic = "044525111"
        self.assertEqual(self._problem(), "The bank's BIC is not right.")
        self.account.acc_number = "BE00 0000 0000 1616"
        self.assertIn("not a valid IBAN", self._problem())

    def test_missing_correspondent_account_is_named(self):
        self.russian_bank.dunning_corresp_account = False
        problem = self._problem(self.russian_account, currency=self.rub)
        self.assertIn("bank's correspondent account", problem)

    def test_every_refusal_has_a_sentence(self):
        model = self.env["dunning.payment.qr"]
        for code in ("control", "characters", "charset", "separator", "too_dense"):
            for field in (None, "name", "Purpose"):
                text = model._get_problem_text(PaymentQrError(code, field=field))
                self.assertRegex(text, r"^[A-Z].+\.$")

    def test_problem_is_logged(self):
        with patch.object(dunning_payment_qr, "_logger") as logger:
            self._make(amount="0")
        self.assertIn("nothing_to_pay", str(logger.info.call_args))

    # === ACCOUNT AND BANK === #

    def test_account_says_why_it_gets_no_code(self):
        self.assertFalse(self.account.dunning_qr_problem)
        self.assertFalse(self.russian_account.dunning_qr_problem)
        self.russian_bank.dunning_corresp_account = False
        self.assertIn("correspondent", self.russian_account.dunning_qr_problem)
        foreign = self.account.copy({"partner_id": self.customer.id, "acc_number": "1"})
        self.assertFalse(foreign.dunning_qr_problem)

    def test_correspondent_account_has_twenty_digits(self):
        bank = self.russian_bank
        bank.dunning_corresp_account = " 30101 810 2 0000 0000111 "
        self.assertEqual(bank.dunning_corresp_account, "30101810200000000111")
        bank.dunning_corresp_account = "0"
        for wrong in ("3010181020000000011", "BE72000000001616", "٣" * 20):
            with self.assertRaises(ValidationError):
                bank.dunning_corresp_account = wrong
