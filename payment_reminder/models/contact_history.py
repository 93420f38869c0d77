from collections import defaultdict

import pytz

from odoo import models
from odoo.tools import SQL

from ..tools.contact_window import Contact
from .dunning_call import REACHED


class ContactHistory(models.AbstractModel):
    """Which contacts with a customer have taken place, over all cases of a company.

    Counted are calls of ours, whether somebody answered or not, and e-mails and letters
    of reminders and instalment plans. Not counted: calls of the customer (but a
    conversation keeps the distance whoever has called), answers to what customers do on
    their page, and links that they have asked for.
    """

    _name = "contact.history"
    _description = "Contact History"

    def _read_contacts(self, subjects, since, until):
        """Return the contacts with many customers in one query.

        :param set subjects: of ids: company and commercial partner
        :param datetime.datetime since: naive UTC
        :param datetime.datetime until: naive UTC; what is on its way counts from now
        :return: ``{(company id, partner id): list of tools.contact_window.Contact}``,
            the oldest first
        :rtype: collections.defaultdict
        """
        contacts = defaultdict(list)
        if not subjects:
            return contacts
        self.env.flush_all()
        rows = self.env.execute_query(
            SQL(
                """
                SELECT company_id, partner_id, LEAST(moment, %(until)s), kind, is_talk
                  FROM (%(parts)s) made
                 WHERE (company_id, partner_id) IN %(subjects)s AND moment >= %(since)s
              ORDER BY moment
                """,
                parts=SQL(" UNION ALL ").join(self._get_parts_sql(subjects)),
                subjects=tuple(subjects),
                since=since,
                until=until,
            )
        )
        for company_id, partner_id, moment, kind, is_talk in rows:
            contacts[company_id, partner_id].append(
                Contact(pytz.utc.localize(moment), kind, is_talk)
            )
        return contacts

    def _get_parts_sql(self, subjects):
        """Return the queries of what counts; an addon adds what it sends.

        Each gives ``company_id``, ``partner_id`` (the commercial one), ``moment``,
        ``kind`` and ``is_talk``.

        :rtype: list[SQL]
        """
        partners = tuple({partner for _company, partner in subjects})
        return [
            self._get_calls_sql(partners),
            self._get_notices_sql(partners),
            self._get_plan_mails_sql(partners),
        ]

    def _get_calls_sql(self, partners):
        """Return the query of calls; one of the customer is none of ours.

        A conversation is one whoever has called (CFPB, FAQ on 12 CFR 1006.14(b)).
        """
        return SQL(
            """
            SELECT company_id, partner_id, date AS moment,
                   CASE WHEN is_incoming THEN 'incoming' ELSE 'call' END AS kind,
                   outcome IN %(reached)s AS is_talk
              FROM dunning_call
             WHERE partner_id IN %(partners)s
            """,
            reached=tuple(sorted(REACHED)),
            partners=partners,
        )

    def _get_notices_sql(self, partners):
        """Return the query of notices; those in doubt or on their way count as well."""
        kinds = self.env["dunning.channel"]._get_contact_kinds()
        return SQL(
            """
            SELECT notice.company_id, notice.partner_id,
                   COALESCE(notice.sent_at, notice.write_date) AS moment,
                   channel.kind, FALSE AS is_talk
              FROM dunning_notice notice
              JOIN (VALUES %(kinds)s) channel(id, kind)
                ON channel.id = notice.channel_id
             WHERE notice.partner_id IN %(partners)s AND channel.kind <> 'call'
               AND notice.state IN ('sent', 'in_flight', 'in_doubt')
            """,
            kinds=SQL(", ").join(
                SQL("(%s, %s)", channel.id, kind) for channel, kind in kinds.items()
            )
            or SQL("(0, '')"),
            partners=partners,
        )

    def _get_plan_mails_sql(self, partners):
        return SQL(
            """
            SELECT plan.company_id, plan.partner_id,
                   COALESCE(notice.contact_at, notice.create_date) AS moment,
                   'message' AS kind, FALSE AS is_talk
              FROM installment_notice notice
              JOIN installment_plan plan ON plan.id = notice.plan_id
             WHERE plan.partner_id IN %(partners)s
               AND COALESCE(notice.problem, '') = ''
            """,
            partners=partners,
        )
