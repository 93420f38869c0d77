from odoo import models
from odoo.exceptions import AccessError


class DunningCase(models.Model):
    """The file of a case, to be downloaded."""

    # one concept, one file
    _inherit = "dunning.case"  # pylint: disable=consider-merging-classes-inherited

    def action_download_case_file(self):
        """Download the file of the case: a GET that changes nothing."""
        self.ensure_one()
        self._check_case_file()
        return {
            "type": "ir.actions.act_url",
            "url": f"/payment_reminder/case_file/{self.id}.pdf",
            "target": "download",
        }

    def _check_case_file(self):
        """Raise unless the user may have the whole file of the case.

        :raise AccessError: for who is neither manager nor accountant, or of elsewhere
        """
        self.check_access("read")
        user = self.env.user
        if self.env.su or any(
            user.has_group(group)
            for group in (
                "payment_reminder.group_dunning_manager",
                "account.group_account_user",
            )
        ):
            return
        raise AccessError(
            self.env._("Only managers of reminders and accountants make case files.")
        )
