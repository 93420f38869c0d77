import re
from contextlib import contextmanager
from smtplib import SMTPRecipientsRefused

from odoo import models
from odoo.tools import SQL
from odoo.tools.mail import (
    email_normalize_all,
    email_split_and_format,
    formataddr,
    generate_tracking_message_id,
)

from odoo.addons.base.models.ir_mail_server import (
    MailDeliveryException,
    extract_rfc2822_addresses,
)

from ..tools.delivery import (
    PermanentDeliveryError,
    UnreachableError,
    classify_smtp_error,
)
from ..tools.plain_text import mail_to_plain_text


class MailSession:
    """An SMTP connection that is opened again when the server dropped it."""

    def __init__(self, connect):
        self._connect = connect
        self._smtp = None
        self.addressees = set()  # of the message at hand, without copies
        self._refused = {}
        self.in_data = False  # whether the text of a message is on its way

    def get(self):
        """Return the connection, a new one if the last was lost."""
        if self._smtp is None:
            self._smtp = self._connect()
            self._track_recipients()
            self._track_data()
        self.in_data = False
        self._refused = {}
        return self._smtp

    def _track_recipients(self):
        """Note whom the server refuses: it takes a mail that goes to one at least."""
        if self._smtp is None:  # test mode sends nothing
            return
        send_rcpt = self._smtp.rcpt

        def rcpt(address, *args, **kwargs):
            reply = send_rcpt(address, *args, **kwargs)
            if reply[0] not in (250, 251):
                self._refused[address] = reply
            return reply

        self._smtp.rcpt = rcpt

    def _track_data(self):
        """Note when the server gets the text: from then on, an error is doubtful.

        It never gets the text of a mail that would reach nobody but copies.
        """
        if self._smtp is None:  # test mode sends nothing
            return
        send_data = self._smtp.data

        def data(message):
            if self.addressees and self.addressees <= set(self._refused):
                raise SMTPRecipientsRefused(self._refused)
            self.in_data = True
            reply = send_data(message)
            self.in_data = False
            return reply

        self._smtp.data = data

    def drop(self):
        """Forget a connection whose state is unknown."""
        smtp, self._smtp = self._smtp, None
        if smtp:
            smtp.close()

    def quit(self):
        """Say good-bye to the server; whether it hears it does not matter."""
        smtp, self._smtp = self._smtp, None
        if smtp:
            try:
                smtp.quit()
            except OSError:
                smtp.close()


