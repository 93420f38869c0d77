from odoo import fields, models


class DunningCase(models.Model):
    """What the customer of a case has said on the payment page."""

    # one concept, one file
    _inherit = "dunning.case"  # pylint: disable=consider-merging-classes-inherited

    reply_ids = fields.One2many(
        comodel_name="dunning.reply", inverse_name="case_id", string="Replies"
    )

    # === BUSINESS METHODS === #

    def _get_last_reply(self):
        """Return what the customer has said last, as its mail needs it.

        :rtype: dunning.reply
        """
        self.ensure_one()
        domain = [("case_id", "=", self.id)]
        return self.env["dunning.reply"].sudo().search(domain, limit=1)

    def _merge_into(self, kept):
        done = super()._merge_into(kept)
        self.sudo().reply_ids.write({"case_id": kept.id})
        return done
