from odoo import models


class DunningScheduler(models.AbstractModel):
    """Finds every day which claims are final, before the desk is sorted."""

    # one concept, one file
    _inherit = "dunning.scheduler"  # pylint: disable=consider-merging-classes-inherited

    def _get_daily_steps(self):
        steps = super()._get_daily_steps()
        index = steps.index("_run_unattended")
        return [*steps[:index], "_watch_claims", *steps[index:]]

    def _watch_claims(self, company, date):
        """Give claims their final amounts whose debts are settled by ``date``."""
        self.env["dunning.claim"]._watch(company, date)


class DunningDigest(models.AbstractModel):
    """Tells of the claims that wait for a decision."""

    _inherit = "dunning.digest"  # pylint: disable=consider-merging-classes-inherited

    def _get_todo(self, company, date):
        todo = super()._get_todo(company, date)
        count = self.env["dunning.claim"].search_count(
            [
                ("company_id", "=", company.id),
                ("state", "=", "claimed"),
                ("is_final", "=", True),
                ("amount", ">", 0),
            ]
        )
        text = self.env._("Claims to decide")
        return todo + [self._prepare_todo(text, count, "dunning_claim_action")][:count]
