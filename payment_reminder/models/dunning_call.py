from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import plaintext2html
from odoo.tools.misc import format_date, format_datetime

#: What can come of a call.
OUTCOMES = [
    ("promised", "Promises to pay"),
    ("will_pay_part", "Will pay a part"),
    ("paid_already", "Says it is paid"),
    ("asks_instalments", "Asks for instalments"),
    ("disputes", "Disputes it"),
    ("refused", "Refuses to pay"),
    ("reached", "Spoken with, nothing agreed"),
    ("call_back", "Call back later"),
    ("no_answer", "No answer"),
    ("wrong_number", "Wrong number"),
]

#: Somebody was spoken with: the reminder has reached the customer.
REACHED = frozenset(
    {
        "promised",
        "will_pay_part",
        "paid_already",
        "asks_instalments",
        "disputes",
        "refused",
        "reached",
    }
)


class DunningCall(models.Model):
    """One phone call with a customer, as it was logged: evidence, never changed."""

    _name = "dunning.call"
    _description = "Reminder Call"
    _order = "date DESC, id DESC"
    _check_company_auto = True

    # === WHO, WHOM, WHEN === #
    case_id = fields.Many2one(
        comodel_name="dunning.case",
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
        ondelete="restrict",
        help="The call of a reminder run that this one was made for.",
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
        ondelete="restrict",
    )
    contact_id = fields.Many2one(
        comodel_name="res.partner", string="Spoken With", readonly=True
    )
    phone = fields.Char(string="Number", readonly=True)
    user_id = fields.Many2one(
        comodel_name="res.users", string="Called by", required=True, readonly=True
    )
    date = fields.Datetime(string="Called on", required=True, readonly=True)

    # === WHAT CAME OF IT === #
    outcome = fields.Selection(
        selection=OUTCOMES, required=True, readonly=True, index=True
    )
    note = fields.Text(readonly=True)
    currency_id = fields.Many2one(related="case_id.currency_id")
    amount = fields.Monetary(string="Promised Amount", readonly=True)
    promise_date = fields.Date(string="Promised for", readonly=True)
    promise_id = fields.Many2one(
        comodel_name="dunning.promise",
        readonly=True,
        index="btree_not_null",
        ondelete="restrict",
    )
    dispute_id = fields.Many2one(
        comodel_name="dunning.dispute",
        readonly=True,
        index="btree_not_null",
        ondelete="restrict",
    )
    callback_at = fields.Datetime(string="Call Back on", readonly=True)

    # === COMPUTE METHODS === #

    @api.depends("partner_id", "date", "outcome")
    @api.depends_context("lang", "tz")
    def _compute_display_name(self):
        for call in self:
            moment = format_datetime(self.env, call.date, dt_format="short")
            parts = (call.partner_id.name, moment, call._get_outcome_label())
            call.display_name = " · ".join(part for part in parts if part)

    # === CRUD METHODS === #

    def write(self, vals):
        if vals:
            raise UserError(
                self.env._(
                    "A logged call is evidence and cannot be changed. Write what has "
                    "to be added into the history of the case."
                )
            )
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_except_evidence(self):
        raise UserError(self.env._("A logged call is evidence: it is kept."))

    # === ACTION METHODS === #

    def action_open_case(self):
        """Open the customer's case."""
        return self.case_id._get_records_action()

    # === BUSINESS METHODS === #

    def _get_outcome_label(self):
        """Return the outcome in the reader's language.

        :rtype: str
        """
        self.ensure_one()
        labels = dict(self._fields["outcome"]._description_selection(self.env))
        return labels.get(self.outcome, "")

    def _log_in_chatter(self, moves):
        """Write the call into the history of its case and of ``moves``, in words."""
        self.ensure_one()
        head, *details = self._get_history_lines()
        # a promise and a dispute have told the case themselves what was said
        told = self.promise_id or self.dispute_id
        full = plaintext2html("\n".join([head, *details]))
        note = self.env.ref("mail.mt_note").id
        self.env["mail.message"].sudo().create(
            [
                {
                    "model": record._name,
                    "res_id": record.id,
                    "body": (
                        plaintext2html(head)
                        if told and record == self.case_id
                        else full
                    ),
                    "message_type": "notification",
                    "subtype_id": note,
                    "author_id": self.user_id.partner_id.id,
                    "date": self.date,
                }
                for record in (self.case_id, *moves)
            ]
        )

    def _get_history_lines(self):
        """Return whom was called, on which number, and what came of it.

        :rtype: list[str]
        """
        self.ensure_one()
        contact = self.contact_id or self.partner_id
        lines = [self._get_head(contact.display_name), self._get_agreement_text()]
        return [*filter(None, (*lines, self._get_rule_line(), self.note))]

    def _get_head(self, contact):
        """Return who called whom on which number, and what came of it."""
        outcome = self._get_outcome_label()
        if self.is_incoming:
            return self.env._(
                "%(contact)s called: %(outcome)s", contact=contact, outcome=outcome
            )
        if self.phone:
            return self.env._(
                "Call to %(contact)s on %(phone)s: %(outcome)s",
                contact=contact,
                phone=self.phone,
                outcome=outcome,
            )
        return self.env._(
            "Call to %(contact)s: %(outcome)s", contact=contact, outcome=outcome
        )

    def _get_agreement_text(self):
        """Return what was agreed on, in words, or ``False``.

        :rtype: str | bool
        """
        self.ensure_one()
        if self.promise_date:
            return self.env._(
                "%(amount)s by %(date)s",
                amount=self.currency_id._format_dunning(self.amount),
                date=format_date(self.env, self.promise_date),
            )
        if self.callback_at:
            return self.env._(
                "Call back on %(moment)s",
                moment=format_datetime(
                    self.env, self.callback_at, tz=self.user_id.tz, dt_format="short"
                ),
            )
        return False
