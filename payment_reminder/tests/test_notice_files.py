from unittest.mock import patch

from odoo.exceptions import UserError
from odoo.tests import tagged
from odoo.tools import html2plaintext, mute_logger

from ..models.dunning_notice_group import MAX_ROWS
from ..tools.plain_text import mail_to_plain_text
from .clarity_common import ClarityCommon
from .sending_common import SendingCommon

FILES = "odoo.addons.payment_reminder.models.dunning_notice_file"


class NoticeFilesCommon(SendingCommon):
    def _queue_invoices(self, count, days=5):
        for _number in range(count):
            self._overdue(days)
        return self._release(self._plan(user_id=self.clerk.id)).notice_ids

    def _mail(self, notice):
        self._work()
        self.assertEqual(notice.state, "sent", notice.reason)
        return self.server.mails[-1]

    def _get_names(self, mail):
        return [part.get_filename() for part in mail.iter_attachments()]

    def _break(self, *invoices):
        """Let no report of ``invoices`` be rendered."""
        Send = type(self.env["account.move.send"])
        make = Send._prepare_invoice_pdf_report
        ids = {invoice.id for invoice in invoices}

        def prepare(model, data):
            if ids & {move.id for move in data}:
                raise ValueError("The report is broken")
            return make(model, data)

        return patch.object(Send, "_prepare_invoice_pdf_report", prepare)


@tagged("post_install", "-at_install")
class TestManyItems(NoticeFilesCommon):
    """More than a screenful of items: totals, a statement, the button on top."""

    def _html(self, notice):
        return notice.channel_id._get_handler()._get_preview_values(notice)["body_html"]

    def test_few_items_stand_one_by_one(self):
        notice = self._queue_invoices(MAX_ROWS)
        text = html2plaintext(self._html(notice))
        for row in notice.line_ids:
            self.assertIn(row.invoice_name, text)
        mail = self._mail(notice)
        self.assertFalse(notice.statement_attachment_id)
        self.assertEqual(len(self._get_names(mail)), MAX_ROWS)

    def test_88_items_become_a_total_with_the_statement_attached(self):
        notice = self._queue_invoices(88)
        mail = self._mail(notice)
        text = mail_to_plain_text(notice.body_html)
        self.assertNotIn(notice.line_ids[5].invoice_name, text)
        self.assertIn("88 invoices, the oldest 5 days late | $ 8,800.00", text)
        self.assertIn("Total | $ 8,800.00", text)
        self.assertIn("in the attached statement of account", text)
        self.assertEqual(
            self._get_names(mail), ["Statement of account of June 16, 2025.pdf"]
        )
        content = notice.statement_attachment_id.raw
        self.assertTrue(content.startswith(b"%PDF"))
        self.assertIn(
            notice.statement_attachment_id, notice.mail_message_id.attachment_ids
        )

    def test_the_button_stands_above_the_table_in_every_mail(self):
        templates = self.levels.sudo().mail_template_id
        self.assertGreaterEqual(len(templates), 5)
        notice = self._queue_invoices(1)
        handler = notice.channel_id._get_handler()
        for template in templates:
            with self.subTest(template=template.name):
                notice.level_id.sudo().mail_template_id = template
                [[_notice, values]] = handler._render(notice)
                html = str(values["body_html"])
                table = html.index(notice.line_ids.invoice_name)
                self.assertLess(html.index("Pay, or write to us"), table)
                self.assertEqual(html.count("Pay, or write to us"), 1)

    @mute_logger(FILES)
    def test_without_a_statement_all_items_stand_in_the_mail(self):
        notice = self._queue_invoices(MAX_ROWS + 1)
        Statement = type(self.env["dunning.statement"])
        with patch.object(Statement, "_render_pdf", side_effect=UserError("no engine")):
            mail = self._mail(notice)
        text = mail_to_plain_text(notice.body_html)
        for row in notice.line_ids:
            self.assertIn(row.invoice_name, text)
        self.assertNotIn("attached statement", text)
        self.assertFalse(notice.statement_attachment_id)
        self.assertFalse(self._get_names(mail))


