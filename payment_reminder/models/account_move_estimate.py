from odoo import fields, models
from odoo.exceptions import UserError


class AccountMove(models.Model):
    """The estimate that an invoice comes from; credit notes give back what they credit.

    What an invoice took from its estimate, it holds until it is cancelled, deleted or
    credited; see ``_is_in_force`` of its lines.
    """

    _inherit = "account.move"

    estimate_id = fields.Many2one(
        comodel_name="service.estimate",
        index="btree_not_null",
        copy=False,
        readonly=True,
        check_company=True,
    )

    # === ACTION METHODS === #

    def action_view_estimate(self):
        """Open the estimate that the invoice comes from."""
        self.ensure_one()
        return self.estimate_id._get_records_action()

    def button_cancel(self):
        done = super().button_cancel()
        self._sync_estimates()
        return done

    def button_draft(self):
        lines = self._get_estimate_invoices().invoice_line_ids
        absent = lines.filtered(lambda line: not line._is_in_force())
        done = super().button_draft()
        absent._check_back()
        self._sync_estimates()
        return done

    def _post(self, soft=True):
        posted = super()._post(soft)
        posted._sync_estimates()
        return posted

    def unlink(self):
        estimates = self.sudo().estimate_id
        done = super().unlink()
        estimates.invalidate_recordset(["invoice_ids"])
        estimates._sync_invoiced()
        return done

    # === ESTIMATES === #

    def _get_estimate_invoices(self):
        """Return the invoices of estimates among these, or credited by these.

        :rtype: account.move
        """
        moves = self.sudo()
        return (moves | moves.reversed_entry_id).filtered("estimate_id")

    def _sync_estimates(self):
        """Let the estimates know that their invoices, or credit notes, have changed.

        :raise UserError: when an advance is gone that another invoice deducts
        """
        invoices = self._get_estimate_invoices()
        invoices._check_advances_deducted()
        invoices.estimate_id._sync_invoiced()

    def _check_advances_deducted(self):
        """Raise a UserError if an invoice deducts what is posted no more."""
        for line in self.invoice_line_ids:
            if line.move_id.state == "posted" and line._is_in_force():
                continue
            deductions = line.estimate_deduction_ids
            takers = deductions.filtered(lambda one: one._is_in_force()).move_id
            if takers:
                raise UserError(
                    self.env._(
                        "%(invoice)s deducts the advance %(advance)s: cancel or credit "
                        "that invoice first.",
                        invoice=takers[0].display_name,
                        advance=line.move_id.display_name,
                    )
                )

    def _get_estimate_paid(self):
        """Return what is paid, in the currency of the invoice; credit counts down."""
        self.ensure_one()
        return -self.direction_sign * (self.amount_total - self.amount_residual)
