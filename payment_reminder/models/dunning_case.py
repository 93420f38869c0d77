from collections import defaultdict

from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.fields import Domain
from odoo.tools import SQL


class DunningCase(models.Model):
    """The file of a customer who owes money: one per company and currency.

    Nothing is closed by hand: a case is open while one of its items is, and opens
    again by itself when a payment is undone.
    """

    _name = "dunning.case"
    _description = "Reminder Case"
    _inherit = ["dunning.protected", "mail.thread", "mail.activity.mixin"]
    _order = "last_notice_date DESC NULLS LAST, id DESC"
    _check_company_auto = True
    _protected_fields = frozenset(
        {"company_id", "partner_id", "currency_id", "last_notice_date"}
    )

    # === IDENTITY === #
    company_id = fields.Many2one(
        comodel_name="res.company", required=True, readonly=True, index=True
    )
    partner_id = fields.Many2one(
        comodel_name="res.partner",
        string="Customer",
        required=True,
        readonly=True,
        index=True,
        ondelete="restrict",
    )
    currency_id = fields.Many2one(
        comodel_name="res.currency", required=True, readonly=True
    )
    user_id = fields.Many2one(
        comodel_name="res.users",
        string="Responsible",
        domain=[("share", "=", False)],
        tracking=True,
    )
    line_ids = fields.One2many(
        comodel_name="dunning.case.line", inverse_name="case_id", string="Items"
    )
    open_line_ids = fields.One2many(
        comodel_name="dunning.case.line",
        inverse_name="case_id",
        string="Open Items",
        domain=[("is_open", "=", True)],
    )
    notice_ids = fields.One2many(
        comodel_name="dunning.notice", inverse_name="case_id", string="Notices"
    )
    notice_count = fields.Integer(compute="_compute_notice_count")

    # === WHAT IS OWED === #
    # Computed, never written: reconciliation is the only truth about what is open.
    is_open = fields.Boolean(compute="_compute_open_items", search="_search_is_open")
    amount_open = fields.Monetary(compute="_compute_open_items", string="Open")
    amount_overdue = fields.Monetary(compute="_compute_open_items", string="Overdue")
    oldest_due_date = fields.Date(compute="_compute_open_items", string="Due Since")
    days_late = fields.Integer(compute="_compute_open_items")
    open_line_count = fields.Integer(compute="_compute_open_items")
    level_id = fields.Many2one(
        comodel_name="dunning.level",
        compute="_compute_open_items",
        search="_search_level_id",
        help="The highest level that an open item has reached.",
    )

    status_text = fields.Char(compute="_compute_status_text")

    # === REST === #
    last_notice_date = fields.Date(readonly=True)
    hold_until = fields.Date(
        string="On Hold Until",
        tracking=True,
        help="Nobody writes to the customer up to and including this day.",
    )
    hold_reason = fields.Char(tracking=True)
    is_on_hold = fields.Boolean(
        compute="_compute_is_on_hold", search="_search_is_on_hold"
    )

    _partner_uniq = models.UniqueIndex(
        "(company_id, partner_id, currency_id)",
        "There is already a case for this customer and currency.",
    )

    # === COMPUTE METHODS === #

    @api.depends("partner_id", "currency_id")
    def _compute_display_name(self):
        for case in self:
            case.display_name = f"{case.partner_id.name} ({case.currency_id.name})"

    def _compute_notice_count(self):
        counts = dict(
            self.env["dunning.notice"]._read_group(
                [("case_id", "in", self.ids)], ["case_id"], ["__count"]
            )
        )
        for case in self:
            case.notice_count = counts.get(case, 0)

    @api.depends("line_ids.move_line_id.amount_residual_currency")
    def _compute_open_items(self):
        totals = self._get_open_totals()
        for case in self:
            values = totals.get(case.id, {})
            today = case.company_id._get_dunning_today() if values else None
            oldest = values.get("oldest_due_date")
            case.is_open = bool(values)
            case.amount_open = values.get("amount_open", 0.0)
            case.amount_overdue = values.get("amount_overdue", 0.0)
            case.oldest_due_date = oldest
            case.days_late = max((today - oldest).days, 0) if oldest else 0
            case.open_line_count = values.get("open_line_count", 0)
            case.level_id = values.get("level_id")

    def _get_open_totals(self):
        """Sum up the open items of the cases in one query per company.

        :return: ``{case id: {amount_open, amount_overdue, oldest_due_date,
            open_line_count, level_id}}``, amounts in the case's currency; cases
            without open items are left out
        :rtype: dict
        """
        totals = {}
        if not self.ids:
            return totals
        self.env["account.move.line"].flush_model()
        self.env["dunning.case.line"].flush_model()
        for company, cases in self.grouped("company_id").items():
            query = self._get_open_totals_sql(company._get_dunning_today(), cases)
            for row in self.env.execute_query_dict(query):
                totals[row.pop("case_id")] = row
        return totals

    def _get_open_totals_sql(self, today, cases):
        return SQL(
            """
            SELECT item.case_id,
                   SUM(line.amount_residual_currency) AS amount_open,
                   COALESCE(SUM(line.amount_residual_currency)
                       FILTER (WHERE line.date_maturity < %(today)s), 0)
                       AS amount_overdue,
                   MIN(line.date_maturity) AS oldest_due_date,
                   COUNT(*) AS open_line_count,
                   (ARRAY_AGG(item.level_id ORDER BY level.rank_days DESC NULLS LAST,
                       level.sequence DESC))[1] AS level_id
              FROM dunning_case_line item
              JOIN account_move_line line ON line.id = item.move_line_id
         LEFT JOIN dunning_level level ON level.id = item.level_id
             WHERE item.case_id IN %(cases)s AND %(is_open)s
          GROUP BY item.case_id
            """,
            today=today,
            cases=tuple(cases.ids),
            is_open=self.env["dunning.case.line"]._get_open_sql(SQL("line")),
        )

    @api.depends("amount_overdue", "level_id", "hold_until")
    @api.depends_context("lang")
    def _compute_status_text(self):
        for case in self:
            parts = [
                self.env._(
                    "%(amount)s overdue",
                    amount=case.currency_id.format(case.amount_overdue),
                ),
                case.level_id.name,
                self.env._("on hold") if case.is_on_hold else False,
            ]
            case.status_text = " · ".join(part for part in parts if part)

    @api.depends("hold_until")
    def _compute_is_on_hold(self):
        for case in self:
            today = case.company_id._get_dunning_today()
            case.is_on_hold = bool(case.hold_until and case.hold_until >= today)

    # === SEARCH METHODS === #

    def _search_is_open(self, operator, value):
        if operator not in ("in", "not in"):
            return NotImplemented
        item = self.env["dunning.case.line"]
        open_cases = SQL(
            """(SELECT item.case_id
                  FROM dunning_case_line item
                  JOIN account_move_line line ON line.id = item.move_line_id
                 WHERE %s)""",
            item._get_open_sql(SQL("line")),
        )
        wants_open = (True in value) == (operator == "in")
        return [("id", "in" if wants_open else "not in", open_cases)]

    def _search_level_id(self, operator, value):
        return Domain("line_ids", "any", [("level_id", operator, value)])

    def _search_is_on_hold(self, operator, value):
        if operator not in ("in", "not in"):
            return NotImplemented
        today = self.env.company._get_dunning_today()
        domain = Domain("hold_until", ">=", today)
        return domain if (True in value) == (operator == "in") else ~domain

    # === CONSTRAINT METHODS === #

    @api.constrains("hold_until", "hold_reason")
    def _check_hold(self):
        for case in self:
            if case.hold_until and not (case.hold_reason or "").strip():
                raise ValidationError(
                    self.env._(
                        "Say why %(customer)s is put on hold: the reason is shown to "
                        "whoever looks at the case.",
                        customer=case.partner_id.name,
                    )
                )

    # === CRUD METHODS === #

    @api.ondelete(at_uninstall=False)
    def _unlink_except_with_notices(self):
        if any(case.notice_ids for case in self):
            raise ValidationError(
                self.env._("A case with notices is kept as evidence.")
            )

    # === ACTION METHODS === #

    def action_view_notices(self):
        """Open the notices of the case."""
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "payment_reminder.dunning_notice_action"
        )
        action["domain"] = [("case_id", "in", self.ids)]
        action["context"] = {}
        return action

    def action_view_invoices(self):
        """Open the invoices with open items."""
        moves = self.open_line_ids.move_line_id.move_id
        return moves._get_records_action(
            name=self.env._("Open Invoices"), context={"create": False}
        )

    def action_resume(self):
        """End the hold."""
        self.write({"hold_until": False, "hold_reason": False})

    # === BUSINESS METHODS === #

    def _get_signatory(self):
        """Return the user who speaks for the company in this case.

        :rtype: res.users
        """
        self.ensure_one()
        return self.user_id

    def _get_unmatched_credit(self):
        """Return what the customers have paid or were credited without a match.

        :return: ``{case id: positive amount in the case's currency}``
        :rtype: dict
        """
        credit = defaultdict(float)
        lines = self.env["account.move.line"].sudo()
        for line in lines.search(self._get_unmatched_credit_domain()):
            customer = line.partner_id.commercial_partner_id
            key = (line.company_id.id, customer.id, line.currency_id.id)
            credit[key] -= line.amount_residual_currency
        return {
            case.id: credit[case.company_id.id, case.partner_id.id, case.currency_id.id]
            for case in self
        }

    def _get_unmatched_credit_domain(self):
        """Return the domain of the customers' payments and credits without a match.

        :rtype: odoo.fields.Domain
        """
        return Domain(
            [
                ("company_id", "in", self.company_id.ids),
                ("partner_id.commercial_partner_id", "in", self.partner_id.ids),
                ("currency_id", "in", self.currency_id.ids),
                ("account_type", "=", "asset_receivable"),
                ("parent_state", "=", "posted"),
                ("reconciled", "=", False),
                ("amount_residual_currency", "<", 0),
            ]
        )
