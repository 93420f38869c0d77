from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL


class InstallmentPlanFlow(models.AbstractModel):
    """The way of a plan: proposed, active, completed, defaulted or cancelled."""

    _name = "installment.plan.flow"
    _description = "Instalment Plan: States"

    # === ACTION METHODS === #

    def action_propose(self):
        """Let the customer see the plan and decide about it."""
        self.check_access("write")
        for plan in self:
            plan._check_in(("draft",))
            plan._check_approved()
            plan._check_current()
            plan._set_proposed()

    def action_activate(self):
        """Record that the plan is agreed: by phone, or on paper."""
        self.check_access("write")
        for plan in self:
            plan._check_in(("draft", "proposed"))
            plan._check_approved()
            plan._check_current()
            plan._set_active()

    def action_take_back(self):
        """Take a proposal back, to change it."""
        self.check_access("write")
        for plan in self:
            plan._check_in(("proposed",))
        self._set_draft()

    def action_cancel(self):
        """End plans that are not over yet: reminders go on."""
        self.check_access("write")
        for plan in self:
            plan._check_in(("draft", "proposed", "active"))
            plan._set_cancelled(
                self.env._("Cancelled by %(user)s", user=self.env.user.name)
            )

    def action_default(self):
        """End an active plan that the customer does not keep."""
        self.check_access("write")
        for plan in self:
            plan._check_in(("active",))
            plan._set_defaulted(
                self.env._("Ended by %(user)s", user=self.env.user.name)
            )

    # === CHECKS === #

    def _check_in(self, states):
        """Raise a UserError unless the plan is in one of ``states``."""
        self.ensure_one()
        if self.state in states:
            return
        labels = dict(self._fields["state"]._description_selection(self.env))
        raise UserError(
            self.env._(
                "%(plan)s is in the state '%(state)s': this is not possible any more.",
                plan=self.display_name,
                state=labels[self.state],
            )
        )

    def _check_current(self):
        """Raise a UserError if the invoices are not what the plan was made for."""
        self.ensure_one()
        gone = self.item_ids.filtered(lambda item: not item.move_line_id)
        if gone:
            raise UserError(
                self.env._(
                    "%(invoice)s was changed since the plan was made: make a new plan.",
                    invoice=gone[0].name,
                )
            )
        lines = self.item_ids.move_line_id
        self.item_ids._check_plannable(lines, self | self.replaces_id)
        for item in self.item_ids:
            if self.currency_id.compare_amounts(
                item.amount_start, item._get_residual()
            ):
                raise UserError(
                    self.env._(
                        "%(invoice)s was open for %(start)s when the plan was made and "
                        "is open for %(now)s: schedule it again.",
                        invoice=item.move_id.display_name,
                        start=self.currency_id._format_dunning(item.amount_start),
                        now=self.currency_id._format_dunning(item._get_residual()),
                    )
                )
        self._check_dates()

    def _check_dates(self):
        first = min(self.line_ids.mapped("date"))
        if first < self._get_today():
            raise UserError(
                self.env._(
                    "The first instalment was due on %(date)s: schedule it again.",
                    date=self._format_date(first),
                )
            )

    # === STATES === #

    def _set_proposed(self):
        days = self.company_id.installment_validity_days
        first = min(self.line_ids.mapped("date"))
        valid = self.date_valid or min(self._get_today() + timedelta(days=days), first)
        self.sudo().write(
            {
                "state": "proposed",
                "proposed_on": fields.Datetime.now(),
                "date_valid": valid,
            }
        )
        self._ensure_portal_keys()
        self._after_change()

    def _set_active(self, signer=None, signature=None):
        """Let the plan begin: the invoices rest, the plan that it replaces ends.

        :param str signer: who has accepted on the page
        :param bytes signature: base64 of the drawn signature
        """
        self.ensure_one()
        old = self.sudo().replaces_id
        if old.state in ("proposed", "active"):
            old._set_cancelled(
                self.env._("Replaced by %(plan)s", plan=self.display_name)
            )
            self.env.flush_all()
        values = {"state": "active", "activated_on": self._get_today()}
        if signer:
            values |= {
                "signed_by": signer,
                "signed_on": fields.Datetime.now(),
                "signature": signature,
            }
        self.sudo().write(values)
        self._ensure_portal_keys()
        self._book_cost()
        self._after_change()
        self.env.flush_all()  # another plan over the same invoice is refused here

    def _set_completed(self):
        self.sudo().write({"state": "completed", "closed_on": self._get_today()})
        self._after_change()

    def _set_reopened(self):
        """Go on with a plan whose last payment was undone."""
        self.sudo().write({"state": "active", "closed_on": False})
        self._after_change()

    def _set_defaulted(self, reason, date=None):
        """End a plan that is not kept: the debt comes back.

        :param str reason: in words, for the bookkeeper
        :param datetime.date date: the company's date, default today
        """
        self.ensure_one()
        date = date or self._get_today()
        self._close("defaulted", reason, date)
        self._return_debt(date)

    def _set_cancelled(self, reason, date=None):
        for plan in self:
            plan._close("cancelled", reason, date or plan._get_today())

    def _set_draft(self):
        self.sudo().write({"state": "draft", "proposed_on": False, "date_valid": False})
        self._after_change()

    def _close(self, state, reason, date):
        self.env.flush_all()  # what is paid is known before it stays as it is
        self.sudo().write({"state": state, "closed_on": date, "close_reason": reason})
        self._message_log(body=reason)
        self.env["installment.plan.cost"]._ask_to_check(self)
        self._after_change()

    def _get_today(self):
        return self.company_id._get_dunning_today()

    def _after_change(self):
        """Let the desk know that the debt rests, or goes on."""
        self.env.flush_all()
        for plan in self:
            plan.case_id.sudo()._refresh_next_step()

    # === RENEGOTIATION === #

    def _renegotiate(self, schedule=None):
        """Return a draft that replaces this plan when it is agreed.

        :param Schedule schedule: over the balance; by default as many instalments as
            are left, at their dates
        :rtype: installment.plan
        """
        self.ensure_one()
        self._check_in(("active", "defaulted"))
        lines = self.item_ids.move_line_id.filtered(lambda line: not line.reconciled)
        self.item_ids._check_plannable(lines, self)
        return self._make(
            lines,
            schedule or self._get_rest_schedule(lines),
            name=self.name,
            contact_id=self.contact_id.id,
            user_id=self.user_id.id,
            version=self.version + 1,
            replaces_id=self.id,
            grace_days=self.grace_days,
            max_missed=self.max_missed,
            terms=self.terms,
        )

    def _get_rest_schedule(self, lines):
        """Return the balance over the dates to come, or from tomorrow on."""
        today = self._get_today()
        left = len(self.line_ids.filtered(lambda line: line.amount_open)) or 1
        coming = self.line_ids.filtered(lambda line: line.date > today)
        first = coming[:1].date or today + timedelta(days=7)
        return self._schedule_equal(lines, len(coming) or left, first, self.period)

    # === DEFAULT === #

    def _return_debt(self, date):
        """Let the debt come back at the level that it had: the next one waits a while.

        The level of the items was never touched; the notice of default asks to pay, and
        the next reminder waits until that day has passed.
        """
        self.ensure_one()
        until = self._get_return_date(date)
        items = (
            self.env["dunning.case.line"]
            .sudo()
            .search([("move_line_id", "in", self.item_ids.move_line_id.ids)])
        )
        items.write({"pay_by_date": until})
        self._after_change()

    def _get_return_date(self, date=None):
        """Return until when all is to be paid once the plan has ended.

        :param datetime.date date: on which it ended, default as it did
        :rtype: datetime.date
        """
        self.ensure_one()
        days = self.company_id.installment_default_days
        return self.company_id._get_dunning_business_day(
            (date or self.closed_on or self._get_today()) + timedelta(days=days)
        )

    # === WATCHING === #

    def _refresh_state(self):
        """Complete plans that are paid, go on with those whose payment was undone."""
        for plan in self:
            is_paid = plan.currency_id.is_zero(plan.amount_open)
            if plan.state == "active" and is_paid:
                plan._finish()
            elif plan.state == "completed" and not is_paid:
                plan._reopen()

    def _reopen(self):
        """Go on with a plan; one whose invoices are being changed is cancelled."""
        states = set(self.item_ids.move_line_id.mapped("parent_state"))
        if states == {"posted"}:
            self._set_reopened()
        else:
            self._set_cancelled(self.env._("An invoice was changed"))

    def _finish(self):
        """Complete a plan; one whose invoices were credited is cancelled."""
        states = set(self.item_ids.move_id.mapped("payment_state"))
        if states == {"reversed"}:
            self._set_cancelled(self.env._("The invoices were credited"))
        else:
            self._set_completed()

    @api.model
    def _watch(self, company, date):
        """Complete, default and expire the plans of a company.

        :param res.company company: whose plans
        :param datetime.date date: the company's date to decide for
        :return: the plans whose state has changed
        :rtype: installment.plan
        """
        plans = self.env["installment.plan"].search(
            [("company_id", "=", company.id), ("state", "in", ("proposed", "active"))]
        )
        before = {plan: plan.state for plan in plans}
        for plan in plans:
            plan._watch_one(date)
        return plans.filtered(lambda plan: plan.state != before[plan])

    def _watch_one(self, date):
        if self.state == "proposed":
            if self.date_valid and self.date_valid < date:
                self._set_cancelled(
                    self.env._(
                        "Nobody accepted it until %(date)s",
                        date=self._format_date(self.date_valid),
                    ),
                    date,
                )
            return
        self._refresh_state()
        reason = self.state == "active" and self._get_default_reason(date)
        if reason:
            self._set_defaulted(reason, date)

    def _get_default_reason(self, date):
        """Return why the plan is not kept by ``date``, or ``False``.

        :rtype: str | bool
        """
        self.ensure_one()
        missed = self._get_missed_lines(date)
        missed -= self._get_received_lines(date) if missed else missed
        last = date - timedelta(days=self.grace_days)
        beyond = missed.filtered(
            lambda line: not line.paid_on and line._get_last_day_in_time() < last
        )
        if beyond:
            return self.env._(
                "The instalment of %(date)s is open for more than %(days)s days",
                date=self._format_date(beyond[0].date),
                days=self.grace_days,
            )
        if self.max_missed and len(missed) > self.max_missed:
            return self.env._(
                "%(count)s instalments were not paid on their day", count=len(missed)
            )
        return False

    @api.model
    def _get_resting_sql(self, date, company):
        """Return the subquery of the receivables that rest because of a plan.

        An active plan, or one that the customer can still accept.

        :rtype: SQL
        """
        return SQL(
            """SELECT planned.move_line_id
                 FROM installment_plan_item planned
                 JOIN installment_plan plan ON plan.id = planned.plan_id
                WHERE plan.company_id = %(company)s
                  AND (plan.state = 'active'
                       OR (plan.state = 'proposed' AND plan.date_valid >= %(date)s))""",
            company=company.id,
            date=date,
        )

    # === COST === #

    def _book_cost(self):
        """Make the draft invoice of interest and fee, if there is any."""
        self.ensure_one()
        return self.env["installment.plan.cost"]._book(self)
