from datetime import timedelta

from odoo import models
from odoo.exceptions import UserError
from odoo.tools.misc import format_date

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
        work = self.company_id._get_dunning_work(first, min(last, first + MAX_CHOICE))
        days = {day for day, share in work.items() if share > 0}
        if self.date_deadline and first <= self.date_deadline <= last:
            days.add(self.date_deadline)
        return sorted(days)

    def _prepare_deadline_choice(self):
        """Return the slider of deadlines, ``False`` where there is no choice.

        :return: ``days`` (dicts with value and label), ``index`` (where it starts),
            ``first`` and ``last`` (labels)
        :rtype: dict | bool
        """
        self.ensure_one()
        days = [] if self._get_closed_text() else self._get_deadline_days()
        if len(days) < 2:
            return False
        labels = [self._format_weekday(day) for day in days]
        return {
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

    # === PRICE === #

    def _get_price_by(self, deadline):
        """Return what the estimate would cost by another deadline; nothing is saved.

        :param datetime.date deadline: between the earliest and the latest one
        :return: deadline, label, amount_total and difference (floats), total,
            untaxed and difference_text (texts), stages (list of dicts with id, name,
            amount, price and explanation)
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
