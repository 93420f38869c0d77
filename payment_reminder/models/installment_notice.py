from odoo import api, fields, models


class InstallmentNotice(models.Model):
    """What was written to a customer about a plan: once, and when.

    The row and the mail are made in one transaction, and a unique index lets a reminder
    of an instalment happen once only.
    """

    _name = "installment.notice"
    _inherit = "dunning.protected"
    _description = "Notice of an Instalment Plan"
    _order = "date DESC, id DESC"
    _check_company_auto = True
    _protected_fields = frozenset(
        {"plan_id", "line_id", "reminder_id", "kind", "date", "amount_open", "problem"}
    )

    plan_id = fields.Many2one(
        comodel_name="installment.plan", required=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one(  # stored: record rules filter on it
        related="plan_id.company_id", store=True, index=True
    )
    currency_id = fields.Many2one(related="plan_id.currency_id")
    line_id = fields.Many2one(
        comodel_name="installment.plan.line",
        string="Instalment",
        index="btree_not_null",
        readonly=True,
        ondelete="cascade",
    )
    reminder_id = fields.Many2one(
        comodel_name="installment.reminder", readonly=True, ondelete="restrict"
    )
    kind = fields.Selection(
        selection=[
            ("reminder", "Reminder"),
            ("proposal", "Proposal"),
            ("default", "End of the plan"),
        ],
        required=True,
        readonly=True,
    )
    date = fields.Date(required=True, readonly=True)
    amount_open = fields.Monetary(
        string="Open", readonly=True, help="What was open when it was written."
    )
    message_id = fields.Many2one(
        comodel_name="mail.message", readonly=True, ondelete="set null"
    )
    problem = fields.Char(readonly=True, help="Why it could not be sent.")

    _reminder_once = models.UniqueIndex(
        "(line_id, reminder_id) WHERE (line_id IS NOT NULL)",
        "An instalment gets each reminder once.",
    )

    @api.model_create_multi
    def create(self, vals_list):
        self._check_created(vals_list)
        return super().create(vals_list)
