from odoo import fields, models


class ResCompany(models.Model):
    """What a company has agreed on with agencies in general, and how it books it."""

    # one concept, one file
    _inherit = "res.company"  # pylint: disable=consider-merging-classes-inherited

    dunning_handover_report_days = fields.Integer(
        string="Days between Reports of Agencies",
        default=30,
        help="An agency that has not reported for so long is asked to.",
    )
    dunning_handover_is_payable = fields.Boolean(
        string="Customers May Still Pay Us",
        help="The payment page goes on to offer our bank account and online payment of "
        "items that are with an agency.",
    )
    dunning_commission_product_id = fields.Many2one(
        comodel_name="product.product",
        string="Product for Commissions",
        domain="[('type', '=', 'service')]",
        help="Gives expense account and taxes of the agencies' bills.",
    )
    dunning_commission_account_id = fields.Many2one(
        comodel_name="account.account",
        string="Account for Commissions",
        check_company=True,
        domain="[('account_type', 'in', ('expense', 'expense_direct_cost'))]",
        help="Goes before the account of the product.",
    )
    dunning_write_off_account_id = fields.Many2one(
        comodel_name="account.account",
        string="Account for Write-offs",
        check_company=True,
        domain="[('account_type', 'in', ('expense', 'expense_direct_cost'))]",
        help="Debited when receivables are written off.",
    )
    dunning_write_off_journal_id = fields.Many2one(
        comodel_name="account.journal",
        string="Journal for Write-offs",
        check_company=True,
        domain="[('type', '=', 'general')]",
        help="Without it: the first journal for miscellaneous entries.",
    )

    _dunning_report_days_sane = models.Constraint(
        "CHECK (dunning_handover_report_days BETWEEN 1 AND 366)",
        "Agencies report at least once a year, and not more than once a day.",
    )


class ResConfigSettings(models.TransientModel):
    """The same on the screen of the settings."""

    _inherit = "res.config.settings"  # pylint: disable=consider-merging-classes-inherited

    dunning_handover_report_days = fields.Integer(
        related="company_id.dunning_handover_report_days", readonly=False
    )
    dunning_handover_is_payable = fields.Boolean(
        related="company_id.dunning_handover_is_payable", readonly=False
    )
    dunning_commission_product_id = fields.Many2one(
        related="company_id.dunning_commission_product_id", readonly=False
    )
    dunning_commission_account_id = fields.Many2one(
        related="company_id.dunning_commission_account_id", readonly=False
    )
    dunning_write_off_account_id = fields.Many2one(
        related="company_id.dunning_write_off_account_id", readonly=False
    )
    dunning_write_off_journal_id = fields.Many2one(
        related="company_id.dunning_write_off_journal_id", readonly=False
    )
