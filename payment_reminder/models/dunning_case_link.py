from odoo import fields, models


class DunningCase(models.Model):
    """The links to the page of a case's customer, and what the office does with them.

    Every link of the customer in the company opens the page with all its currencies.
    """

    # one concept, one file
    _inherit = "dunning.case"  # pylint: disable=consider-merging-classes-inherited

    page_link_ids = fields.Many2many(
        comodel_name="dunning.link",
        string="Links",
        compute="_compute_page_link_ids",
        help="Links to the payment page of the customer, the newest first.",
    )
    has_valid_links = fields.Boolean(compute="_compute_page_link_ids")

    def _compute_page_link_ids(self):
        links = self.env["dunning.link"].search(
            [
                ("company_id", "in", self.company_id.ids),
                ("partner_id", "in", self.partner_id.ids),
            ]
        )
        groups = links.grouped(lambda link: (link.company_id, link.partner_id))
        for case in self:
            own = groups.get((case.company_id, case.partner_id), links.browse())
            case.page_link_ids = own
            case.has_valid_links = any(link.state == "valid" for link in own)

    # === ACTION METHODS === #

    def action_open_payment_page(self):
        """Open the page as the customer sees it; it does not count as a visit.

        By a link of its own, which ends with the day.
        """
        self.ensure_one()
        self.check_access("write")
        today = self.company_id._get_dunning_today()
        links = self.env["dunning.link"].sudo()
        mine = links.search(
            [
                ("case_id", "=", self.id),
                ("origin", "=", "office"),
                ("expires_on", "=", today),
                ("create_uid", "=", self.env.uid),
                ("revoked_on", "=", False),
            ],
            limit=1,
        )
        link = mine or links._issue(self.sudo(), expires_on=today)
        return {
            "type": "ir.actions.act_url",
            "url": f"/pay/{link._get_token()}",
            "target": "new",
        }

    def action_issue_link(self):
        """Make a link to pass on to the customer by hand."""
        self.ensure_one()
        self.check_access("write")
        self.env["dunning.link"]._issue(self.sudo())
        self._message_log(body=self.env._("A link to the payment page was made."))

    def action_revoke_links(self):
        """End all links to the page of the customers at once."""
        self.check_access("write")
        for case in self:
            valid = case.page_link_ids.filtered(lambda link: link.state == "valid")
            valid._set_revoked()
            case._message_log(
                body=self.env._(
                    "Links to the payment page revoked: %(count)s", count=len(valid)
                )
            )
