from odoo import models


class IrHttp(models.AbstractModel):
    """The pages of customers speak their language in the browser too."""

    _inherit = "ir.http"

    @classmethod
    def _get_translation_frontend_modules_name(cls):
        return [*super()._get_translation_frontend_modules_name(), "payment_reminder"]
