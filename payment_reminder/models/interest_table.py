from odoo import api, models
from odoo.tools.misc import format_date


class InterestWords(models.AbstractModel):
    """How segments of interest are shown."""

    # one concept, one file
    _inherit = "interest.words"  # pylint: disable=consider-merging-classes-inherited

    @api.model
    def _prepare_table(self, interest, currency):
        """Return interest as texts in the user's locale, for a table.

        :param tools.interest.Interest interest: of one debt
        :param res.currency currency: of the debt
        :return: ``{rows: [{from, to, days, base, percent, amount}], is_daily, days,
            amount, difference, cap}``; ``difference`` and ``cap`` are ``False`` unless
            the amount is not the sum of the rows
        :rtype: dict
        """

        def money(amount):
            return currency._format_dunning(float(amount))

        return {
            "rows": [
                {
                    "from": format_date(self.env, segment.start),
                    "to": format_date(self.env, segment.end),
                    "days": segment.days,
                    "base": money(segment.base),
                    "percent": self._format_percent(segment.percent),
                    "amount": money(segment.amount),
                }
                for segment in interest.segments
            ],
            "is_daily": any(not segment.year_days for segment in interest.segments),
            "days": interest.days,
            "amount": money(interest.amount),
            "difference": bool(interest.difference and interest.cap is None)
            and money(interest.difference),
            "cap": interest.cap is not None and money(interest.cap),
        }

    @api.model
    def _render_table(self, interest, currency):
        """Return interest as an HTML table of its segments.

        :rtype: markupsafe.Markup
        """
        return self.env["ir.qweb"]._render(
            "payment_reminder.interest_table",
            self._prepare_table(interest, currency),
        )
