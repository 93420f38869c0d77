from odoo import fields, models


class DunningHandoverEnding(models.TransientModel):
    """Asks why items come back: recalled by us, or given back by the agency."""

    _name = "dunning.handover.ending"
    _description = "Take a Hand-over Back"

    handover_id = fields.Many2one(
        comodel_name="dunning.handover", required=True, ondelete="cascade"
    )
    kind = fields.Selection(
        selection=[
            ("recall", "We recall it"),
            ("returned", "The agency has returned it"),
        ],
        required=True,
        default="recall",
    )
    reason = fields.Char(required=True)

    def action_end(self):
        """Let the items come back, and tell the agency if we recall them."""
        self.ensure_one()
        handover = self.handover_id
        handover.check_access("write")
        if self.kind == "recall":
            handover._recall(self.reason)
        else:
            handover._report("returned", self.reason)
        return {"type": "ir.actions.act_window_close"}


class DunningHandoverNoting(models.TransientModel):
    """Asks what the agency has reported."""

    _name = "dunning.handover.noting"
    _description = "Note a Report Down"

    handover_id = fields.Many2one(
        comodel_name="dunning.handover", required=True, ondelete="cascade"
    )
    currency_id = fields.Many2one(related="handover_id.currency_id")
    status = fields.Selection(
        selection=lambda self: (
            self.env["dunning.handover.report"]
            ._fields["status"]
            ._description_selection(self.env)
        ),
        required=True,
        default="in_contact",
    )
    amount = fields.Monetary(
        string="Received by the Agency",
        help="What it has not reported before, with interest and costs.",
    )
    text = fields.Text(string="In Words")
    date_next = fields.Date(
        string="Next Report by", help="Without it: by the days of the settings."
    )

    def action_note(self):
        """Keep the report, and do what follows."""
        self.ensure_one()
        self.handover_id.check_access("write")
        self.handover_id._report(
            self.status, self.text, self.amount, next_date=self.date_next or None
        )
        return {"type": "ir.actions.act_window_close"}
