from odoo import fields, models


class ResConfigSettings(models.TransientModel):
    """The company's choices about reminders, in the Invoicing settings."""

    _inherit = "res.config.settings"

    dunning_procedure_id = fields.Many2one(
        related="company_id.dunning_procedure_id",
        readonly=False,
        domain="[('company_id', '=', company_id)]",
    )
    dunning_is_unattended = fields.Boolean(
        related="company_id.dunning_is_unattended", readonly=False
    )
    dunning_send_hour = fields.Integer(
        related="company_id.dunning_send_hour", readonly=False
    )
    dunning_digest_user_ids = fields.Many2many(
        related="company_id.dunning_digest_user_ids",
        readonly=False,
        domain="[('share', '=', False), ('company_ids', 'in', company_id)]",
    )
    dunning_user_id = fields.Many2one(
        related="company_id.dunning_user_id",
        readonly=False,
        domain="[('share', '=', False), ('company_ids', 'in', company_id)]",
    )
    dunning_call_tries = fields.Integer(
        related="company_id.dunning_call_tries", readonly=False
    )
    dunning_call_wait_days = fields.Integer(
        related="company_id.dunning_call_wait_days", readonly=False
    )
    dunning_promise_grace_days = fields.Integer(
        related="company_id.dunning_promise_grace_days", readonly=False
    )
    dunning_pending_days = fields.Integer(
        related="company_id.dunning_pending_days", readonly=False
    )
    dunning_rest_days = fields.Integer(
        related="company_id.dunning_rest_days", readonly=False
    )
    dunning_page_promise_days = fields.Integer(
        related="company_id.dunning_page_promise_days", readonly=False
    )
    dunning_page_paid_days = fields.Integer(
        related="company_id.dunning_page_paid_days", readonly=False
    )
    dunning_exclusion_days = fields.Integer(
        related="company_id.dunning_exclusion_days", readonly=False
    )
    dunning_tolerance_amount = fields.Monetary(
        related="dunning_procedure_id.tolerance_amount",
        currency_field="dunning_currency_id",
        readonly=False,
    )
    dunning_link_days = fields.Integer(
        related="company_id.dunning_link_days", readonly=False
    )
    dunning_invoice_qr = fields.Boolean(
        related="company_id.dunning_invoice_qr", readonly=False
    )
    estimate_validity_days = fields.Integer(
        related="company_id.estimate_validity_days", readonly=False
    )
    estimate_warning_days = fields.Integer(
        related="company_id.estimate_warning_days", readonly=False
    )
    installment_grace_days = fields.Integer(
        related="company_id.installment_grace_days", readonly=False
    )
    installment_max_missed = fields.Integer(
        related="company_id.installment_max_missed", readonly=False
    )
    installment_validity_days = fields.Integer(
        related="company_id.installment_validity_days", readonly=False
    )
    installment_default_days = fields.Integer(
        related="company_id.installment_default_days", readonly=False
    )
    installment_request_is_offered = fields.Boolean(
        related="company_id.installment_request_is_offered", readonly=False
    )
    installment_request_max_count = fields.Integer(
        related="company_id.installment_request_max_count", readonly=False
    )
    installment_request_max_days = fields.Integer(
        related="company_id.installment_request_max_days", readonly=False
    )
    installment_request_is_instant = fields.Boolean(
        related="company_id.installment_request_is_instant", readonly=False
    )
    installment_request_instant_amount = fields.Monetary(
        related="company_id.installment_request_instant_amount",
        currency_field="dunning_currency_id",
        readonly=False,
    )
    installment_request_instant_count = fields.Integer(
        related="company_id.installment_request_instant_count", readonly=False
    )
    installment_approval_months = fields.Integer(
        related="company_id.installment_approval_months", readonly=False
    )
    installment_approval_amount = fields.Monetary(
        related="company_id.installment_approval_amount",
        currency_field="dunning_currency_id",
        readonly=False,
    )
    dunning_interest_product_id = fields.Many2one(
        related="company_id.dunning_interest_product_id", readonly=False
    )
    dunning_compensation_product_id = fields.Many2one(
        related="company_id.dunning_compensation_product_id", readonly=False
    )
    dunning_fee_product_id = fields.Many2one(
        related="company_id.dunning_fee_product_id", readonly=False
    )
    dunning_high_amount = fields.Monetary(
        related="company_id.dunning_high_amount",
        currency_field="dunning_currency_id",
        readonly=False,
    )
    dunning_page_min_part = fields.Monetary(
        related="company_id.dunning_page_min_part",
        currency_field="dunning_currency_id",
        readonly=False,
    )
    dunning_currency_id = fields.Many2one(
        related="company_id.currency_id", string="Company Currency for Reminders"
    )
    dunning_tz = fields.Char(compute="_compute_dunning_tz")
    dunning_watchdog = fields.Char(compute="_compute_dunning_watchdog")

    def _compute_dunning_tz(self):
        for settings in self:
            settings.dunning_tz = settings.company_id._get_dunning_tz() or "UTC"

    def _compute_dunning_watchdog(self):
        for settings in self:
            settings.dunning_watchdog = settings.company_id._get_dunning_watchdog()
