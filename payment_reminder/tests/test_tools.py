import doctest

from odoo.tests import BaseCase, tagged

from ..tools import (
    bounce,
    case_file_layout,
    claim_offset,
    claim_part,
    colour,
    commission,
    contact_window,
    contact_zones,
    delivery,
    factor_scale,
    interest,
    interest_days,
    interest_terms,
    mail_parts,
    open_items,
    payment_choice,
    payment_qr,
    payment_qr_epc,
    payment_qr_gost,
    payment_settlement,
    pdf_bundle,
    pdf_picture,
    pdf_stamp,
    picture,
    plain_table,
    plain_text,
    pricing_numbers,
    qr_picture,
    rate_limit,
    rate_table,
    settlement_order,
    state_zones,
    three_points,
    typed_amount,
    upload,
    work_days,
)

MODULES = (
    bounce,
    case_file_layout,
    claim_offset,
    claim_part,
    colour,
    commission,
    contact_window,
    contact_zones,
    delivery,
    factor_scale,
    interest,
    interest_days,
    interest_terms,
    mail_parts,
    open_items,
    payment_choice,
    payment_qr,
    payment_qr_epc,
    payment_qr_gost,
    payment_settlement,
    pdf_bundle,
    pdf_picture,
    pdf_stamp,
    picture,
    plain_table,
    plain_text,
    pricing_numbers,
    qr_picture,
    rate_limit,
    rate_table,
    settlement_order,
    state_zones,
    three_points,
    typed_amount,
    upload,
    work_days,
)


def load_tests(loader, tests, pattern):
    """Let plain unittest find the doctests too; Odoo's runner has the class below."""
    for module in MODULES:
        tests.addTests(doctest.DocTestSuite(module))
    return tests


@tagged("post_install", "-at_install")
class TestTools(BaseCase):
    """The examples in the docstrings of the tools hold."""

    def test_examples_of_bounce_hold(self):
        self._assert_examples_hold(bounce)

    def test_examples_of_colour_hold(self):
        self._assert_examples_hold(colour)

    def test_examples_of_commission_hold(self):
        self._assert_examples_hold(commission)

    def test_examples_of_contact_windows_hold(self):
        for module in (contact_window, contact_zones, state_zones):
            self._assert_examples_hold(module)

    def test_examples_of_delivery_hold(self):
        self._assert_examples_hold(delivery)

    def test_examples_of_factor_scale_hold(self):
        self._assert_examples_hold(factor_scale)

    def test_examples_of_interest_hold(self):
        for module in (interest, interest_days, interest_terms):
            self._assert_examples_hold(module)

    def test_examples_of_mail_parts_hold(self):
        self._assert_examples_hold(mail_parts)

    def test_examples_of_payment_codes_hold(self):
        for module in (payment_qr, payment_qr_epc, payment_qr_gost, qr_picture):
            self._assert_examples_hold(module)

    def test_examples_of_picture_hold(self):
        self._assert_examples_hold(picture)

    def test_examples_of_plain_text_hold(self):
        self._assert_examples_hold(plain_text)

    def test_examples_of_rate_limit_hold(self):
        self._assert_examples_hold(rate_limit)

    def test_examples_of_rate_table_hold(self):
        self._assert_examples_hold(rate_table)

    def test_examples_of_case_files_hold(self):
        for module in (case_file_layout, pdf_bundle, pdf_picture, pdf_stamp):
            self._assert_examples_hold(module)
        self._assert_examples_hold(plain_table)

    def test_examples_of_typed_amount_hold(self):
        self._assert_examples_hold(typed_amount)

    def test_examples_of_claims_hold(self):
        for module in (claim_offset, claim_part, settlement_order):
            self._assert_examples_hold(module)

    def test_examples_of_upload_hold(self):
        self._assert_examples_hold(upload)

    def test_examples_of_work_days_hold(self):
        self._assert_examples_hold(work_days)

    def _assert_examples_hold(self, module):
        outcome = doctest.testmod(module)
        self.assertGreater(outcome.attempted, 0)
        self.assertEqual(outcome.failed, 0)


@tagged("post_install", "-at_install")
class TestPlainText(BaseCase):
    """What the examples do not show."""

    def test_nothing_stays_nothing(self):
        for body in (None, "", "  \n"):
            self.assertEqual(plain_text.mail_to_plain_text(body), "")

    def test_layout_tables_are_taken_apart(self):
        body = (
            "<table role='presentation'><tr><td><p>Dear Ann,</p></td></tr>"
            "<tr><td><table><tr><td>INV/1</td><td>10</td></tr></table></td></tr></table>"
        )
        text = plain_text.mail_to_plain_text(body)
        self.assertEqual(text.split("\n"), ["Dear Ann,", "INV/1 | 10"])

    def test_hidden_preview_text_is_left_out(self):
        body = "<div style='color:red;display:none'>Hidden</div><p>Shown</p>"
        self.assertEqual(plain_text.mail_to_plain_text(body), "Shown")

    def test_links_keep_their_address(self):
        text = plain_text.mail_to_plain_text("<a href='https://pay.example'>Pay</a>")
        self.assertIn("https://pay.example", text)
