from odoo import models


class IrActionsReport(models.Model):
    """Reports that are printed as letters: by our printer, with its PDF engines."""

    _inherit = "ir.actions.report"

    def _get_letter_reports(self):
        """Return the names of the reports that are printed as letters.

        Their model answers ``_render_pdf`` and ``_render_html``. To add its own, an
        addon overrides this and returns more of them.

        :rtype: set[str]
        """
        return {
            "payment_reminder.installment_plan",
            "payment_reminder.service_estimate",
        }

    def _find_letter_records(self, report_ref, res_ids):
        """Return the records to print as letters, or ``None`` for other reports."""
        report = self._get_report(report_ref)
        if report.report_name not in self._get_letter_reports():
            return None
        ids = [res_ids] if isinstance(res_ids, int) else res_ids or []
        records = self.env[report.model].browse(ids)
        records.check_access("read")
        return records

    def _render_qweb_pdf(self, report_ref, res_ids=None, data=None):
        records = self._find_letter_records(report_ref, res_ids)
        if records is None:
            return super()._render_qweb_pdf(report_ref, res_ids=res_ids, data=data)
        return records._render_pdf(), "pdf"

    def _render_qweb_html(self, report_ref, docids, data=None):
        records = self._find_letter_records(report_ref, docids)
        if records is None:
            return super()._render_qweb_html(report_ref, docids, data=data)
        return str(records._render_html()).encode(), "html"
