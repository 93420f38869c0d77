from decimal import Decimal

from odoo import models

from ..tools.payment_choice import ChoiceError, Item, choose


class DunningPaymentPage(models.AbstractModel):
    """What is paid by instalments: the next one stands for its invoices."""

    # one concept, one file
    _inherit = "dunning.payment.page"  # pylint: disable=consider-merging-classes-inherited

    def _get_payable_plans(self):
        """Return the customer's active plans in the currency of the page.

        :rtype: installment.plan
        """
        plans = self.env["installment.plan"].sudo().with_context(lang=self.lang)
        if not any(one.is_planned for one in self._get_open()):
            return plans
        return plans.search(
            [
                ("state", "=", "active"),
                ("company_id", "=", self.company_id.id),
                ("currency_id", "=", self.currency_id.id),
                ("partner_id.commercial_partner_id", "=", self.partner_id.id),
            ]
        )

    def _choose_plan(self, key):
        """Return what is to be paid now of a plan: all that is late, or the next one.

        :param str key: id of an active plan of the customer
        :rtype: tools.payment_choice.Choice
        :raise ChoiceError: unknown, also while a payment is on its way
        """
        plan = self._get_payable_plans().filtered(lambda plan: str(plan.id) == key)
        due, parts = plan and plan._get_due_lines(), {}
        for item, line, amount in plan._split() if plan else ():
            if line in due and item.move_line_id:
                receivable = item.move_line_id
                parts[receivable] = parts.get(receivable, Decimal(0)) + amount
        pending = {one.key for one in self._get_open() if one.is_awaited}
        if not parts or pending & {line.id for line in parts}:
            raise ChoiceError("unknown", keys=[line.id for line in parts])
        return choose(
            Item(line.id, line.date_maturity or line.date, amount)
            for line, amount in parts.items()
        )

    def _prepare_page_plans(self, options):
        """Return what the page shows of the customer's plans.

        :param dict options: of the choice
        :return: dicts with ``plan``, ``upcoming`` (see
            ``installment.plan._prepare_portal_next``), ``due`` (Decimal that is to be
            paid by today), ``date`` of what is next, ``names`` (of the invoices),
            ``is_chosen``, ``url`` (of its page), ``pay_url`` (this page with the
            choice of what is to be paid now)
        :rtype: list[dict]
        """
        chosen = options.get("plan")
        return [
            self._prepare_page_plan(plan, str(plan.id) == chosen)
            for plan in self._get_payable_plans()
        ]

    def _prepare_page_plan(self, plan, is_chosen):
        lines = plan.line_ids.filtered(lambda line: line.date <= self.date)
        moves = plan.item_ids.move_id.sudo()
        return {
            "plan": plan,
            "upcoming": plan._prepare_portal_next(),
            "due": self._to_decimal(sum(lines.mapped("amount_open"))),
            "date": self._format_date(plan._get_due_lines()[:1].date),
            "is_chosen": is_chosen,
            "names": ", ".join(name for name in moves.mapped("name") if name),
            "url": self._get_plan_url(plan),
            "pay_url": self._get_step_url(plan=plan.id),
        }

    def _get_plan_url(self, plan):
        """Return the page of a plan; looking at it makes no new key."""
        return plan.get_portal_url() if plan.access_token else plan.access_url
