from datetime import timedelta

from odoo import models
from odoo.exceptions import UserError
from odoo.tools.misc import format_date

from .interest_regime import FOLLOWING


class InterestRegime(models.Model):
    """What a regime says of itself: its rule, and what is missing or not sure."""

    # one concept, one file
    _inherit = "interest.regime"  # pylint: disable=consider-merging-classes-inherited

    # === PROBLEMS === #

    def _get_problem(self, due, until):
        """Return in words why interest is not surely all that could be claimed.

        :param datetime.date due: of the debt
        :param datetime.date until: the last day that bears interest
        :return: a sentence, or ``False`` when all is well
        :rtype: str | bool
        """
        self.ensure_one()
        if not due or not until or until <= self._get_last_day_in_time(due):
            return False
        problem = self._get_counting_problem(due, until)
        is_following = not self.reference_id or self.method in FOLLOWING
        return problem or (is_following and self._get_rate_problem(until))

    def _get_counting_problem(self, due, until):
        """Return in words why interest is not counted up to a day.

        It is a fact of the calculation, not a warning for the office.

        :return: a sentence, or ``False``; see ``_get_problem``
        :rtype: str | bool
        """
        self.ensure_one()
        last = self._get_last_day_in_time(due)
        if self.valid_from and last < self.valid_from - timedelta(days=1):
            return self.env._(
                "%(regime)s: interest is counted from %(date)s only, for the rule was "
                "not in force before.",
                regime=self.name,
                date=format_date(self.env, self.valid_from),
            )
        if not self.reference_id:
            return False
        try:
            self._compute_interest(1, due, until, [], self.env.company.currency_id)
        except UserError as error:
            return str(error)
        counted = self._get_counted_until(last, until)
        if counted < until:
            return self.env._(
                "%(regime)s: interest is counted until %(date)s only, for the rate "
                "after that day is missing.",
                regime=self.name,
                date=format_date(self.env, counted),
            )
        return False

    def _get_rate_problem(self, day):
        """Return in words why the rate of a day is missing or not sure.

        :param datetime.date day: of the company
        :rtype: str | bool
        """
        self.ensure_one()
        if self.reference_id:
            return self.reference_id._get_outdated_text(day)
        if self.margin > 0:
            return False
        return self.env._(
            "%(regime)s: enter the percentage that was agreed.", regime=self.name
        )

    # === RULE === #

    def _get_rule_text(self):
        """Return what is owed, in a few words.

        :rtype: str
        """
        self.ensure_one()
        words = self.env["interest.words"]
        percent = words._format_percent(abs(self.margin))
        if not self.reference_id:
            if self.is_daily:
                return self.env._("%(percent)s %% a day", percent=percent)
            return self.env._("%(percent)s %% a year", percent=percent)
        reference = self.reference_id.name
        if not self.margin:
            return reference
        if self.margin > 0:
            return self.env._(
                "%(reference)s + %(percent)s points",
                reference=reference,
                percent=percent,
            )
        return self.env._(
            "%(reference)s - %(percent)s points", reference=reference, percent=percent
        )
