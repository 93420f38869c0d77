from odoo import models

from ..tools import letter_geometry as size
from ..tools.letter_fonts import get_metrics
from ..tools.letter_layout import Row


class InstallmentPlanPrinter(models.AbstractModel):
    """Prints the agreement on a plan: a letter whose table has instalments.

    An agreement is the dict that ``dunning.letter.composer`` documents, but its
    ``claims`` are dicts of ``number`` str, ``date`` date, ``amount`` Decimal, ``cost``
    Decimal (interest and fee) and ``balance`` Decimal (what is left of the debt).
    """

    _name = "installment.plan.printer"
    _inherit = "dunning.letter.printer"
    _description = "Instalment Plan Printer"

    def _get_columns(self, letter):
        """Return the widths of the columns: number, day, amounts, what is left."""
        names = ["amount", "balance"]
        if any(claim["cost"] for claim in letter["claims"]):
            names.insert(1, "cost")
        widths = {name: self._get_amount_width(letter, name) for name in names}
        number = size.COLUMN_WIDTHS["date"]
        day = size.TEXT_WIDTH - number - sum(widths.values())
        return {"number": number, "date": day, **widths}

    def _get_amount_width(self, letter, key):
        texts = [self._format_sum(claim[key], letter) for claim in letter["claims"]]
        widths = (get_metrics(700).get_width(t, size.CLAIM_SIZE + 1) for t in texts)
        return max(size.AMOUNT_WIDTH, round(max(widths, default=0) + 3))

    def _prepare_row(self, claim, letter, columns):
        value = {
            "number": claim["number"],
            "date": self._format_long_date(claim["date"]),
            "amount": self._format_sum(claim["amount"], letter),
            "cost": self._format_sum(claim["cost"], letter),
            "balance": self._format_sum(claim["balance"], letter),
        }
        return Row(size.CLAIM_LINE + size.CLAIM_GAP, claim["amount"], value)

    def _prepare_table(self, table, letter, air):
        return {**super()._prepare_table(table, letter, air), "kind": "installments"}
