from odoo import models


class DunningStatement(models.AbstractModel):
    """Interest and costs in the statement of account."""

    # one concept, one file
    _inherit = "dunning.statement"  # pylint: disable=consider-merging-classes-inherited

    def _get_claims(self):
        """Return what is claimed of the customer in the currency.

        :rtype: dunning.claim
        """
        domain = [
            ("company_id", "=", self.company_id.id),
            ("partner_id", "=", self.partner_id.id),
            ("currency_id", "=", self.currency_id.id),
            ("merged_into_id", "=", False),
        ]
        cases = self.env["dunning.case"].sudo().search(domain)
        return cases._get_claims_told_by(self.date)

    def _prepare_letter_values(self):
        values = super()._prepare_letter_values()
        statement = self._localized()
        claims = statement._get_claims()
        if not claims:
            return values
        parts = [claim._get_part() for claim in claims]
        claimed = statement._get_claims_total(parts)
        label = statement.env._("Interest and costs")
        return {
            **values,
            **statement._prepare_payment(claims),
            "intro": statement._get_intro(True),
            "claims": values["claims"] + statement._prepare_cost_rows(parts),
            "total": (values["total"] or 0) + claimed,
            "ageing": values["ageing"] and [*values["ageing"], (label, claimed)],
            "ground": statement._get_claim_ground(parts),
            "annex": statement._prepare_annex(parts),
        }

    def _prepare_payment(self, claims):
        """Return how to pay what is paid to us, with interest and costs."""
        lines = self._get_open_lines()
        payable = self._filter_payable(lines)
        resting = set((lines - payable).ids)
        own = claims.filtered(lambda claim: not claim._is_resting(resting))
        asked = sum(self._get_open_amount(line) for line in payable)
        asked += self._get_claims_total([claim._get_part() for claim in own])
        if asked <= 0:
            return {}
        return {
            "bank": self._get_payment_details(),
            "reference": self._get_payment_reference(),
            **self._prepare_letter_codes(asked),
        }

    def _prepare_cost_rows(self, parts):
        return [
            {
                "number": row["label"],
                "description": row["note"],
                "amount": row["amount"],
            }
            for row in self._prepare_claim_rows(parts)
        ]
