from odoo import fields, models

from ..tools.settlement_order import INTEREST_FIRST, INTEREST_LAST


class InterestRegime(models.Model):
    """What payments settle first by a law: shown in claim statements, never booked."""

    # one concept, one file
    _inherit = "interest.regime"  # pylint: disable=consider-merging-classes-inherited

    settlement_order = fields.Selection(
        selection=[
            ("booked", "As they were matched"),
            ("interest_first", "Costs, interest, debt"),
            ("interest_last", "Costs, debt, interest"),
        ],
        string="Payments Settle",
        required=True,
        default="booked",
        help="In which order the claim statement lets payments settle costs, interest "
        "and the debt. Entries stay as they are matched.",
    )

    def _get_settlement_order(self):
        """Return what payments settle first, ``None`` if they stay as matched.

        :rtype: tuple[str] | None
        """
        self.ensure_one()
        return {
            "interest_first": INTEREST_FIRST,
            "interest_last": INTEREST_LAST,
        }.get(self.settlement_order)
