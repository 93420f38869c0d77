from odoo import api, fields, models


class DunningNotice(models.Model):
    """The link that a notice carries to the customer's page, and its use."""

    # one concept, one file
    _inherit = "dunning.notice"  # pylint: disable=consider-merging-classes-inherited

    link_ids = fields.One2many(
        comodel_name="dunning.link", inverse_name="notice_id", string="Links"
    )
    page_opened_at = fields.Datetime(
        string="Page Opened",
        compute="_compute_page_opened_at",
        help="When the customer first opened the payment page from this notice.",
    )

    @api.depends("link_ids.first_opened_at")
    def _compute_page_opened_at(self):
        for notice in self:
            opened = notice.link_ids.filtered("first_opened_at")
            notice.page_opened_at = min(opened.mapped("first_opened_at"), default=False)

    def _get_page_url(self):
        """Return the address of the customer's page; before it is sent, an example.

        :rtype: str
        """
        self.ensure_one()
        link = self.sudo().link_ids.sorted("id")[-1:]
        return link._get_url() if link else link._get_example_url()
