from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.tools import SQL


class DunningDispute(models.Model):
    """What a customer objects to: only the disputed items rest, the others go on."""

    _name = "dunning.dispute"
    _inherit = ["dunning.of.case", "dunning.protected"]
    _description = "Disputed Items"
    _order = "date DESC, id DESC"
    _check_company_auto = True
    _protected_fields = frozenset({"case_id", "state", "resolved_on", "resolved_by_id"})

    # === IDENTITY === #
    line_ids = fields.Many2many(
        comodel_name="dunning.case.line",
        relation="dunning_dispute_line_rel",
        column1="dispute_id",
        column2="line_id",
        string="Disputed Items",
        compute="_compute_line_ids",
        store=True,
        readonly=False,
        domain="[('case_id', '=', case_id), ('is_open', '=', True)]",
    )
    amount = fields.Monetary(string="Disputed", compute="_compute_amount")

    # === WHAT IS SAID === #
    date = fields.Date(
        required=True,
        readonly=True,
        default=lambda self: self.env.company._get_dunning_today(),
    )
    category = fields.Selection(
        selection=[
            ("quality", "Quality of the service"),
            ("amount", "Amount or price"),
            ("not_received", "Service or invoice not received"),
            ("not_ordered", "Not ordered"),
            ("already_paid", "Already paid"),
            ("formal", "The invoice is formally wrong"),
            ("other", "Something else"),
        ],
        required=True,
    )
    text = fields.Text(string="Objection", required=True)
    contact_id = fields.Many2one(comodel_name="res.partner", string="Raised by")
    user_id = fields.Many2one(
        comodel_name="res.users",
        string="Responsible",
        default=lambda self: self.env.user,
        domain=[("share", "=", False)],
    )

    # === OUTCOME === #
    state = fields.Selection(
        selection=[
            ("open", "Undecided"),
            ("accepted", "Accepted"),
            ("rejected", "Rejected"),
            ("withdrawn", "Withdrawn"),
        ],
        required=True,
        readonly=True,
        default="open",
        index=True,
    )
    resolution = fields.Text(help="What was answered to the customer.")
    resolved_on = fields.Date(readonly=True)
    resolved_by_id = fields.Many2one(comodel_name="res.users", readonly=True)

    # === COMPUTE METHODS === #

    @api.depends("case_id")
    def _compute_line_ids(self):
        """Where one item only is open, it is the disputed one."""
        for dispute in self:
            items = dispute.case_id.line_ids.filtered("is_open")
            if not dispute.line_ids and len(items) == 1:
                dispute.line_ids = items

    @api.depends("category", "partner_id")
    def _compute_display_name(self):
        labels = dict(self._fields["category"]._description_selection(self.env))
        for dispute in self:
            parts = [dispute.partner_id.name, labels.get(dispute.category)]
            dispute.display_name = ": ".join(part for part in parts if part)

    @api.depends("line_ids.move_line_id.amount_residual_currency")
    def _compute_amount(self):
        for dispute in self:
            dispute.amount = sum(
                dispute.line_ids.filtered("is_open").mapped("amount_residual")
            )

    # === CONSTRAINT METHODS === #

    @api.constrains("line_ids", "case_id")
    def _check_lines(self):
        for dispute in self:
            if not dispute.line_ids:
                raise ValidationError(
                    self.env._("Choose the items that the customer objects to.")
                )
            if dispute.line_ids.case_id - dispute.case_id:
                raise ValidationError(
                    self.env._("A dispute is about items of one case only.")
                )

    # === CRUD METHODS === #

    @api.model_create_multi
    def create(self, vals_list):
        disputes = super().create(vals_list)
        if any(dispute.state != "open" for dispute in disputes):
            self._check_protected({"state"})
        for dispute in disputes:
            dispute._log(
                self.env._(
                    "%(amount)s disputed (%(items)s): %(text)s",
                    amount=dispute.currency_id._format_dunning(dispute.amount),
                    items=dispute._get_items_text(),
                    text=dispute.text,
                )
            )
        disputes.case_id._refresh_next_step()
        return disputes

    def write(self, vals):
        if {"line_ids", "category", "text"} & set(vals) and any(
            dispute.state != "open" for dispute in self
        ):
            raise UserError(self.env._("A resolved dispute is history."))
        done = super().write(vals)
        if "line_ids" in vals:
            self.case_id._refresh_next_step()
        return done

    # === ACTION METHODS === #

    def action_accept(self):
        """Open the credit note wizard; its credit note resolves the dispute."""
        self.ensure_one()
        self.check_access("write")
        self._check_open()
        moves = self.line_ids.filtered("is_open").move_id
        if not moves:
            self._set_accepted()
            return True
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "account.action_view_account_move_reversal"
        )
        action["context"] = {
            "active_model": "account.move",
            "active_ids": moves.ids,
            "dunning_dispute_id": self.id,
            "default_reason": self.display_name,
        }
        return action

    def action_reject(self):
        """Answer that the claim stands: reminders go on at the level reached."""
        self.check_access("write")
        self._check_open()
        self._set_rejected()

    def action_withdraw(self):
        """Record that the customer does not object any more."""
        self.check_access("write")
        self._check_open()
        self._set_withdrawn()

    def _check_open(self):
        if any(dispute.state != "open" for dispute in self):
            raise UserError(self.env._("This dispute was already resolved."))

    # === STATES === #

    def _set_accepted(self):
        self._resolve("accepted", self.env._("Objection accepted"))

    def _set_rejected(self):
        self._resolve("rejected", self.env._("Objection rejected, reminders go on"))

    def _set_withdrawn(self):
        self._resolve("withdrawn", self.env._("Objection withdrawn, reminders go on"))

    def _resolve(self, state, text):
        for dispute in self:
            dispute.sudo().write(
                {
                    "state": state,
                    "resolved_on": dispute.company_id._get_dunning_today(),
                    "resolved_by_id": self.env.uid,
                }
            )
            items = dispute._get_items_text()
            answer = f" {dispute.resolution}" if dispute.resolution else ""
            dispute._log(f"{text} ({items}).{answer}")
        self.case_id._refresh_next_step()

    # === BUSINESS METHODS === #

    def _get_items_text(self):
        """Return the numbers of the disputed invoices."""
        self.ensure_one()
        return ", ".join(name for name in self.line_ids.move_id.mapped("name") if name)

    def _log(self, text):
        """Write ``text`` into the chatter of the case."""
        self.ensure_one()
        self.case_id._message_log(body=text)

    @api.model
    def _get_disputed_sql(self, company):
        """Return the subquery of the case items that rest because of a dispute.

        An accepted objection goes on until its credit note is posted or deleted.

        :rtype: SQL
        """
        return SQL(
            """SELECT rel.line_id
                 FROM dunning_dispute_line_rel rel
                 JOIN dunning_dispute dispute ON dispute.id = rel.dispute_id
                WHERE dispute.company_id = %(company)s
                  AND (dispute.state = 'open'
                       OR (dispute.state = 'accepted' AND EXISTS (
                           SELECT 1
                             FROM dunning_case_line disputed
                             JOIN account_move_line receivable
                               ON receivable.id = disputed.move_line_id
                             JOIN account_move credit
                               ON credit.reversed_entry_id = receivable.move_id
                            WHERE disputed.id = rel.line_id
                              AND credit.state = 'draft')))""",
            company=company.id,
        )
