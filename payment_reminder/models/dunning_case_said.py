from datetime import timedelta

from odoo import models
from odoo.fields import Domain

#: In so many days reminders rest once for what is said about an invoice.
REST_AGAIN_DAYS = 30


class DunningCase(models.Model):
    """What the customer says about invoices, wherever it is said."""

    # one concept, one file
    _inherit = "dunning.case"  # pylint: disable=consider-merging-classes-inherited

    def _rest_said(self, moves, reason):
        """Leave invoices out of reminders while somebody looks into what was said.

        On the page, on the phone or in the review of a run: for the company's days.
        Once a month, so that nobody can stop reminders for ever by saying it again.

        :param account.move moves: what it was said about
        :param str reason: what was said, in words
        :return: the pauses that were made
        :rtype: dunning.pause
        """
        self.ensure_one()
        Pause = self.env["dunning.pause"].sudo()
        days = self.company_id.dunning_page_paid_days
        if days <= 0:
            return Pause
        today = self.company_id._get_dunning_today()
        rested = Pause.search(
            Domain("move_id", "in", moves.ids)
            & Domain("is_said", "=", True)
            & Domain("ended_on", "=", False)
            & Domain("date_until", ">=", today - timedelta(days=REST_AGAIN_DAYS))
        ).move_id
        return Pause.create(
            [
                {
                    "move_id": move.id,
                    "company_id": self.company_id.id,
                    "date_from": today,
                    "date_until": today + timedelta(days=days),
                    "reason": reason[:200],
                    "is_said": True,
                }
                for move in moves - rested
            ]
        )
