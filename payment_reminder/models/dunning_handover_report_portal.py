from odoo import fields, models


class DunningHandoverReport(models.Model):
    """What the agency adds on its page: when it got the money, and papers."""

    # one concept, one file
    _inherit = "dunning.handover.report"  # pylint: disable=consider-merging-classes-inherited

    received_on = fields.Date(
        string="Received on",
        readonly=True,
        help="When the agency has received the payment, as it says.",
    )
    attachment_ids = fields.Many2many(
        comodel_name="ir.attachment", string="Files", readonly=True
    )
    key = fields.Char(
        string="Form", readonly=True, help="Of the page: two clicks make one report."
    )

    _key_uniq = models.UniqueIndex(
        "(handover_id, key) WHERE key IS NOT NULL",
        "This was reported already; a second click changes nothing.",
    )

    def _keep_files(self, files):
        """Keep the files that came with the report.

        :param list files: pairs of name and content, see ``dunning.typed.form``
        """
        self.ensure_one()
        self.attachment_ids = self.env["ir.attachment"].create(
            [
                {
                    "name": name,
                    "raw": content,
                    "res_model": self._name,
                    "res_id": self.id,
                }
                for name, content in files
            ]
        )
