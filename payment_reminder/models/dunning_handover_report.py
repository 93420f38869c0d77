from odoo import api, fields, models
from odoo.exceptions import UserError


class DunningHandoverReport(models.Model):
    """What an agency has reported about a hand-over; evidence that nobody edits."""

    _name = "dunning.handover.report"
    _description = "Report of an Agency"
    _order = "date DESC, id DESC"

    handover_id = fields.Many2one(
        comodel_name="dunning.handover",
        required=True,
        readonly=True,
        index=True,
        ondelete="restrict",
    )
    company_id = fields.Many2one(  # stored: record rules filter on it
        related="handover_id.company_id", store=True, index=True
    )
    currency_id = fields.Many2one(related="handover_id.currency_id")
    date = fields.Date(required=True, readonly=True)
    status = fields.Selection(
        selection=[
            ("accepted", "Taken on"),
            ("in_contact", "In contact with the customer"),
            ("paying", "The customer pays"),
            ("court", "In court"),
            ("insolvent", "The customer is insolvent"),
            ("uncollectible", "Nothing can be collected"),
            ("returned", "File returned"),
            ("other", "Something else"),
        ],
        required=True,
        readonly=True,
    )
    text = fields.Text(readonly=True)
    amount = fields.Monetary(
        string="Received by the Agency",
        readonly=True,
        help="What the agency has received and has not reported before. It counts as "
        "collected when it has reached our books.",
    )
    author_id = fields.Many2one(
        comodel_name="res.partner",
        string="Reported by",
        readonly=True,
        help="Somebody of the agency; or of ours, who has noted it down.",
    )

    _amount_sane = models.Constraint(
        "CHECK (amount >= 0)", "What was received cannot be negative."
    )

    # === CRUD METHODS === #

    def write(self, vals):
        if vals and not self.env.su:
            raise UserError(self.env._("A report is evidence and cannot be changed."))
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_except_evidence(self):
        raise UserError(self.env._("A report is evidence: it is kept."))

    # === WORDS === #

    def _is_by_agency(self):
        """Return whether somebody of the agency has written the report.

        :rtype: bool
        """
        agency = self.handover_id.agency_id.commercial_partner_id
        return self.author_id.commercial_partner_id == agency

    def _get_log_text(self):
        """Return the report in one line, for the histories.

        :rtype: str
        """
        self.ensure_one()
        labels = dict(self._fields["status"]._description_selection(self.env))
        parts = [
            self.env._(
                "%(agency)s reports: %(status)s",
                agency=self.handover_id.agency_id.name,
                status=labels[self.status],
            )
            if self._is_by_agency()
            else self.env._(
                "%(agency)s reports, noted by %(author)s: %(status)s",
                agency=self.handover_id.agency_id.name,
                author=self.author_id.name,
                status=labels[self.status],
            )
        ]
        if not self.currency_id.is_zero(self.amount):
            parts.append(
                self.env._(
                    "received %(amount)s",
                    amount=self.currency_id._format_dunning(self.amount),
                )
            )
        return ". ".join(filter(None, ["; ".join(parts), self.text]))
