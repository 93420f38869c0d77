from odoo import api, fields, models


class ResPartnerBank(models.Model):
    """Says on an account of the company why payments to it get no payment code."""

    _inherit = "res.partner.bank"

    dunning_qr_problem = fields.Char(
        string="Payment Code", compute="_compute_dunning_qr_problem"
    )

    # === COMPUTE METHODS === #

    @api.depends(
        "acc_number",
        "acc_holder_name",
        "bank_id.bic",
        "bank_id.name",
        "bank_id.dunning_corresp_account",
        "currency_id",
        "partner_id",
    )
    def _compute_dunning_qr_problem(self):
        companies = self.env.companies
        for bank in self:
            company = companies.filtered(lambda c, b=bank: c.partner_id == b.partner_id)
            bank.dunning_qr_problem = bool(company and bank.acc_number) and (
                self.env["dunning.payment.qr"]._get_account_problem(bank, company[:1])
            )
