from odoo import models


class DunningStatement(models.AbstractModel):
    """Interest and costs in the statement of account."""

    # one concept, one file
    _inherit = "dunning.statement"  # pylint: disable=consider-merging-classes-inherited

    def _get_claim_parts(self):
        """Return what is claimed of the customer in the currency.

        :rtype: list[tools.claim_part.ClaimPart]
        """
        cases = (
            self.env["dunning.case"]
            .sudo()
            .search(
                [
                    ("company_id", "=", self.company_id.id),
                    ("partner_id", "=", self.partner_id.id),
                    ("currency_id", "=", self.currency_id.id),
                    ("merged_into_id", "=", False),
                ]
            )
        )
        return [part for case in cases for part in case._get_claims(self.date)]

    def _prepare_letter_values(self):
        values = super()._prepare_letter_values()
        statement = self._localized()
        parts = statement._get_claim_parts()
        if not parts:
            return values
        claimed = statement._get_claims_total(parts)
        total = (values["total"] or 0) + claimed
        label = statement.env._("Interest and costs")
        return {
            **values,
            **self._prepare_payment(statement, total),
            "intro": statement._get_intro(True),
            "claims": values["claims"] + statement._prepare_cost_rows(parts),
            "total": total,
            "ageing": values["ageing"] and [*values["ageing"], (label, claimed)],
            "ground": statement._get_claim_ground(parts),
            "annex": statement._prepare_annex(parts),
        }

    def _prepare_payment(self, statement, total):
        """Return how to pay what is open with interest and costs."""
        return {
            "bank": statement._get_payment_details(),
            "reference": statement._get_payment_reference(),
            **statement._prepare_letter_codes(total),
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
