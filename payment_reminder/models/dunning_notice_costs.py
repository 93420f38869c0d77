from odoo import models


class DunningNotice(models.Model):
    """How a notice tells of interest and costs: in letters, mails and calls."""

    # one concept, one file
    _inherit = "dunning.notice"  # pylint: disable=consider-merging-classes-inherited

    def _prepare_letter_costs(self):
        """Return the rows of interest and costs in the table of a letter.

        :rtype: list[dict]
        """
        return [
            {
                "number": row["label"],
                "date": False,
                "date_due": False,
                "days_late": False,
                "description": row["note"],
                "amount": row["amount"],
            }
            for row in self._prepare_claim_rows(self._read_claim_parts())
        ]

    def _get_ground_text(self):
        """Return the sentence under the claims: by which law they are claimed.

        :rtype: str
        """
        notice = self._localized()
        return notice._get_claim_ground(notice._read_claim_parts(), notice.level_id)

    def _prepare_letter_annex(self):
        """Return the calculation of the interest, for the last page of a letter.

        :return: see ``dunning.letter.composer``; empty without interest
        :rtype: list[dict]
        """
        return self._prepare_annex(self._read_claim_parts())

    # === CALLS === #

    def _compute_call_amount(self):
        done = super()._compute_call_amount()
        parts = self._get_current_claim_parts()
        for notice in self:
            claimed = float(notice._get_claims_total(parts[notice]))
            notice.call_amount = notice.currency_id.round(notice.call_amount + claimed)
        return done

    def _prepare_call_sheet_values(self):
        parts = self._get_current_claim_parts()[self]
        values = super()._prepare_call_sheet_values()
        claimed = float(self._get_claims_total(parts))
        credit = sum(values["amounts"].values()) + claimed - values["total"]
        return {
            **values,
            "costs": self._prepare_claim_rows(parts),
            "credit": self.currency_id.round(credit),
        }
