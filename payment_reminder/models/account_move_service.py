from odoo import models
from odoo.tools import SQL


class AccountMove(models.Model):
    """What an invoice is for, in one line."""

    # one concept, one file
    _inherit = "account.move"  # pylint: disable=consider-merging-classes-inherited

    def _get_dunning_service_texts(self):
        """Return what each invoice is for, read by one query for all of them.

        :return: the first service and how many more there are, by id
        :rtype: dict[int, str]
        """
        if not self.ids:
            return {}
        self.env["account.move.line"].flush_model(
            ["move_id", "display_type", "name", "product_id", "sequence"]
        )
        rows = self.env.execute_query(
            SQL(
                """
                SELECT line.move_id, COUNT(*),
                       (ARRAY_AGG(line.name ORDER BY line.sequence, line.id))[1],
                       (ARRAY_AGG(line.product_id ORDER BY line.sequence, line.id))[1]
                  FROM account_move_line line
                 WHERE line.move_id IN %s AND line.display_type = 'product'
                   AND (line.product_id IS NOT NULL OR line.name <> '')
              GROUP BY 1
                """,
                tuple(self.ids),
            )
        )
        texts = {move.id: "" for move in self}
        for move_id, number, name, product_id in rows:
            texts[move_id] = self._compose_service_text(number, name, product_id)
        return texts

    def _compose_service_text(self, number, name, product_id):
        """Return how ``number`` services are named of which this is the first."""
        if not name:
            name = self.env["product.product"].browse(product_id).name
        first = (name or "").strip().split("\n")[0]
        if number == 1:
            return first
        return self.env._(
            "%(service)s and %(number)s more", service=first, number=number - 1
        )
