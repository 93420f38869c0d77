from odoo import SUPERUSER_ID, fields, models
from odoo.tools import SQL


class MailActivity(models.Model):
    """A task knows what it is about, so that it ends when the matter is mended."""

    _inherit = "mail.activity"

    # a code of ``dunning.desk._get_mended_conditions``; empty: only a person ends it
    dunning_matter = fields.Char(readonly=True, copy=False, index="btree_not_null")


class DunningDesk(models.AbstractModel):
    """The desk ends the tasks of cases and plans whose matter is mended."""

    # one concept, one file
    _inherit = "dunning.desk"  # pylint: disable=consider-merging-classes-inherited

    def _close_mended_tasks(self, company, cases, date):
        """End the tasks that have nothing left to do, without anybody's name.

        :param dunning.case cases: only these; else all cases of ``company``
        :param datetime.date date: the company's date
        """
        Activity = self.env["mail.activity"].with_user(SUPERUSER_ID)
        Activity.flush_model()
        rows = self.env.execute_query(self._get_mended_sql(company, cases, date))
        mended = Activity.browse(row[0] for row in rows)
        if mended:
            mended.action_feedback(
                feedback=self.env._("Ended by itself: nothing is left to do about it.")
            )

    def _get_mended_sql(self, company, cases, date):
        """Return the query of the tasks whose matter is mended.

        :rtype: SQL
        """
        conditions = SQL(" ").join(
            SQL("WHEN %s THEN %s", matter, condition)
            for matter, condition in self._get_mended_conditions().items()
        )
        return SQL(
            """
            SELECT activity.id
              FROM mail_activity activity
              JOIN dunning_case dcase ON dcase.id = activity.res_id
             WHERE activity.res_model = 'dunning.case' AND activity.active
               AND activity.dunning_matter IS NOT NULL
               AND dcase.company_id = %(company)s AND %(cases)s
               AND (NOT EXISTS (
                       SELECT 1
                         FROM dunning_case_line item
                         JOIN account_move_line line ON line.id = item.move_line_id
                        WHERE item.case_id = dcase.id AND %(is_open)s)
                    OR CASE activity.dunning_matter %(conditions)s END)
             UNION ALL
            SELECT activity.id
              FROM mail_activity activity
              JOIN installment_plan plan ON plan.id = activity.res_id
             WHERE activity.res_model = 'installment.plan' AND activity.active
               AND activity.dunning_matter = 'late' AND plan.company_id = %(company)s
               AND (plan.state <> 'active' OR plan.next_date >= %(date)s)
            """,
            company=company.id,
            is_open=self.env["dunning.case.line"]._get_open_sql(SQL("line")),
            cases=SQL("dcase.id IN %s", tuple(cases.ids)) if cases else SQL("TRUE"),
            conditions=conditions,
            date=date,
        )

    def _get_mended_conditions(self):
        """Return when the matter of a case's task is mended, also before all is paid.

        The task is ``activity``, its case ``dcase``. An addon adds its matters.

        :return: ``{code: SQL condition}``
        :rtype: dict
        """
        return {
            "delivery": SQL(
                """(NOT EXISTS (
                       SELECT 1 FROM dunning_notice notice
                        WHERE notice.case_id = dcase.id
                          AND (notice.state = 'in_doubt'
                               OR (notice.state = 'failed'
                                   AND notice.fallback_notice_id IS NULL)))
                   OR EXISTS (
                       SELECT 1 FROM dunning_notice notice
                        WHERE notice.case_id = dcase.id AND notice.state = 'sent'
                          AND notice.sent_at > activity.create_date))"""
            ),
            "address": SQL(
                """NOT EXISTS (
                    SELECT 1
                      FROM dunning_notice notice
                CROSS JOIN UNNEST(STRING_TO_ARRAY(notice.bounced_email, ', '))
                        AS bounced (email)
                      JOIN res_partner reader
                        ON LOWER(reader.email) LIKE '%%' || bounced.email || '%%'
                       AND (reader.commercial_partner_id = notice.partner_id
                            OR reader.id IN (
                                SELECT copy_id FROM res_partner_dunning_copy_rel
                                 WHERE partner_id = notice.partner_id))
                     WHERE notice.case_id = dcase.id
                       AND notice.bounced_email IS NOT NULL)"""
            ),
            "promise": SQL(
                """NOT EXISTS (
                    SELECT 1 FROM dunning_promise promise
                     WHERE promise.case_id = dcase.id AND promise.state = 'broken'
                       AND promise.is_seen IS NOT TRUE)"""
            ),
            "plan": SQL(
                """EXISTS (
                    SELECT 1 FROM installment_plan plan
                     WHERE plan.company_id = dcase.company_id
                       AND plan.partner_id = dcase.partner_id
                       AND plan.currency_id = dcase.currency_id
                       AND plan.state IN ('proposed', 'active')
                       AND plan.write_date > activity.create_date)"""
            ),
            "dispute": SQL(
                """NOT EXISTS (
                    SELECT 1 FROM dunning_dispute dispute
                     WHERE dispute.case_id = dcase.id AND dispute.state = 'open')"""
            ),
        }
