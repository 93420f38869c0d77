import logging

import psycopg2.errors

from odoo import api, models
from odoo.tools.mail import unfold_references

from ..tools.bounce import read_bounces

_logger = logging.getLogger(__name__)


class MailThread(models.AbstractModel):
    """Bounces of reminders: they are not sent through ``mail.mail``."""

    _inherit = "mail.thread"

    @api.model
    def _routing_handle_bounce(self, email_message, message_dict):
        result = super()._routing_handle_bounce(email_message, message_dict)
        self._handle_dunning_bounce(email_message, message_dict)
        return result

    def _handle_dunning_bounce(self, email_message, message_dict):
        """Let the notices know that came back; no failure stops the mail gateway."""
        try:
            with self.env.cr.savepoint():
                self.env["dunning.notice"].sudo()._receive_bounces(
                    self._get_dunning_message_ids(message_dict),
                    read_bounces(email_message),
                )
                self.env.flush_all()
        except psycopg2.errors.SerializationFailure:
            raise
        except Exception:
            _logger.exception("Bounce %s", message_dict.get("message_id"))
            self.env.invalidate_all(flush=False)

    def _get_dunning_message_ids(self, message_dict):
        """Return the ids of the mails that a bounce is about.

        Those of the enclosed original, else those that the bounce answers.

        :rtype: list[str]
        """
        names = ("in_reply_to", "references")
        answered = " ".join(message_dict.get(name) or "" for name in names)
        found = message_dict.get("bounced_msg_ids") or unfold_references(answered)
        return [message_id.strip() for message_id in found]
