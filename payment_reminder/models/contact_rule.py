from odoo import api, fields, models
from odoo.exceptions import ValidationError

from ..tools import contact_window


class ContactRule(models.Model):
    """When and how often customers may be contacted, as law or courtesy has it."""

    _name = "contact.rule"
    _description = "Contact Rule"
    _order = "sequence, id"

    # === IDENTITY === #
    name = fields.Char(required=True, translate=True)
    code = fields.Char(copy=False, help="A short name for imports.")
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)
    company_id = fields.Many2one(
        comodel_name="res.company", index=True, help="Empty: all companies can use it."
    )
    applies_to = fields.Selection(
        selection=[
            ("both", "Persons and companies"),
            ("person", "Persons only"),
            ("company", "Companies only"),
        ],
        required=True,
        default="both",
        help="For other customers it counts as if it were not chosen.",
    )
    legal_source = fields.Text(
        translate=True, help="The law or contract that says so, to look it up."
    )

    # === WHEN === #
    is_timed = fields.Boolean(
        string="Only at Certain Hours",
        default=True,
        help="Without it, customers are contacted at any time of any day.",
    )
    is_message_timed = fields.Boolean(
        string="Hours Hold for Messages Too",
        default=True,
        help="E-mails wait for an allowed hour as well. Letters have no hours.",
    )
    hours_ids = fields.One2many(
        comodel_name="contact.rule.hours",
        inverse_name="rule_id",
        copy=True,
        help="By the clock where the customer is. A kind of day without hours: nobody "
        "is contacted on such days.",
    )

    # === HOW OFTEN === #
    cap_ids = fields.One2many(
        comodel_name="contact.rule.cap",
        inverse_name="rule_id",
        string="At Most",
        copy=True,
    )
    distance_days = fields.Integer(
        string="Days between Conversations",
        help="After somebody was spoken with on the phone, whoever has called, no call "
        "is made for so many days; the day of the conversation is the first. 0: no "
        "such limit.",
    )

    # === IN WORDS === #
    rule_tip = fields.Text(string="In Words", compute="_compute_rule_tip")

    _code_uniq = models.UniqueIndex(
        "(COALESCE(company_id, 0), code) WHERE code IS NOT NULL",
        "Two contact rules cannot share a code.",
    )
    _distance_sane = models.Constraint(
        f"CHECK (distance_days BETWEEN 0 AND {contact_window.MAX_DISTANCE})",
        "The days between conversations are at least 0 and at most "
        f"{contact_window.MAX_DISTANCE}.",
    )

    # === COMPUTE METHODS === #

    @api.depends("applies_to", "is_timed", "is_message_timed", "distance_days")
    @api.depends("hours_ids.day_kind", "hours_ids.hour_from", "hours_ids.hour_to")
    @api.depends("cap_ids.kind", "cap_ids.period", "cap_ids.number")
    @api.depends_context("lang")
    def _compute_rule_tip(self):
        words = self.env["contact.words"]
        for rule in self:
            rule.rule_tip = "\n".join(words._describe(rule))

    # === CONSTRAINT METHODS === #

    @api.constrains("is_timed", "hours_ids")
    def _check_hours(self):
        for rule in self:
            if rule.is_timed and not rule.hours_ids:
                raise ValidationError(
                    self.env._(
                        "'%(rule)s' has no hours: nobody could ever be contacted. "
                        "Enter hours, or take away the tick 'Only at Certain Hours'.",
                        rule=rule.name,
                    )
                )
            rule.hours_ids._check_overlap()

    @api.constrains("active")
    def _check_unused(self):
        for rule in self.filtered(lambda rule: not rule.active):
            user = rule._find_user()
            if user:
                raise ValidationError(
                    self.env._(
                        "'%(rule)s' is chosen for %(user)s. Choose another one there "
                        "before you archive it.",
                        rule=rule.name,
                        user=user.display_name,
                    )
                )

    @api.constrains("company_id")
    def _check_company_of_users(self):
        for rule in self.filtered("company_id"):
            domain = [
                ("dunning_contact_rule_id", "=", rule.id),
                ("id", "!=", rule.company_id.id),
            ]
            other = self.env["res.company"].sudo().search(domain, limit=1)
            if other:
                raise ValidationError(
                    self.env._(
                        "'%(rule)s' is chosen for %(user)s: it cannot belong to "
                        "another company.",
                        rule=rule.name,
                        user=other.display_name,
                    )
                )

    def _find_user(self):
        """Return a company, procedure or customer that the rule is chosen for.

        :return: empty if it is chosen for nobody
        """
        self.ensure_one()
        companies = self.env["res.company"].sudo()
        procedures = self.env["dunning.procedure"].sudo()
        return (
            companies.search([("dunning_contact_rule_id", "=", self.id)], limit=1)
            or procedures.search([("contact_rule_id", "=", self.id)], limit=1)
            or self.env["res.partner"]._find_chooser("dunning_contact_rule_id", self)
        )

    # === CRUD METHODS === #

    def copy_data(self, default=None):
        return [
            {**vals, "name": self.env._("%s (copy)", rule.name), **(default or {})}
            for rule, vals in zip(self, super().copy_data(default), strict=True)
        ]

    # === ACTION METHODS === #

    def action_view_exceptions(self):
        """Open the contacts that were made outside the rule."""
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "payment_reminder.contact_exception_action"
        )
        action["domain"] = [("rule_id", "in", self.ids)]
        return action

    # === BUSINESS METHODS === #

    def _is_for(self, customer):
        """Return whether the rule holds for ``customer``, a person or a company.

        :param res.partner customer: a commercial partner
        :rtype: bool
        """
        self.ensure_one()
        kind = "company" if customer.is_company else "person"
        return self.active and self.applies_to in ("both", kind)

    def _is_free(self):
        """Return whether the rule allows everything."""
        self.ensure_one()
        return not (self.is_timed or self.cap_ids or self.distance_days)

    def _to_window(self):
        """Return the rule as ``tools.contact_window`` reads it.

        :rtype: ..tools.contact_window.Rule
        """
        self.ensure_one()
        hours = {
            day_kind: tuple(lines._to_window())
            for day_kind, lines in self.hours_ids.grouped("day_kind").items()
        }
        timed = {"call", "meeting"} | ({"message"} if self.is_message_timed else set())
        return contact_window.Rule(
            hours=hours if self.is_timed else None,
            caps=tuple(
                contact_window.Cap(cap.kind, cap.period, cap.number)
                for cap in self.cap_ids
            ),
            distance=self.distance_days,
            timed=frozenset(timed),
        )


