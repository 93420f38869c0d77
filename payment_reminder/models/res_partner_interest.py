from odoo import api, fields, models


class ResPartner(models.Model):
    """Which interest a customer owes for late payments."""

    # one concept, one file
    _inherit = "res.partner"  # pylint: disable=consider-merging-classes-inherited

    interest_regime_id = fields.Many2one(
        comodel_name="interest.regime",
        company_dependent=True,
        domain="[('company_id', 'in', [False, current_company_id]),"
        " ('applies_to', '!=', is_company and 'consumer' or 'business')]",
        help="Leave empty to use that of the reminder procedure.",
    )
    is_interest_free = fields.Boolean(
        string="No Interest",
        company_dependent=True,
        help="Neither interest nor compensation is claimed from this customer.",
    )

    _interest_regime_idx = models.Index("(id) WHERE interest_regime_id IS NOT NULL")

    def _commercial_fields(self):
        return super()._commercial_fields() + ["interest_regime_id", "is_interest_free"]

    # === CONSTRAINT METHODS === #

    @api.constrains("interest_regime_id")
    def _check_interest_regime(self):
        for partner in self:
            # whoever adds a contact to a company may have no right to read regimes
            regime = partner.interest_regime_id.sudo()
            kind = regime._get_customer_kind(partner)
            regime._check_choice(kind, self.env.company, partner.display_name)

    # === BUSINESS METHODS === #

    def _get_interest_regime(self, company, procedure):
        """Return the law or contract by which the customer owes interest.

        The customer's own one comes first, then that of the procedure, then, if the
        procedure says so, that of the company's country. One that does not apply (a
        regime for companies, and the customer is a person) is passed over in silence.

        :param res.company company: the creditor
        :param dunning.procedure procedure: by which the customer is reminded
        :return: empty: neither interest nor compensation is claimed
        :rtype: interest.regime
        """
        self.ensure_one()
        customer = self.commercial_partner_id.with_company(company)
        regimes = self.env["interest.regime"]
        if customer.is_interest_free:
            return regimes
        kind = regimes._get_customer_kind(customer)
        for regime in (
            customer.interest_regime_id,
            procedure._get_interest_regime(kind),
        ):
            if regime and regime._applies_to(kind, company):
                return regime
        if procedure.is_interest_by_country:
            return regimes._get_for_country(company, kind).sudo(False)
        return regimes
