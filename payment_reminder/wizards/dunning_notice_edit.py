from odoo import api, fields, models
from odoo.exceptions import UserError

from ..tools.delivery import DeliveryError


class DunningNoticeEdit(models.TransientModel):
    """Edits the words of one notice; its amounts stay computed."""

    _name = "dunning.notice.edit"
    _description = "Edit the Text of a Reminder"

    notice_id = fields.Many2one(comodel_name="dunning.notice", required=True)
    partner_id = fields.Many2one(related="notice_id.partner_id")
    channel = fields.Char(related="notice_id.channel")
    lang_name = fields.Char(related="notice_id.lang_name")
    has_own_text = fields.Boolean(related="notice_id.has_own_text")
    subject = fields.Char(required=True)
    body = fields.Html(string="Text Above the Amounts")
    closing = fields.Html(string="Text Below the Amounts")

    @api.model
    def default_get(self, fields_list):
        values = super().default_get(fields_list)
        active = self.env.context.get("active_ids") or [False]
        notice = self.env["dunning.notice"].browse(active[0])
        if self.env.context.get("active_model") == "dunning.notice" and notice:
            notice._check_action("proposed", self.env._("edited"))
            try:
                values |= {"notice_id": notice.id, **notice._get_own_text()}
            except DeliveryError as error:
                raise UserError(str(error)) from error
        return values

    # === ACTION METHODS === #

    def action_save(self):
        """Use this text for the notice."""
        self.ensure_one()
        notice = self.notice_id._check_action("proposed", self.env._("edited"))
        notice._set_own_text(
            {"subject": self.subject, "body": self.body, "closing": self.closing}
        )
        return {"type": "ir.actions.act_window_close"}

    def action_reset(self):
        """Use the level's text again."""
        self.ensure_one()
        self.notice_id.action_reset_text()
        return {"type": "ir.actions.act_window_close"}
