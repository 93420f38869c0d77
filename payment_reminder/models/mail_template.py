from odoo import api, models
from odoo.exceptions import UserError


class MailTemplate(models.Model):
    """A text that a reminder level sends cannot get lost."""

    _inherit = "mail.template"

    @api.ondelete(at_uninstall=False)
    def _unlink_except_of_dunning_level(self):
        levels = (
            self.env["dunning.level"]
            .sudo()
            .with_context(active_test=False)
            .search([("mail_template_id", "in", self.ids)])
        )
        if levels:
            raise UserError(
                self.env._(
                    "'%(template)s' is the e-mail text of the reminder level "
                    "'%(level)s'. Choose another text there first.",
                    template=levels[0].mail_template_id.name,
                    level=levels[0].name,
                )
            )
