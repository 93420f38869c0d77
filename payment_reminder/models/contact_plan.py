import pytz

from odoo import api, fields, models

from .contact_guard import Question


class InstallmentNotice(models.Model):
    """When a mail of a plan goes out: it counts as a contact from then on."""

    # one concept, one file
    _inherit = "installment.notice"  # pylint: disable=consider-merging-classes-inherited

    contact_at = fields.Datetime(
        string="Goes Out on",
        readonly=True,
        help="Later than it was written, if a contact rule asks for it.",
    )


class InstallmentPlan(models.Model):
    """Mails of a plan obey the contact rule of its customer.

    A reminder is not written before it may be, for something may be paid meanwhile. A
    proposal and the notice that a plan has ended are written at once and go out later.
    """

    # one concept, one file
    _inherit = "installment.plan"  # pylint: disable=consider-merging-classes-inherited

    remind_at = fields.Datetime(
        string="Reminder Waits until",
        readonly=True,
        copy=False,
        index="btree_not_null",
        help="From then on the contact rule of the customer allows it.",
    )

    # === BUSINESS METHODS === #

    def _decide_mail(self, moment=None):
        """Return what the contact rule says to a mail, ``None`` without one.

        :param datetime.datetime moment: naive UTC, default now
        :rtype: contact.guard.Decision | None
        """
        self.ensure_one()
        contact = (self.contact_id or self.partner_id).sudo()
        question = Question(self.id, "message", contact, self.company_id)
        return self.env["contact.guard"]._decide([question], moment).get(self.id)

    def _is_reminder_held(self, moment=None):
        """Return whether a reminder has to wait; it is tried again when it may go out.

        :param datetime.datetime moment: naive UTC, default now
        :rtype: bool
        """
        self.ensure_one()
        decision = self._decide_mail(moment)
        if not decision or decision.answer.allowed:
            if self.remind_at:
                self.sudo().remind_at = False
            return False
        moment = self._get_naive(decision.answer.next_allowed)
        self.sudo().remind_at = moment
        if moment:
            self.env["dunning.notice"]._wake_sender_at({moment})
        else:
            self._tell_responsible(self.env["contact.words"]._explain(decision))
        return True

    def _get_mail_moment(self):
        """Return when a mail of now goes out, ``False`` for at once.

        :rtype: datetime.datetime | bool
        """
        decision = self._decide_mail()
        if not decision or decision.answer.allowed:
            return False
        return self._get_naive(decision.answer.next_allowed)

    def _get_mail_problem(self, template):
        problem = super()._get_mail_problem(template)
        if problem:
            return problem
        decision = self._decide_mail()
        if not decision or decision.answer.next_allowed:
            return False
        return self.env["contact.words"]._explain(decision)

    def _get_naive(self, moment):
        return bool(moment) and moment.astimezone(pytz.utc).replace(tzinfo=None)

    @api.model
    def _remind_waiting(self, moment=None):
        """Write the reminders that have waited for their contact rules.

        :param datetime.datetime moment: naive UTC, default now
        """
        now = moment or fields.Datetime.now()
        waiting = self.search([("remind_at", "<=", now)])
        waiting.filtered(lambda plan: plan.state != "active").remind_at = False
        for company, plans in waiting.grouped("company_id").items():
            today = company._get_dunning_date(now)
            reminders = self.env["installment.reminder"].search(
                [("company_id", "in", (False, company.id))]
            )
            for plan in plans.filtered(lambda plan: plan.state == "active"):
                plan.remind_at = False
                plan.with_company(company)._remind_safely(reminders, today)


class DunningNotice(models.Model):
    """The sender's cron looks after plans as well that have waited."""

    # one concept, one file
    _inherit = "dunning.notice"  # pylint: disable=consider-merging-classes-inherited

    @api.model
    def _cron_send_queued(self):
        result = super()._cron_send_queued()
        self.env["installment.plan"].sudo()._remind_waiting()
        return result
