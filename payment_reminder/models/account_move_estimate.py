from odoo import fields, models


class AccountMove(models.Model):
    """The estimate that an invoice comes from."""

    _inherit = "account.move"

    estimate_id = fields.Many2one(
        comodel_name="service.estimate",
        index="btree_not_null",
        copy=False,
        readonly=True,
        check_company=True,
    )


class AccountMoveLine(models.Model):
    """The stage of an estimate that an invoice line is about."""

    _inherit = "account.move.line"

    estimate_stage_id = fields.Many2one(
        comodel_name="service.estimate.stage",
        index="btree_not_null",
        copy=False,
        readonly=True,
        ondelete="restrict",
    )
