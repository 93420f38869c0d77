from odoo import models
from odoo.fields import Domain


class DunningCompanyWatchdog(models.AbstractModel):
    """The part of the watchdog that sees when a rate in use may be outdated."""

    # one concept, one file
    _inherit = "dunning.company.watchdog"  # pylint: disable=consider-merging-classes-inherited

    def _get_dunning_alarms(self, now):
        alarms = super()._get_dunning_alarms(now)
        company = self.sudo()
        day = company._get_dunning_date(now)
        for regime in company._get_doubtful_regimes(day):
            text = self.env._(
                "Interest: %(problem)s", problem=regime._get_rate_problem(day)
            )
            alarms.append({"level": "warning", "text": text, "kind": "rates"})
        return alarms

    def _get_doubtful_regimes(self, day):
        """Return the regimes in use whose rate of a day is missing or not sure.

        Customers and invoices are only asked about those that are doubtful.

        :rtype: interest.regime
        """
        self.ensure_one()
        regimes = self.env["interest.regime"].search(
            Domain("company_id", "in", [False, self.id])
        )
        doubtful = regimes.filtered(lambda regime: regime._get_rate_problem(day))
        if not doubtful:
            return doubtful
        chosen = self._get_regimes_of_procedures()
        return doubtful.filtered(
            lambda regime: regime in chosen or self._is_regime_chosen(regime)
        )

    def _get_regimes_of_procedures(self):
        """Return the regimes by which the company's procedures claim interest.

        :rtype: interest.regime
        """
        regimes = self.env["interest.regime"]
        procedures = self.env["dunning.procedure"].search(
            [("company_id", "=", self.id)]
        )
        in_use = procedures.interest_business_id | procedures.interest_consumer_id
        if any(procedures.mapped("is_interest_by_country")):
            for kind in ("business", "consumer"):
                in_use |= regimes._get_for_country(self, kind)
        return in_use

    def _is_regime_chosen(self, regime):
        """Return whether a customer or an invoice of the company names a regime."""
        partners = self.env["res.partner"].with_company(self)
        chosen = Domain("interest_regime_id", "=", regime.id)
        return bool(
            partners.search_count(chosen, limit=1)
            or self.env["account.move"].search_count(
                chosen & Domain("company_id", "=", self.id), limit=1
            )
        )
