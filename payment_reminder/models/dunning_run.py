from datetime import timedelta

from psycopg2.errors import SerializationFailure

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.tools.misc import format_date


class DunningRun(models.Model):
    """One decision, for a company and a date, about who is reminded of what."""

    _name = "dunning.run"
    _inherit = "dunning.protected"
    _description = "Reminder Run"
    _order = "date DESC, id DESC"
    _check_company_auto = True
    _protected_fields = frozenset({"state", "is_unattended"})

    # === IDENTITY === #
    name = fields.Char(compute="_compute_name")
    company_id = fields.Many2one(
        comodel_name="res.company",
        required=True,
        index=True,
        default=lambda self: self.env.company,
    )
    date = fields.Date(
        required=True,
        copy=False,
        default=lambda self: self.env.company._get_dunning_today(),
        help="Lateness is counted up to this day.",
    )
    user_id = fields.Many2one(
        comodel_name="res.users",
        string="Responsible",
        default=lambda self: self.env.user,
        help="Signs what is sent where neither the level nor the case names somebody.",
    )
    partner_ids = fields.Many2many(
        comodel_name="res.partner",
        string="Only These Customers",
        help="Empty: all customers.",
    )
    is_unattended = fields.Boolean(
        readonly=True,
        copy=False,
        help="Planned without a person: only automatic levels.",
    )
    state = fields.Selection(
        selection=[
            ("draft", "New"),
            ("proposed", "Proposed"),
            ("approved", "Approved"),
            ("sending", "Sending"),
            ("done", "Done"),
            ("cancelled", "Cancelled"),
        ],
        required=True,
        readonly=True,
        copy=False,
        default="draft",
        index=True,
    )

    # === RESULT === #
    notice_ids = fields.One2many(
        comodel_name="dunning.notice", inverse_name="run_id", string="Notices"
    )
    exclusion_ids = fields.One2many(
        comodel_name="dunning.run.exclusion", inverse_name="run_id", string="Left Out"
    )
    notice_count = fields.Integer(compute="_compute_counts")
    customer_count = fields.Integer(compute="_compute_counts")
    sent_count = fields.Integer(compute="_compute_counts")
    open_count = fields.Integer(compute="_compute_counts", string="Waiting")
    problem_count = fields.Integer(compute="_compute_counts", string="Problems")
    skipped_count = fields.Integer(compute="_compute_counts")
    exclusion_count = fields.Integer(compute="_compute_counts")
    has_letters = fields.Boolean(compute="_compute_counts")
    amount_text = fields.Char(
        string="Amount",
        compute="_compute_amount_text",
        help="What the customers are asked to pay, by currency. A customer who gets an "
        "e-mail and a letter counts once; skipped notices do not count.",
    )
    level_text = fields.Char(string="By Level", compute="_compute_breakdown")
    channel_text = fields.Char(string="By Channel", compute="_compute_breakdown")

    # === COMPUTE METHODS === #

    @api.depends("date", "company_id")
    @api.depends_context("lang")
    def _compute_name(self):
        for run in self:
            date = format_date(self.env, run.date, date_format="medium")
            run.name = self.env._("Reminders of %(date)s", date=date)

    def _compute_counts(self):
        by_state = self._get_counts_by_state()
        exclusions = dict(
            self.env["dunning.run.exclusion"]._read_group(
                [("run_id", "in", self.ids)], ["run_id"], ["__count"]
            )
        )
        for run in self:
            counts = by_state.get(run.id, {})
            run.notice_count = sum(counts.get("states", {}).values())
            run.customer_count = counts.get("customers", 0)
            run._set_state_counts(counts.get("states", {}))
            run.exclusion_count = exclusions.get(run, 0)
            run.has_letters = counts.get("letters", False)

    def _set_state_counts(self, states):
        """Assign the counters that come from the notices' states."""
        self.ensure_one()
        self.sent_count = states.get("sent", 0)
        self.skipped_count = states.get("skipped", 0)
        self.problem_count = states.get("failed", 0) + states.get("in_doubt", 0)
        self.open_count = sum(
            states.get(state, 0) for state in ("proposed", "queued", "in_flight")
        )

    def _get_counts_by_state(self):
        """Count the notices of the runs in two grouped queries.

        :return: ``{run id: {states: {state: n}, customers: n, letters: bool}}``
        :rtype: dict
        """
        Notice = self.env["dunning.notice"]
        domain = [("run_id", "in", self.ids)]
        counts = {}
        for run, state, number in Notice._read_group(
            domain, ["run_id", "state"], ["__count"]
        ):
            counts.setdefault(run.id, {"states": {}})["states"][state] = number
        for run, customers in Notice._read_group(
            domain, ["run_id"], ["partner_id:count_distinct"]
        ):
            counts[run.id]["customers"] = customers
        for run, _count in Notice._read_group(
            [*domain, ("pdf_attachment_id", "!=", False)], ["run_id"], ["__count"]
        ):
            counts[run.id]["letters"] = True
        return counts

    def _compute_amount_text(self):
        sums = {}
        rows = self.env["dunning.notice"]._read_group(
            [("run_id", "in", self.ids), ("state", "!=", "skipped")],
            ["run_id", "case_id"],
            ["amount_total:max"],
        )
        for run, case, amount in rows:
            per_currency = sums.setdefault(run, {})
            currency = case.currency_id
            per_currency[currency] = per_currency.get(currency, 0.0) + amount
        for run in self:
            run.amount_text = " + ".join(
                currency.format(amount)
                for currency, amount in sums.get(run, {}).items()
            )

    @api.depends_context("lang")
    def _compute_breakdown(self):
        for run in self:
            run.level_text = run._get_breakdown("level_id")
            run.channel_text = run._get_breakdown("channel_id")

    def _get_breakdown(self, by):
        """Return how many notices there are of each kind: 'Letter: 3, E-mail: 2'.

        :param str by: the many2one field of the notice that tells the kind
        :rtype: str
        """
        self.ensure_one()
        rows = self.env["dunning.notice"]._read_group(
            [("run_id", "=", self.id), ("state", "!=", "skipped")], [by], ["__count"]
        )
        return ", ".join(f"{kind.name}: {number}" for kind, number in reversed(rows))

    # === CONSTRAINT METHODS === #

    @api.constrains("date", "company_id")
    def _check_date(self):
        for run in self:
            if run.date > run.company_id._get_dunning_today():
                raise ValidationError(
                    self.env._(
                        "A run cannot be planned for the future: nobody knows who "
                        "will have paid by %(date)s.",
                        date=run.date,
                    )
                )
            run._check_not_back_dated()

    def _check_not_back_dated(self):
        """Refuse a date before the last run of the company that sent something."""
        self.ensure_one()
        later = self.search(
            [
                ("company_id", "=", self.company_id.id),
                ("id", "!=", self.id),
                ("date", ">", self.date),
                ("state", "in", ("approved", "sending", "done")),
            ],
            limit=1,
        )
        if later:
            raise ValidationError(
                self.env._(
                    "Reminders of %(later)s were already approved. A run for an "
                    "earlier day (%(date)s) would count days wrongly.",
                    later=later.date,
                    date=self.date,
                )
            )

    # === CRUD METHODS === #

    @api.model_create_multi
    def create(self, vals_list):
        runs = super().create(vals_list)
        if any(run.state != "draft" for run in runs):
            self._check_protected({"state"})
        return runs

    def write(self, vals):
        if {"date", "company_id", "partner_ids"} & set(vals) and any(
            run.state != "draft" for run in self
        ):
            raise UserError(
                self.env._("Date, company and customers of a planned run are fixed.")
            )
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_except_approved(self):
        if any(run.state not in ("draft", "proposed", "cancelled") for run in self):
            raise UserError(
                self.env._("A run that was approved is kept: cancel it instead.")
            )
        # the database would take them along, without asking each of them
        self.sudo().notice_ids._unlink_except_evidence()

    # === ACTION METHODS === #

    def action_plan(self):
        """Propose notices for the company and date of the run."""
        self.check_access("write")
        for run in self:
            run._plan()

    def action_approve(self):
        """Release the proposed notices for sending."""
        self.check_access("write")
        self._set_approved()

    def action_send(self):
        """Queue the approved notices; they are sent in the background."""
        self.check_access("write")
        for run in self:
            run._set_sending()
        self.env["dunning.notice"]._trigger_sending()

    def action_refresh(self):
        """Show how far the sending is: the form reads the run again."""
        return True

    def action_cancel(self):
        """Give up what has not been sent yet."""
        self.check_access("write")
        self._set_cancelled()

    def action_view_notices(self):
        """Open the notices of the run."""
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "payment_reminder.dunning_notice_action"
        )
        action["domain"] = [("run_id", "in", self.ids)]
        action["context"] = {}
        return action

    def action_view_problems(self):
        """Open the notices that a person must look at."""
        action = self.action_view_notices()
        action["context"] = {"search_default_problems": 1}
        return action

    def action_view_exclusions(self):
        """Open what was left out, with the reasons."""
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "payment_reminder.dunning_run_exclusion_action"
        )
        action["domain"] = [("run_id", "in", self.ids)]
        return action

    def action_print_letters(self):
        """Download all letters of the run in one file."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_url",
            "url": f"/payment_reminder/run/{self.id}/letters.pdf",
            "target": "new",
        }

    # === STATES === #

    def _set_proposed(self):
        self.sudo().write({"state": "proposed"})

    def _set_approved(self):
        for run in self:
            if run.state != "proposed":
                raise UserError(
                    self.env._(
                        "'%(run)s' cannot be approved: plan it first.", run=run.name
                    )
                )
        self.sudo().write({"state": "approved"})

    def _set_sending(self):
        self.ensure_one()
        if self.state != "approved":
            raise UserError(
                self.env._(
                    "'%(run)s' must be approved before it is sent.", run=self.name
                )
            )
        self.sudo().write({"state": "sending"})
        proposed = self.sudo().notice_ids.filtered(lambda n: n.state == "proposed")
        proposed._set_queued()
        self._set_done_if_finished()

    def _set_done_if_finished(self):
        """End the runs none of whose notices waits for the sender any more."""
        waiting = self.env["dunning.notice"]._read_group(
            [("run_id", "in", self.ids), ("state", "in", ("queued", "in_flight"))],
            ["run_id"],
        )
        busy = self.browse(run.id for [run] in waiting)
        finished = self.filtered(lambda run: run.state == "sending") - busy
        finished.sudo().write({"state": "done"})

    def _set_cancelled(self):
        for run in self:
            if run.state == "done":
                raise UserError(
                    self.env._(
                        "'%(run)s' is done, nothing is left to cancel.", run=run.name
                    )
                )
        open_notices = self.sudo().notice_ids.filtered(
            lambda n: n.state in ("proposed", "queued")
        )
        open_notices._set_skipped(self.env._("The run was cancelled."))
        self.sudo().write({"state": "cancelled"})

    # === BUSINESS METHODS - PLANNING === #

    def _plan(self):
        """Fill the run with notices and with reasons for what is left out.

        :raise UserError: when the run was planned already, or somebody else is
            planning for the company at this moment
        """
        self.ensure_one()
        if self.state != "draft":
            raise UserError(self.env._("'%(run)s' was already planned.", run=self.name))
        self._check_date()
        busy = self.env._(
            "Reminders of %(company)s are being planned by somebody else at this "
            "moment. Try again when that run is ready.",
            company=self.company_id.name,
        )
        if not self.company_id._lock_dunning_planning():
            raise UserError(busy)
        try:
            self.env["dunning.planner"]._plan(self)
        except SerializationFailure as error:
            # the other run ended after this transaction had begun
            raise UserError(busy) from error
        self._set_proposed()

    def _get_letters_pdf(self):
        """Return all stored letters of the run in one file, empty without letters.

        :rtype: bytes
        """
        self.ensure_one()
        notices = self.notice_ids.filtered("pdf_attachment_id").sorted("number")
        files = [notice.pdf_attachment_id.raw for notice in notices]
        return self.env["dunning.letter.printer"]._merge_pdf(files) if files else b""

    def _get_horizon(self):
        """Return the last due date that the run looks at.

        Heads-ups are sent before the due date, everything else from the day on.

        :rtype: datetime.date
        """
        self.ensure_one()
        levels = self.env["dunning.level"].search(
            [("company_id", "=", self.company_id.id), ("basis", "=", "due_date")]
        )
        # the day after the due date is the first day of being late
        earliest = min([1, *levels.mapped("delay_days")])
        return self.date - timedelta(days=earliest)
