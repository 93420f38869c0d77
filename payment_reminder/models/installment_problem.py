from odoo import models
from odoo.tools.misc import format_date


class InstallmentProblem(models.AbstractModel):
    """Says in a bookkeeper's words why a schedule of instalments cannot be."""

    _name = "installment.problem"
    _description = "Instalments: Problems in Words"

    def _explain(self, error):
        """Return what is wrong and what to do.

        :param InstallmentError error: of ``tools.installments``
        :rtype: str
        """
        say = getattr(self, f"_say_{error.code}", None)
        return say(error.values) if say else self._say_other(error)

    def _say_other(self, error):
        return self.env._("This plan is not possible (%(reason)s).", reason=error)

    def _say_total(self, values):
        return self.env._("Nothing is open that a plan could cover.")

    def _say_empty(self, values):
        return self.env._("A plan has at least one instalment.")

    def _say_count(self, values):
        return self.env._("Enter the number of instalments as a whole number.")

    def _say_too_many(self, values):
        return self.env._(
            "%(count)s instalments are too many: a plan has at most %(maximum)s.",
            **values,
        )

    def _say_too_small(self, values):
        if values["balance"] <= 0:
            return self.env._("This leaves nothing for the other instalments.")
        return self.env._(
            "%(balance)s is too little for %(count)s instalments: each has to pay at "
            "least %(step)s.",
            **values,
        )

    def _say_amount(self, values):
        return self.env._("Each instalment needs an amount above zero.")

    def _say_off_step(self, values):
        return self.env._(
            "%(value)s cannot be paid exactly: amounts are in steps of %(step)s.",
            value=values["value"],
            step=values["step"],
        )

    def _say_first_date(self, values):
        return self.env._("Enter the day of the first instalment.")

    def _say_date(self, values):
        return self.env._("Each instalment needs a day.")

    def _say_start(self, values):
        return self.env._("Interest cannot begin after the first instalment.")

    def _say_day_of_month(self, values):
        return self.env._("The day of the month lies between 1 and 31.")

    def _say_not_rising(self, values):
        return self.env._(
            "The instalments of %(before)s and %(date)s: each has to be due later than "
            "the one before it.",
            before=self._format(values.get("before")),
            date=self._format(values.get("date")),
        )

    def _say_down_payment(self, values):
        return self.env._(
            "The down payment has to be above zero and below what is open."
        )

    def _say_fee(self, values):
        return self.env._("The fee cannot be negative.")

    def _say_percent(self, values):
        return self.env._("The interest cannot be negative.")

    def _say_method(self, values):
        return self.env._(
            "Equal payments need regular dates: choose the other kind of interest."
        )

    def _say_interest(self, values):
        return self.env._(
            "An instalment of this amount would pay the interest only and never the "
            "debt: choose a higher one."
        )

    def _say_last(self, values):
        return self.env._(
            "The last instalment takes what is left: change one before it, or add one."
        )

    def _say_sum(self, values):
        return self.env._("The instalments have to come to exactly what is open.")

    def _say_absurd(self, values):
        return self.env._("%(value)s is too large.", value=values["value"])

    def _format(self, date):
        return format_date(self.env, date, date_format="medium") if date else "?"
