from odoo import api, fields, models
from odoo.fields import Command

#: What an estimate takes over from a template, besides its stages.
TEMPLATE_FIELDS = (
    "title",
    "intro",
    "terms",
    "currency_id",
    "discount",
    "advance_percent",
    "show_range",
)


class ServiceEstimateTemplate(models.AbstractModel):
    """Saved sets of stages to start estimates from."""

    _name = "service.estimate.template"
    _description = "Estimate: Templates"

    template_id = fields.Many2one(
        comodel_name="service.estimate",
        string="From Template",
        domain="[('is_template', '=', True)]",
        copy=False,
        check_company=True,
        help="Fills in stages, ratings, introduction and terms.",
    )

    @api.onchange("template_id")
    def _onchange_template_id(self):
        if self.template_id and not self.stage_ids:
            self.update(self.template_id._prepare_from_template())

    # === ACTION METHODS === #

    def action_save_as_template(self):
        """Keep the stages for other customers and open what was kept."""
        self.ensure_one()
        return self._save_as_template()._get_records_action()

    def action_use_template(self):
        """Open a new estimate with the stages of the template."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "payment_reminder.service_estimate_action"
        )
        return action | {
            "view_mode": "form",
            "views": [(False, "form")],
            "context": {
                "default_template_id": self.id,
                "default_company_id": self.company_id.id,
            },
        }

    # === BUSINESS METHODS === #

    def _save_as_template(self):
        """Return a copy without customer, number and dates.

        :rtype: service.estimate
        """
        self.ensure_one()
        return self.copy(
            {
                "is_template": True,
                "partner_id": False,
                "contact_id": False,
                "fiscal_position_id": False,
                "payment_term_id": False,
                "date_start": False,
                "date_requested": False,
                "date_deadline": False,
                "date_earliest": False,
                "date_latest": False,
            }
        )

    def _prepare_from_template(self):
        """Return what an estimate takes over: texts, terms, stages and ratings.

        Taxes are left out: they follow from the product and the customer.

        :rtype: dict
        """
        self.ensure_one()
        stages = self.stage_ids.copy_data()
        for values in stages:
            values.pop("estimate_id", None)
            values.pop("tax_ids", None)
        return {name: self[name] for name in TEMPLATE_FIELDS} | {
            "stage_ids": [Command.create(values) for values in stages]
        }
