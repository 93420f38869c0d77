from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL
from odoo.tools.misc import format_date

#: What lets reminders rest until somebody decides, and no date ends by itself.
KINDS = [
    ("payment", "Online payment on its way"),
    ("dispute", "Dispute not decided"),
    ("credit_note", "Credit note not posted"),
    ("plan", "Plan not answered"),
    ("handover", "Hand-over not sent"),
    ("write_off", "Write-off not posted"),
    ("notice", "Reminder not sent"),
]


class DunningRest(models.Model):
    """What lets reminders of a case rest, since when, and when somebody is asked.

    Nothing rests for ever without a question. What rests is found in the records
    themselves (``dunning.rest.finder``) whenever the desk is; rows are kept only to
    remember who was asked. A row is gone, and its task with it, when the matter is.
    """

    _name = "dunning.rest"
    _description = "What Rests"
    _order = "ask_on, id"
    _check_company_auto = True

    company_id = fields.Many2one(
        comodel_name="res.company", required=True, readonly=True, index=True
    )
    case_id = fields.Many2one(
        comodel_name="dunning.case",
        required=True,
        readonly=True,
        index=True,
        ondelete="cascade",
    )
    partner_id = fields.Many2one(related="case_id.partner_id", string="Customer")
    kind = fields.Selection(selection=KINDS, required=True, readonly=True)
    res_model = fields.Char(string="Model", required=True, readonly=True)
    res_id = fields.Many2oneReference(
        string="Record", model_field="res_model", required=True, readonly=True
    )
    name = fields.Char(string="What", compute="_compute_name")
    since = fields.Date(string="Rests Since", required=True, readonly=True)
    ask_on = fields.Date(
        string="Ask on",
        readonly=True,
        help="From this day on it rests too long: somebody gets a task. Empty: never.",
    )
    asked_on = fields.Date(readonly=True)
    asked_user_id = fields.Many2one(
        comodel_name="res.users", string="Asked", readonly=True
    )
    activity_id = fields.Many2one(
        comodel_name="mail.activity", string="Task", readonly=True, ondelete="set null"
    )
    is_too_long = fields.Boolean(
        string="Too Long",
        compute="_compute_is_too_long",
        search="_search_is_too_long",
    )

    _matter_uniq = models.UniqueIndex(
        "(case_id, kind, res_id)", "It is known already that this rests."
    )

    # === COMPUTE METHODS === #

    @api.depends("kind", "res_model", "res_id")
    @api.depends_context("lang")
    def _compute_name(self):
        labels = dict(self._fields["kind"]._description_selection(self.env))
        for rest in self:
            record = rest._get_record()
            name = record.display_name or ""
            if record._name == "payment.transaction":
                amount = record.currency_id._format_dunning(record.amount)
                name = f"{amount}, {record.reference}"
            rest.name = f"{labels.get(rest.kind, '')}: {name}"

    @api.depends("ask_on")
    def _compute_is_too_long(self):
        for rest in self:
            today = rest.company_id._get_dunning_today()
            rest.is_too_long = bool(rest.ask_on) and rest.ask_on <= today

    def _search_is_too_long(self, operator, value):
        if operator not in ("in", "not in"):
            return NotImplemented
        long = self.browse()
        for company in self.env.companies:
            long |= self.search(
                [
                    ("company_id", "=", company.id),
                    ("ask_on", "<=", company._get_dunning_today()),
                ]
            )
        wanted = (True in value) == (operator == "in")
        return [("id", "in" if wanted else "not in", long.ids)]

    # === ACTION METHODS === #

    def action_open(self):
        """Open what rests."""
        self.ensure_one()
        record = self._get_record().sudo(False)
        return record._get_records_action()

    def action_end_wait(self):
        """Let reminders ask again for what online payments have announced."""
        self.case_id.check_access("write")
        payments = self.filtered(lambda rest: rest.kind == "payment")
        if not payments:
            raise UserError(
                self.env._("Only the wait for an online payment is ended here.")
            )
        transactions = self.env["payment.transaction"].sudo()
        transactions.browse(payments.mapped("res_id"))._end_dunning_wait()

    # === BUSINESS METHODS === #

    def _get_record(self):
        """Return what rests, with the rights of the system."""
        self.ensure_one()
        return self.env[self.res_model].sudo().browse(self.res_id)

    @api.model
    def _sync(self, company, date, cases=None):
        """Find what rests now; forget what does not any more, and close its task.

        :param res.company company: whose cases
        :param datetime.date date: the company's date
        :param dunning.case cases: only these
        """
        finder = self.env["dunning.rest.finder"]
        rows = self.env.execute_query(finder._get_sync_sql(company, date, cases))
        self.env["dunning.rest"].invalidate_model()
        self.env["dunning.case"].invalidate_model(["rest_ids"])
        tasks = self.env["mail.activity"].sudo().browse(key for [key] in rows)
        tasks.exists().unlink()

    # === ASKING === #

    @api.model
    def _watch(self, company, date):
        """Ask somebody about what rests too long; again, when nothing came of it.

        :param res.company company: whose cases
        :param datetime.date date: the company's date
        :return: what was asked about now
        :rtype: dunning.rest
        """
        self.env.flush_all()
        self._sync(company, date)
        late = self.search([("company_id", "=", company.id), ("ask_on", "<=", date)])
        asked = late.filtered(lambda rest: rest._is_to_ask(date))
        for rest in asked:
            rest._ask(date)
        return asked

    def _is_to_ask(self, date):
        """Return whether nobody was asked yet, or the task was done and it rests on."""
        if not self.asked_on:
            return True
        is_open = self.activity_id.exists() and self.activity_id.active
        days = self.company_id.dunning_rest_days
        return not is_open and (date - self.asked_on).days >= max(days, 1)

    def _ask(self, date):
        """Put the question on the desk of whoever is responsible."""
        person = self._get_person()
        lang = person.lang or self.company_id.partner_id.lang or self.env.lang
        said = self.with_context(lang=lang)
        activity = said.case_id.with_context(
            mail_notify_force_send=False
        ).activity_schedule(
            "mail.mail_activity_data_todo",
            date_deadline=date,
            user_id=person.id,
            summary=said.name,
            note=said._get_question(),
        )
        self.write(
            {
                "asked_on": date,
                "asked_user_id": person.id,
                "activity_id": activity.id,
            }
        )

    def _get_person(self):
        """Return who is asked: who looks after the matter, else after the case.

        :rtype: res.users
        """
        record = self._get_record()
        own = record._fields.get("user_id") and record.user_id.filtered("active")
        return own or self.case_id._get_payment_person() or self.env.user

    def _get_question(self):
        """Return what has to be decided, in words."""
        texts = {
            "payment": self.env._(
                "No money has come. Reminders ask for it again. If it is on the bank "
                "account, match it; else end the wait in the case."
            ),
            "dispute": self.env._(
                "Its items are not reminded of until it is accepted or rejected."
            ),
            "credit_note": self.env._(
                "The objection was accepted: post the credit note, or delete it and "
                "reminders go on."
            ),
            "plan": self.env._(
                "The customer has not answered: ask, or take the plan back."
            ),
            "handover": self.env._(
                "It is prepared and not sent, and our reminders rest: send it, or "
                "discard it."
            ),
            "write_off": self.env._(
                "The entry is a draft: post it, or delete it and reminders go on."
            ),
            "notice": self.env._(
                "No other reminder is made until it is sent or left out."
            ),
        }
        text = texts[self.kind]
        if self._is_unbooked():
            text = self.env._(
                "The provider has confirmed it, but it is not booked: see why in the "
                "transaction."
            )
        since = self.env._(
            "It rests since %(date)s.", date=format_date(self.env, self.since)
        )
        return f"{since} {text}"

    def _is_unbooked(self):
        return self.kind == "payment" and self._get_record().state == "done"

    @api.model
    def _get_too_long_sql(self, company, date):
        """Return the query of the cases in which something rests too long.

        :rtype: SQL
        """
        return SQL(
            """SELECT DISTINCT case_id FROM dunning_rest
                WHERE company_id = %s AND ask_on <= %s""",
            company.id,
            date,
        )
