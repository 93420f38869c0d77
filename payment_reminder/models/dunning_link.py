import base64
import re

from odoo import api, fields, models
from odoo.exceptions import MissingError
from odoo.tools import consteq
from odoo.tools.misc import hmac

#: Bytes of the signature that the address carries: 24 letters and digits.
SIGNATURE_BYTES = 15
SCOPE = "payment_reminder.link"
#: Where the button of a preview leads to: nowhere.
EXAMPLE = "example"
MAX_ID = 2**31 - 1
_TOKEN = re.compile(r"([1-9][0-9]{0,9})-([a-z2-7]{24})", re.ASCII)
#: Digits that no signature has, for the letters that they are taken for on paper.
_MISREAD = str.maketrans("018", "olb")


class DunningLink(models.Model):
    """The address of a customer's payment page: signed, expiring, revocable.

    It opens what is open with one customer in one company, whoever holds it. Each
    notice gets its own; older ones go on until they expire. No signature is stored.
    """

    _name = "dunning.link"
    _inherit = ["dunning.protected", "dunning.document"]
    _description = "Link to a Payment Page"
    _order = "id DESC"
    _check_company_auto = True
    _protected_fields = frozenset(
        {
            "case_id",
            "company_id",
            "partner_id",
            "contact_id",
            "notice_id",
            "origin",
            "expires_on",
            "revoked_on",
            "first_opened_at",
            "last_opened_on",
        }
    )

    # === IDENTITY === #
    case_id = fields.Many2one(
        comodel_name="dunning.case",
        required=True,
        readonly=True,
        index=True,
        ondelete="cascade",
    )
    company_id = fields.Many2one(
        comodel_name="res.company", required=True, readonly=True, index=True
    )
    currency_id = fields.Many2one(related="case_id.currency_id")
    partner_id = fields.Many2one(
        comodel_name="res.partner",
        string="Customer",
        required=True,
        readonly=True,
        index=True,
        ondelete="cascade",
    )
    contact_id = fields.Many2one(
        comodel_name="res.partner",
        string="Recipient",
        readonly=True,
        ondelete="set null",
    )
    notice_id = fields.Many2one(
        comodel_name="dunning.notice",
        readonly=True,
        index="btree_not_null",
        ondelete="set null",
        help="The reminder that carries the link.",
    )
    origin = fields.Selection(
        selection=[
            ("notice", "Reminder"),
            ("statement", "Statement of account"),
            ("office", "Made by hand"),
            ("request", "Asked for by the customer"),
        ],
        string="Where It Stands",
        required=True,
        readonly=True,
        default="notice",
    )
    lang = fields.Char(compute="_compute_lang")
    user_id = fields.Many2one(
        comodel_name="res.users", string="Signed by", compute="_compute_user_id"
    )

    # === LIFE === #
    expires_on = fields.Date(string="Valid Until", required=True, readonly=True)
    revoked_on = fields.Datetime(readonly=True, copy=False)
    first_opened_at = fields.Datetime(
        string="First Opened",
        readonly=True,
        copy=False,
        help="When the customer, and not a colleague, opened the page first.",
    )
    last_opened_on = fields.Date(string="Last Opened", readonly=True, copy=False)
    state = fields.Selection(
        selection=[
            ("valid", "Valid"),
            ("expired", "Expired"),
            ("revoked", "Revoked"),
        ],
        compute="_compute_state",
    )
    url = fields.Char(
        string="Link",
        compute="_compute_url",
        groups="payment_reminder.group_dunning_user",
        help="Whoever has it opens the page: give it to the customer only.",
    )

    # === COMPUTE METHODS === #

    @api.depends("partner_id", "expires_on")
    def _compute_display_name(self):
        for link in self:
            link.display_name = f"{link.partner_id.name} ({link.id})"

    @api.depends("contact_id.lang", "partner_id.lang", "company_id.partner_id.lang")
    def _compute_lang(self):
        for link in self:
            link.lang = link._find_lang()

    @api.depends("case_id.user_id", "case_id.responsible_id")
    def _compute_user_id(self):
        for link in self:
            link.user_id = link._get_case()._get_signatory()

    @api.depends("expires_on", "revoked_on")
    def _compute_state(self):
        for link in self:
            ended = "revoked" if link.revoked_on else "expired"
            link.state = "valid" if link.sudo()._is_valid() else ended

    @api.depends("expires_on", "revoked_on")
    def _compute_url(self):
        for link in self:
            link.url = link.state == "valid" and link._get_url()

    # === ADDRESS === #

    def _get_token(self):
        """Return what the address carries: the number of the link and its signature.

        :rtype: str
        """
        self.ensure_one()
        return f"{self.id}-{self._sign()}"

    def _get_url(self):
        """Return the whole address of the page.

        :rtype: str
        """
        return self._get_address(self._get_token())

    def _get_address(self, token):
        return f"{self.get_base_url()}/pay/{token}"

    @api.model
    def _get_example_url(self):
        """Return the address that previews show: it opens no page.

        :rtype: str
        """
        return self._get_address(EXAMPLE)

    def _sign(self):
        """Return the signature: of the case, whose customer a merge may replace."""
        case, company = self.case_id, self.company_id
        message = (self.id, company.id, case.id, self.expires_on.isoformat())
        digest = bytes.fromhex(hmac(self.env(su=True), SCOPE, message))
        return base64.b32encode(digest[:SIGNATURE_BYTES]).decode().lower()

    # === FINDING === #

    @api.model
    def _find(self, token):
        """Return the link that a token opens; empty when it opens nothing.

        Wrong, expired and revoked are answered alike.

        :param str token: from the address, in whatever case it was typed
        :rtype: dunning.link
        """
        link = self._find_signed(token)
        return link if link and link._is_valid() else link.browse()

    @api.model
    def _find_signed(self, token):
        """Return the link of a token that we have signed, also an ended one.

        :rtype: dunning.link
        """
        links = self.sudo()
        number, signature = self._split_token(token)
        link = links.browse(number)
        try:
            is_ours = bool(link) and consteq(link._sign(), signature)
        except MissingError:  # cheaper than asking first whether it exists
            is_ours = False
        return link if is_ours else links.browse()

    @api.model
    def _split_token(self, token):
        """Return number and signature of a token, as they may be read from paper.

        :return: ``([], "")`` when it cannot be a token
        :rtype: tuple
        """
        text = token.strip().lower() if isinstance(token, str) else ""
        number, dash, signature = text.partition("-")
        match = _TOKEN.fullmatch(number + dash + signature.translate(_MISREAD))
        if not match or int(match[1]) > MAX_ID:
            return [], ""
        return int(match[1]), match[2]

    def _is_valid(self):
        """Return whether the link opens its page today."""
        self.ensure_one()
        return (
            not self.revoked_on
            and self.expires_on >= self.company_id._get_dunning_today()
            and self._get_case().partner_id == self.partner_id
        )

    def _get_case(self):
        """Return the case that the link leads to: where a merged one goes on.

        :rtype: dunning.case
        """
        self.ensure_one()
        case = self.case_id
        while case.merged_into_id:
            case = case.merged_into_id
        return case

    # === ENDING === #

    def _set_revoked(self):
        """End the links at once."""
        self.sudo().filtered(lambda link: not link.revoked_on).write(
            {"revoked_on": fields.Datetime.now()}
        )
