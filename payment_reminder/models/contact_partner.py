from odoo import api, fields, models

from odoo.addons.base.models.res_partner import _tz_get

from ..tools.contact_zones import get_zones
from .contact_guard import Question


class ResPartner(models.Model):
    """Which contact rule holds for a customer, and what time it is there."""

    # one concept, one file
    _inherit = "res.partner"  # pylint: disable=consider-merging-classes-inherited

    dunning_contact_rule_id = fields.Many2one(
        comodel_name="contact.rule",
        string="Contact Rule",
        company_dependent=True,
        domain="[('company_id', 'in', [False, current_company_id])]",
        help="When and how often the customer is called and written to. Empty: as the "
        "procedure says, else the company.",
    )
    # Odoo fills in the zone of whoever creates a contact, and shows it nowhere
    dunning_tz = fields.Selection(
        selection=_tz_get,
        string="Time Zone for Contacts",
        help="Where the customer is. Empty: what the phone number and the address "
        "leave; with several zones, a contact must be allowed in all of them.",
    )
    dunning_contact_text = fields.Char(
        string="Calls",
        compute="_compute_dunning_contact_text",
        groups="payment_reminder.group_dunning_readonly",
    )

    # === COMPUTE METHODS === #

    @api.depends("dunning_contact_rule_id", "dunning_tz", "is_company")
    @api.depends_context("company", "lang", "tz")
    def _compute_dunning_contact_text(self):
        guard = self.env["contact.guard"]
        decisions = guard._decide(
            [partner._ask_contact("call", self.env.company) for partner in self]
        )
        words = self.env["contact.words"]
        for partner in self:
            decision = decisions.get(partner.id)
            partner.dunning_contact_text = bool(decision) and self.env._(
                "%(rule)s: %(text)s", rule=decision.rule.name, text=words._say(decision)
            )

    def _commercial_fields(self):
        return super()._commercial_fields() + ["dunning_contact_rule_id"]

    # === CONSTRAINT METHODS === #

    @api.constrains("dunning_contact_rule_id")
    def _check_dunning_contact_rule(self):
        for partner in self:
            partner.dunning_contact_rule_id._check_contact_rule_of(self.env.company)

    # === BUSINESS METHODS === #

    def _get_contact_rule(self, company, procedure=None):
        """Return the rule that holds for the customer, empty for none.

        The customer's own, else that of the procedure, else of the company: the first
        one that is for such customers at all, persons or companies.

        :param res.company company: who wants to contact
        :param dunning.procedure procedure: of what it is about; default the customer's,
            else the company's
        :rtype: contact.rule
        """
        self.ensure_one()
        customer = self.sudo().with_company(company)
        company = company.sudo()
        procedure = (
            (procedure and procedure.sudo())
            or customer.dunning_procedure_id
            or company.dunning_procedure_id
        )
        for rule in (
            customer.dunning_contact_rule_id,
            procedure.contact_rule_id,
            company.dunning_contact_rule_id,
        ):
            if rule and rule._is_for(customer):
                return rule
        return self.env["contact.rule"].sudo()

    def _ask_contact(self, kind, company, procedure=None):
        """Return the question whether this partner may be contacted; its key is the id.

        :rtype: contact.guard.Question
        """
        self.ensure_one()
        return Question(self.id, kind, self, company, procedure)

    def _get_dunning_callee(self):
        """Return whom a call about what this customer owes would reach.

        :rtype: res.partner
        """
        self.ensure_one()
        cases = (
            self.env["dunning.case"]
            .sudo()
            .search(
                [
                    ("company_id", "=", self.env.company.id),
                    ("partner_id", "=", self.commercial_partner_id.id),
                    ("merged_into_id", "=", False),
                ]
            )
        )
        lines = cases.open_line_ids.move_line_id
        return self._get_dunning_contact(self.env.company, lines, "call")

    def _get_contact_zones(self, kind="call", phone=None, year=None):
        """Return all time zones in which the partner may be reached, maybe none.

        A call is where the number rings, which may be that of the customer; a message
        is read where the contact is.

        :param str kind: of the contact
        :param str phone: the number to be dialled, default the known one
        :param int year: of the contact
        :rtype: tuple[str]
        """
        self.ensure_one()
        callee, number = self.sudo()._get_dunning_phone()
        place = callee if kind == "call" else self.sudo()
        if phone:
            number = place._parse_dunning_phone(phone)
        is_own = place == callee
        customer = place.commercial_partner_id
        home = place if place.country_id else customer
        return get_zones(
            number.time_zones if is_own else (),
            number.region if is_own else "",
            country=home.country_id.code or "",
            state=home.state_id.code or "",
            hint=(place._is_tz_meant() and place.tz) or "",
            stated=place.dunning_tz or customer.dunning_tz or "",
            year=year or fields.Date.today().year,
        )

    def _is_tz_meant(self):
        """Return whether the time zone is the partner's own.

        A new contact gets that of whoever creates it, unseen; a user of the portal has
        the one of the browser.

        :rtype: bool
        """
        self.ensure_one()
        return bool(self.tz) and (
            bool(self.user_ids) or self.tz != self.create_uid.sudo().tz
        )
