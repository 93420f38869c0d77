from odoo import fields
from odoo.exceptions import UserError
from odoo.fields import Command
from odoo.tests import tagged

from .handover_common import HandoverCommon


class StubFile:
    """Stands for ``dunning.case.file`` where that model is not there."""

    def __init__(self):
        self.calls = []

    def _make_pdf(self, case, lines, date, reader=None, number=None):
        self.calls.append((case, lines, date, reader, number))
        return b"%PDF-1.4 file"

    def _make_table(self, case, lines, date, reader=None):
        return b"PK table"


@tagged("post_install", "-at_install")
class TestHandoverPayments(HandoverCommon):
    """What is paid while the agency collects is seen, told and computed."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.handover = cls._hand_over()

    def _mails(self, handover=None):
        """Return what was written to the agency, the last one first."""
        messages = (handover or self.handover).message_ids
        return messages.filtered(lambda m: self.agency in m.partner_ids)

    def test_payment_is_told_to_case_handover_and_agency(self):
        self._pay(self.invoice, 30.0)
        self.assertEqual(self.handover.amount_collected, 30.0)
        self.assertEqual(self.handover.amount_open, 120.0)
        self.assertEqual(self.handover.state, "handed_over")
        [mail] = self._mails()
        self.assertIn("30.00", mail.body)
        self.assertIn("no more than", mail.body)
        self.assertIn("120.00", mail.body)
        self.assertIn("30.00", self._case().message_ids[0].body)

    def test_last_payment_closes_it_and_says_stop(self):
        self._pay(self.invoice)
        self._pay(self.other)
        self.assertEqual(self.handover.state, "collected")
        self.assertIn("stop collecting", self._mails()[0].body)

    def test_agency_that_pays_is_not_told_to_stop(self):
        entry = self._set_off(self.invoice, 80.0)
        self.assertEqual(entry.state, "posted")
        self.assertEqual(self.handover.amount_collected, 80.0)
        self.assertFalse(self._mails())

    def test_entry_that_does_not_name_the_agency_is_a_credit(self):
        self._set_off(self.invoice, 80.0, partner=self.customer)
        self.assertEqual(self.handover.amount_collected, 0.0)
        self.assertEqual(self.handover.amount_credited, 80.0)

    def test_credited_rest_is_not_collected(self):
        self._pay(self.invoice)
        credit = self.other._reverse_moves(
            [{"invoice_date": self.today, "date": self.today}], cancel=True
        )
        self.assertEqual(credit.state, "posted")
        self.assertEqual(self.handover.state, "partly")
        self.assertEqual(self.handover.amount_collected, 100.0)
        self.assertEqual(self.handover.amount_commission, 20.0)

    def test_everything_credited_is_returned(self):
        (self.invoice | self.other)._reverse_moves(
            [{"invoice_date": self.today, "date": self.today}] * 2, cancel=True
        )
        self.assertEqual(self.handover.state, "returned")

    def test_undone_payment_opens_it_again(self):
        self._pay(self.invoice)
        self._pay(self.other)
        self._receivables(self.other).remove_move_reconcile()
        self.assertEqual(self.handover.state, "collecting")
        self.assertEqual(self.handover.amount_collected, 100.0)
        self.assertIn("open again", self._mails()[0].body)

    def test_undone_payment_of_an_item_that_is_elsewhere_by_now_is_told(self):
        self._pay(self.invoice)
        self._pay(self.other)
        other = (
            self.env["dunning.handover"]
            .sudo()
            .create({"case_id": self._case().id, "agency_id": self.agency.id})
        )
        values = self.handover.line_ids[0].copy_data()[0]
        self.env["dunning.handover.line"].sudo().create(
            {**values, "handover_id": other.id}
        )
        self._receivables(self.invoice | self.other).remove_move_reconcile()
        self.assertEqual(self.handover.state, "collected")

    def test_payment_after_the_recall_is_not_the_agencys(self):
        self._pay(self.invoice, 30.0)
        self.handover._recall("They are rude", self.today)
        self._pay(self.invoice, 20.0, paid_on=self._days_ago(-3))
        self.assertEqual(self.handover.state, "partly")
        self.assertEqual(self.handover.amount_collected, 30.0)

    def test_payment_of_before_the_recall_is_matched_late(self):
        self.handover._recall("They are rude", self.today)
        self._pay(self.invoice, 20.0)
        self.assertEqual(self.handover.amount_collected, 20.0)

    def test_invoice_with_the_agency_is_not_reset(self):
        with self.assertRefused("recall"):
            self.invoice.button_draft()
        self.handover._recall("Wrong invoice", self.today)
        self.invoice.button_draft()

    def test_reset_invoice_leaves_a_prepared_handover(self):
        self.handover._recall("x", self.today)
        prepared = self._prepare()
        self.invoice.button_draft()
        self.assertEqual(prepared.line_ids.move_id, self.other)

    def test_unmatched_payment_is_put_on_the_desk_once(self):
        self._unmatched_payment(amount=20.0)
        for _time in range(2):
            self.env["dunning.handover"]._watch(self.company, self.today)
        self.assertEqual(
            self.handover.activity_ids.mapped("summary"),
            ["Match what the customer has paid"],
        )

    def test_agency_without_address_is_told_by_a_person(self):
        self.agency.email = False
        self._pay(self.invoice, 30.0)
        self.assertFalse(self._mails())
        self.assertIn("30.00", self.handover.activity_ids.note)

    def test_mail_looks_like_the_reminders_and_is_no_internal_note(self):
        self._pay(self.invoice, 30.0)
        [message] = self._mails()
        sent = self.env["mail.mail"].search([("mail_message_id", "=", message.id)])
        html = str(sent.body_html)
        self.assertIn("max-width: 600px", html)
        self.assertIn("30.00", html)
        self.assertNotIn("Internal communication", html)

    def test_mail_speaks_the_agencys_language(self):
        self.env["res.lang"]._activate_lang("de_DE")
        self.agency.lang = "de_DE"
        self.customer.lang = "en_US"
        self.assertEqual(self.handover.lang, "de_DE")

    def _set_off(self, invoice, amount, partner=None):
        """Post an entry that settles ``amount`` and names ``partner``."""
        receivable = self._receivables(invoice)
        payable = self.company_data["default_account_payable"]
        entry = self.env["account.move"].create(
            {
                "move_type": "entry",
                "date": self.today,
                "line_ids": [
                    Command.create(
                        {
                            "account_id": receivable.account_id.id,
                            "partner_id": self.customer.id,
                            "credit": amount,
                        }
                    ),
                    Command.create(
                        {
                            "account_id": payable.id,
                            "partner_id": (partner or self.agency).id,
                            "debit": amount,
                        }
                    ),
                ],
            }
        )
        entry.action_post()
        own = entry.line_ids.filtered(lambda line: line.credit)
        (receivable | own).reconcile()
        return entry


@tagged("post_install", "-at_install")
class TestHandoverSteps(HandoverCommon):
    """Sending, reports, recall."""

    def _mails(self, handover):
        return handover.message_ids.filtered(lambda m: self.agency in m.partner_ids)

    # === FILE === #

    def _stub(self):
        stub = StubFile()
        self.patch(
            type(self.env["dunning.handover"]), "_get_file_maker", lambda _self: stub
        )
        return stub

    def test_file_is_made_kept_and_sent(self):
        stub = self._stub()
        handover = self._prepare(message="Be kind")
        handover._hand_over(date=self.today)
        self.assertEqual(stub.calls[0][1], self._items(self.invoice | self.other))
        self.assertEqual(handover.file_pdf_id.raw, b"%PDF-1.4 file")
        self.assertEqual(len(handover.file_pdf_checksum), 64)
        self.assertTrue(handover._is_file_intact())
        [mail] = self._mails(handover)
        self.assertIn("Be kind", mail.body)
        self.assertIn(handover.file_pdf_checksum, mail.body)
        self.assertEqual(len(mail.attachment_ids), 2)

    def test_handed_over_file_is_neither_changed_nor_deleted(self):
        self._stub()
        handover = self._prepare()
        handover._hand_over(date=self.today)
        with self.assertRefused("evidence"):
            handover.file_pdf_id.unlink()
        with self.assertRefused("evidence"):
            handover.file_table_id.raw = b"other"

    def test_file_of_a_prepared_handover_is_replaced(self):
        self._stub()
        handover = self._prepare()
        handover.action_make_file()
        first = handover.file_pdf_id
        handover.action_make_file()
        self.assertFalse(first.exists())

    def test_without_case_files_it_is_sent_all_the_same(self):
        handover = self._prepare()
        self.patch(type(handover), "_get_file_maker", lambda _self: None)
        handover._hand_over(date=self.today)
        self.assertFalse(self._mails(handover).attachment_ids)
        self.assertEqual(handover.state, "handed_over")

    def test_download_tells_nobody(self):
        handover = self._prepare()
        self._stub()
        handover._hand_over(is_sent=False, date=self.today)
        self.assertFalse(self._mails(handover))

    # === REPORTS === #

    def test_first_report_means_that_it_collects(self):
        handover = self._hand_over()
        handover._report("accepted", date=self.today)
        self.assertEqual(handover.state, "collecting")
        self.assertEqual(handover.report_due_on, self._days_ago(-30))

    def test_received_amounts_are_noted_but_not_collected(self):
        handover = self._hand_over()
        handover._report("paying", amount=50.0, date=self.today)
        self.assertEqual(handover.amount_reported, 50.0)
        self.assertEqual(handover.amount_collected, 0.0)
        with self.assertRefused("more than"):
            handover._report("paying", amount=100.01, date=self.today)
        with self.assertRefused("negative"):
            handover._report("paying", amount=-1.0, date=self.today)

    def test_returned_file_lets_the_items_come_back(self):
        handover = self._hand_over()
        handover._report("returned", "Nobody lives there", date=self.today)
        self.assertEqual(handover.state, "returned")
        self.assertIn("Nobody lives there", handover.close_reason)
        with self.assertRefused("not possible any more"):
            handover._report("paying", date=self.today)

    def test_uncollectible_asks_a_person(self):
        handover = self._hand_over()
        handover._report("uncollectible", date=self.today)
        self.assertEqual(handover.state, "collecting")
        self.assertIn("write it off", handover.activity_ids.summary)

    def test_report_is_evidence(self):
        report = self._hand_over()._report("accepted", date=self.today)
        admin = self.env.ref("base.user_admin")
        with self.assertRaises(UserError):
            report.with_user(admin).write({"text": "x"})
        with self.assertRefused("evidence"):
            report.sudo().unlink()

    def test_late_report_is_asked_for_and_again_after_a_week(self):
        handover = self._hand_over()
        watch = self.env["dunning.handover"]._watch
        for days, count in ((30, 0), (31, 1), (32, 1), (37, 1), (38, 2)):
            watch(self.company, fields.Date.add(self.today, days=days))
            self.assertEqual(len(self._mails(handover)), count, days)
        self.assertEqual(len(handover.activity_ids), 1)

    def test_report_ends_the_asking(self):
        handover = self._hand_over()
        handover._report("in_contact", date=self._days_ago(-31))
        self.env["dunning.handover"]._watch(self.company, self._days_ago(-40))
        self.assertFalse(self._mails(handover))

    # === RECALL === #

    def test_recall_tells_the_agency_why(self):
        handover = self._hand_over()
        handover._recall("The customer has called", self.today)
        self.assertEqual(handover.state, "returned")
        self.assertTrue(handover.is_recalled)
        self.assertIn("The customer has called", self._mails(handover)[0].body)
        self.assertIn("Recalled", self._case().message_ids[0].body)

    def test_prepared_one_cannot_be_recalled(self):
        with self.assertRefused("not possible any more"):
            self._prepare()._recall("x", self.today)
