from odoo import fields, models
from odoo.exceptions import UserError
from odoo.tools.image import image_data_uri


class DunningPrintedDocument(models.AbstractModel):
    """A document that is printed on the sheet of a letter, and that both sides sign.

    Whoever inherits it names its ``_printer`` and ``_report``, has the fields ``date``,
    ``signed_by``, ``signed_on`` and ``signature``, and gives ``_get_document_title``,
    ``_prepare_letter_content`` and, where something can be missing,
    ``_check_printable``.
    """

    _name = "dunning.printed.document"
    _inherit = "dunning.document"
    _description = "Printed Document for a Customer"

    #: The model that prints it, and the external id of its report.
    _printer = "dunning.letter.printer"
    _report = ""

    # === ACTION METHODS === #

    def action_print(self):
        """Open the documents as one PDF."""
        self.check_access("read")
        self._check_printable()
        return self.env.ref(self._report).report_action(self)

    # === PRINTING === #

    def _render_pdf(self):
        """Return one PDF of all documents, each on pages of its own.

        :rtype: bytes
        :raise UserError: when something is missing on the paper
        :raise LetterEngineError: when it cannot be made
        """
        printer = self.env[self._printer]
        return printer._merge_pdf(printer._render_pdf(self._prepare_letters()))

    def _render_html(self):
        """Return the documents as a web page, to look at and to print.

        :rtype: markupsafe.Markup
        :raise UserError: when something is missing on the paper
        """
        return self.env[self._printer]._render_html(self._prepare_letters())

    def _prepare_letters(self):
        self._check_printable()
        return [document._prepare_letter_values() for document in self]

    def _check_printable(self):
        """Raise a UserError that says what is missing on the paper."""
        if not self:
            raise UserError(self.env._("Choose what to print first."))

    def _get_document_name(self):
        """Return the name of the file, without its ending, in the customer's language.

        :rtype: str
        """
        self.ensure_one()
        return self._localized()._get_document_title().replace("/", "-")

    def _get_document_title(self):
        """Return what the document is called, with its number.

        :rtype: str
        """
        raise NotImplementedError

    # === CONTENT === #

    def _prepare_letter_values(self):
        """Return the document as a letter.

        :return: the shape that the printer documents
        :rtype: dict
        """
        self.ensure_one()
        local = self._localized()
        return {
            "lang": local.lang,
            "number": local.display_name,
            "date": local.date,
            "sender": local._prepare_letter_sender(),
            "recipient_lines": local._get_recipient_lines(),
            "salutation": local._get_greeting(),
            "currency": local.currency_id,
            "info": local._get_letter_info(),
            "acceptance": local._prepare_signatures(),
            **local._prepare_letter_content(),
        }

    def _prepare_letter_content(self):
        """Return what the letter says: label of the number, subject, texts, rows.

        :rtype: dict
        """
        raise NotImplementedError

    def _prepare_signatures(self):
        """Return what stands in the box for signatures."""
        signatory = self._prepare_signatory() or {}
        return {
            "own_side": self.env._("For %(company)s", company=self.company_id.name),
            "other_side": self.env._(
                "Accepted for %(customer)s", customer=self.partner_id.name
            ),
            "name": signatory.get("name") or "",
            "function": signatory.get("function") or "",
            "signed": self._get_signed_text() if self.signed_by else "",
            "signature": self.signature and image_data_uri(self.signature),
        }

    def _get_signed_text(self):
        """Return who has accepted, and when.

        :rtype: str
        """
        return self.env._(
            "Accepted by %(name)s on %(date)s.",
            name=self.signed_by or "",
            date=self._format_date(self._get_signing_day()),
        )

    def _get_signing_day(self):
        """Return the day on which it was signed, where the company is."""
        local = self.with_context(tz=self.company_id._get_dunning_tz())
        return self.signed_on and fields.Datetime.context_timestamp(
            local, self.signed_on
        )
