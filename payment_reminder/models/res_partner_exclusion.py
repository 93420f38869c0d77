from odoo import fields, models


class ResPartner(models.Model):
    """Customers who get no reminders at all, with the reason."""

    _inherit = "res.partner"  # pylint: disable=consider-merging-classes-inherited

    dunning_is_excluded = fields.Boolean(
        string="No Reminders",
        company_dependent=True,
        help="The customer gets no reminders, whatever is overdue.",
    )
    dunning_excluded_reason = fields.Char(
        string="Why No Reminders",
        company_dependent=True,
    )

    def _commercial_fields(self):
        return super()._commercial_fields() + [
            "dunning_is_excluded",
            "dunning_excluded_reason",
        ]

    def _dunning_exclude(self, reason, company=None):
        """Give the customers no reminders from now on.

        The rights are those of the caller's step: whoever may leave a notice out may
        also leave out all that would follow.

        :param str reason: in words, required
        :param res.company company: whose reminders, by default the current one's
        """
        company = company or self.env.company
        customers_sudo = self.commercial_partner_id.sudo().with_company(company)
        customers_sudo.write(
            {"dunning_is_excluded": True, "dunning_excluded_reason": reason}
        )
