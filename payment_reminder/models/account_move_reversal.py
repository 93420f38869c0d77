from odoo import models


class AccountMoveReversal(models.TransientModel):
    """A credit note that was made for a dispute resolves it."""

    _inherit = "account.move.reversal"

    def reverse_moves(self, is_modify=False):
        action = super().reverse_moves(is_modify)
        dispute_id = self.env.context.get("dunning_dispute_id")
        dispute = self.env["dunning.dispute"].browse(dispute_id or []).exists()
        if dispute.state == "open":
            dispute.check_access("write")
            dispute._set_accepted()
        return action
