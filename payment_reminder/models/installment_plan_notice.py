import logging

import psycopg2.errors

from odoo import api, fields, models
from odoo.tools.misc import format_date

_logger = logging.getLogger(__name__)


class InstallmentPlan(models.Model):
    """What is written to the customer of a plan: proposal, reminders, its end."""

    # one concept, one file
    _inherit = "installment.plan"  # pylint: disable=consider-merging-classes-inherited

    notice_ids = fields.One2many(
        comodel_name="installment.notice", inverse_name="plan_id", string="Notices"
    )

    # === STATES: WHAT IS TOLD === #

    def _set_proposed(self):
        done = super()._set_proposed()
        for plan in self:
            plan._write_to_customer(
                "proposal", plan._get_mail_template("proposal"), plan
            )
        return done

    def _set_defaulted(self, reason, date=None):
        done = super()._set_defaulted(reason, date)
        self._write_to_customer("default", self._get_mail_template("default"), self)
        self._tell_responsible(self.env._("Plan ended: %(reason)s", reason=reason))
        return done

    def _get_mail_template(self, kind):
        """Return the mail of a proposal or of the end of a plan; empty if deleted.

        :rtype: mail.template
        """
        name = f"payment_reminder.mail_template_installment_{kind}"
        found = self.env.ref(name, raise_if_not_found=False)
        return found or self.env["mail.template"]

    # === REMINDERS === #

    @api.model
    def _remind(self, company, date):
        """Send the reminders of instalments that have become due by ``date``.

        One plan that fails does not stop the others: its responsible person is told.

        :param res.company company: whose plans
        :param datetime.date date: the company's date to decide for
        :return: what was written
        :rtype: installment.notice
        """
        reminders = self.env["installment.reminder"].search(
            [("company_id", "in", (False, company.id))]
        )
        plans = self.search([("company_id", "=", company.id), ("state", "=", "active")])
        notices = self.env["installment.notice"]
        for plan in plans if reminders else []:
            notices |= plan._remind_safely(reminders, date)
        return notices

    def _remind_safely(self, reminders, date):
        try:
            with self.env.cr.savepoint():
                return self._remind_one(reminders, date)
        except psycopg2.errors.SerializationFailure:
            raise
        except Exception as error:
            _logger.warning("Reminder of plan %s failed", self.name, exc_info=True)
            self.env.invalidate_all(flush=False)
            self._tell_responsible(
                self.env._("Reminder could not be sent: %(error)s", error=error)
            )
            return self.env["installment.notice"]

    def _remind_one(self, reminders, date):
        """Write about the first instalment that has reached a reminder.

        One mail a day is enough: it names all that is open by then.
        """
        lines = self.line_ids.sorted("date").filtered("amount_open")
        for line in lines - self._get_received_lines(date):
            reminder = reminders._find_due(line, date)
            if reminder and not self._was_sent(line, reminder):
                if self._is_reminder_held():
                    break
                if reminder.delay_days > 0:
                    self._tell_late(line)
                return self._write_to_customer(
                    "reminder", reminder.mail_template_id, line, date, reminder
                )
        return self.env["installment.notice"]

    def _was_sent(self, line, reminder):
        """Return whether this reminder, or a later one, was sent of an instalment."""
        return any(
            notice.reminder_id.delay_days >= reminder.delay_days
            for notice in self.notice_ids
            if notice.line_id == line and notice.reminder_id
        )

    # === WRITING === #

    def _write_to_customer(self, kind, template, record, date=None, reminder=None):
        """Write a mail to the contact of the plan, and keep that it was written.

        It stands in the plan's and the case's history; without an address, or without a
        text, the responsible person is told to call.

        :param str kind: of the notice
        :param mail.template template: of ``record``
        :param record: the plan or an instalment
        :param datetime.date date: the company's date, default today
        :param installment.reminder reminder: which one, for an instalment
        :rtype: installment.notice
        """
        self.ensure_one()
        problem = self._get_mail_problem(template)
        message = self.env["mail.message"]
        contact_at = False
        if problem:
            self._tell_responsible(problem)
        else:
            contact_at = self._get_mail_moment()
            message = self._post_mail(template, record, kind, contact_at)
        is_line = record._name == "installment.plan.line"
        return (
            self.env["installment.notice"]
            .sudo()
            .create(
                {
                    "plan_id": self.id,
                    "kind": kind,
                    "line_id": is_line and record.id,
                    "reminder_id": reminder and reminder.id,
                    "date": date or self._get_today(),
                    "amount_open": record.amount_open,
                    "message_id": message.id,
                    "contact_at": contact_at,
                    "problem": problem,
                }
            )
        )

    def _get_mail_problem(self, template):
        """Return why no mail can be written, or ``False``.

        :rtype: str | bool
        """
        contact = self._get_mail_contact()
        if not template:
            return self.env._("There is no text for this mail any more: call instead.")
        if not contact.email_normalized:
            return self.env._(
                "%(contact)s has no valid e-mail address: call instead.",
                contact=contact.display_name,
            )
        return False

    def _get_mail_contact(self):
        """Return whom mails reach: with whom it was agreed, else the customer itself.

        :rtype: res.partner
        """
        self.ensure_one()
        contact = self.contact_id or self.partner_id
        email = self.env["dunning.channel.email"]
        return email._find_recipient(contact, self.partner_id) or contact

    def _post_mail(self, template, record, kind, contact_at=False):
        """Post the rendered mail on the plan, from its responsible person.

        :param contact_at: when it goes out, naive UTC; else at once
        :rtype: mail.message
        """
        local = self._localized().sudo()
        rendered = template.sudo()._generate_template(
            record.ids, ("subject", "body_html", "email_from")
        )[record.id]
        contact = self._get_mail_contact()
        author = self.user_id.partner_id or self.company_id.partner_id
        message = local.message_post(
            subject=rendered["subject"],
            body=rendered["body_html"],
            partner_ids=contact.ids,
            author_id=author.id,
            email_from=rendered.get("email_from") or author.email_formatted,
            message_type="comment",
            subtype_xmlid="mail.mt_note",
            email_layout_xmlid="payment_reminder.mail_layout_message",
            email_add_signature=False,  # the text has one, of the responsible person
            attachments=self._get_mail_attachments(kind),
            **({"scheduled_date": contact_at} if contact_at else {}),
        )
        if self.case_id:
            self.case_id._message_log(
                body=self.env._(
                    "%(plan)s: %(subject)s",
                    plan=self.display_name,
                    subject=rendered["subject"],
                )
            )
        return message

    def _get_mail_attachments(self, kind):
        """Return name and content of what a mail brings: a proposal, the agreement."""
        if kind != "proposal":
            return []
        return [(f"{self._get_document_name()}.pdf", self._render_pdf())]

    # === TELLING === #

    def _tell_late(self, line):
        self._tell_responsible(
            self.env._(
                "The instalment of %(date)s is late: %(amount)s",
                date=format_date(self.env, line.date, date_format="medium"),
                amount=self.currency_id._format_dunning(line.amount_open),
            ),
            "late",
        )

    def _tell_responsible(self, summary, matter=False):
        """Give the responsible person something to do about the plan, once a text.

        :param str matter: code; see ``dunning.desk._close_mended_tasks``
        """
        for plan in self:
            if summary in plan.activity_ids.mapped("summary"):
                continue
            plan.sudo().activity_schedule(
                "mail.mail_activity_data_todo",
                user_id=plan._get_responsible().id,
                summary=summary,
                dunning_matter=matter,
            )


class InstallmentPlanLine(models.Model):
    """What was written about an instalment."""

    # one concept, one file
    _inherit = "installment.plan.line"  # pylint: disable=consider-merging-classes-inherited

    def _was_reminded(self):
        """Return whether the customer was written to after the instalment's day.

        :rtype: bool
        """
        self.ensure_one()
        return any(
            notice.line_id == self
            and notice.reminder_id.delay_days > 0
            and not notice.problem
            for notice in self.plan_id.sudo().notice_ids
        )
