from decimal import Decimal

from odoo.tests import BaseCase, tagged

from ..tools.payment_qr_epc import MAX_VERSION, build_epc, is_creditor_reference
from ..tools.qr_picture import get_matrix, get_version
from .payment_qr_common import PaymentQrChecks
from .qr_reader import needs_zbar

#: EPC069-12, section 2.3 'Examples': 96 bytes of UTF-8.
FIRST = {
    "version": "001",
    "bic": "BHBLDEHHXXX",
    "name": "Franz Mustermänn",
    "iban": "DE71110220330123456789",
    "amount": Decimal("12.3"),
    "purpose": "GDDS",
    "reference": "RF18539007547034",
}
FIRST_TEXT = (
    "BCD\n001\n1\nSCT\nBHBLDEHHXXX\nFranz Mustermänn\nDE71110220330123456789\n"
    "EUR12.3\nGDDS\nRF18539007547034"
)
#: The same section: 103 bytes of ISO 8859-1; empty lines inside stay.
SECOND = {
    "charset": "2",
    "name": "François D'Alsace S.A.",
    "iban": "FR1420041010050500013M02606",
    "amount": Decimal("12.3"),
    "text": "Client:Marie Louise La Lune",
}
SECOND_TEXT = (
    "BCD\n002\n2\nSCT\n\nFrançois D'Alsace S.A.\nFR1420041010050500013M02606\n"
    "EUR12.3\n\n\nClient:Marie Louise La Lune"
)
#: https://en.wikipedia.org/wiki/EPC_QR_code, 'Sample content'.
RED_CROSS = {
    "version": "001",
    "bic": "BPOTBEB1",
    "name": "Red Cross of Belgium",
    "iban": "BE72 0000 0000 1616",
    "amount": Decimal(1),
    "purpose": "CHAR",
    "text": "Urgency fund",
    "information": "Sample EPC QR code",
}
RED_CROSS_TEXT = (
    "BCD\n001\n1\nSCT\nBPOTBEB1\nRed Cross of Belgium\nBE72000000001616\nEUR1\nCHAR\n"
    "\nUrgency fund\nSample EPC QR code"
)


