from odoo import models
from odoo.tools import SQL


class DunningCompanyWatchdog(models.AbstractModel):
    """The part of the watchdog that sees when a rate in use may be outdated."""

    # one concept, one file
    _inherit = "dunning.company.watchdog"  # pylint: disable=consider-merging-classes-inherited

    def _get_dunning_alarms(self, now):
        alarms = super()._get_dunning_alarms(now)
        company = self.sudo()
        for regime in company._get_interest_regimes_in_use():
            problem = regime._get_rate_problem(company._get_dunning_date(now))
            if problem:
                text = self.env._("Interest: %(problem)s", problem=problem)
                alarms.append({"level": "warning", "text": text, "kind": "rates"})
        return alarms

    def _get_interest_regimes_in_use(self):
        """Return the active regimes by which the company claims interest.

        Asked whenever the desk is opened, so it takes one query while none is in use.

        :rtype: interest.regime
        """
        self.ensure_one()
        self.env["dunning.procedure"].flush_model()
        self.env["res.partner"].flush_model(["interest_regime_id"])
        self.env["account.move"].flush_model(["interest_regime_id"])
        rows = self.env.execute_query(self._get_interest_use_sql())
        regimes = self.env["interest.regime"]
        in_use = regimes.browse([regime_id for (regime_id,) in rows if regime_id])
        if any(regime_id is None for (regime_id,) in rows):
            for kind in ("business", "consumer"):
                in_use |= regimes._get_for_country(self, kind)
        return in_use.exists().filtered("active") if in_use else in_use

    def _get_interest_use_sql(self):
        """Return the query of regimes that are chosen; ``NULL`` means a country."""
        return SQL(
            """SELECT regime_id
                 FROM dunning_procedure procedure
           CROSS JOIN LATERAL (
                    VALUES (interest_business_id), (interest_consumer_id)
                 ) AS chosen (regime_id)
                WHERE company_id = %(company)s AND active AND regime_id IS NOT NULL
                UNION
               SELECT NULL
                 FROM dunning_procedure
                WHERE company_id = %(company)s AND active AND is_interest_by_country
                UNION
               SELECT (interest_regime_id->>%(key)s)::int
                 FROM res_partner
                WHERE interest_regime_id IS NOT NULL
                  AND interest_regime_id->>%(key)s IS NOT NULL
                UNION
               SELECT interest_regime_id
                 FROM account_move
                WHERE interest_regime_id IS NOT NULL AND company_id = %(company)s""",
            company=self.id,
            key=str(self.id),
        )
