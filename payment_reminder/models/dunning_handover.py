from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError

from ..const import HANDOVER_AWAY_STATES, HANDOVER_LIVING_STATES


class DunningHandover(models.Model):
    """Items of a case that an agency or a lawyer collects for us, and what came of it.

    What was collected is computed from reconciliation; posted entries are never
    written to. What was handed over is evidence: the file, its checksum and the
    amounts stay as they were.
    """

    _name = "dunning.handover"
    _inherit = [
        "dunning.of.case",
        "dunning.protected",
        "mail.thread",
        "mail.activity.mixin",
        "dunning.handover.flow",
    ]
    _description = "Hand-over to an Agency"
    _order = "date DESC, id DESC"
    _check_company_auto = True
    _protected_fields = frozenset(
        {
            "name",
            "case_id",
            "line_ids",
            "state",
            "state_before",
            "date",
            "handed_over_on",
            "closed_on",
            "close_reason",
            "is_recalled",
            "early_reason",
            "report_due_on",
            "reported_on",
            "report_asked_on",
            "file_pdf_id",
            "file_table_id",
            "file_pdf_checksum",
            "file_table_checksum",
            "file_made_at",
            "amount_handed",
            "amount_collected",
            "amount_open",
            "amount_commission",
            "commission_terms",
            "amount_claims",
            "waiting_step",
            "waiting_since",
            "waiting_problem",
        }
    )

    # === IDENTITY === #
    name = fields.Char(string="Number", readonly=True, copy=False, default="/")
    case_id = fields.Many2one(readonly=True)
    agency_id = fields.Many2one(
        comodel_name="res.partner",
        required=True,
        index=True,
        ondelete="restrict",
        domain="[('dunning_agency_role', '!=', False)]",
        tracking=True,
        help="The agency or lawyer who collects the items.",
    )
    agency_role = fields.Selection(related="agency_id.dunning_agency_role")
    user_id = fields.Many2one(
        comodel_name="res.users",
        string="Responsible",
        default=lambda self: self.env.user,
        domain="[('share', '=', False)]",
        tracking=True,
    )
    line_ids = fields.One2many(
        comodel_name="dunning.handover.line",
        inverse_name="handover_id",
        string="Items",
        readonly=True,
    )
    report_ids = fields.One2many(
        comodel_name="dunning.handover.report",
        inverse_name="handover_id",
        string="Reports",
        readonly=True,
    )
    message = fields.Text(
        string="Message to the Agency", help="Stands in the mail that brings the file."
    )

    # === STATE === #
    state = fields.Selection(
        selection=[
            ("prepared", "Prepared"),
            ("handed_over", "Handed Over"),
            ("collecting", "Collecting"),
            ("collected", "Collected"),
            ("partly", "Partly Collected"),
            ("returned", "Returned"),
            ("written_off", "Written Off"),
        ],
        required=True,
        readonly=True,
        default="prepared",
        index=True,
        copy=False,
        tracking=True,
        group_expand="_group_expand_state",
    )
    is_living = fields.Boolean(compute="_compute_is_living", store=True)
    state_before = fields.Char(
        readonly=True, copy=False, help="The state before it was written off."
    )
    date = fields.Date(string="Prepared on", readonly=True, copy=False)
    handed_over_on = fields.Date(string="Handed Over on", readonly=True, copy=False)
    closed_on = fields.Date(readonly=True, copy=False)
    close_reason = fields.Char(readonly=True, copy=False)
    is_recalled = fields.Boolean(
        string="Recalled by Us", readonly=True, copy=False, help="The agency was told."
    )
    early_reason = fields.Char(
        string="Why before the Last Level",
        readonly=True,
        copy=False,
        help="The reminders had not reached their last level.",
    )

    # === REPORTS === #
    report_due_on = fields.Date(
        string="Next Report Due", readonly=True, copy=False, index=True
    )
    reported_on = fields.Date(string="Last Report", readonly=True, copy=False)
    report_asked_on = fields.Date(string="Report Asked for", readonly=True, copy=False)
    is_report_late = fields.Boolean(
        compute="_compute_is_report_late", search="_search_is_report_late"
    )

    # === COMMISSION === #
    commission_method = fields.Selection(
        selection=[("percent", "Percentage"), ("scale", "Scale")],
        string="Commission by",
        required=True,
        default="percent",
        tracking=True,
    )
    commission_percent = fields.Float(
        string="Commission (%)", digits=(5, 2), tracking=True
    )
    commission_scale_id = fields.Many2one(
        comodel_name="dunning.commission.scale",
        check_company=True,
        domain="[('company_id', '=', company_id), ('currency_id', '=', currency_id)]",
        ondelete="restrict",
        tracking=True,
    )

    # === FILE === #
    file_pdf_id = fields.Many2one(
        comodel_name="ir.attachment", string="File (PDF)", readonly=True, copy=False
    )
    file_table_id = fields.Many2one(
        comodel_name="ir.attachment", string="Items (Table)", readonly=True, copy=False
    )
    file_pdf_checksum = fields.Char(
        string="SHA-256 of the PDF", readonly=True, copy=False
    )
    file_table_checksum = fields.Char(
        string="SHA-256 of the Table", readonly=True, copy=False
    )
    file_made_at = fields.Datetime(readonly=True, copy=False)

    _percent_sane = models.Constraint(
        "CHECK (commission_percent >= 0 AND commission_percent <= 100)",
        "A commission lies between 0 and 100 %.",
    )

    # === COMPUTE METHODS === #

    @api.model
    def _group_expand_state(self, values, domain):
        """Show the columns in the order of the steps, those with hand-overs only."""
        return sorted(values, key=self._fields["state"].get_values(self.env).index)

    @api.depends("name", "agency_id")
    def _compute_display_name(self):
        for handover in self:
            parts = (handover.name, handover.agency_id.name)
            handover.display_name = " · ".join(part for part in parts if part)

    @api.depends("state")
    def _compute_is_living(self):
        for handover in self:
            handover.is_living = handover.state in HANDOVER_LIVING_STATES

    @api.depends("report_due_on", "state")
    def _compute_is_report_late(self):
        for handover in self:
            today = handover.company_id._get_dunning_today()
            due = handover.report_due_on
            handover.is_report_late = bool(
                handover.state in HANDOVER_AWAY_STATES and due and due < today
            )

    def _search_is_report_late(self, operator, value):
        if operator not in ("in", "not in"):
            return NotImplemented
        late = self.browse()
        for company in self.env.companies:
            late |= self.search(
                [
                    ("company_id", "=", company.id),
                    ("state", "in", HANDOVER_AWAY_STATES),
                    ("report_due_on", "<", company._get_dunning_today()),
                ]
            )
        wanted = (True in value) == (operator == "in")
        return [("id", "in" if wanted else "not in", late.ids)]

    # === CONSTRAINT METHODS === #

    @api.constrains("agency_id")
    def _check_agency_role(self):
        """Let only an agency or lawyer be chosen; who was one stays in old papers."""
        for handover in self.filtered(lambda one: one.state == "prepared"):
            if not handover.agency_id.dunning_agency_role:
                raise ValidationError(
                    self.env._(
                        "%(partner)s is no agency and no lawyer: choose the role on "
                        "the contact first.",
                        partner=handover.agency_id.display_name,
                    )
                )

    @api.constrains("agency_id", "case_id")
    def _check_agency(self):
        """Nobody collects from himself, nor we from ourselves; what is over is over."""
        for handover in self.filtered(lambda one: one.state in HANDOVER_LIVING_STATES):
            agency = handover.agency_id.commercial_partner_id
            if agency == handover.partner_id.commercial_partner_id:
                raise ValidationError(
                    self.env._(
                        "%(partner)s owes the money: it cannot collect it from itself.",
                        partner=agency.display_name,
                    )
                )
            if agency == handover.company_id.partner_id.commercial_partner_id:
                raise ValidationError(
                    self.env._(
                        "%(partner)s is your own company: choose who collects for it.",
                        partner=agency.display_name,
                    )
                )

    @api.constrains("commission_method", "commission_scale_id", "case_id")
    def _check_commission(self):
        for handover in self:
            scale = handover.commission_scale_id
            if handover.commission_method == "scale" and not scale:
                raise ValidationError(self.env._("Choose the scale of the commission."))
            if scale and scale.currency_id != handover.currency_id:
                raise ValidationError(
                    self.env._(
                        "The steps of %(scale)s are in %(own)s, the items are in "
                        "%(currency)s.",
                        scale=scale.name,
                        own=scale.currency_id.name,
                        currency=handover.currency_id.name,
                    )
                )

    # === CRUD METHODS === #

    @api.model_create_multi
    def create(self, vals_list):
        self._check_created(vals_list)
        for vals in vals_list:
            case = self.env["dunning.case"].browse(vals.get("case_id"))
            company = case.company_id or self.env.company
            if vals.get("name", "/") == "/":
                sequence = self.env["ir.sequence"].with_company(company)
                vals["name"] = sequence.next_by_code("dunning.handover") or "/"
            vals.setdefault("date", company._get_dunning_today())
        return super().create(vals_list)

    def write(self, vals):
        if {"agency_id", "message"} & set(vals) and any(
            handover.state != "prepared" for handover in self
        ):
            raise UserError(
                self.env._(
                    "What was handed over is evidence: recall it and hand it over anew."
                )
            )
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_except_evidence(self):
        for handover in self:
            if handover.state != "prepared":
                raise UserError(
                    self.env._(
                        "%(handover)s is evidence of what was handed over: it is kept. "
                        "Recall it instead.",
                        handover=handover.display_name,
                    )
                )

    def unlink(self):
        cases = self.case_id
        self._log_in_case(self.env._("Hand-over discarded"))
        done = super().unlink()
        cases._refresh_next_step()
        return done
