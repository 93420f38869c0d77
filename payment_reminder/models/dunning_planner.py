from odoo import models
from odoo.tools import SQL

from ..const import LIVE_STATES

#: Online payments in these states may still settle an invoice.
PENDING_TRANSACTION_STATES = ("pending", "authorized")


class DunningPlanner(models.AbstractModel):
    """Decides, for all receivable lines of a company at once, who is reminded of what.

    Everything happens in the database (design § 5): no ids come to Python, and the
    number of queries does not depend on the number of lines. The steps share temporary
    tables: ``dunning_plan_line`` (one row per line in scope with its next level, or the
    reason why it does not climb), ``dunning_plan_case`` (one row per case with a line
    that climbs) and ``dunning_plan_notice`` (what was written of these).

    The big tables are read once, into the first of them. What the run itself writes is
    not joined again, but for the cases by their unique key: the database has no
    statistics of new rows and may look through all of them for each line.
    """

    _name = "dunning.planner"
    _description = "Reminder Planner"

    # === PLANNING === #

    def _plan(self, run):
        """Write the notices and exclusions of ``run``.

        :param dunning.run run: one run, whose company and date are planned
        """
        self.env.flush_all()
        self._classify_lines(run)
        self._insert_cases(run)
        self._insert_case_lines(run)
        self._classify_cases(run)
        self._insert_notices(run)
        self._insert_notice_lines(run)
        self._insert_exclusions(run)
        self.env.invalidate_all()

    # === WHICH === #

    def _get_scope_domain(self, run):
        """Return the domain of the receivable lines that a run looks at.

        Lines that must not be dunned stay in it: they are left out with a reason.

        :rtype: list
        """
        return [
            ("company_id", "=", run.company_id.id),
            ("parent_state", "=", "posted"),
            ("account_type", "=", "asset_receivable"),
            ("reconciled", "=", False),
            ("amount_residual_currency", ">", 0),
            ("partner_id", "!=", False),
            ("date_maturity", "<=", run._get_horizon()),
        ]

    def _get_scope(self, run):
        """Return ``FROM`` and ``WHERE`` of the lines in scope, record rules included.

        The line is ``account_move_line``, its invoice ``move``, its customer
        ``customer``, the case ``dcase`` and the case line ``item``.

        :rtype: tuple[SQL, SQL]
        """
        query = self.env["account.move.line"]._search(self._get_scope_domain(run))
        tables = SQL(
            """%s
              JOIN account_move move ON move.id = account_move_line.move_id
              JOIN res_partner contact ON contact.id = account_move_line.partner_id
              JOIN res_partner customer ON customer.id = contact.commercial_partner_id
         LEFT JOIN dunning_case dcase
                ON dcase.company_id = account_move_line.company_id
               AND dcase.partner_id = customer.id
               AND dcase.currency_id = account_move_line.currency_id
         LEFT JOIN dunning_case_line item ON item.move_line_id = account_move_line.id
            """,
            query.from_clause,
        )
        return tables, query.where_clause

    def _get_procedure_sql(self, company):
        """Return the SQL of the procedure that applies: invoice > customer > company.

        :rtype: SQL
        """
        return SQL(
            "COALESCE(move.dunning_procedure_id,"
            " (customer.dunning_procedure_id ->> %(key)s)::int, %(default)s)",
            key=str(company.id),
            default=company.dunning_procedure_id.id or None,
        )

    def _get_not_owed_sql(self, date, company):
        """Return the SQL of the reason why a line is not dunned at all, or NULL.

        Used when a run is planned and again when a notice is claimed for sending, so
        that both give the same answer (design: invariant 3).

        :rtype: SQL
        """
        return SQL(
            """CASE
                WHEN account_move_line.reconciled IS TRUE
                  OR account_move_line.amount_residual_currency <= 0 THEN 'paid'
                WHEN account_move_line.parent_state <> 'posted' THEN 'not_posted'
                WHEN account_move_line.no_followup IS TRUE THEN 'no_followup'
                WHEN move.payment_state IN ('in_payment', 'paid') THEN 'in_payment'
                WHEN move.payment_state = 'blocked' THEN 'blocked'
                WHEN EXISTS (%(pending)s) THEN 'pending_payment'
                WHEN dcase.hold_until >= %(date)s THEN 'on_hold'
                WHEN item.is_blocked IS TRUE THEN 'line_blocked'
                WHEN %(procedure)s IS NULL THEN 'no_procedure'
            END""",
            pending=self._get_pending_payment_sql(),
            date=date,
            procedure=self._get_procedure_sql(company),
        )

    def _get_pending_payment_sql(self):
        """Return the subquery of online payments that are still on their way."""
        return SQL(
            """SELECT 1
                 FROM account_invoice_transaction_rel rel
                 JOIN payment_transaction tx ON tx.id = rel.transaction_id
                WHERE rel.invoice_id = move.id
                  AND (tx.state IN %(waiting)s
                       OR (tx.state = 'done' AND tx.is_post_processed IS NOT TRUE))""",
            waiting=PENDING_TRANSACTION_STATES,
        )

    # === CLASSIFYING LINES === #

    def _classify_lines(self, run):
        """Fill ``dunning_plan_line``: every line in scope with level or reason.

        The case of a line is not in it, because it may not exist yet: join it by
        customer and currency.
        """
        tables, where = self._get_scope(run)
        self._recreate_temporary_table(
            "dunning_plan_line",
            SQL(
                """
                WITH scope AS MATERIALIZED (
                    SELECT account_move_line.id AS move_line_id,
                           move.id AS move_id,
                           move.name AS invoice_name,
                           move.invoice_date,
                           account_move_line.currency_id,
                           account_move_line.date_maturity,
                           account_move_line.amount_residual_currency AS residual,
                           account_move_line.amount_residual AS company_residual,
                           customer.id AS partner_id,
                           dcase.id AS known_case_id,
                           dcase.last_notice_date AS case_notice_date,
                           item.case_id AS item_case_id,
                           item.level_id AS current_level_id,
                           item.last_notice_date,
                           item.pay_by_date,
                           %(date)s - account_move_line.date_maturity AS days_late,
                           %(procedure)s AS procedure_id,
                           %(not_owed)s AS not_owed
                      FROM %(tables)s
                     WHERE %(where)s
                ), transition AS (%(transitions)s)
                SELECT scope.*, level.id AS level_id, level.sequence AS level_sequence,
                       level.rank_days, COALESCE(scope.not_owed, %(not_due)s) AS reason
                  FROM scope
             LEFT JOIN transition
                    ON transition.procedure_id = scope.procedure_id
                   AND transition.current_id = COALESCE(scope.current_level_id, 0)
                   AND transition.is_overdue = (scope.days_late > 0)
             LEFT JOIN dunning_procedure procedure ON procedure.id = scope.procedure_id
             LEFT JOIN LATERAL (%(aged)s) aged ON TRUE
             LEFT JOIN dunning_level level
                    ON level.id = COALESCE(aged.id, transition.next_id)
                """,
                date=run.date,
                procedure=self._get_procedure_sql(run.company_id),
                not_owed=self._get_not_owed_sql(run.date, run.company_id),
                tables=tables,
                where=where,
                transitions=self._get_transitions_sql(run),
                aged=self._get_aged_level_sql(run.date),
                not_due=self._get_not_due_sql(run),
            ),
        )

    def _get_transitions_sql(self, run):
        """Return which level follows which, per procedure and lateness.

        Mirrors ``dunning.procedure._get_next_level``.
        """
        return SQL(
            """
            SELECT procedure.id AS procedure_id, reached.id AS current_id,
                   late.is_overdue,
                   (SELECT level.id
                      FROM dunning_level level
                     WHERE level.procedure_id = procedure.id AND level.active
                       AND NOT (late.is_overdue AND %(heads_up)s)
                       AND (reached.id = 0
                            OR (reached.procedure_id = level.procedure_id
                                AND (level.sequence, level.id)
                                    > (reached.sequence, reached.id))
                            OR (reached.procedure_id <> level.procedure_id
                                AND level.rank_days > reached.rank_days))
                  ORDER BY level.sequence, level.id
                     LIMIT 1) AS next_id
              FROM dunning_procedure procedure
        CROSS JOIN (VALUES (TRUE), (FALSE)) AS late (is_overdue)
        CROSS JOIN (SELECT id, procedure_id, sequence, rank_days
                      FROM dunning_level
                     WHERE company_id = %(company)s
                     UNION ALL
                    SELECT 0, 0, 0, 0) AS reached
             WHERE procedure.company_id = %(company)s
            """,
            heads_up=SQL("(level.basis = 'due_date' AND level.delay_days <= 0)"),
            company=run.company_id.id,
        )

    def _get_reach_date_sql(self, level):
        """Return the SQL of ``dunning.level._get_reach_date`` for ``scope``."""
        return SQL(
            """CASE %(level)s.basis
                WHEN 'end_of_month' THEN GREATEST(scope.date_maturity + 1,
                    (DATE_TRUNC('month', scope.date_maturity)
                     + INTERVAL '1 month - 1 day')::date + %(level)s.delay_days)
                WHEN 'previous_notice' THEN GREATEST(scope.date_maturity + 1,
                    COALESCE(scope.last_notice_date, scope.date_maturity)
                    + %(level)s.delay_days)
                ELSE scope.date_maturity + %(level)s.delay_days END""",
            level=level,
        )

    def _get_aged_level_sql(self, date):
        """Return the first level of lines that start where their age has come to."""
        return SQL(
            """
            SELECT level.id
              FROM dunning_level level
             WHERE scope.current_level_id IS NULL AND scope.days_late > 0
               AND procedure.first_level = 'age'
               AND level.procedure_id = procedure.id AND level.active
               AND NOT (level.basis = 'due_date' AND level.delay_days <= 0)
               AND %(date)s >= %(reach_date)s
          ORDER BY level.sequence DESC, level.id DESC
             LIMIT 1
            """,
            date=date,
            reach_date=self._get_reach_date_sql(SQL("level")),
        )

    def _get_not_due_sql(self, run):
        """Return the SQL of the reason why an owed line does not climb, or NULL."""
        return SQL(
            """CASE
                WHEN level.id IS NULL THEN 'last_level'
                WHEN %(date)s < %(reach_date)s THEN 'not_reached'
                WHEN scope.pay_by_date >= %(date)s THEN 'pay_by'
                WHEN %(date)s - scope.case_notice_date < level.min_gap_days
                    THEN 'min_gap'
                WHEN level.is_reviewed AND %(unattended)s THEN 'reviewed_only'
            END""",
            date=run.date,
            reach_date=self._get_reach_date_sql(SQL("level")),
            unattended=run.is_unattended,
        )

    # === CASES === #

    def _insert_cases(self, run):
        """Open the cases that are missing: one per customer and currency."""
        self.env.cr.execute(
            SQL(
                """
                INSERT INTO dunning_case (company_id, partner_id, currency_id,
                    user_id, create_uid, write_uid, create_date, write_date)
                SELECT DISTINCT %(company)s, line.partner_id, line.currency_id,
                       %(user)s, %(uid)s, %(uid)s,
                       NOW() AT TIME ZONE 'UTC', NOW() AT TIME ZONE 'UTC'
                  FROM dunning_plan_line line
                 WHERE line.known_case_id IS NULL
                   AND line.not_owed IS DISTINCT FROM 'no_followup'
                ON CONFLICT DO NOTHING
                """,
                company=run.company_id.id,
                user=run.user_id.id or None,
                uid=self.env.uid,
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
            "dunning_plan_case",
            SQL(
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
                           MAX(line.days_late) AS days_late
                      FROM climbing
                      JOIN dunning_level level ON level.id = climbing.level_id
                      JOIN dunning_plan_line line USING (partner_id, currency_id)
                     WHERE %(itemised)s
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
                  JOIN dunning_level level ON level.id = claimed.level_id
                  JOIN dunning_procedure procedure
                    ON procedure.id = level.procedure_id
             LEFT JOIN credit ON credit.partner_id = claimed.partner_id
                   AND credit.currency_id = claimed.currency_id
                  JOIN LATERAL (%(contact)s) contact ON TRUE
                """,
                company=run.company_id.id,
                itemised=self._get_itemised_sql(),
                credit=self._get_credit_sql(run),
                in_progress=self._get_in_progress_sql(),
                contact=self._get_contact_sql(),
            ),
        )

    def _get_itemised_sql(self):
        """Return the SQL condition 'this line stands in the notice of the case'.

        A notice names everything that is overdue; money that is not overdue yet
        stands only in a heads-up.
        """
        return SQL(
            """line.not_owed IS NULL
               AND (line.days_late > 0
                    OR (line.reason IS NULL
                        AND level.basis = 'due_date' AND level.delay_days <= 0))"""
        )

    def _get_credit_sql(self, run):
        """Return the SQL of what customers paid without a match, positive amounts."""
        return SQL(
            """
            SELECT contact.commercial_partner_id AS partner_id, line.currency_id,
                   -SUM(line.amount_residual_currency) AS amount
              FROM account_move_line line
              JOIN account_account account ON account.id = line.account_id
              JOIN res_partner contact ON contact.id = line.partner_id
             WHERE line.company_id = %(company)s
               AND account.account_type = 'asset_receivable'
               AND line.parent_state = 'posted'
               AND line.reconciled IS NOT TRUE
               AND line.amount_residual_currency < 0
          GROUP BY contact.commercial_partner_id, line.currency_id
            """,
            company=run.company_id.id,
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

    def _get_contact_sql(self):
        """Return the subquery of whom to write to: invoice contact, else customer."""
        return SQL(
            """
            SELECT COALESCE(
                (SELECT child.id FROM res_partner child
                  WHERE child.parent_id = claimed.partner_id
                    AND child.type = 'invoice' AND child.active
                    AND child.is_company IS NOT TRUE
               ORDER BY child.complete_name, child.id LIMIT 1),
                claimed.partner_id) AS id
            """
        )

    # === NOTICES === #

    def _insert_notices(self, run):
        self._mark_unreachable_cases(self._get_reachable_sql())
        self.env.cr.execute(
            SQL(
                """
                INSERT INTO dunning_notice (run_id, case_id, company_id, partner_id,
                    contact_id, currency_id, level_id, channel_id, channel, state,
                    date, days_late, amount_credit, amount_total, tries, sequence,
                    create_uid, write_uid, create_date, write_date)
                SELECT DISTINCT ON (plan.case_id, way.id)
                       %(run)s, plan.case_id, %(company)s, plan.partner_id,
                       plan.contact_id, plan.currency_id, plan.level_id, way.id,
                       way.code, 'proposed', %(date)s, plan.days_late, plan.credit,
                       plan.amount - plan.credit, 0, level.rank_days,
                       %(uid)s, %(uid)s,
                       NOW() AT TIME ZONE 'UTC', NOW() AT TIME ZONE 'UTC'
                  FROM dunning_plan_case plan
                  JOIN dunning_level level ON level.id = plan.level_id
                  JOIN dunning_level_channel_rel rel
                    ON rel.dunning_level_id = plan.level_id
                  JOIN dunning_channel wanted
                    ON wanted.id = rel.dunning_channel_id AND wanted.active
                  JOIN dunning_plan_reach reach ON reach.case_id = plan.case_id
                  JOIN dunning_channel way ON way.id =
                       CASE WHEN wanted.id = ANY (reach.channels) THEN wanted.id
                            WHEN wanted.fallback_id = ANY (reach.channels)
                            THEN wanted.fallback_id END
                 WHERE plan.reason IS NULL
                ON CONFLICT DO NOTHING
                """,
                run=run.id,
                company=run.company_id.id,
                date=run.date,
                uid=self.env.uid,
            )
        )

    def _get_reachable_sql(self):
        """Return the SQL array of the channels through which a contact is reached."""
        channels = self.env["dunning.channel"].sudo().search([])
        return SQL(", ").join(
            SQL(
                "CASE WHEN %s THEN %s END",
                channel._get_handler()._get_reachable_sql(SQL("contact")),
                channel.id,
            )
            for channel in channels
        )

    def _mark_unreachable_cases(self, reachable):
        """Fill ``dunning_plan_reach`` and say why a case cannot be written to."""
        self._recreate_temporary_table(
            "dunning_plan_reach",
            SQL(
                """
                SELECT plan.case_id, ARRAY[%s]::int[] AS channels
                  FROM dunning_plan_case plan
                  JOIN res_partner contact ON contact.id = plan.contact_id
                 WHERE plan.reason IS NULL
                """,
                reachable,
            ),
        )
        self.env.cr.execute(
            """
            UPDATE dunning_plan_case plan
               SET reason = CASE WHEN way.has_channel THEN 'no_contact'
                                 ELSE 'no_channel' END
              FROM (SELECT reach.case_id, COUNT(wanted.id) > 0 AS has_channel,
                           BOOL_OR(wanted.id = ANY (reach.channels)
                               OR wanted.fallback_id = ANY (reach.channels))
                               AS is_reached
                      FROM dunning_plan_reach reach
                      JOIN dunning_plan_case plan ON plan.case_id = reach.case_id
                 LEFT JOIN dunning_level_channel_rel rel
                        ON rel.dunning_level_id = plan.level_id
                 LEFT JOIN dunning_channel wanted
                        ON wanted.id = rel.dunning_channel_id AND wanted.active
                  GROUP BY reach.case_id) way
             WHERE way.case_id = plan.case_id AND way.is_reached IS NOT TRUE
            """
        )

    def _insert_notice_lines(self, run):
        self._recreate_temporary_table(
            "dunning_plan_notice",
            SQL(
                """
                SELECT id, company_id, partner_id, currency_id, level_id
                  FROM dunning_notice
                 WHERE run_id = %s
                """,
                run.id,
            ),
        )
        self.env.cr.execute(
            SQL(
                """
                INSERT INTO dunning_notice_line (notice_id, company_id, move_line_id,
                    move_id, level_id, is_climbing, invoice_name, invoice_date,
                    date_maturity, days_late, currency_id, amount_residual,
                    create_uid, write_uid, create_date, write_date)
                SELECT notice.id, notice.company_id, line.move_line_id, line.move_id,
                       CASE WHEN line.reason IS NULL THEN line.level_id
                            ELSE line.current_level_id END,
                       line.reason IS NULL, line.invoice_name, line.invoice_date,
                       line.date_maturity, line.days_late, line.currency_id,
                       line.residual, %(uid)s, %(uid)s,
                       NOW() AT TIME ZONE 'UTC', NOW() AT TIME ZONE 'UTC'
                  FROM dunning_plan_notice notice
                  JOIN dunning_level level ON level.id = notice.level_id
                  JOIN dunning_plan_line line USING (partner_id, currency_id)
                 WHERE %(itemised)s
              ORDER BY line.move_line_id
                """,
                uid=self.env.uid,
                itemised=self._get_itemised_sql(),
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
