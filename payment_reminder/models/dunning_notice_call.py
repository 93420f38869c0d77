from pytz import country_timezones

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain
from odoo.tools import SQL
from odoo.tools.misc import format_datetime, format_time

from ..const import LIVE_STATES
from ..tools.letter_text import split_paragraphs
from ..tools.local_time import get_local_time


class DunningNotice(models.Model):
    """The part of a notice that a person delivers by phone: the call list."""

    _inherit = "dunning.notice"

    is_call = fields.Boolean(compute="_compute_is_call")
    # whether it belongs on the call list: queued for a person, and still owed
    is_call_open = fields.Boolean(
        compute="_compute_is_call_open", search="_search_is_call_open"
    )
    call_ids = fields.One2many(
        comodel_name="dunning.call", inverse_name="notice_id", string="Calls"
    )
    last_call_text = fields.Char(string="Last Call", compute="_compute_last_call_text")

    # === THE NUMBER: computed at reading, the contact may have a new one === #
    phone_display = fields.Char(string="Phone", compute="_compute_phone")
    phone_uri = fields.Char(compute="_compute_phone")
    phone_warning = fields.Char(string="Remark", compute="_compute_phone")
    local_time = fields.Char(string="Time There", compute="_compute_phone")
    is_night = fields.Boolean(compute="_compute_phone")

    # === WHAT TO SAY === #
    call_amount = fields.Monetary(
        string="Asked for Now",
        compute="_compute_call_amount",
        help="What is still open of what the call is about, with interest and costs.",
    )
    call_sheet = fields.Html(
        string="What to Say", compute="_compute_call_sheet", sanitize=False
    )

    # === COMPUTE METHODS === #

    @api.depends("channel_id")
    def _compute_is_call(self):
        manual = self.env["dunning.channel"]._get_manual()
        for notice in self:
            notice.is_call = notice.channel_id in manual

    @api.depends("state")
    def _compute_is_call_open(self):
        found = self.search([("id", "in", self.ids), ("is_call_open", "=", True)])
        for notice in self:
            notice.is_call_open = notice in found

    def _search_is_call_open(self, operator, value):
        if operator not in ("in", "not in"):
            return NotImplemented
        self.env.flush_all()
        manual = self.env["dunning.channel"]._get_manual()
        domain = Domain.OR(
            Domain("id", "in", self._get_open_calls_sql(company, manual))
            for company in self.env.companies
            if manual
        )
        return domain if (True in value) == (operator == "in") else ~domain

    def _get_open_calls_sql(self, company, manual):
        """Return the subquery of the calls of ``company`` that are worth making.

        What is paid, promised, paused or disputed by now is left out, before the daily
        job closes it.
        """
        planner = self.env["dunning.planner"]
        not_owed = planner._get_not_owed_sql(company._get_dunning_today(), company)
        return SQL(
            """(SELECT notice.id
                  FROM dunning_notice notice
                  JOIN dunning_notice_line line
                    ON line.notice_id = notice.id AND line.is_climbing
                   AND line.role = 'claimed'
                  JOIN account_move_line ON account_move_line.id = line.move_line_id
                  JOIN account_move move ON move.id = account_move_line.move_id
                  JOIN dunning_case dcase ON dcase.id = notice.case_id
                  JOIN res_partner customer ON customer.id = dcase.partner_id
             LEFT JOIN dunning_case_line item
                    ON item.move_line_id = account_move_line.id
                 WHERE notice.state = 'queued' AND notice.channel_id IN %(manual)s
                   AND notice.company_id = %(company)s AND %(not_owed)s IS NULL)""",
            manual=tuple(manual.ids),
            company=company.id,
            not_owed=not_owed,
        )

    @api.depends("call_ids")
    @api.depends_context("lang", "tz")
    def _compute_last_call_text(self):
        for notice in self:
            call = notice.call_ids[:1]
            notice.last_call_text = bool(call) and self.env._(
                "%(outcome)s, %(moment)s",
                outcome=call._get_outcome_label(),
                moment=format_datetime(self.env, call.date, dt_format="short"),
            )

    @api.depends("contact_id", "partner_id")
    @api.depends_context("lang")
    def _compute_phone(self):
        reasons = self.env["dunning.channel.call"]._get_phone_reasons()
        now = fields.Datetime.now()
        for notice in self:
            contact = notice.contact_id.sudo().with_company(notice.company_id)
            callee, number = contact._get_dunning_phone()
            is_wrong = callee._is_dunning_phone_wrong()
            notice.phone_display = number.display
            notice.phone_uri = number.uri
            notice.phone_warning = reasons.get("wrong" if is_wrong else number.reason)
            there = get_local_time(notice._get_time_zones(callee, number), now)
            notice.local_time = notice._get_local_time_text(there)
            notice.is_night = bool(there) and not there.is_day

    def _get_time_zones(self, callee, number):
        """Return the time zones in which the phone may ring.

        :param res.partner callee: whose number it is
        :param ..tools.phone.PhoneNumber number: the number
        :rtype: list[str]
        """
        if number.time_zones:
            # a number that works in a whole country says less than the contact
            known = {callee.tz} & set(number.time_zones)
            return list(known or number.time_zones)
        if callee.tz:
            return [callee.tz]
        return country_timezones.get(callee.country_id.code or "") or []

    def _get_local_time_text(self, there):
        """Return '10:24', or '9:30 – 18:30' where a number has several zones.

        :param ..tools.local_time.LocalTime there: may be nothing
        :rtype: str | bool
        """
        if not there:
            return False
        moments = dict.fromkeys((there.earliest, there.latest))
        return " – ".join(
            format_time(self.env, moment, time_format="short") for moment in moments
        )

    @api.depends("claim_ids.move_line_id.amount_residual_currency", "state")
    def _compute_call_amount(self):
        live = self.filtered(lambda notice: notice.state in LIVE_STATES)
        credit = live.case_id._get_free_credit() if live else {}
        for notice in self:
            if notice not in live:
                notice.call_amount = notice.amount_total
                continue
            procedure = notice.level_id.procedure_id
            is_reduced = procedure.credit_treatment == "reduce"
            deducted = credit.get(notice.case_id.id, 0.0) if is_reduced else 0.0
            amount = sum(notice._get_call_amounts().values()) - deducted
            notice.call_amount = max(amount, 0.0)

    def _get_call_amounts(self):
        """Return what is open now of each item that is still owed.

        A finished notice tells what was open then.

        :return: ``{dunning.notice.line: amount in the notice's currency}``
        :rtype: dict
        """
        self.ensure_one()
        if self.state not in LIVE_STATES:
            return {line: line.amount_residual for line in self.claim_ids}
        receivables = self.claim_ids.sudo().move_line_id
        announced = receivables._get_dunning_announced()
        amounts = {
            line: receivable.amount_residual_currency - announced.get(receivable.id, 0)
            for line in self.claim_ids
            for receivable in line.sudo().move_line_id
        }
        return {line: amount for line, amount in amounts.items() if amount > 0}

    @api.depends("level_id.call_script", "claim_ids")
    def _compute_call_sheet(self):
        handler = self.env["dunning.channel.call"]
        for notice in self:
            notice.call_sheet = handler._get_preview_html(notice)

    # === ACTION METHODS === #

    def action_log_call(self):
        """Open the wizard that logs what came of the call."""
        self.ensure_one()
        return self.case_id._get_log_call_action(self)

    def action_do_not_call(self):
        """Take calls off the list; a later run decides anew."""
        notices = self._check_action("queued", self.env._("left out"))
        notices._check_calls()
        notices._set_skipped(
            self.env._("Not called: left out by %s.", self.env.user.name)
        )
        notices.case_id._refresh_next_step()

    def _check_calls(self):
        """Raise unless all notices wait for a person, and not for the sender."""
        for notice in self:
            if not notice.is_call:
                raise UserError(self.env._("'%s' is not a call.", notice.display_name))

    # === STATES === #

    def _set_postponed(self, next_try, **values):
        """Take a call off the list until ``next_try``.

        :param datetime.datetime next_try: UTC
        """
        self.write({"next_try": next_try, **values})

    # === BUSINESS METHODS === #

    def _is_call_lapsed(self, date):
        """Return whether the call has waited for a person too long.

        The days count from its release, or from the time agreed for a call back.

        :param datetime.date date: the company's date
        :rtype: bool
        """
        self.ensure_one()
        days = self.company_id.dunning_call_wait_days
        since = max(filter(None, (self.queued_at, self.next_try)), default=None)
        if not days or not since:
            return False
        return (date - self.company_id._get_dunning_date(since)).days > days

    def _prepare_call_sheet_values(self):
        """Return what the template ``call_sheet`` shows, in the customer's language.

        The script is data: it is taken apart to plain paragraphs, never evaluated.

        :rtype: dict
        """
        self.ensure_one()
        amounts = self._get_call_amounts()
        rows = self.claim_ids.browse([row.id for row in amounts])
        due = self._get_due_rows() & rows
        due_amount = sum(amounts[row] for row in due)
        return {
            "paragraphs": split_paragraphs(self.level_id.call_script),
            "amounts": amounts,
            "claimed": rows - due,
            "due": due,
            "earlier": self.earlier_ids,
            "asked": self._get_asked_texts(rows | self.earlier_ids),
            "total": self.call_amount,
            "credit": self.currency_id.round(sum(amounts.values()) - self.call_amount),
            "request_text": self._get_request_text(self.call_amount, due_amount),
            "details": self._get_payment_details(),
            "reference": self._get_payment_reference(),
        }
