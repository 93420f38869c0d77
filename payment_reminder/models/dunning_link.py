import base64
import re
from datetime import timedelta

from odoo import api, fields, models
from odoo.tools import consteq
from odoo.tools.misc import hmac

#: Bytes of the signature that the address carries: 24 letters and digits.
SIGNATURE_BYTES = 15
SCOPE = "payment_reminder.link"
_TOKEN = re.compile(r"([1-9][0-9]{0,11})-([a-z2-7]{24})", re.ASCII)


class DunningLink(models.Model):
    """The address of a customer's payment page: signed, expiring, revocable.

    It opens what is open with one customer in one company, whoever holds it. Each
    notice gets its own; older ones go on until they expire. No signature is stored.
    """

    _name = "dunning.link"
    _inherit = ["dunning.protected"]
    _description = "Link to a Payment Page"
    _order = "id DESC"
    _check_company_auto = True
    _protected_fields = frozenset(
        {"case_id", "company_id", "partner_id", "notice_id", "expires_on", "revoked_on"}
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
    partner_id = fields.Many2one(
        comodel_name="res.partner",
        string="Customer",
        required=True,
        readonly=True,
        index=True,
        ondelete="cascade",
    )
    notice_id = fields.Many2one(
        comodel_name="dunning.notice",
        readonly=True,
        index="btree_not_null",
        ondelete="set null",
        help="The reminder that carries the link.",
    )

    # === LIFE === #
    expires_on = fields.Date(required=True, readonly=True)
    revoked_on = fields.Datetime(readonly=True, copy=False)

    # === ISSUING === #

    @api.model
    def _issue(self, case, notice=None):
        """Return a new link to the page of a case's customer.

        :param dunning.case case: with the rights of the system
        :param dunning.notice notice: that will carry it, may be empty
        :rtype: dunning.link
        """
        company = case.company_id
        days = company.sudo().dunning_link_days
        return self.sudo().create(
            {
                "case_id": case.id,
                "company_id": company.id,
                "partner_id": case.partner_id.id,
                "notice_id": notice and notice.id,
                "expires_on": company._get_dunning_today() + timedelta(days=days),
            }
        )

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
        return f"{self.get_base_url()}/pay/{self._get_token()}"

    def _sign(self):
        message = (self.id, self.company_id.id, self.expires_on.isoformat())
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
        match = _TOKEN.fullmatch(token.lower() if isinstance(token, str) else "")
        links = self.sudo()
        if not match:
            return links.browse()
        link = links.browse(int(match[1])).exists()
        is_ours = bool(link) and consteq(link._sign(), match[2])
        return link if is_ours else links.browse()

    def _is_valid(self):
        """Return whether the link opens its page today."""
        self.ensure_one()
        case = self.case_id.merged_into_id or self.case_id
        return (
            not self.revoked_on
            and self.expires_on >= self.company_id._get_dunning_today()
            and case.partner_id == self.partner_id
        )

    # === ENDING === #

    def _set_revoked(self):
        """End the links at once."""
        self.sudo().filtered(lambda link: not link.revoked_on).write(
            {"revoked_on": fields.Datetime.now()}
        )
