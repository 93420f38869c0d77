from odoo import api, fields, models
from odoo.fields import Command


class ContactAllow(models.TransientModel):
    """Asks a manager why customers are contacted although their rule forbids it."""

    _name = "contact.allow"
    _description = "Contact Outside the Rule"

    notice_ids = fields.Many2many(
        comodel_name="dunning.notice",
        string="Notices",
        required=True,
        default=lambda self: self._default_notice_ids(),
    )
    notice_count = fields.Integer(compute="_compute_rule_text")
    rule_text = fields.Text(string="What the Rule Says", compute="_compute_rule_text")
    reason = fields.Char(string="Why All the Same", required=True)

    # === DEFAULT METHODS === #

    @api.model
    def _default_notice_ids(self):
        if self.env.context.get("active_model") != "dunning.notice":
            return []
        return [Command.set(self.env.context.get("active_ids", []))]

    # === COMPUTE METHODS === #

    @api.depends("notice_ids")
    def _compute_rule_text(self):
        for wizard in self:
            reasons = wizard.notice_ids.mapped("contact_reason")
            wizard.rule_text = "\n".join(dict.fromkeys(filter(None, reasons)))
            wizard.notice_count = len(wizard.notice_ids)

    # === ACTION METHODS === #

    def action_allow(self):
        """Let the notices go out, or be called about, for the reason given."""
        self.ensure_one()
        self.notice_ids._allow_contact(self.reason)
        return {"type": "ir.actions.act_window_close"}