class DunningChannelEmail(models.AbstractModel):
    """E-mails: rendered in batches, sent one by one over one connection.

    They do not pass through the queue of ``mail.mail``: it delivers at least once, and
    a reminder must arrive at most once (DEVELOP.md, 'Why not mail.mail').
    """

    _name = "dunning.channel.email"
    _description = "Reminder Channel: E-mail"
    _inherit = "dunning.channel.handler"

    def _get_reachable_sql(self, contact):
        return SQL(
            """(%(contact)s.email ~ '[^@[:space:]]+@[^@[:space:]]+' AND NOT EXISTS (
                SELECT 1 FROM mail_blacklist blacklist
                 WHERE blacklist.active
                   AND blacklist.email = %(contact)s.email_normalized))""",
            contact=contact,
        )

    def _get_unreachable_reason(self, contact):
        addresses = email_normalize_all(contact.email or "")
        if not addresses:
            return self.env._(
                "%(contact)s has no valid e-mail address.", contact=contact.display_name
            )
        if contact.is_blacklisted:
            return self.env._(
                "%(email)s is on the list of addresses that must not be written to.",
                email=contact.email,
            )
        return False

    def _get_other_recipient(self, notice):
        """Return the customer where the address of its contact is no good."""
        customer = notice.partner_id
        other = self._find_recipient(customer, customer)
        is_tried = self._get_recipient_text(other) == self._get_recipient_text(
            notice.contact_id
        )
        return other.browse() if is_tried else other

    def _has_text(self, level):
        return bool(level.mail_template_id)

    def _get_has_text_sql(self, level):
        return SQL("%s.mail_template_id IS NOT NULL", level)

    # === PREPARE === #

    def _get_fileless(self, notices):
        return notices._get_fileless()

    def _make_files(self, notices):
        notices._make_files()

    def _prepare(self, notices):
        notices._mark_attached()
        notices.claim_ids.move_id.sudo()._dunning_ensure_portal_tokens()
        self.env["dunning.link"]._issue_for_notices(notices)
        for notice, values in self._render(notices):
            notice.write(
                {
                    **values,
                    "message_id": notice.message_id
                    or generate_tracking_message_id(
                        f"{notice.case_id.id}-{notice.case_id._name}"
                    ),
                }
            )

    def _render(self, notices):
        """Yield each notice with its subject, body, sender and recipients."""
        for template, group in notices.grouped(
            lambda notice: notice.level_id.mail_template_id
        ).items():
            if not template:
                raise PermanentDeliveryError(
                    self.env._("The level has no e-mail text; choose one.")
                )
            own = group.filtered("has_own_text")
            rendered = self._render_template(template, group - own)
            for notice, values in self._render_template(template, own, True).items():
                rendered[notice] = notice._apply_own_text(values)
            for notice in group:
                yield notice, self._prepare_values(notice, rendered[notice])

    def _render_template(self, template, notices, is_marked=False):
        """Return what a mail template says, in each customer's language.

        :param bool is_marked: mark the parts with amounts, which nobody edits
        :return: ``{notice: {subject, body_html, email_from}}``
        :rtype: dict
        """
        if not notices:
            return {}
        template_sudo = template.sudo().with_context(dunning_mark_parts=is_marked)
        rendered = template_sudo._generate_template(
            notices.ids, ("subject", "body_html", "email_from")
        )
        return {notice: rendered[notice.id] for notice in notices}

    def _get_editable_text(self, notice):
        template = notice.level_id.mail_template_id
        if not template:
            raise PermanentDeliveryError(
                self.env._("The level has no e-mail text; choose one.")
            )
        values = self._render_template(template, notice, True)[notice]
        above, below = notice._split_mail(values["body_html"])
        subject = self._clean_subject(values["subject"])
        return {"subject": subject, "body": above, "closing": below}

    def _get_recipient_text(self, contact):
        return ", ".join(email_normalize_all(contact.email or ""))

    def _prepare_values(self, notice, rendered):
        """Return the evidence of what is about to be sent."""
        recipient = notice._get_recipient()
        copies, left_out = self._get_copies(notice, recipient)
        return {
            "subject": self._clean_subject(rendered.get("subject")),
            "body_html": self._wrap(notice, rendered["body_html"]),
            "email_from": rendered.get("email_from") or self._get_email_from(notice),
            "email_to": ", ".join(self._get_recipients(notice, recipient)),
            "email_cc": ", ".join(copies),
            "copies_left_out": " ".join(left_out),
        }

    def _clean_subject(self, subject):
        """Return ``subject`` in one line; amounts keep their no-break spaces."""
        return " ".join(re.split(r"[ \t\r\n]+", (subject or "").strip()))

    def _wrap(self, notice, body):
        """Return ``body`` within the layout, links made absolute."""
        notice = notice._localized()
        mixin = notice.env["mail.render.mixin"]
        html = mixin._render_encapsulate(
            "payment_reminder.mail_layout",
            body,
            add_context={"company": notice.company_id, "lang": notice.lang},
            context_record=notice,
        )
        return mixin._replace_local_links(html, notice.case_id.get_base_url())

    def _get_email_from(self, notice):
        """Return the named person who writes, or the company."""
        user = notice.user_id
        company = notice.company_id
        return (user and user.email_formatted) or company.email_formatted

    def _get_recipients(self, notice, recipient=None):
        contact = recipient or notice.contact_id
        return self._format_addresses(contact, contact.name or notice.partner_id.name)

    def _format_addresses(self, partner, name, known=()):
        """Return the addresses of ``partner`` as headers need them.

        :param known: normalized addresses that get the mail already
        :rtype: list[str]
        """
        name = name or ""
        if "@" in name:
            name = ""  # Odoo takes an address in a name for one more recipient
        return [
            formataddr((" ".join(name.split()), address))
            for address in email_normalize_all(partner.email or "")
            if address not in known
        ]

    def _get_asked_text(self, notice):
        return self.env._(
            "Already asked for by our e-mail of %(date)s",
            date=notice._format_long_date(notice.date),
        )

    def _get_copies(self, notice, recipient):
        """Return who else gets the mail, and in words why somebody does not.

        A copy is a courtesy: one that cannot be sent keeps nothing back.

        :param res.partner recipient: of the mail itself
        :return: addresses as headers need them, and sentences
        :rtype: tuple[list[str], list[str]]
        """
        known = set(email_normalize_all(recipient.email or ""))
        copies, left_out = [], []
        for partner in notice._get_copy_partners():
            reason = self._get_unreachable_reason(partner)
            if reason:
                left_out.append(self.env._("No copy: %(reason)s", reason=reason))
                continue
            copies += self._format_addresses(partner, partner.name, known)
            known.update(email_normalize_all(partner.email))
        return copies, left_out

    # === DELIVER === #

    def _get_session_key(self, notice):
        server = notice.level_id.mail_template_id.mail_server_id
        return (notice.company_id.id, server.id, notice.email_from)

    @contextmanager
    def _get_session(self, notices):
        server = self._find_server(notices)

        def connect():
            try:
                return self.env["ir.mail_server"]._connect__(
                    mail_server_id=server.id if server else None,
                    smtp_from=notices[:1].email_from,
                )
            except Exception as error:
                # whatever it is, it says nothing about the recipients
                reason = classify_smtp_error(self._get_cause(error))
                raise UnreachableError(str(reason)) from error

        session = MailSession(connect)
        session.get()
        try:
            yield session
        finally:
            session.quit()

    def _find_server(self, notices):
        template_server = notices.level_id.mail_template_id.mail_server_id[:1]
        if template_server:
            return template_server.sudo()
        MailServer = self.env["ir.mail_server"].sudo()
        server, _sender = MailServer._find_mail_server(notices[:1].email_from)
        return server

    def _deliver(self, notice, session):
        try:
            message = self._build_message(notice)
        except Exception as error:
            raise PermanentDeliveryError(str(error)) from error
        smtp = session.get()
        session.addressees = set(extract_rfc2822_addresses(message["To"]))
        try:
            self.env["ir.mail_server"].sudo().send_email(message, smtp_session=smtp)
        except Exception as error:
            doubtful = session.in_data
            session.drop()
            raise classify_smtp_error(self._get_cause(error), doubtful) from error

    def _get_cause(self, error):
        """Return what the server or the network said, out of Odoo's wrapping."""
        if isinstance(error, MailDeliveryException):
            return error.__cause__ or error.__context__ or error
        return error

    def _build_message(self, notice):
        """Return the e-mail as it goes to the server."""
        return self.env["ir.mail_server"]._build_email__(
            email_from=notice.email_from,
            email_to=self._get_recipients(notice),
            email_cc=email_split_and_format(notice.email_cc or ""),
            subject=notice.subject,
            body=notice.body_html,
            body_alternative=mail_to_plain_text(notice.body_html),
            reply_to=self._get_reply_to(notice),
            attachments=self._get_attachments(notice),
            message_id=notice.message_id,
            object_id=f"{notice.case_id.id}-{notice.case_id._name}",
            subtype="html",
            subtype_alternative="plain",
            headers=self._get_headers(notice),
        )

    def _get_reply_to(self, notice):
        """Return where answers go: the case's alias, else the person who writes."""
        case = notice.case_id
        return case._notify_get_reply_to(default=notice.email_from)[case.id]

    def _get_headers(self, notice):
        headers = {"X-Odoo-Objects": f"{notice.case_id._name}-{notice.case_id.id}"}
        bounce = notice.company_id.bounce_email
        if bounce:
            headers["Return-Path"] = bounce
        return headers

    def _get_attachments(self, notice):
        """Return what the e-mail brings along: stored files, nothing is rendered here.

        :rtype: list[tuple[str, bytes, str]]
        """
        files = notice._get_files()
        return [(file.name, file.raw, file.mimetype) for file in files]

    def _get_preview_html(self, notice):
        return self._get_preview_values(notice)["body_html"]

    def _get_preview_values(self, notice):
        names = (
            "subject",
            "email_from",
            "email_to",
            "email_cc",
            "copies_left_out",
            "body_html",
        )
        if notice.body_html:
            values = {name: notice[name] for name in names}
        else:
            [[_notice, values]] = self._render(notice)
        return {**values, "attachments": notice._get_expected_names()}
