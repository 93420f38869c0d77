from decimal import Decimal

from odoo import api, fields, models
from odoo.exceptions import UserError

from ..const import HANDOVER_AWAY_STATES, HANDOVER_LIVING_STATES
from ..tools.commission import (
    BY_AGE,
    Part,
    Terms,
    compute_commission,
    dump_terms,
    load_terms,
)
from ..tools.short_number import format_short_number

#: What is agreed on with the agency.
TERMS_FIELDS = {"commission_method", "commission_percent", "commission_scale_id"}


class DunningHandover(models.Model):
    """What the agency earns: by the terms that held when it got the items.

    They are kept with the hand-over, so that a scale can be changed for new business.
    They change while the agency has the items, by a person and in the history; not
    after the end, and not once a commission is billed.
    """

    # one concept, one file
    _inherit = "dunning.handover"  # pylint: disable=consider-merging-classes-inherited

    commission_terms = fields.Json(
        string="Agreed Commission", readonly=True, copy=False, help="Kept as agreed on."
    )
    commission_text = fields.Char(string="Agreed", compute="_compute_commission_text")
    amount_commission = fields.Monetary(
        string="Commission",
        compute="_compute_commission",
        store=True,
        help="Of what was collected of the items; interest and costs are not counted.",
    )

    # === COMPUTE METHODS === #

    @api.depends("line_ids.amount_collected", "line_ids.days_late", "commission_terms")
    def _compute_commission(self):
        for handover in self:
            handover.amount_commission = float(handover._get_commission())

    @api.depends(
        "commission_terms",
        "commission_method",
        "commission_percent",
        "commission_scale_id",
    )
    @api.depends_context("lang")
    def _compute_commission_text(self):
        for handover in self:
            handover.commission_text = handover._spell_terms()

    # === CRUD METHODS === #

    def write(self, vals):
        if not TERMS_FIELDS & set(vals):
            return super().write(vals)
        self._check_terms_are_open()
        done = super().write(vals)
        for handover in self.filtered(lambda one: one.state in HANDOVER_AWAY_STATES):
            handover.sudo().commission_terms = handover._prepare_terms()
        return done

    def _check_terms_are_open(self):
        """Raise a UserError if the commission is settled: ended, or on a bill."""
        for handover in self:
            if handover.state not in HANDOVER_LIVING_STATES:
                raise UserError(
                    self.env._(
                        "%(handover)s has ended: its commission stays as it was agreed "
                        "on.",
                        handover=handover.display_name,
                    )
                )
            if not handover.currency_id.is_zero(handover.amount_billed):
                raise UserError(
                    self.env._(
                        "%(amount)s of the commission of %(handover)s stand on a bill "
                        "already: delete its draft or credit it, then change what was "
                        "agreed on.",
                        amount=handover.currency_id._format_dunning(
                            handover.amount_billed
                        ),
                        handover=handover.display_name,
                    )
                )

    # === TERMS === #

    def _prepare_terms(self):
        """Return the commission as it is agreed on now, to be kept.

        :rtype: dict
        :raise ValidationError: when the steps of the scale make no sense
        """
        self.ensure_one()
        if self.commission_method == "scale":
            self.commission_scale_id.sudo()._check_steps()
        return dump_terms(self._get_proposed_terms())

    def _get_proposed_terms(self):
        """Return what the fields say; what was agreed on may be something else.

        :rtype: tools.commission.Terms
        """
        if self.commission_method == "scale" and self.commission_scale_id:
            return self.commission_scale_id.sudo()._get_terms(self.currency_id)
        return Terms(
            percent=Decimal(str(self.commission_percent)),
            step=Decimal(str(self.currency_id.rounding or 0.01)),
        )

    def _get_commission_terms(self):
        """Return what was agreed on, as ``tools.commission`` takes it.

        :rtype: tools.commission.Terms
        """
        if self.commission_terms:
            return load_terms(self.commission_terms)
        return self._get_proposed_terms()

    def _get_commission(self):
        """Return what the agency has earned so far, rounded once.

        :return: in the currency of the hand-over
        :rtype: decimal.Decimal
        """
        self.ensure_one()
        if not self.handed_over_on:
            return Decimal(0)
        digits = self.currency_id.decimal_places
        parts = [
            Part(Decimal(f"{line.amount_collected:.{digits}f}"), line.days_late)
            for line in self.line_ids
        ]
        return compute_commission(parts, self._get_commission_terms())

    # === WORDS === #

    def _get_commission_text(self):
        """Return what was agreed on, in the agency's language."""
        return self._localized()._spell_terms()

    def _spell_terms(self):
        """Return what was agreed on in words, and of what it is computed.

        :rtype: str
        """
        terms = self._get_commission_terms()
        if self.commission_method == "scale":
            return self.env._(
                "Commission by our scale '%(scale)s' of what is collected of the "
                "items, without interest and costs: %(steps)s.",
                scale=self.commission_scale_id.sudo().name or "",
                steps=", ".join(self._spell_step(step, terms) for step in terms.steps),
            )
        return self.env._(
            "Commission: %(percent)s %% of what is collected of the items, without "
            "interest and costs.",
            percent=format_short_number(self.env, float(terms.percent)),
        )

    def _spell_step(self, step, terms):
        percent = format_short_number(self.env, float(step.percent))
        if terms.method == BY_AGE:
            return self.env._(
                "%(percent)s %% from %(days)s days late",
                percent=percent,
                days=step.start,
            )
        return self.env._(
            "%(percent)s %% from %(amount)s",
            percent=percent,
            amount=self._format_amount(float(step.start)),
        )
