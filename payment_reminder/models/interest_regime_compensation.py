from decimal import Decimal

from odoo import models
from odoo.fields import Domain


class InterestRegime(models.Model):
    """The fixed compensation that a regime gives once for each late payment."""

    # one concept, one file
    _inherit = "interest.regime"  # pylint: disable=consider-merging-classes-inherited

    def _get_compensation(self, principal, currency, date):
        """Return what is owed once for a late payment, in the currency of the debt.

        The law names it in a currency of its own; a debt in another one owes its
        equivalent (Directive 2011/7/EU, recital 19) at the company's exchange rate.
        Without one nothing is claimed; ``_get_compensation_problem`` says so.

        :param float principal: the debt when it became late
        :param res.currency currency: of the debt
        :param datetime.date date: whose exchange rate holds
        :return: rounded; zero if the regime knows none, or none for so small a debt
        :rtype: decimal.Decimal
        """
        self.ensure_one()
        if not self.compensation_ids or currency.compare_amounts(principal, 0) <= 0:
            return Decimal(0)
        if self._get_compensation_problem(currency, date):
            return Decimal(0)
        company = self.env.company
        size_currency = self._get_size_currency()
        size = currency._convert(principal, size_currency, company, date)
        reached = self.compensation_ids.filtered(
            lambda one: size_currency.compare_amounts(size, one.amount_from) >= 0
        )
        amount = reached.sorted("amount_from")[-1:].amount
        owed = self.compensation_currency_id._convert(amount, currency, company, date)
        return Decimal(str(currency.round(owed))).quantize(
            Decimal(str(currency.rounding))
        )

    def _get_late_compensation(self, line, payments, currency, date):
        """Return what is owed once for the late payment of a receivable.

        What was paid in time does not count, nor what was corrected, at any time.

        :param account.move.line line: with a due date
        :param list payments: of ``tools.interest.Payment``, on the receivable
        :return: see ``_get_compensation``; zero for persons, and before it is late
        :rtype: decimal.Decimal
        """
        last = self._get_last_day_in_time(line.date_maturity)
        if self._get_customer_kind(line.move_id.partner_id) != "business":
            return Decimal(0)
        if last >= date:
            return Decimal(0)
        early = sum(float(one.amount) for one in payments if one.counts_by(last))
        return self._get_compensation(line.amount_currency - early, currency, date)

    def _get_size_currency(self):
        """Return the currency in which the sizes of debts are measured.

        :rtype: res.currency
        """
        return self.size_currency_id or self.compensation_currency_id

    def _get_usual_currency(self):
        """Return the currency in which debts under this law usually are.

        :return: that of its country if the company uses it, else the company's
        :rtype: res.currency
        """
        usual = self.country_ids[:1].currency_id or self._get_size_currency()
        return usual.filtered("active") or self.env.company.currency_id

    def _get_compensation_problem(self, currency, date):
        """Return in words why no compensation can be claimed, or ``False``.

        :param res.currency currency: of the debt
        :param datetime.date date: whose exchange rate is asked for
        :rtype: str | bool
        """
        self.ensure_one()
        if not self.compensation_ids:
            return False
        needed = currency | self.compensation_currency_id | self._get_size_currency()
        if len(needed) == 1:
            return False
        company = self.env.company
        missing = needed.filtered(lambda one: not company._has_dunning_rate(one, date))
        if not missing:
            return False
        return self.env._(
            "%(regime)s: the compensation of a debt in %(currency)s cannot be "
            "converted, for there is no exchange rate of %(missing)s.",
            regime=self.name,
            currency=currency.name,
            missing=", ".join(missing.mapped("name")),
        )


class ResCompany(models.Model):
    """Whether amounts of the law or of a level can be told in another currency."""

    # one concept, one file
    _inherit = "res.company"  # pylint: disable=consider-merging-classes-inherited

    def _has_dunning_rate(self, currency, date):
        """Return whether the company knows what a currency is worth on a day.

        Odoo itself takes 1 for a currency without any rate.

        :rtype: bool
        """
        self.ensure_one()
        if currency == self.currency_id:
            return True
        domain = Domain("currency_id", "=", currency.id)
        domain &= Domain("name", "<=", date)
        domain &= Domain("company_id", "in", [False, self.root_id.id])
        return bool(self.env["res.currency.rate"].sudo().search_count(domain, limit=1))