@tagged("post_install", "-at_install")
class TestPaymentQrEpc(PaymentQrChecks, BaseCase):
    """SEPA codes are what the guideline says, or there is none."""

    def _build(self, **values):
        return build_epc(**SECOND | {"charset": ""} | values)

    def assertNone(self, code, **values):
        return self.assertRefused(code, self._build, **values)

    # === PUBLISHED EXAMPLES === #

    def test_first_example_of_the_guideline(self):
        code = build_epc(**FIRST)
        self.assertEqual(code.payload, FIRST_TEXT.encode())
        self.assertEqual(len(code.payload), 96)
        self.assertEqual(get_version(get_matrix(code.payload)), 6)

    def test_second_example_of_the_guideline(self):
        code = build_epc(**SECOND)
        self.assertEqual(code.payload, SECOND_TEXT.encode("latin-1"))
        self.assertEqual(len(code.payload), 103)
        self.assertEqual(get_version(get_matrix(code.payload)), 6)

    def test_example_of_the_encyclopedia(self):
        self.assertEqual(build_epc(**RED_CROSS).payload, RED_CROSS_TEXT.encode())

    @needs_zbar
    def test_examples_are_read_back(self):
        for example in (FIRST, SECOND, RED_CROSS):
            self.assertReadBack(build_epc(**example).payload, MAX_VERSION)

    # === FIELDS === #

    def test_lengths_count_characters(self):
        for field, limit in (("name", 70), ("text", 140), ("information", 70)):
            with self.subTest(field=field):
                self.assertIn("ö" * limit, self._build(**{field: "ö" * limit}).text)
                error = self.assertNone("too_long", **{field: "ö" * (limit + 1)})
                self.assertEqual(error.values["limit"], limit)

    def test_payee_is_needed(self):
        for name in ("", None, "  "):
            self.assertNone("missing", name=name)

    def test_no_field_has_a_line_break(self):
        for field in ("name", "text", "information"):
            for char in "\n\r\t\x0b\x85\u2028":
                error = self.assertNone("control", **{field: f"a{char}b"})
                self.assertEqual(error.values["field"], field)

    def test_iban_is_checked(self):
        for iban in ("", None, "FR1420041010050500013M02607", "12345", "ＦＲ14"):
            self.assertNone("iban", iban=iban)
        self.assertNone("not_sepa", iban="BR1800360305000010009795493C1")

    def test_amounts_are_exact_and_within_the_limits(self):
        for text in ("0.01", "999999999.99", "1200.50"):
            lines = self._build(amount=Decimal(text)).text.split("\n")
            self.assertEqual(lines[7], f"EUR{text}")
        for wrong in ("0", "-1", "1000000000", "0.011", "NaN", "Infinity", "1E+9"):
            self.assertNone("amount", amount=Decimal(wrong))
        for wrong in (12.3, 12, "12.3", None):
            self.assertNone("amount", amount=wrong)

    def test_bic_is_needed_outside_the_economic_area_only(self):
        swiss = "CH9300762011623852957"
        error = self.assertNone("bic_missing", iban=swiss)
        self.assertEqual(error.values["country"], "CH")
        lines = self._build(iban=swiss, bic="POFICHBEXXX").text.split("\n")
        self.assertEqual(lines[1:5], ["001", "1", "SCT", "POFICHBEXXX"])
        self.assertNone("bic_missing", version="001")
        self.assertEqual(self._build().text.split("\n")[1:5], ["002", "1", "SCT", ""])

    def test_wrong_bic_is_refused(self):
        for bic in ("044525225", "HASPDEHHX", "HASPDEHHXXXX"):
            self.assertNone("bic", bic=bic)

    def test_structured_reference_or_text_never_both(self):
        self.assertNone("two_references", reference="RF18539007547034")
        self.assertNone("reference", text="", reference="RF19539007547034")
        code = self._build(text="", reference="rf18 5390 0754 7034")
        self.assertEqual(code.text.split("\n")[9:], ["RF18539007547034"])

    def test_only_iso_references_are_structured(self):
        for text in ("RF18539007547034", "RF18 5390 0754 7034"):
            self.assertTrue(is_creditor_reference(text))
        for text in ("RF18", "INV/2026/1", "+++090/9337/55493+++", "", None):
            self.assertFalse(is_creditor_reference(text))

    def test_other_values_that_nobody_may_choose(self):
        self.assertNone("purpose", purpose="GOODS")
        self.assertNone("version", version="003")
        self.assertNone("charset", charset="9")

    # === CHARACTERS === #

    def test_typographic_signs_become_plain(self):
        code = self._build(name="„Nord“ – Süd", text="№\N{NO-BREAK SPACE}5 «A»…")
        lines = code.text.split("\n")
        self.assertEqual((lines[5], lines[10]), ('"Nord" - Süd', 'No. 5 "A"...'))

    def test_other_alphabets_stay_and_are_warned_of(self):
        self.assertEqual(self._build(name="Crédit Łódź").warnings, ())
        code = self._build(name="ООО Ромашка")
        self.assertIn("ООО Ромашка", code.text)
        self.assertEqual(code.warnings, ("not_latin",))

    def test_whole_stays_within_331_bytes(self):
        long = {"name": "ж" * 70, "text": "ж" * 140}
        code = self._build(**long)  # 420 bytes of UTF-8 in these two
        self.assertEqual(code.encoding, "iso8859-5")
        self.assertEqual(code.text.split("\n")[2], "5")
        self.assertLessEqual(len(code.payload), 331)
        error = self.assertNone("size", **long | {"name": "жγ" * 35})
        self.assertGreater(error.values["bytes"], error.values["limit"])
        self.assertNone("size", **long | {"information": "ж" * 70, "charset": "5"})

    @needs_zbar
    def test_longest_code_has_version_13_and_is_read_back(self):
        text = "x" * 140
        code = self._build(name="x" * 70, text=text, information="i" * 66)
        self.assertEqual(len(code.payload), 331)
        self.assertEqual(get_version(get_matrix(code.payload, MAX_VERSION)), 13)
        self.assertReadBack(code.payload, MAX_VERSION)
