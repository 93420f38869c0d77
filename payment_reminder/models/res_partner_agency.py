from odoo import api, fields, models
from odoo.exceptions import ValidationError

from ..const import HANDOVER_LIVING_STATES


class ResPartner(models.Model):
    """Agencies and lawyers who collect for us, and what they usually earn."""

    # one concept, one file
    _inherit = "res.partner"  # pylint: disable=consider-merging-classes-inherited

    dunning_agency_role = fields.Selection(
        selection=[("agency", "Collection agency"), ("lawyer", "Lawyer")],
        string="Collects for Us",
        index="btree_not_null",
        help="Items that nobody has paid can be handed over to this contact.",
    )
    dunning_commission_method = fields.Selection(
        selection=[("percent", "Percentage"), ("scale", "Scale")],
        string="Commission by",
        company_dependent=True,
        help="Proposed for each hand-over.",
    )
    dunning_commission_percent = fields.Float(
        string="Commission (%)", digits=(5, 2), company_dependent=True
    )
    dunning_commission_scale_id = fields.Many2one(
        comodel_name="dunning.commission.scale",
        string="Commission Scale",
        company_dependent=True,
        domain="[('company_id', '=', current_company_id)]",
    )
    dunning_payment_hint = fields.Text(
        string="How Customers Pay the Agency",
        translate=True,
        help="Bank account and reference, as the customers' page shows them.",
    )
    dunning_handover_count = fields.Integer(
        compute="_compute_dunning_handover_count",
        groups="payment_reminder.group_dunning_readonly",
    )

    @api.depends_context("company", "uid")
    def _compute_dunning_handover_count(self):
        counts = dict(
            self.env["dunning.handover"]._read_group(
                [("agency_id", "in", self.ids)], ["agency_id"], ["__count"]
            )
        )
        for partner in self:
            partner.dunning_handover_count = counts.get(partner, 0)

    # === CONSTRAINT METHODS === #

    @api.constrains("dunning_agency_role")
    def _check_dunning_agency_role(self):
        """Let nobody stop being an agency that still has something to collect."""
        former = self.filtered(lambda partner: not partner.dunning_agency_role)
        living = self.env["dunning.handover"].sudo()
        if former:
            domain = [("state", "in", HANDOVER_LIVING_STATES)]
            living = living.search([("agency_id", "in", former.ids), *domain])
        if living:
            raise ValidationError(
                self.env._(
                    "%(partner)s has hand-overs that are not over (%(handovers)s): "
                    "recall or discard them before you take the role away.",
                    partner=living[0].agency_id.display_name,
                    handovers=", ".join(living.mapped("name")),
                )
            )

    # === ACTION METHODS === #

    def action_view_dunning_handovers(self):
        """Open what was handed over to the agency."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "payment_reminder.dunning_handover_action"
        )
        return action | {
            "domain": [("agency_id", "=", self.id)],
            "context": {"search_default_living": 0},
        }
