from decimal import Decimal

from odoo import api, fields, models
from odoo.exceptions import ValidationError

from ..tools.commission import (
    BY_AGE,
    BY_AMOUNT,
    CommissionError,
    Step,
    Terms,
    check_terms,
)

#: In the context of a scale that is being written: it looks at its steps at the end.
#: An object, because nobody can send one.
CHECKED_LATER = object()


class DunningCommissionScale(models.Model):
    """What an agency earns of what it collects, in steps; see ``tools.commission``.

    A hand-over keeps its own copy of the steps: a changed scale holds for the next one.
    """

    _name = "dunning.commission.scale"
    _description = "Commission Scale"
    _order = "name, id"
    _check_company_auto = True

    name = fields.Char(required=True, translate=True)
    active = fields.Boolean(default=True)
    company_id = fields.Many2one(
        comodel_name="res.company",
        required=True,
        index=True,
        default=lambda self: self.env.company,
    )
    currency_id = fields.Many2one(
        comodel_name="res.currency",
        required=True,
        default=lambda self: self.env.company.currency_id,
    )
    basis = fields.Selection(
        selection=[
            (BY_AMOUNT, "Amount collected: each part at the rate of its step"),
            (BY_AGE, "Days late of each item when handed over"),
        ],
        required=True,
        default=BY_AMOUNT,
    )
    step_ids = fields.One2many(
        comodel_name="dunning.commission.step",
        inverse_name="scale_id",
        string="Steps",
        copy=True,
    )

    # === CONSTRAINT METHODS === #

    @api.constrains("step_ids", "basis")
    def _check_steps(self):
        for scale in self:
            try:
                check_terms(scale._get_terms())
            except CommissionError as error:
                raise ValidationError(scale._explain(error)) from None

    def _explain(self, error):
        """Return in words what is wrong with the steps.

        :param CommissionError error: of ``check_terms``
        :rtype: str
        """
        return {
            "start": self.env._(
                "The first step begins at 0: without it small amounts "
                "would have no rate."
            ),
            "steps": self.env._("Two steps begin at the same limit."),
            "percent": self.env._("A commission lies between 0 and 100 %."),
        }[error.code]

    # === CRUD METHODS === #

    def write(self, vals):
        """Change a scale; its steps may be wrong for a moment, but not in the end."""
        scales = self.with_context(commission_steps=CHECKED_LATER)
        return super(DunningCommissionScale, scales).write(vals)

    # === BUSINESS METHODS === #

    def _get_terms(self, currency=None):
        """Return the scale as ``tools.commission`` takes it.

        :param res.currency currency: in which it is rounded, default its own
        :rtype: Terms
        """
        self.ensure_one()
        steps = tuple(step._get_step() for step in self.step_ids)
        rounding = (currency or self.currency_id).rounding
        return Terms(self.basis, steps=steps, step=Decimal(str(rounding)))


class DunningCommissionStep(models.Model):
    """From which amount, or how many days late, which percentage holds."""

    _name = "dunning.commission.step"
    _description = "Step of a Commission Scale"
    _order = "scale_id, start_amount, start_days, id"

    scale_id = fields.Many2one(
        comodel_name="dunning.commission.scale",
        required=True,
        index=True,
        ondelete="cascade",
    )
    company_id = fields.Many2one(  # stored: record rules filter on it
        related="scale_id.company_id", store=True, index=True
    )
    currency_id = fields.Many2one(related="scale_id.currency_id")
    basis = fields.Selection(related="scale_id.basis")
    start_amount = fields.Monetary(string="From Amount")
    start_days = fields.Integer(string="From Days Late")
    percent = fields.Float(string="Commission (%)", digits=(5, 2), required=True)

    @api.constrains("scale_id", "start_amount", "start_days", "percent")
    def _check_scale(self):
        """Check a step that was written by itself; see ``CHECKED_LATER``."""
        if self.env.context.get("commission_steps") is not CHECKED_LATER:
            self.scale_id._check_steps()

    def _get_step(self):
        is_age = self.scale_id.basis == BY_AGE
        start = self.start_days if is_age else Decimal(str(self.start_amount))
        return Step(start, Decimal(str(self.percent)))
