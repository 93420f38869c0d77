from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError

#: What was agreed: changed only while the plan is a draft.
AGREED_FIELDS = frozenset(
    {
        "partner_id",
        "company_id",
        "currency_id",
        "line_ids",
        "item_ids",
        "grace_days",
        "max_missed",
        "percent",
        "method",
        "terms",
    }
)


class InstallmentPlan(models.Model):
    """An agreement to pay posted invoices in parts: a schedule beside the invoices.

    Posted entries are never written to: a rescheduling entry would turn the invoice
    'paid', and hashed entries cannot be split. What is paid of the plan is computed
    from reconciliation.
    """

    _name = "installment.plan"
    _inherit = [
        "dunning.portal.document",  # before mail.thread
        "portal.mixin",
        "mail.thread",
        "mail.activity.mixin",
        "dunning.protected",
        "installment.plan.making",
        "installment.plan.flow",
        "installment.plan.allocation",
        "installment.plan.approval",
        "installment.plan.screen",
        "installment.plan.letter",
    ]
    _description = "Instalment Plan"
    _order = "date DESC, id DESC"
    _check_company_auto = True
    _protected_fields = frozenset(
        {
            "state",
            "version",
            "replaces_id",
            "proposed_on",
            "activated_on",
            "closed_on",
            "close_reason",
            "approved_by_id",
            "approved_on",
            "signed_by",
            "signed_on",
            "signature",
            "decline_reason",
            "requested_on",
            "request_text",
            "cost_move_id",
            "amount_total",
            "amount_paid",
            "amount_open",
            "next_date",
            "next_amount",
        }
    )

    # === IDENTITY === #
    name = fields.Char(string="Number", readonly=True, copy=False, default="/")
    company_id = fields.Many2one(
        comodel_name="res.company",
        required=True,
        index=True,
        default=lambda self: self.env.company,
    )
    partner_id = fields.Many2one(
        comodel_name="res.partner",
        string="Customer",
        required=True,
        index=True,
        check_company=True,
        tracking=True,
    )
    contact_id = fields.Many2one(
        comodel_name="res.partner",
        string="Agreed with",
        compute="_compute_contact_id",
        store=True,
        readonly=False,
        check_company=True,
        help="Who at the customer gets the agreement and its reminders.",
    )
    currency_id = fields.Many2one(comodel_name="res.currency", required=True)
    user_id = fields.Many2one(
        comodel_name="res.users",
        string="Responsible",
        default=lambda self: self.env.user,
        tracking=True,
        domain="[('share', '=', False)]",
    )
    case_id = fields.Many2one(
        comodel_name="dunning.case", compute="_compute_case_id", compute_sudo=True
    )
    lang = fields.Char(compute="_compute_lang")
    date = fields.Date(
        required=True,
        default=lambda self: self.env.company._get_dunning_today(),
        copy=False,
    )
    date_valid = fields.Date(
        string="Valid until",
        copy=False,
        tracking=True,
        help="Until then the customer can accept a proposed plan; the invoices rest.",
    )

    # === WHAT IS AGREED === #
    item_ids = fields.One2many(
        comodel_name="installment.plan.item",
        inverse_name="plan_id",
        string="Covered Invoices",
    )
    line_ids = fields.One2many(
        comodel_name="installment.plan.line",
        inverse_name="plan_id",
        string="Instalments",
    )
    period = fields.Selection(
        selection=[
            ("weekly", "Every week"),
            ("fortnightly", "Every two weeks"),
            ("monthly", "Every month"),
            ("quarterly", "Every quarter"),
        ],
        default="monthly",
        required=True,
    )
    percent = fields.Float(string="Interest (% p.a.)", digits=(6, 3))
    method = fields.Selection(
        selection=[
            ("declining", "Equal parts, interest on the rest"),
            ("annuity", "Equal payments"),
        ],
        default="declining",
        required=True,
    )
    grace_days = fields.Integer(
        string="Days of Grace",
        default=lambda self: self.env.company.installment_grace_days,
        help="An instalment that is open longer than this ends the plan.",
    )
    max_missed = fields.Integer(
        string="Late Instalments Allowed",
        default=lambda self: self.env.company.installment_max_missed,
        help="More instalments that were not paid on their day end the plan, even if "
        "they were paid later. 0: any number.",
    )
    terms = fields.Html(help="Stands in the agreement, below the instalments.")

    # === AMOUNTS === #
    amount_total = fields.Monetary(
        string="Total", compute="_compute_totals", store=True, tracking=True
    )
    amount_interest = fields.Monetary(
        string="Interest", compute="_compute_totals", store=True
    )
    amount_fee = fields.Monetary(string="Fee", compute="_compute_totals", store=True)
    amount_paid = fields.Monetary(string="Paid", compute="_compute_totals", store=True)
    amount_open = fields.Monetary(string="Open", compute="_compute_totals", store=True)
    next_date = fields.Date(
        string="Next Instalment", compute="_compute_totals", store=True
    )
    next_amount = fields.Monetary(compute="_compute_totals", store=True)
    progress = fields.Float(compute="_compute_progress", help="Percent that is paid.")
    count = fields.Integer(string="Number of Instalments", compute="_compute_count")
    missed_count = fields.Integer(
        string="Late", compute="_compute_missed_count", compute_sudo=True
    )
    is_late = fields.Boolean(
        compute="_compute_missed_count", compute_sudo=True, search="_search_is_late"
    )

    # === STATE === #
    state = fields.Selection(
        selection=[
            ("draft", "Draft"),
            ("proposed", "Proposed"),
            ("active", "In force"),
            ("completed", "Completed"),
            ("defaulted", "Defaulted"),
            ("cancelled", "Cancelled"),
        ],
        required=True,
        readonly=True,
        default="draft",
        index=True,
        copy=False,
        tracking=True,
        group_expand="_group_expand_state",
    )
    proposed_on = fields.Datetime(readonly=True, copy=False)
    activated_on = fields.Date(readonly=True, copy=False)
    closed_on = fields.Date(readonly=True, copy=False)
    close_reason = fields.Char(readonly=True, copy=False)
    needs_approval = fields.Boolean(
        compute="_compute_needs_approval", search="_search_needs_approval"
    )
    approved_by_id = fields.Many2one(
        comodel_name="res.users", string="Approved by", readonly=True, copy=False
    )
    approved_on = fields.Datetime(readonly=True, copy=False)
    signed_by = fields.Char(readonly=True, copy=False)
    signed_on = fields.Datetime(readonly=True, copy=False)
    signature = fields.Binary(attachment=True, readonly=True, copy=False)
    agreement_ids = fields.Many2many(
        comodel_name="ir.attachment",
        relation="installment_plan_agreement_rel",
        string="Signed Agreement",
        copy=False,
        help="The agreement as the customer has signed it on paper.",
    )
    cost_move_id = fields.Many2one(
        comodel_name="account.move",
        string="Invoice of Interest and Fee",
        readonly=True,
        copy=False,
        check_company=True,
    )

    # === VERSIONS === #
    version = fields.Integer(default=1, readonly=True, copy=False)
    replaces_id = fields.Many2one(
        comodel_name="installment.plan",
        string="Version Before",
        readonly=True,
        copy=False,
        index="btree_not_null",
        check_company=True,
    )
    replaced_by_ids = fields.One2many(
        comodel_name="installment.plan",
        inverse_name="replaces_id",
        string="Versions After",
    )

    _grace_sane = models.Constraint(
        "CHECK (grace_days >= 0 AND max_missed >= 0)",
        "Days of grace and late instalments cannot be negative.",
    )
    _percent_sane = models.Constraint(
        "CHECK (percent >= 0 AND percent <= 100)",
        "The interest of a plan lies between 0 and 100 % per year.",
    )

    # === COMPUTE METHODS === #

    @api.depends("name", "version")
    def _compute_display_name(self):
        for plan in self:
            plan.display_name = (
                plan.name
                if plan.version == 1
                else self.env._(
                    "%(number)s, version %(version)s",
                    number=plan.name,
                    version=plan.version,
                )
            )

    @api.depends("partner_id")
    def _compute_contact_id(self):
        for plan in self:
            lines = plan.item_ids.sudo().move_line_id
            plan.contact_id = plan.partner_id and plan.partner_id._get_dunning_contact(
                plan.company_id, lines, "email"
            )

    @api.depends("contact_id", "partner_id", "company_id")
    def _compute_lang(self):
        for plan in self:
            plan.lang = plan._find_lang()

    def _compute_case_id(self):
        cases = self.env["dunning.case"]
        for plan in self:
            plan.case_id = cases.search(
                [
                    ("company_id", "=", plan.company_id.id),
                    ("partner_id", "=", plan.partner_id.commercial_partner_id.id),
                    ("currency_id", "=", plan.currency_id.id),
                    ("merged_into_id", "=", False),
                ],
                limit=1,
            )

    @api.depends(
        "line_ids.amount",
        "line_ids.interest",
        "line_ids.fee",
        "line_ids.amount_paid",
        "line_ids.amount_open",
        "line_ids.date",
    )
    def _compute_totals(self):
        for plan in self:
            lines = plan.line_ids.sorted("date")
            following = lines.filtered(
                lambda line, c=plan.currency_id: not c.is_zero(line.amount_open)
            )[:1]
            plan.amount_total = sum(lines.mapped("amount"))
            plan.amount_interest = sum(lines.mapped("interest"))
            plan.amount_fee = sum(lines.mapped("fee"))
            plan.amount_paid = sum(lines.mapped("amount_paid"))
            plan.amount_open = sum(lines.mapped("amount_open"))
            plan.next_date = following.date
            plan.next_amount = following.amount_open

    @api.depends("amount_paid", "amount_total")
    def _compute_progress(self):
        for plan in self:
            total = plan.amount_total
            plan.progress = 100 * plan.amount_paid / total if total else 0.0

    @api.model
    def _group_expand_state(self, states, domain):
        return [state for state, _label in self._fields["state"].selection]

    def _compute_access_url(self):
        done = super()._compute_access_url()
        for plan in self:
            plan.access_url = f"/my/installments/{plan.id}"
        return done

    # === CONSTRAINT METHODS === #

    @api.constrains("item_ids", "line_ids", "state")
    def _check_sum(self):
        """The instalments sum to what the invoices were open for, exactly."""
        for plan in self:
            if not plan.line_ids or not plan.item_ids:
                raise ValidationError(
                    self.env._("A plan needs at least one invoice and one instalment.")
                )
            total = sum(plan.line_ids.mapped("amount"))
            start = sum(plan.item_ids.mapped("amount_start"))
            if plan.currency_id.compare_amounts(total, start):
                raise ValidationError(
                    self.env._(
                        "The instalments come to %(total)s, but %(start)s is open.",
                        total=plan.currency_id._format_dunning(total),
                        start=plan.currency_id._format_dunning(start),
                    )
                )

    # === CRUD METHODS === #

    @api.model_create_multi
    def create(self, vals_list):
        self._check_created(vals_list)
        for vals in vals_list:
            if vals.get("name", "/") == "/":
                company = vals.get("company_id") or self.env.company.id
                sequence = self.env["ir.sequence"].with_company(company)
                vals["name"] = sequence.next_by_code("installment.plan") or "/"
        return super().create(vals_list)

    def write(self, vals):
        if AGREED_FIELDS & set(vals):
            for plan in self:
                plan._check_draft()
        return super().write(vals)

    def _check_draft(self):
        """Raise a UserError if the customer knows the plan already."""
        self.ensure_one()
        if self.state != "draft":
            raise UserError(
                self.env._(
                    "%(plan)s is agreed or proposed: renegotiate it to change it.",
                    plan=self.display_name,
                )
            )

    @api.ondelete(at_uninstall=False)
    def _unlink_except_agreed(self):
        if any(plan.state not in ("draft", "cancelled") for plan in self) or any(
            self.mapped("activated_on")
        ):
            raise UserError(
                self.env._("A plan that was proposed or agreed is kept; cancel it.")
            )

    # === DOCUMENT === #

    def _get_bank_account(self):
        return self._find_bank_account(self.item_ids.move_id)
