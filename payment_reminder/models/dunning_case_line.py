from odoo import api, fields, models
from odoo.tools import SQL
from odoo.tools.misc import format_date


class DunningCaseLine(models.Model):
    """One receivable line in a case: which level it has reached, and when.

    Lean on purpose (no chatter, no stored amounts): there may be a million of them,
    and what is open is always read from the receivable line itself.
    """

    _name = "dunning.case.line"
    _inherit = "dunning.protected"
    _description = "Reminder Case Item"
    _order = "case_id, id"
    _check_company_auto = True
    _protected_fields = frozenset(
        {
            "case_id",
            "company_id",
            "move_line_id",
            "level_id",
            "last_notice_date",
            "pay_by_date",
        }
    )

    # === IDENTITY === #
    case_id = fields.Many2one(
        comodel_name="dunning.case",
        required=True,
        readonly=True,
        index=True,
        ondelete="cascade",
    )
    company_id = fields.Many2one(
        comodel_name="res.company", required=True, readonly=True, index=True
    )
    move_line_id = fields.Many2one(
        comodel_name="account.move.line",
        string="Receivable",
        required=True,
        readonly=True,
        ondelete="cascade",
    )
    move_id = fields.Many2one(related="move_line_id.move_id", string="Invoice")
    partner_id = fields.Many2one(related="case_id.partner_id")
    date_maturity = fields.Date(related="move_line_id.date_maturity")
    currency_id = fields.Many2one(related="case_id.currency_id")
    amount_residual = fields.Monetary(
        related="move_line_id.amount_residual_currency", string="Open"
    )
    is_open = fields.Boolean(compute="_compute_is_open", search="_search_is_open")
    days_late = fields.Integer(compute="_compute_days_late")

    # === HOW FAR === #
    level_id = fields.Many2one(
        comodel_name="dunning.level", readonly=True, index="btree_not_null"
    )
    last_notice_date = fields.Date(
        readonly=True,
        help="When a notice brought the item to its level; to be named moves nothing.",
    )
    pay_by_date = fields.Date(
        readonly=True,
        help="The notice that brought the item to its level asked to pay until then; "
        "the next level waits for it.",
    )
    # === WHAT WAS AGREED === #
    promise_ids = fields.Many2many(
        comodel_name="dunning.promise",
        relation="dunning_promise_line_rel",
        column1="line_id",
        column2="promise_id",
    )
    dispute_ids = fields.Many2many(
        comodel_name="dunning.dispute",
        relation="dunning_dispute_line_rel",
        column1="line_id",
        column2="dispute_id",
    )
    rest_text = fields.Char(
        string="Rests",
        compute="_compute_rest_text",
        help="Why the item is left out of reminders at present.",
    )

    _move_line_uniq = models.UniqueIndex(
        "(move_line_id)", "A receivable line is in one case only."
    )

    # === COMPUTE METHODS === #

    @api.depends("move_id", "amount_residual", "date_maturity")
    def _compute_display_name(self):
        for item in self:
            parts = (
                item.move_id.name,
                item.currency_id._format_dunning(item.amount_residual),
            )
            item.display_name = ", ".join(part for part in parts if part)

    @api.depends("move_line_id.amount_residual_currency", "move_line_id.parent_state")
    def _compute_is_open(self):
        for item in self:
            line = item.move_line_id
            item.is_open = (
                line.parent_state == "posted"
                and not line.reconciled
                and line.amount_residual_currency > 0
            )

    @api.depends("date_maturity")
    def _compute_days_late(self):
        for item in self:
            today = item.company_id._get_dunning_today()
            due = item.date_maturity
            item.days_late = max((today - due).days, 0) if due else 0

    @api.depends("promise_ids.state", "dispute_ids.state", "promise_ids.rest_until")
    @api.depends_context("lang")
    def _compute_rest_text(self):
        pauses = self.move_id._get_dunning_pauses()
        for item in self:
            parts = item._get_agreements() + item._get_pause_texts(pauses)
            item.rest_text = ", ".join(parts) or False

    def _get_agreements(self):
        """Return in words the dispute and the promise for which the item rests.

        :rtype: list[str]
        """
        self.ensure_one()
        today = self.company_id._get_dunning_today()
        parts = []
        if any(dispute.state == "open" for dispute in self.dispute_ids):
            parts.append(self.env._("disputed"))
        promises = self.promise_ids.filtered(
            lambda promise: promise.state == "open" and promise.rest_until >= today
        )
        if promises:
            date = format_date(self.env, promises[0].date, date_format="medium")
            parts.append(self.env._("promised by %(date)s", date=date))
        return parts + self._get_plan_texts()

    def _get_plan_texts(self):
        """Return in words the instalment plan for which the item rests.

        :rtype: list[str]
        """
        plan = self.move_id.installment_plan_id
        if plan.state == "active":
            return [self.env._("paid by the plan %(plan)s", plan=plan.display_name)]
        if plan:
            return [self.env._("plan %(plan)s is proposed", plan=plan.display_name)]
        return []

    def _get_pause_texts(self, pauses):
        """Return in words the pause of the invoice.

        :param dict pauses: see ``account.move._get_dunning_pauses``
        :rtype: list[str]
        """
        pause = pauses.get(self.move_id)
        if not pause:
            return []
        date = format_date(self.env, pause.date_until, date_format="medium")
        return [self.env._("paused until %(date)s", date=date)]

    @api.model
    def _get_open_sql(self, line):
        """Return the SQL condition 'this receivable line is still open'.

        :param SQL line: the alias of ``account_move_line`` in the query
        :rtype: SQL
        """
        return SQL(
            "%(line)s.parent_state = 'posted' AND %(line)s.reconciled IS NOT TRUE"
            " AND %(line)s.amount_residual_currency > 0",
            line=line,
        )

    def _search_is_open(self, operator, value):
        if operator not in ("in", "not in"):
            return NotImplemented
        open_items = SQL(
            """(SELECT item.id
                  FROM dunning_case_line item
                  JOIN account_move_line line ON line.id = item.move_line_id
                 WHERE %s)""",
            self._get_open_sql(SQL("line")),
        )
        wants_open = (True in value) == (operator == "in")
        return [("id", "in" if wants_open else "not in", open_items)]

    # === ACTION METHODS === #

    def action_open_invoice(self):
        """Open the invoice of the item."""
        self.ensure_one()
        return self.move_id._get_records_action()
