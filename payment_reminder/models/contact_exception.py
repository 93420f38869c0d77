from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.fields import Domain

#: So long a permission to contact outside the rule can be used.
VALID_HOURS = 24


class ContactException(models.Model):
    """A contact outside its rule: who allowed or explained it, and why. Evidence."""

    _name = "contact.exception"
    _description = "Contact Outside the Rule"
    _order = "date DESC, id DESC"
    _check_company_auto = True

    # === WHOM, WHEN === #
    case_id = fields.Many2one(
        comodel_name="dunning.case",
        required=True,
        readonly=True,
        index=True,
        ondelete="restrict",
    )
    company_id = fields.Many2one(  # stored: record rules filter on it
        related="case_id.company_id", store=True, index=True
    )
    partner_id = fields.Many2one(
        comodel_name="res.partner",
        string="Customer",
        required=True,
        readonly=True,
        index=True,
        ondelete="restrict",
    )
    notice_id = fields.Many2one(
        comodel_name="dunning.notice",
        string="Reminder",
        readonly=True,
        index="btree_not_null",
        ondelete="set null",
    )
    call_id = fields.Many2one(
        comodel_name="dunning.call",
        readonly=True,
        index="btree_not_null",
        ondelete="restrict",
    )
    kind = fields.Selection(
        selection=[
            ("call", "Call"),
            ("message", "Message"),
            ("letter", "Letter"),
            ("meeting", "Meeting"),
        ],
        required=True,
        readonly=True,
    )

    # === WHY === #
    rule_id = fields.Many2one(
        comodel_name="contact.rule",
        readonly=True,
        index="btree_not_null",
        ondelete="restrict",
    )
    rule_text = fields.Char(string="What the Rule Said", readonly=True)
    reason = fields.Char(string="Why All the Same", required=True, readonly=True)
    user_id = fields.Many2one(
        comodel_name="res.users", string="By", required=True, readonly=True
    )
    date = fields.Datetime(
        string="Given on", required=True, readonly=True, default=fields.Datetime.now
    )
    is_afterwards = fields.Boolean(
        string="Explained Afterwards",
        readonly=True,
        help="The call had taken place when this was written.",
    )
    used_at = fields.Datetime(string="Used on", readonly=True)

    # === COMPUTE METHODS === #

    @api.depends("partner_id", "kind", "reason")
    def _compute_display_name(self):
        labels = dict(self._fields["kind"]._description_selection(self.env))
        for exception in self:
            parts = (exception.partner_id.name, labels.get(exception.kind))
            exception.display_name = " · ".join(part for part in parts if part)

    # === CRUD METHODS === #

    def write(self, vals):
        if not set(vals) <= {"used_at", "call_id"} or any(self.mapped("used_at")):
            raise UserError(self.env._("What was allowed is evidence: it is kept."))
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_except_evidence(self):
        raise UserError(self.env._("What was allowed is evidence: it is kept."))

    # === ACTION METHODS === #

    def action_open_case(self):
        """Open the customer's case."""
        return self.case_id._get_records_action()

    # === BUSINESS METHODS === #

    @api.model
    def _get_usable_domain(self, moment=None):
        """Return the domain of the permissions that can be used at ``moment``.

        :param datetime.datetime moment: naive UTC, default now
        :rtype: Domain
        """
        now = moment or fields.Datetime.now()
        since = now - timedelta(hours=VALID_HOURS)
        return Domain("used_at", "=", False) & Domain("date", ">=", since)

    def _use(self, **values):
        """Use up those that were not used yet: a permission holds for one contact."""
        left = self.filtered(lambda exception: not exception.used_at)
        left.write({"used_at": fields.Datetime.now(), **values})


class DunningNotice(models.Model):
    """What a manager allows outside the rule."""

    # one concept, one file
    _inherit = "dunning.notice"  # pylint: disable=consider-merging-classes-inherited

    exception_ids = fields.One2many(
        comodel_name="contact.exception",
        inverse_name="notice_id",
        string="Outside the Rule",
    )

    # === ACTION METHODS === #

    def action_allow_contact(self):
        """Ask a manager why the customers may be contacted all the same."""
        notices = self._check_action("queued", self.env._("allowed"))
        notices._check_may_allow()
        return self._open_wizard("contact.allow", self.env._("Contact All the Same"))

    # === BUSINESS METHODS === #

    def _check_may_allow(self):
        """Raise unless the user may allow contacts outside the rule."""
        if not self.env.user.has_group("payment_reminder.group_dunning_manager"):
            raise AccessError(
                self.env._("Only a manager allows a contact outside the rule.")
            )

    def _allow_contact(self, reason):
        """Let queued notices go out, or be called about, although the rule forbids it.

        The permission holds for one contact within a day. Notices that the rule allows
        anyway need none and get none.

        :param str reason: why, in words
        :return: what is kept about it
        :rtype: contact.exception
        :raise AccessError: when the user is no manager
        :raise ValidationError: without a reason
        """
        self._check_may_allow()
        notices = self._check_action("queued", self.env._("allowed"))
        if not (reason or "").strip():
            raise ValidationError(
                self.env._("Say why the customer is contacted all the same.")
            )
        decisions = notices._get_decisions()
        exceptions = (
            self.env["contact.exception"]
            .sudo()
            .create(
                [
                    notice._prepare_exception_values(decisions[notice.id], reason)
                    for notice in notices
                    if notice.id in decisions
                    and not decisions[notice.id].answer.allowed
                    and not decisions[notice.id].exception
                ]
            )
        )
        allowed = exceptions.notice_id
        allowed._set_unheld()
        for exception in exceptions:
            exception.notice_id._log_exception(exception)
        if allowed.filtered(lambda notice: not notice.is_call):
            allowed._trigger_sending()
        return exceptions.sudo(False)

    def _prepare_exception_values(self, decision, reason):
        """Return the values of a permission for this notice."""
        self.ensure_one()
        return {
            "case_id": self.case_id.id,
            "partner_id": self.partner_id.id,
            "notice_id": self.id,
            "kind": decision.kind,
            "rule_id": decision.rule.id,
            "rule_text": self.env["contact.words"]._explain(decision),
            "reason": reason.strip(),
            "user_id": self.env.user.id,
        }

    def _log_exception(self, exception):
        """Write into the history of the case what was allowed, by whom and why."""
        self.case_id.message_post(
            body=self.env._(
                "%(level)s, %(channel)s: allowed outside the rule. %(reason)s "
                "(%(rule)s)",
                level=self.level_id.name,
                channel=self.channel_id.name,
                reason=exception.reason,
                rule=exception.rule_text,
            ),
            author_id=self._get_author().id,
        )
