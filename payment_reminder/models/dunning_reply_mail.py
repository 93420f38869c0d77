from odoo import models


class DunningReply(models.Model):
    """The mail in which a reply is acknowledged, to the address on file."""

    # one concept, one file
    _inherit = "dunning.reply"  # pylint: disable=consider-merging-classes-inherited

    def _acknowledge(self):
        """Write to the contact what was said and what happens next; never twice.

        It goes through the mail queue and stands in the case's history. Without an
        address, or without a text, nothing is written: the page has said it.
        """
        self.ensure_one()
        template = self.env.ref(
            "payment_reminder.mail_template_reply", raise_if_not_found=False
        )
        is_told = self.mail_message_id or self.plan_id.state == "proposed"
        if is_told or not template or not self.contact_id.email_normalized:
            return
        office = self._for_office()
        rendered = template.sudo()._generate_template(
            office.ids, ("subject", "body_html", "email_from")
        )[self.id]
        office.mail_message_id = office._post_acknowledgement(rendered)
        self.env.ref("mail.ir_cron_mail_scheduler_action").sudo()._trigger()

    def _post_acknowledgement(self, rendered):
        sender = self._get_sender()
        case = self.case_id.with_context(
            lang=self.lang, mail_notify_force_send=False, mail_post_autofollow=False
        )
        return case.message_post(
            subject=rendered["subject"],
            body=rendered["body_html"],
            partner_ids=self.contact_id.ids,
            author_id=sender.id,
            email_from=rendered.get("email_from") or sender.email_formatted,
            message_type="comment",
            subtype_xmlid="mail.mt_note",
            email_layout_xmlid="payment_reminder.mail_layout_reply",
            email_add_signature=False,  # the text has one, of the responsible person
        )

    def _get_sender(self):
        """Return who writes: the responsible person with an address, or the company."""
        person = self.user_id.partner_id
        is_person = self.user_id != self.env.ref("base.user_root")
        company = self.company_id.partner_id
        return person if is_person and person.email_normalized else company
