from odoo import fields, models
from odoo.exceptions import UserError


class AccountMove(models.Model):
    """An invoice of interest and costs: what it means for the claims in it."""

    # one concept, one file
    _inherit = "account.move"  # pylint: disable=consider-merging-classes-inherited

    is_dunning_cost = fields.Boolean(
        string="Interest and Costs",
        readonly=True,
        copy=False,
        help="The invoice is about interest and costs of late payments: it bears "
        "neither interest nor fees itself.",
    )
    dunning_booked_claim_ids = fields.One2many(
        comodel_name="dunning.claim",
        inverse_name="invoice_id",
        string="Booked Claims",
        readonly=True,
    )

    def _is_dunning_cost_alive(self):
        """Return whether the invoice still asks for what was booked on it.

        :rtype: bool
        """
        self.ensure_one()
        if self.state == "cancel":
            return False
        refunds = self.reversal_move_ids.filtered(lambda one: one.state == "posted")
        left = self.amount_total - sum(refunds.mapped("amount_total"))
        return self.currency_id.compare_amounts(left, 0) > 0 or not refunds

    # === WHAT HAPPENS TO IT === #

    def _post(self, soft=True):
        posted = super()._post(soft)
        posted._sync_dunning_claims()
        costs = posted.sudo().filtered("is_dunning_cost")
        costs.dunning_booked_claim_ids._follow_price()
        self.env["dunning.claim"]._follow_moves(posted)
        costs.dunning_booked_claim_ids.case_id._refresh_waiting_claims()
        posted.reversed_entry_id._refresh_dunning_claims()
        return posted

    def _refresh_dunning_claims(self):
        """Count the claims of invoices anew that were corrected a moment ago."""
        claims = self.env["dunning.claim"].sudo()
        domain = [("move_id", "in", self.ids), ("state", "=", "claimed")]
        for company, found in claims.search(domain).grouped("company_id").items():
            found._refresh(company._get_dunning_today())

    def button_cancel(self):
        """Ask for the booked claims again."""
        done = super().button_cancel()
        self._sync_dunning_claims()
        return done

    def button_draft(self):
        """An invoice whose claims went on elsewhere does not come back."""
        for move in self | self.reversed_entry_id:
            move._check_dunning_claims_left()
        return super().button_draft()

    def _check_dunning_claims_left(self):
        """Raise if the claims of an invoice that is gone are asked for elsewhere."""
        if not self.is_dunning_cost or self._is_dunning_cost_alive():
            return
        plans = self.env["installment.plan"].sudo()
        if plans.search_count([("cost_move_id", "=", self.id)], limit=1):
            return
        raise UserError(
            self.env._(
                "The claims of %(invoice)s are asked for again since it was cancelled "
                "or credited. Book them as a new invoice.",
                invoice=self.display_name,
            )
        )

    def unlink(self):
        """Ask for the claims of deleted drafts again."""
        booked = self.sudo().filtered("is_dunning_cost").dunning_booked_claim_ids
        claims = booked.filtered(lambda claim: claim.state == "booked")
        done = super().unlink()
        claims._set_claimed()
        return done

    def _sync_dunning_claims(self):
        """Let claims follow the invoices, and those that these credit."""
        invoices = (self | self.reversed_entry_id).sudo().filtered("is_dunning_cost")
        invoices.dunning_booked_claim_ids._follow_invoice()
