from odoo import models
from odoo.exceptions import UserError


class DunningReminded(models.AbstractModel):
    """What people do with reminders from a customer or an invoice.

    The public methods stand in the Actions menus, and may be called by automation
    rules and from code (DEVELOP.md, 'Server actions').
    """

    _name = "dunning.reminded"
    _description = "Customer or Invoice with Reminders"

    # === HOOKS === #

    def _get_dunning_customers(self):
        """Return the customers (commercial partners) that the records are about.

        :rtype: res.partner
        """
        raise NotImplementedError

    def _get_dunning_companies(self):
        """Return the companies that the records are about.

        :rtype: res.company
        """
        raise NotImplementedError

    def _get_dunning_explanations(self):
        """Return why the records are reminded of today, or not.

        :rtype: list[str]
        """
        raise NotImplementedError

    # === ACTION METHODS === #

    def action_dunning_remind_now(self):
        """Plan a run for the customers and open its proposal.

        :raise UserError: when nothing is due, with the reasons
        """
        return self._get_dunning_customers()._dunning_remind_now(
            self._get_dunning_companies(), self
        )

    def action_dunning_open_case(self):
        """Open the customers' cases; make those that are missing."""
        cases = self._get_dunning_cases(create=True)
        if not cases:
            raise UserError("\n".join(self._get_dunning_explanations()))
        return cases._get_records_action(name=self.env._("Payment Reminders"))

    def action_dunning_explain(self):
        """Say why the records are reminded of today, or not."""
        name = ", ".join(self[:3].mapped("display_name"))
        return self.env["dunning.explanation"]._show(
            name, self._get_dunning_explanations()
        )

    def action_dunning_pause(self):
        """Ask until when and why reminders rest."""
        self.env["dunning.pause"].check_access("create")
        return {
            "type": "ir.actions.act_window",
            "res_model": "dunning.pause.wizard",
            "view_mode": "form",
            "target": "new",
            "name": self.env._("Pause Reminders"),
            "context": {"active_model": self._name, "active_ids": self.ids},
        }

    def action_dunning_log_call(self):
        """Open the form to log a call with the customer."""
        self.ensure_one()
        cases = self._get_dunning_cases(create=True)
        if not cases:
            raise UserError("\n".join(self._get_dunning_explanations()))
        return cases[0].action_log_call()

    # === BUSINESS METHODS === #

    def _get_dunning_cases(self, create=False):
        """Return the cases of the customers in the companies of the records.

        :param bool create: whether cases are made for open items without one
        :rtype: dunning.case
        """
        customers = self._get_dunning_customers()
        companies = self._get_dunning_companies()
        if create:
            self.env["dunning.case"].check_access("write")
            for company in companies:
                self.env["dunning.planner"].sudo()._open_cases(customers, company)
        return self.env["dunning.case"].search(
            [
                ("partner_id", "in", customers.ids),
                ("company_id", "in", companies.ids),
            ]
        )
