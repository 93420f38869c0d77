from odoo import api, fields, models
from odoo.fields import Command


class ServiceEstimateCompare(models.TransientModel):
    """Two revisions of an estimate side by side."""

    _name = "service.estimate.compare"
    _description = "Compare Revisions"

    estimate_id = fields.Many2one(
        comodel_name="service.estimate", required=True, readonly=True
    )
    choice_ids = fields.Many2many(
        comodel_name="service.estimate", compute="_compute_choice_ids"
    )
    other_id = fields.Many2one(
        comodel_name="service.estimate",
        string="Compared with",
        domain="[('id', 'in', choice_ids)]",
    )
    currency_id = fields.Many2one(related="estimate_id.currency_id")
    other_currency_id = fields.Many2one(related="other_id.currency_id")
    line_ids = fields.One2many(
        comodel_name="service.estimate.compare.line",
        inverse_name="wizard_id",
        compute="_compute_line_ids",
        store=True,
    )
    amount_before = fields.Monetary(
        string="Total Before",
        related="other_id.amount_total",
        currency_field="other_currency_id",
    )
    amount_after = fields.Monetary(
        string="Total After", related="estimate_id.amount_total"
    )
    difference = fields.Monetary(compute="_compute_difference")
    deadline_before = fields.Date(related="other_id.date_deadline")
    deadline_after = fields.Date(related="estimate_id.date_deadline")

    @api.depends("estimate_id")
    def _compute_choice_ids(self):
        for wizard in self:
            wizard.choice_ids = wizard.estimate_id._get_previous()

    @api.depends("estimate_id", "other_id")
    def _compute_line_ids(self):
        for wizard in self:
            pairs = wizard.estimate_id._match_stages(wizard.other_id)
            wizard.line_ids = [Command.clear()] + [
                Command.create({"before_id": before.id, "after_id": after.id})
                for before, after in pairs
            ]

    @api.depends("amount_before", "amount_after")
    def _compute_difference(self):
        for wizard in self:
            wizard.difference = wizard.amount_after - wizard.amount_before


class ServiceEstimateCompareLine(models.TransientModel):
    """One stage in both revisions, or in one of them."""

    _name = "service.estimate.compare.line"
    _description = "Compare Revisions: Stage"

    wizard_id = fields.Many2one(
        comodel_name="service.estimate.compare", required=True, ondelete="cascade"
    )
    before_id = fields.Many2one(comodel_name="service.estimate.stage")
    after_id = fields.Many2one(comodel_name="service.estimate.stage")
    currency_id = fields.Many2one(related="wizard_id.currency_id")
    price_before = fields.Monetary(
        string="Price Before", related="before_id.price_subtotal"
    )
    price_after = fields.Monetary(
        string="Price After", related="after_id.price_subtotal"
    )
    difference = fields.Monetary(compute="_compute_difference")

    @api.depends("before_id", "after_id")
    def _compute_difference(self):
        for line in self:
            line.difference = line.price_after - line.price_before
