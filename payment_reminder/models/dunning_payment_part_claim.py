from datetime import timedelta
from decimal import Decimal

from odoo import api, fields, models

from .payment_transaction import DRAFT_MINUTES


class DunningPaymentPart(models.Model):
    """The part of an online payment that is for interest and costs.

    It settles no receivable yet: it is a credit of the customer until its claims are
    booked.
    """

    # one concept, one file
    _inherit = "dunning.payment.part"  # pylint: disable=consider-merging-classes-inherited

    is_claim = fields.Boolean(string="Interest and Costs", readonly=True)

    @api.model
    def _find_claim_payments(self, case):
        """Return the online payments of interest and costs of a case.

        :rtype: payment.transaction
        """
        domain = [
            ("is_claim", "=", True),
            ("transaction_id.dunning_case_id", "=", case.id),
        ]
        return self.search(domain).transaction_id if case else self.transaction_id

    @api.model
    def _find_claim_drafts(self, case):
        """Return what was begun a moment ago to pay interest and costs."""
        since = fields.Datetime.now() - timedelta(minutes=DRAFT_MINUTES)
        return self._find_claim_payments(case).filtered(
            lambda tx: tx.state == "draft" and tx.create_date >= since
        )

    def _get_surplus(self, rest):
        claimed = [part._to_decimal(part.amount) for part in self if part.is_claim]
        return max(super()._get_surplus(rest) - sum(claimed, Decimal(0)), Decimal(0))


class AccountMove(models.Model):
    """A posted invoice of claims takes what was paid of them on the page."""

    # one concept, one file
    _inherit = "account.move"  # pylint: disable=consider-merging-classes-inherited

    def _post(self, soft=True):
        posted = super()._post(soft)
        for move in posted.filtered("is_dunning_cost"):
            move.sudo()._match_dunning_claim_payments()
        return posted

    def _match_dunning_claim_payments(self):
        """Match the invoice with the credits that its claims were paid by online."""
        claims = self.dunning_booked_claim_ids
        parts = self.env["dunning.payment.part"]
        receivables = self.line_ids.filtered(
            lambda line: line.account_type == "asset_receivable" and not line.reconciled
        )
        for case in claims.case_id:
            payments = parts._find_claim_payments(case).payment_id.move_id.line_ids
            credits = payments.filtered(
                lambda line: (
                    line.account_id in receivables.account_id
                    and line.parent_state == "posted"
                    and not line.reconciled
                    and line.amount_residual_currency < 0
                )
            )
            if credits:
                (receivables | credits).reconcile()
