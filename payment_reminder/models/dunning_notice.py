from odoo import api, fields, models
from odoo.exceptions import UserError

from ..const import MAX_TRIES, RETRY_MINUTES

#: Fields that may still change when a notice is evidence: they add to what was said,
#: they do not change it.
MUTABLE_FIELDS = {
    "is_logged",
    "mail_message_id",
    "fallback_notice_id",
    "bounced_email",
    "printed_at",
    "printed_by_id",
    "posted_on",
}


class DunningNotice(models.Model):
    """What is or was said to one customer through one channel."""

    _name = "dunning.notice"
    _inherit = [
        "dunning.notice.content",
        "dunning.notice.text",
        "dunning.notice.letter",
        "dunning.notice.review",
        "dunning.notice.action",
        "dunning.notice.sending",
        "dunning.notice.bounce",
    ]
    _description = "Reminder Notice"
    _order = "date DESC, sequence DESC, id DESC"
    _check_company_auto = True

    # === IDENTITY === #
    number = fields.Char(readonly=True, copy=False)
    run_id = fields.Many2one(
        comodel_name="dunning.run",
        required=True,
        readonly=True,
        index=True,
        ondelete="cascade",
    )
    case_id = fields.Many2one(
        comodel_name="dunning.case",
        required=True,
        readonly=True,
        index=True,
        ondelete="restrict",
    )
    company_id = fields.Many2one(
        comodel_name="res.company", required=True, readonly=True, index=True
    )
    partner_id = fields.Many2one(
        comodel_name="res.partner",
        string="Customer",
        required=True,
        readonly=True,
        index=True,
    )
    contact_id = fields.Many2one(
        comodel_name="res.partner", string="Recipient", required=True, readonly=True
    )
    lang = fields.Char(compute="_compute_lang")
    lang_name = fields.Char(string="Language", compute="_compute_lang_name")
    level_id = fields.Many2one(
        comodel_name="dunning.level", required=True, readonly=True, ondelete="restrict"
    )
    channel_id = fields.Many2one(
        comodel_name="dunning.channel",
        required=True,
        readonly=True,
        ondelete="restrict",
    )
    # stored copy of the channel's code: the unique index and searches need it
    channel = fields.Char(string="Channel Code", readonly=True, required=True)
    sequence = fields.Integer(readonly=True)
    user_id = fields.Many2one(
        comodel_name="res.users", string="Signed by", compute="_compute_user_id"
    )

    # === CONTENT === #
    date = fields.Date(required=True, readonly=True)
    line_ids = fields.One2many(
        comodel_name="dunning.notice.line", inverse_name="notice_id", readonly=True
    )
    claim_ids = fields.One2many(
        comodel_name="dunning.notice.line",
        inverse_name="notice_id",
        string="Items",
        domain=[("left_out_reason", "=", False), ("role", "!=", "earlier")],
        readonly=True,
        help="What the notice asks to pay.",
    )
    earlier_ids = fields.One2many(
        comodel_name="dunning.notice.line",
        inverse_name="notice_id",
        string="Asked for Before",
        domain=[("left_out_reason", "=", False), ("role", "=", "earlier")],
        readonly=True,
        help="What is only named: it was asked for more firmly, or until a day that "
        "has not passed.",
    )
    currency_id = fields.Many2one(comodel_name="res.currency", readonly=True)
    amount_credit = fields.Monetary(
        string="Unmatched Credit",
        readonly=True,
        help="Payments and credit notes that are not matched yet, deducted.",
    )
    amount_total = fields.Monetary(
        string="Open",
        readonly=True,
        help="What is open of the items, less payments and credits that are deducted; "
        "without interest and costs.",
    )
    company_currency_id = fields.Many2one(
        related="company_id.currency_id", string="Company Currency"
    )
    # stored: lists put the largest amount first, whatever its currency
    amount_company = fields.Monetary(
        string="Open in Company Currency",
        currency_field="company_currency_id",
        readonly=True,
    )
    days_late = fields.Integer(readonly=True, aggregator="max")
    pay_by_date = fields.Date(string="Pay by", readonly=True)

    # === STATE === #
    state = fields.Selection(
        selection=[
            ("proposed", "Proposed"),
            ("queued", "Queued"),
            ("in_flight", "Being sent"),
            ("sent", "Sent"),
            ("failed", "Failed"),
            ("in_doubt", "In doubt"),
            ("skipped", "Skipped"),
        ],
        required=True,
        readonly=True,
        default="proposed",
        index=True,
    )
    reason = fields.Char(
        string="Explanation",
        readonly=True,
        help="Why the notice was skipped, failed or is in doubt.",
    )
    fallback_notice_id = fields.Many2one(
        comodel_name="dunning.notice",
        string="Replaced by",
        readonly=True,
        index="btree_not_null",
        help="The notice through another channel that took over.",
    )

    # === SENDING === #
    queued_at = fields.Datetime(readonly=True)
    tries = fields.Integer(readonly=True, default=0)
    next_try = fields.Datetime(readonly=True)
    claim_token = fields.Integer(readonly=True)
    released_at = fields.Datetime(
        readonly=True,
        copy=False,
        help="When a person let it go; empty while nobody but us can know of it.",
    )
    is_started = fields.Boolean(
        readonly=True,
        help="The outside world has been touched: after a crash it is in doubt.",
    )
    is_logged = fields.Boolean(readonly=True)
    sent_at = fields.Datetime(readonly=True)

    # === EVIDENCE === #
    subject = fields.Char(readonly=True)
    body_html = fields.Html(readonly=True, sanitize=False)
    email_from = fields.Char(readonly=True)
    email_to = fields.Char(string="Sent to", readonly=True)
    email_cc = fields.Char(string="Copies to", readonly=True)
    copies_left_out = fields.Char(
        readonly=True, help="Who was to get a copy but could not, and why."
    )
    message_id = fields.Char(string="Message-Id", readonly=True, index="btree_not_null")
    mail_message_id = fields.Many2one(
        comodel_name="mail.message", readonly=True, ondelete="set null"
    )
    pdf_attachment_id = fields.Many2one(
        comodel_name="ir.attachment",
        string="Letter",
        readonly=True,
        ondelete="restrict",
    )
    pdf_checksum = fields.Char(
        string="SHA-256", readonly=True, help="Checksum of the letter as it was stored."
    )

    _run_case_channel_uniq = models.UniqueIndex(
        "(run_id, case_id, channel, contact_id)",
        "A run speaks to a recipient once per channel.",
    )
    _live_uniq = models.UniqueIndex(
        "(case_id, channel) WHERE state IN"
        " ('proposed', 'queued', 'in_flight', 'in_doubt')",
        "Another notice to the customer is not finished yet.",
    )
    _queue_idx = models.Index("(channel_id, id) WHERE state IN ('queued', 'in_flight')")
    _unlogged_idx = models.Index("(id) WHERE state = 'sent' AND is_logged IS NOT TRUE")

    # === COMPUTE METHODS === #

    @api.depends("number", "level_id", "partner_id")
    def _compute_display_name(self):
        for notice in self:
            parts = [notice.number, notice.level_id.name, notice.partner_id.name]
            notice.display_name = " · ".join(part for part in parts if part)

    @api.depends("contact_id.lang", "partner_id.lang", "company_id.partner_id.lang")
    def _compute_lang(self):
        for notice in self:
            notice.lang = notice._find_lang()

    @api.depends("lang")
    def _compute_lang_name(self):
        names = dict(self.env["res.lang"].get_installed())
        for notice in self:
            notice.lang_name = names.get(notice.lang, notice.lang)

    @api.depends(
        "level_id.user_id",
        "case_id.user_id",
        "case_id.responsible_id",
        "run_id.user_id",
    )
    def _compute_user_id(self):
        for notice in self:
            signers = (
                notice.level_id.user_id,
                notice.case_id.user_id,
                notice.run_id.user_id,
                notice.case_id.responsible_id,
            )
            able = (user._filter_dunning_responsible() for user in signers)
            notice.user_id = next(filter(None, able), False)

    # === CRUD METHODS === #

    def write(self, vals):
        if (
            not set(vals) <= MUTABLE_FIELDS
            and any(notice._is_evidence() for notice in self)
            and not self._is_late_outcome(vals)
        ):
            raise UserError(
                self.env._("A finished notice is evidence and cannot be changed.")
            )
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_except_evidence(self):
        if any(
            notice.state not in ("proposed", "skipped") or notice.tries
            for notice in self
        ):
            raise UserError(
                self.env._("A notice that was released is evidence: it is kept.")
            )

    # === STATES === #
    # The only methods that change a state (design: invariant 8). They are called with
    # the rights of the system: people reach them through actions and the sender.

    def _set_proposed(self, reason=False):
        """Let a person decide anew; only for what never left the house."""
        # past the guard of what is evidence: these are not, nobody was told anything
        values = {"state": "proposed", "reason": reason, "released_at": False}
        return super().write(values)

    def _set_recalled(self, reason):
        """Call queued notices back; those that were tried before are given up."""
        tried = self.filtered("tries")
        tried._set_skipped(reason)
        (self - tried)._set_proposed(reason)

    def _set_queued(self):
        """Release the notices to the sender."""
        self.write(
            {
                "state": "queued",
                "released_at": fields.Datetime.now(),
                "reason": False,
                "tries": 0,
                "next_try": False,
                "is_started": False,
                "claim_token": False,
                "queued_at": fields.Datetime.now(),
            }
        )
        self._reopen_runs()

    def _reopen_runs(self):
        """Let the runs go on when the sender has something to do again."""
        manual = self.env["dunning.channel"]._get_manual()
        for_sender = self.filtered(lambda notice: notice.channel_id not in manual)
        runs = for_sender.run_id | self.run_id.filtered(
            lambda run: run.state in ("proposed", "approved")
        )
        runs._set_partly_sending()

    def _set_in_flight(self, token):
        """Mark the notices as claimed by the worker that holds ``token``."""
        self.write({"state": "in_flight", "claim_token": token, "is_started": False})

    def _set_released(self):
        """Put claimed notices back, nothing having left us."""
        self.write({"state": "queued", "claim_token": False, "is_started": False})

    def _set_sent(self, date, **values):
        """Record that the notices were delivered, and let their items climb.

        :param datetime.date date: the company's date of the delivery
        :param values: evidence to keep, such as ``message_id``
        """
        self.write(
            {
                "state": "sent",
                "date": date,
                "reason": False,
                "sent_at": fields.Datetime.now(),
                "claim_token": False,
                **values,
            }
        )
        self._climb(date)

    def _set_skipped(self, reason):
        self.write({"state": "skipped", "reason": reason, "claim_token": False})

    def _set_in_doubt(self, reason):
        self.write({"state": "in_doubt", "reason": reason, "claim_token": False})
        self._notify_person()

    def _set_failed(self, reason):
        """Record a permanent failure; another channel or a person takes over."""
        self.write({"state": "failed", "reason": reason, "claim_token": False})
        for notice in self:
            notice._fall_back()

    def _set_retry(self, reason):
        """Record a transient failure: try again later, or give up after some tries."""
        for notice in self:
            tries = notice.tries + 1
            if tries >= MAX_TRIES:
                notice._set_failed(
                    self.env._(
                        "Given up after %(tries)s tries: %(reason)s",
                        tries=tries,
                        reason=reason,
                    )
                )
                continue
            minutes = RETRY_MINUTES[min(tries, len(RETRY_MINUTES)) - 1]
            notice.write(
                {
                    "state": "queued",
                    "reason": reason,
                    "tries": tries,
                    "next_try": fields.Datetime.add(
                        fields.Datetime.now(), minutes=minutes
                    ),
                    "claim_token": False,
                    "is_started": False,
                }
            )
