from odoo import api, fields, models


class ServiceEstimateInvoice(models.TransientModel):
    """Asks which part of an accepted estimate to invoice."""

    _name = "service.estimate.invoice"
    _description = "Invoice an Estimate"

    estimate_id = fields.Many2one(
        comodel_name="service.estimate", required=True, ondelete="cascade"
    )
    currency_id = fields.Many2one(related="estimate_id.currency_id")
    amount_total = fields.Monetary(related="estimate_id.amount_total")
    amount_invoiced = fields.Monetary(related="estimate_id.amount_invoiced")
    mode = fields.Selection(
        selection=[
            ("whole", "The whole estimate"),
            ("advance", "An advance"),
            ("stages", "Finished stages"),
            ("final", "Everything left, minus advances"),
        ],
        required=True,
        compute="_compute_mode",
        store=True,
        readonly=False,
        precompute=True,
    )
    percent = fields.Float(
        string="Advance (%)",
        compute="_compute_percent",
        store=True,
        readonly=False,
        digits=(6, 2),
    )
    amount = fields.Monetary(
        string="Advance with Taxes",
        compute="_compute_amount",
        store=True,
        readonly=False,
    )
    finished_ids = fields.Many2many(
        comodel_name="service.estimate.stage", compute="_compute_finished_ids"
    )
    stage_ids = fields.Many2many(
        comodel_name="service.estimate.stage",
        string="Stages",
        compute="_compute_stage_ids",
        store=True,
        readonly=False,
        domain="[('id', 'in', finished_ids)]",
    )

    @api.depends("estimate_id")
    def _compute_mode(self):
        for wizard in self:
            estimate = wizard.estimate_id
            begin = "advance" if estimate.advance_percent else "whole"
            wizard.mode = "final" if estimate.invoice_count else begin

    @api.depends("estimate_id")
    def _compute_percent(self):
        for wizard in self:
            wizard.percent = wizard.estimate_id.advance_percent

    @api.depends("percent")
    def _compute_amount(self):
        for wizard in self:
            amount = wizard.amount_total * wizard.percent / 100
            wizard.amount = wizard.currency_id.round(amount)

    @api.depends("estimate_id")
    def _compute_finished_ids(self):
        for wizard in self:
            left = wizard.estimate_id._get_stages_to_invoice()
            wizard.finished_ids = left.filtered("is_done")

    @api.depends("estimate_id")
    def _compute_stage_ids(self):
        for wizard in self:
            wizard.stage_ids = wizard.finished_ids

    def action_create(self):
        """Create the draft invoice and open it."""
        self.ensure_one()
        invoice = self.estimate_id._create_invoice(
            self.mode, stages=self.stage_ids, amount=self.amount
        )
        return invoice._get_records_action()
