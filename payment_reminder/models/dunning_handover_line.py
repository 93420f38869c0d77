from odoo import api, fields, models
from odoo.exceptions import UserError

from ..const import HANDOVER_LIVING_STATES


class DunningHandoverLine(models.Model):
    """One receivable that was handed over: a snapshot, and what was collected since."""

    _name = "dunning.handover.line"
    _inherit = ["dunning.protected", "dunning.counted.credit"]
    _description = "Item of a Hand-over"
    _order = "date_maturity, id"
    _check_company_auto = True
    _protected_fields = frozenset(
        {
            "handover_id",
            "move_line_id",
            "move_id",
            "name",
            "date_maturity",
            "level_id",
            "amount_handed",
            "amount_collected",
            "days_late",
            "amount_unmatched",
            "last_partial_id",
            "last_credit_id",
            "is_living",
        }
    )

    handover_id = fields.Many2one(
        comodel_name="dunning.handover", required=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one(  # stored: record rules filter on it
        related="handover_id.company_id", store=True, index=True
    )
    currency_id = fields.Many2one(related="handover_id.currency_id")
    state = fields.Selection(related="handover_id.state")
    move_line_id = fields.Many2one(
        comodel_name="account.move.line",
        string="Receivable",
        readonly=True,
        index=True,
        ondelete="set null",
        check_company=True,
    )
    move_id = fields.Many2one(
        comodel_name="account.move",
        string="Invoice",
        readonly=True,
        index=True,
        ondelete="set null",
        check_company=True,
    )
    name = fields.Char(string="Number", readonly=True)
    date_maturity = fields.Date(string="Due Date", readonly=True)
    level_id = fields.Many2one(
        comodel_name="dunning.level",
        string="Level Reached",
        readonly=True,
        ondelete="set null",
        help="Where the reminders were; they go on from there when it comes back.",
    )
    days_late = fields.Integer(
        readonly=True, aggregator="max", help="On the day of the hand-over."
    )
    amount_handed = fields.Monetary(
        string="Handed Over",
        readonly=True,
        help="What it was open for when it was handed over.",
    )
    is_living = fields.Boolean(compute="_compute_is_living", store=True)

    _living_uniq = models.UniqueIndex(
        "(move_line_id) WHERE (is_living IS TRUE)",
        "An item is with one agency at a time: it is in another hand-over already.",
    )

    @api.depends("handover_id.state")
    def _compute_is_living(self):
        for line in self:
            line.is_living = line.handover_id.state in HANDOVER_LIVING_STATES

    # === CRUD METHODS === #

    @api.model_create_multi
    def create(self, vals_list):
        self._check_created(vals_list)
        return super().create(vals_list)

    @api.ondelete(at_uninstall=False)
    def _unlink_except_evidence(self):
        if any(line.handover_id.state != "prepared" for line in self):
            raise UserError(
                self.env._("An item that was handed over is evidence: it is kept.")
            )

    # === ACTION METHODS === #

    def action_open_invoice(self):
        """Open the invoice of the item."""
        self.ensure_one()
        return self.move_id._get_records_action()

    # === MAKING === #

    @api.model
    def _prepare_values(self, item, date, debt):
        """Return the snapshot of an item of a case.

        :param dunning.case.line item: open
        :param datetime.date date: the company's date of the hand-over
        :param tools.open_items.Debt debt: what is open of it
        """
        line = item.move_line_id.sudo()  # who hands over need not do accounting
        due = line.date_maturity or line.date
        return {
            **self._prepare_counted_values(line, debt),
            "move_line_id": line.id,
            "move_id": line.move_id.id,
            "name": line.move_id.name or line.name,
            "date_maturity": due,
            "level_id": item.level_id.id,
            "days_late": max((date - due).days, 0),
            "amount_handed": float(debt.left),
        }
