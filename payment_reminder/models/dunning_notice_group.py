from odoo import models

#: So many items stand one by one in an e-mail; of more it tells the totals, and the
#: statement of account is attached.
MAX_ROWS = 12


class DunningNotice(models.Model):
    """The items of a notice in groups: what is demanded, and what is due as well.

    The words of a notice speak of the first group only. Total, payment code and amount
    in words are the sum of both; what was asked for before is in neither.
    """

    # one concept, one file
    _inherit = "dunning.notice"  # pylint: disable=consider-merging-classes-inherited

    # === GROUPS === #

    def _get_claimed_rows(self):
        """Return the items that the words of the notice are about.

        :rtype: dunning.notice.line
        """
        return self.claim_ids.filtered(lambda row: row.role == "claimed")

    def _get_due_rows(self):
        """Return the items that are to be paid as well.

        :rtype: dunning.notice.line
        """
        return self.claim_ids.filtered(lambda row: row.role == "due")

    # === AMOUNTS === #

    def _get_demanded_amount(self):
        """Return what the words of the notice ask for, in its currency.

        Interest and costs belong to it; what is due as well does not. Where a deducted
        credit covers all of it, the words can only name the total.

        :rtype: float
        """
        self.ensure_one()
        due = sum(self._get_due_rows().mapped("amount_residual"))
        return self._get_amount_without(self.amount_asked, due)

    def _get_amount_without(self, amount, due):
        """Return ``amount`` without what is due as well, if something is left."""
        demanded = self.currency_id.round(amount - due)
        return demanded if self.currency_id.compare_amounts(demanded, 0) > 0 else amount

    def _is_divided(self):
        """Return whether the notice asks for more than its words demand.

        :rtype: bool
        """
        self.ensure_one()
        demanded = self._get_demanded_amount()
        return bool(self.currency_id.compare_amounts(self.amount_asked, demanded))

    # === MANY ITEMS === #

    def _is_long(self):
        """Return whether the notice has more items than an e-mail lists.

        :rtype: bool
        """
        self.ensure_one()
        return len(self.claim_ids) + len(self.earlier_ids) > MAX_ROWS

    def _get_count_text(self, rows):
        """Return how many items stand behind a sum, and how late they are.

        :param dunning.notice.line rows: at least one
        :rtype: str
        """
        forms = self.env._("%(count)s invoice|%(count)s invoices", count=len(rows))
        count = self._pluralize(forms, len(rows))
        latest = max(rows.mapped("days_late"))
        if latest <= 0:
            return count
        return self.env._(
            "%(count)s, the oldest %(late)s",
            count=count,
            late=self._get_days_late_text(latest),
        )
