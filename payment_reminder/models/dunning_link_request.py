import logging
from datetime import timedelta

import psycopg2.errors

from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import email_normalize, email_normalize_all
from odoo.tools.sql import escape_psql

from ..tools.rate_limit import MAX_MAILED_A_DAY, MAX_MAILED_AT_ONCE

_logger = logging.getLogger(__name__)

CHUNK_SIZE = 20


class DunningLinkEvent(models.Model):
    """Who asks for a new link waits for the cron: the answer tells nobody anything."""

    # one concept, one file
    _inherit = "dunning.link.event"  # pylint: disable=consider-merging-classes-inherited

    @api.model
    def _ask_for_link(self, email, network):
        """Keep the wish for a new link; whether it can be fulfilled is seen later.

        :param str email: as the visitor has typed it
        :return: whether it may be asked for that often
        :rtype: bool
        """
        email = email_normalize((email or "")[:320], strict=True) or False
        if not self._pass("new", network, email=email):
            return False
        cron = self.env.ref("payment_reminder.ir_cron_dunning_link").sudo()
        cron._trigger()
        return True

    @api.model
    def _cron_mail_links(self):
        """Look for those who have asked, and mail them their links."""
        domain = [("email", "!=", False)]
        while waiting := self.sudo().search(domain, order="id", limit=CHUNK_SIZE):
            for event in waiting:
                event._mail_links()
            left = self.sudo().search_count(domain)
            if not self.env["ir.cron"]._commit_progress(len(waiting), remaining=left):
                break

    def _mail_links(self):
        """Mail the links of one wish and forget the address; a failure stops nobody."""
        try:
            with self.env.cr.savepoint():
                self.env["dunning.link"].sudo()._mail_new_links(self.email)
        except psycopg2.errors.SerializationFailure:
            raise
        except Exception:
            _logger.exception("New link of wish %s", self.id)
            self.env.invalidate_all(flush=False)
        self.email = False


class DunningLink(models.Model):
    """New links by mail, to addresses on file only."""

    _inherit = "dunning.link"  # pylint: disable=consider-merging-classes-inherited

    @api.model
    def _mail_new_links(self, email):
        """Mail new links to the customers that have an address, and owe something.

        :param str email: normalized
        :rtype: dunning.link
        """
        links = self.browse()
        for contact, case in self._find_askers(email)[:MAX_MAILED_AT_ONCE]:
            link = self._issue(case, contact_id=contact.id, origin="request")
            link._mail()
            links |= link
        return links

    @api.model
    def _find_askers(self, email):
        """Return whom to write to about which case: one for customer and company.

        :param str email: normalized; it must be one of the addresses of a contact
        :rtype: list[tuple[res.partner, dunning.case]]
        """
        contacts = self.env["res.partner"].search(
            Domain("email_normalized", "=", email)
            | Domain("email", "ilike", escape_psql(email)),
            order="is_company DESC, id",
        )
        contacts = contacts.filtered(
            lambda one: (
                not one.is_blacklisted and email in email_normalize_all(one.email or "")
            )
        )
        cases = self.env["dunning.case"].search(
            [
                ("partner_id", "in", contacts.commercial_partner_id.ids),
                ("merged_into_id", "=", False),
                ("is_open", "=", True),
            ],
            order="id",
        )
        groups = cases.grouped(lambda case: (case.company_id, case.partner_id))
        return [
            (contacts.filtered(self._is_contact_of(customer))[:1], group[0])
            for (company, customer), group in groups.items()
            if self._count_mailed(company, customer) < MAX_MAILED_A_DAY
        ]

    @api.model
    def _is_contact_of(self, customer):
        return lambda contact: contact.commercial_partner_id == customer

    @api.model
    def _count_mailed(self, company, customer):
        """Return how many links the customer has asked for within a day."""
        return self.search_count(
            [
                ("company_id", "=", company.id),
                ("partner_id", "=", customer.id),
                ("origin", "=", "request"),
                ("create_date", ">", fields.Datetime.now() - timedelta(days=1)),
            ]
        )

    def _mail(self):
        """Queue the mail with the link; it stands in the history of the case."""
        self.ensure_one()
        template = self.env.ref("payment_reminder.mail_template_new_link").sudo()
        rendered = template._generate_template(self.ids, ("subject", "body_html"))
        mail = self._prepare_mail_values(**rendered[self.id])
        self.env["mail.mail"].create(mail)
        self.env.ref("mail.ir_cron_mail_scheduler_action").sudo()._trigger()

    def _prepare_mail_values(self, subject, body_html, **_ignored):
        """Return the values of the mail, which looks as reminders do."""
        layout = self.env["dunning.channel.email"]
        body = layout._wrap(self, body_html)
        author = self.user_id.partner_id or self.company_id.partner_id
        return {
            "model": "dunning.case",
            "res_id": self._get_case().id,
            "subject": layout._clean_subject(subject),
            "body": body,
            "body_html": body,
            "author_id": author.id,
            "email_from": author.email_formatted or self.company_id.email_formatted,
            "email_to": ", ".join(layout._get_recipients(self)),
            "message_type": "email_outgoing",
            "subtype_id": self.env.ref("mail.mt_note").id,
            "auto_delete": False,
        }

    def _get_page_url(self):
        self.ensure_one()
        return self._get_url()
