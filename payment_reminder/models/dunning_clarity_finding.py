from odoo import api, fields, models
from odoo.tools import SQL

from .dunning_clarity_check import SEVERITIES

#: Room for the checks of one invoice in the number of a finding.
MAX_CHECKS = 1000


class DunningClarityFinding(models.Model):
    """What a check finds in an open or draft invoice, at this moment.

    Never stored: the table is a query. What has been mended is gone from it.
    """

    _name = "dunning.clarity.finding"
    _description = "Clarity Finding"
    _auto = False
    _order = "severity, check_id, move_id"
    _rec_name = "check_id"
    _depends = {  # written to the database before the query reads it
        "account.move": [
            "commercial_partner_id",
            "invoice_date_due",
            "partner_bank_id",
            "payment_reference",
            "payment_state",
            "is_move_sent",
            "state",
        ],
        "dunning.notice": ["state"],
        "dunning.notice.line": ["is_attached", "move_id"],
        "account.move.line": ["name", "price_unit", "tax_ids"],
        "res.partner": [
            *("street", "city", "country_id", "email", "phone", "lang", "vat"),
            *("parent_id", "type", "active", "is_company"),
        ],
        "res.partner.bank": ["active", "company_id", "currency_id"],
    }

    move_id = fields.Many2one(comodel_name="account.move", string="Invoice")
    company_id = fields.Many2one(comodel_name="res.company")
    partner_id = fields.Many2one(comodel_name="res.partner", string="Customer")
    contact_id = fields.Many2one(
        comodel_name="res.partner",
        string="Written To",
        help="The contact that reminders of this customer go to.",
    )
    check_id = fields.Many2one(
        comodel_name="dunning.clarity.check", string="What Is Unclear"
    )
    severity = fields.Selection(selection=SEVERITIES, string="Consequence")
    detail = fields.Char(compute="_compute_detail", compute_sudo=True)
    why = fields.Text(related="check_id.why")
    invoice_date_due = fields.Date(related="move_id.invoice_date_due")
    currency_id = fields.Many2one(related="move_id.currency_id")
    amount_residual = fields.Monetary(
        related="move_id.amount_residual",
        string="Open",
        aggregator=None,  # an invoice has several findings
    )

    # === TABLE === #

    @property
    def _table_query(self):
        queries = [
            self._get_findings_sql(company, check)
            for company in self.env.companies
            for check in self.env["dunning.clarity.check"]._get_checks(
                company, ("stop", "warn")
            )
        ]
        return SQL(" UNION ALL ").join(queries or [self._get_nothing_sql()])

    def _get_findings_sql(self, company, check):
        """Return the query of what ``check`` finds in the invoices of ``company``.

        :rtype: SQL
        """
        return SQL(
            """
            SELECT move.id::bigint * %(room)s + %(check)s AS id, move.id AS move_id,
                   move.company_id, move.commercial_partner_id AS partner_id,
                   (%(contact)s) AS contact_id, %(check)s AS check_id,
                   %(severity)s AS severity
              FROM account_move move
             WHERE move.company_id = %(company)s AND %(scope)s AND %(found)s
            """,
            room=MAX_CHECKS,
            check=check.id,
            contact=check._get_contact_sql(),
            severity=check.severity,
            company=company.id,
            scope=self._get_scope_sql(),
            found=check._get_finding_sql(company),
        )

    def _get_scope_sql(self):
        """Return the SQL condition 'the invoice is a draft, or still to be paid'.

        :rtype: SQL
        """
        return SQL(
            """move.move_type = 'out_invoice'
               AND (move.state = 'draft'
                    OR (move.state = 'posted'
                        AND move.payment_state IN ('not_paid', 'partial')))"""
        )

    def _get_nothing_sql(self):
        """Return the query of no findings, for when nothing is checked."""
        return SQL(
            """SELECT 0::bigint AS id, 0 AS move_id, 0 AS company_id, 0 AS partner_id,
                      0 AS contact_id, 0 AS check_id, 'off' AS severity
                WHERE FALSE"""
        )

    # === COMPUTE METHODS === #

    @api.depends("check_id", "move_id", "contact_id")
    @api.depends_context("lang")
    def _compute_detail(self):
        for finding in self:
            code = finding.check_id.code
            get_detail = getattr(finding, f"_get_{code}_detail", None)
            finding.detail = get_detail() if get_detail else finding._get_mended_name()

    def _get_mended_name(self):
        """Return the name of what has to be mended, where that needs saying.

        :rtype: str
        """
        target = self.check_id.target
        if target == "contact" and self.contact_id != self.partner_id:
            return self.contact_id.display_name
        return self.company_id.name if target == "company" else ""

    def _get_bank_account_detail(self):
        return self.currency_id.name

    def _get_address_detail(self):
        contact = self.contact_id
        parts = {
            self.env._("street"): (contact.street or "").strip(),
            self.env._("city"): (contact.city or "").strip(),
            self.env._("country"): contact.country_id,
        }
        missing = ", ".join(label for label, value in parts.items() if not value)
        text = self.env._("no %(parts)s", parts=missing)
        return ": ".join(filter(None, (self._get_mended_name(), text)))

    # === ACTION METHODS === #

    def action_open(self):
        """Open what has to be mended: the record with the field in question."""
        self.ensure_one()
        finding = self.exists()
        if not finding:  # somebody has mended it meanwhile
            return {"type": "ir.actions.client", "tag": "soft_reload"}
        code, target = finding.check_id.code, finding.check_id.target
        get_action = getattr(finding, f"_get_{code}_action", None)
        return (get_action or getattr(finding, f"_get_{target}_action"))()

    def action_open_invoice(self):
        """Open the invoice."""
        self.ensure_one()
        return self.move_id._get_records_action()

    def _get_move_action(self):
        return self.move_id._get_records_action()

    def _get_never_sent_action(self):
        """Return Odoo's own dialog that sends the invoice."""
        return self.move_id.action_send_and_print()

    def _get_contact_action(self):
        return self.contact_id._get_records_action()

    def _get_customer_action(self):
        return self.partner_id._get_records_action()

    def _get_company_action(self):
        return self.company_id.sudo().partner_id.sudo(False)._get_records_action()

    def _get_bank_action(self):
        """Return the list of the company's own bank accounts."""
        company = self.company_id.sudo()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Bank Accounts of %(company)s", company=company.name),
            "res_model": "res.partner.bank",
            "views": [(False, "list"), (False, "form")],
            "domain": [("partner_id", "=", company.partner_id.id)],
            "context": {
                "default_partner_id": company.partner_id.id,
                "default_currency_id": self.currency_id.id,
            },
        }

    # === PANEL === #

    def _prepare_panel_values(self):
        """Return a finding as the panel on the invoice shows it.

        :return: ``id``, ``code``, ``severity``, ``name``, ``why``, ``text`` (name and
            detail), ``target``, ``field`` (to be filled in), ``action`` (the label of
            the button)
        :rtype: dict
        """
        self.ensure_one()
        check = self.check_id
        return {
            "id": self.id,
            "code": check.code,
            "severity": self.severity,
            "name": check.name,
            "why": check.why,
            "text": ": ".join(filter(None, (check.name, self.detail))),
            "target": check.target,
            "field": check.field_name or "",
            "action": self._get_action_label(),
        }

    def _get_action_label(self):
        """Return what the button of the finding is called.

        :rtype: str
        """
        if self.check_id.code == "never_sent":
            return self.env._("Send it")
        return {
            "move": self.env._("Go to the field"),
            "contact": self.env._("Open the contact"),
            "customer": self.env._("Open the customer"),
            "company": self.env._("Open our address"),
            "bank": self.env._("Open our bank accounts"),
        }[self.check_id.target]
