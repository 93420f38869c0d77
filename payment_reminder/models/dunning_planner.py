from odoo import models
from odoo.tools import SQL


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
    _inherit = "dunning.planner.notice"
    _description = "Reminder Planner"

    # === PLANNING === #

    def _plan(self, run):
        """Write the notices and exclusions of ``run``.

        :param dunning.run run: one run, whose company and date are planned
        """
        self.env.flush_all()
        # each query runs once: compiling its expressions takes longer than it saves
        self.env.cr.execute("SET LOCAL jit = off")
        self._classify_lines(run)
        self._insert_cases(run)
        self._insert_case_lines(run)
        self._classify_cases(run)
        self._insert_notices(run)
        self._insert_notice_lines(run)
        self._insert_exclusions(run)
        self.env.invalidate_all()
        self.env["dunning.notice"]._keep_planned_claims(run)

    def _open_cases(self, company, partners=None):
        """Make the cases and items that are missing.

        :param res.company company: whose receivables
        :param res.partner partners: customers whose open items are all taken in,
            whenever they are due; without them: what a run of today would look at
        """
        run = self.env["dunning.run"].new(
            {
                "company_id": company.id,
                "date": company._get_dunning_today(),
                "partner_ids": partners.ids if partners else [],
            }
        )
        self.env.flush_all()
        until = None if partners else run._get_horizon()
        self._recreate_temporary_table(
            "dunning_plan_line", self._get_line_plan_sql(run, until)
        )
        self._insert_cases(run)
        self._insert_case_lines(run)
        self.env.invalidate_all()

    # === WHICH === #

    def _get_scope_domain(self, run, until=None):
        """Return the domain of the receivable lines that a run looks at.

        Lines that must not be dunned stay in it: they are left out with a reason.

        :param datetime.date until: the last due date to look at; all without it
        :rtype: list
        """
        domain = [
            ("company_id", "=", run.company_id.id),
            ("parent_state", "=", "posted"),
            ("account_type", "=", "asset_receivable"),
            ("reconciled", "=", False),
            ("amount_residual_currency", ">", 0),
            ("partner_id", "!=", False),
        ]
        if until:
            domain.append(("date_maturity", "<=", until))
        if run.partner_ids:
            customers = run.partner_ids.commercial_partner_id._origin
            domain.append(("partner_id.commercial_partner_id", "in", customers.ids))
        return domain

    def _get_scope(self, run, until=None):
        """Return ``FROM`` and ``WHERE`` of the lines in scope, record rules included.

        The line is ``account_move_line``, its invoice ``move``, its customer
        ``customer``, the case ``dcase``, the case line ``item`` and what is on its way
        ``announced``.

        :rtype: tuple[SQL, SQL]
        """
        query = self.env["account.move.line"]._search(
            self._get_scope_domain(run, until)
        )
        tables = SQL(
            """%s
              JOIN account_move move ON move.id = account_move_line.move_id
              JOIN res_partner contact ON contact.id = account_move_line.partner_id
              JOIN res_partner customer ON customer.id = contact.commercial_partner_id
         LEFT JOIN dunning_case dcase
                ON dcase.company_id = account_move_line.company_id
               AND dcase.partner_id = customer.id
               AND dcase.currency_id = account_move_line.currency_id
               AND dcase.merged_into_id IS NULL
         LEFT JOIN dunning_case_line item ON item.move_line_id = account_move_line.id
         %s
            """,
            query.from_clause,
            self._get_announced_join(run.date, run.company_id),
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
                WHEN account_move_line.id IN (%(announced)s) THEN 'pending_payment'
                WHEN (customer.dunning_is_excluded ->> %(key)s)::boolean
                    THEN 'excluded'
                WHEN %(paused)s THEN 'on_hold'
                WHEN item.id IN (%(disputed)s) THEN 'disputed'
                WHEN item.id IN (%(promised)s) THEN 'promised'
                WHEN account_move_line.id IN (%(planned)s) THEN 'plan'
                WHEN account_move_line.id IN (%(handed_over)s) THEN 'handed_over'
                WHEN account_move_line.id IN (%(written_off)s) THEN 'write_off'
                WHEN %(procedure)s IS NULL THEN 'no_procedure'
                WHEN %(automatic)s THEN 'automatic'
                WHEN %(unclear)s THEN 'unclear'
            END""",
            announced=self.env["payment.transaction"]._get_dunning_covered_sql(
                company, date
            ),
            key=str(company.id),
            paused=self.env["dunning.pause"]._get_paused_sql(date, company),
            disputed=self.env["dunning.dispute"]._get_disputed_sql(company),
            promised=self.env["dunning.promise"]._get_promised_sql(date, company),
            planned=self.env["installment.plan"]._get_resting_sql(date, company),
            handed_over=self.env["dunning.handover"]._get_handed_over_sql(company),
            written_off=self.env["account.move"]._get_dunning_written_off_sql(company),
            procedure=self._get_procedure_sql(company),
            automatic=self._get_automatic_sql(company),
            unclear=self.env["dunning.clarity.check"]._get_stop_sql(company),
        )

    def _get_announced_join(self, date, company):
        """Return the join of what customers have announced of ``account_move_line``.

        It is ``announced``: see ``payment.transaction._get_dunning_announced_sql``.

        :rtype: SQL
        """
        transactions = self.env["payment.transaction"]
        return SQL(
            "LEFT JOIN (%s) announced ON announced.move_line_id = account_move_line.id",
            transactions._get_dunning_announced_sql(company, date),
        )

    def _get_company_residual_sql(self):
        """Return the SQL of what is open and not announced, in company currency."""
        return SQL(
            """account_move_line.amount_residual * (1 - COALESCE(announced.deducted, 0)
                / account_move_line.amount_residual_currency)"""
        )

    def _get_automatic_sql(self, company):
        """Return the SQL condition 'the customer pays by itself, and may be left out'.

        Whether such customers are left out is said by the procedure that applies.

        :rtype: SQL
        """
        procedures = (
            self.env["dunning.procedure"]
            .sudo()
            .with_context(active_test=False)
            .search([("company_id", "=", company.id), ("skip_automatic", "=", True)])
        )
        if not procedures:
            return SQL("FALSE")
        return SQL(
            "(%s IN %s AND customer.id IN (%s))",
            self._get_procedure_sql(company),
            tuple(procedures.ids),
            self._get_automatic_payment_sql(company),
        )

    def _get_automatic_payment_sql(self, company):
        """Return the subquery of the customers whose payments are collected.

        Community knows saved cards and accounts only; a provider in test mode collects
        nothing. An addon with mandates adds theirs: ``super() UNION SELECT`` the ids of
        commercial partners.

        :rtype: SQL
        """
        return SQL(
            """SELECT holder.commercial_partner_id
                 FROM payment_token token
                 JOIN payment_provider provider ON provider.id = token.provider_id
                 JOIN res_partner holder ON holder.id = token.partner_id
                WHERE token.active AND provider.state = 'enabled'
                  AND holder.commercial_partner_id IS NOT NULL
                  AND provider.company_id IN %s""",
            tuple(company.sudo().parent_ids.ids),
        )

    # === CLASSIFYING LINES === #

    def _classify_lines(self, run):
        """Fill ``dunning_plan_line``: every line in scope with level or reason."""
        self._recreate_temporary_table(
            "dunning_plan_line", self._get_line_plan_sql(run, run._get_horizon())
        )

    def _get_line_plan_sql(self, run, until=None):
        """Return the query of every line in scope with its next level, or the reason.

        ``climb_date`` is the first day on which the line may climb, if nothing else
        keeps it back; ``skips`` tells that it starts at the level of its age. The case
        of a line is not in it, because it may not exist yet: join it by customer and
        currency.

        :param dunning.run run: gives company, date and customers; may be a new record
        :param datetime.date until: the last due date to look at; all without it
        :rtype: SQL
        """
        tables, where = self._get_scope(run, until)
        return SQL(
            """
                WITH scope AS MATERIALIZED (
                    SELECT account_move_line.id AS move_line_id,
                           move.id AS move_id,
                           move.name AS invoice_name,
                           move.invoice_date,
                           account_move_line.currency_id,
                           account_move_line.date_maturity,
                           account_move_line.amount_residual_currency
                               - COALESCE(announced.deducted, 0) AS residual,
                           %(company_residual)s AS company_residual,
                           COALESCE(announced.deducted, 0) AS announced,
                           customer.id AS partner_id,
                           COALESCE(move.partner_id, account_move_line.partner_id)
                               AS addressee_id,
                           move.invoice_user_id AS seller_id,
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
                       level.rank_days, COALESCE(scope.not_owed, %(not_due)s) AS reason,
                       %(climb_date)s AS climb_date,
                       reached.sequence AS current_sequence,
                       reached.rank_days AS current_rank_days,
                       scope.current_level_id IS NULL
                           AND level.id <> transition.next_id AS skips
                  FROM scope
             LEFT JOIN dunning_level reached ON reached.id = scope.current_level_id
             LEFT JOIN transition
                    ON transition.procedure_id = scope.procedure_id
                   AND transition.current_id = COALESCE(scope.current_level_id, 0)
                   AND transition.is_overdue = (scope.days_late > 0)
             LEFT JOIN dunning_procedure procedure ON procedure.id = scope.procedure_id
             LEFT JOIN LATERAL (%(aged)s) aged ON TRUE
             LEFT JOIN dunning_level level
                    ON level.id = COALESCE(aged.id, transition.next_id,
                                           CASE WHEN %(repeats)s THEN reached.id END)
                """,
            date=run.date,
            company_residual=self._get_company_residual_sql(),
            procedure=self._get_procedure_sql(run.company_id),
            not_owed=self._get_not_owed_sql(run.date, run.company_id),
            tables=tables,
            where=where,
            transitions=self._get_transitions_sql(run),
            aged=self._get_aged_level_sql(run.date),
            repeats=self._get_repeats_sql(),
            not_due=self._get_not_due_sql(run),
            climb_date=self._get_climb_date_sql(),
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
            """CASE
                WHEN %(level)s.id = scope.current_level_id THEN  -- it is repeated
                    GREATEST(scope.date_maturity + 1,
                        COALESCE(scope.last_notice_date, scope.date_maturity)
                        + %(level)s.repeat_days)
                WHEN %(level)s.basis = 'end_of_month' THEN GREATEST(
                    scope.date_maturity + 1,
                    (DATE_TRUNC('month', scope.date_maturity)
                     + INTERVAL '1 month - 1 day')::date + %(level)s.delay_days)
                WHEN %(level)s.basis = 'previous_notice' THEN GREATEST(
                    scope.date_maturity + 1,
                    COALESCE(scope.last_notice_date, scope.date_maturity)
                    + %(level)s.delay_days)
                ELSE scope.date_maturity + %(level)s.delay_days END""",
            level=level,
        )

    def _get_repeats_sql(self):
        """Return the SQL of ``dunning.level._get_repeated`` for ``reached``."""
        return SQL(
            """reached.repeat_days > 0 AND reached.active
               AND reached.procedure_id = scope.procedure_id
               AND (SELECT GREATEST(COUNT(DISTINCT notice.run_id) - 1, 0)
                      FROM dunning_notice_line told
                      JOIN dunning_notice notice ON notice.id = told.notice_id
                     WHERE told.move_line_id = scope.move_line_id
                       AND told.level_id = reached.id
                       AND told.is_climbing AND told.left_out_reason IS NULL
                       AND notice.state = 'sent') < reached.repeat_max"""
        )

    def _get_climb_date_sql(self):
        """Return the SQL of the first day on which a line may reach its next level."""
        return SQL(
            """CASE WHEN level.id IS NOT NULL THEN
                GREATEST(%(reach_date)s, scope.pay_by_date + 1,
                         scope.case_notice_date + level.min_gap_days) END""",
            reach_date=self._get_reach_date_sql(SQL("level")),
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
