from odoo import models

from ..const import HANDOVER_AWAY_STATES

#: The items are back with us.
BACK_STATES = ("partly", "returned")


class DunningHandover(models.Model):
    """What a hand-over has come to: it follows what is paid, credited or undone."""

    # one concept, one file
    _inherit = "dunning.handover"  # pylint: disable=consider-merging-classes-inherited

    # === ENDING === #

    def _give_back(self, reason, date=None):
        """Let what is not paid come back: partly collected or returned.

        :param str reason: in words
        """
        self.ensure_one()
        if self.currency_id.is_zero(self.amount_collected):
            self._set_returned(reason, date)
        else:
            self._set_partly(reason, date)

    def _has_come_back(self):
        """Return whether it has ended before all was collected, if ever.

        :rtype: bool
        """
        return self.state in BACK_STATES or (
            self.state == "collected" and self.state_before in BACK_STATES
        )

    def _is_within(self, date):
        """Return whether the agency had the items on a day.

        :rtype: bool
        """
        is_bounded = self.closed_on and (
            self.state == "written_off" or self._has_come_back()
        )
        return self.handed_over_on <= date and (
            not is_bounded or date <= self.closed_on
        )

    def _follow_late(self, date=None):
        """Let one that has ended say what the agency has passed on since."""
        state = self._get_ended_state()
        if state != self.state:
            self._set_ended_as(state, date)

    def _get_ended_state(self):
        """Return how one has ended whose items have come back, by what was collected.

        :rtype: str
        """
        if self.currency_id.is_zero(self.amount_collected):
            return "returned"
        compare = self.currency_id.compare_amounts
        is_all = compare(self.amount_collected, self.amount_handed) >= 0
        return "collected" if is_all else "partly"

    def _set_ended_as(self, state, date=None):
        """Correct how it has ended; when and why stay as they were."""
        before = self.state if self.state in BACK_STATES else self.state_before
        self.sudo().write({"state": state, "state_before": before})
        self._log_in_case(
            self.env._(
                "It had ended; by now %(amount)s was collected in all",
                amount=self.currency_id._format_dunning(self.amount_collected),
            )
        )
        self._after_change(date)

    # === WATCHING === #

    def _refresh_state(self, date=None):
        """Close what is settled; go on with what was paid and is open again."""
        for handover in self:
            if handover._is_settled():
                handover._finish(date)
            elif handover._has_come_back():
                handover._follow_late(date)
            elif handover._is_undone():
                handover._reopen(date)

    def _is_settled(self):
        """Return whether nothing is open any more, and this is news.

        What has come back can still be written off.
        """
        is_zero = self.currency_id.is_zero
        return is_zero(self.amount_open) and (
            self.state in HANDOVER_AWAY_STATES
            or (self.state in BACK_STATES and not is_zero(self.amount_written_off))
        )

    def _finish(self, date=None):
        """Close a hand-over of which nothing is open, by how it was settled."""
        is_zero = self.currency_id.is_zero
        if not is_zero(self.amount_written_off):
            self._set_written_off(date)
        elif is_zero(self.amount_credited):
            self._set_collected(date)
        else:
            self._give_back(self.env._("The rest was credited"), date)

    def _is_undone(self):
        """Return whether it was closed because nothing was open, and something is."""
        return (
            self.state in ("collected", "written_off")
            and self.currency_id.compare_amounts(self.amount_open, 0) > 0
        )

    def _reopen(self, date=None):
        """Go on, unless an item is with somebody else by now."""
        if self.state == "written_off" and self.state_before in BACK_STATES:
            self._set_reopened(date)
            return
        taken = (
            self.env["dunning.handover.line"]
            .sudo()
            .search(
                [
                    ("move_line_id", "in", self.line_ids.move_line_id.ids),
                    ("is_living", "=", True),
                ]
            )
        )
        if taken:
            self._log_in_case(
                self.env._(
                    "A payment was undone, but the items are in %(other)s by now.",
                    other=taken.handover_id[0].display_name,
                )
            )
            return
        self._set_reopened(date)
