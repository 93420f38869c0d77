from datetime import date

from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.tools import SQL
from odoo.tools.mail import email_normalize_all


class ResPartner(models.Model):
    """Who is written to about what a customer owes, and who looks after it."""

    # one concept, one file
    _inherit = "res.partner"  # pylint: disable=consider-merging-classes-inherited

    # contacts, not typed addresses: each is corrected, blacklisted and merged in one
    # place. Of all companies: who else reads a customer's mail is the customer's choice
    dunning_copy_ids = fields.Many2many(
        comodel_name="res.partner",
        relation="res_partner_dunning_copy_rel",
        column1="partner_id",
        column2="copy_id",
        string="Copies of Reminders to",
        help="Who else gets the e-mails that remind the customer, such as a second "
        "bookkeeper or a tax adviser. All recipients see each other.",
    )

    dunning_user_id = fields.Many2one(
        comodel_name="res.users",
        string="Responsible for Reminders",
        company_dependent=True,
        domain="[('share', '=', False), ('company_ids', 'in', current_company_id)]",
        help="Works on the customer's cases and signs their reminders. Empty: the "
        "salesperson of the oldest open invoice, else the company's person for it.",
    )

    # === CONSTRAINT METHODS === #

    @api.constrains("dunning_copy_ids")
    def _check_dunning_copies(self):
        for partner in self.dunning_copy_ids:
            if not email_normalize_all(partner.email or ""):
                raise ValidationError(
                    self.env._(
                        "%(contact)s has no valid e-mail address: enter one before "
                        "copies of reminders go there.",
                        contact=partner.display_name,
                    )
                )

    def _commercial_fields(self):
        return super()._commercial_fields() + ["dunning_copy_ids", "dunning_user_id"]

    # === BUSINESS METHODS === #

    def _get_dunning_contact(self, company, lines=None, channel=None):
        """Return whom the customer's reminders and statements are meant for.

        It asks the planner's own query, so that runs, letters, pages and calls agree.

        :param res.company company: who writes
        :param account.move.line lines: what it is about, default nothing in particular
        :param str channel: code; then whom this channel reaches, the customer in the
            contact's stead; default the contact, however it is reached
        :rtype: res.partner
        """
        self.ensure_one()
        customer = self.commercial_partner_id
        addressees = lines._get_dunning_addressees() if lines else customer.browse()
        self.env["res.partner"].flush_model()
        contact_sql = self.env["dunning.planner"]._get_contact_sql(
            SQL("%s", customer.id),
            SQL("%s", company.id),
            SQL("%s::int[]", addressees.ids),
        )
        [[contact_id]] = self.env.execute_query(SQL("SELECT (%s)", contact_sql))
        contact = self.browse(contact_id)
        if channel:
            handler = self.env[f"dunning.channel.{channel}"]
            return handler._find_recipient(contact, customer) or contact
        return contact

    def _get_dunning_responsible(self, company, lines):
        """Return who looks after what the customer owes; empty for nobody.

        The customer's person for reminders, else the salesperson of the oldest item,
        else the company's person for reminders. The planner does the same in SQL for
        new cases.

        :param account.move.line lines: what is open
        :rtype: res.users
        """
        self.ensure_one()
        customer = self.commercial_partner_id.sudo().with_company(company)
        oldest = lines.sudo().sorted(
            lambda line: (line.date_maturity or date.max, line.id)
        )
        users = [
            customer.dunning_user_id,
            *oldest.move_id.invoice_user_id,
            company.sudo().dunning_user_id,
        ]
        able = (user._filter_dunning_responsible() for user in users)
        return next(filter(None, able), self.env["res.users"])


class AccountMoveLine(models.Model):
    """An item names who has to get its reminders."""

    # one concept, one file
    _inherit = "account.move.line"  # pylint: disable=consider-merging-classes-inherited

    def _get_dunning_addressees(self):
        """Return the partners that the items are addressed to.

        Odoo keeps the customer on the items of an invoice, and the contact on the
        invoice itself; the planner asks the same in SQL.

        :rtype: res.partner
        """
        plain = self.filtered(lambda line: not line.move_id.partner_id)
        return self.move_id.partner_id | plain.partner_id
