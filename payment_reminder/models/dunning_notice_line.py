from odoo import api, fields, models
from odoo.exceptions import UserError

from ..const import NOT_OWED_REASONS


class DunningNoticeLine(models.Model):
    """What a notice says about one receivable line: a lean snapshot."""

    _name = "dunning.notice.line"
    _description = "Reminder Notice Item"
    _order = "notice_id, date_maturity, id"
    _rec_name = "invoice_name"

    notice_id = fields.Many2one(
        comodel_name="dunning.notice", required=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one(comodel_name="res.company", required=True, index=True)
    # The snapshot outlives an invoice that is reset to draft and edited.
    move_line_id = fields.Many2one(
        comodel_name="account.move.line",
        string="Receivable",
        index="btree_not_null",
        ondelete="set null",
    )
    move_id = fields.Many2one(
        comodel_name="account.move",
        string="Invoice",
        index="btree_not_null",
        ondelete="set null",
    )
    level_id = fields.Many2one(comodel_name="dunning.level", ondelete="restrict")
    is_climbing = fields.Boolean(
        help="The item reaches its level with this notice; other items are only named."
    )
    was_reminded = fields.Boolean(
        help="The item had reached a level before this notice was made."
    )
    role = fields.Selection(
        selection=[
            ("claimed", "Claimed"),
            ("due", "Also due by now"),
            ("earlier", "Asked for before"),
        ],
        required=True,
        default="claimed",
        help="Claimed: the words of the notice are about the item. Also due by now: "
        "it is to be paid as well, but its own level is lower or it was never reminded "
        "of. Asked for before: it is only named and not in the sum, for it stands at a "
        "higher level or its own pay-by date has not passed.",
    )
    invoice_name = fields.Char(string="Number")
    invoice_date = fields.Date()
    date_maturity = fields.Date(string="Due Date")
    days_late = fields.Integer()
    currency_id = fields.Many2one(comodel_name="res.currency")
    amount_residual = fields.Monetary(
        string="Open", help="What the notice asks for: what is open and not announced."
    )
    amount_announced = fields.Monetary(
        string="On Its Way",
        help="Announced by an online payment that is not booked yet: not asked for.",
    )
    left_out_reason = fields.Selection(
        selection=NOT_OWED_REASONS,
        help="Why the item was taken out when the notice was claimed for sending.",
    )
    description = fields.Char(compute="_compute_description")

    # === COMPUTE METHODS === #

    @api.depends("move_id")
    @api.depends_context("lang")
    def _compute_description(self):
        services = self.move_id.sudo()._get_dunning_service_texts()
        for line in self:
            line.description = services.get(line.move_id.id, "")

    # === BUSINESS METHODS === #

    def _get_company_residual(self):
        """Return what is asked for of the item, in the company's currency.

        :rtype: float
        """
        self.ensure_one()
        receivable = self.sudo().move_line_id
        if not receivable.amount_residual_currency:
            return 0.0
        share = self.amount_residual / receivable.amount_residual_currency
        return receivable.amount_residual * share

    def _get_announced_text(self, document):
        """Return what of the item is on its way, in words, or ``False``.

        :param document: in whose language amounts are written
        :rtype: str | bool
        """
        self.ensure_one()
        if self.currency_id.is_zero(self.amount_announced):
            return False
        return document.env._(
            "less %(amount)s on its way as an online payment",
            amount=document._format_amount(self.amount_announced),
        )

    # === CRUD METHODS === #

    def write(self, vals):
        if any(notice._is_evidence() for notice in self.notice_id):
            raise UserError(
                self.env._("What a notice said is evidence and cannot be changed.")
            )
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_except_evidence(self):
        if any(notice._is_evidence() for notice in self.notice_id):
            raise UserError(
                self.env._("What a notice said is evidence and cannot be deleted.")
            )

    # === ACTION METHODS === #

    def action_open_invoice(self):
        """Open the invoice of the item."""
        self.ensure_one()
        return self.move_id._get_records_action()
