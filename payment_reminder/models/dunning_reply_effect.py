from datetime import timedelta

from odoo import fields, models

from .dunning_case_said import REST_AGAIN_DAYS


class DunningReply(models.Model):
    """What follows from a reply: one method for each kind, and how it is undone."""

    # one concept, one file
    _inherit = "dunning.reply"  # pylint: disable=consider-merging-classes-inherited

    # === FOLLOW === #

    def _follow(self, files=()):
        """Do what follows from the reply; it is in the case's history afterwards.

        :param files: pairs of a harmless name and the content
        :raise UserError: in words for the customer; then nothing has happened
        """
        self.ensure_one()
        office = self._for_office()
        if self.kind == "installments":  # the request tells it itself
            return self._follow_installments()
        office._record(files)
        before = office.case_id.activity_ids
        getattr(office, f"_follow_{self.kind}")()
        office.activity_ids = office.case_id.activity_ids - before
        return office.case_id._refresh_next_step()

    def _follow_promise(self):
        self.promise_id = self.case_id._promise(
            self.amount,
            self.day,
            lines=self.line_ids,
            contact_id=self.author_id.id,
            user_id=self.user_id.id,
            note=(self.text or "")[:200],
        )

    def _follow_installments(self):
        """Ask for a plan; within the limits it is proposed at once."""
        moves = self.line_ids.move_id
        requests = self.env["installment.request"].sudo()
        before = self.case_id.activity_ids
        plan = requests._request(
            moves, self.count, self.day, self.text, self.author_id
        ).sudo()
        office = self._for_office()
        office.plan_id = plan
        if plan.state == "draft":
            office._rest(moves)
        self.case_id.invalidate_recordset(["activity_ids"])
        office.activity_ids = self.case_id.activity_ids - before

    def _follow_dispute(self):
        self.dispute_id = self.case_id._dispute(
            self.line_ids,
            self.category,
            self.text,
            contact_id=self.author_id.id,
            user_id=self.user_id.id,
        )
        self._schedule(self.env._("The customer disagrees: answer"), "dispute")

    def _follow_paid(self):
        self._rest(self.line_ids.move_id)
        self._call_outcome("paid_already", self.env["dunning.notice"])

    def _follow_callback(self):
        until = self.company_id._get_dunning_date(self.callback_at)
        if not self._get_rests([("case_id", "=", self.case_id.id)]):
            reason = self.env._("Wants to be called on this day")
            self.pause_ids += self.case_id._pause(until, reason)
        self._call_outcome("call_back", self.case_id._get_waiting_call())

    def _follow_question(self):
        self._schedule(self.env._("Question on the payment page: answer"))

    # === HELPERS === #

    def _call_outcome(self, outcome, notice):
        """Do what follows when the same is said on the phone."""
        follow = getattr(self.env["dunning.call.outcome"], f"_follow_{outcome}")
        today = self.company_id._get_dunning_today()
        values = self._prepare_outcome_values()
        follow(self.case_id, notice, fields.Datetime.now(), today, values)

    def _schedule(self, summary, matter=False):
        today = self.company_id._get_dunning_today()
        values = self._prepare_outcome_values()
        self.env["dunning.call.outcome"]._schedule(
            self.case_id, summary, today, values, matter
        )

    def _prepare_outcome_values(self):
        note = self._get_note()
        return {
            "note": f"{note}\n\n{self.text}" if self.text else note,
            "user_id": self.user_id.id,
            "callback_at": self.callback_at,
            "lines": self.line_ids,
        }

    def _rest(self, moves):
        """Leave invoices out of reminders while somebody looks into what was said."""
        self.pause_ids += self.case_id._rest_said(moves, self._get_note())

    def _get_rests(self, domain):
        """Return the rests of the last weeks because of replies that still stand.

        :rtype: dunning.pause
        """
        today = self.company_id._get_dunning_today()
        since = today - timedelta(days=REST_AGAIN_DAYS)
        replies = self.search([("case_id", "=", self.case_id.id)])
        return replies.pause_ids.filtered_domain(
            [*domain, ("ended_on", "=", False), ("date_until", ">=", since)]
        )

    def _record(self, files):
        """Put what was said into the case's history, with the files.

        The responsible person is told of it; where something is to be done, a task
        tells it as well.
        """
        message = self.case_id.with_context(mail_notify_force_send=False).message_post(
            body=self._render_note(),
            author_id=self.author_id.id,
            subtype_xmlid="mail.mt_note",
            partner_ids=self._get_told().ids,
            attachments=list(files),
        )
        self.attachment_ids = message.attachment_ids

    def _get_told(self):
        """Return who hears of a reply that gives nobody something to do."""
        partner = self.user_id.partner_id
        is_told = self.kind == "promise" and self.user_id != self.env.ref(
            "base.user_root"
        )
        return partner if is_told else partner.browse()

    # === UNDO === #

    def _undo(self):
        """Undo what the reply has brought about."""
        if self.kind == "promise":
            self.promise_id._set_cancelled()
        elif self.kind == "dispute":
            self.dispute_id._set_withdrawn()
        elif self.kind == "installments":
            self.plan_id._set_cancelled(self.env._("The customer has withdrawn it"))
        self.activity_ids.unlink()
        for pause in self.pause_ids.filtered(lambda one: one.state != "ended"):
            pause._set_ended(self.company_id._get_dunning_today())
