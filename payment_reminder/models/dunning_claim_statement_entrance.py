from odoo import models


class DunningCase(models.Model):
    """The claim statement of a case: to look at, to print, as a workbook."""

    # one concept, one file
    _inherit = "dunning.case"  # pylint: disable=consider-merging-classes-inherited

    def action_print_claim_statement(self):
        """Open what is claimed today, with the whole calculation, as a PDF."""
        return self._get_claim_statement_action("pdf")

    def action_download_claim_sheet(self):
        """Download what is claimed today, with the whole calculation, as a workbook."""
        return self._get_claim_statement_action("xlsx")

    def _get_claim_statement_action(self, kind):
        self.ensure_one()
        self.check_access("read")
        return {
            "type": "ir.actions.act_url",
            "url": f"/payment_reminder/claims/{self.id}.{kind}",
            "target": "new",
        }
