from odoo import api, fields, models
from odoo.exceptions import ValidationError

#: What a notice of the level claims beside the debts depends on these.
CLAIM_FIELDS = {
    "claim_interest",
    "claim_compensation",
    "claim_text",
    "fee_amount",
    "fee_percent",
    "fee_min",
    "fee_max",
    "fee_ground",
    "fee_name",
}


class DunningLevel(models.Model):
    """What a level claims beside the debts: interest, compensation, a fee."""

    # one concept, one file
    _inherit = "dunning.level"  # pylint: disable=consider-merging-classes-inherited

    claim_interest = fields.Boolean(
        string="Interest",
        help="Interest on every overdue item of the notice, by the law or contract "
        "that the procedure names; to the day of the notice.",
    )
    claim_compensation = fields.Boolean(
        string="Compensation",
        help="The fixed amount that the law gives for each late payment of a company, "
        "once for each item.",
    )
    fee_amount = fields.Monetary(
        string="Fee",
        currency_field="company_currency_id",
        help="Claimed once when items reach this level, whatever is sent again; never "
        "counted on other fees.",
    )
    fee_percent = fields.Float(
        string="Fee in Percent",
        digits=(6, 3),
        help="Of what is open of the items that reach this level, in addition to the "
        "fixed fee.",
    )
    fee_min = fields.Monetary(
        string="At Least",
        currency_field="company_currency_id",
        help="The least that the percentage comes to.",
    )
    fee_max = fields.Monetary(
        string="At Most",
        currency_field="company_currency_id",
        help="The most that the percentage comes to; zero: there is no limit.",
    )
    fee_ground = fields.Text(
        string="Ground of the Fee",
        translate=True,
        help="Why the fee is owed, such as the section of your terms that names it. "
        "Empty: as the law or contract says. A fee without any ground is not claimed.",
    )
    fee_name = fields.Char(
        string="Fee Is Called",
        translate=True,
        help="How notices call the fee; empty: 'Costs of the reminder'.",
    )
    claim_text = fields.Text(
        string="Sentence under the Table",
        translate=True,
        help="Stands under the claims instead of the legal ground of the regime. "
        "Printed as it is, never evaluated.",
    )
    company_currency_id = fields.Many2one(related="company_id.currency_id")

    missing_law = fields.Char(compute="_compute_missing_law")

    _fee_sane = models.Constraint(
        "CHECK (fee_amount IS NULL OR fee_amount >= 0)", "A fee cannot be negative."
    )
    _fee_percent_sane = models.Constraint(
        "CHECK (fee_percent IS NULL OR fee_percent >= 0 AND fee_percent <= 100)",
        "A fee in percent is between 0 and 100.",
    )
    _fee_limits_sane = models.Constraint(
        "CHECK (COALESCE(fee_min, 0) >= 0 AND (COALESCE(fee_max, 0) = 0"
        " OR fee_max >= COALESCE(fee_min, 0)))",
        "The most that a fee comes to cannot be less than the least.",
    )

    # === COMPUTE METHODS === #

    @api.depends(
        "claim_interest",
        "claim_compensation",
        "procedure_id.interest_business_id",
        "procedure_id.interest_consumer_id",
        "procedure_id.is_interest_by_country",
    )
    @api.depends_context("lang")
    def _compute_missing_law(self):
        for level in self:
            is_claiming = level.claim_interest or level.claim_compensation
            level.missing_law = (
                level.procedure_id._get_missing_law()
                if is_claiming and level.procedure_id
                else ""
            )

    # === CONSTRAINT METHODS === #

    @api.constrains(
        "claim_interest",
        "claim_compensation",
        "fee_amount",
        "fee_percent",
        "basis",
        "delay_days",
    )
    def _check_heads_up_claims(self):
        for level in self:
            if level._is_heads_up() and level._is_claiming():
                raise ValidationError(
                    self.env._(
                        "'%(level)s' is about money that is not overdue: it cannot "
                        "claim interest or costs.",
                        level=level.name,
                    )
                )

    # === CRUD METHODS === #

    def write(self, vals):
        """Let proposed notices claim what their level claims from now on."""
        done = super().write(vals)
        if CLAIM_FIELDS & set(vals):
            self.env["dunning.notice"].sudo().search(
                [("level_id", "in", self.ids), ("state", "=", "proposed")]
            )._keep_current_claims()
        return done

    # === BUSINESS METHODS === #

    def _is_claiming(self):
        """Return whether the level claims anything beside the debts.

        :rtype: bool
        """
        return self.claim_interest or self.claim_compensation or self._has_fee()

    def _has_fee(self):
        """Return whether the level claims a fee, fixed or in percent.

        :rtype: bool
        """
        return self.fee_amount > 0 or self.fee_percent > 0
