from decimal import Decimal

from odoo import models

from ..tools.claim_part import get_amounts
from ..tools.interest import Interest
from .dunning_payment_page_choice import CLAIMS_KEY

#: So many claims of a kind are shown one by one.
MAX_CLAIMS = 20


class DunningPaymentPage(models.AbstractModel):
    """Interest and costs on the customer's page, and how they are paid there.

    What is paid of them stays a credit of the customer until the claims are booked;
    then the invoice is matched with it.
    """

    # one concept, one file
    _inherit = "dunning.payment.page"  # pylint: disable=consider-merging-classes-inherited

    # === WHAT IS CLAIMED === #

    def _get_page_parts(self):
        """Return what is claimed, but of items that rest.

        :rtype: list[tools.claim_part.ClaimPart]
        """
        return self._once("claims", self._find_page_parts)

    def _find_page_parts(self):
        case = self.case_id
        if not case or case.currency_id != self.currency_id:
            return []
        asked = self.env["dunning.claim.making"]._read_asked(case).get(case.id)
        if not asked:
            return []
        resting = {
            one.key
            for one in self._get_open()
            if one.is_disputed or one.is_planned or one.is_elsewhere
        }
        return [claim._get_part() for claim in asked if not claim._is_resting(resting)]

    def _get_max_claim_rows(self):
        return MAX_CLAIMS

    def _get_claims(self):
        parts = self._get_page_parts()
        by_label = {self._get_claim_label(part): part for part in parts}
        return [
            {
                "label": row["label"],
                "text": row["note"],
                "amount": row["amount"],
                "table": self._render_segments(by_label.get(row["label"])),
            }
            for row in self._prepare_claim_rows(parts)
        ]

    def _render_segments(self, part):
        """Return how interest comes about, as a table; False for anything else."""
        if not part or not part.segments:
            return False
        interest = Interest(part.segments, part.amount + part.decided)
        return self.env["interest.words"]._render_table(interest, self.currency_id)

    # === CHOOSING === #

    def _get_payable_claims(self):
        if self._get_claim_payments():
            return Decimal(0)
        return sum(get_amounts(self._get_page_parts()).values(), Decimal(0))

    def _get_claim_payments(self):
        """Return the payments of interest and costs that are on their way.

        :rtype: payment.transaction
        """
        if not self._get_page_parts():
            return self.env["payment.transaction"]
        return (
            self.env["dunning.payment.part"]
            .sudo()
            ._find_claim_payments(self.case_id)
            .filtered(lambda tx: tx._is_on_its_way())
        )

    def _prepare_claims_row(self, found, choice, options):
        parts = self._get_page_parts()
        if not parts:
            return False
        total = sum(get_amounts(parts).values(), Decimal(0))
        payments, remarks = self._get_claim_payments(), []
        if payments:
            remarks.append(
                self.env._("A payment is on its way; please do not pay it again.")
            )
        elif any(part.kind == "interest" and not part.is_final for part in parts):
            remarks.append(self.env._("Interest runs on until the day of payment."))
        checked = self._get_checked(found, choice, options)
        return {
            "amount": self._format_amount(float(total)),
            "units": self._to_units(total),
            "is_payable": not payments,
            "is_checked": CLAIMS_KEY in checked,
            "remarks": remarks,
            "ground": self._get_claim_ground(parts),
        }

    # === PAYING === #

    def _get_claimed_moves(self, choice):
        lines = self.env["account.move.line"].sudo()
        ids = {part.line_id for part in self._get_page_parts() if part.line_id}
        return lines.browse(sorted(ids)).move_id

    def _prepare_part(self, key):
        if key != CLAIMS_KEY:
            return super()._prepare_part(key)
        return {"is_claim": True, "name": self.env._("Interest and costs")}

    def _get_drafts(self, lines, key=None):
        drafts = super()._get_drafts(lines, key)
        parts = self.env["dunning.payment.part"].sudo()
        claims = parts._find_claim_drafts(self.case_id)
        return drafts | claims.filtered(
            lambda tx: not key or tx.dunning_page_key != key
        )
