from decimal import Decimal

from odoo import models
from odoo.tools.misc import formatLang


class ServiceEstimateStageExplanation(models.AbstractModel):
    """Puts the arithmetic of a stage into words that its reader understands."""

    _name = "service.estimate.stage.explanation"
    _description = "Estimate Stage: Explanation"

    # === EXPLAINING === #

    def _explain(self, values=None):
        """Return the arithmetic of the stage in one line, in the context's language.

        '40 h × 3,000 ₽ × complexity: high 1.15 × rush 1.25 = 241,500 ₽'. Nominal
        factors (1.00) are left out.

        :param list values: factor values instead of its own
        :rtype: str
        """
        self.ensure_one()
        values = self.factor_values or [] if values is None else values
        price, problem = self._get_price(values)
        if not price or problem:
            return problem or ""
        parts = [self._format_volume(), self._format_amount(self.rate)]
        parts += [
            self._format_factor(value)
            for value in values
            if Decimal(value["multiplier"]) != 1
        ]
        text = " × ".join(parts)
        if price.surcharge:
            text += f" {self._format_surcharge(price.surcharge)}"
        return f"{text} = {self._format_amount(float(price.subtotal))}"

    def _format_volume(self):
        """Return volume and unit: '40 h'."""
        digits = 0 if self.volume == int(self.volume) else 2
        volume = formatLang(self.env, self.volume, digits=digits)
        return f"{volume} {self.product_uom_id.name or ''}".strip()

    def _format_amount(self, amount):
        return self._get_currency()._format_dunning(amount)

    def _format_factor(self, value):
        """Return a factor in words: 'complexity: high 1.15'.

        Graduated multipliers have more digits, and the reader's sum shall come out.
        """
        number = float(value["multiplier"])
        digits = 2 if round(number, 2) == number else 4
        multiplier = formatLang(self.env, number, digits=digits)
        words = self._get_factor_words(value)
        return f"{words} {multiplier}"

    def _get_factor_words(self, value):
        """Return factor and rating: a draft in the reader's language, else as sent."""
        name, word = value["factor"], value["rating"]
        if self.estimate_id.state == "draft":
            name = self.env["estimate.factor"].browse(value["factor_id"]).name
            rating = self.env["estimate.factor.rating"].browse(value["rating_id"] or [])
            word = rating.name
        return f"{name}: {word}" if word else name

    def _format_surcharge(self, amount):
        sign = "+" if amount >= 0 else "\N{MINUS SIGN}"
        reason = f" ({self.surcharge_reason})" if self.surcharge_reason else ""
        return f"{sign} {self._format_amount(float(abs(amount)))}{reason}"
