from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.fields import Command
from odoo.tools import SQL


class ResPartner(models.Model):
    """How a customer is reminded, and the customer's cases."""

    _name = "res.partner"
    _inherit = [
        "res.partner",
        "dunning.reminded",
        "dunning.callee",
        "res.partner.dunning.statistics",
    ]

    # === HOW === #
    dunning_procedure_id = fields.Many2one(
        comodel_name="dunning.procedure",
        string="Reminder Procedure",
        company_dependent=True,
        domain="[('company_id', '=', current_company_id)]",
        help="Leave empty to use the company's default procedure.",
    )
    dunning_contact_id = fields.Many2one(
        comodel_name="res.partner",
        string="Contact for Reminders",
        company_dependent=True,
        domain="[('id', 'child_of', id)]",
        help="Who is written to and called; empty: the invoice contact, else the "
        "customer.",
    )
    dunning_channel_id = fields.Many2one(
        comodel_name="dunning.channel",
        string="Preferred Way",
        company_dependent=True,
        help="Replaces the channels of a level, where the level has a text for it.",
    )

    # === HISTORY === #
    dunning_case_ids = fields.One2many(
        comodel_name="dunning.case",
        inverse_name="partner_id",
        groups="payment_reminder.group_dunning_readonly",
    )
    dunning_pause_ids = fields.One2many(
        comodel_name="dunning.pause",
        inverse_name="partner_id",
        string="Pauses",
        groups="payment_reminder.group_dunning_readonly",
    )
    dunning_case_count = fields.Integer(
        compute="_compute_dunning_status",
        groups="payment_reminder.group_dunning_readonly",
    )
    dunning_status = fields.Char(
        string="Reminders",
        compute="_compute_dunning_status",
        groups="payment_reminder.group_dunning_readonly",
        help="What is overdue and which level it has reached.",
    )

    # === COMPUTE METHODS === #

    @api.depends_context("company", "lang")
    def _compute_dunning_status(self):
        cases = self.env["dunning.case"].search(
            [
                ("partner_id", "in", self.commercial_partner_id.ids),
                ("company_id", "=", self.env.company.id),
                ("is_open", "=", True),
            ]
        )
        by_partner = cases.grouped("partner_id")
        for partner in self:
            own = by_partner.get(partner.commercial_partner_id, cases.browse())
            partner.dunning_case_count = len(own)
            partner.dunning_status = "; ".join(own.mapped("status_text")) or False

    def _commercial_fields(self):
        return super()._commercial_fields() + [
            "dunning_procedure_id",
            "dunning_contact_id",
            "dunning_channel_id",
        ]

    # === CONSTRAINT METHODS === #

    @api.constrains("dunning_procedure_id")
    def _check_dunning_procedure_company(self):
        for partner in self:
            procedure = partner.dunning_procedure_id
            if procedure and procedure.company_id != self.env.company:
                raise ValidationError(
                    self.env._(
                        "'%(procedure)s' is a procedure of %(other)s. Choose one of "
                        "%(company)s.",
                        procedure=procedure.name,
                        other=procedure.company_id.name,
                        company=self.env.company.name,
                    )
                )

    # === ACTION METHODS === #

    def action_view_dunning_cases(self):
        """Open the customer's cases: the form when there is one only."""
        self.ensure_one()
        cases = self.env["dunning.case"].search(
            [("partner_id", "=", self.commercial_partner_id.id)]
        )
        return cases._get_records_action(name=self.env._("Payment Reminders"))

    # === BUSINESS METHODS === #

    @api.model
    def _find_chooser(self, name, chosen):
        """Return a customer for whom any company has chosen a record.

        :param str name: of a company-dependent field
        :param chosen: one record of its model
        :rtype: res.partner
        """
        self.env["res.partner"].flush_model([name])
        rows = self.env.execute_query(
            SQL(
                """SELECT partner.id
                     FROM res_partner partner,
                          jsonb_each_text(partner.%(name)s) choice
                    WHERE partner.%(name)s IS NOT NULL AND choice.value = %(id)s
                    LIMIT 1""",
                name=SQL.identifier(name),
                id=str(chosen.id),
            )
        )
        return self.sudo().browse(key for (key,) in rows)

    # === REMINDED === #

    def _get_dunning_customers(self):
        return self.commercial_partner_id

    def _get_dunning_companies(self):
        return self.env.company

    def _get_dunning_explanations(self):
        explainer = self.env["dunning.explainer"]
        return [
            sentence
            for partner in self.commercial_partner_id
            for sentence in explainer._explain_partner(partner, self.env.company)
        ]

    def _dunning_pause(self, until, reason):
        """Leave the customers out of reminders up to and including ``until``.

        :rtype: dunning.pause
        """
        return self.env["dunning.pause"].create(
            [
                {"partner_id": partner.id, "date_until": until, "reason": reason}
                for partner in self.commercial_partner_id
            ]
        )

    def _dunning_remind_now(self, companies, origin=None):
        """Plan a run of today for these customers in each of ``companies``.

        :param origin: the records a person started from, to explain what is not due
        :raise UserError: when nothing is due anywhere, with the reasons
        :return: the action that opens what is proposed
        """
        runs = self.env["dunning.run"].create(
            [
                {
                    "company_id": company.id,
                    "date": company._get_dunning_today(),
                    "partner_ids": [Command.set(self.commercial_partner_id.ids)],
                }
                for company in companies
            ]
        )
        for run in runs:
            run.action_plan()
        useful = runs.filtered("notice_ids")
        if not useful:
            raise UserError("\n".join((origin or self)._get_dunning_explanations()))
        (runs - useful).unlink()
        return useful._get_records_action()
