from datetime import timedelta
from decimal import Decimal

from odoo import models
from odoo.exceptions import UserError
from odoo.tools.misc import format_date

from ..tools.short_number import format_short_number

#: No slider is longer than two years.
MAX_CHOICE = timedelta(days=730)


class ServiceEstimate(models.Model):
    """'What would it cost by ...': the deadlines that a customer may ask about."""

    # one concept, one file
    _inherit = "service.estimate"  # pylint: disable=consider-merging-classes-inherited

    def _get_deadline_span(self):
        """Return the first and last deadline that can be asked for, or ``None``.

        The company says which ones; days that have passed are out.

        :rtype: tuple[datetime.date, datetime.date] | None
        """
        self.ensure_one()
        first, last = self.date_earliest, self.date_latest
        if not first or not last or not self.date_start or self.normal_days <= 0:
            return None
        first = max(first, self.company_id._get_dunning_today())
        if first > last or not self._get_deadline_scale():
            return None
        return first, last

    def _get_deadline_days(self):
        """Return the working days that can be asked for, and the offered one.

        :rtype: list[datetime.date]
        """
        span = self._get_deadline_span()
        if not span:
            return []
        first, last = span
        days = set(self._get_priced_days(first, min(last, first + MAX_CHOICE)))
        if self.date_deadline and first <= self.date_deadline <= last:
            days.add(self.date_deadline)
        return sorted(days)

    def _get_priced_days(self, first, last):
        """Return the working days by which the work can be done at some price.

        A day below the scale, so that nobody can be that fast, is left out.

        :rtype: list[datetime.date]
        """
        rated = self._rate_deadlines(first, last)
        return [
            day
            for day, values in rated.items()
            if not any(value.get("problem") for value in values)
        ]

    def _rate_deadlines(self, first, last):
        """Return the factor values of each working day from ``first`` to ``last``.

        :return: ``{date: list of factor values}``, in the order of days
        :rtype: dict
        """
        scales = self._get_deadline_scales()
        rated, amount = {}, 0.0
        work = self.company_id._get_dunning_work(self.date_start, last)
        for day, share in sorted(work.items()):
            amount += share
            if share > 0 and day >= first:
                values = self._rate_days(scales, round(amount, 3))
                rated[day] = list(values.values())
        return rated

    def _prepare_deadline_choice(self):
        """Return the slider of deadlines, ``False`` where none was meant to be.

        :return: ``days`` (dicts with value and label), ``index`` (where it starts),
            ``first`` and ``last`` (labels), ``reason`` (why the price cannot move, or
            ``False``); without any choice empty ``days`` and the reason alone
        :rtype: dict | bool
        """
        self.ensure_one()
        if not self.date_earliest or not self.date_latest:
            return False
        days = [] if self._get_closed_text() else self._get_deadline_days()
        reason = self._get_fixed_reason(days)
        if len(days) < 2:
            return {"days": [], "reason": reason}
        labels = [self._format_weekday(day) for day in days]
        return {
            "reason": reason,
            "days": [
                {"value": day.isoformat(), "label": label}
                for day, label in zip(days, labels, strict=True)
            ],
            "index": self._find_offered_index(days),
            "first": self._format_date(days[0]),
            "last": self._format_date(days[-1]),
        }

    def _find_offered_index(self, days):
        """Return the place of the offered deadline, or of the nearest day."""
        offered = self.date_deadline or days[-1]
        return min(range(len(days)), key=lambda place: abs(days[place] - offered))

    def _format_weekday(self, day):
        """Return a day with its name, in the customer's language."""
        name = format_date(self.env, day, lang_code=self.lang, date_format="EEEE")
        return f"{name}, {self._format_date(day)}"

    # === WHY THE PRICE DOES NOT MOVE === #

    def _get_fixed_reason(self, days):
        """Return in words why no deadline changes the price, ``False`` if one does.

        :param list days: those that can be asked for
        :rtype: str | bool
        """
        if self.state in ("accepted", "invoiced"):
            return self.env._(
                "You have accepted this price; the deadline does not change it any "
                "more."
            )
        if self._get_closed_text():
            return self.env._(
                "This estimate can no longer be accepted; the deadline does not change "
                "its price any more."
            )
        if not self._get_deadline_scale():
            return self.env._("The price of this work does not depend on the deadline.")
        if not self.date_start or self.normal_days <= 0:
            return self.env._(
                "The beginning or the normal duration of the work is not known yet, so "
                "no price can be named for another deadline."
            )
        if len(days) < 2:
            return self.env._("There is no other day to choose from.")
        return self._get_same_price_reason(days)

    def _get_same_price_reason(self, days):
        """Return why all days cost the same, ``False`` if they do not."""
        rated = self._rate_deadlines(days[0], days[-1])
        multipliers = {
            tuple(value["multiplier"] for value in rated[day])
            for day in days
            if day in rated
        }
        if len(multipliers) > 1 or self._is_price_moved(days[0]):
            return False
        return self._explain_same_price(days[0])

    def _is_price_moved(self, deadline):
        """Return whether the estimate would cost more or less by ``deadline``."""
        total = self._what_if(deadline=deadline)["amount_total"]
        return self.currency_id.compare_amounts(total, self.amount_total) != 0

    def _explain_same_price(self, deadline):
        """Return why the estimate costs as much by ``deadline`` as was offered.

        :rtype: str
        """
        days = self._get_offered_days(deadline)
        values = self._get_deadline_value(deadline).values()
        is_nominal = all(Decimal(value["multiplier"]) == 1 for value in values)
        if is_nominal and days >= self.normal_days:
            return self.env._(
                "The work normally takes %(normal)s working days, and this deadline "
                "leaves %(days)s: more time than normal costs the same.",
                normal=format_short_number(self.env, self.normal_days, most=2),
                days=format_short_number(self.env, days, most=2),
            )
        return self.env._(
            "By this deadline the same step of our scale applies as in our offer: "
            "%(steps)s.",
            steps=", ".join(
                f"{value['factor']}: {value['rating']}" for value in values
            ),
        )

    # === PRICE === #

    def _get_price_by(self, deadline):
        """Return what the estimate would cost by another deadline; nothing is saved.

        :param datetime.date deadline: between the earliest and the latest one
        :return: deadline, label, amount_total and difference (floats), total,
            untaxed, difference_text and reason (texts; why another day than the
            offered one costs the same), stages (list of dicts with id, name, amount,
            price and explanation)
        :raise UserError: in words for the customer
        :rtype: dict
        """
        self.ensure_one()
        self._check_open()
        self._check_deadline_span(deadline)
        result = self._what_if(deadline=deadline)
        if result["problem"]:
            raise UserError(result["problem"])
        difference = self.currency_id.round(result["amount_total"] - self.amount_total)
        return {
            "deadline": deadline.isoformat(),
            "label": self._format_weekday(deadline),
            "amount_total": result["amount_total"],
            "total": self._format_amount(result["amount_total"]),
            "untaxed": self._format_amount(result["amount_untaxed"]),
            "difference": difference,
            "difference_text": self._get_difference_text(difference),
            "reason": self._get_reason(deadline, difference),
            "stages": self._prepare_price_stages(result),
        }

    def _check_deadline_span(self, deadline):
        """Raise a UserError when nobody may ask for ``deadline``."""
        span = self._get_deadline_span()
        if not span:
            raise UserError(
                self.env._("The deadline of this estimate cannot be chosen.")
            )
        if not span[0] <= deadline <= span[1]:
            raise UserError(
                self.env._(
                    "Please choose a day from %(first)s to %(last)s.",
                    first=self._format_date(span[0]),
                    last=self._format_date(span[1]),
                )
            )

    def _get_reason(self, deadline, difference):
        """Return why the price of another day is that of the offer, or nothing."""
        if deadline == self.date_deadline or not self.currency_id.is_zero(difference):
            return ""
        return self._explain_same_price(deadline)

    def _get_difference_text(self, difference):
        amount = self._format_amount(abs(difference))
        if self.currency_id.is_zero(difference):
            return self.env._("as much as in our offer")
        if difference > 0:
            return self.env._("%(amount)s more than in our offer", amount=amount)
        return self.env._("%(amount)s less than in our offer", amount=amount)

    def _prepare_price_stages(self, result):
        return [
            {
                "id": stage.id,
                "name": stage.name,
                "amount": amount,
                "price": self._format_amount(amount),
                "explanation": stage._explain(result["values"][stage]),
            }
            for stage, amount in result["stages"].items()
        ]
