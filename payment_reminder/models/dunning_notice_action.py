from odoo import models
from odoo.exceptions import UserError


class DunningNoticeAction(models.AbstractModel):
    """What a person does with a notice: look, and decide about what went wrong."""

    _name = "dunning.notice.action"
    _description = "Reminder Notice: Actions"

    # === ACTION METHODS === #

    def action_preview(self):
        """Open what the customer would read, or did read, in the browser."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_url",
            "url": f"/payment_reminder/notice/{self.id}/preview",
            "target": "new",
        }

    def action_download_letter(self):
        """Download the stored letter."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_url",
            "url": f"/web/content/{self.pdf_attachment_id.id}?download=1",
            "target": "self",
        }

    def action_open_case(self):
        """Open the customer's case."""
        return self.case_id._get_records_action()

    def action_open_run(self):
        """Open the run that the notice belongs to."""
        return self.run_id._get_records_action()

    def action_retry(self):
        """Queue failed notices again."""
        notices = self._check_action("failed", self.env._("sent again"))
        notices._check_not_bounced()
        if notices.fallback_notice_id:
            raise UserError(
                self.env._("Another notice has taken over: it was sent another way.")
            )
        notices._set_queued()
        notices._trigger_sending()

    def action_give_up(self):
        """Accept that failed notices will not be delivered."""
        notices = self._check_action("failed", self.env._("given up"))
        notices._set_skipped(self.env._("Given up by %s.", self.env.user.name))
        notices.case_id._refresh_next_step()

    def action_confirm_sent(self):
        """Record that a doubtful notice did reach the customer."""
        for notice in self._check_action("in_doubt", self.env._("confirmed")):
            notice._set_sent(notice.date)
            notice.case_id._refresh_next_step()

    def action_send_again(self):
        """Send a doubtful notice once more, as a person has decided."""
        notices = self._check_action("in_doubt", self.env._("sent again"))
        notices._set_queued()
        notices._trigger_sending()

    def _check_action(self, state, doing):
        """Return the notices with the right to change them, or say why not.

        Nobody has the right to write notices: they are evidence. What a person may do
        with them are the actions above.

        :param str state: the state that all notices must be in
        :param str doing: what is about to be done, for the message
        :raise AccessError: when the user may only look
        :raise UserError: when a notice is in another state
        """
        self.check_access("read")
        self.run_id.check_access("write")
        states = dict(self._fields["state"]._description_selection(self.env))
        for notice in self:
            if notice.state != state:
                raise UserError(
                    self.env._(
                        "'%(notice)s' cannot be %(doing)s: it is '%(state)s'.",
                        notice=notice.display_name,
                        doing=doing,
                        state=states[notice.state],
                    )
                )
        return self.sudo()
