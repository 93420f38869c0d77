from odoo import api, fields, models


class DunningCase(models.Model):
    """The case whose items are with an agency or a lawyer."""

    # one concept, one file
    _inherit = "dunning.case"  # pylint: disable=consider-merging-classes-inherited

    handover_ids = fields.One2many(
        comodel_name="dunning.handover", inverse_name="case_id", string="Hand-overs"
    )
    handover_count = fields.Integer(compute="_compute_handover_count")

    @api.depends("handover_ids")
    def _compute_handover_count(self):
        for case in self:
            case.handover_count = len(case.handover_ids)

    # === ACTION METHODS === #

    def action_view_handovers(self):
        """Open the hand-overs of the case."""
        self.ensure_one()
        return self.handover_ids._get_records_action(
            name=self.env._("Hand-overs"), context={"create": False}
        )

    # === BUSINESS METHODS === #

    def _merge_into(self, kept):
        done = super()._merge_into(kept)
        self.sudo().handover_ids.write({"case_id": kept.id})
        return done
