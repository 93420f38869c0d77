from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Command
from odoo.tools import SQL


class DunningHandover(models.Model):
    """The agency's commission becomes a draft vendor bill: only what is not billed yet.

    What is billed is read from the bills, so a deleted draft or a credit note counts by
    itself. A payment that was undone makes the difference negative: it lowers a bill
    over several hand-overs, or becomes a draft credit note.
    """

    # one concept, one file
    _inherit = "dunning.handover"  # pylint: disable=consider-merging-classes-inherited

    bill_line_ids = fields.One2many(
        comodel_name="account.move.line",
        inverse_name="dunning_handover_id",
        string="Billed",
        readonly=True,
    )
    bill_count = fields.Integer(compute="_compute_billed", compute_sudo=True)
    amount_billed = fields.Monetary(
        string="Billed",
        compute="_compute_billed",
        compute_sudo=True,
        help="On bills of the agency, drafts included, without taxes.",
    )
    amount_to_bill = fields.Monetary(
        string="Not Billed Yet",
        compute="_compute_billed",
        compute_sudo=True,
        help="Negative when a payment was undone after its commission was billed.",
    )

    @api.depends(
        "amount_commission",
        "bill_line_ids.price_subtotal",
        "bill_line_ids.parent_state",
        "bill_line_ids.move_id.move_type",
    )
    def _compute_billed(self):
        for handover in self:
            lines = handover.bill_line_ids.filtered(
                lambda line: line.parent_state != "cancel"
            )
            billed = sum(handover._get_billed(line) for line in lines)
            handover.bill_count = len(lines.move_id)
            handover.amount_billed = handover.currency_id.round(billed)
            handover.amount_to_bill = handover.currency_id.round(
                handover.amount_commission - billed
            )

    def _get_billed(self, line):
        """Return what a line bills, in the hand-over's currency; credits are negative.

        :param account.move.line line: of a vendor bill or credit note
        """
        sign = -1 if line.move_id.move_type == "in_refund" else 1
        amount = sign * line.price_subtotal
        if line.currency_id == self.currency_id:
            return amount
        return line.currency_id._convert(
            amount, self.currency_id, line.company_id, line.date or self.date
        )

    # === ACTION METHODS === #

    def action_create_bill(self):
        """Make or complete the draft bill of what is not billed yet, and open it.

        Who may not read bills is told what was made.
        """
        self.check_access("write")
        title = self.env._("Bill of the Agency")
        return self._create_bill()._get_dunning_made_action(title)

    def action_view_bills(self):
        """Open the bills of the agency about the hand-over."""
        self.ensure_one()
        self.check_access("read")
        return self.bill_line_ids.move_id._get_records_action(name=self.env._("Bills"))

    # === BILLING === #

    def _create_bill(self):
        """Return the draft bill of what is not billed yet; one for all of them.

        A draft that is there already is completed. Less than nothing gives a draft
        credit note.

        :raise UserError: for several agencies or currencies, when there is nothing to
            bill, or when nothing says to which account
        :rtype: account.move
        """
        self._lock_billing()
        self._check_billable()
        open_ones = self.filtered(
            lambda one: not one.currency_id.is_zero(one.amount_to_bill)
        )
        if not open_ones:
            drafts = self._get_draft_bills() or self._raise_nothing_to_bill()
            return drafts.with_env(self.env)
        total = sum(open_ones.mapped("amount_to_bill"))
        move_type = "in_refund" if total < 0 else "in_invoice"
        bill = self._get_draft_bills(move_type)[:1]
        commands = [
            Command.create(one._prepare_bill_line(move_type)) for one in open_ones
        ]
        if bill:
            bill.write({"invoice_line_ids": commands})
        else:
            bill = self._make_bill(move_type, commands)
        return bill.with_env(self.env)

    def _lock_billing(self):
        """Let one at a time make a bill: two clicks make one."""
        self.env.flush_all()
        self.env.execute_query(
            SQL(
                "UPDATE dunning_handover SET write_date = write_date WHERE id IN %s"
                " RETURNING id",
                tuple(self.ids),
            )
        )
        self.invalidate_recordset(["bill_line_ids"])

    def _check_billable(self):
        for name in ("agency_id", "company_id", "currency_id"):
            if len(self[name]) > 1:
                raise UserError(
                    self.env._(
                        "One bill is about one agency, company and currency: choose "
                        "the hand-overs accordingly."
                    )
                )
        company = self.company_id.sudo()
        if not (
            company.dunning_commission_product_id
            or company.dunning_commission_account_id
        ):
            raise UserError(
                self.env._(
                    "Choose a product or an account for commissions in the settings of "
                    "the payment reminders: the bill needs one."
                )
            )

    def _raise_nothing_to_bill(self):
        raise UserError(
            self.env._(
                "There is nothing to bill: the commission of what was collected "
                "(%(amount)s) is billed already.",
                amount=self.currency_id._format_dunning(
                    sum(self.mapped("amount_commission"))
                ),
            )
        )

    def _get_draft_bills(self, move_type=None):
        """Return the drafts about these hand-overs.

        :param str move_type: only these
        :rtype: account.move
        """
        return self.sudo().bill_line_ids.move_id.filtered(
            lambda move: move.state == "draft" and move_type in (None, move.move_type)
        )

    def _make_bill(self, move_type, commands):
        company = self.company_id
        return (
            self.env["account.move"]
            .sudo()
            .with_company(company)
            .create(
                {
                    "move_type": move_type,
                    "company_id": company.id,
                    "partner_id": self.agency_id.id,
                    "currency_id": self.currency_id.id,
                    "invoice_origin": ", ".join(self.mapped("name")),
                    "invoice_line_ids": commands,
                }
            )
        )

    def _prepare_bill_line(self, move_type):
        """Return the values of the line about this hand-over."""
        self.ensure_one()
        company = self.company_id.sudo()
        sign = -1 if move_type == "in_refund" else 1
        values = {
            "dunning_handover_id": self.id,
            "name": self._get_bill_text(),
            "product_id": company.dunning_commission_product_id.id,
            "quantity": 1.0,
            "price_unit": sign * self.amount_to_bill,
        }
        if company.dunning_commission_account_id:
            values["account_id"] = company.dunning_commission_account_id.id
        if not company.dunning_commission_product_id:
            values["tax_ids"] = [Command.clear()]
        return values

    def _get_bill_text(self):
        return self.env._(
            "Commission on %(handover)s, %(customer)s: %(collected)s collected",
            handover=self.name,
            customer=self.partner_id.name,
            collected=self.currency_id._format_dunning(self.amount_collected),
        )
