import logging

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL, plaintext2html
from odoo.tools.mail import email_normalize_all

from ..const import FINAL_STATES, LIVE_STATES

_logger = logging.getLogger(__name__)

#: What may be written on a notice that is evidence when it comes back.
BOUNCE_FIELDS = {"state", "reason", "bounced_at", "claim_token"}


class DunningNoticeBounce(models.AbstractModel):
    """The part of ``dunning.notice`` that comes back after it was sent."""

    _name = "dunning.notice.bounce"
    _description = "Reminder Notice: Bounces"

    bounced_at = fields.Datetime(
        string="Came Back",
        readonly=True,
        copy=False,
        help="When the mail server of the customer said that it cannot be delivered.",
    )
    bounced_email = fields.Char(
        string="Addresses That Came Back", readonly=True, copy=False
    )

    # === EVIDENCE === #

    def _is_evidence(self):
        """Return whether what the notice says must not change any more.

        :rtype: bool
        """
        self.ensure_one()
        return self.state in FINAL_STATES or bool(self.bounced_at)

    def _is_late_outcome(self, vals):
        """Return whether ``vals`` only tell the end of notices that are evidence.

        A mail that was sent may come back, and one that came back may be given up.
        Text, recipients and the moment of sending stay.

        :rtype: bool
        """
        steps = {(notice.state, vals.get("state")) for notice in self}
        return set(vals) <= BOUNCE_FIELDS and steps <= {
            ("sent", "failed"),
            ("failed", "skipped"),
        }

    def _check_not_bounced(self):
        """Refuse to send the very same mail again.

        :raise UserError: when one of the notices came back
        """
        if any(notice.bounced_at for notice in self):
            raise UserError(
                self.env._(
                    "It was sent and came back: correct the address of the customer "
                    "and give this notice up. The next run reminds again."
                )
            )

    # === RECEIVE === #

    @api.model
    def _receive_bounces(self, message_ids, bounces):
        """Take note of mails that came back; whatever does not fit changes nothing.

        :param list message_ids: the Message-Ids that the bounce refers to
        :param list bounces: see ``tools.bounce.read_bounces``
        """
        if not message_ids or not bounces:
            return
        notices = self.search(
            [("message_id", "in", message_ids), ("channel", "=", "email")]
        )
        for notice in notices:
            notice._receive_bounce(bounces)

    def _receive_bounce(self, bounces):
        """Take note that the notice came back for some of its recipients.

        It failed when nobody is left who got it; who got a copy does not count.

        :param list bounces: see ``tools.bounce.read_bounces``
        """
        self.ensure_one()
        recipients = set(email_normalize_all(self.email_to or ""))
        known = set(email_normalize_all(self.bounced_email or ""))
        copies = set(email_normalize_all(self.email_cc or ""))
        new = [b for b in bounces if b.address in (recipients | copies) - known]
        if not new or self.state not in ("sent", "in_doubt"):
            _logger.info("Bounce of notice %s: nothing to do", self.id)
            return
        returned = known | {bounce.address for bounce in new}
        self.bounced_email = ", ".join(sorted(returned))
        reason = self._get_bounce_text(new)
        if returned >= recipients:
            self._set_bounced(reason)
        else:
            self._notify_partial_bounce(reason)

    def _get_bounce_text(self, bounces):
        """Return in words who could not be reached and why."""
        return "; ".join(
            self.env._(
                "The e-mail to %(address)s came back: %(reason)s",
                address=bounce.address,
                reason=bounce.reason,
            )
            for bounce in bounces
        )

    def _notify_partial_bounce(self, reason):
        """Tell a person that some of several addresses are wrong."""
        self.ensure_one()
        self.case_id.with_context(mail_notify_force_send=False).activity_schedule(
            "mail.mail_activity_data_warning",
            user_id=self._get_person().id,
            summary=self.env._("E-mail address to correct"),
            dunning_matter="address",
            note=plaintext2html(reason),
        )

    # === STATES === #

    def _set_bounced(self, reason):
        """Record that a sent notice came back: it does not count as said.

        Its items are where they were without it, and another channel or a person takes
        over. What was sent stays as evidence.

        :param str reason: for the person who has to mend it
        """
        self.ensure_one()
        self.write(
            {
                "state": "failed",
                "reason": reason,
                "bounced_at": fields.Datetime.now(),
                "claim_token": False,
            }
        )
        self._climb_down()
        if self._has_later_notice():
            self._notify_person()  # two notices at a time would confuse the customer
        else:
            self._fall_back()
        self.case_id._refresh_next_step()

    def _has_later_notice(self):
        """Return whether another run is about to speak to the customer."""
        self.ensure_one()
        domain = [
            ("case_id", "=", self.case_id.id),
            ("run_id", "!=", self.run_id.id),
            ("state", "in", LIVE_STATES),
        ]
        return bool(self.search_count(domain, limit=1))

    # === OUTCOME === #

    def _climb_down(self):
        """Put the items back to where the notices that did arrive have brought them.

        The opposite of ``_climb``. A letter of the same run that was sent counts.
        """
        self.env.flush_all()
        self.env.cr.execute(
            SQL(
                """
                UPDATE dunning_case_line item
                   SET level_id = CASE WHEN item.level_id = line.level_id
                           THEN arrived.level_id ELSE item.level_id END,
                       last_notice_date = arrived.date,
                       pay_by_date = arrived.pay_by_date
                  FROM dunning_notice_line line
                  JOIN LATERAL (%(arrived)s) arrived ON TRUE
                 WHERE line.notice_id IN %(notices)s
                   AND line.is_climbing
                   AND line.left_out_reason IS NULL
                   AND item.move_line_id = line.move_line_id
                """,
                arrived=self._get_arrived_sql(),
                notices=tuple(self.ids),
            )
        )
        self.env.cr.execute(
            SQL(
                """
                UPDATE dunning_case
                   SET last_notice_date = (
                       SELECT MAX(notice.date)
                         FROM dunning_notice notice
                        WHERE notice.case_id = dunning_case.id
                          AND notice.state = 'sent')
                 WHERE id IN %s
                """,
                tuple(self.case_id.ids),
            )
        )
        self.env["dunning.case.line"].invalidate_model()
        self.env["dunning.case"].invalidate_model(["last_notice_date", "level_id"])

    def _get_arrived_sql(self):
        """Return the subquery of what the sent notices have made of ``line``'s item."""
        return SQL(
            """
            SELECT (ARRAY_AGG(said.level_id
                        ORDER BY notice.date DESC, notice.sent_at DESC, notice.id DESC)
                        )[1] AS level_id,
                   MAX(notice.date) AS date, MAX(notice.pay_by_date) AS pay_by_date
              FROM dunning_notice_line said
              JOIN dunning_notice notice ON notice.id = said.notice_id
             WHERE said.move_line_id = line.move_line_id
               AND said.is_climbing
               AND said.left_out_reason IS NULL
               AND notice.state = 'sent'
            """
        )
