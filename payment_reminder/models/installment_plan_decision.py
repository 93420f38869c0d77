from odoo import fields, models
from odoo.exceptions import UserError

from .dunning_portal_document import MAX_TEXT


class InstallmentPlan(models.Model):
    """What the customer decides about a proposed plan, and asks for."""

    # one concept, one file
    _inherit = "installment.plan"  # pylint: disable=consider-merging-classes-inherited

    decline_reason = fields.Text(
        readonly=True, copy=False, help="Why the customer has declined, in his words."
    )

    # === WHETHER === #

    def _get_closed_text(self):
        """Return why the customer cannot accept the plan, or ``False``.

        :rtype: str | bool
        """
        self.ensure_one()
        if self.state != "proposed":
            return self._get_state_text()
        if self._get_replacement():
            return self.env._("A newer version replaces this plan.")
        today = self.company_id._get_dunning_today()
        if self.date_valid and self.date_valid < today:
            return self.env._(
                "You could accept this plan until %(date)s; please ask us for a new "
                "one.",
                date=self._format_date(self.date_valid),
            )
        return self._get_stale_text(today)

    def _get_state_text(self):
        if self.state == "active":
            return self._get_agreed_text()
        if self.state == "completed":
            return self.env._("Everything is paid. Thank you!")
        if self.state == "defaulted":
            return self.env._(
                "This plan has ended on %(date)s, because it was not kept. All that is "
                "open is due now; please talk to us.",
                date=self._format_date(self.closed_on),
            )
        if self.state == "cancelled":
            return self._get_cancelled_text()
        return self.env._("We have taken this plan back; please ask us for a new one.")

    def _get_agreed_text(self):
        if self.signed_by:
            return self.env._(
                "Accepted by %(name)s on %(date)s: the plan is in force.",
                name=self.signed_by,
                date=self._format_date(self._get_signing_day()),
            )
        return self.env._(
            "Agreed on %(date)s: the plan is in force.",
            date=self._format_date(self.activated_on),
        )

    def _get_cancelled_text(self):
        date = self._format_date(self.closed_on)
        if self._get_replacement():
            return self.env._("A newer version replaces this plan.")
        if self.decline_reason:
            return self.env._("You have declined this plan on %(date)s:", date=date)
        return self.env._(
            "This plan does not apply any more since %(date)s.", date=date
        )

    def _get_stale_text(self, today):
        """Return why the plan does not fit the invoices any more, or ``False``."""
        first = min(self.line_ids.mapped("date"))
        if first < today:
            return self.env._(
                "The first instalment was due on %(date)s; please ask us for a new "
                "plan.",
                date=self._format_date(first),
            )
        try:
            self._check_current()
        except UserError:  # says it in a bookkeeper's words
            return self.env._(
                "Something has changed with the invoices since we proposed this plan, "
                "a payment for example; please ask us for a new one."
            )
        return False

    def _get_replacement(self):
        """Return the newest version for the same customer that may be shown.

        :rtype: installment.plan
        """
        self.ensure_one()
        for newer in self.replaced_by_ids.sorted("version", reverse=True):
            found = newer._get_replacement()
            if not found and newer._is_shown() and newer.state != "cancelled":
                found = newer
            if found and found._is_of_customer(self.partner_id):
                return found
        return self.browse()

    # === DECIDING === #

    def _accept_by_customer(self, name, signature):
        """Let the plan begin, signed on the page.

        :param str name: who accepts
        :param str signature: base64 of a picture
        :raise UserError: in words for the customer
        """
        self.ensure_one()
        self._lock_decision()
        self._check_open()
        name = self._check_signer(name)
        office = self._for_responsible()
        office._set_active(name, self._check_signature(signature))
        self._notify_responsible(
            office.env._(
                "%(plan)s: accepted by %(name)s", plan=self.display_name, name=name
            )
        )

    def _decline_by_customer(self, reason):
        """End a proposed plan that the customer does not want.

        :param str reason: why, must not be empty
        :raise UserError: in words for the customer
        """
        self.ensure_one()
        self._lock_decision()
        self._check_open()
        reason = self._check_reason(reason)
        office = self._for_responsible()
        self.sudo().decline_reason = reason
        office._set_cancelled(office.env._("Declined: %(reason)s", reason=reason))
        self._notify_responsible(
            office.env._("%(plan)s: declined", plan=self.display_name), reason
        )

    def _ask_by_customer(self, text, author):
        """Put a wish of the customer into the thread and on somebody's desk.

        :param str text: what should be different, must not be empty
        :param res.partner author: who asks
        :raise UserError: in words for the customer
        """
        self.ensure_one()
        if self.state not in ("proposed", "active"):
            raise UserError(self.env._("This plan is over; please write to us below."))
        text = (text or "").strip()[:MAX_TEXT]
        if not text:
            raise UserError(self.env._("Please tell us what should be different."))
        self.sudo().message_post(
            body=text,
            author_id=author.id,
            message_type="comment",
            subtype_xmlid="mail.mt_comment",
        )
        self._notify_responsible(
            self._for_responsible().env._(
                "%(plan)s: the customer asks to change it", plan=self.display_name
            ),
            text,
        )
