from odoo import fields, models
from odoo.exceptions import ValidationError
from odoo.tools import plaintext2html

from .dunning_call import REACHED

#: Outcomes that make no sense when nothing is owed any more.
ABOUT_DEBT = frozenset(
    "promised will_pay_part asks_instalments disputes refused".split()
)


class DunningCallOutcome(models.AbstractModel):
    """What follows from a call: one method for each outcome.

    Another outcome: extend the selection of ``dunning.call.outcome`` and add a method
    ``_follow_<outcome>``.
    """

    _name = "dunning.call.outcome"
    _description = "Outcome of a Reminder Call"

    # === CHECK === #

    def _check(self, case, outcome, date, values):
        """Raise in words what keeps a call from being logged.

        :raise ValidationError: when something is missing or makes no sense
        """
        if date > fields.Datetime.add(fields.Datetime.now(), minutes=5):
            raise ValidationError(
                self.env._("A call is logged when it has taken place, not before.")
            )
        if outcome in ABOUT_DEBT and not case.is_open:
            raise ValidationError(
                self.env._(
                    "Everything is paid by now: thank %(customer)s, and log the call "
                    "as 'Spoken with, nothing agreed'.",
                    customer=case.partner_id.name,
                )
            )
        check = getattr(self, f"_check_{outcome}", None)
        if check:
            check(date, values)

    def _check_call_back(self, date, values):
        callback_at = values.get("callback_at")
        if not callback_at:
            raise ValidationError(self.env._("Say when to call back."))
        if callback_at <= date:
            raise ValidationError(
                self.env._("The time to call back has passed: choose a later one.")
            )

    def _check_disputes(self, date, values):
        if not values.get("lines"):
            raise ValidationError(self.env._("Say which invoices are disputed."))
        if not (values.get("text") or values.get("note") or "").strip():
            raise ValidationError(
                self.env._("Say what the customer objects to: somebody has to answer.")
            )

    # === FOLLOW === #

    def _follow(self, case, notice, outcome, date, today, values):
        """Do what follows from ``outcome``.

        :param dunning.case case: with the rights of the system
        :param dunning.notice notice: the call that waited and is still about money that
            is owed, may be empty
        :param datetime.datetime date: of the call, UTC
        :param datetime.date today: of the call, where the company is
        :param dict values: see ``dunning.case._log_call``
        :return: values of the logged call that come from it
        :rtype: dict
        """
        if outcome != "no_answer":  # whoever was to be called back was called
            case.activity_feedback(["mail.mail_activity_data_call"])
        if outcome in REACHED and notice:
            # logged by the call itself, in its own words
            notice._set_sent(today, is_logged=True, sent_at=date)
        follow = getattr(self, f"_follow_{outcome}", None)
        return (follow and follow(case, notice, date, today, values)) or {}

    def _follow_promised(self, case, notice, date, today, values):
        return self._promise(case, values)

    def _follow_will_pay_part(self, case, notice, date, today, values):
        covered = case.line_ids.browse()
        left = values.get("amount") or 0.0
        for item in case._get_overdue_items(today):
            if case.currency_id.compare_amounts(left, 0) <= 0:
                break
            covered |= item
            left -= item.amount_residual
        return self._promise(case, values, covered)

    def _follow_disputes(self, case, notice, date, today, values):
        dispute = case._dispute(
            values["lines"],
            values.get("category") or "other",
            values.get("text") or values.get("note"),
            contact_id=values.get("contact_id"),
            user_id=self._get_user_id(case, values),
        )
        return {"dispute_id": dispute.id}

    def _follow_asks_instalments(self, case, notice, date, today, values):
        summary = self.env._("Instalment plan wanted")
        self._schedule(case, summary, today, values, "plan")

    def _follow_refused(self, case, notice, date, today, values):
        summary = self.env._("Refuses to pay")
        self._schedule(case, summary, today, values, "refused")

    def _follow_paid_already(self, case, notice, date, today, values):
        if case.is_open:
            said = values.get("lines") or notice.claim_ids
            moves = (said or case._get_overdue_items(today)).move_id
            case._rest_said(moves, self.env._("The customer says it is paid"))
            summary = self.env._("Says it is paid: look for the payment")
            self._schedule(case, summary, today, values, "paid")

    def _follow_call_back(self, case, notice, date, today, values):
        callback_at = values["callback_at"]
        case.activity_schedule(
            "mail.mail_activity_data_call",
            date_deadline=case.company_id._get_dunning_date(callback_at),
            user_id=self._get_user_id(case, values),
            summary=self.env._("Call back"),
            dunning_matter="callback",
            note=plaintext2html(values.get("note") or ""),
        )
        if notice:
            notice._set_postponed(callback_at)
        return {"callback_at": callback_at}

    def _follow_no_answer(self, case, notice, date, today, values):
        if not notice:
            return
        tries = notice.tries + 1
        handler = notice.channel_id._get_handler()
        notice._set_postponed(handler._get_next_try(date), tries=tries)
        if tries >= notice.company_id.dunning_call_tries:
            notice._set_failed(self.env._("No answer after %s calls.", tries))

    def _follow_wrong_number(self, case, notice, date, today, values):
        contact = case.partner_id.browse(values.get("contact_id")) or case.partner_id
        phone = values.get("phone")
        callees = contact | notice.contact_id | case.partner_id
        callees._set_dunning_phone_wrong(phone)
        callees.flush_recordset()
        if not notice:
            return
        if notice.channel_id._get_handler()._get_unreachable_reason(notice.contact_id):
            notice._set_failed(self.env._("%s is a wrong number.", phone))

    # === HELPERS === #

    def _promise(self, case, values, lines=None):
        """Record a promise to pay and return the values of the call."""
        promise = case._promise(
            values.get("amount") or 0.0,
            values.get("promise_date"),
            lines=lines,
            contact_id=values.get("contact_id"),
            user_id=values.get("user_id") or self.env.uid,  # who took it
            note=values.get("note"),
        )
        return {
            "promise_id": promise.id,
            "amount": promise.amount,
            "promise_date": promise.date,
        }

    def _schedule(self, case, summary, today, values, matter=False):
        """Put what the customer said on somebody's desk.

        :param str matter: code; see ``dunning.desk._get_mended_conditions``
        """
        case.activity_schedule(
            "mail.mail_activity_data_todo",
            date_deadline=today,
            user_id=self._get_user_id(case, values),
            summary=summary,
            note=plaintext2html(values.get("note") or ""),
            dunning_matter=matter,
        )

    def _get_user_id(self, case, values):
        caller = self.env["res.users"].browse(values.get("user_id"))
        return case._get_person(caller, self.env.user).id
