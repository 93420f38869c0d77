from odoo import api, fields, models


class ServiceEstimate(models.Model):
    """How much of an estimate is invoiced and paid; salespeople see it too."""

    _inherit = "service.estimate"

    invoice_count = fields.Integer(compute="_compute_progress", compute_sudo=True)
    amount_invoiced = fields.Monetary(
        string="Invoiced", compute="_compute_progress", compute_sudo=True
    )
    amount_paid = fields.Monetary(
        string="Paid", compute="_compute_progress", compute_sudo=True
    )
    progress_invoiced = fields.Float(
        string="Invoiced (%)", compute="_compute_progress", compute_sudo=True
    )
    progress_paid = fields.Float(
        string="Paid (%)", compute="_compute_progress", compute_sudo=True
    )

    @api.depends(
        "invoice_ids.state",
        "invoice_ids.amount_total",
        "invoice_ids.amount_residual",
        "invoice_ids.reversal_move_ids.state",
        "amount_total",
    )
    def _compute_progress(self):
        for estimate in self:
            live = estimate._get_all_invoices().filtered(
                lambda move: move.state != "cancel"
            )
            posted = live.filtered(lambda move: move.state == "posted")
            invoiced = sum(live.mapped("amount_total_in_currency_signed"))
            paid = sum(move._get_estimate_paid() for move in posted)
            total = estimate.amount_total
            estimate.invoice_count = len(estimate._get_all_invoices())
            estimate.amount_invoiced = invoiced
            estimate.amount_paid = paid
            estimate.progress_invoiced = 100 * invoiced / total if total else 0.0
            estimate.progress_paid = 100 * paid / total if total else 0.0

    def _get_all_invoices(self):
        """Return the invoices and the credit notes that reverse them.

        :rtype: account.move
        """
        return self.invoice_ids | self.invoice_ids.reversal_move_ids

    def action_view_invoices(self):
        """Open the invoices."""
        self.ensure_one()
        return self._get_all_invoices()._get_records_action(name=self.env._("Invoices"))
