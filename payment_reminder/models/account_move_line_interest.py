from odoo import models


class AccountMoveLine(models.Model):
    """What was paid on a receivable, and when: interest is computed from it."""

    # one concept, one file
    _inherit = "account.move.line"  # pylint: disable=consider-merging-classes-inherited

    def _get_interest_payments(self, until):
        """Return what has lowered each receivable until a day, from reconciliation.

        :param datetime.date until: the last day to look at
        :return: for each line its payments and credits in order of their dates, in the
            currency of the line
        :rtype: dict[account.move.line, list[tools.interest.Payment]]
        """
        return {line: [] for line in self}
