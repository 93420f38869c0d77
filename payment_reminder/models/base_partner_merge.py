from odoo import models


class BasePartnerMergeAutomaticWizard(models.TransientModel):
    """Merged customers go on in one case."""

    _inherit = "base.partner.merge.automatic.wizard"

    def _update_foreign_keys(self, src_partners, dst_partner):
        self.env["dunning.case"].sudo()._absorb(src_partners, dst_partner)
        return super()._update_foreign_keys(src_partners, dst_partner)
