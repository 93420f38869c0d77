from odoo import models


class ResPartner(models.Model):
    """Whether the customer's open invoices are clear enough to be demanded."""

    # one concept, one file
    _inherit = "res.partner"  # pylint: disable=consider-merging-classes-inherited

    def action_dunning_check_clarity(self):
        """Show what is unclear in all open invoices of the customers.

        :return: an action, see ``account.move.action_dunning_check_clarity``
        :rtype: dict
        """
        invoices = self.env["account.move"].search(
            [
                ("commercial_partner_id", "in", self.commercial_partner_id.ids),
                ("company_id", "=", self.env.company.id),
                ("move_type", "=", "out_invoice"),
                ("state", "=", "posted"),
                ("payment_state", "in", ("not_paid", "partial")),
            ]
        )
        return invoices.action_dunning_check_clarity()
