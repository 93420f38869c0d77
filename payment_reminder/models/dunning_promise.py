from datetime import date, timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.fields import Command
from odoo.tools import SQL
from odoo.tools.misc import format_date

#: A promise for a later day is a slip of the pen, or wants to be a plan.
MAX_DAYS = 366


class DunningPromise(models.Model):
    """What a customer has promised to pay, and until when.

    The promised items rest until the date and some days of grace. Whether it was kept
    is found from reconciliation, never declared: what the items were open for when it
    was given, less what they are open for now, is what was paid.
    """

    _name = "dunning.promise"
    _inherit = ["dunning.of.case", "dunning.protected"]
    _description = "Promise to Pay"
    _order = "date DESC, id DESC"
    _check_company_auto = True
    _protected_fields = frozenset(
        {"case_id", "state", "closed_on", "amount_start", "is_seen"}
    )

    # === IDENTITY === #
    line_ids = fields.Many2many(
        comodel_name="dunning.case.line",
        relation="dunning_promise_line_rel",
        column1="promise_id",
        column2="line_id",
        string="Items",
        compute="_compute_line_ids",
        store=True,
        readonly=False,
        domain="[('case_id', '=', case_id), ('is_open', '=', True)]",
        help="The items that rest while the promise holds.",
    )

    # === WHAT WAS PROMISED === #
    amount = fields.Monetary(
        compute="_compute_amount", store=True, readonly=False, required=True
    )
    date = fields.Date(string="To Be Paid on", required=True)
    grace_days = fields.Integer(
        string="Days of Grace",
        default=lambda self: self.env.company.dunning_promise_grace_days,
        help="Transfers take time: the promise counts as broken only so many days "
        "after its date.",
    )
    rest_until = fields.Date(compute="_compute_rest_until", store=True)
    contact_id = fields.Many2one(
        comodel_name="res.partner",
        string="Given by",
        help="Who has promised it, as far as known.",
    )
    user_id = fields.Many2one(
        comodel_name="res.users",
        string="Taken by",
        readonly=True,
        default=lambda self: self.env.user,
    )
    note = fields.Char()

    # === OUTCOME === #
    state = fields.Selection(
        selection=[
            ("open", "Awaited"),
            ("kept", "Kept"),
            ("broken", "Broken"),
            ("cancelled", "Cancelled"),
        ],
        required=True,
        readonly=True,
        default="open",
        index=True,
    )
    amount_start = fields.Monetary(
        string="Open at First",
        readonly=True,
        help="What the items were open for when it was promised.",
    )
    amount_paid = fields.Monetary(string="Paid Since", compute="_compute_amount_paid")
    closed_on = fields.Date(readonly=True)
    is_seen = fields.Boolean(
        readonly=True, help="Somebody has seen on the desk that it was broken."
    )

    _grace_sane = models.Constraint(
        "CHECK (grace_days >= 0)", "The days of grace cannot be negative."
    )

    # === COMPUTE METHODS === #

    @api.depends("date", "partner_id")
    def _compute_display_name(self):
        for promise in self:
            promise.display_name = promise._get_text()

    @api.depends("case_id")
    def _compute_line_ids(self):
        for promise in self:
            promise.line_ids = promise.case_id._get_claimable_lines()

    @api.depends("line_ids")
    def _compute_amount(self):
        for promise in self:
            promise.amount = promise.amount or promise._get_open_amount()

    @api.depends("date", "grace_days", "company_id")
    def _compute_rest_until(self):
        for promise in self:
            promise.rest_until = promise.date and promise._get_rest_until()

    def _get_rest_until(self):
        """Return the last day on which it can be kept: a working day.

        What was promised for a day off is in time on the next working day; the days of
        grace come on top of it.

        :rtype: datetime.date
        """
        move = (self.company_id or self.env.company)._get_dunning_business_day
        promised = move(self.date)
        last = (date.max - promised).days
        return move(promised + timedelta(days=min(self.grace_days, last)))

    @api.depends("amount_start", "line_ids.move_line_id.amount_residual_currency")
    def _compute_amount_paid(self):
        for promise in self:
            paid = promise.amount_start - promise._get_open_amount()
            promise.amount_paid = max(paid, 0.0)

    def _get_open_amount(self):
        """Return what the promised items are open for now, in the case's currency.

        :rtype: float
        """
        self.ensure_one()
        return sum(self.line_ids.filtered("is_open").mapped("amount_residual"))

    # === CONSTRAINT METHODS === #

    @api.constrains("date")
    def _check_date(self):
        for promise in self:
            today = promise.company_id._get_dunning_today()
            if promise.date > today + timedelta(days=MAX_DAYS):
                raise ValidationError(
                    self.env._(
                        "%(date)s is more than a year away: agree on an instalment "
                        "plan, or pause the reminders.",
                        date=format_date(self.env, promise.date),
                    )
                )
            if promise.date < today:
                raise ValidationError(
                    self.env._(
                        "%(date)s has passed: a promise is about a day to come.",
                        date=format_date(self.env, promise.date),
                    )
                )

    @api.constrains("amount", "line_ids")
    def _check_amount(self):
        for promise in self:
            currency = promise.currency_id
            opened = promise._get_open_amount()
            if currency.is_zero(opened):
                raise ValidationError(
                    self.env._(
                        "Nothing of %(case)s is open: there is nothing to promise.",
                        case=promise.case_id.display_name,
                    )
                )
            if currency.compare_amounts(promise.amount, 0) <= 0:
                raise ValidationError(
                    self.env._("A promise needs an amount above zero.")
                )
            if currency.compare_amounts(promise.amount, opened) > 0:
                raise ValidationError(
                    self.env._(
                        "%(amount)s is more than what is open: %(open)s.",
                        amount=currency._format_dunning(promise.amount),
                        open=currency._format_dunning(opened),
                    )
                )

    @api.constrains("line_ids", "case_id")
    def _check_lines(self):
        for promise in self:
            if promise.line_ids.case_id - promise.case_id:
                raise ValidationError(
                    self.env._("A promise covers items of one case only.")
                )

    # === CRUD METHODS === #

    @api.model_create_multi
    def create(self, vals_list):
        promises = super().create(vals_list)
        if any(promise.state != "open" or promise.amount_start for promise in promises):
            self._check_protected({"state", "amount_start"})
        for promise in promises:
            promise.sudo().amount_start = promise._get_open_amount()
        promises._replace_older()
        promises._log_given()
        promises.case_id._refresh_next_step()
        return promises

    def write(self, vals):
        if {"amount", "date", "line_ids", "grace_days"} & set(vals) and any(
            promise.state != "open" for promise in self
        ):
            raise UserError(
                self.env._("Only an open promise can be changed; give a new one.")
            )
        done = super().write(vals)
        if "line_ids" in vals:
            for promise in self:
                promise.sudo().amount_start = promise._get_open_amount()
        if {"date", "grace_days", "line_ids"} & set(vals):
            self.case_id._refresh_next_step()
        return done

    # === ACTION METHODS === #

    def action_cancel(self):
        """Take the promise back: reminders go on."""
        self.check_access("write")
        self.filtered(lambda promise: promise.state == "open")._set_cancelled()

    def action_mark_seen(self):
        """Take a broken promise off the desk: reminders go on."""
        self.check_access("write")
        self.sudo().write({"is_seen": True})
        self.case_id._refresh_next_step()

    # === STATES === #

    def _set_kept(self, date):
        self._close("kept", date)
        for promise in self:
            promise.case_id._message_log(
                body=self.env._(
                    "Promise kept: %(promise)s", promise=promise._get_text()
                )
            )

    def _set_broken(self, date):
        self._close("broken", date)
        for promise in self:
            case = promise.case_id
            text = self.env._(
                "Promise not kept: %(promise)s, %(paid)s was paid.",
                promise=promise._get_text(),
                paid=promise.currency_id._format_dunning(promise.amount_paid),
            )
            case._message_log(body=text)
            case.activity_schedule(
                "mail.mail_activity_data_todo",
                user_id=case._get_person(promise.user_id).id,
                summary=self.env._("Promise not kept"),
                note=text,
                dunning_matter="promise",
            )

    def _set_open(self):
        """Open it again: a payment was undone before the time was up."""
        self._close("open", False)

    def _set_cancelled(self):
        for promise in self:
            promise._close("cancelled", promise.company_id._get_dunning_today())
        self.case_id._refresh_next_step()

    def _close(self, state, date):
        self.sudo().write({"state": state, "closed_on": date, "is_seen": False})

    # === BUSINESS METHODS === #

    def _get_text(self):
        """Return the promise in words: '500.00 € by 3 December 2026'."""
        self.ensure_one()
        if not self.date:
            return self.env._("Promise to pay")
        return self.env._(
            "%(amount)s by %(date)s",
            amount=self.currency_id._format_dunning(self.amount),
            date=format_date(self.env, self.date, date_format="medium"),
        )

    def _replace_older(self):
        """Cancel the open promises about the same items that these replace."""
        for promise in self:
            promise.line_ids.promise_ids.filtered(
                lambda other, new=promise: (
                    other != new and other.state == "open" and other.id < new.id
                )
            ).sudo()._set_cancelled()

    def _release(self, items):
        """Go on without items that are not owed any more, though nobody has paid them.

        What is left of the promise stays for the other items, as far as they are open.

        :param dunning.case.line items: of invoices that are about to be reset or
            cancelled
        """
        for promise in self.filtered(lambda one: not one._is_fulfilled()):
            promise._log_released(promise.line_ids & items)
            rest = (promise.line_ids - items).filtered("is_open")
            if not rest:
                promise._set_cancelled()
                continue
            left = promise.amount - promise.amount_paid
            amount = min(left, sum(rest.mapped("amount_residual")))
            promise.write({"line_ids": [Command.set(rest.ids)], "amount": amount})

    def _log_released(self, items):
        self.case_id._message_log(
            body=self.env._(
                "%(invoices)s was reset to draft: the promise of %(promise)s does not "
                "cover it any more.",
                invoices=", ".join(items.move_id.mapped("name")),
                promise=self._get_text(),
            )
        )

    def _log_given(self):
        for promise in self:
            promise.case_id._message_log(
                body=self.env._(
                    "Promised to pay %(promise)s. %(note)s",
                    promise=promise._get_text(),
                    note=promise.note or "",
                ).strip()
            )

    @api.model
    def _watch(self, company, date):
        """Find out which promises were kept or broken.

        :param res.company company: whose promises
        :param datetime.date date: the company's date to decide for
        :return: the promises whose state has changed
        :rtype: dunning.promise
        """
        watched = self.search(
            [
                ("company_id", "=", company.id),
                ("state", "in", ("open", "kept")),
                "|",
                ("state", "=", "open"),
                ("closed_on", ">=", date - timedelta(days=90)),
            ]
        )
        changed = self.browse()
        for promise in watched:
            state = promise._get_outcome(date)
            if state != promise.state:
                promise._apply_outcome(state, date)
                changed |= promise
        changed.case_id._refresh_next_step(date)
        return changed

    def _get_outcome(self, date):
        """Return the state that reconciliation gives the promise on ``date``."""
        self.ensure_one()
        if self._is_fulfilled():
            return "kept"
        is_over = date > self.rest_until and not self._is_received(date)
        return "broken" if is_over else "open"

    def _is_received(self, date):
        """Return whether what is missing has come and waits for a match.

        :param datetime.date date: the company's date to decide for
        :rtype: bool
        """
        self.ensure_one()
        given = self.company_id._get_dunning_date(self.create_date)
        debts = self.line_ids.sudo().move_line_id._get_debts(date)
        received = sum(
            float(one.amount)
            for debt in debts.values()
            for one in debt.payments
            if not one.is_matched and one.date >= given
        )
        paid = self.amount_paid + received
        return self.currency_id.compare_amounts(paid, self.amount) >= 0

    def _is_fulfilled(self):
        """Return whether as much was paid as was promised."""
        self.ensure_one()
        return self.currency_id.compare_amounts(self.amount_paid, self.amount) >= 0

    def _apply_outcome(self, state, date):
        if state == "kept":
            self._set_kept(date)
        elif state == "broken":
            self._set_broken(date)
        else:
            self._set_open()

    @api.model
    def _get_promised_sql(self, date, company):
        """Return the subquery of the case items that rest because of a promise.

        :rtype: SQL
        """
        return SQL(
            """SELECT rel.line_id
                 FROM dunning_promise_line_rel rel
                 JOIN dunning_promise promise ON promise.id = rel.promise_id
                WHERE promise.company_id = %(company)s AND promise.state = 'open'
                  AND promise.rest_until >= %(date)s""",
            company=company.id,
            date=date,
        )