class ContactRuleHours(models.Model):
    """Hours of a kind of day in which a rule allows contacts."""

    _name = "contact.rule.hours"
    _description = "Hours of a Contact Rule"
    _order = "rule_id, day_kind DESC, hour_from, id"

    rule_id = fields.Many2one(
        comodel_name="contact.rule", required=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one(  # stored: record rules filter on it
        related="rule_id.company_id", store=True, index="btree_not_null"
    )
    day_kind = fields.Selection(
        selection=[
            ("working", "Working day"),
            ("weekend", "Weekend"),
            ("holiday", "Public holiday"),
        ],
        string="Kind of Day",
        required=True,
        default="working",
        help="By the company's calendar: a general time off is a holiday, an entry of "
        "the type 'Other' makes a working day of a Saturday.",
    )
    hour_from = fields.Float(string="From", required=True, default=9.0)
    hour_to = fields.Float(string="Until", required=True, default=18.0)

    @api.depends("day_kind", "hour_from", "hour_to")
    def _compute_display_name(self):
        words = self.env["contact.words"]
        labels = dict(self._fields["day_kind"]._description_selection(self.env))
        for line in self:
            span = words._format_span(*line._to_window()[0])
            line.display_name = f"{labels.get(line.day_kind, '')} {span}"

    @api.constrains("hour_from", "hour_to", "day_kind", "rule_id")
    def _check_hours(self):
        for line in self:
            [(begin, end)] = line._to_window()
            if begin < 0 or end > contact_window.DAY_MINUTES:
                raise ValidationError(
                    self.env._(
                        "'%(line)s' is not within a day: hours are from 0:00 to 24:00.",
                        line=line.display_name,
                    )
                )
            if begin >= end:
                raise ValidationError(
                    self.env._(
                        "'%(line)s' ends before it begins. Hours over midnight take "
                        "two lines: until 24:00, and from 0:00.",
                        line=line.display_name,
                    )
                )
        self.rule_id.hours_ids._check_overlap()

    def _check_overlap(self):
        """Raise a ValidationError if two lines have an hour in common."""
        for lines in self.grouped(lambda line: (line.rule_id, line.day_kind)).values():
            ordered = lines.sorted("hour_from")
            for one, other in zip(ordered, ordered[1:], strict=False):
                if one._to_window()[0].end > other._to_window()[0].begin:
                    raise ValidationError(
                        self.env._(
                            "'%(one)s' and '%(other)s' overlap: make one line of them.",
                            one=one.display_name,
                            other=other.display_name,
                        )
                    )

    def _to_window(self):
        """Return the lines as minutes of the day.

        :rtype: list[..tools.contact_window.Hours]
        """
        return [
            contact_window.Hours(round(line.hour_from * 60), round(line.hour_to * 60))
            for line in self
        ]


class ContactRuleCap(models.Model):
    """How many contacts of a kind a rule allows within a period."""

    _name = "contact.rule.cap"
    _description = "Cap of a Contact Rule"
    _order = "rule_id, id"

    rule_id = fields.Many2one(
        comodel_name="contact.rule", required=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one(  # stored: record rules filter on it
        related="rule_id.company_id", store=True, index="btree_not_null"
    )
    kind = fields.Selection(
        selection=[
            ("call", "Calls"),
            ("message", "Messages"),
            ("letter", "Letters"),
            ("meeting", "Meetings"),
        ],
        required=True,
        default="call",
        help="E-mails of reminders and of instalment plans are messages.",
    )
    number = fields.Integer(
        string="At Most", required=True, default=1, help="0: never."
    )
    period = fields.Selection(
        selection=[
            ("day", "a day"),
            ("week", "a week, Monday to Sunday"),
            ("month", "a calendar month"),
            ("seven_days", "within 7 days"),
        ],
        required=True,
        default="day",
        help="By the dates where the customer is.",
    )

    _once = models.UniqueIndex(
        "(rule_id, kind, period)",
        "A rule has one number for each kind of contact and period.",
    )
    _number_sane = models.Constraint(
        "CHECK (number >= 0)", "The number of contacts cannot be negative; 0 is never."
    )
