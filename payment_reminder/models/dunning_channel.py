from odoo import api, fields, models
from odoo.exceptions import ValidationError


class DunningChannel(models.Model):
    """A way to say something to a customer; the handler model does the work.

    Another addon adds a way by a record here and an AbstractModel
    ``dunning.channel.<code>`` that inherits ``dunning.channel.handler``.
    """

    _name = "dunning.channel"
    _description = "Reminder Channel"
    _order = "sequence, id"

    name = fields.Char(required=True, translate=True)
    code = fields.Char(
        required=True, help="Technical name: its handler is dunning.channel.<code>."
    )
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)
    fallback_id = fields.Many2one(
        comodel_name="dunning.channel",
        string="Otherwise",
        help="Used instead when the customer cannot be reached through this channel.",
    )

    _code_uniq = models.UniqueIndex("(code)", "Two channels cannot share a code.")

    # === CONSTRAINT METHODS === #

    @api.constrains("code")
    def _check_code(self):
        for channel in self:
            if f"dunning.channel.{channel.code}" not in self.env:
                raise ValidationError(
                    self.env._(
                        "There is no handler for the channel '%(code)s'. Install the "
                        "addon that brings it.",
                        code=channel.code,
                    )
                )

    # === BUSINESS METHODS === #

    def _get_handler(self):
        """Return the (empty) recordset of the model that serves this channel.

        :rtype: dunning.channel.handler
        """
        self.ensure_one()
        return self.env[f"dunning.channel.{self.code}"]

    def _get_manual(self):
        """Return all channels whose notices wait for a person, archived ones too.

        :rtype: dunning.channel
        """
        channels = self.sudo().with_context(active_test=False).search([])
        return channels.filtered(lambda channel: channel._get_handler()._is_manual())

    def _get_contact_kinds(self):
        """Return what a notice of each channel is for contact rules.

        :return: ``{channel: kind of contact}``, archived channels too
        :rtype: dict
        """
        channels = self.sudo().with_context(active_test=False).search([])
        return {
            channel: channel._get_handler()._get_contact_kind() for channel in channels
        }

    def _get_fallbacks(self):
        """Return the channels that take over, in order; each stands there once.

        :rtype: dunning.channel
        """
        self.ensure_one()
        ways = self.browse()
        way = self.fallback_id
        while way and way != self and way not in ways:
            ways |= way
            way = way.fallback_id
        return ways
