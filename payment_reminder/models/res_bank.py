from odoo import api, fields, models
from odoo.exceptions import ValidationError


class ResBank(models.Model):
    """What payments in roubles need to know of a bank."""

    _inherit = "res.bank"

    dunning_corresp_account = fields.Char(
        string="Correspondent Account",
        help="Of a Russian bank: 20 digits that begin with 301. Payment codes for "
        "roubles need it; a bank that has none says 0.",
    )

    # === CONSTRAINT METHODS === #

    @api.constrains("dunning_corresp_account")
    def _check_dunning_corresp_account(self):
        for bank in self:
            number = bank.dunning_corresp_account
            is_number = number and number.isascii() and number.isdigit()
            if number and number != "0" and not (is_number and len(number) == 20):
                raise ValidationError(
                    self.env._(
                        "The correspondent account of %(bank)s needs 20 digits.",
                        bank=bank.name,
                    )
                )

    # === CRUD METHODS === #

    @api.model_create_multi
    def create(self, vals_list):
        return super().create([self._tidy_corresp_account(vals) for vals in vals_list])

    def write(self, vals):
        return super().write(self._tidy_corresp_account(vals))

    def _tidy_corresp_account(self, vals):
        """Return the values with the number as banks want it: without blanks."""
        number = vals.get("dunning_corresp_account")
        if not number:
            return vals
        return {**vals, "dunning_corresp_account": "".join(number.split())}
