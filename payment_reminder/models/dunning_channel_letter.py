import hashlib
from contextlib import nullcontext

from markupsafe import Markup

from odoo import models
from odoo.tools import SQL, html2plaintext

from ..tools.letter_text import join_paragraphs


class DunningChannelLetter(models.AbstractModel):
    """Demand letters: a PDF stored on the notice before it counts as printed."""

    _name = "dunning.channel.letter"
    _description = "Reminder Channel: Letter"
    _inherit = "dunning.channel.handler"

    def _get_reachable_sql(self, contact):
        return SQL(
            "COALESCE(TRIM(%(contact)s.street), '') <> ''"
            " AND COALESCE(TRIM(%(contact)s.city), '') <> ''",
            contact=contact,
        )

    def _get_unreachable_reason(self, contact):
        if (contact.street or "").strip() and (contact.city or "").strip():
            return False
        return self.env._(
            "%(contact)s has no complete postal address (street and city).",
            contact=contact.display_name,
        )

    def _has_text(self, level):
        return bool(html2plaintext(level.letter_intro or "").strip())

    def _get_has_text_sql(self, level):
        # which language it is does not matter here: the source text is always there
        return SQL("COALESCE(%s.letter_intro ->> 'en_US', '') <> ''", level)

    def _get_contact_kind(self):
        return "letter"

    def _is_outside(self):
        return False  # a stored file goes with the transaction

    def _prepare(self, notices):
        for notice in notices.filtered(lambda n: not n.number):
            notice.number = (
                self.env["ir.sequence"]
                .with_company(notice.company_id)
                .next_by_code("dunning.letter", sequence_date=notice.date)
            )
        self.env["dunning.link"]._issue_for_notices(notices)
        letters = [notice._prepare_letter_values() for notice in notices]
        files = self.env["dunning.letter.printer"]._render_pdf(letters)
        for notice, letter, content in zip(notices, letters, files, strict=True):
            self._store(notice, letter, content)

    def _store(self, notice, letter, content):
        """Keep the PDF ``content`` on the notice, with its checksum."""
        attachment = self.env["ir.attachment"].create(
            {
                "name": notice._get_letter_filename(),
                "raw": content,
                "mimetype": "application/pdf",
                "res_model": notice._name,
                "res_id": notice.id,
                "company_id": notice.company_id.id,
            }
        )
        notice.write(
            {
                "subject": letter["subject"],
                "pdf_attachment_id": attachment.id,
                "pdf_checksum": hashlib.sha256(content).hexdigest(),
            }
        )

    def _get_session(self, notices):
        return nullcontext()

    def _deliver(self, notice, session):
        """Nothing is left to do: the letter is stored, a person posts it."""

    def _get_recipient_text(self, contact):
        lines = contact._display_address(without_company=True).splitlines()
        return ", ".join(line.strip() for line in lines if line.strip())

    def _get_editable_text(self, notice):
        level = notice._localized().level_id
        first = not notice._was_asked_before() and level.letter_first_subject
        history = notice._render_history(notice._get_salutation())
        intro = Markup(level.letter_intro or "")
        return {
            "subject": first or level.letter_subject or level.name,
            "body": join_paragraphs(history, intro),
            "closing": level.letter_closing or Markup(),
        }

    def _get_asked_text(self, notice):
        return self.env._(
            "Already demanded by our letter of %(date)s (%(number)s)",
            date=notice._format_long_date(notice.date),
            number=notice.number or "",
        )

    def _get_preview_pdf(self, notice):
        printer = self.env["dunning.letter.printer"]
        return printer._render_pdf([notice._prepare_letter_values()])[0]

    def _get_preview_html(self, notice):
        return self.env["dunning.letter.printer"]._render_html(
            [notice._prepare_letter_values()]
        )
