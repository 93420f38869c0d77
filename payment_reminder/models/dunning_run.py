from datetime import timedelta

from psycopg2.errors import SerializationFailure

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.tools.misc import format_date


class DunningRun(models.Model):
    """One decision, for a company and a date, about who is reminded of what."""

    _name = "dunning.run"
    _inherit = ["dunning.run.figures", "dunning.run.review", "dunning.protected"]
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
        string="Signed by",
        help="Signs what is sent where neither the level nor the case names somebody. "
        "Empty: who is responsible for the case, else the company.",
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

    # === COMPUTE METHODS === #

    @api.depends("date", "company_id")
    @api.depends_context("lang")
    def _compute_name(self):
        for run in self:
            date = format_date(self.env, run.date, date_format="medium")
            run.name = self.env._("Reminders of %(date)s", date=date)

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
                "|",
                ("is_unattended", "=", False),
                ("notice_ids", "!=", False),  # or it only keeps why not
                "|",
                ("state", "in", ("approved", "sending", "done")),
                ("notice_ids.released_at", "!=", False),
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
        if any(
            run.state not in ("draft", "proposed", "cancelled") and not run._is_quiet()
            for run in self
        ):
            raise UserError(
                self.env._("A run that was approved is kept: cancel it instead.")
            )
        # the database would take them along, without asking each of them
        self.sudo().notice_ids._unlink_except_evidence()

    def _is_quiet(self):
        """Return whether an unattended run is over in which nobody was reminded.

        :rtype: bool
        """
        self.ensure_one()
        return self.state == "done" and self.is_unattended and not self.notice_ids

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

    def action_approve_and_send(self):
        """Release everything that still awaits a decision, and send it."""
        self.check_access("write")
        for run in self:
            if run.state == "proposed":
                run._set_approved()
            run._set_sending()
        self.env["dunning.notice"]._trigger_sending()

    def action_stop(self):
        """Call back what is not on its way yet; a person decides about it anew."""
        self.check_access("write")
        for run in self:
            run._stop()

    def action_cancel(self):
        """Give up what has not been sent yet."""
        self.check_access("write")
        self._set_cancelled()

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
        """Queue everything that is proposed in an approved run."""
        self.ensure_one()
        self._check_can_send()
        self.sudo().write({"state": "sending"})
        self._get_notices("proposed")._set_queued()
        self._set_done_if_finished()

    def _check_can_send(self):
        """Raise in words unless the run was approved and something is left to send."""
        self.ensure_one()
        if self.state == "sending" and self.proposed_count:
            return  # a part was sent before, this is the rest
        if self.state in ("sending", "done"):
            raise UserError(
                self.env._(
                    "'%(run)s' is being sent already, or was sent: nothing is done "
                    "twice.",
                    run=self.name,
                )
            )
        if self.state != "approved":
            raise UserError(
                self.env._(
                    "'%(run)s' must be approved before it is sent.", run=self.name
                )
            )

    def _set_partly_sending(self):
        """Record that some notices are on their way; the others stay proposed."""
        self.filtered(lambda run: run.state in ("proposed", "approved", "done")).write(
            {"state": "sending"}
        )

    def _set_done_if_finished(self):
        """End the runs none of whose notices waits for the sender any more.

        What waits for a person, such as a call, may wait for days: it is counted, and
        has a list of its own, but the run is over.

        Where some notices still await a person's decision, the run is a proposal again:
        the rest can be sent, left out or cancelled.
        """
        busy, undecided = self._get_unfinished()
        idle = self.filtered(lambda run: run.state == "sending") - busy
        (idle & undecided).sudo().write({"state": "proposed"})
        (idle - undecided).sudo().write({"state": "done"})

    def _get_unfinished(self):
        """Return the runs that the sender is busy with, and those with a proposed rest.

        :rtype: tuple[dunning.run, dunning.run]
        """
        rows = self.env["dunning.notice"]._read_group(
            [
                ("run_id", "in", self.ids),
                ("state", "in", ("proposed", "queued", "in_flight")),
                "|",
                ("state", "=", "proposed"),
                ("channel_id", "not in", self.env["dunning.channel"]._get_manual().ids),
            ],
            ["run_id", "state"],
        )
        busy = self.browse({run.id for run, state in rows if state != "proposed"})
        undecided = self.browse({run.id for run, state in rows if state == "proposed"})
        return busy, undecided

    def _stop(self):
        """Call back the queued notices; what is claimed already finishes.

        :raise UserError: when nothing of the run is on its way
        """
        self.ensure_one()
        if self.state not in ("approved", "sending"):
            raise UserError(
                self.env._("'%(run)s' is not being sent.", run=self.name),
            )
        if self.state == "approved":
            self._set_proposed()
        self._get_notices("queued")._set_recalled(
            self.env._("Stopped by %s.", self.env.user.name)
        )
        self._set_done_if_finished()

    def _get_notices(self, *states):
        """Return the notices in ``states``, with the rights of the system."""
        Notice = self.env["dunning.notice"].sudo()
        return Notice.search([("run_id", "in", self.ids), ("state", "in", states)])

    def _set_cancelled(self):
        for run in self:
            if run.state == "done":
                raise UserError(
                    self.env._(
                        "'%(run)s' is done, nothing is left to cancel.", run=run.name
                    )
                )
        open_notices = self._get_notices("proposed", "queued")
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

    def _get_letters_pdf(self, printed_at=None):
        """Return stored letters of the run in one file, empty without letters.

        :param datetime.datetime printed_at: only those that were printed first at this
            moment; default all but those that were settled before they were printed
        :rtype: bytes
        """
        self.ensure_one()
        letters = self.notice_ids.filtered(
            lambda notice: (
                notice.printed_at == printed_at
                if printed_at
                else notice.letter_state != "settled"
            )
        )
        return letters._get_letters_pdf()

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
