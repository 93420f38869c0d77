from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Command

from ..const import HANDOVER_AT_ONCE


class DunningHandoverWizard(models.TransientModel):
    """Asks what is handed over to whom, for one case or for many at once."""

    _name = "dunning.handover.wizard"
    _description = "Hand Over to an Agency"

    case_ids = fields.Many2many(comodel_name="dunning.case", required=True)
    case_count = fields.Integer(compute="_compute_cases")
    company_id = fields.Many2one(comodel_name="res.company", required=True)
    currency_id = fields.Many2one(comodel_name="res.currency", required=True)
    agency_id = fields.Many2one(
        comodel_name="res.partner",
        string="Agency or Lawyer",
        domain="[('dunning_agency_role', '!=', False)]",
    )
    commission_method = fields.Selection(
        selection=[("percent", "Percentage"), ("scale", "Scale")],
        string="Commission by",
        compute="_compute_commission",
        store=True,
        readonly=False,
    )
    commission_percent = fields.Float(
        string="Commission (%)",
        digits=(5, 2),
        compute="_compute_commission",
        store=True,
        readonly=False,
    )
    commission_scale_id = fields.Many2one(
        comodel_name="dunning.commission.scale",
        compute="_compute_commission",
        store=True,
        readonly=False,
        domain="[('company_id', '=', company_id), ('currency_id', '=', currency_id)]",
    )
    message = fields.Text(string="Message to the Agency")
    step = fields.Selection(
        selection=[
            ("send", "Send the file by e-mail"),
            ("keep", "Download the file"),
            ("prepare", "Only prepare it, to look at it first"),
        ],
        required=True,
        default="send",
    )
    line_ids = fields.One2many(
        comodel_name="dunning.handover.wizard.line", inverse_name="wizard_id"
    )
    amount = fields.Monetary(string="To Hand Over", compute="_compute_chosen")
    is_early = fields.Boolean(compute="_compute_chosen")
    is_many = fields.Boolean(
        compute="_compute_chosen", help="Handed over in the background."
    )
    early_reason = fields.Char(
        string="Why Already",
        help="The reminders have not reached their last level, or its time to pay has "
        "not passed.",
    )

    # === COMPUTE METHODS === #

    @api.depends("case_ids")
    def _compute_cases(self):
        for wizard in self:
            wizard.case_count = len(wizard.case_ids)

    @api.depends("agency_id")
    def _compute_commission(self):
        handovers = self.env["dunning.handover"]
        for wizard in self:
            values = handovers._prepare_commission_values(
                wizard.agency_id, wizard.case_ids[:1]._origin
            )
            wizard.update(values)

    @api.depends("line_ids.is_chosen")
    def _compute_chosen(self):
        for wizard in self:
            chosen = wizard.line_ids.filtered("is_chosen")
            wizard.amount = sum(chosen.mapped("amount_residual"))
            wizard.is_early = any(chosen.mapped("is_early"))
            wizard.is_many = len(chosen.item_id.case_id) > HANDOVER_AT_ONCE

    # === OPENING === #

    @api.model
    def _open_for(self, cases):
        """Return the wizard for cases, filled with what is handed over by default.

        :raise UserError: when nothing is open, or for several companies or currencies
        :rtype: dunning.handover.wizard
        """
        self.check_access("create")
        found = cases._get_handing()
        if not found:
            raise UserError(self.env._("Nothing is open that could be handed over."))
        if len(cases.company_id) > 1 or len(cases.currency_id) > 1:
            raise UserError(
                self.env._("Choose cases of one company and currency at a time.")
            )
        return self.create(
            {
                "case_ids": [Command.set(cases.ids)],
                "company_id": cases.company_id.id,
                "currency_id": cases.currency_id.id,
                "agency_id": self._get_usual_agency(cases.company_id).id,
                "line_ids": [
                    Command.create(
                        {
                            "item_id": item.id,
                            "is_possible": is_possible,
                            "is_chosen": is_usual,
                            "note": text,
                        }
                    )
                    for item, (is_possible, is_usual, text) in found.items()
                ],
            }
        )

    def _get_usual_agency(self, company):
        """Return who got the last hand-over, else the only one there is.

        :rtype: res.partner
        """
        last = self.env["dunning.handover"].search(
            [("company_id", "=", company.id), ("agency_id.active", "=", True)],
            order="id DESC",
            limit=1,
        )
        known = self.env["res.partner"].search(
            [("dunning_agency_role", "!=", False)], limit=2
        )
        return last.agency_id or (known if len(known) == 1 else known.browse())

    def _get_action(self):
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "res_model": self._name,
            "res_id": self.id,
            "view_mode": "form",
            "target": "new",
            "name": self.env._("Hand Over"),
        }

    # === ACTION METHODS === #

    def action_hand_over(self):
        """Hand over what is chosen; what was settled meanwhile is named."""
        self.ensure_one()
        if not self.agency_id:
            raise UserError(self.env._("Choose the agency or lawyer."))
        chosen = self.line_ids.filtered("is_chosen").item_id
        handovers, texts = chosen.case_id._hand_over_all(
            chosen, self.agency_id, step=self.step, **self._prepare_values()
        )
        return handovers._get_outcome_action(texts, self.step)

    def _prepare_values(self):
        return {
            "message": self.message,
            "early_reason": self.early_reason if self.is_early else False,
            "commission_method": self.commission_method,
            "commission_percent": self.commission_percent,
            "commission_scale_id": self.commission_scale_id.id,
        }


class DunningHandoverWizardLine(models.TransientModel):
    """An open item: whether it is handed over, or why not."""

    _name = "dunning.handover.wizard.line"
    _description = "Item to Hand Over"
    _order = "id"

    wizard_id = fields.Many2one(
        comodel_name="dunning.handover.wizard", required=True, ondelete="cascade"
    )
    item_id = fields.Many2one(
        comodel_name="dunning.case.line", required=True, ondelete="cascade"
    )
    is_possible = fields.Boolean(readonly=True)
    is_chosen = fields.Boolean(string="Hand Over")
    note = fields.Char(string="Left Out Because", readonly=True)
    is_early = fields.Boolean(compute="_compute_is_early")
    partner_id = fields.Many2one(related="item_id.partner_id", string="Customer")
    move_id = fields.Many2one(related="item_id.move_id", string="Invoice")
    date_maturity = fields.Date(related="item_id.date_maturity", string="Due")
    days_late = fields.Integer(related="item_id.days_late")
    level_id = fields.Many2one(related="item_id.level_id", string="Level")
    currency_id = fields.Many2one(related="item_id.currency_id")
    amount_residual = fields.Monetary(
        string="Open",
        compute="_compute_amount_residual",
        help="Less what the customer has paid without a match.",
    )

    @api.depends("item_id")
    def _compute_amount_residual(self):
        for company, lines in self.grouped(lambda one: one.item_id.company_id).items():
            receivables = lines.item_id.sudo().move_line_id
            debts = receivables._get_debts(company._get_dunning_today())
            for line in lines:
                debt = debts.get(line.item_id.sudo().move_line_id)
                line.amount_residual = debt and float(debt.left)

    @api.depends("item_id")
    def _compute_is_early(self):
        for line in self:
            today = line.item_id.company_id._get_dunning_today()
            line.is_early = not line.item_id._is_past_last_level(today)
