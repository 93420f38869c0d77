from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools.mail import email_normalize_all

from ..const import LIVE_STATES


class DunningNoticeReview(models.AbstractModel):
    """The part of ``dunning.notice`` that a person looks at before it is sent."""

    _name = "dunning.notice.review"
    _description = "Reminder Notice: Review"

    recipient_text = fields.Char(
        string="Goes to",
        compute="_compute_recipient_text",
        help="The address or number at which the customer is reached.",
    )
    asked_pay_by_date = fields.Date(
        string="Asks to Pay by",
        compute="_compute_asked_pay_by_date",
        help="Until when the notice asks, or would ask today, to pay.",
    )
    warning_text = fields.Char(
        string="Remarks",
        compute="_compute_warning_text",
        help="What to know before it is sent, or how it ended.",
    )
    sibling_id = fields.Many2one(
        comodel_name="dunning.notice",
        string="Through Another Channel",
        compute="_compute_sibling_id",
        help="What the same customer gets with it through another channel.",
    )
    sibling_channel = fields.Char(compute="_compute_sibling_id")
    can_put_back = fields.Boolean(compute="_compute_can_put_back")

    # === COMPUTE METHODS === #

    @api.depends("email_to", "contact_id", "channel_id")
    def _compute_recipient_text(self):
        for notice in self:
            text = ", ".join(email_normalize_all(notice.email_to or ""))
            if not text and notice.channel_id:
                handler = notice.channel_id._get_handler()
                text = handler._get_recipient_text(notice._get_recipient())
            notice.recipient_text = text

    @api.depends("pay_by_date", "date", "level_id")
    def _compute_asked_pay_by_date(self):
        for notice in self:
            notice.asked_pay_by_date = notice.level_id and notice._get_pay_by()

    @api.depends(
        "state", "reason", "has_own_text", "amount_asked", "contact_id", "claim_problem"
    )
    @api.depends_context("lang")
    def _compute_warning_text(self):
        limits = {}
        for notice in self:
            if notice.state != "proposed":
                notice.warning_text = notice.reason
                continue
            key = (notice.company_id, notice.currency_id, notice.date)
            if key not in limits:
                company, currency, date = key
                limits[key] = company.sudo()._get_dunning_high_amount(currency, date)
            warnings = notice._get_warnings(limits[key])
            notice.warning_text = " · ".join(filter(None, warnings))

    def _get_warnings(self, high_amount):
        """Return what a person should know before the notice is sent.

        :param float high_amount: from which amount on to point it out, 0 for never
        :return: short texts, some may be empty
        :rtype: list
        """
        self.ensure_one()
        is_high = 0 < high_amount <= self.amount_asked
        has_credit = not self.currency_id.is_zero(self.amount_credit)
        return [
            self.reason,
            self._get_undeliverable_reason(),
            *self._get_copies_left_out(),
            is_high and self.env._("High amount"),
            has_credit and self.env._("Unmatched payment deducted"),
            self.has_own_text and self.env._("Text edited"),
            self.claim_problem,
        ]

    def _get_copies_left_out(self):
        """Return in words who was to get a copy of an e-mail but cannot.

        :rtype: list[str]
        """
        self.ensure_one()
        if self.channel != "email":
            return []
        handler = self.channel_id._get_handler()
        return handler._get_copies(self, self._get_recipient())[1]

    def _compute_sibling_id(self):
        rows = self.search(
            [
                ("run_id", "in", self.run_id.ids),
                ("case_id", "in", self.case_id.ids),
            ]
        )
        groups = rows.grouped(lambda n: (n.run_id, n.case_id))
        for notice in self:
            group = groups.get((notice.run_id, notice.case_id), self.browse())
            notice.sibling_id = (group - notice)[:1]
            notice.sibling_channel = notice.sibling_id.channel_id.name

    @api.depends("state", "released_at", "run_id.state")
    def _compute_can_put_back(self):
        for notice in self:
            notice.can_put_back = notice._is_put_back_allowed()

    def _is_put_back_allowed(self):
        """Return whether a skipped notice may be proposed again.

        It may while its run still awaits a decision, and only if it was never released:
        a notice that the sender had is evidence of what happened to it.

        :rtype: bool
        """
        self.ensure_one()
        return (
            self.state == "skipped"
            and not self.released_at
            and self.run_id.state in ("proposed", "approved", "sending")
        )

    # === ACTION METHODS === #

    def action_open_sibling(self):
        """Open what the customer gets through the other channel."""
        self.ensure_one()
        return self.sibling_id._get_records_action()

    def action_leave_out(self):
        """Ask for the reason why proposed notices are left out."""
        self._check_action("proposed", self.env._("left out"))
        return self._open_wizard("dunning.leave.out", self.env._("Leave Out"))

    def action_edit_text(self):
        """Let a person edit the text of one proposed notice."""
        self.ensure_one()
        self._check_action("proposed", self.env._("edited"))
        return self._open_wizard("dunning.notice.edit", self.env._("Edit the Text"))

    def _open_wizard(self, model, name):
        """Return the action of a wizard about the notices."""
        return {
            "type": "ir.actions.act_window",
            "name": name,
            "res_model": model,
            "view_mode": "form",
            "target": "new",
            "context": {
                **self.env.context,
                "active_model": "dunning.notice",
                "active_ids": self.ids,
            },
        }

    def action_reset_text(self):
        """Use the level's text again."""
        self._check_action("proposed", self.env._("edited"))._set_own_text(False)

    def action_put_back(self):
        """Propose notices again that were left out."""
        notices = self._check_action("skipped", self.env._("put back"))
        for notice in notices:
            notice._check_put_back()
        notices._set_proposed()

    def _check_put_back(self):
        """Raise in words unless the notice may be proposed again."""
        self.ensure_one()
        if not self._is_put_back_allowed():
            raise UserError(
                self.env._(
                    "'%(notice)s' cannot be put back: it was released before, or its "
                    "run has ended. A new run will propose the customer again.",
                    notice=self.display_name,
                )
            )
        live = self.search(
            [
                ("case_id", "=", self.case_id.id),
                ("channel", "=", self.channel),
                ("state", "in", LIVE_STATES),
                ("id", "!=", self.id),
            ],
            limit=1,
        )
        if live:
            raise UserError(
                self.env._(
                    "'%(notice)s' cannot be put back: the customer is in '%(run)s' "
                    "meanwhile.",
                    notice=self.display_name,
                    run=live.run_id.name,
                )
            )

    def action_release(self):
        """Send these proposed notices; the others of their run stay proposed."""
        notices = self._check_action("proposed", self.env._("sent"))
        ended = notices.run_id.filtered(lambda run: run.state in ("draft", "cancelled"))
        if ended:
            raise UserError(self.env._("'%(run)s' cannot be sent.", run=ended[0].name))
        notices._set_queued()
        notices._trigger_sending()

    # === BUSINESS METHODS - REVIEW === #

    def _leave_out(self, reason, exclude=False):
        """Take proposed notices out of their run.

        :param str reason: why, in words
        :param bool exclude: whether their customers get no reminders from now on
        :raise UserError: when a notice is not proposed any more
        """
        notices = self._check_action("proposed", self.env._("left out"))
        text = self.env._(
            "Left out by %(user)s: %(reason)s", user=self.env.user.name, reason=reason
        )
        notices._set_skipped(text)
        notices.run_id._set_done_if_finished()
        notices._log_left_out(text)
        if exclude:
            notices._exclude_customers(reason)

    def _rest_said(self, reason):
        """Leave the items of the notices out of reminders for the company's days.

        :param str reason: what the customer has said, in words
        """
        for case, notices in self.sudo().grouped("case_id").items():
            case._rest_said(notices.claim_ids.move_id, reason)

    def _log_left_out(self, text):
        """Write into the history of the cases why nothing was sent to them."""
        for case, group in self.grouped("case_id").items():
            case.message_post(
                body=self.env._(
                    "%(levels)s: %(text)s",
                    levels=", ".join(group.level_id.mapped("name")),
                    text=text,
                ),
                author_id=self._get_author().id,
            )

    def _get_author(self):
        """Return who does this, also while the rights are those of the system."""
        return self.env.user.partner_id

    def _exclude_customers(self, reason):
        """Give the customers no reminders from now on, and say so in their cases."""
        for company, notices in self.grouped("company_id").items():
            notices.partner_id._dunning_exclude(reason, company)
            for case in notices.case_id:
                case.message_post(
                    body=self.env._(
                        "No reminders from now on: %(reason)s", reason=reason
                    ),
                    author_id=self._get_author().id,
                )

    def _get_proposed_siblings(self):
        """Return what the same customers are to get through all channels.

        :rtype: dunning.notice
        """
        return self.search(
            [
                ("run_id", "in", self.run_id.ids),
                ("case_id", "in", self.case_id.ids),
                ("state", "=", "proposed"),
            ]
        )
