import logging

import psycopg2.errors

from odoo import api, fields, models
from odoo.exceptions import LockError, UserError

from ..const import HANDOVER_AT_ONCE

_logger = logging.getLogger(__name__)

#: So many are looked at for one that no other worker is at.
LOOK_AHEAD = 50


class DunningHandover(models.Model):
    """Hand-overs that wait for a scheduled action: a file takes seconds to be made.

    More than a few at once would take longer than a request may. They are prepared and
    wait; each is handed over in a transaction of its own, locked meanwhile, so that
    workers share the work and none is handed over twice. One that fails stays prepared
    and says why.
    """

    # one concept, one file
    _inherit = "dunning.handover"  # pylint: disable=consider-merging-classes-inherited

    waiting_step = fields.Selection(
        selection=[("send", "To be sent"), ("keep", "To be handed over")],
        string="In the Background",
        readonly=True,
        copy=False,
        index="btree_not_null",
        help="It waits for a scheduled action, which makes the file and hands it over.",
    )
    waiting_since = fields.Datetime(readonly=True, copy=False)
    waiting_problem = fields.Char(
        string="Why It Was Not Handed Over",
        readonly=True,
        copy=False,
        groups="payment_reminder.group_dunning_readonly",
    )

    # === ACTION METHODS === #

    def action_stop_waiting(self):
        """Leave what waits as it is: prepared, to be looked at or discarded."""
        self.check_access("write")
        waiting = self.filtered("waiting_step")
        if not waiting:
            raise UserError(self.env._("Nothing of this waits to be handed over."))
        waiting._lock_for_handing()
        waiting._set_not_waiting()

    # === WAITING === #

    def _hand_over_soon(self, step):
        """Hand a few over at once, let many wait.

        :param str step: send or keep, see ``dunning.case._hand_over``
        :return: what was left out or changed meanwhile, in words
        :rtype: list[str]
        """
        if len(self) <= HANDOVER_AT_ONCE:
            return self._hand_over(is_sent=step == "send")
        self._set_waiting(step)
        return []

    def _set_waiting(self, step):
        """Let prepared hand-overs wait, and wake who works on them."""
        for handover in self:
            handover._check_in(("prepared",))
        self.sudo().write(
            {
                "waiting_step": step,
                "waiting_since": fields.Datetime.now(),
                "waiting_problem": False,
            }
        )
        self._after_change()
        self.env.ref("payment_reminder.ir_cron_dunning_handover").sudo()._trigger()

    def _set_not_waiting(self, problem=False):
        """Let hand-overs be prepared ones that do not wait.

        :param str problem: why they could not be handed over
        """
        self.sudo().write({**self._prepare_not_waiting(), "waiting_problem": problem})
        self._after_change()

    def _prepare_not_waiting(self):
        """Return the values of a hand-over that does not wait."""
        return {"waiting_step": False, "waiting_since": False, "waiting_problem": False}

    def _get_waiting_action(self, texts):
        """Return what says that hand-overs wait, and opens them.

        :param list texts: what was left out
        """
        values = {"count": len(self.filtered("waiting_step"))}
        if "send" in self.mapped("waiting_step"):
            text = self.env._(
                "%(count)s hand-overs are prepared; their files are made and sent in "
                "the background.",
                **values,
            )
        else:
            text = self.env._(
                "%(count)s hand-overs are prepared; their files are made in the "
                "background, then download and bring them.",
                **values,
            )
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "title": self.env._("Prepared"),
                "message": "\n".join([text, *texts]),
                "type": "warning" if texts else "info",
                "sticky": bool(texts),
                "next": self._get_records_action(name=self.env._("Hand-overs")),
            },
        }

    # === LOCKING === #

    def _claim_waiting(self):
        """Return the first hand-over that nobody else is at, locked; else none.

        :rtype: dunning.handover
        """
        return self.try_lock_for_update(allow_referencing=True, limit=1)

    def _lock_for_handing(self):
        """Lock hand-overs until the end of the transaction.

        :raise UserError: when somebody else is handing one of them over
        """
        try:
            self.lock_for_update(allow_referencing=True)
        except LockError:
            raise UserError(
                self.env._("This is being handed over at this moment: look again soon.")
            ) from None

    # === WORKING === #

    @api.model
    def _cron_hand_over(self):
        """Hand over what waits, as long as the time of the scheduled action lasts."""
        retry = self.env["dunning.sender"]._retry
        while retry(self._hand_over_next):
            pass

    @api.model
    def _hand_over_next(self):
        """Hand over one that waits, and commit it.

        :return: whether to go on
        :rtype: bool
        """
        domain = [("waiting_step", "!=", False), ("state", "=", "prepared")]
        waiting = self.sudo().search(
            domain, order="waiting_since, id", limit=LOOK_AHEAD
        )
        handover = waiting._claim_waiting()
        if not handover:
            return False
        handover._hand_over_waiting()
        self.env.flush_all()
        left = self.sudo().search_count(domain)
        return bool(self.env["ir.cron"]._commit_progress(1, remaining=left))

    def _hand_over_waiting(self):
        """Hand over one that waits; a failure is explained and stops nobody."""
        office = self._for_office()
        try:
            with self.env.cr.savepoint():
                office._hand_over(is_sent=self.waiting_step == "send")
                self.env.flush_all()
        except psycopg2.errors.SerializationFailure:
            raise
        except Exception as error:  # of any part of the file, over old data
            _logger.warning("Hand-over %s", self.id, exc_info=True)
            self.env.invalidate_all(flush=False)
            problem = self.env["dunning.sender"]._get_error_text(error)
            office._set_not_waiting(problem)
            office._ask_person(office.env._("It could not be handed over"), problem)
