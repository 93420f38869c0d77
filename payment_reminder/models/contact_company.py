from odoo import api, fields, models
from odoo.exceptions import ValidationError


class ResCompany(models.Model):
    """The company's contact rule, and what its dates are to the rule."""

    # one concept, one file
    _inherit = "res.company"  # pylint: disable=consider-merging-classes-inherited

    dunning_contact_rule_id = fields.Many2one(
        comodel_name="contact.rule",
        string="Contact Rule",
        domain="[('company_id', 'in', [False, id])]",
        ondelete="restrict",
        help="When and how often customers are called and written to, unless their "
        "procedure or they themselves have another rule.",
    )

    @api.constrains("dunning_contact_rule_id")
    def _check_dunning_contact_rule(self):
        for company in self:
            company.dunning_contact_rule_id._check_contact_rule_of(company)

    # === BUSINESS METHODS === #

    def _get_dunning_day_kinds(self, first, last):
        """Return the kind of each date from ``first`` to ``last``.

        A general time off that leaves no work that day makes a holiday; an entry of the
        type 'Other' makes a working day of one that is not, such as a Saturday.

        :param datetime.date first: of the company's calendar
        :param datetime.date last: included
        :return: ``{date: 'working', 'weekend' or 'holiday'}``
        :rtype: dict
        """
        return {
            date: self._get_dunning_day_kind(day)
            for date, day in self._get_dunning_days(first, last).items()
        }

    def _get_dunning_day_kind(self, day):
        if day.share > 0:
            return "working"
        return "holiday" if day.is_holiday else "weekend"


class DunningProcedure(models.Model):
    """The contact rule of a procedure."""

    # one concept, one file
    _inherit = "dunning.procedure"  # pylint: disable=consider-merging-classes-inherited

    contact_rule_id = fields.Many2one(
        comodel_name="contact.rule",
        domain="[('company_id', 'in', [False, company_id])]",
        ondelete="restrict",
        help="When and how often the customers of this procedure are called and "
        "written to. Empty: as for the company.",
    )

    @api.constrains("contact_rule_id", "company_id")
    def _check_contact_rule(self):
        for procedure in self:
            procedure.contact_rule_id._check_contact_rule_of(procedure.company_id)


class ContactRule(models.Model):
    """Which companies may use a rule."""

    # one concept, one file
    _inherit = "contact.rule"  # pylint: disable=consider-merging-classes-inherited

    def _check_contact_rule_of(self, company):
        """Raise a ValidationError if the rule belongs to another company."""
        for rule in self:
            if rule.company_id not in (company, company.browse()):
                raise ValidationError(
                    self.env._(
                        "'%(rule)s' is a contact rule of %(other)s. Choose one of "
                        "%(company)s.",
                        rule=rule.name,
                        other=rule.company_id.name,
                        company=company.name,
                    )
                )
