from odoo import api, models
from odoo.fields import Command


class DunningCostInvoice(models.AbstractModel):
    """Draft invoices of interest and costs, apart from the debts; never posted by us.

    Claims of reminders and what an instalment plan costs are invoiced alike: income
    account and taxes come from the products of the settings.
    """

    _name = "dunning.cost.invoice"
    _description = "Invoice of Interest and Costs"

    @api.model
    def _create_cost_invoice(self, company, partner, currency, lines, lang, **values):
        """Return a draft invoice of interest and costs.

        :param lines: dicts with ``kind`` (see ``_get_cost_product``), ``name`` and
            ``price_unit``, in the customer's language
        :param str lang: of the customer
        :param values: further values of the invoice
        :rtype: account.move
        """
        moves = self.env["account.move"].sudo().with_company(company)
        return moves.with_context(lang=lang).create(
            {
                "move_type": "out_invoice",
                "company_id": company.id,
                "partner_id": partner.id,
                "currency_id": currency.id,
                "invoice_payment_term_id": False,
                "is_dunning_cost": True,
                "invoice_line_ids": [
                    Command.create(self._prepare_cost_line(company, **line))
                    for line in lines
                ],
                **values,
            }
        )

    def _prepare_cost_line(self, company, kind, name, price_unit):
        """Return the values of a line; Odoo maps account and taxes for the customer."""
        product = company.sudo()._get_dunning_cost_product(kind)
        values = {
            "product_id": product.id,
            "quantity": 1.0,
            "name": name,
            "price_unit": price_unit,
        }
        if not product:
            values["tax_ids"] = [Command.clear()]
        return values
