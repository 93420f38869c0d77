from decimal import Decimal

from odoo import models

from ..tools.short_number import format_exact_amount, format_short_number

#: Decimals of a multiplier that somebody has entered, and the most that are shown.
ENTERED, SHOWN = 4, 14


class ServiceEstimateStageExplanation(models.AbstractModel):
    """Puts the arithmetic of a stage into words that its reader can calculate again.

    Everything shown is exact or rounded where it is shown: whoever follows the line
    with a pocket calculator, and rounds at each '=', gets the price.
    """

    _name = "service.estimate.stage.explanation"
    _description = "Estimate Stage: Explanation"

    # === EXPLAINING === #

    def _explain(self, values=None):
        """Return the arithmetic of the stage in one line, in the context's language.

        '(40 h at 115.00 € + 20 h at 109.25 €) × 1.15 Complexity: high = 7,802.75 €'.
        Nominal factors (1.00) are left out; surcharges follow the factored price,
        each with its amount, and lead to a second '='.

        :param list values: factor values instead of its own
        :rtype: str
        """
        self.ensure_one()
        values = self.factor_values or [] if values is None else values
        price, problem = self._get_price(values)
        if not price or problem:
            return problem or ""
        words = [self._explain_factors(values, price.rounded)]
        words += self._explain_surcharges(price)
        if len(words) > 1:
            words += ["=", self._format_amount(float(price.subtotal))]
        return " ".join(words)

    def _explain_factors(self, values, rounded):
        """Return volume, rates and factors with what they come to."""
        counting = [value for value in values if Decimal(value["multiplier"]) != 1]
        graduated = [value for value in counting if value.get("parts")][:1]
        others = [value for value in counting if all(value is not g for g in graduated)]
        text = self._explain_volume(graduated, bool(others))
        digits = self._get_multiplier_digits(graduated, others, rounded)
        factors = [self._format_factor(value, digits) for value in others]
        amount = self._format_amount(float(rounded))
        return f"{' × '.join([text, *factors])} = {amount}"

    def _explain_volume(self, graduated, is_multiplied):
        """Return '40 h at 115.00 €', or the parts of a graduated volume.

        :param list graduated: the factor value with parts, or nothing
        :param bool is_multiplied: factors follow, which count for all parts
        """
        parts = graduated[0]["parts"] if graduated else [[str(self.volume), "1"]]
        rate = Decimal(str(self.rate))
        texts = [
            self.env._(
                "%(volume)s at %(rate)s",
                volume=self._format_volume(part),
                rate=self._format_rate(rate * Decimal(multiplier)),
            )
            for part, multiplier in parts
        ]
        text = " + ".join(texts)
        return f"({text})" if is_multiplied and len(texts) > 1 else text

    def _format_volume(self, volume):
        """Return volume and unit: '40 h'."""
        number = format_short_number(self.env, volume, most=6)
        return f"{number} {self.product_uom_id.name or ''}".strip()

    def _format_rate(self, rate):
        """Return a rate per unit; that of a tier may have more decimals than money."""
        return format_exact_amount(self.env, rate, self._get_currency())

    def _format_amount(self, amount):
        return self._get_currency()._format_dunning(amount)

    # === FACTORS === #

    def _get_multiplier_digits(self, graduated, others, rounded):
        """Return so many decimals that the factors as printed give the price.

        Multipliers that were entered are printed as they are. One without an end needs
        them (an average: of a second graduated volume, or of an older version).

        :param list graduated: the factor value that is printed in parts, or nothing
        :param list others: those that are printed as multipliers
        :param Decimal rounded: what they come to
        :rtype: int
        """
        for digits in range(ENTERED, SHOWN):
            shown = [
                value | {"multiplier": str(round(Decimal(value["multiplier"]), digits))}
                for value in others
            ]
            price, _problem = self._get_price(graduated + shown)
            if price and price.rounded == rounded:
                return digits
        return SHOWN

    def _format_factor(self, value, digits):
        """Return a factor with its name: '1.15 Complexity: high'."""
        number = value["multiplier"]
        multiplier = format_short_number(self.env, number, least=2, most=digits)
        return f"{multiplier} {self._get_factor_words(value)}"

    def _get_factor_words(self, value):
        """Return factor and rating: a draft in the reader's language, else as sent."""
        name, word = value["factor"], value["rating"]
        if self.estimate_id.state == "draft":
            name = self.env["estimate.factor"].browse(value["factor_id"]).name
            rating = self.env["estimate.factor.rating"].browse(value["rating_id"] or [])
            word = rating.name
        return f"{name}: {word}" if word else name

    # === SURCHARGES === #

    def _explain_surcharges(self, price):
        """Return '+ 44.00 € (5 %, at night)' for each surcharge.

        :rtype: list[str]
        """
        reason = (self.surcharge_reason or "").strip()
        texts = []
        if self.surcharge_percent:
            percent = format_short_number(self.env, abs(self.surcharge_percent), most=2)
            words = filter(None, (f"{percent}\N{NO-BREAK SPACE}%", reason))
            texts.append(self._format_surcharge(price.percentage, ", ".join(words)))
        if price.fixed:
            texts.append(self._format_surcharge(price.fixed, reason))
        return texts

    def _format_surcharge(self, amount, words):
        is_less = amount < 0 or (not amount and self.surcharge_percent < 0)
        sign = "\N{MINUS SIGN}" if is_less else "+"
        text = f"{sign} {self._format_amount(float(abs(amount)))}"
        return f"{text} ({words})" if words else text
