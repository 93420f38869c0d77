from odoo import fields, models


class DunningProcedure(models.Model):
    """Which interest a procedure claims."""

    # one concept, one file
    _inherit = "dunning.procedure"  # pylint: disable=consider-merging-classes-inherited

    interest_business_id = fields.Many2one(
        comodel_name="interest.regime",
        string="Interest from Companies",
        domain="[('applies_to', '!=', 'consumer'),"
        " ('company_id', 'in', [False, company_id])]",
        help="Empty: none is claimed.",
    )
    interest_consumer_id = fields.Many2one(
        comodel_name="interest.regime",
        string="Interest from Persons",
        domain="[('applies_to', '!=', 'business'),"
        " ('company_id', 'in', [False, company_id])]",
        help="Empty: none is claimed.",
    )
    is_interest_by_country = fields.Boolean(
        string="Else by the Law of Our Country",
        help="Where nothing is chosen, the first regime of the company's country that "
        "applies to the customer.",
    )
