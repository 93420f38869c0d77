from decimal import Decimal

from odoo import api, fields, models

from ..tools import pricing, three_points
from ..tools.pricing_numbers import PricingError

#: What may change after the customer was told the price.
FREE_FIELDS = frozenset({"is_done", "factor_values"})


class ServiceEstimateStage(models.Model):
    """One stage of a job: how much work, at which rate, under which factors."""

    _name = "service.estimate.stage"
    _inherit = [
        "dunning.protected",
        "service.estimate.stage.rating",
        "service.estimate.stage.explanation",
    ]
    _description = "Estimate Stage"
    _order = "estimate_id, sequence, id"
    _check_company_auto = True
    _protected_fields = frozenset(
        {"factor_values", "multiplier", "price_subtotal", "price_variance", "problem"}
    )

    # === IDENTITY === #
    estimate_id = fields.Many2one(
        comodel_name="service.estimate", required=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one(  # stored: record rules filter on it
        related="estimate_id.company_id", store=True, index=True
    )
    currency_id = fields.Many2one(related="estimate_id.currency_id")
    state = fields.Selection(related="estimate_id.state")
    sequence = fields.Integer(default=10)
    display_type = fields.Selection(
        selection=[("line_section", "Section"), ("line_note", "Note")]
    )
    name = fields.Char(required=True)
    description = fields.Text(help="What is delivered; the customer reads it.")
    product_id = fields.Many2one(
        comodel_name="product.product",
        check_company=True,
        domain="[('sale_ok', '=', True)]",
        help="Gives unit, rate, taxes and income account.",
    )

    # === HOW MUCH WORK === #
    product_uom_id = fields.Many2one(
        comodel_name="uom.uom",
        string="Unit",
        compute="_compute_product_uom_id",
        store=True,
        readonly=False,
        precompute=True,
    )
    is_three_point = fields.Boolean(
        string="Three Points",
        help="Estimate the volume by an optimistic, a likely and a pessimistic value.",
    )
    volume_optimistic = fields.Float(digits="Product Unit")
    volume_likely = fields.Float(digits="Product Unit")
    volume_pessimistic = fields.Float(digits="Product Unit")
    volume = fields.Float(
        compute="_compute_volume",
        store=True,
        readonly=False,
        precompute=True,
        digits="Product Unit",
    )
    normal_days = fields.Float(
        string="Normal Working Days",
        compute="_compute_normal_days",
        store=True,
        readonly=False,
        digits=(16, 2),
        help="How long the stage takes without haste, in working days of the company.",
    )
    is_done = fields.Boolean(string="Finished", copy=False)

    # === PRICE === #
    rate = fields.Monetary(
        compute="_compute_rate", store=True, readonly=False, precompute=True
    )
    rating_ids = fields.Many2many(
        comodel_name="estimate.factor.rating",
        string="Ratings",
        domain="[('method', '=', 'manual')]",
        help="The ratings that are chosen by hand, one for each factor.",
    )
    surcharge_percent = fields.Float(string="Surcharge (%)", digits=(6, 2))
    surcharge_fixed = fields.Monetary(string="Surcharge (Amount)")
    surcharge_reason = fields.Char(help="Why; the customer reads it.")
    #: [{factor_id, rating_id, factor, rating, multiplier (str), method}], in their
    #: order; a graduated volume has parts too, [[volume, multiplier]] (str).
    #: A draft follows the scales; later on it is what the customer was told.
    factor_values = fields.Json(
        compute="_compute_factor_values", store=True, copy=False
    )
    multiplier = fields.Float(compute="_compute_price", store=True, digits=(16, 4))
    price_subtotal = fields.Monetary(
        string="Price",
        compute="_compute_price",
        store=True,
        help="Volume × rate × multipliers, rounded, + surcharges; no discount.",
    )
    price_variance = fields.Float(compute="_compute_price", store=True)
    tax_ids = fields.Many2many(
        comodel_name="account.tax",
        string="Taxes",
        compute="_compute_tax_ids",
        store=True,
        readonly=False,
        check_company=True,
        domain="[('type_tax_use', '=', 'sale')]",
    )
    problem = fields.Char(
        compute="_compute_price", store=True, help="Why the stage cannot be priced yet."
    )
    explanation = fields.Char(compute="_compute_explanation")

    # === INVOICES === #
    invoice_line_ids = fields.One2many(
        comodel_name="account.move.line",
        inverse_name="estimate_stage_id",
        string="Invoice Lines",
    )

    # === COMPUTE METHODS === #

    @api.depends("product_id")
    def _compute_product_uom_id(self):
        for stage in self:
            uom = stage.product_id.uom_id or stage.product_uom_id
            stage.product_uom_id = uom or self.env.ref("uom.product_uom_hour")

    @api.depends(
        "is_three_point", "volume_optimistic", "volume_likely", "volume_pessimistic"
    )
    def _compute_volume(self):
        for stage in self:
            stage.volume = stage._get_expected_volume()

    def _get_expected_volume(self):
        """Return the volume that three points give, else the present one."""
        self.ensure_one()
        if not self.is_three_point:
            return self.volume or 1.0
        try:
            return float(three_points.expected_volume(*self._get_points()))
        except PricingError:
            return self.volume_likely

    def _get_points(self):
        """Return optimistic, likely and pessimistic volume as Decimals."""
        self.ensure_one()
        return tuple(
            Decimal(str(value))
            for value in (
                self.volume_optimistic,
                self.volume_likely,
                self.volume_pessimistic,
            )
        )

    @api.depends("volume", "product_uom_id")
    def _compute_normal_days(self):
        hour = self.env.ref("uom.product_uom_hour")
        for stage in self:
            unit = stage.product_uom_id
            if unit and unit._has_common_reference(hour):
                hours = unit._compute_quantity(stage.volume, hour, round=False)
                stage.normal_days = hours / stage._get_hours_per_day()
            else:
                stage.normal_days = stage.normal_days or 0.0

    def _get_hours_per_day(self):
        company = self.company_id or self.env.company
        return company.resource_calendar_id.hours_per_day or 8.0

    @api.depends("product_id", "estimate_id.currency_id")
    def _compute_rate(self):
        for stage in self:
            product = stage.product_id
            if not product:
                stage.rate = stage.rate or 0.0
                continue
            estimate = stage.estimate_id
            company = estimate.company_id or self.env.company
            stage.rate = product.currency_id._convert(
                product.lst_price,
                estimate.currency_id or product.currency_id,
                company,
                estimate.date_start or company._get_dunning_today(),
            )

    @api.depends("product_id", "estimate_id.fiscal_position_id", "company_id")
    def _compute_tax_ids(self):
        for stage in self:
            company = stage.company_id or self.env.company
            taxes = stage.product_id.taxes_id or company.account_sale_tax_id
            taxes = taxes._filter_taxes_by_company(company)
            stage.tax_ids = stage.estimate_id.fiscal_position_id.map_tax(taxes)

    @api.depends(
        "factor_values",
        "volume",
        "rate",
        "surcharge_percent",
        "surcharge_fixed",
        "is_three_point",
        "volume_optimistic",
        "volume_pessimistic",
        "estimate_id.currency_id",
        "display_type",
    )
    def _compute_price(self):
        for stage in self:
            price, problem = stage._get_price()
            stage.price_subtotal = float(price.subtotal) if price else 0.0
            stage.multiplier = float(price.multiplier) if price else 0.0
            stage.price_variance = stage._get_price_variance(price)
            stage.problem = problem

    def _get_price(self, values=None):
        """Return the price of the stage, or why there is none.

        :param list values: factor values instead of its own, see ``factor_values``
        :return: (pricing.StagePrice or None, problem or False)
        :rtype: tuple
        """
        self.ensure_one()
        if self.display_type:
            return None, False
        values = self.factor_values or [] if values is None else values
        problems = [value["problem"] for value in values if value.get("problem")]
        try:
            if self.is_three_point:
                three_points.expected_volume(*self._get_points())
            price = pricing.price_stage(
                self.volume,
                self.rate,
                [value["multiplier"] for value in values],
                percent=self.surcharge_percent,
                fixed=self.surcharge_fixed,
                rounding=self._get_currency().rounding,
            )
        except PricingError as error:
            return None, self.env["estimate.factor"]._explain_problem(error)
        return price, problems[0] if problems else False

    def _get_currency(self):
        return self.estimate_id.currency_id or self.env.company.currency_id

    def _get_price_variance(self, price):
        """Return the variance of the price, 0 without three points."""
        if not price or not self.is_three_point or not self.volume:
            return 0.0
        optimistic, _likely, pessimistic = self._get_points()
        unit_price = price.factored / Decimal(str(self.volume))
        variance = three_points.volume_variance(optimistic, pessimistic)
        return float(variance * unit_price**2)

    @api.depends("factor_values", "price_subtotal", "surcharge_reason")
    @api.depends_context("lang")
    def _compute_explanation(self):
        for stage in self:
            stage.explanation = stage._explain()

    # === CRUD METHODS === #

    @api.model_create_multi
    def create(self, vals_list):
        self._check_created(vals_list)
        stages = super().create(vals_list)
        stages._check_draft()
        return stages

    def write(self, vals):
        if set(vals) - FREE_FIELDS:
            self._check_draft()
        done = super().write(vals)
        if "estimate_id" in vals:
            self._check_draft()
        return done

    @api.ondelete(at_uninstall=False)
    def _unlink_except_sent(self):
        self._check_draft()

    def _check_draft(self):
        """Raise a UserError if the customer was told the price already."""
        for estimate in self.estimate_id:
            estimate._check_draft()

    # === ACTION METHODS === #

    def action_open(self):
        """Open the stage with its long texts."""
        self.ensure_one()
        return self._get_records_action(target="new")

    # === TAXES === #

    def _prepare_base_lines(self, prices=None, rate=1.0, discount=None):
        """Return stages of one estimate as base lines of the tax engine.

        Each one carries its share of the discount: its price is net.

        :param dict prices: instead of their own, ``{stage: float}``
        :param float rate: of the estimate's currency, 1 for the company's
        :param float discount: in money, on all stages; by default that of the estimate
        :rtype: list[dict]
        """
        prepare = self.env["account.tax"]._prepare_base_line_for_taxes_computation
        prices = prices or {}
        estimate = self.estimate_id
        common = {
            "quantity": 1.0,
            "partner_id": estimate.partner_id,
            "currency_id": estimate.currency_id,
            "rate": rate,
        }
        gross = [prices.get(stage, stage.price_subtotal) for stage in self]
        if discount is None:
            discount = -estimate.amount_discount
        shares = estimate._split_discount(gross, discount)
        return [
            prepare(
                stage, price_unit=stage._get_currency().round(amount - share), **common
            )
            for stage, amount, share in zip(self, gross, shares, strict=True)
        ]
