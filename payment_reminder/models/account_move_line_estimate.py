from odoo import fields, models
from odoo.exceptions import UserError


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
    estimate_credited_line_id = fields.Many2one(
        comodel_name="account.move.line",
        string="Credited Line",
        index="btree_not_null",
        copy=False,
        readonly=True,
        ondelete="set null",
    )
    estimate_credit_ids = fields.One2many(
        comodel_name="account.move.line",
        inverse_name="estimate_credited_line_id",
        string="Credit Note Lines",
    )

    # === COPIES === #

    def _copy_data_extend_business_fields(self, values):
        """Link a credit note to what it credits, and let a corrected copy take over."""
        super()._copy_data_extend_business_fields(values)
        if not self.estimate_role:
            return
        if "move_reverse_cancel" in self.env.context:  # core makes a credit note
            values["estimate_credited_line_id"] = self.id
            return
        for name in ("estimate_stage_id", "estimate_advance_line_id"):
            values[name] = self[name].id
        values["estimate_role"] = self.estimate_role

    # === IN FORCE === #

    def _is_in_force(self):
        """Tell whether the line counts: neither cancelled nor credited in full.

        Credit notes count when they are posted. Crediting a part only lowers the price.
        """
        self.ensure_one()
        if self.move_id.state == "cancel":
            return False
        credit = self.estimate_credit_ids.filtered(
            lambda line: line.move_id.state == "posted"
        )
        credited = abs(sum(credit.mapped("price_total")))
        total = abs(self.price_total)
        return not credit or self.currency_id.compare_amounts(credited, total) < 0

    def _check_back(self):
        """Raise a UserError if lines are in force again whose place is taken."""
        for line in self.filtered(lambda one: one._is_in_force()):
            line._check_estimate_once()
            line._check_advance_there()
            line._check_advance_left()

    def _check_estimate_once(self):
        """Raise a UserError if another invoice took over what this line is about."""
        stage, advance = self.estimate_stage_id, self.estimate_advance_line_id
        others = stage.invoice_line_ids | advance.estimate_deduction_ids
        if any(other._is_in_force() for other in others - self):
            raise UserError(
                self.env._(
                    "%(line)s: another invoice has it by now.",
                    line=(self.name or "").split("\n")[0],
                )
            )

    def _check_advance_there(self):
        """Raise a UserError if the line deducts an advance that is gone."""
        advance = self.estimate_advance_line_id
        if advance and not advance._is_in_force():
            raise UserError(
                self.env._(
                    "%(line)s: this advance is cancelled or credited by now.",
                    line=(self.name or "").split("\n")[0],
                )
            )

    def _check_advance_left(self):
        """Raise a UserError if too little is left to deduct this advance later."""
        if self.estimate_role != "advance":
            return
        estimate = self.move_id.estimate_id
        if estimate.currency_id.compare_amounts(estimate._get_amount_left(), 0) < 0:
            raise UserError(
                self.env._(
                    "Not enough is left to invoice of %(estimate)s: the advance "
                    "%(advance)s could not be deducted any more.",
                    estimate=estimate.display_name,
                    advance=self.move_id.display_name,
                )
            )
