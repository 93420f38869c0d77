from odoo import fields, models


class ResPartner(models.Model):
    """Which interest a customer owes for late payments."""

    # one concept, one file
    _inherit = "res.partner"  # pylint: disable=consider-merging-classes-inherited

    interest_regime_id = fields.Many2one(
        comodel_name="interest.regime",
        company_dependent=True,
        domain="[('company_id', 'in', [False, current_company_id])]",
        help="Leave empty to use that of the reminder procedure.",
    )

    def _get_interest_regime(self, company, procedure):
        """Return the law or contract by which the customer owes interest.

        :param res.company company: the creditor
        :param dunning.procedure procedure: by which the customer is reminded
        :return: empty: no interest and no compensation is claimed
        :rtype: interest.regime
        """
        self.ensure_one()
        return self.with_company(company).commercial_partner_id.interest_regime_id
