from odoo import models
from odoo.tools.misc import formatLang


class ResCurrency(models.Model):
    """Amounts in words that stay clear where currencies share their sign."""

    _inherit = "res.currency"

    def _format_dunning(self, amount, others=None):
        """Return ``amount`` in the user's locale, with the code where it is needed.

        The sign is enough where it can only mean this currency. Where several
        currencies meet, or where another active currency has the same sign, as the
        dollars have, the code stands in its place.

        :param float amount: in this currency
        :param res.currency others: currencies that meet it in the same place
        :rtype: str
        """
        self.ensure_one()
        if not self._needs_code(others):
            return self.format(amount)
        number = formatLang(self.env, self.round(amount) + 0.0, self.decimal_places)
        return "\N{NO-BREAK SPACE}".join((*number.split(" "), self.name))

    def _format_dunning_sums(self, amounts):
        """Return the sums of several currencies as one text: '10.00 EUR + 5.00 USD'.

        :param dict amounts: ``{currency: amount}``, in the order of the text
        :rtype: str
        """
        met = self.union(*amounts)
        return " + ".join(
            currency._format_dunning(amount, met)
            for currency, amount in amounts.items()
        )

    def _needs_code(self, others=None):
        """Return whether the sign could mean another currency as well.

        :param res.currency others: currencies that meet it in the same place
        :rtype: bool
        """
        self.ensure_one()
        if others and others - self:
            return True
        return any(
            known != self.id and values["symbol"] == self.symbol
            for known, values in self.get_all_currencies().items()
        )
