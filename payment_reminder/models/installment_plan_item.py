from odoo import api, fields, models
from odoo.exceptions import UserError


class InstallmentPlanItem(models.Model):
    """One receivable that a plan covers, and what it was open for at the beginning."""

    _name = "installment.plan.item"
    _inherit = ["dunning.protected", "dunning.counted.credit"]
    _description = "Invoice in an Instalment Plan"
    _order = "date_maturity, id"
    _check_company_auto = True
    _protected_fields = frozenset(
        {
            "plan_id",
            "move_line_id",
            "move_id",
            "name",
            "date_maturity",
            "amount_start",
            "amount_unmatched",
            "last_partial_id",
            "last_credit_id",
            "is_active",
        }
    )

    plan_id = fields.Many2one(
        comodel_name="installment.plan", required=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one(  # stored: record rules filter on it
        related="plan_id.company_id", store=True, index=True
    )
    currency_id = fields.Many2one(related="plan_id.currency_id")
    move_line_id = fields.Many2one(
        comodel_name="account.move.line",
        string="Receivable",
        readonly=True,
        index=True,
        ondelete="set null",  # an invoice reset to draft gets new receivables
        check_company=True,
    )
    move_id = fields.Many2one(
        comodel_name="account.move",
        string="Invoice",
        readonly=True,
        index=True,
        ondelete="set null",
        check_company=True,
    )
    name = fields.Char(string="Number", readonly=True)
    date_maturity = fields.Date(string="Due at First", readonly=True)
    amount_start = fields.Monetary(
        string="Open at the Beginning",
        readonly=True,
        help="What the invoice was open for when the plan was made.",
    )
    amount_residual = fields.Monetary(
        related="move_line_id.amount_residual_currency", string="Open"
    )
    is_active = fields.Boolean(compute="_compute_is_active", store=True)

    _active_uniq = models.UniqueIndex(
        "(move_line_id) WHERE (is_active IS TRUE)",
        "An invoice is paid by one plan at a time.",
    )

    @api.depends("plan_id.state")
    def _compute_is_active(self):
        for item in self:
            item.is_active = item.plan_id.state == "active"

    # === CRUD METHODS === #

    @api.model_create_multi
    def create(self, vals_list):
        self._check_created(vals_list)
        return super().create(vals_list)

    # === MAKING === #

    @api.model
    def _prepare_values(self, line, debt):
        """Return the values of an item.

        :param account.move.line line: the receivable
        :param tools.open_items.Debt debt: what is open of it
        """
        return {
            **self._prepare_counted_values(line, debt),
            "move_line_id": line.id,
            "move_id": line.move_id.id,
            "name": line.move_id.name or line.name,
            "date_maturity": line.date_maturity or line.date,
            "amount_start": float(debt.left),
        }

    @api.model
    def _check_plannable(self, lines, others=None):
        """Raise a UserError unless a plan may cover these receivables.

        :param account.move.line lines: the receivables, whole
        :param installment.plan others: plans that may cover them, too: the plan itself,
            and the one that it is to replace
        """
        if not lines:
            raise UserError(self.env._("Nothing is open that a plan could cover."))
        self._check_same(lines)
        for line in lines:
            problem = self._get_problem(line, others)
            if problem:
                raise UserError(problem)
        self._check_covered(lines)

    def _check_covered(self, lines):
        """Raise a UserError for receivables of which nothing is open any more."""
        today = lines.company_id._get_dunning_today()
        for line, debt in lines.sudo()._get_debts(today).items():
            if debt.left <= 0:
                raise UserError(
                    self.env._(
                        "%(invoice)s: payments that are not matched yet cover it. "
                        "Match them first.",
                        invoice=line.move_id.display_name,
                    )
                )

    def _check_same(self, lines):
        """Raise a UserError unless the lines have one customer, currency, company."""
        if len(lines.company_id) > 1:
            raise UserError(self.env._("A plan belongs to one company."))
        if len(lines.partner_id.commercial_partner_id) > 1:
            raise UserError(
                self.env._("A plan is made with one customer, not with several.")
            )
        if len(lines.currency_id) > 1:
            raise UserError(
                self.env._(
                    "A plan has one currency; make one for each of: %(currencies)s.",
                    currencies=", ".join(lines.currency_id.mapped("name")),
                )
            )

    def _get_problem(self, line, others=None):
        """Return why a receivable cannot be covered, or ``False``.

        :rtype: str | bool
        """
        name = line.move_id.display_name
        return (
            self._get_entry_problem(line, name)
            or self._get_payment_problem(line.move_id, name)
            or self._get_agreement_problem(line, name, others)
        )

    def _get_entry_problem(self, line, name):
        if line.parent_state != "posted":
            return self.env._("%(invoice)s is not posted.", invoice=name)
        if line.account_type != "asset_receivable":
            return self.env._(
                "%(invoice)s: only receivables can be paid in instalments.",
                invoice=name,
            )
        if line.move_id.move_type == "out_refund" or line.balance < 0:
            return self.env._(
                "%(invoice)s is a credit: nothing is to be paid.", invoice=name
            )
        if line.reconciled or line.currency_id.is_zero(line.amount_residual_currency):
            return self.env._("%(invoice)s is paid already.", invoice=name)
        return False

    def _get_payment_problem(self, move, name):
        if move.payment_state in ("in_payment", "paid"):
            return self.env._(
                "%(invoice)s: a payment is on its way; wait until it is there.",
                invoice=name,
            )
        pending = move.sudo().transaction_ids.filtered(
            lambda tx: tx.state in ("pending", "authorized")
        )
        if pending:
            return self.env._(
                "%(invoice)s: an online payment is pending; wait until it is done.",
                invoice=name,
            )
        return False

    def _get_agreement_problem(self, line, name, others):
        items = (
            self.env["dunning.case.line"]
            .sudo()
            .search([("move_line_id", "=", line.id)])
        )
        if "open" in items.dispute_ids.mapped("state"):
            return self.env._(
                "%(invoice)s is disputed: settle that first.", invoice=name
            )
        plans = self._get_live_plans(line) - (others or self.env["installment.plan"])
        if plans:
            return self.env._(
                "%(invoice)s is in the plan %(plan)s already.",
                invoice=name,
                plan=plans[0].display_name,
            )
        return False

    @api.model
    def _get_live_plans(self, lines):
        """Return the plans that are proposed or active over some receivables.

        :rtype: installment.plan
        """
        return (
            self.sudo()
            .search(
                [
                    ("move_line_id", "in", lines.ids),
                    ("plan_id.state", "in", ("proposed", "active")),
                ]
            )
            .plan_id
        )

    # === PAYMENTS === #

    def _get_payments(self):
        """Return what was paid since the plan was made, newest reconciliations.

        Whatever way it came: bank, online, credit note. What was undone is not there.

        :return: (date, amount in the plan's currency) pairs
        :rtype: list[tuple[datetime.date, float]]
        """
        self.ensure_one()
        currency = self.currency_id
        left = self.amount_start - self._get_residual()
        payments = []
        partials = self.move_line_id.sudo().matched_credit_ids
        partials -= self._get_counted_partials()
        for partial in partials.sorted("id", reverse=True):
            if currency.compare_amounts(left, 0) <= 0:
                break
            amount = min(partial.debit_amount_currency, left)
            if currency.is_zero(amount):
                continue  # an exchange difference
            payments.append((partial.max_date, amount))
            left -= amount
        if currency.compare_amounts(left, 0) > 0:  # settled without a partial
            today = self.company_id._get_dunning_today()
            payments.append((today, left))
        return payments

    def _get_residual(self):
        """Return what the receivable is open for now; nothing when it is not posted.

        Without what was paid before the plan and is still to be matched.
        """
        line = self.move_line_id.sudo()
        return max(line.amount_residual_currency - self.amount_waiting, 0.0)
