import logging

import psycopg2.errors

from odoo import api, fields, models

_logger = logging.getLogger(__name__)

#: Longest error text that is kept on the company.
ERROR_LENGTH = 300


class DunningScheduler(models.AbstractModel):
    """What happens by itself: once per company and day of the company.

    The cron comes every hour, because each company's day begins at its own midnight
    plus its hour of sending. Days on which the server was off are not made up for one
    by one: a run of today says everything that is to say.
    """

    _name = "dunning.scheduler"
    _description = "Daily Reminder Work"

    # === WHEN === #

    @api.model
    def _cron_run_daily(self, now=None):
        """Do the day's work of all companies whose day has begun.

        Commits after each company. No company stops another one, and no failure of a
        company makes the cron fail: it is remembered on the company.

        :param datetime.datetime now: naive UTC, for tests
        """
        due = self._get_due_companies(now or fields.Datetime.now())
        for left, (company, date) in zip(
            reversed(range(len(due))), due.items(), strict=True
        ):
            self._run_day(company, date)
            self.env["ir.cron"]._commit_progress()
            self._send_digest(company, date)
            if not self.env["ir.cron"]._commit_progress(1, remaining=left):
                break

    def _get_due_companies(self, now):
        """Return whose day has begun and was not done yet.

        :param datetime.datetime now: naive UTC
        :return: ``{company: its date}``
        :rtype: dict
        """
        due = {}
        for company in self.env["res.company"].sudo().search([], order="id"):
            date = company._get_dunning_day(now)
            if date and not company._is_dunning_day_done(date):
                due[company] = date
        return due

    # === WHAT === #

    def _get_daily_steps(self):
        """Return the names of this model's methods that make up a company's day.

        Each takes ``(company, date)``. They share a transaction: if one fails, none of
        them has happened, and all are tried again an hour later. An addon inserts the
        name of its own step where it belongs.

        :rtype: list[str]
        """
        return [
            "_watch_promises",
            "_watch_pauses",
            "_watch_plans",
            "_watch_handovers",
            "_lapse_calls",
            "_watch_estimates",
            "_watch_rests",
            "_run_unattended",
            "_refresh_desk",
        ]

    def _run_day(self, company, date):
        """Do the day's work of one company.

        :param res.company company: one company
        :param datetime.date date: the company's date
        :return: whether it was done; else somebody else is at it, or it failed and the
            reason is kept on the company
        :rtype: bool
        """
        company.ensure_one()
        try:
            with self.env.cr.savepoint():
                if not self._begin_day(company, date):
                    return False
                worker = self.with_company(company).sudo()
                for step in self._get_daily_steps():
                    getattr(worker, step)(worker.env.company, date)
                company._set_dunning_day_done(date)
                self.env.flush_all()
        except psycopg2.errors.SerializationFailure:
            # another worker was at the same company: it has done it, or comes again
            _logger.info("Reminders of %s: another worker is at it", company.name)
            self.env.cr.rollback()
            return False
        except Exception as error:
            _logger.warning("Reminders of %s failed", company.name, exc_info=True)
            self.env.invalidate_all(flush=False)
            company._set_dunning_error(self._get_error_text(error))
            return False
        return True

    def _begin_day(self, company, date):
        """Return whether the day is ours to do: nobody else is at it or has done it.

        :rtype: bool
        """
        if not company._lock_dunning_planning():
            return False
        company.invalidate_recordset(["dunning_last_day"])
        return not company._is_dunning_day_done(date)

    def _get_error_text(self, error):
        """Return the text of ``error`` for the person who has to mend it."""
        text = " ".join(str(error).split()) or type(error).__name__
        return text[:ERROR_LENGTH]

    # === STEPS === #

    def _watch_promises(self, company, date):
        """Find out which promises were kept or broken by ``date``."""
        self.env["dunning.promise"]._watch(company, date)

    def _watch_pauses(self, company, date):
        """Let reminders resume whose pause has ended by ``date``."""
        self.env["dunning.pause"]._watch(company, date)

    def _watch_plans(self, company, date):
        """Complete, default and expire instalment plans by ``date``; remind of them."""
        plans = self.env["installment.plan"]
        plans._watch(company, date)
        plans._remind(company, date)

    def _watch_handovers(self, company, date):
        """Close hand-overs that are settled by ``date``, ask for late reports."""
        self.env["dunning.handover"]._watch(company, date)

    def _lapse_calls(self, company, date):
        """Give up calls that nobody answered, so that the next level can be reached."""
        self.env["dunning.channel.call"]._lapse_calls(company, date)

    def _watch_estimates(self, company, date):
        """Close the estimates that nobody accepted in time, tell of those to come."""
        estimates = self.env["service.estimate"]
        estimates._expire(company, date)
        estimates._warn_expiring(company, date)

    def _watch_rests(self, company, date):
        """Ask somebody about what keeps reminders resting too long."""
        self.env["dunning.rest"]._watch(company, date)

    def _run_unattended(self, company, date):
        """Plan the automatic levels, approve and queue them.

        A run without any notice is kept where it says why overdue items were left out;
        ``dunning.run.exclusion`` forgets it after some time.

        :return: the run, empty when nothing was overdue
        :rtype: dunning.run
        """
        Run = self.env["dunning.run"]
        if not company.dunning_is_unattended:
            return Run
        run = Run.create(self._prepare_run_values(company, date))
        run._plan()
        if not run.notice_ids and not run.exclusion_ids:
            run.unlink()
            return Run
        run._set_approved()
        run._set_sending()
        self.env["dunning.notice"]._trigger_sending()
        return run

    def _prepare_run_values(self, company, date):
        """Return the values of the unattended run of a company's day."""
        return {"company_id": company.id, "date": date, "is_unattended": True}

    def _refresh_desk(self, company, date):
        """Find the next step of each case, now that the day's work is done."""
        self.env["dunning.desk"]._refresh(company, date=date)

    # === AFTERWARDS === #

    def _send_digest(self, company, date):
        """Tell the managers about the desk; whatever goes wrong stops nothing.

        Not while another worker is still at the company's day.
        """
        if not (company._is_dunning_day_done(date) or company.dunning_last_error):
            return
        try:
            with self.env.cr.savepoint():
                self.env["dunning.digest"].sudo()._send_once(company, date)
                self.env.flush_all()
        except psycopg2.errors.SerializationFailure:
            _logger.info("Summary of %s: another worker is at it", company.name)
            self.env.cr.rollback()
        except Exception:
            _logger.warning("Summary of %s failed", company.name, exc_info=True)
            self.env.invalidate_all(flush=False)
