from odoo import models


class AccountMoveReversal(models.TransientModel):
    """A credit note for a dispute resolves it; a correction stays with its estimate."""

    _inherit = "account.move.reversal"

    def reverse_moves(self, is_modify=False):
        action = super().reverse_moves(is_modify)
        dispute_id = self.env.context.get("dunning_dispute_id")
        dispute = self.env["dunning.dispute"].browse(dispute_id or []).exists()
        if dispute.state == "open":
            dispute.check_access("write")
            dispute._set_accepted()
        self.new_move_ids._sync_estimates()
        return action

    def _modify_default_reverse_values(self, origin_move):
        values = super()._modify_default_reverse_values(origin_move)
        return values | {"estimate_id": origin_move.estimate_id.id}
