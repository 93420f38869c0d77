from decimal import Decimal

from odoo.tests import BaseCase, tagged

from ..tools.payment_qr_gost import build_gost, is_account_valid
from .payment_qr_common import PaymentQrChecks
from .qr_reader import needs_zbar

#: GOST R 56042-2014, the example of the standard; its INN has a wrong check digit.
STANDARD = {
    "name": "ООО «Три кита»",
    "account": "40702810138250123017",
    "bank_name": 'ОАО "БАНК"',
    "bic": "044525225",
    "corresp_account": "30101810400000000225",
    "amount": Decimal(1000),
    "further": {
        "PayeeINN": "6200098765",
        "LastName": "Иванов",
        "FirstName": "Иван",
        "MiddleName": "Иванович",
        "Purpose": "Оплата членского взноса",
        "PayerAddress": "г.Рязань ул.Ленина д.10 кв.15",
    },
}
STANDARD_TEXT = (
    'ST00012|Name=ООО «Три кита»|PersonalAcc=40702810138250123017|BankName=ОАО "БАНК"'
    "|BIC=044525225|CorrespAcc=30101810400000000225|PayeeINN=6200098765"
    "|LastName=Иванов|FirstName=Иван|MiddleName=Иванович"
    "|Purpose=Оплата членского взноса|PayerAddress=г.Рязань ул.Ленина д.10 кв.15"
    "|Sum=100000"
)
#: The longest that the five fields can be: 299 characters and the separator.
LONGEST = STANDARD | {"name": "Ж" * 160, "bank_name": "Ж" * 45}


