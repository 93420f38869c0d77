from collections import defaultdict

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.fields import Domain

from ..const import LIVE_STATES


class DunningCase(models.Model):
    """The file of a customer who owes money: one per company and currency.

    Nothing is closed by hand: a case is open while one of its items is, and opens
    again by itself when a payment is undone.
    """

    _name = "dunning.case"
    _description = "Reminder Case"
    _inherit = [
        "dunning.case.totals",
        "dunning.case.desk",
        "dunning.protected",
        "mail.thread",
        "mail.activity.mixin",
    ]
    _order = "last_notice_date DESC NULLS LAST, id DESC"
    _check_company_auto = True
    _protected_fields = frozenset(
        {
            "company_id",
            "partner_id",
            "currency_id",
            "last_notice_date",
            "merged_into_id",
            "next_step",
            "next_step_date",
            "next_level_id",
        }
    )

    # === IDENTITY === #
    partner_id = fields.Many2one(
        comodel_name="res.partner",
        string="Customer",
        required=True,
        readonly=True,
        index=True,
        ondelete="restrict",
    )
    user_id = fields.Many2one(
        comodel_name="res.users",
        string="Assigned to",
        domain=[("share", "=", False)],
        tracking=True,
        help="Chosen for this case. Empty: the customer's person for reminders, else "
        "the salesperson of the invoice, else the company's person for reminders.",
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
    merged_into_id = fields.Many2one(
        comodel_name="dunning.case",
        string="Continued in",
        readonly=True,
        copy=False,
        index="btree_not_null",
        help="Two customers were merged: the case goes on there; what was said to this "
        "one stays here.",
    )
    notice_count = fields.Integer(compute="_compute_notice_count")

    status_text = fields.Char(compute="_compute_status_text")

    # === REST === #
    last_notice_date = fields.Date(readonly=True)
    promise_ids = fields.One2many(
        comodel_name="dunning.promise", inverse_name="case_id", string="Promises"
    )
    dispute_ids = fields.One2many(
        comodel_name="dunning.dispute", inverse_name="case_id", string="Disputes"
    )
    not_due_line_ids = fields.Many2many(
        comodel_name="account.move.line",
        string="Not Due Yet",
        compute="_compute_other_lines",
        help="Open invoices that no run has looked at: they are not due yet.",
    )
    credit_line_ids = fields.Many2many(
        comodel_name="account.move.line",
        string="Unmatched Payments and Credits",
        compute="_compute_other_lines",
    )
    pause_ids = fields.Many2many(
        comodel_name="dunning.pause",
        string="Pauses",
        compute="_compute_pause_ids",
        help="Pauses of the case, of the customer and of its open invoices.",
    )
    hold_until = fields.Date(
        string="On Hold Until",
        compute="_compute_hold",
        help="Nobody writes to the customer up to and including this day.",
    )
    hold_reason = fields.Char(compute="_compute_hold")
    is_on_hold = fields.Boolean(compute="_compute_hold", search="_search_is_on_hold")

    _partner_uniq = models.UniqueIndex(
        "(company_id, partner_id, currency_id) WHERE merged_into_id IS NULL",
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

    @api.depends("amount_overdue", "level_id", "is_on_hold")
    @api.depends_context("lang")
    def _compute_status_text(self):
        for case in self:
            parts = [
                self.env._(
                    "%(amount)s overdue",
                    amount=case.currency_id._format_dunning(case.amount_overdue),
                ),
                case.level_id.name,
                self.env._("on hold") if case.is_on_hold else False,
            ]
            case.status_text = " · ".join(part for part in parts if part)

    def _compute_other_lines(self):
        lines = self.env["account.move.line"]
        for case in self:
            domain = case._get_receivable_domain()
            credit = Domain("amount_residual_currency", "<", 0)
            case.credit_line_ids = lines.search(domain & credit)
            case.not_due_line_ids = lines.search(
                domain
                & Domain("amount_residual_currency", ">", 0)
                & Domain("id", "not in", case.open_line_ids.move_line_id.ids)
            )

    def _get_receivable_domain(self):
        """Return the domain of the open receivable lines of the cases' customers.

        :rtype: Domain
        """
        return Domain(
            [
                ("company_id", "in", self.company_id.ids),
                ("partner_id.commercial_partner_id", "in", self.partner_id.ids),
                ("currency_id", "in", self.currency_id.ids),
                ("account_type", "=", "asset_receivable"),
                ("parent_state", "=", "posted"),
                ("reconciled", "=", False),
            ]
        )

    def _compute_pause_ids(self):
        Pause = self.env["dunning.pause"]
        for case in self:
            moves = case.open_line_ids.move_id
            case.pause_ids = Pause.search(
                Domain("company_id", "=", case.company_id.id)
                & (
                    Domain("case_id", "=", case.id)
                    | Domain("partner_id", "=", case.partner_id.id)
                    | Domain("move_id", "in", moves.ids)
                )
            )

    def _compute_hold(self):
        """Find the pause of the case or of its customer that ends last."""
        holds = self._get_holds()
        for case in self:
            hold = holds.get(case) or self.env["dunning.pause"]
            case.is_on_hold = bool(hold)
            case.hold_until = hold.date_until
            case.hold_reason = hold.reason

    def _get_holds(self):
        """Return the pauses that hold today, of each case or its customer.

        :return: ``{case: the pause that ends last}``
        :rtype: dict
        """
        Pause = self.env["dunning.pause"]
        holds = {}
        for company, cases in self.grouped("company_id").items():
            pauses = Pause.search(
                Pause._get_active_domain(company._get_dunning_today())
                & Domain("company_id", "=", company.id)
                & (
                    Domain("case_id", "in", cases.ids)
                    | Domain("partner_id", "in", cases.partner_id.ids)
                ),
                order="date_until",
            )
            for pause in pauses:
                own = pause.case_id or cases.filtered(
                    lambda case, pause=pause: case.partner_id == pause.partner_id
                )
                holds |= dict.fromkeys(own, pause)
        return holds

    # === SEARCH METHODS === #

    def _search_is_on_hold(self, operator, value):
        if operator not in ("in", "not in"):
            return NotImplemented
        domain = Domain.OR(
            self._get_hold_domain(company) for company in self.env.companies
        )
        return domain if (True in value) == (operator == "in") else ~domain

    def _get_hold_domain(self, company):
        """Return the domain of the cases of a company that are on hold today.

        :rtype: Domain
        """
        Pause = self.env["dunning.pause"]
        pauses = Pause.search(
            Pause._get_active_domain(company._get_dunning_today())
            & Domain("company_id", "=", company.id)
        )
        return Domain("company_id", "=", company.id) & (
            Domain("id", "in", pauses.case_id.ids)
            | Domain("partner_id", "in", pauses.partner_id.ids)
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

    # === BUSINESS METHODS === #

    def _get_contact(self, channel=None):
        """Return who is written to or called about what is open in the case.

        :param str channel: code; see ``res.partner._get_dunning_contact``
        :rtype: res.partner
        """
        self.ensure_one()
        return self.partner_id._get_dunning_contact(
            self.company_id, self.sudo().open_line_ids.move_line_id, channel
        )

    def _absorb(self, src_partners, dst_partner):
        """Let the cases of merged customers go on in one case.

        Items and agreements move; notices stay where they were said, as evidence.

        :param res.partner src_partners: the customers that are about to disappear
        :param res.partner dst_partner: the one that stays
        :raise UserError: when something is being sent to one of them right now
        """
        customer = dst_partner.commercial_partner_id
        cases = self.search(
            [
                ("partner_id", "in", (src_partners | customer).ids),
                ("merged_into_id", "=", False),
            ]
        )
        for _key, group in cases.grouped(
            lambda case: (case.company_id, case.currency_id)
        ).items():
            kept = group.filtered(lambda case: case.partner_id == customer) or group
            (group - kept[0])._merge_into(kept[0])

    def _merge_into(self, kept):
        """Move what is still to be done to the case ``kept``."""
        notices = self.notice_ids.filtered(lambda n: n.state in LIVE_STATES)
        if any(n.state in ("in_flight", "in_doubt") for n in notices):
            raise UserError(
                self.env._(
                    "A reminder to one of the customers is being sent or in doubt. "
                    "Finish it, then merge them."
                )
            )
        notices._set_skipped(self.env._("The customer was merged with another one."))
        dates = (self | kept).mapped("last_notice_date")
        self.line_ids.write({"case_id": kept.id})
        self.promise_ids.write({"case_id": kept.id})
        self.dispute_ids.write({"case_id": kept.id})
        self.env["dunning.pause"].search([("case_id", "in", self.ids)]).write(
            {"case_id": kept.id}
        )
        self.write({"merged_into_id": kept.id, "next_step": "settled"})
        kept.last_notice_date = max(filter(None, dates), default=False)
        for case in self:
            kept._message_log(
                body=self.env._("Merged with the case of %s.", case.partner_id.name)
            )

    def _get_unmatched_credit(self, date=None):
        """Return what the customers have paid or were credited without a match.

        :param datetime.date date: the last day to look at; default all
        :return: ``{case id: positive amount in the case's currency}``
        :rtype: dict
        """
        credit = defaultdict(float)
        lines = self.env["account.move.line"].sudo()
        domain = self._get_unmatched_credit_domain()
        if date:
            domain &= Domain("date", "<=", date)
        for line in lines.search(domain):
            customer = line.partner_id.commercial_partner_id
            key = (line.company_id.id, customer.id, line.currency_id.id)
            credit[key] -= line.amount_residual_currency
        return {
            case.id: credit[case.company_id.id, case.partner_id.id, case.currency_id.id]
            for case in self
        }

    def _get_free_credit(self):
        """Return what was paid without a match and is kept for no plan and agency.

        What notices may take off.

        :return: see ``_get_unmatched_credit``
        :rtype: dict
        """
        credit = self._get_unmatched_credit()
        known = self.filtered(lambda case: credit[case.id] > 0)
        cases = {
            (case.company_id, case.partner_id, case.currency_id): case.id
            for case in known
        }
        for company in known.company_id:
            query = self.env["dunning.counted.credit"]._get_waiting_sql(company)
            kept = dict(self.env.execute_query(query))
            for line in self.env["account.move.line"].sudo().browse(kept):
                partner = line.partner_id.commercial_partner_id
                case = cases.get((company, partner, line.currency_id))
                if case:
                    credit[case] = max(credit[case] - kept[line.id], 0.0)
        return credit

    def _get_unmatched_credit_domain(self):
        """Return the domain of the customers' payments and credits without a match.

        :rtype: odoo.fields.Domain
        """
        return self._get_receivable_domain() & Domain(
            "amount_residual_currency", "<", 0
        )
