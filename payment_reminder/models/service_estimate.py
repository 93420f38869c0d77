from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError

#: What the price depends on: changed only while the estimate is a draft.
PRICED_FIELDS = frozenset(
    {
        "partner_id",
        "company_id",
        "currency_id",
        "fiscal_position_id",
        "date_start",
        "date_deadline",
        "discount",
        "advance_percent",
        "title",
        "intro",
        "terms",
    }
)


class ServiceEstimate(models.Model):
    """What a job will cost and why, stage by stage, before there is an invoice."""

    _name = "service.estimate"
    _inherit = [
        "dunning.portal.document",  # before mail.thread
        "portal.mixin",
        "mail.thread",
        "mail.activity.mixin",
        "dunning.protected",
        "service.estimate.letter",
        "service.estimate.flow",
        "service.estimate.template",
        "service.estimate.review",
        "service.estimate.invoicing",
        "service.estimate.invoice.checks",
    ]
    _description = "Estimate"
    _order = "date DESC, id DESC"
    _check_company_auto = True
    _protected_fields = frozenset(
        {
            "state",
            "sent_on",
            "signed_by",
            "signed_on",
            "signature",
            "decline_reason",
            "deadline_scale",
            "revision_of_id",
            "amount_stages",
            "amount_discount",
            "amount_untaxed",
            "amount_tax",
            "amount_total",
            "normal_days",
            "offered_days",
            "deadline_ratio",
        }
    )

    # === IDENTITY === #
    name = fields.Char(string="Number", readonly=True, copy=False, default="/")
    title = fields.Char(
        required=True, help="What the job is, in a few words; the customer reads it."
    )
    is_template = fields.Boolean(
        string="Template", help="A saved set of stages to start estimates from."
    )
    active = fields.Boolean(default=True)
    company_id = fields.Many2one(
        comodel_name="res.company",
        required=True,
        index=True,
        default=lambda self: self.env.company,
    )
    partner_id = fields.Many2one(
        comodel_name="res.partner",
        string="Customer",
        index="btree_not_null",
        check_company=True,
        tracking=True,
    )
    contact_id = fields.Many2one(
        comodel_name="res.partner",
        string="Addressed to",
        compute="_compute_contact_id",
        store=True,
        readonly=False,
        check_company=True,
        help="Who at the customer gets the estimate.",
    )
    lang = fields.Char(compute="_compute_lang")
    user_id = fields.Many2one(
        comodel_name="res.users",
        string="Responsible",
        default=lambda self: self.env.user,
        tracking=True,
        domain="[('share', '=', False)]",
    )
    currency_id = fields.Many2one(
        comodel_name="res.currency",
        required=True,
        default=lambda self: self.env.company.currency_id,
    )
    fiscal_position_id = fields.Many2one(
        comodel_name="account.fiscal.position",
        compute="_compute_fiscal_position_id",
        store=True,
        readonly=False,
        check_company=True,
    )
    payment_term_id = fields.Many2one(
        comodel_name="account.payment.term",
        string="Payment Terms",
        compute="_compute_payment_term_id",
        store=True,
        readonly=False,
        check_company=True,
    )

    # === DATES === #
    date = fields.Date(
        required=True,
        default=lambda self: self.env.company._get_dunning_today(),
        copy=False,
    )
    date_valid = fields.Date(
        string="Valid until",
        compute="_compute_date_valid",
        store=True,
        readonly=False,
        copy=False,
        tracking=True,
    )
    date_start = fields.Date(
        string="Start of Work",
        default=lambda self: self.env.company._get_dunning_today(),
    )
    date_requested = fields.Date(
        string="Requested Deadline", help="The day that the customer has asked for."
    )
    date_deadline = fields.Date(
        string="Offered Deadline",
        help="The day that we offer; what it costs follows from the deadline factor.",
    )
    date_earliest = fields.Date(
        string="Earliest Deadline",
        help="The customer may ask what it costs by a day between this one and the "
        "latest; without both the page offers no choice.",
    )
    date_latest = fields.Date(string="Latest Deadline")
    normal_days = fields.Float(
        string="Normal Working Days", compute="_compute_normal_days", store=True
    )
    offered_days = fields.Float(
        string="Offered Working Days", compute="_compute_deadline_ratio", store=True
    )
    deadline_ratio = fields.Float(
        string="Offered ÷ Normal",
        compute="_compute_deadline_ratio",
        store=True,
        digits=(16, 4),
    )

    # === CONTENT === #
    intro = fields.Html(translate=False, help="Stands above the stages.")
    terms = fields.Html(help="Stands below the total: what is included, what is not.")
    stage_ids = fields.One2many(
        comodel_name="service.estimate.stage", inverse_name="estimate_id", copy=True
    )

    # === AMOUNTS === #
    discount = fields.Float(string="Discount (%)", digits=(6, 2))
    advance_percent = fields.Float(
        string="Advance (%)", digits=(6, 2), help="What is invoiced at acceptance."
    )
    show_range = fields.Boolean(
        string="Show the Range", help="The customer sees the range of the whole."
    )
    amount_stages = fields.Monetary(
        string="Stages", compute="_compute_amounts", store=True
    )
    amount_discount = fields.Monetary(
        string="Discount", compute="_compute_amounts", store=True
    )
    amount_untaxed = fields.Monetary(compute="_compute_amounts", store=True)
    amount_tax = fields.Monetary(string="Taxes", compute="_compute_amounts", store=True)
    amount_total = fields.Monetary(
        string="Total", compute="_compute_amounts", store=True, tracking=True
    )
    amount_advance = fields.Monetary(string="Advance", compute="_compute_advance")
    range_low = fields.Monetary(compute="_compute_range")
    range_high = fields.Monetary(compute="_compute_range")
    problem = fields.Char(compute="_compute_problem")

    # === STATE === #
    state = fields.Selection(
        selection=[
            ("draft", "Draft"),
            ("sent", "Sent"),
            ("accepted", "Accepted"),
            ("declined", "Declined"),
            ("expired", "Expired"),
            ("invoiced", "Invoiced"),
        ],
        required=True,
        readonly=True,
        default="draft",
        index=True,
        copy=False,
        tracking=True,
    )
    sent_on = fields.Datetime(readonly=True, copy=False)
    opened_on = fields.Datetime(
        readonly=True, copy=False, help="When the customer first opened the page."
    )
    date_warned = fields.Date(
        copy=False, help="The end of validity that somebody was warned about."
    )
    signed_by = fields.Char(readonly=True, copy=False)
    signed_on = fields.Datetime(readonly=True, copy=False)
    signature = fields.Binary(attachment=True, readonly=True, copy=False)
    decline_reason = fields.Text(readonly=True, copy=False)
    deadline_scale = fields.Json(
        readonly=True, copy=False, help="The scale of deadlines as it was when sent."
    )

    # === REVISIONS === #
    revision = fields.Integer(default=1, readonly=True, copy=False)
    revision_of_id = fields.Many2one(
        comodel_name="service.estimate",
        string="Revision of",
        readonly=True,
        copy=False,
        index="btree_not_null",
    )
    revision_ids = fields.One2many(
        comodel_name="service.estimate",
        inverse_name="revision_of_id",
        string="Newer Revisions",
    )
    is_superseded = fields.Boolean(
        compute="_compute_is_superseded",
        recursive=True,
        help="A newer revision was sent.",
    )

    # === INVOICES === #
    invoice_ids = fields.One2many(
        comodel_name="account.move", inverse_name="estimate_id", string="Invoices"
    )

    _discount_sane = models.Constraint(
        "CHECK (discount >= 0 AND discount < 100)",
        "A discount lies between 0 and 100 %.",
    )
    _advance_sane = models.Constraint(
        "CHECK (advance_percent >= 0 AND advance_percent <= 100)",
        "An advance lies between 0 and 100 %.",
    )
    _customer_needed = models.Constraint(
        "CHECK (is_template OR partner_id IS NOT NULL)",
        "An estimate needs a customer.",
    )

    # === COMPUTE METHODS === #

    @api.depends("name", "revision", "title", "is_template")
    def _compute_display_name(self):
        for estimate in self:
            number = estimate.name if estimate.name != "/" else estimate.title
            if estimate.is_template:
                number = estimate.title
            if estimate.revision > 1:
                number = self.env._(
                    "%(number)s, revision %(revision)s",
                    number=number,
                    revision=estimate.revision,
                )
            estimate.display_name = number

    @api.depends("partner_id")
    def _compute_contact_id(self):
        for estimate in self:
            partner = estimate.partner_id
            estimate.contact_id = partner and partner.browse(
                partner.address_get(["contact"])["contact"]
            )

    @api.depends("contact_id", "partner_id", "company_id")
    def _compute_lang(self):
        for estimate in self:
            estimate.lang = estimate._find_lang()

    @api.depends("partner_id", "company_id")
    def _compute_fiscal_position_id(self):
        positions = self.env["account.fiscal.position"]
        for estimate in self:
            estimate.fiscal_position_id = (
                positions.with_company(estimate.company_id)._get_fiscal_position(
                    estimate.partner_id
                )
                if estimate.partner_id
                else False
            )

    @api.depends("partner_id", "company_id")
    def _compute_payment_term_id(self):
        for estimate in self:
            partner = estimate.partner_id.with_company(estimate.company_id)
            estimate.payment_term_id = partner.property_payment_term_id

    @api.depends("date", "company_id")
    def _compute_date_valid(self):
        for estimate in self:
            days = estimate.company_id.estimate_validity_days
            estimate.date_valid = estimate.date and fields.Date.add(
                estimate.date, days=days
            )

    @api.depends("revision_ids.state", "revision_ids.is_superseded")
    def _compute_is_superseded(self):
        for estimate in self:
            estimate.is_superseded = any(
                newer.state != "draft" or newer.is_superseded
                for newer in estimate.sudo().revision_ids
            )

    def _compute_access_url(self):
        done = super()._compute_access_url()
        for estimate in self:
            estimate.access_url = f"/my/estimates/{estimate.id}"
        return done

    # === CONSTRAINT METHODS === #

    @api.constrains("date_start", "date_deadline", "date_earliest", "date_latest")
    def _check_deadlines(self):
        for estimate in self:
            estimate._check_after_start("date_deadline")
            estimate._check_after_start("date_earliest")
            first, last = estimate.date_earliest, estimate.date_latest
            if first and last and first > last:
                raise ValidationError(
                    self.env._("The earliest deadline is later than the latest one.")
                )

    def _check_after_start(self, name):
        day = self[name]
        if day and self.date_start and day < self.date_start:
            raise ValidationError(
                self.env._(
                    "%(field)s: %(deadline)s is before the start of work on %(start)s.",
                    field=self._fields[name]._description_string(self.env),
                    deadline=self._format_date(day),
                    start=self._format_date(self.date_start),
                )
            )

    # === CRUD METHODS === #

    @api.model_create_multi
    def create(self, vals_list):
        self._check_created(vals_list)
        for vals in vals_list:
            if vals.get("name", "/") == "/" and not vals.get("is_template"):
                company = vals.get("company_id") or self.env.company.id
                vals["name"] = (
                    self.env["ir.sequence"]
                    .with_company(company)
                    .next_by_code("service.estimate")
                ) or "/"
        return super().create(vals_list)

    def write(self, vals):
        if PRICED_FIELDS & set(vals):
            for estimate in self:
                estimate._check_draft()
        return super().write(vals)

    def _check_draft(self):
        """Raise a UserError if the customer was told the price already."""
        self.ensure_one()
        if self.state != "draft":
            raise UserError(
                self.env._(
                    "%(estimate)s was sent: open a new revision to change it.",
                    estimate=self.display_name,
                )
            )

    @api.ondelete(at_uninstall=False)
    def _unlink_except_decided(self):
        if any(estimate.state in ("accepted", "invoiced") for estimate in self):
            raise UserError(
                self.env._("An accepted estimate is an agreement and is kept.")
            )

    # === DOCUMENT === #

    def _get_bank_account(self):
        """Return the account that invoices of the estimate will be paid to."""
        return self._find_bank_account(self.env["account.move"])
