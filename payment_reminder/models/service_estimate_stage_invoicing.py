from odoo import models
from odoo.exceptions import UserError
from odoo.fields import Command


class ServiceEstimateStage(models.Model):
    """A stage as a line of an invoice."""

    _inherit = "service.estimate.stage"

    def _is_invoiced(self):
        """Tell whether an invoice has the stage, neither cancelled nor credited."""
        self.ensure_one()
        return any(line._is_in_force() for line in self.sudo().invoice_line_ids)

    def _prepare_invoice_line(self, base_line):
        """Return the values of the invoice line.

        :param dict base_line: of the tax engine, with fixed taxes
        :rtype: dict
        """
        self.ensure_one()
        taxes = self.env["account.tax"]
        return {
            "name": self._get_invoice_text(base_line["price_unit"]),
            "product_id": self.product_id.id,
            "product_uom_id": False,  # a price for the whole, not for an hour
            "account_id": self._get_income_account().id,
            "quantity": 1.0,
            **self._prepare_invoice_price(base_line),
            "tax_ids": [Command.set(self.tax_ids.ids)],
            "extra_tax_data": taxes._export_base_line_extra_tax_data(base_line),
            "estimate_stage_id": self.id,
            "estimate_role": "stage",
        }

    def _prepare_invoice_price(self, base_line):
        """Return the price less discount; net without taxes, which cannot be fixed."""
        details = base_line["tax_details"]
        net = base_line["price_unit"]
        if not details["taxes_data"]:
            net = (
                details["total_excluded_currency"]
                + details["delta_total_excluded_currency"]
            )
        return {"price_unit": self.currency_id.round(net), "discount": 0.0}

    def _get_invoice_text(self, net):
        """Return what was done and how its price came about.

        :param float net: the price less the stage's share in the discount
        """
        texts = (self.name, self.description, self._explain_net(net))
        return "\n".join(filter(None, texts))

    def _explain_net(self, net):
        """Return the arithmetic of the stage down to the price that is invoiced."""
        text, estimate = self._explain(), self.estimate_id
        share = self.price_subtotal - net
        if not text or self.currency_id.is_zero(share):
            return text
        label = estimate._get_discount_label()
        less = f"\N{MINUS SIGN} {self._format_amount(share)} ({label})"
        return f"{text} {less} = {self._format_amount(net)}"

    def _get_income_account(self):
        """Return the account of the stage, or raise a UserError that names it.

        :rtype: account.account
        """
        self.ensure_one()
        estimate = self.estimate_id
        template = self.product_id.product_tmpl_id.with_company(estimate.company_id)
        account = (
            template
            and template.get_product_accounts(estimate.fiscal_position_id)["income"]
        )
        if not account:
            default = estimate._get_invoice_journal().default_account_id
            account = estimate.fiscal_position_id.map_account(default)
        if not account:
            raise UserError(
                self.env._(
                    "Stage %(stage)s: no income account. Set one on its product or "
                    "on the sales journal.",
                    stage=self.name,
                )
            )
        return account
