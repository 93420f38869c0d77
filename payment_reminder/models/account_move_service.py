from odoo import models


class AccountMove(models.Model):
    """What an invoice is for, in one line."""

    # one concept, one file
    _inherit = "account.move"  # pylint: disable=consider-merging-classes-inherited

    def _get_dunning_service_text(self):
        """Return what was invoiced: the first service and how many more.

        :rtype: str
        """
        products = self.invoice_line_ids.filtered(
            lambda row: row.display_type == "product" and (row.name or row.product_id)
        )
        if not products:
            return ""
        first = products[0]
        text = (first.name or first.product_id.name or "").strip().split("\n")[0]
        more = len(products) - 1
        if more:
            text = self.env._(
                "%(service)s and %(number)s more", service=text, number=more
            )
        return text
