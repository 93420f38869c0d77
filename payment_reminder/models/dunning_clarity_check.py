from odoo import api, fields, models
from odoo.tools import SQL

#: What a finding means for the notices about an invoice.
SEVERITIES = [
    ("stop", "No notice is sent"),
    ("warn", "Only a remark"),
    ("off", "Not checked"),
]

#: Where a finding is mended.
TARGETS = [
    ("move", "Invoice"),
    ("contact", "Contact for reminders"),
    ("customer", "Customer"),
    ("company", "Own company"),
    ("bank", "Own bank accounts"),
]


class DunningClarityCheck(models.Model):
    """One thing that an invoice must make clear, and how much it matters.

    What is checked is the same for all companies, how severely differs: so there is one
    row per check with a company-dependent severity, and a new company needs no rows of
    its own.
    """

    _name = "dunning.clarity.check"
    _inherit = ["dunning.protected", "dunning.clarity.condition"]
    _description = "Clarity Check"
    _order = "sequence, id"
    _protected_fields = frozenset({"code", "default_severity", "target", "field_name"})

    # === IDENTITY === #
    name = fields.Char(string="What Is Unclear", required=True, translate=True)
    code = fields.Char(required=True, readonly=True)
    sequence = fields.Integer(default=10)
    why = fields.Text(string="Why It Matters", required=True, translate=True)
    target = fields.Selection(
        selection=TARGETS, string="Mended On", required=True, readonly=True
    )
    field_name = fields.Char(
        string="Field", readonly=True, help="The field to be filled in there."
    )

    # === SEVERITY === #
    severity = fields.Selection(
        selection=SEVERITIES,
        string="Consequence",
        compute="_compute_severity",
        inverse="_inverse_severity",
        required=True,
        help="In the current company: whether a finding keeps the invoice out of all "
        "notices or is only shown on the invoice.",
    )
    default_severity = fields.Selection(
        selection=SEVERITIES, required=True, readonly=True, default="warn"
    )
    company_severity = fields.Selection(selection=SEVERITIES, company_dependent=True)

    _code_uniq = models.UniqueIndex("(code)", "There is one check of each kind.")

    # === COMPUTE METHODS === #

    @api.depends("company_severity", "default_severity")
    @api.depends_context("company")
    def _compute_severity(self):
        for check in self:
            check.severity = check.company_severity or check.default_severity

    def _inverse_severity(self):
        for check in self:
            check.company_severity = check.severity

    # === BUSINESS METHODS === #

    def _get_checks(self, company, severities):
        """Return the checks of these severities in ``company``.

        :param severities: of ``SEVERITIES``
        :rtype: dunning.clarity.check
        """
        checks = self.sudo().with_company(company).search([])
        return checks.filtered(lambda check: check.severity in severities)

    def _get_finding_sql(self, company):
        """Return the SQL condition 'the check finds something in ``move``'.

        A check whose addon is gone finds nothing.

        :rtype: SQL
        """
        self.ensure_one()
        condition = getattr(self, f"_get_{self.code}_finding_sql", None)
        return condition(company) if condition else SQL("FALSE")

    def _get_stop_sql(self, company):
        """Return the SQL condition 'a finding in ``move`` stops its notices'.

        :rtype: SQL
        """
        checks = self._get_checks(company, ("stop",))
        conditions = [check._get_finding_sql(company) for check in checks]
        return SQL("(%s)", SQL(" OR ").join([*conditions, SQL("FALSE")]))
