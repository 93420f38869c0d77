from dateutil.relativedelta import relativedelta

from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.fields import Command


class DunningLevel(models.Model):
    """One step of a procedure: when it is reached and what is said."""

    _name = "dunning.level"
    _description = "Reminder Level"
    _order = "procedure_id, sequence, id"
    _check_company_auto = True

    # === IDENTITY === #
    name = fields.Char(required=True, translate=True)
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)
    procedure_id = fields.Many2one(
        comodel_name="dunning.procedure",
        required=True,
        index=True,
        ondelete="cascade",
    )
    company_id = fields.Many2one(  # stored: record rules filter on it
        related="procedure_id.company_id", store=True, index=True
    )

    # === TRIGGER === #
    delay_days = fields.Integer(
        string="Days",
        help="Days between the basis and this level; negative is before the due date.",
    )
    basis = fields.Selection(
        selection=[
            ("due_date", "the due date"),
            ("end_of_month", "the end of the month of the due date"),
            ("previous_notice", "the previous notice"),
        ],
        string="Counted from",
        required=True,
        default="due_date",
    )
    min_gap_days = fields.Integer(
        string="Minimum Gap",
        default=5,
        help="Days that must have passed since the last notice to the customer.",
    )
    pay_by_days = fields.Integer(
        string="Days to Pay",
        default=7,
        help="The notice asks to pay within so many days; the next level waits until "
        "then. The date is moved to the company's next working day.",
    )
    repeat_days = fields.Integer(
        string="Repeat Every",
        help="Where no further level follows, the level is repeated every so many "
        "days, but never before its pay-by date has passed. 0: it is not repeated, and "
        "a person decides what comes next.",
    )
    repeat_max = fields.Integer(
        string="Repeat at Most",
        default=3,
        help="So many times the level is repeated; then a person decides.",
    )
    is_reviewed = fields.Boolean(
        string="Only with Review",
        help="Unattended runs leave this level to a person.",
    )
    rule_tip = fields.Char(string="When", compute="_compute_rule_tip")
    # stored: the planner compares levels by it, also those of different procedures
    rank_days = fields.Integer(
        compute="_compute_rank_days",
        store=True,
        help="How late an item is at least when it reaches the level; tells which of "
        "two levels is the higher one.",
    )

    # === WHAT IS SAID === #
    channel_ids = fields.Many2many(
        comodel_name="dunning.channel",
        relation="dunning_level_channel_rel",
        string="Channels",
        default=lambda self: self._default_channel_ids(),
    )
    mail_template_id = fields.Many2one(
        comodel_name="mail.template",
        string="E-mail Text",
        domain=[("model", "=", "dunning.notice")],
        ondelete="restrict",
    )
    attach_invoices = fields.Boolean(
        help="Attach the PDF files of the invoices to the e-mail. Missing ones are "
        "made before it is sent.",
    )
    history_text = fields.Html(
        string="About Earlier Reminders",
        translate=True,
        help="Stands above the letter text, and in e-mails where their template puts "
        "it, but only if everything that is asked for was asked for before. All other "
        "texts must be true without it. Printed as it is, never evaluated.",
    )
    copy_salesperson = fields.Boolean(
        string="Copy to the Salesperson",
        help="The salespeople of the invoices get a copy of the e-mail. The customer "
        "sees their addresses.",
    )
    letter_subject = fields.Char(translate=True)
    letter_first_subject = fields.Char(
        string="Subject of a First Letter",
        translate=True,
        help="Stands in the place of the subject where the customer was not reminded "
        "before, such as 'Reminder' instead of 'Second reminder'.",
    )
    letter_intro = fields.Html(
        string="Letter Text",
        translate=True,
        help="Stands above the list of invoices. Printed as it is, never evaluated.",
    )
    letter_closing = fields.Html(
        translate=True,
        help="Stands below the list of invoices. Printed as it is, never evaluated.",
    )
    call_script = fields.Html(
        translate=True,
        help="What to say on the phone. Shown as it is, never evaluated; the figures, "
        "and what each invoice was asked for by before, stand below it.",
    )
    user_id = fields.Many2one(
        comodel_name="res.users",
        string="Signed by",
        domain=[("share", "=", False)],
        help="Signs letters and sends e-mails; otherwise the person responsible for "
        "the case does.",
    )

    _procedure_delay_uniq = models.UniqueIndex(
        "(procedure_id, delay_days, basis)"
        " WHERE (active IS TRUE AND basis <> 'previous_notice')",
        "Two active levels of a procedure cannot be reached on the same day.",
    )
    _days_sane = models.Constraint(
        "CHECK (min_gap_days >= 0 AND pay_by_days >= 0)",
        "The minimum gap and the days to pay cannot be negative.",
    )
    _repeat_sane = models.Constraint(
        "CHECK (repeat_days >= 0 AND repeat_max >= 0)",
        "Days and number of the repetitions of a level cannot be negative.",
    )

    # === DEFAULT METHODS === #

    @api.model
    def _default_channel_ids(self):
        email = self.env.ref("payment_reminder.channel_email", raise_if_not_found=False)
        return [Command.set(email.ids)] if email else []

    # === COMPUTE METHODS === #

    @api.depends("delay_days", "basis", "min_gap_days", "repeat_days", "repeat_max")
    def _compute_rule_tip(self):
        for level in self:
            parts = [level._get_trigger_text()]
            if level.min_gap_days and not level._is_heads_up():
                parts.append(
                    self.env._(
                        "at least %(days)s days after the last notice",
                        days=level.min_gap_days,
                    )
                )
            if level.repeat_days and level.repeat_max:
                parts.append(
                    self.env._(
                        "repeated every %(days)s days, at most %(times)s times",
                        days=level.repeat_days,
                        times=level.repeat_max,
                    )
                )
            level.rule_tip = ", ".join(parts)

    @api.depends(
        "procedure_id.level_ids.active",
        "procedure_id.level_ids.basis",
        "procedure_id.level_ids.delay_days",
        "procedure_id.level_ids.sequence",
    )
    def _compute_rank_days(self):
        for level in self:
            level.rank_days = level._get_rank_days()

    def _get_rank_days(self):
        """Return the lateness at which the level is reached at the earliest.

        No level is reached before the ones that precede it, and the days since the
        previous notice come on top of those before it.

        :rtype: int
        """
        self.ensure_one()
        days = None
        for level in self.procedure_id.level_ids.sorted("sequence"):
            if level.active or level == self:
                base = days or 0 if level.basis == "previous_notice" else 0
                own = base + level.delay_days
                days = own if days is None else max(days, own)
            if level == self:
                return days
        return self.delay_days

    def _get_trigger_text(self):
        """Return when the level is reached, in words."""
        self.ensure_one()
        basis = dict(self._fields["basis"]._description_selection(self.env))[self.basis]
        if self.delay_days < 0:
            return self.env._(
                "%(days)s days before %(basis)s", days=-self.delay_days, basis=basis
            )
        if self.delay_days == 0:
            return self.env._("on %(basis)s", basis=basis)
        return self.env._(
            "%(days)s days after %(basis)s", days=self.delay_days, basis=basis
        )

    # === CONSTRAINT METHODS === #

    @api.constrains("delay_days", "basis")
    def _check_delay(self):
        for level in self:
            if level.basis != "due_date" and level.delay_days < 0:
                raise ValidationError(
                    self.env._(
                        "'%(level)s': only levels counted from the due date can come "
                        "before it.",
                        level=level.name,
                    )
                )

    @api.constrains("repeat_days", "delay_days", "basis")
    def _check_repeat(self):
        for level in self:
            if level.repeat_days and level._is_heads_up():
                raise ValidationError(
                    self.env._(
                        "'%(level)s' comes before the money is overdue and cannot be "
                        "repeated.",
                        level=level.name,
                    )
                )

    @api.constrains("channel_ids", "mail_template_id", "letter_intro")
    def _check_text(self):
        for level in self:
            for channel in level.channel_ids:
                if not channel._get_handler()._has_text(level):
                    raise ValidationError(
                        self.env._(
                            "'%(level)s' uses the channel '%(channel)s' but has no "
                            "text for it. Write one, or take the channel away.",
                            level=level.name,
                            channel=channel.name,
                        )
                    )

    # === BUSINESS METHODS - PLANNING === #

    def _is_heads_up(self):
        """Return whether this level speaks of money that is not overdue yet.

        :rtype: bool
        """
        self.ensure_one()
        return self.basis == "due_date" and self.delay_days <= 0

    def _get_reach_date(self, date_maturity, last_notice_date, is_repeated=False):
        """Return the first day on which an item is late enough for this level.

        Only a heads-up comes before the item is overdue.

        :param datetime.date date_maturity: due date of the item
        :param datetime.date | bool last_notice_date: when the item climbed last
        :param bool is_repeated: whether the item has reached the level before
        :rtype: datetime.date
        """
        self.ensure_one()
        days = self.repeat_days if is_repeated else self.delay_days
        basis = "previous_notice" if is_repeated else self.basis
        basis_date = date_maturity
        if basis == "end_of_month":
            basis_date = date_maturity + relativedelta(day=31)
        elif basis == "previous_notice" and last_notice_date:
            basis_date = last_notice_date
        reach_date = basis_date + relativedelta(days=days)
        if self._is_heads_up():
            return reach_date
        return max(reach_date, date_maturity + relativedelta(days=1))

    def _is_reached(self, line, date):
        """Return whether the item ``line`` is late enough for this level.

        :param dunning.case.line line: one open receivable line
        :param datetime.date date: the company's date to decide for
        :rtype: bool
        """
        return date >= self._get_reach_date(
            line.date_maturity, line.last_notice_date, line.level_id == self
        )

    def _get_repeated(self, line, procedure):
        """Return this level if ``line`` hears it once more, else an empty one.

        The planner does the same in SQL where no further level follows.

        :param dunning.case.line line: an item that has reached this level
        :param dunning.procedure procedure: what applies to the item by now
        :rtype: dunning.level
        """
        is_repeated = (
            self.active
            and self.procedure_id == procedure
            and self.repeat_days > 0
            and self._count_repetitions(line) < self.repeat_max
        )
        return self if is_repeated else self.browse()

    def _count_repetitions(self, line):
        """Return how often ``line`` has heard this level after the first time.

        What came back was not heard, and the e-mail and the letter of a run are one.

        :param dunning.case.line line: an item that has reached this level
        :rtype: int
        """
        told = self.env["dunning.notice.line"].search(
            [
                ("move_line_id", "=", line.move_line_id.id),
                ("level_id", "=", self.id),
                ("is_climbing", "=", True),
                ("left_out_reason", "=", False),
                ("notice_id.state", "=", "sent"),
            ]
        )
        return max(len(told.notice_id.run_id) - 1, 0)

    def _get_pay_by_date(self, date):
        """Return until when a notice of ``date`` asks to pay.

        :param datetime.date date: when the notice is sent
        :return: a working day of the company's calendar, or ``False``
        :rtype: datetime.date | bool
        """
        self.ensure_one()
        if not self.pay_by_days:
            return False
        return self.company_id._get_dunning_business_day(
            date + relativedelta(days=self.pay_by_days)
        )
