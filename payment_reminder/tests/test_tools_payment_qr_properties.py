from decimal import Decimal
from string import ascii_uppercase, digits

from hypothesis import given, settings
from hypothesis import strategies as st
from stdnum import iso11649

from odoo.tests import BaseCase, tagged

from ..tools.payment_qr import PaymentQrError
from ..tools.payment_qr_epc import MAX_BYTES, MAX_VERSION, build_epc, to_plain
from ..tools.payment_qr_gost import build_gost
from .payment_qr_common import PaymentQrChecks
from .qr_reader import needs_zbar

quickly = settings(derandomize=True, deadline=None, max_examples=60, database=None)

#: What people write: letters of several alphabets, signs, blanks.
LETTERS = st.characters(
    codec="utf-8", exclude_categories=("Cc", "Cs", "Zl", "Zp"), max_codepoint=0x2100
)
RUSSIAN = st.characters(codec="cp1251", exclude_categories=("Cc", "Zl", "Zp"))


def texts(limit, letters=LETTERS, least=0):
    return st.text(letters, min_size=least, max_size=limit).map(
        lambda text: text.strip(" ")
    )


def amounts(high):
    return st.decimals("0.01", high, places=2, allow_nan=False)


def digits_of(count):
    return st.text(digits, min_size=count, max_size=count)


def make_iban(country, number):
    """Return an IBAN with right check digits."""
    moved = "".join(str(int(char, 36)) for char in number + country + "00")
    return f"{country}{98 - int(moved) % 97:02d}{number}"


def make_reference(text):
    moved = "".join(str(int(char, 36)) for char in text + "RF00")
    return f"RF{98 - int(moved) % 97:02d}{text}"


REFERENCES = st.text(ascii_uppercase + digits, min_size=1, max_size=21).map(
    make_reference
)
IBANS = st.builds(
    make_iban,
    st.sampled_from(("DE", "FR", "ES", "FI", "SI")),
    st.text(digits, min_size=11, max_size=30),
)


@tagged("post_install", "-at_install")
class TestPaymentQrProperties(PaymentQrChecks, BaseCase):
    """What goes in comes out of the code again, whatever it is."""

    @needs_zbar
    @quickly
    @given(texts(70), IBANS, amounts("999999999.99"), texts(140), texts(70))
    def test_transfer_in_euros_survives(self, name, iban, amount, text, information):
        try:
            code = build_epc(
                name=name, iban=iban, amount=amount, text=text, information=information
            )
        except PaymentQrError as error:
            self.assertIn(error.code, ("size", "missing", "too_long"))
            return
        self.assertLessEqual(len(code.payload), MAX_BYTES)
        self.assertReadBack(code.payload, MAX_VERSION)
        lines = code.text.split("\n") + [""] * 4
        self.assertEqual((lines[5], lines[6]), (to_plain(name).strip(" "), iban))
        self.assertEqual(Decimal(lines[7].removeprefix("EUR")), amount)
        self.assertEqual(lines[10], to_plain(text).strip(" "))
        self.assertEqual(lines[11], to_plain(information).strip(" "))

    @quickly
    @given(REFERENCES)
    def test_creditor_references_are_structured(self, reference):
        self.assertTrue(iso11649.is_valid(reference))
        code = build_epc(
            name="x",
            iban="FR1420041010050500013M02606",
            amount=Decimal(1),
            reference=reference,
        )
        self.assertEqual(code.text.split("\n")[9:], [reference])

    @needs_zbar
    @quickly
    @given(
        texts(160, RUSSIAN, 1),
        digits_of(20),
        texts(45, RUSSIAN, 1),
        digits_of(9),
        digits_of(20),
        amounts("9999999999999999.99"),
        texts(160, RUSSIAN),
    )
    def test_payment_in_roubles_survives(
        self, name, account, bank_name, bic, corresp, amount, purpose
    ):
        try:
            code = build_gost(
                name=name,
                account=account,
                bank_name=bank_name,
                bic=bic,
                corresp_account=corresp,
                amount=amount,
                further={"Purpose": purpose},
            )
        except PaymentQrError as error:
            self.assertIn(error.code, ("missing", "separator"))
            return
        self.assertReadBack(code.payload)
        separator = code.text[7]
        fields = dict(f.split("=", 1) for f in code.text.split(separator)[1:])
        self.assertEqual(
            [fields.pop(key) for key in ("Name", "PersonalAcc", "BankName", "BIC")],
            [name, account, bank_name, bic],
        )
        self.assertEqual(fields.pop("CorrespAcc"), corresp)
        self.assertEqual(Decimal(fields.pop("Sum")) / 100, amount)
        self.assertEqual(fields.pop("Purpose", ""), purpose)
        self.assertFalse(fields)
