from odoo import api, fields, models


class DunningProcedure(models.Model):
    """Which interest a procedure claims."""

    # one concept, one file
    _inherit = "dunning.procedure"  # pylint: disable=consider-merging-classes-inherited

    interest_business_id = fields.Many2one(
        comodel_name="interest.regime",
        string="Interest from Companies",
        domain="[('applies_to', '!=', 'consumer'),"
        " ('company_id', 'in', [False, company_id])]",
        ondelete="restrict",
        help="By which law or contract; empty: none is claimed.",
    )
    interest_consumer_id = fields.Many2one(
        comodel_name="interest.regime",
        string="Interest from Persons",
        domain="[('applies_to', '!=', 'business'),"
        " ('company_id', 'in', [False, company_id])]",
        ondelete="restrict",
        help="By which law or contract; empty: none is claimed.",
    )
    is_interest_by_country = fields.Boolean(
        string="Else by the Law of Our Country",
        help="Where nothing is chosen, interest is claimed by the first regime of the "
        "company's country that applies to the customer.",
    )
    interest_problem = fields.Char(compute="_compute_interest_problem")

    # === COMPUTE METHODS === #

    @api.depends("interest_business_id", "interest_consumer_id")
    @api.depends_context("company", "lang")
    def _compute_interest_problem(self):
        for procedure in self:
            regimes = procedure.interest_business_id | procedure.interest_consumer_id
            problems = [text for text in regimes.mapped("problem_text") if text]
            procedure.interest_problem = " ".join(problems)

    # === CONSTRAINT METHODS === #

    @api.constrains("interest_business_id", "interest_consumer_id", "company_id")
    def _check_interest_regimes(self):
        for procedure in self:
            company = procedure.company_id
            procedure.interest_business_id._check_choice(
                "business", company, self.env._("companies")
            )
            procedure.interest_consumer_id._check_choice(
                "consumer", company, self.env._("persons")
            )

    # === BUSINESS METHODS === #

    def _get_interest_regime(self, kind):
        """Return the regime that is chosen for a kind of customers.

        :param str kind: 'business' or 'consumer'
        :rtype: interest.regime
        """
        if kind == "business":
            return self.interest_business_id
        return self.interest_consumer_id
