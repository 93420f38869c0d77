from odoo import fields, models


class ResCompany(models.Model):
    """How long the company tries to reach somebody by phone."""

    _inherit = "res.company"

    dunning_call_tries = fields.Integer(
        string="Calls Without Answer",
        default=3,
        help="After so many calls that nobody answers, the reminder goes another way.",
    )
    dunning_call_wait_days = fields.Integer(
        string="Days to Make a Call",
        default=7,
        help="A call that nobody makes within so many days goes another way. 0: it "
        "waits for ever.",
    )

    _dunning_calls_sane = models.Constraint(
        "CHECK (dunning_call_tries >= 1 AND dunning_call_wait_days >= 0)",
        "There is at least one call, and the days to make it cannot be negative.",
    )
