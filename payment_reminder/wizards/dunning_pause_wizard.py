from odoo import fields, models


class DunningPauseWizard(models.TransientModel):
    """Asks until when and why reminders of some customers or invoices rest."""

    _name = "dunning.pause.wizard"
    _description = "Pause Reminders"

    date_until = fields.Date(string="Until", required=True)
    reason = fields.Char(required=True)

    def action_pause(self):
        """Pause the reminders of the records that the wizard was opened for."""
        self.ensure_one()
        context = self.env.context
        if context.get("active_model") not in ("res.partner", "account.move"):
            return False
        records = self.env[context["active_model"]].browse(context.get("active_ids"))
        records.check_access("read")
        records._dunning_pause(self.date_until, self.reason)
        return {"type": "ir.actions.act_window_close"}
