import re

from odoo import models
from odoo.fields import Domain

from ..tools.letter_text import strip_controls
from ..tools.pdf_bundle import BundleError
from ..tools.plain_text import mail_to_plain_text

#: What opens the customer's page is not passed on.
SECRETS = re.compile(r"(/pay/|access_token=)[\w.~%+=-]+", re.ASCII)


class DunningCaseFile(models.AbstractModel):
    """The notices of a file: as they were sent, and what proves it."""

    # one concept, one file
    _inherit = "dunning.case.file"  # pylint: disable=consider-merging-classes-inherited

    # === WHICH === #

    def _find_notices(self, case, lines):
        """Return the notices about the items that left the house, the oldest first.

        A notice that only named other items is none of the reader's business.

        :rtype: dunning.notice
        """
        left = Domain("state", "in", ("sent", "in_doubt")) | Domain(
            "bounced_at", "!=", False
        )
        rows = (
            Domain("line_ids.move_line_id", "in", lines.ids)
            | Domain("line_ids.move_id", "in", lines.move_id.ids)
            | Domain("line_ids", "=", False)
        )
        cases = Domain("case_id", "in", self._get_cases(case).ids)
        notices = self.env["dunning.notice"].search(cases & left & rows)
        return notices.sorted(lambda notice: (notice.sent_at or notice.date, notice.id))

    # === AS THEY WERE SENT === #

    def _make_notices(self, case, lines):
        """Return each letter and e-mail as it was sent, as parts.

        A statement that stood for the items of an e-mail follows it. Phone calls are in
        the call log.

        :rtype: list
        """
        manual = self.env["dunning.channel"]._get_manual()
        parts = []
        for notice in self._find_notices(case, lines):
            if notice.channel_id not in manual:
                content = self._get_notice_content(notice)
                parts.append((self._get_notice_title(notice), content))
                parts += self._make_attachments(notice.statement_attachment_id)
        return parts

    def _get_notice_title(self, notice):
        parts = (notice.level_id.name, notice.channel_id.name, notice.number)
        return ", ".join(filter(None, (self._format_date(notice.date), *parts)))

    def _get_notice_content(self, notice):
        if notice.pdf_attachment_id:
            return self._get_letter_content(notice)
        return self._make_mail_sheet(notice)

    def _get_letter_content(self, notice):
        """Return the stored letter; another file in its place is not shown as it."""
        content = notice.pdf_attachment_id.raw or b""
        if content and self._get_checksum(content) != notice.pdf_checksum:
            title = self._get_notice_title(notice)
            return self._make_problem_sheet(title, content, BundleError("changed"))
        return content

    def _make_mail_sheet(self, notice):
        """Return the evidence of an e-mail: the envelope and the text that was kept."""
        pairs = [
            (self.env._("From"), notice.email_from or ""),
            (self.env._("To"), notice.email_to or notice.contact_id.display_name or ""),
            *([(self.env._("Copies to"), notice.email_cc)] if notice.email_cc else []),
            (self.env._("Sent on"), self._format_moment(notice.sent_at)),
            ("Message-Id", notice.message_id or ""),
            (self.env._("Subject"), notice.subject or ""),
            (self.env._("Asked for"), self._format_amount(notice.amount_asked)),
            (self.env._("Outcome"), self._get_outcome_text(notice)),
        ]
        text = self._hide_secrets(mail_to_plain_text(strip_controls(notice.body_html)))
        text = text or self.env._("No text was kept.")
        content = [{"pairs": pairs}, {"heading": self.env._("Text")}]
        content += [self._as_html(part) for part in text.split("\n\n")]
        return self._sheet(self._get_notice_title(notice), content)

    def _hide_secrets(self, text):
        """Return a text without the keys of the customer's page in its addresses.

        :rtype: str
        """
        return SECRETS.sub(lambda match: match[1] + "\N{HORIZONTAL ELLIPSIS}", text)

    # === PROOF === #

    def _make_deliveries(self, case, lines):
        """Return the sheet that tells when and to whom each notice went.

        :rtype: dict | None
        """
        notices = self._find_notices(case, lines)
        if not notices:
            return None
        columns = [
            (self.env._("Sent on (%s)", self._get_zone()), 2.5, False),
            (self.env._("Notice"), 2.6, False),
            (self.env._("To"), 2.8, False),
            (self.env._("Proof"), 3.6, False),
            (self.env._("What happened"), 3.4, False),
        ]
        rows = [self._get_delivery_row(notice) for notice in notices]
        title = self.env._("Proof of delivery")
        return self._sheet(title, [{"columns": columns, "rows": rows}])

    def _get_delivery_row(self, notice):
        moment = self._format_time(notice.sent_at)
        parts = (notice.level_id.name, notice.channel_id.name, notice.number)
        recipient = notice.email_to or notice.contact_id.display_name or ""
        return [
            moment or self._format_date(notice.date),
            ", ".join(filter(None, parts)),
            recipient,
            self._get_proof(notice),
            "\n".join(self._get_outcomes(notice)),
        ]

    def _get_proof(self, notice):
        """Return what proves what it was: the Message-Id, the letter's checksum."""
        proofs = []
        if notice.message_id:
            proofs.append(f"Message-Id: {notice.message_id}")
        if notice.pdf_checksum:
            proofs.append(f"SHA-256: {notice.pdf_checksum}")
        return "\n".join(proofs)

    def _get_outcome_text(self, notice):
        return "; ".join(self._get_outcomes(notice))

    def _get_outcomes(self, notice):
        """Return in words what became of a notice: delivered, back, opened.

        :rtype: list[str]
        """
        moment = self._format_time
        texts = []
        if notice.state == "in_doubt":
            texts.append(self.env._("It is not known whether it went out."))
        elif notice.bounced_at:
            texts.append(self.env._("Came back on %s.", moment(notice.bounced_at)))
            texts.append(notice.reason or "")
        elif notice.bounced_email:
            texts.append(self.env._("Came back from %s.", notice.bounced_email))
        else:
            texts.append(self._get_sent_text(notice))
        for link in notice.link_ids.filtered("first_opened_at"):
            texts.append(
                self.env._(
                    "The customer opened the payment page on %(first)s, last on "
                    "%(last)s.",
                    first=moment(link.first_opened_at),
                    last=self._format_date(link.last_opened_on),
                )
            )
        return [text for text in texts if text]

    def _get_sent_text(self, notice):
        """Return how a notice that did not come back has left the house."""
        if notice.message_id:
            return self.env._("Given to the mail server; it did not come back.")
        if notice.pdf_attachment_id:
            return self.env._("Printed for the post.")
        return self.env._("By phone: see the phone calls.") if notice.call_ids else ""
