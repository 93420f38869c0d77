import logging
import random
from contextlib import contextmanager

import psycopg2.errors

from odoo import fields, models
from odoo.tools import SQL

from ..tools.delivery import (
    DeliveryError,
    PermanentDeliveryError,
    TransientDeliveryError,
    UncertainDeliveryError,
    UnreachableError,
)

_logger = logging.getLogger(__name__)

#: Notices claimed and committed at once.
CHUNK_SIZE = 50

#: How often a step is repeated when another transaction got in the way.
SERIALIZATION_TRIES = 10

#: After so many cases were written to, the steps of all are found anew.
MANY_CASES = 1000


class DunningSender(models.AbstractModel):
    """Works off the queue of notices: claim, commit, act, record.

    Several workers, on several machines, may do this at the same time. A claim belongs
    to a database session that holds an advisory lock; when the session dies, the lock
    is gone, and whoever comes next finds the claim orphaned: what had not been started
    is queued again, what had is in doubt and never sent again by itself.
    """

    _name = "dunning.sender"
    _description = "Reminder Sender"

    # === CLAIM === #

    def _process_queue(self, date=None):
        """Send everything that is queued, as long as the time of the cron lasts.

        Commits often. No failure of a notice stops the others.

        :param datetime.date date: for tests; by default each company's today
        """
        with self._get_claim_token() as token:
            self._recover_orphans()
            self._retry(self._log_sent)
            has_time, case_ids = True, set()
            while has_time:
                notices = self._retry(lambda: self._claim(token, date))
                if notices is None:
                    break
                for channel, group in notices.grouped("channel_id").items():
                    self._send(channel, group)
                case_ids.update(notices.case_id.ids)
                self._retry(self._finish_chunk, notices)
                has_time = self.env["ir.cron"]._commit_progress(
                    len(notices), remaining=self._count_waiting()
                )
            self._retry(self._finish_runs)
            self._retry(self._refresh_steps, case_ids, date)

    @contextmanager
    def _get_claim_token(self):
        """Hold the lock that proves that this worker is alive."""
        token = random.getrandbits(31)
        lock = SQL("hashtext('payment_reminder.claim'), %s", token)
        self.env.execute_query(SQL("SELECT pg_advisory_lock(%s)", lock))
        try:
            yield token
        except BaseException:
            self.env.cr.rollback()
            raise
        finally:
            self.env.execute_query(SQL("SELECT pg_advisory_unlock(%s)", lock))

    def _get_queue_domain(self):
        """Return the domain of the notices that may be claimed now."""
        return [
            ("state", "=", "queued"),
            ("channel_id", "not in", self.env["dunning.channel"]._get_manual().ids),
            "|",
            ("next_try", "=", False),
            ("next_try", "<=", fields.Datetime.now()),
        ]

    def _count_waiting(self):
        return self.env["dunning.notice"].search_count(self._get_queue_domain())

    def _claim(self, token, date=None):
        """Take some notices, check them again, and commit the claim.

        :return: claimed notices that still have something to say (may be empty), or
            ``None`` when nothing is waiting
        """
        Notice = self.env["dunning.notice"]
        waiting = Notice.search(
            self._get_queue_domain(), limit=CHUNK_SIZE * 4, order="channel_id, id"
        )
        claimed = waiting.try_lock_for_update(limit=CHUNK_SIZE) if waiting else waiting
        if not claimed:
            return None
        checked = Notice.browse()
        for company, group in claimed.grouped("company_id").items():
            today = date or company._get_dunning_today()
            checked |= self._isolate(
                lambda notices, today=today: notices._recheck(today),
                group.with_company(company),
            )
        checked = self._isolate(self._filter_deliverable, checked)
        checked = self._isolate(self._filter_allowed, checked)
        checked._set_in_flight(token)
        self._commit()
        return checked

    def _filter_deliverable(self, notices):
        """Return the notices whose recipient can be reached; the others failed."""
        reachable = notices.browse()
        for notice in notices:
            reason = notice._get_undeliverable_reason()
            if reason:
                notice._set_failed(reason)
                continue
            recipient = notice._get_recipient()
            if recipient != notice.contact_id:
                notice.contact_id = recipient
            reachable |= notice
        return reachable

    def _filter_allowed(self, notices):
        """Return the notices that contact rules allow now; the others wait."""
        return notices._hold_back()

    # === ACT === #

    def _send(self, channel, notices):
        """Deliver claimed ``notices`` of one channel."""
        handler = channel._get_handler()
        for notice in handler._get_fileless(notices):
            self._retry(self._make_files, handler, notice)
        ready = self._retry(self._prepare, handler, notices)
        for _key, group in ready.grouped(handler._get_session_key).items():
            self._send_group(handler, group)

    def _send_group(self, handler, notices):
        """Deliver prepared ``notices`` that share a connection."""
        try:
            with handler._get_session(notices) as session:
                for notice in notices:
                    # alone: each commit forgets what was read about all others
                    self._send_one(handler, notice.with_prefetch(), session)
        except DeliveryError as error:
            # the connection itself failed: nothing was said to anybody who is left
            left = notices.filtered(
                lambda n: n.state == "in_flight" and not n.is_started
            )
            self._retry(self._record_failure, left, error)

    def _make_files(self, handler, notice):
        """Make the files of a claimed notice, which nobody else makes meanwhile."""
        handler._make_files(notice)
        self._commit()

    def _prepare(self, handler, notices):
        """Render the notices; the ones that cannot be rendered fail alone.

        :return: the notices that are ready for delivery
        """

        def prepare(group):
            handler._prepare(group)
            return group

        ready = self._isolate(prepare, notices)
        self._commit()
        return ready

    def _isolate(self, step, notices):
        """Do ``step`` with all notices at once; when that fails, with each alone.

        Only for steps that a savepoint undoes. What fails alone is marked as failed,
        with the reason, and never stops the others (design: invariant 5).

        :param callable step: takes notices and returns those that go on
        :return: what ``step`` returned, over all notices
        """
        try:
            with self.env.cr.savepoint():
                done = step(notices)
                notices.flush_recordset()
            return done
        except psycopg2.errors.SerializationFailure:
            raise
        except Exception as error:
            if len(notices) > 1:
                _logger.info("%s notices one by one", len(notices), exc_info=True)
                alone = [self._isolate(step, notice) for notice in notices]
                return notices.browse().union(*alone)
            _logger.warning("Notice %s cannot be sent", notices.id, exc_info=True)
            notices.invalidate_recordset()
            notices._set_failed(self._get_error_text(error))
            return notices.browse()

    def _get_error_text(self, error):
        """Return the text of ``error`` for the person who has to mend it."""
        return " ".join(str(error).split()) or type(error).__name__

    def _send_one(self, handler, notice, session):
        """Deliver one notice and record the outcome."""
        if handler._is_outside():
            self._retry(self._mark_started, notice)
        try:
            values = handler._deliver(notice, session) or {}
        except UnreachableError as error:
            self._retry(self._record_failure, notice, error)
            raise
        except DeliveryError as error:
            self._retry(self._record_failure, notice, error)
        except Exception as error:
            # Nobody foresaw it, so nobody knows how far it came.
            _logger.exception("Delivery of notice %s", notice.id)
            self.env.cr.rollback()
            doubt = UncertainDeliveryError(self._get_error_text(error))
            self._retry(self._record_failure, notice, doubt)
        else:
            self._retry(self._record_sent, notice, values)

    def _mark_started(self, notice):
        notice.write({"is_started": True})
        self._commit()

    # === RECORD === #

    def _record_sent(self, notice, values):
        notice._set_sent(notice.date, **values)
        self._commit()

    def _record_failure(self, notices, error):
        """Record what ``error`` means for ``notices``."""
        text = self._get_error_text(error)
        if isinstance(error, TransientDeliveryError):
            notices._set_retry(text)
        elif isinstance(error, PermanentDeliveryError):
            notices._set_failed(text)
        else:
            notices._set_in_doubt(
                self.env._(
                    "Nobody knows whether it arrived (%(error)s). Ask the customer, "
                    "then confirm it or send it again.",
                    error=text,
                )
            )
        self._commit()

    def _finish_chunk(self, notices):
        self._log_sent()
        notices.run_id._set_done_if_finished()
        self._commit()

    def _finish_runs(self):
        runs = self.env["dunning.run"].search([("state", "=", "sending")])
        runs._set_done_if_finished()
        self._commit()

    def _refresh_steps(self, case_ids, date):
        """Let the cases say what comes next, after what was sent.

        :param case_ids: of those that were written to
        """
        cases = self.env["dunning.case"].browse(case_ids)
        if cases:
            # of many, all cases of their companies are looked at: that is faster
            few = cases if len(cases) < MANY_CASES else None
            self.env["dunning.desk"]._refresh(cases.company_id, few, date)
            self._commit()

    def _log_sent(self):
        """Write sent notices into the chatter of their case and invoices.

        A step of its own, in bulk, that a crash only postpones.
        """
        notices = self.env["dunning.notice"].search(
            [("state", "=", "sent"), ("is_logged", "=", False)], limit=CHUNK_SIZE * 4
        )
        notices = notices.try_lock_for_update() if notices else notices
        for channel, group in notices.grouped("channel_id").items():
            self._log_group(channel, group)
        notices.write({"is_logged": True})

    def _log_group(self, channel, notices):
        """Log delivered notices; one that cannot be logged must not stop anything."""
        try:
            with self.env.cr.savepoint():
                channel._get_handler()._log_sent(notices)
        except psycopg2.errors.SerializationFailure:
            raise
        except Exception:
            if len(notices) > 1:
                for notice in notices:
                    self._log_group(channel, notice)
            else:
                _logger.exception("Notice %s is missing in the history", notices.id)

    # === RECOVER === #

    def _recover_orphans(self):
        """Look after claims whose worker has died."""
        rows = self.env["dunning.notice"]._read_group(
            [("state", "=", "in_flight")], ["claim_token"], ["id:recordset"]
        )
        for token, notices in rows:
            if self._is_orphaned(token):
                self._retry(self._release_orphans, notices)
        self._commit()

    def _is_orphaned(self, token):
        [[is_free]] = self.env.execute_query(
            SQL(
                "SELECT pg_try_advisory_xact_lock("
                "hashtext('payment_reminder.claim'), %s)",
                token,
            )
        )
        return is_free

    def _release_orphans(self, notices):
        notices = notices.try_lock_for_update().filtered(
            lambda n: n.state == "in_flight"
        )
        started = notices.filtered("is_started")
        (notices - started)._set_released()
        if started:
            started._set_in_doubt(
                self.env._(
                    "The server stopped while this was being sent; nobody knows "
                    "whether it arrived. Ask the customer, then confirm it or send "
                    "it again."
                )
            )
        self._commit()

    # === HELPERS === #

    def _commit(self):
        """Make the step that was just done last, whatever happens next."""
        self.env["ir.cron"]._commit_progress()

    def _retry(self, step, *args):
        """Do a step of one transaction; again when another one got in its way.

        Only for steps without an outside effect.
        """
        for attempt in range(SERIALIZATION_TRIES):
            try:
                return step(*args)
            except psycopg2.errors.SerializationFailure:
                self.env.cr.rollback()
                if attempt == SERIALIZATION_TRIES - 1:
                    raise
        return None
