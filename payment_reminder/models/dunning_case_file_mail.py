from odoo import models
from odoo.fields import Domain

from ..tools.letter_text import strip_controls
from ..tools.plain_text import mail_to_plain_text


class DunningCaseFile(models.AbstractModel):
    """The correspondence: messages of the case and its invoices, in and out."""

    # one concept, one file
    _inherit = "dunning.case.file"  # pylint: disable=consider-merging-classes-inherited

    # === WHICH === #

    def _find_messages(self, case, lines):
        """Return what was written to and by the customer, the oldest first.

        Notices are a part of their own. Internal notes are left out unless the context
        has ``case_file_notes``.

        :rtype: mail.message
        """
        messages = self.env["mail.message"]
        cases = self._get_cases(case)
        about = messages.search(
            (
                Domain("model", "=", "dunning.case") & Domain("res_id", "in", cases.ids)
                | Domain("model", "=", "account.move")
                & Domain("res_id", "in", lines.move_id.ids)
                | Domain("model", "=", "installment.plan")
                & Domain("res_id", "in", self._find_plans(lines).ids)
            )
            & Domain("message_type", "in", ("email", "email_outgoing", "comment")),
            order="date, id",
        )
        notices = self.env["dunning.notice"].search(
            [("mail_message_id", "in", about.ids)]
        )
        with_notes = self.env.context.get("case_file_notes")
        return (about - notices.mail_message_id).filtered(
            lambda message: with_notes or not self._is_note(message)
        )

    def _is_note(self, message):
        """Return whether a message was meant for colleagues only.

        An answer of the customer to one of our notices is filed as a note as well, but
        is none; what was mailed to the customer is none either.
        """
        if message.message_type == "email_outgoing":
            return False
        is_internal = message.is_internal or message.subtype_id.internal
        if message.message_type == "comment":
            return is_internal
        users = message.author_id.user_ids
        return is_internal and any(not user.share for user in users)

    # === CONTENT === #

    def _make_correspondence(self, case, lines):
        """Return the messages in one sheet, and their files, as parts.

        :rtype: list
        """
        messages = self._find_messages(case, lines)
        if not messages:
            return []
        content = []
        for message in messages:
            content += self._get_message_content(message)
        known = self._get_known_attachments(case, lines)
        files = self._make_attachments(messages.attachment_ids - known)
        return [
            (
                self.env._("Messages"),
                self._sheet(self.env._("Correspondence"), content),
            ),
            *files,
        ]

    def _get_known_attachments(self, case, lines):
        """Return the files that stand in another part already."""
        return (
            self._find_notices(case, lines).pdf_attachment_id
            | lines.move_id.invoice_pdf_report_id
            | self._find_replies(case, lines).attachment_ids
            | self._find_plans(lines).agreement_ids
        )

    def _get_message_content(self, message):
        author = message.author_id.display_name or message.email_from or ""
        pairs = [
            (self.env._("From"), message.email_from or author),
            (self.env._("To"), self._get_recipients_text(message)),
            (self.env._("About"), message.record_name or ""),
            ("Message-Id", message.message_id or ""),
            (self.env._("Files"), self._get_attachment_list(message.attachment_ids)),
        ]
        heading = [self._format_moment(message.date), author]
        if message.subject:
            heading.append(message.subject)
        body = mail_to_plain_text(strip_controls(message.body))
        content = [{"heading": ", ".join(filter(None, heading))}, {"pairs": pairs}]
        content += [
            self._as_html(part)
            for part in self._hide_secrets(body).split("\n\n")
            if part.strip()
        ]
        return content

    def _get_recipients_text(self, message):
        """Return to whom a message went: addresses of mails, and contacts.

        :rtype: str
        """
        mails = self.env["mail.mail"].search([("mail_message_id", "=", message.id)])
        partners = message.partner_ids | message.notified_partner_ids
        outside = partners.filtered("partner_share")
        names = [partner.email_formatted or partner.name for partner in outside]
        texts = [*mails.mapped("email_to"), message.incoming_email_to, *names]
        return ", ".join(dict.fromkeys(filter(None, texts)))
