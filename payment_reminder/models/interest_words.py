from datetime import date

from odoo import api, models
from odoo.tools.misc import format_date

from ..tools.short_number import format_short_number


class InterestWords(models.AbstractModel):
    """Interest in words of the user: percentages, and why it cannot be computed."""

    _name = "interest.words"
    _description = "Words about Interest"

    @api.model
    def _format_percent(self, percent):
        """Return a percentage in the user's locale, with two to four digits.

        :param float | decimal.Decimal percent: 8.12 for 8.12 %
        :rtype: str
        """
        return format_short_number(self.env, percent, least=2)

    @api.model
    def _explain_error(self, error):
        """Return why interest cannot be computed.

        :param tools.interest.InterestError error: with ``code`` and ``values``
        :rtype: str
        """
        text = self._get_error_texts().get(error.code)
        if not text:
            return self.env._(
                "Interest cannot be computed (%(detail)s).", detail=str(error)
            )
        values = {
            name: format_date(self.env, value) if isinstance(value, date) else value
            for name, value in error.values.items()
        }
        return text % values

    def _get_error_texts(self):
        """Return what can be wrong, ``{code: text}``; see ``tools.interest.CODES``."""
        return {
            "amount": self.env._("'%(value)s' is no amount."),
            "absurd": self.env._("The amount %(value)s is too large to be meant."),
            "date": self.env._(
                "A date is missing or too early: interest is counted from a due date "
                "in 1900 or later."
            ),
            "percent": self.env._("%(value)s percent cannot be meant."),
            "empty": self.env._("The reference has no rate yet."),
            "gap": self.env._("There is no rate for %(date)s: the list begins later."),
            "missing_half_year": self.env._("The rate of %(date)s is missing."),
        }
