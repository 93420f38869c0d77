from odoo import models
from odoo.exceptions import UserError


class ServiceEstimate(models.Model):
    """The e-mail that brings the estimate: its text, its PDF, the link to its page."""

    # one concept, one file
    _inherit = "service.estimate"  # pylint: disable=consider-merging-classes-inherited

    # === ACTION METHODS === #

    def action_send(self):
        """Open the e-mail to the customer; the estimate is sent when the mail is.

        An open estimate can be sent again, with its PDF as it was.
        """
        self.ensure_one()
        self.check_access("write")
        self._check_mailable()
        template = self.env.ref(
            "payment_reminder.mail_template_estimate", raise_if_not_found=False
        )
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Send the Estimate"),
            "res_model": "mail.compose.message",
            "views": [(False, "form")],
            "target": "new",
            "context": {
                "default_model": self._name,
                "default_res_ids": self.ids,
                "default_composition_mode": "comment",
                "default_template_id": template.id if template else False,
                "default_email_layout_xmlid": "mail.mail_notification_layout",
                "email_notification_allow_footer": True,
                "hide_mail_template_management_options": True,
                "force_email": True,
                "mark_estimate_sent": True,
            },
        }

    def _check_mailable(self):
        """Raise a UserError that says why the estimate cannot be mailed."""
        if self.state == "draft":
            self._check_sendable()
            self._check_validity()
        elif self._get_closed_text():
            raise UserError(self._get_closed_text())

    # === MAIL === #

    def message_post(self, **kwargs):
        if self.env.context.get("mark_estimate_sent"):
            for estimate in self.filtered(lambda one: one.state == "draft"):
                estimate._check_sendable()
                estimate._set_sent()
                estimate._renew_attached_pdf(kwargs.get("attachment_ids") or [])
        return super().message_post(**kwargs)

    def _renew_attached_pdf(self, attachment_ids):
        """Print the PDF in a mail again: what goes out says what is now fixed.

        :param list attachment_ids: of the mail; those that are not our PDF stay
        """
        name = f"{self._get_document_name()}.pdf"
        attachments = self.env["ir.attachment"].browse(
            one for one in attachment_ids if isinstance(one, int)
        )
        own = attachments.filtered(
            lambda one: one.name == name and one.create_uid == self.env.user
        )
        if own:
            own.raw = self._render_pdf()

    def _mail_get_partners(self, introspect_fields=False):
        """Write to the person that the estimate is addressed to."""
        partners = super()._mail_get_partners(introspect_fields=introspect_fields)
        for estimate in self.filtered("contact_id"):
            partners[estimate.id] = estimate.contact_id
        return partners

    def _notify_get_recipients_groups(self, message, model_description, msg_vals=False):
        """Name the button of the customer's mail after what it opens."""
        groups = super()._notify_get_recipients_groups(
            message, model_description, msg_vals=msg_vals
        )
        for name, _is_member, options in groups:
            if name == "portal_customer":
                title = self.env._("View and Accept the Estimate")
                options.setdefault("button_access", {})["title"] = title
        return groups
