import logging
import time
from contextlib import closing

from odoo import models

from ..tools.pdf_bundle import BundleError
from ..tools.short_number import format_short_number

_logger = logging.getLogger(__name__)

#: So many invoices are rendered by one process, and so long in all.
BATCH, SECONDS = 20, 60


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
        return self._make_missing_sheet(move, error)

    def _make_missing_sheet(self, move, error):
        """Return the sheet of an invoice without a PDF: what the books say of it."""
        sheet = self._make_problem_sheet(move.name or "-", b"", error)
        pairs = [
            (self.env._("Date"), self._format_date(move.invoice_date)),
            (self.env._("Reference"), move.payment_reference or move.ref or ""),
            (self.env._("Total"), move.currency_id._format_dunning(move.amount_total)),
        ]
        rows = [
            [
                line.name or "",
                format_short_number(self.env, line.quantity),
                move.currency_id._format_dunning(line.price_unit),
                move.currency_id._format_dunning(line.price_total),
            ]
            for line in move.invoice_line_ids
            if line.display_type == "product"
        ]
        columns = [
            (self.env._("Description"), 6, False),
            (self.env._("Quantity"), 1.6, True),
            (self.env._("Price"), 2.4, True),
            (self.env._("Amount"), 2.4, True),
        ]
        sheet["content"] += [{"pairs": pairs}, {"columns": columns, "rows": rows}]
        return sheet

    def _make_entry_sheet(self, move):
        """Return the sheet of an entry that has no document for the customer."""
        rows = [
            [
                line.account_id.display_name or "",
                line.name or "",
                self._format_date(line.date_maturity),
                line.currency_id._format_dunning(line.amount_currency),
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

        One that cannot be made does not take the others along, and what would take too
        long is left out.

        :return: ``{id: bytes}``
        :rtype: dict
        """
        default = self.env.ref("account.account_invoices")
        groups = moves.grouped(
            lambda move: move.partner_id.invoice_template_pdf_report_id or default
        )
        end, rendered = time.monotonic() + self._get_seconds(), {}
        for report, group in groups.items():
            rendered |= self._render_group(report, group.ids, end)
        return rendered

    def _get_seconds(self):
        """Return for how long invoices are rendered: a request has its limit."""
        parameters = self.env["ir.config_parameter"]
        text = parameters.get_param("payment_reminder.case_file_seconds") or ""
        return int(text) if text.isascii() and text.isdigit() else SECONDS

    def _render_group(self, report, ids, end):
        """Return the PDFs of invoices with the same report, many at a time if it can.

        Some builds of wkhtmltopdf take one document only, which shows at once.
        """
        rendered, size = {}, 2
        while ids and time.monotonic() < end:
            batch, ids = ids[:size], ids[size:]
            try:
                rendered |= self._render_batch(report, batch)
                size = BATCH if size > 1 else 1
            except Exception as error:  # a report of any addon, over old data
                _logger.info("PDF of invoices %s: %s", batch, error)
                ids, size = (batch + ids, 1) if size > 1 else (ids, 1)
        return rendered

    def _render_batch(self, report, ids):
        """Return the PDFs of some invoices, or raise whatever the report raises."""
        reports = self.env["ir.actions.report"].with_context(
            report_pdf_no_attachment=True
        )
        with self._kept(), closing(self.env.cr.savepoint()):  # nothing changes, no key
            streams, kind = reports._pre_render_qweb_pdf(report, res_ids=ids)
        if kind != "pdf":
            return {}
        return {
            move_id: found["stream"].getvalue()
            for move_id, found in streams.items()
            if move_id and found["stream"]
        }
