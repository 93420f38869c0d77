from odoo import api, fields, models
from odoo.exceptions import ValidationError


class DunningProcedure(models.Model):
    """An ordered list of levels and the rules that hold for all of them."""

    _name = "dunning.procedure"
    _description = "Reminder Procedure"
    _order = "sequence, id"
    _check_company_auto = True

    # === IDENTITY === #
    name = fields.Char(required=True, translate=True)
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)
    company_id = fields.Many2one(
        comodel_name="res.company",
        required=True,
        index=True,
        default=lambda self: self.env.company,
    )
    currency_id = fields.Many2one(related="company_id.currency_id")
    level_ids = fields.One2many(
        comodel_name="dunning.level",
        inverse_name="procedure_id",
        string="Levels",
        copy=True,
        # a level that is switched off is shown, and copied with the procedure
        context={"active_test": False},
    )
    is_default = fields.Boolean(compute="_compute_is_default")

    # === RULES === #
    tolerance_amount = fields.Monetary(
        string="Tolerance",
        compute="_compute_tolerance_amount",
        store=True,
        precompute=True,
        readonly=False,
        help="Nobody is reminded of less than this amount in total, in the company's "
        "currency. 0: of every amount.",
    )
    first_level = fields.Selection(
        selection=[
            ("climb", "Start with the first level"),
            ("age", "Start with the level that its age has reached"),
        ],
        string="First Reminder",
        required=True,
        default="climb",
        help="What happens to an invoice that is already late when it is reminded for "
        "the first time.",
    )
    credit_treatment = fields.Selection(
        selection=[
            ("reduce", "Deduct them from the amount"),
            ("hold", "Hold the reminder until they are matched"),
            ("ignore", "Ignore them"),
        ],
        string="Unmatched Payments",
        required=True,
        default="reduce",
        help="Payments and credit notes of the customer that are not matched with an "
        "invoice yet. Interest is never claimed on money that is there, whatever is "
        "chosen.",
    )

    skip_automatic = fields.Boolean(
        string="Leave Out Who Pays Automatically",
        help="Customers whose payments are collected, by a saved card or account of an "
        "enabled payment provider or by a mandate, are not reminded. A payment that "
        "fails has to be looked after by a person.",
    )

    _tolerance_positive = models.Constraint(
        "CHECK (tolerance_amount >= 0)", "The tolerance cannot be negative."
    )

    # === COMPUTE METHODS === #

    @api.depends("company_id.currency_id")
    def _compute_tolerance_amount(self):
        for procedure in self:
            procedure.tolerance_amount = procedure._get_shipped_tolerance()

    def _get_shipped_tolerance(self):
        """Return the tolerance of a procedure for which nobody has chosen one.

        The company's currency counts: 5 of it, or 500 where its unit is as small as
        the cents of others.

        :rtype: float
        """
        self.ensure_one()
        return 5.0 if self.company_id.currency_id.decimal_places else 500.0

    @api.depends("company_id.dunning_procedure_id")
    def _compute_is_default(self):
        for procedure in self:
            procedure.is_default = (
                procedure.company_id.dunning_procedure_id == procedure
            )

    # === CONSTRAINT METHODS === #

    @api.constrains("active")
    def _check_default_is_active(self):
        for procedure in self:
            if not procedure.active and procedure.is_default:
                raise ValidationError(
                    self.env._(
                        "'%(procedure)s' is the default of %(company)s. Choose another "
                        "default procedure before you archive it.",
                        procedure=procedure.name,
                        company=procedure.company_id.name,
                    )
                )

    # === ACTION METHODS === #

    def action_set_default(self):
        """Make this the procedure of customers without one of their own."""
        self.check_access("write")
        for procedure in self:
            # whoever may write procedures need not have the right to write companies
            procedure.company_id.sudo().dunning_procedure_id = procedure

    # === BUSINESS METHODS - PLANNING === #

    def _get_next_level(self, level, days_late):
        """Return the level that follows ``level`` for an item that is so late.

        Heads-ups speak of money that is not overdue yet, so an overdue item skips
        them. The planner does the same in SQL; a test holds both together.

        :param dunning.level level: what the item has reached, may be empty or belong
            to another procedure (then its rank tells how far it was)
        :param int days_late: days since the due date
        :rtype: dunning.level
        """
        self.ensure_one()

        def is_after(candidate):
            if not level:
                return True
            if level.procedure_id == self:
                return (candidate.sequence, candidate.id) > (level.sequence, level.id)
            return candidate.rank_days > level.rank_days

        return self.level_ids.sorted(lambda lvl: (lvl.sequence, lvl.id)).filtered(
            lambda lvl: (
                lvl.active
                and is_after(lvl)
                and not (lvl._is_heads_up() and days_late > 0)
            )
        )[:1]
