from odoo import api, fields, models
from odoo.fields import Command


class ServiceEstimateWhatIf(models.TransientModel):
    """Asks what an estimate would come to with another deadline or other ratings."""

    _name = "service.estimate.what.if"
    _description = "What If"

    estimate_id = fields.Many2one(
        comodel_name="service.estimate", required=True, readonly=True
    )
    currency_id = fields.Many2one(related="estimate_id.currency_id")
    state = fields.Selection(related="estimate_id.state")
    date_deadline = fields.Date(string="Offered Deadline")
    rating_line_ids = fields.One2many(
        comodel_name="service.estimate.what.if.rating", inverse_name="wizard_id"
    )
    stage_line_ids = fields.One2many(
        comodel_name="service.estimate.what.if.stage", inverse_name="wizard_id"
    )
    amount_before = fields.Monetary(
        string="Total Now", related="estimate_id.amount_total"
    )
    amount_total = fields.Monetary(string="Total", compute="_compute_amounts")
    difference = fields.Monetary(compute="_compute_amounts")
    problem = fields.Char(compute="_compute_amounts")

    @api.depends("estimate_id", "date_deadline", "rating_line_ids.rating_id")
    def _compute_amounts(self):
        for wizard in self:
            result = wizard._ask()
            wizard.amount_total = result["amount_total"]
            wizard.difference = result["amount_total"] - wizard.amount_before
            wizard.problem = result["problem"]

    @api.model
    def _open_for(self, estimate):
        """Return a wizard with the present deadline, factors and stages of an estimate.

        :rtype: service.estimate.what.if
        """
        factors = self.env["estimate.factor"]._get_for_company(estimate.company_id)
        by_hand = factors.filtered(lambda factor: factor.method == "manual")
        return self.create(
            {
                "estimate_id": estimate.id,
                "date_deadline": estimate.date_deadline,
                "rating_line_ids": [
                    Command.create({"factor_id": factor.id}) for factor in by_hand
                ],
                "stage_line_ids": [
                    Command.create({"stage_id": stage.id})
                    for stage in estimate._get_priced_stages()
                ],
            }
        )

    def _ask(self):
        """Return what the estimate would come to; see ``_what_if`` of estimates."""
        self.ensure_one()
        estimate = self.estimate_id
        deadline = self.date_deadline
        if deadline == estimate.date_deadline:
            deadline = None
        return estimate._what_if(deadline, self._get_ratings())

    def _get_ratings(self):
        return {
            line.factor_id: line.rating_id
            for line in self.rating_line_ids
            if line.rating_id
        }

    def action_apply(self):
        """Write the deadline and the ratings to the draft."""
        self.ensure_one()
        estimate = self.estimate_id
        estimate._check_draft()
        if self.date_deadline != estimate.date_deadline:
            estimate.date_deadline = self.date_deadline
        for stage in estimate._get_priced_stages():
            for factor, rating in self._get_ratings().items():
                stage.rating_ids = stage.rating_ids - factor.rating_ids + rating
        return {"type": "ir.actions.act_window_close"}


class ServiceEstimateWhatIfRating(models.TransientModel):
    """The rating of one factor that is tried on all stages."""

    _name = "service.estimate.what.if.rating"
    _description = "What If: Rating"

    wizard_id = fields.Many2one(
        comodel_name="service.estimate.what.if", required=True, ondelete="cascade"
    )
    factor_id = fields.Many2one(
        comodel_name="estimate.factor", required=True, readonly=True
    )
    rating_id = fields.Many2one(
        comodel_name="estimate.factor.rating", domain="[('factor_id', '=', factor_id)]"
    )


class ServiceEstimateWhatIfStage(models.TransientModel):
    """What one stage would cost."""

    _name = "service.estimate.what.if.stage"
    _description = "What If: Stage"

    wizard_id = fields.Many2one(
        comodel_name="service.estimate.what.if", required=True, ondelete="cascade"
    )
    stage_id = fields.Many2one(
        comodel_name="service.estimate.stage", required=True, readonly=True
    )
    currency_id = fields.Many2one(related="stage_id.currency_id")
    price_before = fields.Monetary(string="Now", related="stage_id.price_subtotal")
    price = fields.Monetary(compute="_compute_price")
    explanation = fields.Char(compute="_compute_price")

    @api.depends("wizard_id.date_deadline", "wizard_id.rating_line_ids.rating_id")
    def _compute_price(self):
        for wizard, lines in self.grouped("wizard_id").items():
            result = wizard._ask()
            for line in lines:
                line.price = result["stages"][line.stage_id]
                line.explanation = line.stage_id._explain(
                    result["values"][line.stage_id]
                )
