from datetime import datetime, timedelta

from odoo import fields, models
from odoo.fields import Domain
from odoo.tools.misc import format_datetime

#: A notice that waits longer than this is not being sent.
STUCK_HOURS = 24

#: Without a success for so long, reminders do not run by themselves any more.
SILENT_HOURS = 48


class DunningCompanyWatchdog(models.AbstractModel):
    """The part of ``res.company`` that sees when nothing happens by itself."""

    _name = "dunning.company.watchdog"
    _description = "Company: Reminder Watchdog"

    # === BUSINESS METHODS === #

    def _get_dunning_watchdog(self, now=None):
        """Return in words what keeps reminders from going out by themselves.

        :param datetime.datetime now: naive UTC, for tests
        :return: the worst finding, or ``False`` when all is well
        :rtype: str | bool
        """
        alarms = self._get_dunning_alarms(now or fields.Datetime.now())
        return alarms[0]["text"] if alarms else False

    def _get_dunning_alarms(self, now):
        """Return everything that keeps reminders from going out, the worst first.

        :param datetime.datetime now: naive UTC
        :return: ``[{level: 'danger' | 'warning', text: str, kind: str}]``
        :rtype: list[dict]
        """
        self.ensure_one()
        company = self.sudo()
        alarms = [
            *company._get_dunning_cron_alarms(),
            *company._get_dunning_queue_alarms(now),
        ]
        if company.dunning_is_unattended:
            alarms += company._get_dunning_success_alarms(now)
        return sorted(alarms, key=lambda alarm: alarm["level"] != "danger")

    def _get_dunning_watched_crons(self):
        """Return the scheduled actions that the company relies on.

        :rtype: ir.cron
        """
        names = ["ir_cron_dunning_send"]
        if self.dunning_is_unattended:
            names.append("ir_cron_dunning_daily")
        cron = self.env["ir.cron"]
        for name in names:
            found = self.env.ref(f"payment_reminder.{name}", raise_if_not_found=False)
            cron |= found or cron
        return cron

    def _get_dunning_cron_alarms(self):
        alarms = []
        for cron in self._get_dunning_watched_crons():
            if not cron.active:
                text = self.env._(
                    "Reminders are not sent: the scheduled action '%(cron)s' is "
                    "switched off.",
                    cron=cron.name,
                )
                alarms.append({"level": "danger", "text": text, "kind": "cron"})
            elif cron.failure_count:
                text = self.env._(
                    "The scheduled action '%(cron)s' keeps failing (failures in a row: "
                    "%(count)s). After some more, Odoo switches it off.",
                    cron=cron.name,
                    count=cron.failure_count,
                )
                alarms.append({"level": "warning", "text": text, "kind": "cron"})
        return alarms

    def _get_dunning_queue_alarms(self, now):
        count = self.env["dunning.notice"].search_count(
            self._get_dunning_stuck_domain(now)
        )
        if not count:
            return []
        text = self.env._(
            "Notices that should have been sent more than %(hours)s hours ago: "
            "%(count)s. Check the mail server and the scheduled actions.",
            count=count,
            hours=STUCK_HOURS,
        )
        return [{"level": "danger", "text": text, "kind": "queue"}]

    def _get_dunning_stuck_domain(self, now):
        """Return the domain of notices that should have been sent long ago.

        What a person has to do, such as a call, waits on the desk instead.

        :rtype: odoo.fields.Domain
        """
        return Domain(
            [
                ("company_id", "=", self.id),
                ("channel_id", "not in", self.env["dunning.channel"]._get_manual().ids),
                ("state", "in", ("queued", "in_flight")),
                ("write_date", "<", now - timedelta(hours=STUCK_HOURS)),
                # what a contact rule holds back waits rightly until then
                "|",
                ("held_rule_id", "=", False),
                ("next_try", "<", now - timedelta(hours=STUCK_HOURS)),
            ]
        )

    def _get_dunning_success_alarms(self, now):
        since = max(
            self.dunning_last_success or datetime.min,
            self.dunning_unattended_since or datetime.min,
        )
        is_late = now - since > timedelta(hours=SILENT_HOURS)
        if not is_late and not self.dunning_last_error:
            return []
        if is_late and since == datetime.min:
            text = self.env._("Reminders have never gone out by themselves yet.")
        elif is_late:
            text = self.env._(
                "Reminders have not gone out by themselves since %(moment)s.",
                moment=format_datetime(
                    self.env, since, tz=self._get_dunning_tz(), dt_format="short"
                ),
            )
        else:
            text = self.env._("Today's reminders could not be planned by themselves.")
        if self.dunning_last_error:
            text = self.env._(
                "%(text)s The last error: %(error)s",
                text=text,
                error=self.dunning_last_error,
            )
        level = "danger" if is_late else "warning"
        return [{"level": level, "text": text, "kind": "error"}]
