from odoo import SUPERUSER_ID, fields, models
from odoo.exceptions import UserError

#: What a customer can say on the payment page.
KINDS = [
    ("promise", "Will pay on a day"),
    ("installments", "Asks for instalments"),
    ("dispute", "Disagrees"),
    ("paid", "Says it is paid"),
    ("callback", "Wants to be called"),
    ("question", "Has written"),
]
#: How somebody has paid.
WAYS = [
    ("transfer", "Bank transfer"),
    ("card", "Card or online payment"),
    ("cash", "Cash"),
    ("other", "Another way"),
]


class DunningReply(models.Model):
    """One thing that a customer has said on the payment page: evidence.

    What follows from it is done elsewhere (a promise, a dispute, a plan, a pause, a
    task); this remembers what was said and what came of it.
    """

    _name = "dunning.reply"
    _inherit = ["dunning.of.case", "dunning.document", "dunning.protected"]
    _description = "Reply on the Payment Page"
    _order = "date DESC, id DESC"
    _check_company_auto = True

    # === WHO AND WHEN === #
    case_id = fields.Many2one(readonly=True)
    contact_id = fields.Many2one(
        comodel_name="res.partner",
        readonly=True,
        help="The address on file to which it is acknowledged.",
    )
    author_id = fields.Many2one(
        comodel_name="res.partner",
        readonly=True,
        help="Who was logged in, else the contact of the case.",
    )
    user_id = fields.Many2one(
        comodel_name="res.users", string="Answered by", readonly=True
    )
    lang = fields.Char(readonly=True)
    date = fields.Datetime(
        required=True, readonly=True, default=lambda self: fields.Datetime.now()
    )
    key = fields.Char(
        string="Form",
        required=True,
        readonly=True,
        help="Of the form: two clicks make one reply.",
    )

    # === WHAT WAS SAID === #
    kind = fields.Selection(selection=KINDS, required=True, readonly=True)
    line_ids = fields.Many2many(
        comodel_name="dunning.case.line",
        relation="dunning_reply_line_rel",
        column1="reply_id",
        column2="line_id",
        string="Items",
        readonly=True,
    )
    text = fields.Text(readonly=True)
    amount = fields.Monetary(readonly=True)
    day = fields.Date(readonly=True)
    count = fields.Integer(string="Instalments", readonly=True)
    category = fields.Char(readonly=True, help="Of the dispute, see there.")
    way = fields.Selection(selection=WAYS, readonly=True)
    reference = fields.Char(readonly=True)
    phone = fields.Char(readonly=True)
    callback_at = fields.Datetime(string="Call Back on", readonly=True)
    tz = fields.Char(string="Time Zone", readonly=True)

    # === WHAT CAME OF IT === #
    promise_id = fields.Many2one(comodel_name="dunning.promise", readonly=True)
    dispute_id = fields.Many2one(comodel_name="dunning.dispute", readonly=True)
    plan_id = fields.Many2one(comodel_name="installment.plan", readonly=True)
    pause_ids = fields.Many2many(comodel_name="dunning.pause", readonly=True)
    activity_ids = fields.Many2many(comodel_name="mail.activity", readonly=True)
    attachment_ids = fields.Many2many(comodel_name="ir.attachment", readonly=True)
    mail_message_id = fields.Many2one(
        comodel_name="mail.message",
        string="Acknowledgement",
        readonly=True,
        help="The mail to the customer; none where there is no address.",
    )
    withdrawn_on = fields.Datetime(string="Withdrawn on", readonly=True)

    _key_uniq = models.UniqueIndex(
        "(case_id, key)", "This was said already; a second click changes nothing."
    )

    # === BUSINESS METHODS === #

    def _for_office(self):
        """Return the reply as the office reads it: nobody's rights, its language.

        What follows from a reply is done by the system, not by the public user.
        """
        self.ensure_one()
        user = self.sudo().user_id
        return (
            self.with_user(SUPERUSER_ID)
            .with_company(self.company_id)
            .with_context(lang=user.lang or self.env.lang)
        )

    def _get_local_date(self):
        """Return the day on which it was said, where the company is."""
        self.ensure_one()
        return self.company_id._get_dunning_date(self.date)

    # === WITHDRAWING === #

    def _can_withdraw(self):
        """Return whether nobody has decided about it yet.

        :rtype: bool
        """
        self.ensure_one()
        if self.withdrawn_on:
            return False
        if self.kind == "promise":
            return self.promise_id.state == "open"
        if self.kind == "dispute":
            return self.dispute_id.state == "open"
        if self.kind == "installments":
            return self.plan_id.state == "draft"
        return self.kind in ("paid", "callback") and bool(self.activity_ids)

    def _withdraw(self):
        """Take it back, as its customer asks on the page: reminders go on.

        Twice is as good as once.

        :raise UserError: when somebody has decided about it
        """
        self.ensure_one()
        if self.withdrawn_on:
            return
        if not self._can_withdraw():
            raise UserError(
                self.env._(
                    "This cannot be withdrawn here any more: it was answered. Please "
                    "write to us."
                )
            )
        office = self._for_office()
        office._undo()
        office._set_withdrawn()

    def _set_withdrawn(self):
        self.ensure_one()
        self.sudo().withdrawn_on = fields.Datetime.now()
        self.case_id.message_post(
            body=self.env._(
                "On the payment page: withdrawn. %(said)s", said=self._get_note()
            ),
            author_id=self.author_id.id,
            subtype_xmlid="mail.mt_note",
        )
        self.case_id._refresh_next_step()
