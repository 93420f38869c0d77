from decimal import Decimal

from odoo import api, fields, models
from odoo.fields import Domain

from ..tools.claim_part import ClaimPart, read_segments


class DunningClaim(models.Model):
    """Interest, compensation or a fee that was claimed in a notice.

    Nothing is lost silently and nothing is claimed twice: a claim is asked for until
    somebody books it as an invoice or waives it. Only sent notices make claims; nobody
    has the right to write them, people act through the buttons.
    """

    _name = "dunning.claim"
    _inherit = [
        "dunning.of.case",
        "dunning.claim.decision",
        "dunning.claim.booking",
        "dunning.claim.ground",
        "dunning.claim.settling",
    ]
    _description = "Claim of Interest and Costs"
    _order = "date_from DESC, id DESC"
    _rec_name = "item_name"
    _check_company_auto = True

    # === WHOSE === #
    case_id = fields.Many2one(readonly=True)

    # === WHAT === #
    kind = fields.Selection(
        selection=[
            ("interest", "Interest"),
            ("compensation", "Compensation"),
            ("fee", "Fee"),
        ],
        required=True,
        readonly=True,
        index=True,
    )
    amount = fields.Monetary(readonly=True)
    amount_whole = fields.Monetary(
        string="Of the Whole Time",
        readonly=True,
        help="Interest on the item for the whole time, with what was booked or waived "
        "of it before.",
    )
    covered = fields.Monetary(
        readonly=True,
        help="What is not claimed: of a fee, what the compensation covers; of a "
        "compensation, what fees cover that were claimed before.",
    )
    note = fields.Char(
        string="How It Comes About",
        readonly=True,
        help="As the customer was told, in the customer's language.",
    )
    move_line_id = fields.Many2one(
        comodel_name="account.move.line",
        string="Receivable",
        readonly=True,
        index="btree_not_null",
        ondelete="set null",  # a claim outlives what happens to its invoice
    )
    move_id = fields.Many2one(
        comodel_name="account.move",
        string="Late Invoice",
        readonly=True,
        index="btree_not_null",
        ondelete="set null",
    )
    fee_line_ids = fields.Many2many(
        comodel_name="account.move.line",
        relation="dunning_claim_fee_line_rel",
        column1="claim_id",
        column2="move_line_id",
        string="Items of the Fee",
        readonly=True,
        help="The items that reached the level of the fee: they never cause it again.",
    )
    item_name = fields.Char(string="Item", readonly=True)
    date_due = fields.Date(string="Due Date", readonly=True)
    date_from = fields.Date(string="From", readonly=True)
    date_to = fields.Date(
        string="Until",
        readonly=True,
        help="Interest was claimed up to and including this day.",
    )
    segments = fields.Json(readonly=True)
    paid = fields.Json(
        readonly=True, help="What was paid on the item when the amount became final."
    )
    rate_text = fields.Char(string="Rate", compute="_compute_rate_text")
    regime_id = fields.Many2one(
        comodel_name="interest.regime",
        string="Legal Ground",
        readonly=True,
        ondelete="set null",
    )
    level_id = fields.Many2one(
        comodel_name="dunning.level", readonly=True, ondelete="set null"
    )
    notice_id = fields.Many2one(
        comodel_name="dunning.notice",
        string="First Claimed by",
        readonly=True,
        index="btree_not_null",
        ondelete="restrict",
    )
    # who sends the same fee by mail and letter claims it once
    fee_key = fields.Char(readonly=True)

    # === STATE === #
    state = fields.Selection(
        selection=[
            ("claimed", "Claimed"),
            ("booked", "Booked"),
            ("waived", "Waived"),
        ],
        required=True,
        readonly=True,
        default="claimed",
        index=True,
    )
    is_final = fields.Boolean(
        string="Final",
        readonly=True,
        help="The debt itself is settled, so that the amount does not grow any more: "
        "book it or waive it.",
    )
    invoice_id = fields.Many2one(
        comodel_name="account.move",
        string="Booked on",
        readonly=True,
        index="btree_not_null",
        ondelete="set null",
        copy=False,
    )
    invoice_line_id = fields.Many2one(
        comodel_name="account.move.line",
        readonly=True,
        index="btree_not_null",
        ondelete="set null",
        copy=False,
    )
    origin_id = fields.Many2one(
        comodel_name="dunning.claim",
        string="Part of",
        readonly=True,
        index="btree_not_null",
        ondelete="set null",
        help="The claim of which only this part was waived.",
    )
    waive_reason = fields.Char(string="Why Waived", readonly=True)
    waived_by_id = fields.Many2one(
        comodel_name="res.users", string="Waived by", readonly=True
    )
    waived_on = fields.Date(readonly=True)

    _live_interest_uniq = models.UniqueIndex(
        "(move_line_id) WHERE kind = 'interest' AND state = 'claimed'",
        "Interest on this item is claimed already.",
    )
    _compensation_uniq = models.UniqueIndex(
        "(move_line_id) WHERE kind = 'compensation' AND origin_id IS NULL",
        "Compensation for this item was claimed already.",
    )
    _fee_uniq = models.UniqueIndex(
        "(fee_key) WHERE kind = 'fee' AND origin_id IS NULL",
        "The fee of this notice was claimed already.",
    )
    _asked_idx = models.Index("(case_id) WHERE state <> 'waived'")
    _amount_positive = models.Constraint(
        "CHECK (amount >= 0)", "A claim cannot be negative."
    )

    # === COMPUTE METHODS === #

    @api.depends("kind", "item_name", "amount")
    @api.depends_context("lang")
    def _compute_display_name(self):
        labels = dict(self._fields["kind"]._description_selection(self.env))
        for claim in self:
            parts = [labels.get(claim.kind), claim.item_name]
            claim.display_name = " · ".join(part for part in parts if part)

    @api.depends("segments")
    @api.depends_context("lang")
    def _compute_rate_text(self):
        writer = self.env["dunning.claim.text"]
        for claim in self:
            claim.rate_text = writer._get_rates_text(read_segments(claim.segments))

    # === ACTION METHODS === #

    def action_open_case(self):
        """Open the case of the claim."""
        self.ensure_one()
        return self.case_id._get_records_action()

    def action_open_invoice(self):
        """Open the invoice on which the claim was booked."""
        self.ensure_one()
        return self.invoice_id._get_records_action()

    # === BUSINESS METHODS === #

    @api.model
    def _get_asked_domain(self):
        """Return the domain of what is still asked for as a claim.

        A booked one is until its invoice is posted: then the invoice asks for it.

        :rtype: odoo.fields.Domain
        """
        is_draft = Domain("state", "=", "booked") & Domain(
            "invoice_id.state", "=", "draft"
        )
        return Domain("amount", ">", 0) & (Domain("state", "=", "claimed") | is_draft)

    def _is_resting(self, resting):
        """Return whether a claim is only about items that rest.

        :param set resting: ids of the receivables that rest
        :rtype: bool
        """
        self.ensure_one()
        lines = self.fee_line_ids | self.move_line_id
        return bool(lines) and set(lines.ids) <= resting

    # === AS DOCUMENTS SHOW IT === #

    def _get_whole(self):
        """Return the interest on the whole time, exact; ``None`` for costs."""
        if self.kind != "interest" or not self.amount_whole:
            return None
        return Decimal(f"{self.amount_whole:.{self.currency_id.decimal_places}f}")

    def _get_part(self):
        """Return the claim as documents show it.

        :rtype: ClaimPart
        """
        self.ensure_one()
        return ClaimPart(
            kind=self.kind,
            amount=Decimal(f"{self.amount:.{self.currency_id.decimal_places}f}"),
            name=self.item_name or "",
            line_id=self.move_line_id.id or None,
            claim_id=self.id,
            level_id=self.level_id.id or None,
            regime_id=self.regime_id.id or None,
            due=self.date_due or None,
            start=self.date_from or None,
            end=self.date_to or None,
            is_final=self.is_final,
            note=self.note or "",
            total=self._get_whole(),
            segments=read_segments(self.segments),
        )
