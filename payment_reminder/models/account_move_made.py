from odoo import models


class AccountMove(models.Model):
    """Drafts that are made for the accountant, also by people who see no entries."""

    _inherit = "account.move"  # pylint: disable=consider-merging-classes-inherited

    def _get_dunning_made_action(self, title):
        """Return what opens drafts; to who may not read them, what tells of them.

        :param str title: of the screen that opens
        :return: an action; it closes a dialog as well
        :rtype: dict
        """
        if self.has_access("read"):
            return self._get_records_action(name=title)
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "title": self.env._("Prepared as a draft"),
                "message": self._get_dunning_made_text(),
                "type": "success",
                "sticky": True,
                "next": {"type": "ir.actions.act_window_close"},
            },
        }

    def _get_dunning_made_text(self):
        """Return what was made, for whom, and who goes on with it.

        :rtype: str
        """
        drafts = [
            self.env._(
                "%(kind)s, %(partner)s: %(amount)s",
                kind=move.type_name,
                partner=move.partner_id.display_name or move.company_id.name,
                amount=move.currency_id._format_dunning(move.amount_total),
            )
            for move in self.sudo()
        ]
        end = self.env._("Who does the accounting checks and posts it.")
        return "\n".join([*drafts, end])
