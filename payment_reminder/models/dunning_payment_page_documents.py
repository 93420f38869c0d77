from contextlib import closing

from odoo import SUPERUSER_ID, models
from odoo.fields import Domain

#: So many of the last invoices and letters are offered.
MAX_DOCUMENTS = 10


class DunningPaymentPage(models.AbstractModel):
    """The customer's documents: invoices, letters as they were sent, the statement."""

    # one concept, one file
    _inherit = "dunning.payment.page"  # pylint: disable=consider-merging-classes-inherited

    # === WHICH === #

    def _get_invoices_domain(self):
        """Return the domain of the invoices and credit notes that the customer got.

        :rtype: Domain
        """
        return Domain(
            [
                ("company_id", "=", self.company_id.id),
                ("commercial_partner_id", "=", self.partner_id.id),
                ("move_type", "in", ("out_invoice", "out_refund", "out_receipt")),
                ("state", "=", "posted"),
            ]
        )

    def _get_letters_domain(self):
        """Return the domain of the reminders that were sent with a document.

        :rtype: Domain
        """
        return Domain(
            [
                ("company_id", "=", self.company_id.id),
                ("case_id.partner_id", "=", self.partner_id.id),
                ("state", "=", "sent"),
                ("pdf_attachment_id", "!=", False),
            ]
        )

    def _find_invoice(self, move_id):
        """Return an invoice of the customer, empty for any other.

        :rtype: account.move
        """
        domain = self._get_invoices_domain() & Domain("id", "=", move_id)
        return self.env["account.move"].sudo().search(domain)

    def _find_letter(self, notice_id):
        """Return a reminder that was sent to the customer, empty for any other.

        :rtype: dunning.notice
        """
        domain = self._get_letters_domain() & Domain("id", "=", notice_id)
        return self.env["dunning.notice"].sudo().search(domain)

    # === CONTENT === #

    def _prepare_documents(self):
        """Return the documents that the page offers.

        :return: ``statement`` (address), ``invoices`` and ``letters`` (dicts with
            ``name``, ``date``, ``url``)
        :rtype: dict
        """
        moves = (
            self.env["account.move"]
            .sudo()
            .search_fetch(
                self._get_invoices_domain(),
                ["name", "invoice_date", "move_type"],
                order="invoice_date DESC, id DESC",
                limit=MAX_DOCUMENTS,
            )
        )
        letters = (
            self.env["dunning.notice"]
            .sudo()
            .search(
                self._get_letters_domain(),
                order="sent_at DESC, id DESC",
                limit=MAX_DOCUMENTS,
            )
        )
        return {
            "statement": self._get_step_url("/statement.pdf"),
            "invoices": [
                {
                    "name": move.name,
                    "date": self._format_date(move.invoice_date),
                    "url": self._get_invoice_pdf_url(move),
                }
                for move in moves
            ],
            "letters": [
                {
                    "name": " ".join(filter(None, (notice.subject, notice.number))),
                    "date": self._format_date(notice.date),
                    "url": self._get_step_url(f"/letter/{notice.id}.pdf"),
                }
                for notice in letters
            ],
        }

    def _get_invoice_pdf_url(self, move):
        """Return where the PDF of an invoice is, ``False`` for other entries."""
        if not move.is_sale_document(include_receipts=True):
            return False
        return self._get_step_url(f"/invoice/{move.id}.pdf")

    # === RENDERING === #

    def _get_invoice_pdf(self, move):
        """Return the PDF of an invoice: the stored one, else one that is not kept.

        Making it forgets what is in memory: the page is of no use afterwards.

        :return: file name and content
        :rtype: tuple[str, bytes]
        :raise UserError: when it cannot be made
        """
        stored = move.invoice_pdf_report_id
        if stored:
            return stored.name, stored.raw
        move = move.with_user(SUPERUSER_ID).with_company(self.company_id)
        name = move._get_invoice_report_filename()
        chosen = move.partner_id.invoice_template_pdf_report_id
        reports = move.env["ir.actions.report"].with_context(
            report_pdf_no_attachment=True
        )
        with closing(self.env.cr.savepoint()):  # looking changes nothing, not a key
            content, _kind = reports._render_qweb_pdf(
                chosen or "account.account_invoices", res_ids=move.ids
            )
        return name, content

    def _make_statements(self):
        """Return the customer's statements, in the language of the page.

        :rtype: list[dunning.statement]
        """
        maker = (
            self.env["dunning.statement"]
            .with_user(SUPERUSER_ID)
            .with_company(self.company_id)
        )
        statements = maker._make(self.company_id, self.partner_id)
        for statement in statements:
            statement.lang = self.lang
        return statements
