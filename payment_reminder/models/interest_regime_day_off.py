from odoo import fields, models


class InterestRegime(models.Model):
    """Until when a payment is in time where a debt is due on a day off."""

    # one concept, one file
    _inherit = "interest.regime"  # pylint: disable=consider-merging-classes-inherited

    is_due_moved = fields.Boolean(
        string="Due on a Day Off: Payable on the Next Working Day",
        default=True,
        help="A debt that is due on a Saturday, Sunday or holiday is paid in time on "
        "the next working day of the company: interest and compensation begin after "
        "it. Take the tick away only where the law or contract counts days off.",
    )

    def _get_last_day_in_time(self, due):
        """Return the last day on which a payment is in time.

        The working calendar is that of the company of the environment.

        :param datetime.date | bool due: the due date of the debt
        :rtype: datetime.date | bool
        """
        self.ensure_one()
        if not due or not self.is_due_moved:
            return due
        return self.env.company._get_dunning_business_day(due)
