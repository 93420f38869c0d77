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
