from odoo import api, fields, models
from odoo.exceptions import ValidationError

#: What a notice of the level claims beside the debts depends on these.
CLAIM_FIELDS = {"claim_interest", "claim_compensation", "fee_amount", "fee_name"}


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
        "claim_interest", "claim_compensation", "fee_amount", "basis", "delay_days"
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
        return self.claim_interest or self.claim_compensation or self.fee_amount > 0
