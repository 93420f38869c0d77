from datetime import timedelta

from odoo import api, models


class DunningLink(models.Model):
    """How links come into being: one by one, or many in one statement."""

    # one concept, one file
    _inherit = "dunning.link"  # pylint: disable=consider-merging-classes-inherited

    @api.model
    def _issue(self, case, notice=None, **values):
        """Return a new link to the page of a case's customer.

        :param dunning.case case: with the rights of the system
        :param dunning.notice notice: that will carry it, may be empty
        :param values: further ones, such as ``origin``
        :rtype: dunning.link
        """
        origin = "notice" if notice else "office"
        values = {"origin": origin, "notice_id": notice and notice.id, **values}
        return self.sudo().create(self._prepare_values(case, **values))

    @api.model
    def _issue_for_notices(self, notices):
        """Give each notice a link of its own, all of them in one statement.

        One that is tried again keeps the link it has.

        :param dunning.notice notices: that are about to be sent
        """
        missing = notices.sudo().filtered(
            lambda notice: not any(link._is_valid() for link in notice.link_ids)
        )
        self.sudo().create(
            [
                self._prepare_values(
                    notice.case_id,
                    notice_id=notice.id,
                    contact_id=notice.contact_id.id,
                    origin="notice",
                )
                for notice in missing
            ]
        )

    @api.model
    def _issue_for_statements(self, company, customers):
        """Give the statements of customers a link each, unless they got one today.

        Whoever may work on cases opens those that are missing; else the statement of a
        customer without a case has no link.

        :param res.company company: whose books are asked
        :param res.partner customers: commercial partners
        """
        if self.env["dunning.case"].has_access("write"):
            self.env["dunning.planner"].sudo()._open_cases(company, customers)
        cases = (
            self.env["dunning.case"]
            .sudo()
            .search(
                [
                    ("company_id", "=", company.id),
                    ("partner_id", "in", customers.ids),
                    ("merged_into_id", "=", False),
                ]
            )
        )
        today = company._get_dunning_today() + self._get_life(company)
        done = self._find_for_statements(company, customers).filtered(
            lambda link: link.expires_on == today
        )
        self.sudo().create(
            [
                self._prepare_values(group[0], origin="statement")
                for customer, group in cases.grouped("partner_id").items()
                if customer not in done.partner_id
            ]
        )

    @api.model
    def _find_for_statements(self, company, customers):
        """Return the valid links that statements of ``customers`` carry, newest first.

        :rtype: dunning.link
        """
        links = self.sudo().search(
            [
                ("company_id", "=", company.id),
                ("partner_id", "in", customers.ids),
                ("origin", "=", "statement"),
                ("revoked_on", "=", False),
                ("expires_on", ">=", company._get_dunning_today()),
            ]
        )
        return links.filtered(lambda link: link._is_valid())

    @api.model
    def _prepare_values(self, case, **values):
        company = case.company_id
        return {
            "case_id": case.id,
            "company_id": company.id,
            "partner_id": case.partner_id.id,
            "expires_on": company._get_dunning_today() + self._get_life(company),
            **values,
        }

    @api.model
    def _get_life(self, company):
        return timedelta(days=company.sudo().dunning_link_days)


class DunningStatement(models.AbstractModel):
    """The link that a statement carries: made before, for printing makes nothing."""

    _inherit = "dunning.statement"

    def _get_page_url(self):
        links = self.env["dunning.link"].sudo()
        found = links._find_for_statements(self.company_id, self.partner_id)[:1]
        return found._get_url() if found else False