@tagged("post_install", "-at_install")
class TestAttachInvoices(NoticeFilesCommon):
    """Attach Invoices attaches; what is missing is said."""

    def test_a_missing_pdf_is_made_before_it_is_sent(self):
        notice = self._queue_invoices(2)
        moves = notice.line_ids.move_id
        self.assertFalse(moves.invoice_pdf_report_id)
        mail = self._mail(notice)
        moves.invalidate_recordset()
        self.assertEqual(
            sorted(self._get_names(mail)),
            sorted(moves.mapped("invoice_pdf_report_id.name")),
        )
        self.assertEqual(len(self._get_names(mail)), 2)
        self.assertTrue(all(notice.claim_ids.mapped("is_attached")))
        self.assertFalse(any(moves.mapped("is_move_sent")))

    @mute_logger(FILES)
    def test_one_that_cannot_be_made_stops_nobody_and_is_told(self):
        notice = self._queue_invoices(2)
        broken, sound = notice.claim_ids
        with self._break(broken.move_id):
            mail = self._mail(notice)
        self.assertEqual(len(self._get_names(mail)), 1)
        self.assertEqual((broken.is_attached, sound.is_attached), (False, True))
        text = mail_to_plain_text(notice.body_html)
        self.assertIn(f"Not attached: {broken.invoice_name}.", text)
        history = " ".join(
            str(body) for body in notice.case_id.message_ids.mapped("body")
        )
        self.assertIn(f"Sent without the PDF of {broken.invoice_name}", history)
        names = notice.channel_id._get_handler()._get_preview_values(notice)
        self.assertIn(f"{broken.invoice_name} (missing)", names["attachments"])

    def test_the_review_says_what_is_missing(self):
        invoice = self._overdue(5)
        notice = self._plan().notice_ids
        handler = notice.channel_id._get_handler()
        name = invoice._get_invoice_report_filename()
        names = handler._get_preview_values(notice)["attachments"]
        self.assertEqual(names, [f"{name} (made before sending)"])
        notice.level_id.sudo().attach_invoices = False
        self.assertFalse(handler._get_preview_values(notice)["attachments"])

    def test_the_review_names_the_statement_to_come(self):
        for _number in range(MAX_ROWS + 1):
            self._overdue(5)
        notice = self._plan().notice_ids
        names = notice.channel_id._get_handler()._get_preview_values(notice)
        self.assertEqual(
            names["attachments"], ["Statement of account.pdf (made before sending)"]
        )

    def test_nothing_is_attached_where_the_level_does_not_say_so(self):
        self.friendly.sudo().attach_invoices = False
        notice = self._queue_invoices(1)
        mail = self._mail(notice)
        self.assertFalse(self._get_names(mail))
        self.assertFalse(notice.line_ids.move_id.invoice_pdf_report_id)
        self.assertNotIn("Not attached", mail_to_plain_text(notice.body_html))


@tagged("post_install", "-at_install")
class TestNeverSent(ClarityCommon):
    """The clarity check 'never sent to the customer'."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.clear.is_move_sent = False

    def test_an_invoice_that_was_never_sent_is_found_and_sent_with_a_click(self):
        self.assertFindings(self.clear, "never_sent")
        [panel] = self.clear._get_clarity_findings()[self.clear]
        self.assertEqual(panel["action"], "Send it")
        finding = self.env["dunning.clarity.finding"].browse(panel["id"])
        action = finding.action_open()
        self.assertEqual(action["res_model"], "account.move.send.wizard")
        self.clear.is_move_sent = True
        self.assertFindings(self.clear)

    def test_a_draft_needs_not_be_sent(self):
        self.assertFindings(self._clear_invoice(post=False))

    def test_a_reminder_that_brought_it_along_will_do(self):
        run = self._plan()
        run.notice_ids.line_ids.sudo().is_attached = True
        self.assertFindings(self.clear, "never_sent")
        self._send(run)
        self.assertFindings(self.clear)

    def test_it_warns_and_stops_nobody_by_default(self):
        self.assertEqual(self._check("never_sent").default_severity, "warn")
        self.assertReminded(self._plan(), self.clear, self.friendly)
