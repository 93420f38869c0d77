from dataclasses import dataclass
from decimal import Decimal

from odoo import api, models
from odoo.exceptions import UserError

from ..tools.claim_part import ClaimPart
from ..tools.settlement_order import Cost, Order, settle


@dataclass(frozen=True)
class ItemAccount:
    """All that is claimed of one item on a day; amounts are exact."""

    line: object
    number: str
    due: object
    principal: Decimal
    payments: tuple
    residual: Decimal
    regime: object
    interest: ClaimPart | None
    costs: tuple
    problem: str | bool
    #: what payments settle by the law of the item, if it says so
    order: Order | None


class DunningClaimAccount(models.AbstractModel):
    """Computes what is claimed of items on a day, whether it was told before or not.

    What was booked or waived is left out: it stands on an invoice, or is given up.
    """

    _name = "dunning.claim.account"
    _description = "Account of Claims"

    @api.model
    def _get_accounts(self, case, lines, date):
        """Return the accounts of items, the oldest first.

        :param dunning.case case: whose items they are
        :param account.move.line lines: receivables
        :param datetime.date date: the company's date
        :rtype: list[ItemAccount]
        """
        account = self.sudo().with_company(case.company_id)
        lines = lines.sudo().with_env(account.env)
        payments = lines._get_interest_payments(date)
        claims = account.env["dunning.claim"]
        known = claims.search([("move_line_id", "in", lines.ids)])
        by_line = known.grouped("move_line_id")
        decided = claims._read_settled_interest(lines)
        return [
            account._get_account(
                case.sudo(),
                line,
                tuple(payments[line]),
                by_line.get(line, claims),
                decided.get(line.id, 0.0),
                date,
            )
            for line in lines.sorted(lambda one: (one.date_maturity or date, one.id))
        ]

    def _get_account(self, case, line, payments, claims, decided, date):
        regime, interest, costs, problem = self._get_regime(case, line), None, (), False
        principal = self._to_decimal(case, line.amount_currency)
        if regime and line.date_maturity:
            try:
                interest = self._get_interest(
                    case, line, regime, payments, decided, date
                )
                costs = self._get_costs(case, line, regime, payments, claims, date)
                problem = regime._get_problem(line.date_maturity, date)
            except UserError as error:
                problem = str(error)
        return ItemAccount(
            line=line,
            number=line.move_id.name or line.name or "",
            due=line.date_maturity,
            principal=principal,
            payments=payments,
            residual=principal - sum((one.amount for one in payments), Decimal(0)),
            regime=regime,
            interest=interest,
            costs=costs,
            problem=problem,
            order=interest
            and self._get_order(case, line, regime, payments, costs, date),
        )

    def _to_decimal(self, case, amount):
        return Decimal(f"{amount:.{case.currency_id.decimal_places}f}")

    def _get_regime(self, case, line):
        move = line.move_id
        regimes = self.env["interest.regime"]
        if move.is_dunning_cost:
            return regimes
        return move._get_interest_regime(self._get_procedure(case, line))

    def _get_procedure(self, case, line):
        """Return the procedure of an item: invoice > customer > company."""
        customer = case.partner_id.with_company(case.company_id)
        return (
            line.move_id.dunning_procedure_id
            or customer.dunning_procedure_id
            or case.company_id.dunning_procedure_id
        )

    def _get_interest(self, case, line, regime, payments, decided, date):
        interest = regime._compute_interest(
            line.amount_currency,
            line.date_maturity,
            date,
            list(payments),
            case.currency_id,
        )
        if not interest.segments:
            return None
        amount = interest.amount - self._to_decimal(case, decided)
        return ClaimPart(
            kind="interest",
            amount=max(amount, Decimal(0)),
            total=interest.amount,
            name=line.move_id.name or line.name or "",
            line_id=line.id,
            regime_id=regime.id,
            due=line.date_maturity,
            start=interest.segments[0].start,
            end=interest.segments[-1].end,
            segments=interest.segments,
            payments=payments,
        )

    def _get_costs(self, case, line, regime, payments, claims, date):
        """Return the compensation of an item: as it was claimed, else as it is owed."""
        known = claims.filtered(lambda claim: claim.kind == "compensation")
        if known:
            asked = known.filtered_domain(known._get_asked_domain())
            return tuple(claim._get_part() for claim in asked)
        is_late = line.date_maturity < date
        if regime._get_customer_kind(case.partner_id) != "business" or not is_late:
            return ()
        early = [one.amount for one in payments if one.date <= line.date_maturity]
        late = line.amount_currency - float(sum(early))
        amount = regime._get_compensation(late, case.currency_id, date)
        part = ClaimPart(
            kind="compensation",
            amount=amount,
            name=line.move_id.name or "",
            line_id=line.id,
            regime_id=regime.id,
            due=line.date_maturity,
        )
        return (part,) if amount > 0 else ()

    def _get_order(self, case, line, regime, payments, costs, date):
        """Return what the payments settle by the law of the item, if it says so."""
        order = regime._get_settlement_order()
        due = line.date_maturity
        is_known = regime._get_counted_until(due, date) == date
        if not order or not payments or not is_known:
            return None
        owed = [Cost(due, cost.amount) for cost in costs]
        return settle(
            self._to_decimal(case, line.amount_currency),
            due,
            date,
            payments,
            owed,
            regime._get_terms(case.currency_id, due),
            order,
        )
