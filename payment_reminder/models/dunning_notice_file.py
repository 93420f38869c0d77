import logging

from psycopg2.errors import SerializationFailure

from odoo import fields, models

_logger = logging.getLogger(__name__)


class DunningNotice(models.Model):
    """The files that an e-mail brings along: its invoices, or a statement of account.

    They are made before the mail is rendered, each in a transaction of its own, and
    stored. A reminder does not wait for a file that cannot be made: it says what is
    missing, and where the customer finds it.
    """

    # one concept, one file
    _inherit = "dunning.notice"  # pylint: disable=consider-merging-classes-inherited

    statement_attachment_id = fields.Many2one(
        comodel_name="ir.attachment",
        string="Statement of Account",
        readonly=True,
        copy=False,
        ondelete="restrict",
        help="Attached where the notice has more items than an e-mail lists.",
    )

    # === WHICH === #

    def _is_summarised(self):
        """Return whether the e-mail tells totals and leaves the items to a statement.

        Before it is sent, the statement is expected; afterwards it is there or not.

        :rtype: bool
        """
        self.ensure_one()
        is_ahead = self.state in ("proposed", "queued")
        return self._is_long() and bool(is_ahead or self.statement_attachment_id)

    def _get_invoices_to_attach(self):
        """Return the invoices that the e-mail should bring along.

        Of many items a statement tells; their invoices stand on the payment page.

        :rtype: account.move
        """
        moves = self.env["account.move"]
        for notice in self.filtered("level_id.attach_invoices"):
            if not notice._is_long():
                moves |= notice.claim_ids.move_id
        # where nobody who reminds may read them, the customer gets them all the same
        return moves.sudo().filtered(lambda move: move.is_invoice())

    def _get_unstored_invoices(self):
        """Return the invoices to attach whose PDF is not made yet.

        :rtype: account.move
        """
        moves = self._get_invoices_to_attach()
        return moves.filtered(lambda move: not move.invoice_pdf_report_id)

    def _get_unattached_rows(self):
        """Return the items whose invoice the e-mail does not bring although it should.

        :rtype: dunning.notice.line
        """
        self.ensure_one()
        expected = self._get_invoices_to_attach()
        return self.claim_ids.filtered(
            lambda row: row.move_id.sudo() in expected and not row.is_attached
        )

    def _get_unattached_text(self):
        """Return the sentence of the e-mail about invoices that it does not bring.

        Before it is sent, all are expected to be there.

        :rtype: str
        """
        notice = self._localized()
        if notice.state in ("proposed", "queued"):
            return ""
        names = notice._get_unattached_rows().mapped("invoice_name")
        names = ", ".join(dict.fromkeys(filter(None, names)))
        return names and notice.env._(
            "Not attached: %(invoices)s. You find it on our payment page.",
            invoices=names,
        )

    # === MAKING === #

    def _make_files(self):
        """Make the files of the notices that are not there yet, and store them.

        What fails is left out, for whatever reason.
        """
        for move in self._get_unstored_invoices():
            self._try_to_make(self._make_invoice_file, move)
        for notice in self._get_statementless():
            self._try_to_make(self._make_statement, notice)

    def _try_to_make(self, make, record):
        """Make a file; log it where that fails, and leave everything as it was."""
        try:
            with self.env.cr.savepoint():
                make(record)
                self.env.flush_all()
        except SerializationFailure:
            raise
        except Exception:
            self.env.invalidate_all()
            _logger.warning("No file for %s", record, exc_info=True)

    def _get_fileless(self):
        """Return the notices with files that are not made yet.

        :rtype: dunning.notice
        """
        return self.filtered(
            lambda notice: (
                notice._get_unstored_invoices() or notice._get_statementless()
            )
        )

    def _get_statementless(self):
        return self.filtered(
            lambda notice: notice._is_long() and not notice.statement_attachment_id
        )

    def _make_invoice_file(self, move):
        """Make the PDF of one invoice, as Odoo does when it sends it, and store it.

        None of what else happens then does: no mail, no e-invoice; the invoice is not
        marked as sent, and nothing is written on the posted entry.
        """
        Send = self.env["account.move.send"].sudo().with_company(move.company_id)
        settings = Send._get_default_sending_settings(
            move, sending_methods=[], extra_edis={}, invoice_edi_format=False
        )
        data = {move: settings}
        move.sudo()._dunning_ensure_portal_tokens()  # or the report writes it
        savepoint = self.env.cr.savepoint()
        try:
            Send._prepare_invoice_pdf_report(data)
        finally:  # Odoo writes on the lines that it prints (``_compute_parent_id``)
            savepoint.close(rollback=True)
        self.env["ir.attachment"].sudo().create(data[move]["pdf_attachment_values"])
        move.invalidate_recordset(["invoice_pdf_report_id", "invoice_pdf_report_file"])

    def _make_statement(self, notice):
        """Make the statement of account for a notice with many items, and store it."""
        company = notice.company_id
        Statement = self.env["dunning.statement"].with_company(company)
        statements = Statement._make(
            company, notice.partner_id, notice.currency_id, notice.date
        )
        content = Statement._render_pdf(statements)
        name = statements[0]._localized()._get_subject()
        notice.statement_attachment_id = self.env["ir.attachment"].create(
            {
                "name": f"{name}.pdf",
                "raw": content,
                "mimetype": "application/pdf",
                "res_model": notice._name,
                "res_id": notice.id,
                "company_id": company.id,
            }
        )

    def _recheck(self, date):
        kept = super()._recheck(date)
        # a statement of an earlier try tells what was open then
        kept.filtered("statement_attachment_id").statement_attachment_id = False
        return kept

    def _mark_attached(self):
        """Keep which invoices the e-mails bring along."""
        for notice in self:
            moves = notice._get_invoices_to_attach().filtered("invoice_pdf_report_id")
            for row in notice.claim_ids:
                is_attached = row.move_id.sudo() in moves
                if row.is_attached != is_attached:
                    row.is_attached = is_attached

    def _get_files(self):
        """Return what the e-mail brings along: stored files, nothing is rendered.

        :rtype: ir.attachment
        """
        self.ensure_one()
        files = self._get_siblings().sudo().pdf_attachment_id
        files += self.sudo().statement_attachment_id
        rows = self.claim_ids.filtered("is_attached")
        if self.state in ("proposed", "queued"):
            return files + self._get_invoices_to_attach().invoice_pdf_report_id
        return files + rows.move_id.sudo().invoice_pdf_report_id

    def _get_expected_names(self):
        """Return the names of the files that a notice brings, or would bring along.

        Before it is sent, they say which are not made yet; afterwards, which are
        missing.

        :rtype: list[str]
        """
        self.ensure_one()
        names = self._get_files().mapped("name")
        if self.channel != "email":
            return names
        if self.state not in ("proposed", "queued"):
            missing = self._get_unattached_rows().mapped("invoice_name")
            return names + [
                self.env._("%(file)s (missing)", file=name) for name in missing if name
            ]
        ahead = [
            move._get_invoice_report_filename()
            for move in self._get_unstored_invoices()
        ]
        if self._get_statementless():
            ahead.append(self.env._("Statement of account") + ".pdf")
        return names + [
            self.env._("%(file)s (made before sending)", file=name) for name in ahead
        ]

    # === OUTCOME === #

    def _set_sent(self, date, **values):
        done = super()._set_sent(date, **values)
        for notice in self.filtered(lambda one: one.channel == "email"):
            rows = notice._get_unattached_rows()
            names = ", ".join(filter(None, rows.mapped("invoice_name")))
            if names:
                text = self.env._(
                    "Sent without the PDF of %(invoices)s", invoices=names
                )
                notice.case_id._message_log(body=text)
        return done


class DunningNoticeLine(models.Model):
    """Whether the invoice of an item was attached."""

    # one concept, one file
    _inherit = "dunning.notice.line"  # pylint: disable=consider-merging-classes-inherited

    is_attached = fields.Boolean(
        string="PDF Attached",
        copy=False,
        help="The e-mail brought the PDF of the invoice along.",
    )
