from datetime import date, datetime

from odoo import SUPERUSER_ID, api

from .sending_common import SendingCommon


class SchedulerCommon(SendingCommon):
    """Two companies whose reminders run by themselves from 8 o'clock on."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.other = cls.setup_other_company()["company"]
        cls.other.partner_id.tz = "Europe/Brussels"
        everybody = cls.env["res.company"].search([])
        everybody.dunning_is_unattended = False
        # long done: only the companies of a test have something to do
        (everybody - cls.company - cls.other).dunning_last_day = date(2100, 1, 1)
        cls.company.dunning_is_unattended = True
        cls.other.dunning_last_day = date(2100, 1, 1)

    def _tick(self, moment):
        """Let the cron come at ``moment`` (UTC), as Odoo calls it."""
        if isinstance(moment, str):
            moment = datetime.fromisoformat(moment)
        with self.enter_registry_test_mode(), self.registry.cursor() as cr:
            env = api.Environment(cr, SUPERUSER_ID, {})
            env["dunning.scheduler"]._cron_run_daily(moment)

    def _runs(self, company=None):
        return self.env["dunning.run"].search(
            [("company_id", "=", (company or self.company).id)]
        )
