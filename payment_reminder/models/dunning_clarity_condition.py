from odoo import models
from odoo.tools import SQL, str2bool


class DunningClarityCondition(models.AbstractModel):
    """What is unclear in an invoice, as SQL: the only place that decides it.

    The condition of the check with the code ``x`` is ``_get_x_finding_sql(company)``.
    The invoice's alias is ``move``; what concerns the whole company stands in
    subqueries that do not mention it, so that the database computes them once.
    """

    _name = "dunning.clarity.condition"
    _description = "Clarity Check: Conditions"

    # === HOW TO PAY === #

    def _get_due_date_finding_sql(self, company):
        """Return the SQL condition 'nothing says when to pay'.

        :rtype: SQL
        """
        return SQL(
            """(move.invoice_date_due IS NULL AND NOT EXISTS (
                SELECT 1
                  FROM account_move_line term
                  JOIN account_account account ON account.id = term.account_id
                 WHERE term.move_id = move.id
                   AND account.account_type = 'asset_receivable'
                   AND term.date_maturity IS NOT NULL))"""
        )

    def _get_bank_account_finding_sql(self, company):
        """Return the SQL condition 'nothing says where to pay'.

        :rtype: SQL
        """
        return SQL(
            """(NOT EXISTS (%(own)s AND bank.currency_id IS NULL)
                AND move.currency_id NOT IN (
                    SELECT own.currency_id FROM (%(own)s) own
                     WHERE own.currency_id IS NOT NULL)
                AND NOT EXISTS (SELECT 1 FROM res_partner_bank bank
                                 WHERE bank.id = move.partner_bank_id AND bank.active)
                AND NOT %(otherwise)s)""",
            own=self._get_company_accounts_sql(company),
            otherwise=self._get_online_payment_sql(company),
        )

    def _get_company_accounts_sql(self, company):
        """Return the subquery of the bank accounts that invoices can be paid to.

        An account need not be trusted (``allow_out_payment``): that is about money
        that leaves the company, and core prints untrusted ones on invoices as well.

        :rtype: SQL
        """
        return SQL(
            """SELECT bank.currency_id FROM res_partner_bank bank
                WHERE bank.partner_id = %(partner)s AND bank.active
                  AND (bank.company_id IS NULL OR bank.company_id = %(company)s)""",
            partner=company.sudo().partner_id.id,
            company=company.id,
        )

    def _get_online_payment_sql(self, company):
        """Return the SQL condition 'the invoice can be paid online'.

        To add another way to pay without a bank account, an addon extends this.

        :rtype: SQL
        """
        parameters = self.env["ir.config_parameter"].sudo()
        if not str2bool(
            parameters.get_param("account_payment.enable_portal_payment"), False
        ):
            return SQL("FALSE")
        return SQL(
            """(EXISTS (%(provider)s AND NOT EXISTS (
                    SELECT 1 FROM payment_currency_rel rel
                     WHERE rel.payment_provider_id = provider.id))
                OR move.currency_id IN (
                    SELECT rel.currency_id FROM payment_currency_rel rel
                     WHERE rel.payment_provider_id IN (%(provider)s)))""",
            provider=SQL(
                """SELECT provider.id FROM payment_provider provider
                    WHERE provider.state = 'enabled' AND provider.is_published
                      AND provider.company_id IN %s""",
                tuple(company.sudo().parent_ids.ids),
            ),
        )

    def _get_payment_reference_finding_sql(self, company):
        """Return the SQL condition 'a payment could not be told apart'.

        Odoo gives the reference when an invoice is confirmed: drafts have none yet.

        :rtype: SQL
        """
        return SQL(
            """(move.move_type = 'out_invoice' AND move.state = 'posted'
                AND COALESCE(TRIM(move.payment_reference), '') = '')"""
        )

    # === WHOM TO WRITE TO === #

    def _get_contact_sql(self):
        """Return the subquery of the contact that reminders are written to.

        :rtype: SQL
        """
        planner = self.env["dunning.planner"]
        return planner._get_contact_sql(
            SQL("move.commercial_partner_id"),
            SQL("move.company_id"),
            SQL("ARRAY[move.partner_id]"),
        )

    def _get_contact_lacks_sql(self, condition):
        """Return the SQL condition 'the contact does not fulfil ``condition``'.

        :param SQL condition: about ``contact``, a ``res_partner``
        :rtype: SQL
        """
        return SQL(
            """(move.commercial_partner_id IS NOT NULL AND NOT EXISTS (
                SELECT 1 FROM res_partner contact
                 WHERE contact.id = (%s) AND %s))""",
            self._get_contact_sql(),
            condition,
        )

    def _get_unreachable_sql(self, condition):
        """Return the SQL condition 'neither contact nor customer fulfils it'.

        The customer stands in for a contact that a channel cannot reach.

        :param SQL condition: about ``contact``, a ``res_partner``
        :rtype: SQL
        """
        return SQL(
            """(move.commercial_partner_id IS NOT NULL AND NOT EXISTS (
                SELECT 1 FROM res_partner contact
                 WHERE contact.id IN ((%s), move.commercial_partner_id) AND %s))""",
            self._get_contact_sql(),
            condition,
        )

    def _get_address_finding_sql(self, company):
        """Return the SQL condition 'a letter would not arrive'.

        :rtype: SQL
        """
        letter = self.env["dunning.channel.letter"]
        return self._get_unreachable_sql(
            SQL(
                "%s AND contact.country_id IS NOT NULL",
                letter._get_reachable_sql(SQL("contact")),
            )
        )

    def _get_email_finding_sql(self, company):
        """Return the SQL condition 'an e-mail would not arrive'.

        :rtype: SQL
        """
        email = self.env["dunning.channel.email"]
        return self._get_unreachable_sql(email._get_reachable_sql(SQL("contact")))

    def _get_phone_finding_sql(self, company):
        """Return the SQL condition 'neither the contact nor the customer has a phone'.

        :rtype: SQL
        """
        return self._get_unreachable_sql(SQL("COALESCE(TRIM(contact.phone), '') <> ''"))

    def _get_language_finding_sql(self, company):
        """Return the SQL condition 'the contact's language is not known or installed'.

        :rtype: SQL
        """
        return self._get_contact_lacks_sql(
            SQL("contact.lang IN (SELECT code FROM res_lang WHERE active)")
        )

    def _get_never_sent_finding_sql(self, company):
        """Return the SQL condition 'the customer never got the invoice'.

        A reminder that brought its PDF along is as good as Odoo's own mail.

        :rtype: SQL
        """
        return SQL(
            """(move.move_type = 'out_invoice' AND move.state = 'posted'
                AND move.is_move_sent IS NOT TRUE
                AND NOT EXISTS (
                    SELECT 1
                      FROM dunning_notice_line brought
                      JOIN dunning_notice notice ON notice.id = brought.notice_id
                     WHERE brought.move_id = move.id AND brought.is_attached
                       AND notice.state = 'sent'))"""
        )

    # === WHAT FOR === #

    def _get_has_line_sql(self, condition):
        """Return the SQL condition 'an invoice line fulfils ``condition``'.

        :param SQL condition: about ``line``, an ``account_move_line``
        :rtype: SQL
        """
        return SQL(
            """(move.move_type = 'out_invoice' AND EXISTS (
                SELECT 1 FROM account_move_line line
                 WHERE line.move_id = move.id AND line.display_type = 'product'
                   AND %s))""",
            condition,
        )

    def _get_line_text_finding_sql(self, company):
        """Return the SQL condition 'money is asked for without saying what for'.

        :rtype: SQL
        """
        return self._get_has_line_sql(
            SQL("line.price_unit <> 0 AND COALESCE(TRIM(line.name), '') = ''")
        )

    def _get_line_price_finding_sql(self, company):
        """Return the SQL condition 'a line has no price'.

        :rtype: SQL
        """
        return self._get_has_line_sql(SQL("line.price_unit = 0"))

    # === TAXES === #

    def _get_line_tax_finding_sql(self, company):
        """Return the SQL condition 'a line has no tax although the company taxes'.

        A company that taxes has a default tax on sales. What is exempt carries a tax
        of 0 % in Odoo; a line without any was most probably forgotten.

        :rtype: SQL
        """
        if not company.sudo().account_sale_tax_id:
            return SQL("FALSE")
        return self._get_has_line_sql(
            SQL(
                """line.price_unit <> 0 AND NOT EXISTS (
                    SELECT 1 FROM account_move_line_account_tax_rel rel
                     WHERE rel.account_move_line_id = line.id)"""
            )
        )

    def _get_company_vat_finding_sql(self, company):
        """Return the SQL condition 'the company taxes but has no tax number'.

        :rtype: SQL
        """
        company = company.sudo()
        lacks = company.account_sale_tax_id and not (company.vat or "").strip()
        return SQL("TRUE") if lacks else SQL("FALSE")

    def _get_customer_vat_finding_sql(self, company):
        """Return the SQL condition 'a company in another EU country has no VAT number'.

        The invoice must name it (directive 2006/112/EC, art. 226 no. 4).

        :rtype: SQL
        """
        europe = self.env.ref("base.europe", raise_if_not_found=False)
        countries = europe.sudo().country_ids if europe else self.env["res.country"]
        home = company.sudo().country_id
        if home not in countries or countries == home:
            return SQL("FALSE")
        return SQL(
            """EXISTS (
                SELECT 1 FROM res_partner customer
                 WHERE customer.id = move.commercial_partner_id
                   AND customer.is_company AND customer.country_id IN %s
                   AND COALESCE(TRIM(customer.vat), '') = '')""",
            tuple((countries - home).ids),
        )
