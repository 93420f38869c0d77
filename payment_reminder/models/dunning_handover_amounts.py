from odoo import api, fields, models
from odoo.tools import SQL

#: Journals whose entries are payments.
PAYMENT_JOURNALS = ("bank", "cash", "credit")
#: What comes later than the end of a hand-over in one of these is not the agency's.
BOUNDED_STATES = ("partly", "returned", "written_off")


class DunningHandoverLine(models.Model):
    """What was collected of an item: read from reconciliation."""

    # one concept, one file
    _inherit = "dunning.handover.line"  # pylint: disable=consider-merging-classes-inherited

    amount_residual = fields.Monetary(
        related="move_line_id.amount_residual_currency", string="Open"
    )
    amount_collected = fields.Monetary(
        string="Collected",
        compute="_compute_settled",
        store=True,
        help="Payments with a date from the hand-over to its end that are matched "
        "with the item.",
    )
    amount_credited = fields.Monetary(
        string="Credited", compute="_compute_settled", store=True
    )
    amount_written_off = fields.Monetary(
        string="Written Off", compute="_compute_settled", store=True
    )

    @api.depends(
        "move_line_id.matched_credit_ids.debit_amount_currency",
        "move_line_id.matched_credit_ids.credit_move_id",
        "handover_id.handed_over_on",
        "handover_id.closed_on",
        "handover_id.state",
    )
    def _compute_settled(self):
        for line in self:
            sums = line._get_settled()
            line.amount_collected = sums["collected"]
            line.amount_credited = sums["credited"]
            line.amount_written_off = sums["written_off"]

    def _get_settled(self):
        """Return what was settled since the hand-over, by kind.

        :return: ``collected``, ``credited``, ``written_off`` (in the item's currency)
        :rtype: dict
        """
        self.ensure_one()
        sums = dict.fromkeys(("collected", "credited", "written_off"), 0.0)
        if not self.handover_id.handed_over_on:
            return sums
        for partial in self.move_line_id.sudo().matched_credit_ids:
            kind = self._get_kind(partial)
            if kind:
                sums[kind] += partial.debit_amount_currency
        return sums

    def _get_kind(self, partial):
        """Return what a matching means for the hand-over, ``False`` for nothing.

        A payment counts with its own date: what was paid before the hand-over and is
        matched later was not collected by the agency. Entries of other journals are
        payments when they name the agency (it sets its bill off), else credits.

        :rtype: str | bool
        """
        move = partial.credit_move_id.move_id
        if partial.id <= self.last_partial_id:
            return False
        if move.dunning_is_write_off:
            return "written_off"
        if not self._is_payment(move):
            return "credited"
        return "collected" if self._is_within(partial.credit_move_id.date) else False

    def _is_payment(self, move):
        agency = self.handover_id.agency_id.commercial_partner_id
        return (
            move.journal_id.type in PAYMENT_JOURNALS
            or bool(move.origin_payment_id)
            or agency in move.line_ids.partner_id.commercial_partner_id
        )

    def _is_within(self, date):
        handover = self.handover_id
        is_bounded = handover.state in BOUNDED_STATES and handover.closed_on
        return handover.handed_over_on <= date and (
            not is_bounded or date <= handover.closed_on
        )


class DunningHandover(models.Model):
    """What was handed over, collected and earned: computed, never declared."""

    # one concept, one file
    _inherit = "dunning.handover"  # pylint: disable=consider-merging-classes-inherited

    amount_handed = fields.Monetary(
        string="Handed Over", compute="_compute_amounts", store=True
    )
    amount_collected = fields.Monetary(
        string="Collected", compute="_compute_amounts", store=True
    )
    amount_credited = fields.Monetary(
        string="Credited", compute="_compute_amounts", store=True
    )
    amount_written_off = fields.Monetary(
        string="Written Off", compute="_compute_amounts", store=True
    )
    amount_open = fields.Monetary(string="Open", compute="_compute_open", store=True)
    collected_share = fields.Float(
        string="Quota",
        compute="_compute_collected_share",
        store=True,
        aggregator="avg",
        help="Collected of what was handed over; of several: weighted by the amounts.",
    )
    amount_reported = fields.Monetary(
        string="Received by the Agency",
        compute="_compute_reported",
        help="What the agency says it has received.",
    )

    @api.depends(
        "line_ids.amount_handed",
        "line_ids.amount_collected",
        "line_ids.amount_credited",
        "line_ids.amount_written_off",
    )
    def _compute_amounts(self):
        for handover in self:
            for name in ("handed", "collected", "credited", "written_off"):
                amounts = handover.line_ids.mapped(f"amount_{name}")
                handover[f"amount_{name}"] = sum(amounts)

    @api.depends("amount_handed", "amount_collected")
    def _compute_collected_share(self):
        for handover in self:
            handed = handover.amount_handed
            handover.collected_share = (
                handover.amount_collected / handed if handed else 0.0
            )

    def _read_group_select(self, aggregate_spec, query):
        """Weigh the quota by the amounts: large hand-overs count for more."""
        if aggregate_spec != "collected_share:avg":
            return super()._read_group_select(aggregate_spec, query)
        return SQL(
            "COALESCE(SUM(%(collected)s) / NULLIF(SUM(%(handed)s), 0), 0)",
            collected=self._field_to_sql(self._table, "amount_collected", query),
            handed=self._field_to_sql(self._table, "amount_handed", query),
        )

    @api.depends("line_ids.move_line_id.amount_residual_currency")
    def _compute_open(self):
        for handover in self:
            handover.amount_open = sum(
                max(line.amount_residual, 0.0) for line in handover.line_ids
            )

    @api.depends("report_ids.amount")
    def _compute_reported(self):
        for handover in self:
            handover.amount_reported = sum(handover.report_ids.mapped("amount"))
