from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.fields import Command


class DunningLeaveOut(models.TransientModel):
    """Asks why notices are left out, and whether their customers stay out."""

    _name = "dunning.leave.out"
    _description = "Leave Out of a Reminder Run"

    notice_ids = fields.Many2many(
        comodel_name="dunning.notice",
        string="Notices",
        required=True,
        default=lambda self: self._default_notice_ids(),
    )
    notice_count = fields.Integer(compute="_compute_counts")
    sibling_ids = fields.Many2many(
        comodel_name="dunning.notice", compute="_compute_counts"
    )
    reason = fields.Selection(
        selection=[
            ("paid", "The customer says it is paid"),
            ("agreed", "We have agreed on something else"),
            ("clarify", "Something has to be clarified first"),
            ("contact", "The wrong person or address"),
            ("other", "Another reason"),
        ],
        required=True,
    )
    note = fields.Char(string="In Words")
    rest_days = fields.Integer(compute="_compute_counts")
    with_siblings = fields.Boolean(
        string="Also their letters or e-mails",
        default=True,
        help="Leave out what the same customers would get through another channel.",
    )
    is_excluded = fields.Boolean(
        string="No reminders from now on",
        help="The customers get no reminders of this company until somebody takes "
        "away the tick 'No Reminders' on the customer.",
    )

    # === DEFAULT METHODS === #

    @api.model
    def _default_notice_ids(self):
        if self.env.context.get("active_model") != "dunning.notice":
            return []
        return [Command.set(self.env.context.get("active_ids", []))]

    # === COMPUTE METHODS === #

    @api.depends("notice_ids")
    def _compute_counts(self):
        for wizard in self:
            notices = wizard.notice_ids
            wizard.notice_count = len(notices)
            wizard.rest_days = notices.company_id[:1].sudo().dunning_page_paid_days
            wizard.sibling_ids = notices._get_proposed_siblings() - notices

    # === CONSTRAINT METHODS === #

    @api.constrains("reason", "note")
    def _check_note(self):
        for wizard in self:
            if wizard.reason == "other" and not (wizard.note or "").strip():
                raise ValidationError(self.env._("Please say why, in a few words."))

    # === ACTION METHODS === #

    def action_leave_out(self):
        """Leave the notices out, for the reason given."""
        self.ensure_one()
        notices = self.notice_ids
        if self.with_siblings:
            notices |= self.sibling_ids
        text = self._get_reason_text()
        notices._leave_out(text, exclude=self.is_excluded)
        if self.reason == "paid":
            notices._rest_said(text)
        return {"type": "ir.actions.act_window_close"}

    def _get_reason_text(self):
        """Return the reason in words: the choice, and what was added to it.

        :rtype: str
        """
        self.ensure_one()
        labels = dict(self._fields["reason"]._description_selection(self.env))
        note = (self.note or "").strip()
        if self.reason == "other":
            return note
        return ": ".join(filter(None, (labels[self.reason], note)))
