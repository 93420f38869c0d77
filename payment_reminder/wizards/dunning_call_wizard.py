from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import ValidationError

from ..models.dunning_call import OUTCOMES

#: A promise is proposed for a working day so many days from now.
PROMISE_DAYS = 7


class DunningCallWizard(models.TransientModel):
    """Asks what came of a call, and lets the case do what follows."""

    _name = "dunning.call.wizard"
    _description = "Log a Call"

    # === WHOM === #
    case_id = fields.Many2one(
        comodel_name="dunning.case", required=True, ondelete="cascade"
    )
    notice_id = fields.Many2one(comodel_name="dunning.notice", ondelete="cascade")
    company_id = fields.Many2one(related="case_id.company_id")
    currency_id = fields.Many2one(related="case_id.currency_id")
    partner_id = fields.Many2one(related="case_id.partner_id", string="Customer")
    contact_id = fields.Many2one(
        comodel_name="res.partner",
        string="Spoken With",
        compute="_compute_contact_id",
        store=True,
        readonly=False,
        domain="[('id', 'child_of', partner_id)]",
    )
    phone = fields.Char(
        string="Number", compute="_compute_phone", store=True, readonly=False
    )
    phone_uri = fields.Char(compute="_compute_phone_uri")
    phone_warning = fields.Char(compute="_compute_phone_uri")

    # === WHAT IS OWED === #
    is_settled = fields.Boolean(compute="_compute_is_settled")
    amount_overdue = fields.Monetary(related="case_id.amount_overdue")
    amount_open = fields.Monetary(related="case_id.amount_open")
    call_sheet = fields.Html(related="notice_id.call_sheet", sanitize=False)

    # === WHAT CAME OF IT === #
    date = fields.Datetime(
        string="Called on", required=True, default=lambda self: fields.Datetime.now()
    )
    is_incoming = fields.Boolean(
        string="The Customer Called",
        help="Then it does not count as a call of ours.",
    )
    outcome = fields.Selection(selection=OUTCOMES)
    hint = fields.Char(string="What Happens", compute="_compute_hint")
    amount = fields.Monetary(
        compute="_compute_amount", store=True, readonly=False, string="Will Pay"
    )
    promise_date = fields.Date(
        string="On", compute="_compute_promise_date", store=True, readonly=False
    )
    line_ids = fields.Many2many(
        comodel_name="dunning.case.line",
        string="Disputed Items",
        compute="_compute_line_ids",
        store=True,
        readonly=False,
        domain="[('case_id', '=', case_id), ('is_open', '=', True)]",
    )
    category = fields.Selection(
        selection=lambda self: (
            self.env["dunning.dispute"]
            ._fields["category"]
            ._description_selection(self.env)
        ),
        string="Objection",
        default="other",
    )
    callback_at = fields.Datetime(
        string="Call Back on",
        compute="_compute_callback_at",
        store=True,
        readonly=False,
    )
    note = fields.Text()

    # === THE CONTACT RULE === #
    rule_warning = fields.Char(
        compute="_compute_rule_warning",
        help="Why the contact rule does not allow a call at that moment.",
    )
    rule_permission = fields.Char(compute="_compute_rule_warning")
    rule_reason = fields.Char(string="Why All the Same")

    # === COMPUTE METHODS === #

    @api.depends("case_id", "notice_id")
    def _compute_contact_id(self):
        for wizard in self:
            case = wizard.case_id
            contact = wizard.notice_id.contact_id
            wizard.contact_id = contact or (case and case._get_contact("call"))

    @api.depends("contact_id")
    def _compute_phone(self):
        for wizard in self:
            _callee, number = wizard._get_number()
            wizard.phone = number.display

    @api.depends("contact_id", "phone")
    def _compute_phone_uri(self):
        reasons = self.env["dunning.channel.call"]._get_phone_reasons()
        for wizard in self:
            contact = wizard.contact_id or wizard.partner_id
            number = contact and contact._parse_dunning_phone(wizard.phone)
            wizard.phone_uri = number and number.uri
            wizard.phone_warning = number and reasons.get(number.reason)

    def _get_number(self):
        contact = (self.contact_id or self.case_id.partner_id).with_company(
            self.company_id
        )
        return contact._get_dunning_phone()

    @api.depends("case_id", "notice_id", "contact_id", "phone", "date", "is_incoming")
    @api.depends_context("lang", "tz")
    def _compute_rule_warning(self):
        words = self.env["contact.words"]
        for wizard in self:
            decision = wizard._decide()
            is_forbidden = bool(decision) and not decision.answer.allowed
            permission = is_forbidden and decision.exception
            wizard.rule_permission = permission and words._say(decision)
            wizard.rule_warning = (
                is_forbidden and not permission and words._explain(decision)
            )

    def _decide(self):
        """Return what the contact rule says to the call, ``None`` for nothing."""
        if not self.case_id or not self.date or self.is_incoming:
            return None
        return self.case_id._decide_call(
            self.notice_id, self.date, self.contact_id, self.phone
        )

    @api.depends("case_id")
    def _compute_is_settled(self):
        for wizard in self:
            wizard.is_settled = not wizard.case_id.is_open

    @api.depends("outcome")
    def _compute_amount(self):
        for wizard in self:
            promises_all = wizard.outcome == "promised"
            overdue = wizard.amount_overdue or wizard.amount_open
            wizard.amount = overdue if promises_all else 0.0

    @api.depends("case_id")
    def _compute_promise_date(self):
        for wizard in self:
            company = wizard.company_id or self.env.company
            date = company._get_dunning_today() + timedelta(days=PROMISE_DAYS)
            wizard.promise_date = company._get_dunning_business_day(date)

    @api.depends("case_id")
    def _compute_line_ids(self):
        for wizard in self:
            today = (wizard.company_id or self.env.company)._get_dunning_today()
            case = wizard.case_id
            wizard.line_ids = case and case._get_overdue_items(today)

    @api.depends("case_id")
    def _compute_callback_at(self):
        tomorrow = fields.Datetime.add(fields.Datetime.now(), days=1)
        self.callback_at = tomorrow.replace(minute=0, second=0)

    @api.depends("outcome")
    @api.depends_context("lang")
    def _compute_hint(self):
        hints = self._get_hints()
        for wizard in self:
            wizard.hint = hints.get(wizard.outcome, False)

    def _get_hints(self):
        """Return what follows from each outcome, in words.

        :rtype: dict[str, str]
        """
        tries = self.company_id[:1].dunning_call_tries
        task = self._get_task_text()
        return {
            "promised": self.env._(
                "Reminders rest until that day and a few days more."
            ),
            "will_pay_part": self.env._(
                "Reminders of the oldest invoices that this amount covers rest until "
                "that day; the others go on."
            ),
            "paid_already": self.env._(
                "%(task)s: look for the payment. The invoices rest for %(days)s days.",
                task=task,
                days=self.company_id[:1].dunning_page_paid_days,
            ),
            "asks_instalments": self.env._("%(task)s: propose a plan.", task=task),
            "disputes": self.env._(
                "Reminders of these invoices rest until it is decided."
            ),
            "refused": self.env._(
                "%(task)s; reminders go on with the next level.", task=task
            ),
            "reached": self.env._("The call counts as a reminder."),
            "call_back": self.env._(
                "%(task)s; the call leaves the list until then.", task=task
            ),
            "no_answer": self.env._(
                "The call comes back to the list in a few hours; after %(tries)s calls "
                "without answer the reminder goes another way.",
                tries=tries,
            ),
            "wrong_number": self.env._(
                "The number is marked; the reminder goes to another number or another "
                "way."
            ),
        }

    def _get_task_text(self):
        """Return in words whose task it is: of who works on the case.

        :rtype: str
        """
        case = self.case_id[:1].sudo()
        person = case._get_person(self.env.user) if case else self.env.user
        if person == self.env.user:
            return self.env._("You get a task")
        return self.env._("%(person)s gets a task", person=person.name)

    # === ACTION METHODS === #

    def action_log(self):
        """Log the call."""
        self.ensure_one()
        if not self.outcome:
            raise ValidationError(self.env._("Say what came of the call."))
        self.case_id._log_call(
            self.outcome,
            date=self.date,
            notice=self.notice_id,
            **self._prepare_details(),
        )
        return {"type": "ir.actions.act_window_close"}

    def _prepare_details(self):
        """Return what ``dunning.case._log_call`` needs to know.

        :rtype: dict
        """
        self.ensure_one()
        return {
            "contact_id": self.contact_id.id,
            "phone": self.phone,
            "note": self.note,
            "amount": self.amount,
            "promise_date": self.promise_date,
            "lines": self.line_ids,
            "category": self.category,
            "text": self.note,
            "callback_at": self.callback_at,
            "is_incoming": self.is_incoming,
            "rule_reason": self.rule_reason,
        }
