from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from odoo import api, models
from odoo.exceptions import UserError

from ..tools.claim_offset import Offset
from ..tools.claim_part import ClaimPart
from ..tools.open_items import Debt
from ..tools.settlement_order import Cost, Order, settle


@dataclass(frozen=True)
class ItemAccount:
    """All that is claimed of one item on a day; amounts are exact."""

    line: object
    number: str
    due: object
    #: what it was, what lowered it, what is open
    debt: Debt
    regime: object
    interest: ClaimPart | None
    costs: tuple
    problem: str | bool
    #: what payments settle by the law of the item, if it says so
    order: Order | None


@dataclass(frozen=True)
class Books:
    """What is known of all items of an account, read at once."""

    case: object
    date: date
    #: what is open by receivable
    debts: dict
    #: ids of receivables for which compensation was ever claimed
    compensated: set
    #: claims that are asked for, by receivable
    asked: dict
    #: what fees and compensations cover of each other
    offset: Offset
    #: booked and waived interest by id of the receivable
    decided: dict
    #: regimes by customer, invoice's own regime and procedure
    regimes: dict


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
        claims = account.env["dunning.claim"]
        known = claims.search([("move_line_id", "in", lines.ids)])
        asked = known.filtered_domain(known._get_asked_domain())._filter_grounded()
        books = Books(
            case=case.sudo(),
            date=date,
            debts=lines._get_debts(date),
            compensated=set(
                known.filtered(lambda one: one.kind == "compensation").move_line_id.ids
            ),
            asked=asked.grouped("move_line_id"),
            offset=claims._read_offset(lines),
            decided=claims._read_settled_interest(lines, with_drafts=False),
            regimes={},
        )
        return [
            account._get_account(line, books)
            for line in lines.sorted(lambda one: (one.date_maturity or date, one.id))
        ]

    def _get_account(self, line, books):
        date, debt = books.date, books.debts[line]
        regime = self._get_regime(line, books)
        interest, costs, problem = None, (), False
        if regime and line.date_maturity:
            try:
                interest = self._get_interest(line, regime, debt, books)
                costs = self._get_costs(line, regime, debt, books)
                problem = regime._get_counting_problem(line.date_maturity, date)
            except UserError as error:
                problem = str(error)
        else:  # nothing more is claimed, but what was told is still asked for
            told = [claim._get_part() for claim in books.asked.get(line, ())]
            interest = next((one for one in told if one.kind == "interest"), None)
            costs = tuple(one for one in told if one.kind != "interest")
        return ItemAccount(
            line=line,
            number=line.move_id.name or line.name or "",
            due=line.date_maturity,
            debt=debt,
            regime=regime,
            interest=interest,
            costs=costs,
            problem=problem,
            order=interest
            and regime
            and self._get_order(line, regime, debt, costs, books),
        )

    def _to_decimal(self, case, amount):
        return Decimal(f"{amount:.{case.currency_id.decimal_places}f}")

    def _get_regime(self, line, books):
        """Return the regime of an item, asked for once for each customer."""
        move = line.move_id
        if move.is_dunning_cost:
            return self.env["interest.regime"]
        procedure = self._get_procedure(books.case, line)
        key = (move.commercial_partner_id, move.interest_regime_id, procedure)
        if key not in books.regimes:
            books.regimes[key] = move._get_interest_regime(procedure)
        return books.regimes[key]

    def _get_procedure(self, case, line):
        """Return the procedure of an item: invoice > customer > company."""
        customer = case.partner_id.with_company(case.company_id)
        return (
            line.move_id.dunning_procedure_id
            or customer.dunning_procedure_id
            or case.company_id.dunning_procedure_id
        )

    def _get_interest(self, line, regime, debt, books):
        interest = regime._compute_interest(
            debt.amount,
            line.date_maturity,
            books.date,
            list(debt.payments),
            books.case.currency_id,
        )
        if not interest.segments:
            return None
        decided = self._to_decimal(books.case, books.decided.get(line.id, 0.0))
        amount = interest.amount - decided
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
            payments=debt.payments,
        )

    def _get_costs(self, line, regime, debt, books):
        """Return the compensation of an item: as it was claimed, else as it is owed."""
        if line.id in books.compensated:
            return tuple(
                claim._get_part()
                for claim in books.asked.get(line, ())
                if claim.kind == "compensation"
            )
        amount = regime._get_late_compensation(
            line, debt.payments, books.case.currency_id, books.date
        )
        if regime.fee_treatment == "absorbed":
            amount = books.offset.add_compensation(line.id, amount)
        part = ClaimPart(
            kind="compensation",
            amount=amount,
            name=line.move_id.name or "",
            line_id=line.id,
            regime_id=regime.id,
            due=line.date_maturity,
        )
        return (part,) if amount > 0 else ()

    def _get_order(self, line, regime, debt, costs, books):
        """Return what the payments settle by the law of the item, if it says so."""
        order, case = regime._get_settlement_order(), books.case
        last = regime._get_last_day_in_time(line.date_maturity)
        is_known = regime._get_counted_until(last, books.date) == books.date
        if not order or not debt.payments or not is_known:
            return None
        owed = [Cost(last + timedelta(days=1), cost.amount) for cost in costs]
        return settle(
            debt.amount,
            last,
            books.date,
            debt.payments,
            owed,
            regime._get_terms(case.currency_id, line.date_maturity),
            order,
        )
