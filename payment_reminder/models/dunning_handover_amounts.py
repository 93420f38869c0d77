from odoo import api, fields, models
from odoo.tools import SQL

#: Journals whose entries are payments.
PAYMENT_JOURNALS = ("bank", "cash", "credit")


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
        help="Payments that are matched with the item: of the agency itself, and of "
        "others with a date from the hand-over to its end.",
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
        # also of other hand-overs of the item: one of them has collected a payment
        "move_line_id.dunning_handover_line_ids.handover_id.handed_over_on",
        "move_line_id.dunning_handover_line_ids.handover_id.closed_on",
        "move_line_id.dunning_handover_line_ids.handover_id.state",
        "move_line_id.dunning_handover_line_ids.handover_id.state_before",
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

        Entries of other journals than those of payments are credits, unless they name
        an agency (it sets its bill off).

        :rtype: str | bool
        """
        move = partial.credit_move_id.move_id
        if partial.id <= self.last_partial_id:
            return False
        if move.dunning_is_write_off:
            return "written_off"
        handed = self._get_handed(partial)
        own = handed.filtered(lambda line: line.handover_id._is_from_agency(partial))
        if not own and not self._is_payment(move):
            return "credited"
        date = partial.credit_move_id.date
        collector = own._get_latest(date) if own else handed._get_within(date)
        return "collected" if self.id in collector.ids else False

    def _is_payment(self, move):
        return move.journal_id.type in PAYMENT_JOURNALS or bool(move.origin_payment_id)

    # === WHO HAS COLLECTED === #
    # A payment is collected by one hand-over at most, or its commission is paid twice.

    def _get_handed(self, partial):
        """Return the item in all hand-overs before a matching, the first one first.

        :rtype: dunning.handover.line
        """
        lines = self.move_line_id.sudo().dunning_handover_line_ids
        return lines.filtered(
            lambda line: (
                line.handover_id.handed_over_on and line.last_partial_id < partial.id
            )
        ).sorted(lambda line: (line.handover_id.handed_over_on, line.id))

    def _get_latest(self, date):
        """Return where a payment of the agency itself belongs, whenever it comes.

        It is the last hand-over that had begun by then: what the agency passes on after
        the end was collected before.
        """
        begun = self.filtered(lambda line: line.handover_id.handed_over_on <= date)
        return begun[-1:] or self[:1]

    def _get_within(self, date):
        """Return where a payment of anybody else belongs, by its own date.

        What was paid before the hand-over and is matched later was not collected by the
        agency, nor what is paid to us after the end.
        """
        return self.filtered(lambda line: line.handover_id._is_within(date))[-1:]


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

    @api.depends(
        "line_ids.move_line_id.amount_residual_currency", "line_ids.amount_waiting"
    )
    def _compute_open(self):
        for handover in self:
            handover.amount_open = sum(
                max(line.amount_residual - line.amount_waiting, 0.0)
                for line in handover.line_ids
            )

    @api.depends("report_ids.amount")
    def _compute_reported(self):
        for handover in self:
            handover.amount_reported = sum(handover.report_ids.mapped("amount"))
