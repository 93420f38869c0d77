from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL
from odoo.tools.misc import format_date


class AccountMove(models.Model):
    """The invoice's own procedure and how far its reminders are."""

    _name = "account.move"
    _inherit = ["account.move", "dunning.reminded"]

    dunning_procedure_id = fields.Many2one(
        comodel_name="dunning.procedure",
        string="Reminder Procedure",
        domain="[('company_id', '=', company_id)]",
        check_company=True,
        copy=False,
        help="Overrides the procedure of the customer and of the company.",
    )
    dunning_line_ids = fields.One2many(
        comodel_name="dunning.case.line",
        compute="_compute_dunning_line_ids",
        compute_sudo=True,
    )
    dunning_status = fields.Char(
        string="Reminders",
        compute="_compute_dunning_status",
        compute_sudo=True,
        help="The level reached, when the last notice went out, until when it asks to "
        "pay, and what keeps further reminders back.",
    )
    dunning_badge = fields.Char(
        string="Reminder",
        compute="_compute_dunning_badge",
        compute_sudo=True,
        help="Why the invoice rests, else the level that it has reached.",
    )
    dunning_notice_count = fields.Integer(
        compute="_compute_dunning_notice_count", compute_sudo=True
    )

    def _compute_dunning_line_ids(self):
        items = self.env["dunning.case.line"].search(
            [("move_line_id.move_id", "in", self.ids)]
        )
        by_move = items.grouped("move_id")
        for move in self:
            move.dunning_line_ids = by_move.get(move, items.browse())

    @api.depends("payment_state", "state", "no_followup")
    @api.depends_context("lang")
    def _compute_dunning_status(self):
        for move in self:
            parts = move._get_dunning_progress() + move._get_dunning_obstacles()
            move.dunning_status = " · ".join(parts)

    @api.depends("payment_state", "state")
    @api.depends_context("lang")
    def _compute_dunning_badge(self):
        for move in self:
            items = move.dunning_line_ids.filtered("is_open")
            rests = [text for text in items.mapped("rest_text") if text]
            level = items.level_id.sorted("rank_days")[-1:]
            move.dunning_badge = rests[0] if rests else level.name

    def _get_dunning_progress(self):
        """Return how far the reminders of the invoice are.

        :return: texts: the highest level and its date, the latest pay-by date
        :rtype: list[str]
        """
        self.ensure_one()
        items = self.dunning_line_ids.filtered("level_id")
        item = items.sorted(lambda i: (i.level_id.rank_days, i.id))[-1:]
        if not item:
            return []
        parts = [
            self.env._(
                "%(level)s on %(date)s",
                level=item.level_id.name,
                date=self._format_dunning_date(item.last_notice_date),
            )
        ]
        if item.is_open and item.pay_by_date:
            date = self._format_dunning_date(item.pay_by_date)
            parts.append(self.env._("to pay by %(date)s", date=date))
        return parts

    def _get_dunning_obstacles(self):
        """Return what keeps an open invoice out of further reminders.

        :rtype: list[str]
        """
        self.ensure_one()
        is_open = self.payment_state in ("not_paid", "partial")
        if self.move_type != "out_invoice" or self.state != "posted" or not is_open:
            return []
        parts = [self.env._("no reminders wanted")] if self.no_followup else []
        items = self.dunning_line_ids.filtered("is_open")
        parts += dict.fromkeys(filter(None, items.mapped("rest_text")))
        case = items.case_id.filtered("is_on_hold")[:1]
        if case:
            date = self._format_dunning_date(case.hold_until)
            parts.append(self.env._("customer on hold until %(date)s", date=date))
        return parts

    def _format_dunning_date(self, date):
        return format_date(self.env, date, date_format="medium")

    def _compute_dunning_notice_count(self):
        counts = dict(
            self.env["dunning.notice.line"]._read_group(
                [("move_id", "in", self.ids)], ["move_id"], ["notice_id:count_distinct"]
            )
        )
        for move in self:
            move.dunning_notice_count = counts.get(move, 0)

    def _get_dunning_pauses(self):
        """Return the pauses of the invoices themselves that hold today.

        :return: ``{invoice: the pause that ends last}``
        :rtype: dict
        """
        Pause = self.env["dunning.pause"]
        pauses = {}
        for company, moves in self.grouped("company_id").items():
            today = company._get_dunning_today()
            domain = Pause._get_active_domain(today) & Domain(
                "move_id", "in", moves.ids
            )
            for pause in Pause.search(domain, order="date_until"):
                pauses[pause.move_id] = pause
        return pauses

    def _dunning_pause(self, until, reason):
        """Leave the invoices out of reminders up to and including ``until``.

        :rtype: dunning.pause
        """
        return self.env["dunning.pause"].create(
            [
                {
                    "move_id": move.id,
                    "company_id": move.company_id.id,
                    "date_until": until,
                    "reason": reason,
                }
                for move in self
            ]
        )

    # === RESET === #

    def button_draft(self):
        """Nothing of a draft is owed: promises go on without it."""
        items = self.sudo().dunning_line_ids
        items.promise_ids.filtered(lambda one: one.state == "open")._release(items)
        return super().button_draft()

    # === REMINDED === #

    def _get_dunning_customers(self):
        return self.commercial_partner_id

    def _get_dunning_companies(self):
        return self.company_id

    def _get_dunning_explanations(self):
        explainer = self.env["dunning.explainer"]
        return [text for move in self for text in explainer._explain_move(move)]

    def action_view_dunning_notices(self):
        """Open the notices in which the invoice stands."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "payment_reminder.dunning_notice_action"
        )
        action["domain"] = [("line_ids.move_id", "in", self.ids)]
        action["context"] = {}
        return action

    def _dunning_ensure_portal_tokens(self):
        """Give the invoices the token of their portal page, in one statement.

        Plain SQL on purpose: posted entries are not written to (design: invariant 7),
        and the token is no part of the entry.
        """
        missing = self.filtered(lambda move: not move.access_token)
        if not missing:
            return
        self.env.cr.execute(
            SQL(
                "UPDATE account_move SET access_token = gen_random_uuid()::text"
                " WHERE id IN %s AND access_token IS NULL",
                tuple(missing.ids),
            )
        )
        missing.invalidate_recordset(["access_token"], flush=False)
