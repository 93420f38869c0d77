from odoo import fields, models
from odoo.exceptions import UserError
from odoo.fields import Command
from odoo.tools import SQL


class ServiceEstimateInvoicing(models.AbstractModel):
    """Invoices of an accepted estimate; each stage is invoiced once.

    The taxes of the whole are computed once, as the customer accepted them, and every
    invoice line takes its part along (``extra_tax_data``): whatever the order of the
    invoices, they add up to the accepted amounts. What is cancelled, deleted or
    credited in full can be invoiced again; crediting a part only lowers the price.
    """

    _name = "service.estimate.invoicing"
    _description = "Estimate: Invoices"

    # === ACTION METHODS === #

    def action_create_invoice(self):
        """Ask what to invoice."""
        self.ensure_one()
        self._check_invoiceable()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "payment_reminder.action_estimate_invoice"
        )
        return action | {"context": {"default_estimate_id": self.id}}

    # === CREATING === #

    def _create_invoice(self, mode, stages=None, amount=0.0):
        """Return a draft invoice.

        :param str mode: 'whole', 'advance', 'final' or 'stages'
        :param service.estimate.stage stages: which ones, for 'stages'
        :param float amount: of the advance with taxes, in the estimate's currency
        :rtype: account.move
        """
        self.ensure_one()
        self._lock_invoicing()
        self._check_invoiceable()
        local = self._localized()
        if mode == "advance":
            lines = local._prepare_advance_lines(amount)
        else:
            lines = local._prepare_closing_lines(mode, stages)
        invoice = self.env["account.move"].create(local._prepare_invoice_values(lines))
        self._sync_invoiced()
        return invoice

    def _lock_invoicing(self):
        """Let one transaction at a time invoice the estimate; the later one retries.

        A written row, not just a locked one: who waited starts again and sees the
        invoice of the other.
        """
        self.flush_recordset()
        self.env.execute_query(
            SQL(
                "UPDATE service_estimate SET write_date = write_date"
                " WHERE id = %s RETURNING id",
                self.id,
            )
        )

    def _prepare_closing_lines(self, mode, stages):
        left = self._get_stages_to_invoice()
        chosen = left if mode != "stages" else self._check_chosen(stages, left)
        if mode == "whole" and left != self._get_priced_stages():
            raise UserError(
                self.env._("A part is invoiced already: make the final invoice.")
            )
        advances = self._get_open_advances()
        if mode == "whole" and advances:
            raise UserError(
                self.env._("There is an advance invoice: make the final invoice.")
            )
        lines = self._prepare_stage_lines(chosen)
        if chosen == left:
            return lines + self._prepare_deduction_lines(advances)
        self._check_advances_covered(left - chosen, advances)
        return lines

    def _prepare_invoice_values(self, lines):
        """Return the values of a draft invoice.

        :param list lines: values of its lines
        :rtype: dict
        """
        self.ensure_one()
        partner = self.partner_id
        return {
            "move_type": "out_invoice",
            "company_id": self.company_id.id,
            "journal_id": self._get_invoice_journal().id,
            "partner_id": partner.address_get(["invoice"])["invoice"],
            "currency_id": self.currency_id.id,
            "fiscal_position_id": self.fiscal_position_id.id,
            "invoice_payment_term_id": self.payment_term_id.id,
            "invoice_user_id": self.user_id.id,
            "invoice_origin": self.name,
            "estimate_id": self.id,
            "invoice_line_ids": [Command.create(line) for line in lines],
        }

    def _get_invoice_journal(self):
        journals = self.env["account.journal"]
        return journals.search(
            [
                *journals._check_company_domain(self.company_id),
                ("type", "=", "sale"),
            ],
            limit=1,
        )

    # === STAGES === #

    def _get_stages_to_invoice(self):
        """Return the stages that are on no invoice, or on none that counts."""
        return self._get_priced_stages().filtered(lambda one: not one._is_invoiced())

    def _get_fixed_base_lines(self):
        """Return the tax engine's line of each stage, fixed as parts of the whole.

        :rtype: dict
        """
        self.ensure_one()
        taxes = self.env["account.tax"]
        stages = self._get_priced_stages()
        lines = stages._prepare_base_lines(rate=self._get_invoice_rate())
        taxes._add_tax_details_in_base_lines(lines, self.company_id)
        taxes._round_base_lines_tax_details(lines, self.company_id)
        taxes._fix_base_lines_tax_details_on_manual_tax_amounts(lines, self.company_id)
        return dict(zip(stages, lines, strict=True))

    def _get_invoice_rate(self):
        return self.env["res.currency"]._get_conversion_rate(
            self.company_id.currency_id,
            self.currency_id,
            self.company_id,
            fields.Date.context_today(self),
        )

    def _prepare_stage_lines(self, stages):
        """Return the values of the lines for ``stages``, under their sections."""
        base_lines = self._get_fixed_base_lines()
        values, section = [], None
        for stage in self.stage_ids:
            if stage.display_type == "line_section":
                section = stage
            if stage not in stages:
                continue
            if section:
                values.append({"display_type": "line_section", "name": section.name})
                section = None
            values.append(stage._prepare_invoice_line(base_lines[stage]))
        for number, line in enumerate(values, start=1):
            line["sequence"] = number
        return values

    # === ADVANCES === #

    def _get_open_advances(self):
        """Return the advance lines that no later invoice has deducted."""
        lines = self.sudo().invoice_ids.invoice_line_ids.filtered(
            lambda line: line.estimate_role and line._is_in_force()
        )
        return lines.filtered(lambda line: line.estimate_role == "advance") - (
            lines.estimate_advance_line_id
        )

    def _prepare_advance_lines(self, amount):
        """Return the values of an advance's lines, one for each tax combination."""
        self._check_advance(amount)
        taxes = self.env["account.tax"]
        base_lines = self._get_fixed_base_lines()
        stages = self._get_stages_to_invoice()
        account = stages[0]._get_income_account()
        lines = taxes._prepare_down_payment_lines(
            [base_lines[stage] for stage in stages], self.company_id, "fixed", amount
        )
        return [
            {
                "name": self.env._(
                    "Advance for %(title)s (%(estimate)s)",
                    title=self.title,
                    estimate=self.name,
                ),
                "account_id": account.id,
                "quantity": line["quantity"],
                "price_unit": line["price_unit"],
                "tax_ids": [Command.set(line["tax_ids"].ids)],
                "extra_tax_data": taxes._export_base_line_extra_tax_data(line),
                "estimate_role": "advance",
            }
            for line in lines
        ]

    def _prepare_deduction_lines(self, advances):
        """Return the values of the lines that deduct ``advances``."""
        if any(move.state != "posted" for move in advances.move_id):
            raise UserError(
                self.env._("Post the advance invoice first: the final one names it.")
            )
        taxes = self.env["account.tax"]
        return [
            {
                "name": self.env._(
                    "Less advance, invoice %(number)s of %(date)s",
                    number=line.move_id.name,
                    date=self._format_date(line.move_id.invoice_date),
                ),
                "sequence": 1000,
                "account_id": line.account_id.id,
                "quantity": -line.quantity,
                "price_unit": line.price_unit,
                "discount": line.discount,
                "tax_ids": [Command.set(line.tax_ids.ids)],
                "extra_tax_data": taxes._reverse_quantity_base_line_extra_tax_data(
                    line.extra_tax_data
                ),
                "estimate_role": "deduction",
                "estimate_advance_line_id": line.id,
            }
            for line in advances
        ]

    # === STATE === #

    def _sync_invoiced(self):
        """Call the estimates invoiced, or open them again, as their invoices say."""
        for estimate in self.exists():
            left = estimate._get_stages_to_invoice() or estimate._get_open_advances()
            if estimate.state == "accepted" and not left:
                estimate._set_invoiced()
            elif estimate.state == "invoiced" and left:
                estimate._set_uninvoiced()
