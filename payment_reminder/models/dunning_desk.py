from odoo import models
from odoo.tools import SQL

from ..const import HANDOVER_AWAY_STATES, LIVE_STATES

#: So many cases at most are looked at in one query, without temporary tables.
FEW = 100
#: When more steps than these have changed, the database has to know.
MANY = 1000
#: Reasons of the planner that show as a step of their own: reminders rest. What is
#: unclear and overdue is a person's to do.
RESTING_STEPS = {
    "promised": "promised",
    "plan": "plan",
    "on_hold": "on_hold",
    "disputed": "disputed",
    "in_payment": "payment",
    "pending_payment": "payment",
    "handed_over": "agency",
    "write_off": "write_off",
    "automatic": "automatic",
    "unclear": "clarify",
}


class DunningDesk(models.AbstractModel):
    """Finds the next step of all cases at once, and stores what has changed.

    It asks the planner, with the same queries by which a run is planned, so that the
    desk and the runs cannot disagree. Amounts are never stored; the next step is,
    because people sort and group by it. It is refreshed when the desk is opened, by
    the daily cron, and when something is agreed, sent or called off.
    """

    _name = "dunning.desk"
    _description = "Reminder Desk"

    def _refresh(self, companies, cases=None, date=None):
        """Store the next step of the cases of ``companies``.

        :param dunning.case cases: only these
        :param datetime.date date: the day to decide for, default each company's today
        """
        self.env.flush_all()
        for company in companies:
            own = cases and cases.filtered(lambda c, c_=company: c.company_id == c_)
            if cases is None or own:
                day = date or company._get_dunning_today()
                self._store_steps(company, own, day)
                self._close_mended_tasks(company, own, day)
        self.env["dunning.case"].invalidate_model(
            ["next_step", "next_step_date", "next_level_id"]
        )

    def _store_steps(self, company, cases, date):
        """Write the next steps that have changed.

        :param dunning.case cases: only these; else all cases of ``company``
        """
        self.env["dunning.rest"]._sync(company, date, cases)
        run = self._get_question(company, cases, date)
        is_small = cases and len(cases) <= FEW
        plan = self._get_plan_sql(run) if is_small else self._fill_plan(run)
        self.env.cr.execute(self._get_update_sql(company, cases, date, plan))
        if self.env.cr.rowcount > MANY:
            # or the desk is read by the statistics of the steps that were
            self.env.cr.execute(SQL("ANALYZE dunning_case"))

    def _get_update_sql(self, company, cases, date, plan):
        return SQL(
            """
            WITH %(plan)s, step AS (%(steps)s)
            UPDATE dunning_case dcase
               SET next_step = step.next_step,
                   next_step_date = step.next_step_date,
                   next_level_id = step.next_level_id
              FROM step
             WHERE dcase.id = step.case_id
               AND (dcase.next_step, dcase.next_step_date, dcase.next_level_id)
                   IS DISTINCT FROM
                   (step.next_step, step.next_step_date, step.next_level_id)
            """,
            plan=plan,
            steps=self._get_steps_sql(company, cases, date),
        )

    def _get_question(self, company, cases, date):
        """Return the run that nobody plans: it names company, date and customers.

        :rtype: dunning.run
        """
        return self.env["dunning.run"].new(
            {
                "company_id": company.id,
                "date": date,
                "partner_ids": cases.partner_id.ids if cases else [],
            }
        )

    def _get_plan_sql(self, run):
        """Return the planner's decisions as CTEs, named as its temporary tables.

        For a few customers: see ``_fill_plan``.

        :rtype: SQL
        """
        planner = self.env["dunning.planner"]
        return SQL(
            """dunning_plan_line AS MATERIALIZED (%(lines)s),
               dunning_plan_case AS MATERIALIZED (%(cases)s),
               dunning_plan_reach AS MATERIALIZED (%(reach)s),
               dunning_plan_obstacle AS (%(unreachable)s)""",
            lines=planner._get_line_plan_sql(run),
            cases=planner._get_case_plan_sql(run),
            reach=planner._get_reach_sql(),
            unreachable=planner._get_unreachable_sql(),
        )

    def _fill_plan(self, run):
        """Fill the planner's temporary tables; return the CTE that is missing.

        The database has no statistics of a CTE: it takes thousands of lines for a few
        and compares each with each.

        :rtype: SQL
        """
        planner = self.env["dunning.planner"]
        for name, query in (
            ("dunning_plan_line", planner._get_line_plan_sql(run)),
            ("dunning_plan_case", planner._get_case_plan_sql(run)),
            ("dunning_plan_reach", planner._get_reach_sql()),
        ):
            planner._recreate_temporary_table(name, query)
        return SQL("dunning_plan_obstacle AS (%s)", planner._get_unreachable_sql())

    def _get_steps_sql(self, company, cases, date):
        """Return the query of the next step of each case."""
        return SQL(
            """
            SELECT dcase.id AS case_id,
                   CASE WHEN notice.has_problem THEN 'problem'
                        WHEN broken.case_id IS NOT NULL THEN 'broken'
                        WHEN line.case_id IS NULL THEN 'settled'
                        WHEN notice.has_call THEN 'call'
                        WHEN notice.has_proposal THEN 'review'
                        WHEN notice.is_sending THEN 'sending'
                        WHEN line.climbs AND NOT line.is_kept_back THEN 'remind'
                        WHEN line.obstacle IN ('no_contact', 'no_channel')
                            THEN 'contact'
                        WHEN line.is_unmatched THEN 'match'
                        WHEN line.is_at_end THEN 'decide'
                        WHEN NOT handover.is_waiting THEN 'handover'
                        WHEN stale.case_id IS NOT NULL THEN 'stale'
                        WHEN line.wait_date IS NOT NULL THEN 'wait'
                        WHEN handover.is_waiting THEN 'sending'
                        ELSE COALESCE(line.rest, 'none') END AS next_step,
                   CASE WHEN notice.has_problem OR notice.has_call
                          OR notice.has_proposal OR broken.case_id IS NOT NULL
                          OR stale.case_id IS NOT NULL
                          OR (line.climbs AND NOT line.is_kept_back)
                          OR line.is_unmatched OR line.is_at_end
                          OR line.obstacle IN ('no_contact', 'no_channel')
                          OR NOT handover.is_waiting
                        THEN %(date)s::date
                        ELSE COALESCE(line.wait_date, rest.until + 1)
                        END AS next_step_date,
                   line.next_level_id
              FROM dunning_case dcase
         LEFT JOIN (%(lines)s) line ON line.case_id = dcase.id
         LEFT JOIN (%(notices)s) notice ON notice.case_id = dcase.id
         LEFT JOIN (%(broken)s) broken ON broken.case_id = dcase.id
         LEFT JOIN (%(stale)s) stale ON stale.case_id = dcase.id
         LEFT JOIN (%(rests)s) rest ON rest.case_id = dcase.id
         LEFT JOIN (%(handovers)s) handover ON handover.case_id = dcase.id
             WHERE dcase.company_id = %(company)s AND %(cases)s
               AND dcase.merged_into_id IS NULL
            """,
            date=date,
            lines=self._get_case_lines_sql(company, date, cases),
            notices=self._get_notices_sql(company),
            broken=self._get_broken_promises_sql(company),
            stale=self.env["dunning.rest"]._get_too_long_sql(company, date),
            rests=self._get_rests_sql(company, date),
            handovers=self.env["dunning.handover"]._get_prepared_sql(company),
            company=company.id,
            cases=SQL("dcase.id IN %s", tuple(cases.ids)) if cases else SQL("TRUE"),
        )

    def _get_case_lines_sql(self, company, date, cases=None):
        """Return the query of what the lines of each case wait for.

        Whose last level was reached asks for a decision when its pay-by date has
        passed, whatever else the customer owes. Money that waits for its match shows
        from the day it is there, unless the procedure ignores it or nothing is asked
        for anyway.
        """
        rest = SQL(" ").join(
            SQL("WHEN %s THEN %s", reason, step)
            for reason, step in RESTING_STEPS.items()
        )
        return SQL(
            """
            SELECT dcase.id AS case_id,
                   BOOL_OR(line.reason IS NULL) AS climbs,
                   BOOL_OR(COALESCE(plan.reason, obstacle.reason) IS NOT NULL)
                       AS is_kept_back,
                   MIN(COALESCE(plan.reason, obstacle.reason)) AS obstacle,
                   BOOL_OR(plan.reason IN ('credit', 'credit_hold')
                       OR (credit.amount > 0
                           AND procedure.credit_treatment IS DISTINCT FROM 'ignore'
                           AND (line.not_owed IS NULL OR line.not_owed IN %(resting)s)))
                       AS is_unmatched,
                   MIN(GREATEST(COALESCE(line.climb_date, %(last_day)s + 1),
                                %(date)s + 1)) FILTER (
                       WHERE line.not_owed IS NULL AND line.reason IS NOT NULL
                         AND (line.climb_date IS NOT NULL
                              OR %(last_day)s >= %(date)s))
                       AS wait_date,
                   BOOL_OR(line.reason = 'last_level'
                       AND COALESCE(%(last_day)s < %(date)s, TRUE)) AS is_at_end,
                   MIN(CASE line.not_owed %(rest)s END) FILTER (
                       WHERE line.not_owed <> 'unclear' OR line.days_late > 0) AS rest,
                   (ARRAY_AGG(line.level_id ORDER BY line.reason IS NOT NULL,
                       line.climb_date, line.rank_days DESC)
                    FILTER (WHERE line.not_owed IS NULL))[1] AS next_level_id
              FROM dunning_plan_line line
              JOIN dunning_case dcase ON dcase.company_id = %(company)s
               AND dcase.partner_id = line.partner_id
               AND dcase.currency_id = line.currency_id
               AND dcase.merged_into_id IS NULL
         LEFT JOIN dunning_procedure procedure ON procedure.id = line.procedure_id
         LEFT JOIN (%(credit)s) credit ON credit.partner_id = line.partner_id
               AND credit.currency_id = line.currency_id
         LEFT JOIN dunning_plan_case plan ON plan.case_id = dcase.id
         LEFT JOIN dunning_plan_obstacle obstacle ON obstacle.case_id = dcase.id
          GROUP BY dcase.id
            """,
            date=date,
            last_day=SQL("GREATEST(line.pay_by_date, line.date_maturity)"),
            rest=rest,
            resting=tuple(RESTING_STEPS),
            credit=self._get_credit_sql(self._get_question(company, cases, date)),
            company=company.id,
        )

    def _get_credit_sql(self, run):
        """Return the query of what waits for its match, by customer and currency.

        :param dunning.run run: a new record that may name the only customers
        """
        return SQL(
            "SELECT * FROM (%s) credit WHERE %s",
            self.env["dunning.planner"]._get_credit_sql(run),
            SQL("partner_id IN %s", tuple(run.partner_ids._origin.ids))
            if run.partner_ids
            else SQL("TRUE"),
        )

    def _get_notices_sql(self, company):
        """Return the query of what the unfinished notices of each case wait for."""
        return SQL(
            """
            SELECT notice.case_id,
                   BOOL_OR(notice.state IN ('failed', 'in_doubt')) AS has_problem,
                   BOOL_OR(notice.state = 'proposed') AS has_proposal,
                   BOOL_OR(notice.state = 'queued' AND notice.channel IN %(manual)s)
                       AS has_call,
                   BOOL_OR(notice.state IN ('queued', 'in_flight')) AS is_sending
              FROM dunning_notice notice
             WHERE notice.company_id = %(company)s
               AND (notice.state IN %(live)s
                    OR (notice.state = 'failed' AND notice.fallback_notice_id IS NULL))
          GROUP BY notice.case_id
            """,
            manual=self._get_manual_channels(),
            company=company.id,
            live=LIVE_STATES,
        )

    def _get_manual_channels(self):
        """Return the codes of the channels whose notices a person carries out.

        :rtype: tuple[str]
        """
        return (*self.env["dunning.channel"]._get_manual().mapped("code"), "")

    def _get_broken_promises_sql(self, company):
        """Return the query of the cases with a broken promise that asks for a step.

        It does until somebody has seen it, or the customer was reminded again.
        """
        return SQL(
            """
            SELECT DISTINCT promise.case_id
              FROM dunning_promise promise
              JOIN dunning_case dcase ON dcase.id = promise.case_id
             WHERE promise.company_id = %(company)s AND promise.state = 'broken'
               AND promise.is_seen IS NOT TRUE
               AND COALESCE(dcase.last_notice_date, '-infinity') < promise.closed_on
            """,
            company=company.id,
        )

    def _get_rests_sql(self, company, date):
        """Return the query of the day until which each case rests by agreement."""
        return SQL(
            """
            SELECT case_id, MAX(until) AS until
              FROM (SELECT promise.case_id, promise.rest_until AS until
                      FROM dunning_promise promise
                     WHERE promise.company_id = %(company)s
                       AND promise.state = 'open' AND promise.rest_until >= %(date)s
                     UNION ALL
                    SELECT dcase.id, pause.date_until
                      FROM dunning_pause pause
                      JOIN dunning_case dcase ON dcase.company_id = pause.company_id
                       AND (dcase.id = pause.case_id
                            OR dcase.partner_id = pause.partner_id)
                     WHERE pause.company_id = %(company)s AND pause.ended_on IS NULL
                       AND %(date)s BETWEEN pause.date_from AND pause.date_until
                     UNION ALL
                    SELECT dcase.id, CASE plan.state WHEN 'active' THEN plan.next_date
                                     ELSE plan.date_valid END
                      FROM installment_plan plan
                      JOIN dunning_case dcase ON dcase.company_id = plan.company_id
                       AND dcase.partner_id = plan.partner_id
                       AND dcase.currency_id = plan.currency_id
                     WHERE plan.company_id = %(company)s
                       AND (plan.state = 'active' OR (plan.state = 'proposed'
                            AND plan.date_valid >= %(date)s))
                     UNION ALL
                    SELECT case_id, ask_on - 1
                      FROM dunning_rest
                     WHERE company_id = %(company)s AND kind = 'payment'
                   ) agreed
          GROUP BY case_id
            """,
            company=company.id,
            date=date,
            away=HANDOVER_AWAY_STATES,
        )
