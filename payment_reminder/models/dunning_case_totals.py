from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL

#: Columns of the totals of a case that lists can sort, group, sum and filter by.
TOTAL_FIELDS = {
    "is_open",
    "amount_open",
    "amount_overdue",
    "company_amount_overdue",
    "oldest_due_date",
    "days_late",
    "open_line_count",
    "level_id",
}
COMPARISONS = {"<": SQL("<"), "<=": SQL("<="), ">": SQL(">"), ">=": SQL(">=")}


def search_by(name):
    """Return the search method of a total.

    :param str name: one of ``TOTAL_FIELDS``
    """

    def search(records, operator, value):
        return records._search_total(name, operator, value)

    return search


class DunningCaseTotals(models.AbstractModel):
    """What is owed in a case, read from reconciliation whenever it is asked for.

    Nothing of it is stored. Lists sort, group and sum by it all the same: the totals
    of all cases are joined to the query, as one subquery.
    """

    _name = "dunning.case.totals"
    _description = "Reminder Case: What Is Owed"

    # === IN WHICH CURRENCY === #
    company_id = fields.Many2one(
        comodel_name="res.company", required=True, readonly=True, index=True
    )
    currency_id = fields.Many2one(
        comodel_name="res.currency", required=True, readonly=True
    )
    company_currency_id = fields.Many2one(
        related="company_id.currency_id", string="Company Currency"
    )

    # === WHAT IS OWED === #
    is_open = fields.Boolean(compute="_compute_open_items", search=search_by("is_open"))
    amount_open = fields.Monetary(
        compute="_compute_open_items", search=search_by("amount_open"), string="Open"
    )
    amount_overdue = fields.Monetary(
        compute="_compute_open_items",
        search=search_by("amount_overdue"),
        string="Overdue",
    )
    company_amount_overdue = fields.Monetary(
        compute="_compute_open_items",
        search=search_by("company_amount_overdue"),
        string="Overdue in Company Currency",
        currency_field="company_currency_id",
        aggregator="sum",
    )
    oldest_due_date = fields.Date(
        compute="_compute_open_items",
        search=search_by("oldest_due_date"),
        string="Due Since",
    )
    days_late = fields.Integer(
        compute="_compute_open_items", search=search_by("days_late"), aggregator="max"
    )
    open_line_count = fields.Integer(
        compute="_compute_open_items", search=search_by("open_line_count")
    )
    level_id = fields.Many2one(
        comodel_name="dunning.level",
        compute="_compute_open_items",
        search=search_by("level_id"),
        help="The highest level that an open item has reached.",
    )
    is_high_amount = fields.Boolean(
        compute="_compute_is_high_amount",
        search="_search_is_high_amount",
        help="At least the high amount of the settings is overdue.",
    )

    # === COMPUTE METHODS === #

    @api.depends("line_ids.move_line_id.amount_residual_currency")
    def _compute_open_items(self):
        totals = self._get_open_totals()
        for case in self:
            values = totals.get(case.id, {})
            case.is_open = bool(values)
            case.amount_open = values.get("amount_open", 0.0)
            case.amount_overdue = values.get("amount_overdue", 0.0)
            case.company_amount_overdue = values.get("company_amount_overdue", 0.0)
            case.oldest_due_date = values.get("oldest_due_date")
            case.days_late = values.get("days_late", 0)
            case.open_line_count = values.get("open_line_count", 0)
            case.level_id = values.get("level_id")

    def _get_open_totals(self):
        """Sum up the open items of the cases in one query.

        :return: ``{case id: {name of a total: value}}``, amounts in the case's
            currency unless they are named otherwise; cases without open items are
            left out
        :rtype: dict
        """
        if not self.ids:
            return {}
        query = self._get_open_totals_sql(
            self.company_id, SQL("item.case_id IN %s", tuple(self.ids))
        )
        return {row.pop("case_id"): row for row in self.env.execute_query_dict(query)}

    def _get_open_totals_sql(self, companies, condition=None):
        """Return the query of the totals: one row per case with open items.

        :param res.company companies: whose cases; each has a today of its own
        :param SQL condition: restricts the rows of ``item``, the case's items
        :rtype: SQL
        """
        for model in (
            "account.move.line",
            "dunning.case.line",
            "installment.plan",
            "installment.plan.item",
            "installment.plan.line",
        ):
            self.env[model].flush_model()
        todays = companies._get_dunning_todays_sql()
        plans = self.env["installment.plan"]
        return SQL(
            """
            SELECT item.case_id, TRUE AS is_open,
                   SUM(line.amount_residual_currency) AS amount_open,
                   SUM(line.amount_residual_currency * %(share)s) AS amount_overdue,
                   SUM(line.amount_residual * %(share)s) AS company_amount_overdue,
                   MIN(COALESCE(planned.due, line.date_maturity)) AS oldest_due_date,
                   GREATEST(MAX(today.date
                       - COALESCE(planned.due, line.date_maturity)), 0) AS days_late,
                   COUNT(*) AS open_line_count,
                   (ARRAY_AGG(item.level_id ORDER BY level.rank_days DESC NULLS LAST,
                       level.sequence DESC))[1] AS level_id
              FROM dunning_case_line item
              JOIN account_move_line line ON line.id = item.move_line_id
              JOIN (%(todays)s) today ON today.company_id = item.company_id
         LEFT JOIN (%(planned)s) planned ON planned.move_line_id = line.id
         LEFT JOIN dunning_level level ON level.id = item.level_id
             WHERE %(is_open)s AND %(condition)s
          GROUP BY item.case_id
            """,
            todays=todays,
            planned=plans._get_planned_sql(todays),
            share=plans._get_overdue_share_sql(SQL("today.date")),
            is_open=self.env["dunning.case.line"]._get_open_sql(SQL("line")),
            condition=condition or SQL("TRUE"),
        )

    @api.depends("company_amount_overdue")
    def _compute_is_high_amount(self):
        for case in self:
            limit = case.company_id.dunning_high_amount
            case.is_high_amount = limit and case.company_amount_overdue >= limit

    # === SEARCH METHODS === #

    def _search_is_high_amount(self, operator, value):
        if operator not in ("in", "not in"):
            return NotImplemented
        domain = Domain.OR(
            Domain("company_id", "=", company.id)
            & Domain("company_amount_overdue", ">=", company.dunning_high_amount)
            for company in self.env.companies
            if company.dunning_high_amount
        )
        return domain if (True in value) == (operator == "in") else ~domain

    def _search_total(self, name, operator, value):
        """Return the domain of the cases with a total.

        :param str name: one of ``TOTAL_FIELDS``
        """
        if operator not in ("in", "not in", *COMPARISONS):
            return NotImplemented

        def to_sql(model, alias, query):
            column = model._field_to_sql(alias, name, query)
            return self._get_total_condition(name, column, operator, value)

        return Domain.custom(to_sql=to_sql)

    def _get_total_condition(self, name, column, operator, value):
        """Return the SQL condition of ``column operator value``."""
        if operator in COMPARISONS:
            return SQL("%s %s %s", column, COMPARISONS[operator], value)
        is_nullable = self._fields[name].type in ("many2one", "date")
        known = tuple(filter(None, value) if is_nullable else value)
        parts = [SQL("%s IN %s", column, known)] if known else []
        if is_nullable and False in value:
            parts.append(SQL("%s IS NULL", column))
        condition = SQL("(%s)", SQL(" OR ").join(parts)) if parts else SQL("FALSE")
        if operator == "not in":
            return SQL("NOT COALESCE(%s, FALSE)", condition)
        return condition

    # === QUERIES === #

    def _field_to_sql(self, alias, field_expr, query=None):
        if field_expr not in TOTAL_FIELDS or query is None:
            return super()._field_to_sql(alias, field_expr, query)
        self._check_field_access(self._fields[field_expr], "read")
        return self._get_total_sql(self._join_totals(alias, query), field_expr)

    def _join_totals(self, alias, query):
        """Join the totals of all cases to ``query``, once; return their alias."""
        totals = query.make_alias(alias, "totals")
        if totals not in query._joins:
            query.add_join(
                "LEFT JOIN",
                totals,
                SQL("(%s)", self._get_open_totals_sql(self.env.companies)),
                SQL(
                    "%s = %s",
                    SQL.identifier(totals, "case_id"),
                    SQL.identifier(alias, "id"),
                ),
            )
        return totals

    def _get_total_sql(self, totals, name):
        """Return the SQL of a total; what has no open items has zero of everything."""
        column = SQL.identifier(totals, name)
        kind = self._fields[name].type
        if kind in ("monetary", "integer"):
            return SQL("COALESCE(%s, 0)", column)
        if kind == "boolean":
            return SQL("COALESCE(%s, FALSE)", column)
        return column
