from datetime import timedelta

from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools.misc import hmac

from ..tools.rate_limit import DEFAULT_LIMIT, EVENT_DAYS, LIMITS, parse_limit


class DunningLinkEvent(models.Model):
    """A step that was posted to a payment page: counted, by all workers together.

    It knows which link or login, and a keyed hash of the address, never the address.
    """

    _name = "dunning.link.event"
    _description = "Step on a Payment Page"
    _order = "id DESC"
    _log_access = False

    kind = fields.Char(required=True, readonly=True)
    link_id = fields.Many2one(
        comodel_name="dunning.link", readonly=True, ondelete="cascade"
    )
    user_id = fields.Many2one(
        comodel_name="res.users", string="Login", readonly=True, ondelete="cascade"
    )
    company_id = fields.Many2one(comodel_name="res.company", readonly=True)
    address_hash = fields.Char(readonly=True)
    email = fields.Char(
        string="Waiting for a New Link",
        readonly=True,
        help="Who asked for a new link; forgotten as soon as it was looked for.",
    )
    create_date = fields.Datetime(
        required=True, readonly=True, default=lambda self: fields.Datetime.now()
    )

    _link_idx = models.Index("(link_id, kind, create_date)")
    _user_idx = models.Index("(user_id, kind, create_date) WHERE user_id IS NOT NULL")
    _address_idx = models.Index("(address_hash, kind, create_date)")
    _waiting_idx = models.Index("(id) WHERE email IS NOT NULL")

    # === COUNTING === #

    @api.model
    def _pass(self, kind, network, **values):
        """Count a step, unless it was taken too often within the last hour.

        :param str kind: such as ``say`` or ``pay``, see ``tools.rate_limit``
        :param str network: of the visitor, see ``network_of``
        :param values: ids of ``link_id`` or ``user_id``, and ``company_id``
        :return: whether the step may be taken
        :rtype: bool
        """
        values["address_hash"] = self._hash(network)
        if not self._check_limit(kind, values):
            return False
        self.sudo().create({**values, "kind": kind})
        return True

    @api.model
    def _check_limit(self, kind, values):
        """Return whether one more step of ``kind`` is within the limits.

        :param dict values: ids of ``link_id`` or ``user_id``, and ``address_hash``
        :rtype: bool
        """
        limit = self._get_limit(kind)
        own = {"link_id": values.get("link_id"), "user_id": values.get("user_id")}
        return (
            self._count(kind, address_hash=values["address_hash"]) < limit.per_address
            and self._count(kind, **own) < limit.per_link
        )

    @api.model
    def _count(self, kind, **values):
        """Return how often the step was taken within the last hour.

        :param values: what the steps have in common; without any value, nothing counts
        :rtype: int
        """
        given = {name: value for name, value in values.items() if value}
        if not given:
            return 0
        since = fields.Datetime.now() - timedelta(hours=1)
        domain = Domain("kind", "=", kind) & Domain("create_date", ">", since)
        for name, value in given.items():
            domain &= Domain(name, "=", value)
        return self.sudo().search_count(domain)

    @api.model
    def _get_limit(self, kind):
        parameters = self.env["ir.config_parameter"].sudo()
        text = parameters.get_param(f"payment_reminder.limit.{kind}")
        return parse_limit(text, LIMITS.get(kind, DEFAULT_LIMIT))

    @api.model
    def _hash(self, network):
        return hmac(self.env(su=True), "payment_reminder.address", network)[:32]

    # === FORGETTING === #

    @api.autovacuum
    def _gc_events(self):
        """Forget steps after some weeks."""
        end = fields.Datetime.now() - timedelta(days=EVENT_DAYS)
        domain = [("create_date", "<", end), ("email", "=", False)]
        self.sudo().search(domain, order="id", limit=100000).unlink()