@tagged("post_install", "-at_install")
class TestPaymentQrGost(PaymentQrChecks, BaseCase):
    """Codes for roubles are what the standard says, or there is none."""

    def _build(self, **values):
        return build_gost(**STANDARD | values)

    def assertNone(self, code, **values):
        return self.assertRefused(code, self._build, **values)

    def _get_fields(self, code, separator="|"):
        return dict(field.split("=", 1) for field in code.text.split(separator)[1:])

    # === PUBLISHED EXAMPLE === #

    def test_example_of_the_standard(self):
        code = build_gost(**STANDARD)
        self.assertEqual(code.payload, STANDARD_TEXT.encode())
        self.assertEqual(code.warnings, ("inn_digits",))

    @needs_zbar
    def test_example_is_read_back(self):
        self.assertReadBack(build_gost(**STANDARD).payload)

    # === FIELDS === #

    def test_five_fields_come_first_in_order(self):
        fields = self._get_fields(self._build(further={"Purpose": "x"}))
        self.assertEqual(
            list(fields),
            ["Name", "PersonalAcc", "BankName", "BIC", "CorrespAcc", "Purpose", "Sum"],
        )

    def test_five_fields_are_needed(self):
        for field in ("name", "account", "bank_name", "bic", "corresp_account"):
            for empty in ("", None, " "):
                error = self.assertNone("missing", **{field: empty})
                self.assertEqual(error.values["field"], field)

    def test_numbers_have_their_digits(self):
        for field, wrong in (
            ("account", "4070281013825012301"),
            ("account", "DE71110220330123456789"),
            ("bic", "HABGDEHHXXX"),
            ("bic", "04452522"),
            ("corresp_account", "301018104000000002"),
            ("account", "4070281013825012301\u0667"),
        ):
            self.assertNone(field, **{field: wrong})
        self.assertNone("inn", further={"PayeeINN": "77012345"})
        self.assertNone("kpp", further={"KPP": "7701"})
        self.assertNone("unknown_field", further={"Comment": "x"})

    def test_bank_without_correspondent_account(self):
        fields = self._get_fields(self._build(corresp_account="0"))
        self.assertEqual(fields["CorrespAcc"], "0")

    def test_numbers_may_be_written_in_groups(self):
        fields = self._get_fields(self._build(account="40702 810 1 3825 0123017"))
        self.assertEqual(fields["PersonalAcc"], STANDARD["account"])

    def test_lengths_are_kept(self):
        for field, limit in (("name", 160), ("bank_name", 45)):
            self.assertNone("too_long", **{field: "Ж" * (limit + 1)})
        self.assertNone("too_long", further={"Purpose": "x" * 161})

    def test_no_field_has_a_line_break(self):
        for field in ("name", "bank_name"):
            self.assertNone("control", **{field: "a\nb"})
        self.assertNone("control", further={"Purpose": "a\r\nb"})

    def test_kopecks_are_exact(self):
        for text, kopecks in (
            ("8.29", "829"),  # 828 with floats
            ("0.01", "1"),
            ("1150.1", "115010"),
            ("9999999999999999.99", "999999999999999999"),
        ):
            fields = self._get_fields(self._build(amount=Decimal(text)))
            self.assertEqual(fields["Sum"], kopecks)
        for wrong in ("0", "-5", "0.001", "10000000000000000", "NaN"):
            self.assertNone("amount", amount=Decimal(wrong))
        self.assertNone("amount", amount=8.29)
        self.assertNotIn("Sum", self._get_fields(self._build(amount=None)))

    # === SEPARATOR AND CHARACTER SET === #

    def test_separator_stands_in_no_value(self):
        code = self._build(name="Три|кита")
        self.assertTrue(code.text.startswith("ST00012~Name=Три|кита~PersonalAcc="))
        self.assertEqual(self._get_fields(code, "~")["Name"], "Три|кита")
        self.assertNone("separator", name="|~^;#")

    def test_long_names_are_written_in_windows_1251(self):
        code = build_gost(**LONGEST)
        self.assertEqual(code.encoding, "cp1251")
        self.assertTrue(code.payload.startswith(b"ST00011|Name=\xc6\xc6"))
        block = code.payload[8:].split(b"|PayeeINN")[0] + b"|"
        self.assertEqual(len(block), 300)

    def test_utf8_is_kept_up_to_300_bytes(self):
        ends = {}
        for length in range(1, 161):
            code = self._build(name="Ж" * length)
            ends[code.encoding] = len(code.payload[8:].split(b"PayeeINN")[0])
            if code.encoding == "cp1251":
                break
        self.assertIn(ends["utf-8"], (299, 300))
        self.assertEqual(len(ends), 2)

    def test_too_long_without_a_character_set_that_has_all_letters(self):
        self.assertNone("characters", **LONGEST | {"name": "Ж" * 159 + "ə"})

    @needs_zbar
    def test_longest_codes_are_read_back(self):
        further = STANDARD["further"] | {"Purpose": "Ж" * 160}
        for example in (STANDARD, LONGEST):
            code = build_gost(**example | {"further": further})
            self.assertReadBack(code.payload)

    # === WARNINGS === #

    def test_wrong_check_digits_are_warned_of(self):
        right = {"further": {"PayeeINN": "7707083893"}}  # Sberbank's own
        self.assertEqual(self._build(**right).warnings, ())
        for field, value, warning in (
            ("account", "40702810138250123018", "account_digits"),
            ("corresp_account", "30101810400000000226", "corresp_digits"),
        ):
            code = self._build(**right | {field: value})
            self.assertEqual(code.warnings, (warning,))
        dollars = self._build(**right | {"account": "40702840438250123017"})
        self.assertIn("account_currency", dollars.warnings)

    def test_check_digit_of_accounts(self):
        # Sberbank, VTB and Alfa-Bank in the Bank of Russia's directory of BIKs
        for bic, corresp in (
            ("044525225", "30101810400000000225"),
            ("044525187", "30101810700000000187"),
            ("044525593", "30101810200000000593"),
        ):
            self.assertTrue(is_account_valid(corresp, bic))
            wrong = corresp[:-1] + str((int(corresp[-1]) + 1) % 10)
            self.assertFalse(is_account_valid(wrong, bic))
