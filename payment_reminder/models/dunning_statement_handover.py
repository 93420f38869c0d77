from markupsafe import Markup

from odoo import models


class DunningStatement(models.AbstractModel):
    """The statement names what is with an agency, and asks nobody to pay it to us."""

    # one concept, one file
    _inherit = "dunning.statement"  # pylint: disable=consider-merging-classes-inherited

    def _filter_payable(self, lines):
        payable = super()._filter_payable(lines)
        if self.company_id.sudo().dunning_handover_is_payable:
            return payable
        own = payable.filtered(lambda line: not line._get_dunning_handover())
        # credits alone are nothing to pay
        return (
            own if any(line.amount_residual_currency > 0 for line in own) else own[:0]
        )

    def _get_lateness(self, line, days):
        """Say who has the item instead of how late it is."""
        handover = line._get_dunning_handover()
        if handover and line.amount_residual_currency > 0:
            return self.env._("with %(agency)s", agency=handover.agency_id.name)
        return super()._get_lateness(line, days)

    def _get_closing(self, lines):
        closing = super()._get_closing(lines)
        agencies = lines.browse().env["res.partner"]
        for line in lines:
            agencies |= line._get_dunning_handover().agency_id
        paragraphs = [
            Markup("<p>%s</p>") % self._get_agency_text(agency) for agency in agencies
        ]
        return Markup().join([*paragraphs, closing])

    def _get_agency_text(self, agency):
        """Return who collects some of the items, and how to pay there."""
        parts = [
            agency.name,
            *self._get_address_lines(agency),
            agency.phone,
            agency.email,
            *(agency.dunning_payment_hint or "").splitlines(),
        ]
        return self.env._(
            "The items marked 'with %(agency)s' are collected by: %(address)s.",
            agency=agency.name,
            address=", ".join(filter(None, parts)),
        )
