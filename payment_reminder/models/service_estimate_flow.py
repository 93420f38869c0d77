from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError


class ServiceEstimateFlow(models.AbstractModel):
    """The way of an estimate: sent, accepted or declined, revised, invoiced."""

    _name = "service.estimate.flow"
    _description = "Estimate: States"

    # === ACTION METHODS === #

    def action_mark_sent(self):
        """Call the estimate sent, without an e-mail: it was handed over otherwise."""
        self.check_access("write")
        self._check_sendable()
        self._set_sent()

    def action_accept(self):
        """Record that the customer has accepted by other means."""
        self.check_access("write")
        for estimate in self:
            estimate._check_open()
            estimate._set_accepted(estimate.env.user.name)

    def action_decline(self):
        """Record that the customer has declined by other means."""
        self.check_access("write")
        for estimate in self:
            estimate._check_open()
            estimate._set_declined("")

    def action_reset_draft(self):
        """Take an estimate back that nobody has accepted, to change it."""
        self.check_access("write")
        if any(one.state not in ("sent", "declined", "expired") for one in self):
            raise UserError(
                self.env._("Only an estimate that was not accepted can be taken back.")
            )
        self._set_draft()

    def action_revise(self):
        """Open a new revision, which replaces this one when it is sent."""
        self.ensure_one()
        self.check_access("write")
        return self._revise()._get_records_action()

    # === STATES === #

    def _set_sent(self):
        """Copy what the customer is told: prices stay as they are from now on."""
        for estimate in self:
            local = estimate._localized()
            stages = local._get_priced_stages()
            for stage, values in stages._rate_stages(local.company_id).items():
                stage.sudo().factor_values = values
            estimate.sudo().write(
                {
                    "deadline_scale": local._get_deadline_scale(),
                    "state": "sent",
                    "sent_on": fields.Datetime.now(),
                }
            )
            estimate._portal_ensure_token()

    def _set_accepted(self, name, signature=None):
        """Record the acceptance.

        :param str name: who accepted
        :param bytes signature: base64 of the drawn signature
        """
        self.ensure_one()
        self.sudo().write(
            {
                "state": "accepted",
                "signed_by": name,
                "signed_on": fields.Datetime.now(),
                "signature": signature,
            }
        )
        self._notify_responsible(
            self._for_responsible().env._("Accepted by %(name)s: invoice it", name=name)
        )

    def _set_declined(self, reason):
        self.ensure_one()
        self.sudo().write({"state": "declined", "decline_reason": reason or False})
        self._notify_responsible(
            self._for_responsible().env._("Declined: %(reason)s", reason=reason or "")
        )

    def _set_expired(self):
        self.sudo().write({"state": "expired"})

    def _set_draft(self):
        self.sudo().write({"state": "draft", "sent_on": False, "decline_reason": False})

    def _set_invoiced(self):
        self.sudo().write({"state": "invoiced"})

    def _set_uninvoiced(self):
        """Open it for invoices again: one was cancelled or deleted."""
        self.sudo().write({"state": "accepted"})

    # === CHECKS === #

    def _check_sendable(self):
        """Raise a UserError that says in words what is missing."""
        for estimate in self:
            if estimate.is_template:
                raise UserError(
                    self.env._(
                        "%(estimate)s is a template: make an estimate from it first.",
                        estimate=estimate.title,
                    )
                )
            if estimate.state != "draft":
                raise UserError(
                    self.env._("%(estimate)s was sent already.", estimate=estimate.name)
                )
            if not estimate._get_priced_stages():
                raise UserError(
                    self.env._("%(estimate)s has no stage yet.", estimate=estimate.name)
                )
            problems = estimate._get_problems()
            if problems:
                raise UserError("\n".join(problems))

    def _check_validity(self):
        """Raise a UserError if nobody could accept the estimate any more."""
        self.ensure_one()
        today = self.company_id._get_dunning_today()
        if self.date_valid and self.date_valid < today:
            raise UserError(
                self.env._(
                    "%(estimate)s is valid until %(date)s only, which has passed: "
                    "choose a later day.",
                    estimate=self.name,
                    date=self._format_date(self.date_valid),
                )
            )

    def _get_closed_text(self):
        """Return why the customer cannot decide any more, or ``False``.

        :rtype: str | bool
        """
        self.ensure_one()
        today = self.company_id._get_dunning_today()
        if self.state in ("accepted", "invoiced"):
            return self.env._("This estimate was accepted already.")
        if self.state == "declined":
            return self.env._("This estimate was declined.")
        if self.is_superseded:
            return self.env._("A newer revision replaces this estimate.")
        if self.state == "expired" or (self.date_valid and self.date_valid < today):
            return self.env._(
                "This estimate was valid until %(date)s; please ask for a new one.",
                date=self._format_date(self.date_valid),
            )
        if self.state != "sent":
            return self.env._("This estimate was not sent yet.")
        return False

    # === REVISIONS === #

    def _revise(self):
        """Return a draft with the same stages that replaces this one when sent.

        :rtype: service.estimate
        """
        self.ensure_one()
        newer = self.copy({"name": self.name})
        newer.sudo().write({"revision": self.revision + 1, "revision_of_id": self.id})
        return newer

    # === CRON === #

    @api.model
    def _expire(self, company, date):
        """Close what nobody has accepted in time.

        :param res.company company: whose estimates
        :param datetime.date date: the company's date to decide for
        :rtype: service.estimate
        """
        late = self.env["service.estimate"].search(
            [
                ("company_id", "=", company.id),
                ("state", "=", "sent"),
                ("date_valid", "<", date),
            ]
        )
        late._set_expired()
        return late

    @api.model
    def _warn_expiring(self, company, date):
        """Tell the responsible people once of estimates that will soon expire.

        A validity that was extended is worth another warning.

        :param res.company company: whose estimates
        :param datetime.date date: the company's date to decide for
        :return: the estimates that were warned about now
        :rtype: service.estimate
        """
        until = date + timedelta(days=company.estimate_warning_days)
        near = self.env["service.estimate"].search(
            [
                ("company_id", "=", company.id),
                ("state", "=", "sent"),
                ("date_valid", ">=", date),
                ("date_valid", "<=", until),
            ]
        )
        near = near.filtered(
            lambda one: not one.is_superseded and one.date_warned != one.date_valid
        )
        for estimate in near:
            estimate.date_warned = estimate.date_valid
            estimate._notify_responsible(
                self.env._(
                    "Valid until %(date)s only: ask the customer",
                    date=estimate._format_date(estimate.date_valid),
                )
            )
        return near
