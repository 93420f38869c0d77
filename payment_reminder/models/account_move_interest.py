from odoo import api, fields, models


class AccountMove(models.Model):
    """By which law or contract an invoice bears interest when it is late."""

    # one concept, one file
    _inherit = "account.move"  # pylint: disable=consider-merging-classes-inherited

    interest_regime_id = fields.Many2one(
        comodel_name="interest.regime",
        domain="[('company_id', 'in', [False, company_id])]",
        copy=False,
        index="btree_not_null",
        ondelete="restrict",
        help="Leave empty to use that of the customer or of the reminder procedure.",
    )

    @api.constrains("interest_regime_id", "partner_id")
    def _check_interest_regime(self):
        for move in self.filtered("interest_regime_id"):
            partner = move.commercial_partner_id
            # whoever changes the customer may have no right to read regimes
            regime = move.interest_regime_id.sudo()
            kind = regime._get_customer_kind(partner)
            regime._check_choice(kind, move.company_id, partner.display_name)

    def _get_interest_regime(self, procedure):
        """Return the law or contract by which the invoice bears interest.

        :param dunning.procedure procedure: by which the invoice is reminded
        :return: empty: neither interest nor compensation is claimed
        :rtype: interest.regime
        """
        self.ensure_one()
        customer = self.commercial_partner_id
        regime = self.interest_regime_id
        kind = regime._get_customer_kind(customer)
        if regime and regime._applies_to(kind, self.company_id):
            return regime
        return customer._get_interest_regime(self.company_id, procedure)
