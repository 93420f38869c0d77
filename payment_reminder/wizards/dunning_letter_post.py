from odoo import fields, models


class DunningLetterPost(models.TransientModel):
    """Says on which day letters were posted."""

    _name = "dunning.letter.post"
    _description = "Letters Were Posted"

    notice_ids = fields.Many2many(
        comodel_name="dunning.notice", string="Letters", required=True
    )
    date = fields.Date(
        string="Posted on",
        required=True,
        default=lambda self: self.env.company._get_dunning_today(),
    )

    def action_post(self):
        """Record the day on the letters."""
        self.ensure_one()
        letters = self.notice_ids._check_letters()
        letters._set_posted(self.date)
        return {"type": "ir.actions.act_window_close"}
