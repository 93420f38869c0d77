from markupsafe import Markup

from odoo import models


class DunningNoticeLetter(models.AbstractModel):
    """The part of ``dunning.notice`` that becomes a letter: its values."""

    _name = "dunning.notice.letter"
    _inherit = "dunning.document"
    _description = "Reminder Notice: Letter"

    # === LETTER === #

    def _get_letter_filename(self):
        """Return the name of the stored letter, without path separators."""
        self.ensure_one()
        return f"{(self.number or str(self.id)).replace('/', '-')}.pdf"

    def _prepare_letter_values(self):
        """Return the values of a demand letter.

        :return: the shape that ``dunning.letter.printer`` documents
        :rtype: dict
        """
        notice = self._localized()
        text = notice._get_letter_text()
        return {
            "lang": notice.lang,
            "number": notice.number or notice.env._("Draft"),
            "date": notice.date,
            "subject": text["subject"],
            "sender": notice._prepare_letter_sender(),
            "recipient_lines": notice._get_recipient_lines(),
            "salutation": notice._get_salutation(),
            "intro": text["body"],
            "claims": notice._prepare_letter_claims(),
            "currency": notice.currency_id,
            "total": notice._to_decimal(notice.amount_asked),
            "ground": notice._get_ground_text(),
            "annex": notice._prepare_letter_annex(),
            "amount_in_words": notice._get_amount_in_words(),
            "pay_by": notice._get_pay_by(),
            "bank": notice._get_payment_details(),
            "reference": notice._get_payment_reference(),
            **notice._prepare_letter_codes(notice._to_decimal(notice.amount_asked)),
            "earlier": notice._prepare_letter_earlier(),
            "closing": text["closing"] + notice._get_valediction(),
            "signatory": notice._prepare_signatory(),
            "info": notice._get_letter_info(),
        }

    def _get_salutation(self):
        """Return what a letter begins with.

        :rtype: str
        """
        return self.env._("Dear Sir or Madam,")

    def _get_letter_text(self):
        """Return the words of the letter: the level's, or what a person has written.

        :return: dict of ``subject``, ``body`` and ``closing``
        """
        text = self.env["dunning.channel.letter"]._get_editable_text(self)
        if self.has_own_text:
            text = {
                "subject": self._get_filled_text("subject") or text["subject"],
                "body": self._get_filled_text("body"),
                "closing": self._get_filled_text("closing"),
            }
        return text

    def _get_valediction(self):
        """Return the last line above the signature.

        :rtype: markupsafe.Markup
        """
        return Markup("<p>%s</p>") % self.env._("Yours faithfully")

    def _prepare_letter_claims(self):
        """Return the rows of the table: what is demanded, what is due as well.

        Each group has a sum of its own where both exist.

        :rtype: list[dict]
        """
        rows = [self._prepare_letter_claim(row) for row in self._get_claimed_rows()]
        rows += self._prepare_letter_costs()
        due = [self._prepare_letter_claim(row) for row in self._get_due_rows()]
        credit = self._prepare_letter_credit()
        if not due:
            return rows + credit
        due[0]["heading"] = self.env._("Also due by now")
        if not self._is_divided():
            return rows + due + credit
        rows += credit
        for group in (rows, due):
            group[-1]["subtotal"] = sum(row["amount"] for row in group)
        return rows + due

    def _prepare_letter_earlier(self):
        """Return what the letter only names: it was asked for before.

        :return: dict of ``heading`` and ``rows``, see ``dunning.letter.composer``
        :rtype: dict
        """
        texts = self._get_asked_texts(self.earlier_ids)
        return {
            "heading": self._get_earlier_heading(),
            "rows": [
                {
                    "number": row.invoice_name or "",
                    "amount": self._to_decimal(row.amount_residual),
                    "text": text,
                }
                for row, text in texts.items()
            ],
        }

    def _prepare_letter_claim(self, line):
        """Return one row of the table of claims."""
        return {
            "number": line.invoice_name or "",
            "date": line.invoice_date,
            "date_due": line.date_maturity,
            "days_late": max(line.days_late, 0),
            "description": " · ".join(
                filter(None, (line.description, line._get_announced_text(self)))
            ),
            "amount": self._to_decimal(line.amount_residual),
        }

    def _prepare_letter_credit(self):
        """Return the row that deducts unmatched credit, if there is one."""
        if self.currency_id.is_zero(self.amount_credit):
            return []
        return [
            {
                "number": self.env._("Payments and credits received"),
                "date": False,
                "date_due": False,
                "days_late": False,
                "description": self.env._("not assigned to an invoice yet"),
                "amount": -self._to_decimal(self.amount_credit),
            }
        ]
