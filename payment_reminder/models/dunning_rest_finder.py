from odoo import models
from odoo.tools import SQL


class DunningRestFinder(models.AbstractModel):
    """Finds what lets reminders rest until somebody decides: one query of all kinds.

    Another kind: a method ``_get_<kind>_rests_sql`` that ``_get_parts`` names, and its
    label and question in ``dunning.rest``.
    """

    _name = "dunning.rest.finder"
    _description = "What Rests: Queries"

    def _get_sync_sql(self, company, date, cases=None):
        """Return the statement that stores what rests now.

        It returns the tasks of what does not rest any more.

        :rtype: SQL
        """
        scope = SQL("rest.company_id = %s", company.id)
        if cases:
            scope = SQL("%s AND rest.case_id IN %s", scope, tuple(cases.ids))
        same = SQL(
            """rest.case_id = found.case_id AND rest.kind = found.kind
               AND rest.res_id = found.res_id"""
        )
        return SQL(
            """
            WITH found AS MATERIALIZED (
                SELECT rest.*
                  FROM (%(parts)s) rest
                 WHERE %(scope)s
            ), gone AS (
                DELETE FROM dunning_rest rest
                 WHERE %(scope)s
                   AND NOT EXISTS (SELECT 1 FROM found WHERE %(same)s)
             RETURNING rest.activity_id
            ), moved AS (
                UPDATE dunning_rest rest
                   SET since = found.since, ask_on = found.ask_on,
                       asked_on = CASE WHEN rest.since = found.since
                                       THEN rest.asked_on END
                  FROM found
                 WHERE %(same)s
                   AND (rest.since, rest.ask_on)
                       IS DISTINCT FROM (found.since, found.ask_on)
            ), added AS (
                INSERT INTO dunning_rest (company_id, case_id, kind, res_model, res_id,
                    since, ask_on, create_uid, write_uid, create_date, write_date)
                SELECT found.company_id, found.case_id, found.kind, found.res_model,
                       found.res_id, found.since, found.ask_on, %(uid)s, %(uid)s,
                       NOW() AT TIME ZONE 'UTC', NOW() AT TIME ZONE 'UTC'
                  FROM found
                 WHERE NOT EXISTS (SELECT 1 FROM dunning_rest rest WHERE %(same)s)
                ON CONFLICT DO NOTHING
            )
            SELECT activity_id FROM gone WHERE activity_id IS NOT NULL
            """,
            parts=self._get_rests_sql(company, date),
            scope=scope,
            same=same,
            uid=self.env.uid,
        )

    def _get_rests_sql(self, company, date):
        """Return the query of all that rests until somebody decides.

        :return: ``company_id``, ``case_id``, ``kind``, ``res_model``, ``res_id``,
            ``since`` and ``ask_on``
        :rtype: SQL
        """
        days = company.dunning_rest_days or None
        return SQL(
            """SELECT %(company)s AS company_id, part.case_id, part.kind,
                      part.res_model, part.res_id, MIN(part.since) AS since,
                      MIN(COALESCE(part.ask_on, part.since + %(days)s::int)) AS ask_on
                 FROM (%(parts)s) part
             GROUP BY part.case_id, part.kind, part.res_model, part.res_id""",
            company=company.id,
            days=days,
            parts=SQL(" UNION ALL ").join(self._get_parts(company, date)),
        )

    def _get_parts(self, company, date):
        """Return a query for each kind, see ``_get_rests_sql``.

        ``ask_on`` is NULL where the company's setting counts the days.

        :rtype: list[SQL]
        """
        return [
            self._get_payment_rests_sql(company),
            self._get_dispute_rests_sql(company),
            self._get_plan_rests_sql(company, date),
            self._get_handover_rests_sql(company),
            self._get_write_off_rests_sql(company),
            self._get_notice_rests_sql(company),
        ]

    def _get_day_sql(self, company, column):
        """Return the SQL of the company's day of a moment in UTC."""
        return SQL(
            "(%s AT TIME ZONE 'UTC' AT TIME ZONE %s)::date",
            column,
            company._get_dunning_tz() or "UTC",
        )

    # === KINDS === #

    def _get_payment_rests_sql(self, company):
        """Return the query of online payments that nobody has given up waiting for.

        One that is confirmed and not booked is asked about on the next day.
        """
        transactions = self.env["payment.transaction"]
        return SQL(
            """SELECT item.case_id, 'payment' AS kind,
                      'payment.transaction' AS res_model, tx.id AS res_id,
                      %(since)s AS since,
                      %(since)s + 1 + CASE tx.state WHEN 'done' THEN 0
                                           ELSE %(days)s END AS ask_on
                 FROM (%(parts)s) part
                 JOIN payment_transaction tx ON tx.id = part.tx_id
                 JOIN dunning_case_line item ON item.move_line_id = part.move_line_id
                 JOIN account_move_line line ON line.id = part.move_line_id
                WHERE line.reconciled IS NOT TRUE AND line.parent_state = 'posted'""",
            since=transactions._get_dunning_since_sql(company),
            days=company.dunning_pending_days,
            parts=transactions._get_dunning_parts_sql(
                company, transactions._get_dunning_unsettled_sql()
            ),
        )

    def _get_dispute_rests_sql(self, company):
        """Return the query of disputes, and of the credit notes of accepted ones."""
        return SQL(
            """SELECT dispute.case_id,
                      CASE dispute.state WHEN 'open' THEN 'dispute'
                                         ELSE 'credit_note' END,
                      'dunning.dispute', dispute.id,
                      COALESCE(dispute.resolved_on, dispute.date), NULL::date
                 FROM dunning_dispute dispute
                 JOIN dunning_dispute_line_rel rel ON rel.dispute_id = dispute.id
                 JOIN dunning_case_line item ON item.id = rel.line_id
                 JOIN account_move_line line ON line.id = item.move_line_id
                WHERE item.id IN (%(disputed)s) AND line.reconciled IS NOT TRUE
                  AND dispute.company_id = %(company)s
                  AND dispute.state IN ('open', 'accepted')""",
            disputed=self.env["dunning.dispute"]._get_disputed_sql(company),
            company=company.id,
        )

    def _get_plan_rests_sql(self, company, date):
        """Return the query of plans that the customer has not answered."""
        return SQL(
            """SELECT dcase.id, 'plan', 'installment.plan', plan.id,
                      %(since)s, NULL::date
                 FROM installment_plan plan
                 JOIN dunning_case dcase ON dcase.company_id = plan.company_id
                  AND dcase.partner_id = plan.partner_id
                  AND dcase.currency_id = plan.currency_id
                  AND dcase.merged_into_id IS NULL
                WHERE plan.company_id = %(company)s AND plan.state = 'proposed'
                  AND plan.date_valid >= %(date)s""",
            since=self._get_day_sql(company, SQL("plan.proposed_on")),
            company=company.id,
            date=date,
        )

    def _get_handover_rests_sql(self, company):
        """Return the query of hand-overs that are prepared and wait for a person."""
        return SQL(
            """SELECT case_id, 'handover', 'dunning.handover', id, date, NULL::date
                 FROM dunning_handover
                WHERE company_id = %(company)s AND state = 'prepared'
                  AND waiting_step IS NULL""",
            company=company.id,
        )

    def _get_write_off_rests_sql(self, company):
        """Return the query of the drafts that would write items off."""
        return SQL(
            """SELECT item.case_id, 'write_off', 'account.move', credit.move_id,
                      %(since)s, NULL::date
                 FROM account_move_line credit
                 JOIN dunning_case_line item
                   ON item.move_line_id = credit.dunning_written_off_line_id
                WHERE credit.company_id = %(company)s
                  AND credit.parent_state = 'draft'""",
            since=self._get_day_sql(company, SQL("credit.create_date")),
            company=company.id,
        )

    def _get_notice_rests_sql(self, company):
        """Return the query of notices that wait for a person: no other one is made."""
        desk = self.env["dunning.desk"]
        return SQL(
            """SELECT case_id, 'notice', 'dunning.notice', id,
                      GREATEST(date, %(next_try)s), NULL::date
                 FROM dunning_notice
                WHERE company_id = %(company)s
                  AND (state IN ('proposed', 'in_doubt')
                       OR (state = 'failed' AND fallback_notice_id IS NULL)
                       OR (state = 'queued' AND channel IN %(manual)s))""",
            next_try=self._get_day_sql(company, SQL("next_try")),
            company=company.id,
            manual=desk._get_manual_channels(),
        )
