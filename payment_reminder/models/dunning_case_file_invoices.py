import logging
from contextlib import closing

from odoo import models
from odoo.tools import split_every

from ..tools.pdf_bundle import BundleError

_logger = logging.getLogger(__name__)

#: So many invoices are rendered by one process.
BATCH = 20


class DunningCaseFile(models.AbstractModel):
    """The invoices of a file: as they were stored, else rendered and not kept."""

    # one concept, one file
    _inherit = "dunning.case.file"  # pylint: disable=consider-merging-classes-inherited

    def _make_invoices(self, lines):
        """Return the invoices of the items, each once, as parts.

        :rtype: list
        """
        moves = lines.move_id
        documents = moves.filtered(
            lambda move: move.is_sale_document(include_receipts=True)
        )
        missing = documents.filtered(lambda move: not move.invoice_pdf_report_id)
        rendered = self._render_invoices(missing)
        return [
            (move.name or "-", self._get_invoice_content(move, documents, rendered))
            for move in moves
        ]

    def _get_invoice_content(self, move, documents, rendered):
        if move not in documents:
            return self._make_entry_sheet(move)
        stored = move.invoice_pdf_report_id
        content = stored.raw if stored else rendered.get(move.id)
        if content:
            return content
        error = BundleError("empty" if stored else "failed")
        return self._make_problem_sheet(move.name or "-", b"", error)

    def _make_entry_sheet(self, move):
        """Return the sheet of an entry that has no document for the customer."""
        rows = [
            [
                line.account_id.display_name or "",
                line.name or "",
                self._format_date(line.date_maturity),
                line.currency_id.format(line.amount_currency),
            ]
            for line in move.line_ids
            if line.account_id
        ]
        columns = [
            (self.env._("Account"), 3, False),
            (self.env._("Label"), 4, False),
            (self.env._("Due"), 2, False),
            (self.env._("Amount"), 2.6, True),
        ]
        pairs = [
            (self.env._("Date"), self._format_date(move.date)),
            (self.env._("Reference"), move.ref or ""),
        ]
        title = self.env._("Entry %(number)s", number=move.name or "")
        return self._sheet(
            title, [{"pairs": pairs}, {"columns": columns, "rows": rows}]
        )

    # === RENDERING === #

    def _render_invoices(self, moves):
        """Return the PDFs of invoices that have none; nothing of it is kept.

        One that cannot be made does not take the others along.

        :return: ``{id: bytes}``
        :rtype: dict
        """
        default = self.env.ref("account.account_invoices")
        groups = moves.grouped(
            lambda move: move.partner_id.invoice_template_pdf_report_id or default
        )
        rendered = {}
        for report, group in groups.items():
            for batch in split_every(BATCH, group.ids):
                rendered |= self._try_rendering(report, batch)
        return rendered

    def _try_rendering(self, report, ids):
        """Return the PDFs of a batch, or of each that can be made alone."""
        try:
            return self._render_batch(report, ids)
        except Exception as error:  # a report of any addon, over old data
            _logger.warning("PDF of invoices %s: %s", ids, error)
        if len(ids) == 1:
            return {}
        rendered = {}
        for move_id in ids:
            rendered |= self._try_rendering(report, (move_id,))
        return rendered

    def _render_batch(self, report, ids):
        reports = self.env["ir.actions.report"].with_context(
            report_pdf_no_attachment=True
        )
        with self._kept(), closing(self.env.cr.savepoint()):  # nothing changes, no key
            streams, kind = reports._pre_render_qweb_pdf(report, res_ids=list(ids))
        if kind != "pdf":
            return {}
        return {
            move_id: found["stream"].getvalue()
            for move_id, found in streams.items()
            if move_id and found["stream"]
        }
