from odoo import api, fields, models

from .dunning_notice_claim import WAITING_STATES


class DunningCase(models.Model):
    """What is claimed of a customer beside the debts."""

    # one concept, one file
    _inherit = "dunning.case"  # pylint: disable=consider-merging-classes-inherited

    claim_ids = fields.One2many(
        comodel_name="dunning.claim",
        inverse_name="case_id",
        string="Claims",
        readonly=True,
    )
    amount_claimed = fields.Monetary(
        string="Interest and Costs",
        compute="_compute_amount_claimed",
        help="Claimed in notices, and neither booked nor waived.",
    )
    has_claims_to_decide = fields.Boolean(compute="_compute_amount_claimed")

    @api.depends("claim_ids.amount", "claim_ids.state", "claim_ids.is_final")
    def _compute_amount_claimed(self):
        for case in self:
            live = case.claim_ids.filtered(
                lambda one: one.state == "claimed" and one.amount > 0
            )
            case.amount_claimed = sum(live.mapped("amount"))
            case.has_claims_to_decide = any(live.mapped("is_final"))

    # === ACTION METHODS === #

    def action_view_claims(self):
        """Open the claims of the case."""
        self.ensure_one()
        self.claim_ids._refresh(self.company_id._get_dunning_today())
        action = self.env["dunning.claim"].action_open_claims()
        return action | {"domain": [("case_id", "=", self.id)], "context": {}}

    # === BUSINESS METHODS === #

    def _get_claims_told_by(self, date):
        """Return what is asked for beside the debts and was told by a day.

        It is what notices have told, not what has grown since: the claim statement
        computes that.

        :rtype: dunning.claim
        """
        asked = self.env["dunning.claim"]._search_asked(self)
        return asked.filtered(
            lambda claim: not claim.notice_id or claim.notice_id.date <= date
        )

    def _refresh_waiting_claims(self):
        """Let the notices that wait ask for what is claimed by now."""
        waiting = self.sudo().notice_ids.filtered(
            lambda notice: notice.state in WAITING_STATES
        )
        waiting._keep_current_claims()

    def _merge_into(self, kept):
        done = super()._merge_into(kept)
        self.env["dunning.claim"].sudo().search([("case_id", "in", self.ids)]).write(
            {"case_id": kept.id}
        )
        return done
