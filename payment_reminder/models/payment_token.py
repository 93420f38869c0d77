from odoo import models


class PaymentToken(models.Model):
    """Saved cards: whoever pays by the link of a page gets none to choose from."""

    _inherit = "payment.token"

    def _get_available_tokens(self, *args, **kwargs):
        if self.env.context.get("dunning_without_cards"):
            return self.browse()
        return super()._get_available_tokens(*args, **kwargs)
