from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.fields import Domain
from odoo.tools import SQL
from odoo.tools.misc import format_date

#: How long a pause lasts unless somebody says otherwise.
DEFAULT_DAYS = 14
#: A longer one is a slip of the pen: customers can be excluded without an end.
MAX_DAYS = 3 * 366


class DunningPause(models.Model):
    """A time without reminders, for a case, a customer or an invoice.

    It needs a reason and an end, and ends by itself; an ended pause stays as history.
    """

    _name = "dunning.pause"
    _inherit = ["dunning.protected"]
    _description = "Pause of Reminders"
    _order = "date_until DESC, id DESC"
    _check_company_auto = True
    _protected_fields = frozenset(
        {"ended_on", "ended_by_id", "is_announced", "is_said"}
    )

    # === WHAT RESTS === #
    company_id = fields.Many2one(
        comodel_name="res.company",
        required=True,
        index=True,
        default=lambda self: self.env.company,
    )
    case_id = fields.Many2one(
        comodel_name="dunning.case",
        index="btree_not_null",
        ondelete="cascade",
        check_company=True,
    )
    partner_id = fields.Many2one(
        comodel_name="res.partner",
        string="Customer",
        index="btree_not_null",
        ondelete="cascade",
        check_company=True,
    )
    move_id = fields.Many2one(
        comodel_name="account.move",
        string="Invoice",
        index="btree_not_null",
        ondelete="cascade",
        check_company=True,
    )
    scope_text = fields.Char(string="For", compute="_compute_scope_text")

    # === WHEN AND WHY === #
    date_from = fields.Date(
        string="Starts on",
        required=True,
        default=lambda self: self.env.company._get_dunning_today(),
    )
    date_until = fields.Date(
        string="Until",
        required=True,
        default=lambda self: (
            self.env.company._get_dunning_today() + timedelta(days=DEFAULT_DAYS)
        ),
        help="The last day without reminders.",
    )
    reason = fields.Char(required=True)
    user_id = fields.Many2one(
        comodel_name="res.users",
        string="Paused by",
        readonly=True,
        default=lambda self: self.env.user,
    )
    ended_on = fields.Date(readonly=True, help="Ended before its time.")
    ended_by_id = fields.Many2one(comodel_name="res.users", readonly=True)
    is_announced = fields.Boolean(readonly=True)
    is_said = fields.Boolean(
        string="Said by the Customer",
        readonly=True,
        help="The customer has said that it is paid, or asked for instalments: it "
        "rests once a month for that.",
    )
    state = fields.Selection(
        selection=[("planned", "Planned"), ("active", "In force"), ("ended", "Ended")],
        compute="_compute_state",
        search="_search_state",
    )

    _one_scope = models.Constraint(
        "CHECK (num_nonnulls(case_id, partner_id, move_id) = 1)",
        "A pause is for a case, or a customer, or an invoice.",
    )

    # === COMPUTE METHODS === #

    @api.depends("case_id", "partner_id", "move_id")
    def _compute_scope_text(self):
        for pause in self:
            scope = pause.case_id or pause.partner_id or pause.move_id
            pause.scope_text = scope.display_name

    @api.depends("scope_text", "date_until")
    def _compute_display_name(self):
        for pause in self:
            pause.display_name = self.env._(
                "%(scope)s until %(date)s",
                scope=pause.scope_text or "",
                date=format_date(self.env, pause.date_until),
            )

    @api.depends("date_from", "date_until", "ended_on")
    def _compute_state(self):
        for pause in self:
            today = pause.company_id._get_dunning_today()
            if pause.ended_on or (pause.date_until and pause.date_until < today):
                pause.state = "ended"
            else:
                is_planned = pause.date_from and pause.date_from > today
                pause.state = "planned" if is_planned else "active"

    def _search_state(self, operator, value):
        if operator != "in":
            return NotImplemented
        today = self.env.company._get_dunning_today()
        domains = {
            "ended": Domain("ended_on", "!=", False) | Domain("date_until", "<", today),
            "planned": Domain("ended_on", "=", False) & Domain("date_from", ">", today),
            "active": self._get_active_domain(today),
        }
        return Domain.OR(domains[state] for state in value if state in domains)

    # === CONSTRAINT METHODS === #

    @api.constrains("date_from", "date_until")
    def _check_dates(self):
        for pause in self:
            if pause.date_until < pause.date_from:
                raise ValidationError(
                    self.env._(
                        "The pause ends (%(until)s) before it starts (%(start)s).",
                        until=format_date(self.env, pause.date_until),
                        start=format_date(self.env, pause.date_from),
                    )
                )
            today = pause.company_id._get_dunning_today()
            if pause.date_until > today + timedelta(days=MAX_DAYS):
                raise ValidationError(
                    self.env._(
                        "%(date)s is more than three years away: choose an earlier "
                        "day, or exclude the customer from reminders.",
                        date=format_date(self.env, pause.date_until),
                    )
                )
            if pause.date_until < today:
                raise ValidationError(
                    self.env._(
                        "%(date)s has passed: choose a day to come.",
                        date=format_date(self.env, pause.date_until),
                    )
                )

    @api.constrains("reason")
    def _check_reason(self):
        for pause in self:
            if not (pause.reason or "").strip():
                raise ValidationError(
                    self.env._(
                        "Say why reminders of %(scope)s are paused: the reason is "
                        "shown to whoever looks at the case.",
                        scope=pause.scope_text,
                    )
                )

    # === CRUD METHODS === #

    @api.model_create_multi
    def create(self, vals_list):
        for vals in vals_list:
            if vals.get("partner_id"):  # debts belong to the commercial partner
                partner = self.env["res.partner"].browse(vals["partner_id"])
                vals["partner_id"] = partner.commercial_partner_id.id
            if vals.get("case_id"):
                case = self.env["dunning.case"].browse(vals["case_id"])
                vals["company_id"] = case.company_id.id
        pauses = super().create(vals_list)
        for pause in pauses:
            pause._log_on_cases(
                self.env._(
                    "Reminders of %(scope)s are paused until %(date)s: %(reason)s",
                    scope=pause.scope_text,
                    date=format_date(self.env, pause.date_until),
                    reason=pause.reason,
                )
            )
        pauses._get_cases()._refresh_next_step()
        return pauses

    def write(self, vals):
        if {"date_from", "date_until", "reason"} & set(vals) and any(
            pause.ended_on for pause in self
        ):
            raise UserError(self.env._("An ended pause is history; make a new one."))
        done = super().write(vals)
        if {"date_from", "date_until"} & set(vals):
            self._get_cases()._refresh_next_step()
        return done

    # === ACTION METHODS === #

    def action_resume(self):
        """End the pauses now: reminders go on."""
        self.check_access("write")
        for pause in self.filtered(lambda p: p.state != "ended"):
            pause._set_ended(pause.company_id._get_dunning_today())

    # === STATES === #

    def _set_ended(self, date):
        """End the pause on ``date``: from that day on reminders may go out."""
        self.ensure_one()
        self.sudo().write(
            {"ended_on": date, "ended_by_id": self.env.uid, "is_announced": True}
        )
        self._log_on_cases(
            self.env._("The pause of %(scope)s was ended.", scope=self.scope_text)
        )
        self._get_cases()._refresh_next_step()

    # === BUSINESS METHODS === #

    def _get_cases(self):
        """Return the cases in which the pauses are felt.

        :rtype: dunning.case
        """
        by_partner = self.env["dunning.case"].search(
            [
                ("partner_id", "in", self.partner_id.ids),
                ("company_id", "in", self.company_id.ids),
            ]
        )
        by_move = self.env["dunning.case.line"].search(
            [("move_line_id.move_id", "in", self.move_id.ids)]
        )
        return self.case_id | by_partner | by_move.case_id

    def _log_on_cases(self, text):
        for case in self._get_cases():
            case._message_log(body=text)

    @api.model
    def _get_active_domain(self, date):
        """Return the domain of the pauses in force on ``date``.

        :rtype: Domain
        """
        return (
            Domain("date_from", "<=", date)
            & Domain("date_until", ">=", date)
            & Domain("ended_on", "=", False)
        )

    @api.model
    def _get_partner_domain(self, partner, company):
        """Return the domain of the pauses of a customer.

        :rtype: Domain
        """
        return Domain("partner_id", "in", partner.ids) & Domain(
            "company_id", "=", company.id
        )

    @api.model
    def _watch(self, company, date):
        """Say on the cases which pauses have run out.

        :param datetime.date date: the company's date
        :return: the pauses that have ended since the last call
        :rtype: dunning.pause
        """
        over = self.search(
            [
                ("company_id", "=", company.id),
                ("date_until", "<", date),
                ("is_announced", "=", False),
            ]
        )
        for pause in over:
            pause._log_on_cases(
                self.env._(
                    "The pause of %(scope)s is over: reminders go on.",
                    scope=pause.scope_text,
                )
            )
        over.sudo().write({"is_announced": True})
        over._get_cases()._refresh_next_step(date)
        return over

    @api.model
    def _get_paused_sql(self, date, company):
        """Return the SQL condition 'a pause holds for this line' for the planner.

        Reads the aliases ``customer``, ``move`` and ``dcase``.

        :rtype: SQL
        """

        def paused(column):
            return SQL(
                """SELECT pause.%(column)s FROM dunning_pause pause
                    WHERE pause.company_id = %(company)s AND pause.ended_on IS NULL
                      AND %(date)s BETWEEN pause.date_from AND pause.date_until
                      AND pause.%(column)s IS NOT NULL""",
                column=SQL.identifier(column),
                company=company.id,
                date=date,
            )

        return SQL(
            "(customer.id IN (%s) OR move.id IN (%s) OR dcase.id IN (%s))",
            paused("partner_id"),
            paused("move_id"),
            paused("case_id"),
        )
