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

    @api.depends(
        "interest_business_id",
        "interest_consumer_id",
        "is_interest_by_country",
        "level_ids.claim_interest",
        "level_ids.claim_compensation",
    )
    @api.depends_context("company", "lang")
    def _compute_interest_problem(self):
        for procedure in self:
            regimes = procedure.interest_business_id | procedure.interest_consumer_id
            problems = [text for text in regimes.mapped("problem_text") if text]
            levels = procedure.level_ids
            if any(
                level.claim_interest or level.claim_compensation for level in levels
            ):
                problems.append(procedure._get_missing_law())
            procedure.interest_problem = " ".join(filter(None, problems))

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

    def _get_missing_law(self):
        """Return that nothing says by which law levels claim, empty if something does.

        :rtype: str
        """
        self.ensure_one()
        if self.interest_business_id or self.interest_consumer_id:
            return ""
        regimes = self.env["interest.regime"]
        if self.is_interest_by_country and any(
            regimes._get_for_country(self.company_id, kind)
            for kind in ("business", "consumer")
        ):
            return ""
        return self.env._(
            "Levels claim interest or compensation, but nothing says by which law or "
            "contract: nobody owes them but customers and invoices that name one of "
            "their own. Choose one on the page 'Interest' of the procedure."
        )

    def _get_interest_regime(self, kind):
        """Return the regime that is chosen for a kind of customers.

        :param str kind: 'business' or 'consumer'
        :rtype: interest.regime
        """
        if kind == "business":
            return self.interest_business_id
        return self.interest_consumer_id
