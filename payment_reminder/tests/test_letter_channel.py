import hashlib
from unittest.mock import patch

from odoo.tests import tagged
from odoo.tools import mute_logger

from ..exceptions import LetterEngineError
from .letter_channel_common import LetterChannelCommon, read_pdf

SENDER = "odoo.addons.payment_reminder.models.dunning_sender"


@tagged("post_install", "-at_install")
class TestLetterChannel(LetterChannelCommon):
    """Letters: numbered, printed, stored; before that, none counts as sent."""

    def _break_engine(self, error=None):
        """Let no PDF engine make a letter."""
        printer = type(self.env["dunning.letter.printer"])
        error = error or LetterEngineError("wkhtmltopdf is missing")
        return patch.object(printer, "_render_pdf", side_effect=error)

    # === PRINTED === #

    def test_letter_is_stored_with_number_and_checksum(self):
        notice = self._queue()
        self._work()
        self.assertEqual(notice.state, "sent", notice.reason)
        self.assertRegex(notice.number, r"^DL/2025/\d{5}$")
        content = notice.pdf_attachment_id.raw
        self.assertTrue(content.startswith(b"%PDF"))
        self.assertEqual(notice.pdf_checksum, hashlib.sha256(content).hexdigest())
        attachment = notice.pdf_attachment_id
        self.assertEqual(
            (attachment.res_model, attachment.res_id), ("dunning.notice", notice.id)
        )
        self.assertEqual(attachment.name, notice.number.replace("/", "-") + ".pdf")
        self.assertFalse(self.server.mails)

    def test_letter_says_what_is_owed(self):
        notice = self._queue()
        self._pay(notice.line_ids.move_id, 60)
        self._work()
        text = read_pdf(notice.pdf_attachment_id.raw)
        for fact in (
            notice.number,
            notice.line_ids.invoice_name,
            "Demand for payment",
            "the following amount is open:",
            "40.00",
            "forty",
            "Ann Example",
            "1 Long Road",
            "Carla Clerk",
        ):
            self.assertIn(fact.lower(), text.lower())
        self.assertNotIn("100.00", text)

    def test_numbers_are_unique_and_in_order(self):
        partners = [self._create_customer(f"P{i}") for i in range(4)]
        notices = self._queue(*partners).sorted("id")
        self._work()
        numbers = notices.mapped("number")
        self.assertEqual(len(set(numbers)), 4)
        counters = [int(number.rpartition("/")[2]) for number in numbers]
        self.assertEqual(counters, list(range(counters[0], counters[0] + 4)))

    def test_each_customer_gets_their_own_letter(self):
        partners = [self._create_customer(f"Recipient{i}") for i in range(4)]
        notices = self._queue(*partners)
        self._work()
        for notice in notices:
            text = read_pdf(notice.pdf_attachment_id.raw)
            for partner in partners:
                check = (
                    self.assertIn
                    if partner == notice.partner_id
                    else (self.assertNotIn)
                )
                check(partner.name, text)

    def test_letter_climbs_and_stands_in_the_history(self):
        notice = self._queue()
        self._work()
        invoice = notice.line_ids.move_id
        self.assertEqual(self._items(invoice).level_id, self.level)
        message = notice.mail_message_id
        self.assertIn(message, notice.case_id.message_ids)
        self.assertEqual(message.attachment_ids, notice.pdf_attachment_id)
        self.assertIn(notice.number, str(message.body))
        self.assertTrue(
            invoice.message_ids.filtered(lambda m: notice.number in str(m.body))
        )

    def test_letter_that_was_sent_cannot_be_replaced(self):
        notice = self._queue()
        self._work()
        other = self.env["ir.attachment"].sudo().create({"name": "x", "raw": b"x"})
        with self.assertRaisesRegex(Exception, "evidence"):
            notice.sudo().pdf_attachment_id = other

    def test_print_run_has_all_letters_in_order_of_their_numbers(self):
        partners = [self._create_customer(f"P{i}") for i in range(3)]
        notices = self._queue(*partners)
        self._work()
        run = notices.run_id
        self.assertTrue(run.has_letters)
        text = read_pdf(run._get_letters_pdf())
        places = [text.find(n) for n in sorted(notices.mapped("number"))]
        self.assertNotIn(-1, places)
        self.assertEqual(places, sorted(places))

    def test_run_without_letters_has_no_print_run(self):
        run = self._queue().run_id
        self.assertFalse(run.has_letters)
        self.assertEqual(run._get_letters_pdf(), b"")

    # === NOT PRINTED === #

    @mute_logger(SENDER)
    def test_letter_does_not_count_as_printed_when_the_engine_fails(self):
        self.customer.email = False
        notice = self._queue()
        with self._break_engine():
            cron = self._run_cron()
        self.assertEqual(cron.failure_count, 0)
        self.assertNotEqual(notice.state, "sent")
        self.assertIn("wkhtmltopdf is missing", notice.reason)
        self.assertFalse(notice.pdf_attachment_id)
        self.assertFalse(notice.pdf_checksum)
        self.assertNotClimbed(notice)

    @mute_logger(SENDER)
    def test_letter_is_printed_when_the_engine_is_mended(self):
        self.customer.email = False
        notice = self._queue()
        with self._break_engine():
            self._work()
        self.assertEqual(notice.state, "failed")
        self.assertActivity(notice, "wkhtmltopdf is missing")
        notice.action_retry()
        self._work()
        self.assertEqual(notice.state, "sent")
        self.assertTrue(notice.pdf_attachment_id)

    @mute_logger(SENDER)
    def test_one_letter_that_cannot_be_printed_does_not_stop_the_others(self):
        self.customer.email = False
        other = self._create_customer("Bob")
        notices = self._queue(self.customer, other)
        wrong, right = notices.sorted(lambda n: n.partner_id == other)
        model = type(self.env["dunning.notice"])
        get_lines = model._get_recipient_lines

        def fail(notice):
            if notice.partner_id == self.customer:
                raise ValueError("poisoned customer")
            return get_lines(notice)

        with patch.object(model, "_get_recipient_lines", fail):
            self._work()
        self.assertEqual((wrong.state, right.state), ("failed", "sent"))
        self.assertIn("poisoned customer", wrong.reason)
        self.assertFalse(wrong.pdf_attachment_id)
        self.assertTrue(right.pdf_attachment_id)

    def test_mail_takes_over_when_the_address_is_gone(self):
        notice = self._queue()
        self.customer.street = False
        self._work()
        self.assertEqual(notice.state, "failed")
        self.assertIn("postal address", notice.reason)
        mail = notice.fallback_notice_id
        self.assertEqual((mail.channel, mail.state), ("email", "sent"))
        self.assertEqual(len(self.server.mails), 1)

    # === UGLY TEXTS === #

    def test_level_texts_are_printed_as_they_are_and_never_evaluated(self):
        self.level.write(
            {
                "letter_subject": "{{7*7}} <script>alert(1)</script> %(x)s",
                "letter_intro": "<p>{{7*7}} ${7*7} <t t-out='7*7'>x</t></p>"
                "<script>document.write(7*7)</script>"
                "<img src='http://tracker.example.com/x.png'/>",
                "letter_closing": "<p>%(x)s %s 100%</p>",
            }
        )
        notice = self._queue()
        self._work()
        self.assertEqual(notice.state, "sent", notice.reason)
        text = read_pdf(notice.pdf_attachment_id.raw)
        self.assertIn("{{7*7}}", text)
        self.assertIn("<script>alert(1)</script>", text)
        self.assertIn("%(x)s", text)
        self.assertNotIn("49", text.replace(notice.number, ""))
        document = self.env["dunning.letter.printer"]._render_html(
            [notice.sudo()._prepare_letter_values()]
        )
        self.assertNotIn("<script", document)
        self.assertNotIn("tracker.example.com", document)

    def test_ugly_names_are_printed_and_escaped(self):
        names = (
            "<script>alert(1)</script>",
            "Ann\nExample\r\nInc",
            "Ann 🧾 Example",
            "Very long name " * 20,
        )
        for name in names:
            with self.subTest(name[:20]):
                notice = self._queue(self._create_customer(name))
                self._work()
                self.assertEqual(notice.state, "sent", notice.reason)
                document = self.env["dunning.letter.printer"]._render_html(
                    [notice.sudo()._prepare_letter_values()]
                )
                self.assertNotIn("<script", document)
                self.assertTrue(notice.pdf_attachment_id.raw.startswith(b"%PDF"))
