from odoo import api, fields, models
from odoo.exceptions import UserError


class AccountMove(models.Model):
    """The estimate that an invoice comes from."""

    _inherit = "account.move"

    estimate_id = fields.Many2one(
        comodel_name="service.estimate",
        index="btree_not_null",
        copy=False,
        readonly=True,
        check_company=True,
    )
    is_live = fields.Boolean(
        compute="_compute_is_live", help="Draft or posted, not cancelled."
    )

    @api.depends("state")
    def _compute_is_live(self):
        for move in self:
            move.is_live = move.state != "cancel"

    def button_cancel(self):
        done = super().button_cancel()
        self.sudo().estimate_id._sync_invoiced()
        return done

    def button_draft(self):
        done = super().button_draft()
        self._check_estimate_once()
        self.sudo().estimate_id._sync_invoiced()
        return done

    def unlink(self):
        estimates = self.sudo().estimate_id
        done = super().unlink()
        estimates.invalidate_recordset(["invoice_ids"])
        estimates._sync_invoiced()
        return done

    def _check_estimate_once(self):
        """Raise a UserError if another invoice took over what this one was about."""
        for line in self.sudo().invoice_line_ids:
            stage, advance = line.estimate_stage_id, line.estimate_advance_line_id
            others = stage.invoice_line_ids | advance.estimate_deduction_ids
            if any(other.move_id.is_live for other in others - line):
                raise UserError(
                    self.env._(
                        "%(line)s: another invoice has it by now.",
                        line=(line.name or "").split("\n")[0],
                    )
                )

    def _get_estimate_paid(self):
        """Return what is paid, in the currency of the invoice; credit counts down."""
        self.ensure_one()
        return -self.direction_sign * (self.amount_total - self.amount_residual)


class AccountMoveLine(models.Model):
    """The part of an estimate that an invoice line is about."""

    _inherit = "account.move.line"

    estimate_stage_id = fields.Many2one(
        comodel_name="service.estimate.stage",
        index="btree_not_null",
        copy=False,
        readonly=True,
        ondelete="restrict",
    )
    estimate_role = fields.Selection(
        selection=[
            ("stage", "Stage"),
            ("advance", "Advance"),
            ("deduction", "Deducted Advance"),
        ],
        copy=False,
        readonly=True,
    )
    estimate_advance_line_id = fields.Many2one(
        comodel_name="account.move.line",
        string="Deducts",
        index="btree_not_null",
        copy=False,
        readonly=True,
        ondelete="restrict",
    )
    estimate_deduction_ids = fields.One2many(
        comodel_name="account.move.line",
        inverse_name="estimate_advance_line_id",
        string="Deducted by",
    )
