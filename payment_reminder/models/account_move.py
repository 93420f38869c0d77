from odoo import api, fields, models
from odoo.tools import SQL


class AccountMove(models.Model):
    """The invoice's own procedure and how far its reminders are."""

    _inherit = "account.move"

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
        help="The level reached, when the last notice went out and until when it asks "
        "to pay.",
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

    @api.depends("payment_state", "state")
    @api.depends_context("lang")
    def _compute_dunning_status(self):
        for move in self:
            items = move.dunning_line_ids.filtered("level_id")
            item = items.sorted(lambda i: (i.level_id.delay_days, i.id))[-1:]
            move.dunning_status = item and move._get_dunning_status_text(item)

    def _get_dunning_status_text(self, item):
        """Return in one line how far the reminders of ``item`` are."""
        self.ensure_one()
        return self.env._(
            "%(level)s on %(date)s",
            level=item.level_id.name,
            date=fields.Date.to_string(item.last_notice_date)
            and self.env["ir.qweb.field.date"].value_to_html(item.last_notice_date, {}),
        )

    def _compute_dunning_notice_count(self):
        counts = dict(
            self.env["dunning.notice.line"]._read_group(
                [("move_id", "in", self.ids)], ["move_id"], ["notice_id:count_distinct"]
            )
        )
        for move in self:
            move.dunning_notice_count = counts.get(move, 0)

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
