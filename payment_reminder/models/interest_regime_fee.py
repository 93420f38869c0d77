from odoo import fields, models


class InterestRegime(models.Model):
    """What a law or contract says about fees of reminders."""

    # one concept, one file
    _inherit = "interest.regime"  # pylint: disable=consider-merging-classes-inherited

    fee_treatment = fields.Selection(
        selection=[
            ("added", "Claimed in addition"),
            ("absorbed", "Counted against the compensation"),
            ("forbidden", "Not claimed"),
        ],
        string="Fees of Reminders",
        required=True,
        default="added",
        help="In addition: fees and compensation are both claimed. Counted against the "
        "compensation: whichever is more, as where the law credits the lump sum "
        "against the costs of pursuing the debt. Not claimed: levels claim no fee.",
    )
    fee_ground = fields.Text(
        string="Ground of Fees",
        translate=True,
        help="How letters say why a fee is owed. Empty: only levels that name a ground "
        "of their own claim a fee.",
    )
