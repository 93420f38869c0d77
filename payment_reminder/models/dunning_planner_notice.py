from odoo import models
from odoo.tools import SQL

from ..const import LIVE_STATES


class DunningPlannerNotice(models.AbstractModel):
    """The second half of ``dunning.planner``: from classified lines to notices.

    Reads ``dunning_plan_line``, which the first half fills, and writes cases, notices
    and the reasons for what is left out.
    """

    _name = "dunning.planner.notice"
    _inherit = "dunning.planner.reach"
    _description = "Reminder Planner: Notices"

    # === CASES === #

    def _insert_cases(self, run):
        """Open the cases that are missing: one per customer and currency.

        Whoever looks or plans does not become responsible; in Python
        ``res.partner._get_dunning_responsible``.
        """
        company, users = run.company_id, self.env["res.users"]
        default = company.sudo().dunning_user_id._filter_dunning_responsible()
        self.env.cr.execute(
            SQL(
                """
                INSERT INTO dunning_case (company_id, partner_id, currency_id,
                    responsible_id, create_uid, write_uid, create_date, write_date)
                SELECT %(company)s, line.partner_id, line.currency_id,
                       COALESCE(MIN(chosen.id), (ARRAY_AGG(seller.id
                           ORDER BY line.date_maturity, line.move_line_id)
                           FILTER (WHERE seller.id IS NOT NULL))[1], %(default)s),
                       %(uid)s, %(uid)s,
                       NOW() AT TIME ZONE 'UTC', NOW() AT TIME ZONE 'UTC'
                  FROM dunning_plan_line line
                  JOIN res_partner customer ON customer.id = line.partner_id
             LEFT JOIN res_users chosen ON %(is_chosen)s AND chosen.id =
                       (customer.dunning_user_id ->> %(key)s)::int
             LEFT JOIN res_users seller ON %(is_seller)s AND seller.id = line.seller_id
                 WHERE line.known_case_id IS NULL
                   AND line.not_owed IS DISTINCT FROM 'no_followup'
              GROUP BY line.partner_id, line.currency_id
                ON CONFLICT DO NOTHING
                """,
                company=company.id,
                default=default.id or None,
                uid=self.env.uid,
                is_chosen=users._get_dunning_responsible_sql(SQL("chosen")),
                is_seller=users._get_dunning_responsible_sql(SQL("seller")),
                key=str(company.id),
            )
        )

    def _insert_case_lines(self, run):
        """Give every line its item; items follow a customer who joins another."""
        self.env.cr.execute(
            SQL(
                """
                INSERT INTO dunning_case_line (case_id, company_id, move_line_id,
                    create_uid, write_uid, create_date, write_date)
                SELECT dcase.id, dcase.company_id, line.move_line_id,
                       %(uid)s, %(uid)s,
                       NOW() AT TIME ZONE 'UTC', NOW() AT TIME ZONE 'UTC'
                  FROM dunning_plan_line line
                  JOIN dunning_case dcase ON dcase.company_id = %(company)s
                   AND dcase.partner_id = line.partner_id
                   AND dcase.currency_id = line.currency_id
                   AND dcase.merged_into_id IS NULL
                 WHERE dcase.id IS DISTINCT FROM line.item_case_id
                   AND line.not_owed IS DISTINCT FROM 'no_followup'
              ORDER BY line.move_line_id
                ON CONFLICT (move_line_id) DO UPDATE SET case_id = EXCLUDED.case_id
                """,
                company=run.company_id.id,
                uid=self.env.uid,
            )
        )

    # === CLASSIFYING CASES === #

    def _classify_cases(self, run):
        """Fill ``dunning_plan_case``: every case with a line that climbs."""
        self._recreate_temporary_table(
            "dunning_plan_case", self._get_case_plan_sql(run)
        )

    def _get_case_plan_sql(self, run):
        """Return the query of every case with a line that climbs, and the reason.

        It reads ``dunning_plan_line``, the temporary table or a CTE of that name.

        :rtype: SQL
        """
        return SQL(
            """
                WITH climbing AS (
                    SELECT partner_id, currency_id,
                           (ARRAY_AGG(level_id ORDER BY rank_days DESC,
                               level_sequence DESC, level_id DESC))[1] AS level_id
                      FROM dunning_plan_line
                     WHERE reason IS NULL
                  GROUP BY partner_id, currency_id
                ), claimed AS (
                    SELECT partner_id, currency_id, climbing.level_id,
                           SUM(line.residual) AS amount,
                           SUM(line.company_residual) AS company_amount,
                           MAX(line.days_late) AS days_late,
                           BOOL_OR(%(role)s = 'claimed' AND line.reason IS NULL
                               AND line.current_level_id IS NOT NULL) AS has_history,
                           ARRAY_AGG(DISTINCT line.addressee_id) AS addressees
                      FROM climbing
                      JOIN dunning_level level ON level.id = climbing.level_id
                      JOIN dunning_plan_line line USING (partner_id, currency_id)
                     WHERE %(itemised)s AND %(role)s <> 'earlier'
                  GROUP BY partner_id, currency_id, climbing.level_id
                ), credit AS (%(credit)s)
                SELECT dcase.id AS case_id, claimed.*, contact.id AS contact_id,
                       CASE WHEN procedure.credit_treatment = 'reduce'
                            THEN COALESCE(credit.amount, 0) ELSE 0 END AS credit,
                       CASE
                           WHEN %(in_progress)s THEN 'in_progress'
                           WHEN procedure.credit_treatment = 'hold'
                                AND credit.amount > 0 THEN 'credit_hold'
                           WHEN procedure.credit_treatment = 'reduce'
                                AND credit.amount >= claimed.amount THEN 'credit'
                           WHEN claimed.company_amount * (1 - CASE
                                   WHEN procedure.credit_treatment = 'reduce'
                                   THEN COALESCE(credit.amount, 0) ELSE 0 END
                                   / claimed.amount) < procedure.tolerance_amount
                               THEN 'tolerance'
                       END AS reason
                  FROM claimed
                  JOIN dunning_case dcase ON dcase.company_id = %(company)s
                   AND dcase.partner_id = claimed.partner_id
                   AND dcase.currency_id = claimed.currency_id
                   AND dcase.merged_into_id IS NULL
                  JOIN dunning_level level ON level.id = claimed.level_id
                  JOIN dunning_procedure procedure
                    ON procedure.id = level.procedure_id
             LEFT JOIN credit ON credit.partner_id = claimed.partner_id
                   AND credit.currency_id = claimed.currency_id
                  JOIN LATERAL (%(contact)s) contact ON TRUE
                """,
            company=run.company_id.id,
            itemised=self._get_itemised_sql(),
            role=self._get_role_sql(run.date),
            credit=self._get_credit_sql(run),
            in_progress=self._get_in_progress_sql(),
            contact=self._get_contact_sql(),
        )

    def _get_itemised_sql(self):
        """Return the SQL condition 'this line stands in the notice of the case'.

        A notice names everything that is overdue and has reached a level; money that
        is not overdue yet stands only in a heads-up.
        """
        return SQL(
            """line.not_owed IS NULL
               AND (line.reason IS NULL OR line.current_level_id IS NOT NULL)
               AND (line.days_late > 0
                    OR (line.reason IS NULL
                        AND level.basis = 'due_date' AND level.delay_days <= 0))"""
        )

    def _get_role_sql(self, date):
        """Return the SQL of ``dunning.notice.line.role`` of an itemised line.

        What stands at a higher level, or was asked for until a day that has not passed,
        is not asked for again; what stands at a lower one is due, but was not demanded.

        :param datetime.date date: the day of the run
        :rtype: SQL
        """
        return SQL(
            """CASE
                WHEN line.reason IS NULL AND line.level_id = level.id THEN 'claimed'
                WHEN line.reason IS NULL THEN 'due'
                WHEN line.pay_by_date >= %(date)s
                  OR (line.current_rank_days, line.current_sequence,
                      line.current_level_id)
                     > (level.rank_days, level.sequence, level.id) THEN 'earlier'
                WHEN line.current_level_id = level.id THEN 'claimed'
                ELSE 'due' END""",
            date=date,
        )

    def _get_credit_sql(self, run):
        """Return the SQL of what customers paid without a match, positive amounts.

        Without what a plan or an agency has taken off already.
        """
        return SQL(
            """
            SELECT partner_id, currency_id, GREATEST(SUM(amount), 0) AS amount
              FROM (
                SELECT contact.commercial_partner_id AS partner_id, line.currency_id,
                       -line.amount_residual_currency AS amount
                  FROM account_move_line line
                  JOIN account_account account ON account.id = line.account_id
                  JOIN res_partner contact ON contact.id = line.partner_id
                 WHERE line.company_id = %(company)s
                   AND account.account_type = 'asset_receivable'
                   AND line.parent_state = 'posted'
                   AND line.reconciled IS NOT TRUE
                   AND line.amount_residual_currency < 0
             UNION ALL
                SELECT contact.commercial_partner_id, line.currency_id, -kept.amount
                  FROM (%(kept)s) kept
                  JOIN account_move_line line ON line.id = kept.move_line_id
                  JOIN res_partner contact ON contact.id = line.partner_id) credit
          GROUP BY partner_id, currency_id
            """,
            company=run.company_id.id,
            kept=self.env["dunning.counted.credit"]._get_waiting_sql(run.company_id),
        )

    def _get_in_progress_sql(self):
        """Return the SQL condition 'an earlier notice of the case is not finished'."""
        return SQL(
            """EXISTS (SELECT 1 FROM dunning_notice notice
                        WHERE notice.case_id = dcase.id
                          AND (notice.state IN %(live)s
                               OR (notice.state = 'failed'
                                   AND notice.fallback_notice_id IS NULL)))""",
            live=LIVE_STATES,
        )

    def _get_contact_sql(self, customer=None, company=None, addressees=None):
        """Return the subquery of whom to write to: the only place that decides it.

        The contact chosen for reminders, else the one that all items are addressed to,
        else the invoice contact, else the customer. Of several invoice contacts one
        that an item is addressed to comes first. Whom of contact and customer a channel
        reaches is decided per channel (``dunning.planner.reach``).

        :param SQL customer: the customer's id in the query around it, by default that
            of ``claimed``
        :param SQL company: the company's id, by default that of ``dcase``
        :param SQL addressees: array of the partners that the items are addressed to
        """
        return SQL(
            """
            SELECT COALESCE(
                (SELECT chosen.id
                   FROM res_partner customer
                   JOIN res_partner chosen ON chosen.active AND chosen.id =
                        (customer.dunning_contact_id ->> (%(company)s)::text)::int
                  WHERE customer.id = %(customer)s),
                (SELECT addressee.id FROM res_partner addressee
                  WHERE CARDINALITY(%(addressees)s) = 1
                    AND addressee.id = (%(addressees)s)[1]
                    AND addressee.id <> %(customer)s AND addressee.active
                    AND addressee.commercial_partner_id = %(customer)s),
                (SELECT child.id FROM res_partner child
                  WHERE child.parent_id = %(customer)s
                    AND child.type = 'invoice' AND child.active
                    AND child.is_company IS NOT TRUE
               ORDER BY child.id = ANY (%(addressees)s) DESC,
                        child.complete_name, child.id LIMIT 1),
                %(customer)s) AS id
            """,
            customer=customer or SQL("claimed.partner_id"),
            company=company or SQL("dcase.company_id"),
            addressees=addressees or SQL("claimed.addressees"),
        )

    # === NOTICES === #

    def _insert_notices(self, run):
        self._mark_unreachable_cases()
        self.env.cr.execute(
            SQL(
                """
                INSERT INTO dunning_notice (run_id, case_id, company_id, partner_id,
                    contact_id, currency_id, level_id, channel_id, channel, state,
                    date, days_late, amount_credit, amount_total, amount_asked,
                    amount_company, tries, sequence,
                    create_uid, write_uid, create_date, write_date)
                SELECT DISTINCT ON (plan.case_id, way.id)
                       %(run)s, plan.case_id, %(company)s, plan.partner_id,
                       %(recipient)s, plan.currency_id, plan.level_id, way.id,
                       way.code, 'proposed', %(date)s, plan.days_late, plan.credit,
                       plan.amount - plan.credit, plan.amount - plan.credit,
                       ROUND((plan.company_amount * (1 - plan.credit / plan.amount))
                           ::numeric, %(digits)s),
                       0, level.rank_days,
                       %(uid)s, %(uid)s,
                       NOW() AT TIME ZONE 'UTC', NOW() AT TIME ZONE 'UTC'
                  FROM dunning_plan_case plan
                  JOIN dunning_level level ON level.id = plan.level_id
                  JOIN dunning_level_channel_rel rel
                    ON rel.dunning_level_id = plan.level_id
                  JOIN dunning_channel wanted
                    ON wanted.id = rel.dunning_channel_id AND wanted.active
                  JOIN dunning_plan_reach reach ON reach.case_id = plan.case_id
             LEFT JOIN dunning_channel second ON second.id = wanted.fallback_id
                  JOIN dunning_channel way ON way.id = %(way)s
                 WHERE plan.reason IS NULL
                ON CONFLICT DO NOTHING
                """,
                run=run.id,
                company=run.company_id.id,
                date=run.date,
                uid=self.env.uid,
                digits=run.company_id.currency_id.decimal_places,
                recipient=self._get_recipient_sql(),
                way=self._get_way_sql(),
            )
        )

    def _insert_notice_lines(self, run):
        self._recreate_temporary_table(
            "dunning_plan_notice",
            SQL(
                """
                SELECT notice.id, notice.company_id, notice.partner_id,
                       notice.currency_id, notice.level_id, plan.has_history
                  FROM dunning_notice notice
                  JOIN dunning_plan_case plan ON plan.case_id = notice.case_id
                 WHERE notice.run_id = %s
                """,
                run.id,
            ),
        )
        self.env.cr.execute(
            SQL(
                """
                INSERT INTO dunning_notice_line (notice_id, company_id, move_line_id,
                    move_id, level_id, is_climbing, was_reminded, role, invoice_name,
                    invoice_date, date_maturity, days_late, currency_id,
                    amount_residual, amount_announced,
                    create_uid, write_uid, create_date, write_date)
                SELECT notice.id, notice.company_id, line.move_line_id, line.move_id,
                       CASE WHEN line.reason IS NULL THEN line.level_id
                            ELSE line.current_level_id END,
                       line.reason IS NULL, line.current_level_id IS NOT NULL,
                       CASE WHEN line.skips AND notice.has_history THEN 'due'
                            ELSE %(role)s END,
                       line.invoice_name, line.invoice_date,
                       line.date_maturity, line.days_late, line.currency_id,
                       line.residual, line.announced, %(uid)s, %(uid)s,
                       NOW() AT TIME ZONE 'UTC', NOW() AT TIME ZONE 'UTC'
                  FROM dunning_plan_notice notice
                  JOIN dunning_level level ON level.id = notice.level_id
                  JOIN dunning_plan_line line USING (partner_id, currency_id)
                 WHERE %(itemised)s
              ORDER BY line.move_line_id
                """,
                uid=self.env.uid,
                itemised=self._get_itemised_sql(),
                role=self._get_role_sql(run.date),
            )
        )

    def _insert_exclusions(self, run):
        """Keep why overdue lines are not in any notice of the run."""
        self.env.cr.execute(
            SQL(
                """
                INSERT INTO dunning_run_exclusion (run_id, company_id, partner_id,
                    move_line_id, date_maturity, days_late, currency_id,
                    amount_residual, reason,
                    create_uid, write_uid, create_date, write_date)
                SELECT %(run)s, %(company)s, line.partner_id, line.move_line_id,
                       line.date_maturity, line.days_late, line.currency_id,
                       line.residual,
                       COALESCE(line.not_owed, plan.reason, line.reason, 'in_progress'),
                       %(uid)s, %(uid)s,
                       NOW() AT TIME ZONE 'UTC', NOW() AT TIME ZONE 'UTC'
                  FROM dunning_plan_line line
             LEFT JOIN dunning_plan_case plan USING (partner_id, currency_id)
                 WHERE line.days_late > 0
                   AND NOT EXISTS (
                       SELECT 1
                         FROM dunning_plan_notice notice
                         JOIN dunning_level level ON level.id = notice.level_id
                        WHERE notice.partner_id = line.partner_id
                          AND notice.currency_id = line.currency_id
                          AND %(itemised)s)
              ORDER BY line.move_line_id
                """,
                run=run.id,
                company=run.company_id.id,
                uid=self.env.uid,
                itemised=self._get_itemised_sql(),
            )
        )

    # === HELPERS === #

    def _recreate_temporary_table(self, name, query):
        """Create the temporary table ``name`` from ``query``, gone with the commit."""
        table = SQL.identifier(name)
        self.env.cr.execute(SQL("DROP TABLE IF EXISTS %s", table))
        self.env.cr.execute(
            SQL("CREATE TEMPORARY TABLE %s ON COMMIT DROP AS (%s)", table, query)
        )
        self.env.cr.execute(SQL("ANALYZE %s", table))
