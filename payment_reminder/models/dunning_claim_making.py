from dataclasses import dataclass, field
from decimal import Decimal

from odoo import api, models
from odoo.exceptions import UserError

from ..tools.claim_offset import Offset
from ..tools.claim_part import KINDS, ClaimPart


@dataclass
class Context:
    """What is known of the claims of many notices, read at once."""

    #: what is asked for already, by case
    asked: dict
    #: ids of receivables for which compensation was ever claimed
    compensated: set
    #: (level id, receivable id) of the fees that were ever claimed
    charged: set
    #: keys of the fees that were ever claimed
    fee_keys: set
    #: what fees and compensations cover of each other
    offset: Offset
    #: booked and waived interest by receivable
    settled: dict
    #: what is open by date of the notice and receivable
    debts: dict
    #: regimes by customer and procedure
    regimes: dict = field(default_factory=dict)


class DunningClaimMaking(models.AbstractModel):
    """Works out what notices claim beside the debts, and makes it real when sent.

    All of a chunk of notices is read at once: the number of queries does not depend on
    how many there are, but for the rates of their regimes.
    """

    _name = "dunning.claim.making"
    _description = "Making Claims"

    # === WHAT NOTICES CLAIM === #

    @api.model
    def _get_parts(self, notices):
        """Return what notices claim on their dates; nothing is written.

        A notice asks for what its level claims of its own items, and for what was
        claimed before and is neither decided nor about items that rest.

        :param dunning.notice notices: with their dates and items refreshed
        :return: for each notice its parts and, in words, what could not be computed
        :rtype: dict[dunning.notice, tuple[list[ClaimPart], list[str]]]
        """
        if not notices:
            return {}
        # read together, whatever they were read with before
        notices = notices.browse(notices.ids).sudo()
        asked = self._read_asked(notices.case_id)
        speaking = notices.filtered(
            lambda one: (
                not one.level_id._is_heads_up()
                and (one.level_id._is_claiming() or asked.get(one.case_id.id))
            )
        )
        result = {notice: ([], []) for notice in notices}
        if speaking:
            context = self._read_context(speaking, asked)
            for notice in speaking:
                result[notice] = self._get_notice_parts(notice, context)
        return result

    def _read_asked(self, cases):
        asked = self.env["dunning.claim"]._search_asked(cases)
        return {case.id: rows for case, rows in asked.grouped("case_id").items()}

    def _read_context(self, notices, asked):
        lines = self._get_lines(notices)
        self._warm_up(notices, lines)
        claims = self.env["dunning.claim"].sudo()
        fees = claims.search([("kind", "=", "fee"), ("fee_line_ids", "in", lines.ids)])
        keys = [notice._get_fee_key() for notice in notices]
        return Context(
            asked=asked,
            compensated=set(
                claims.search(
                    [("kind", "=", "compensation"), ("move_line_id", "in", lines.ids)]
                ).move_line_id.ids
            ),
            charged={
                (fee.level_id.id, line) for fee in fees for line in fee.fee_line_ids.ids
            },
            fee_keys=set(claims.search([("fee_key", "in", keys)]).mapped("fee_key")),
            offset=claims._read_offset(lines),
            settled=claims._read_settled_interest(lines),
            debts={
                date: self._get_lines(group)._get_debts(date)
                for date, group in notices.grouped("date").items()
            },
        )

    def _warm_up(self, notices, lines):
        """Read of all customers at once what is asked of each."""
        for company, group in notices.grouped("company_id").items():
            own = lines.filtered(lambda line, one=company: line.company_id == one)
            customers = own.move_id.commercial_partner_id | group.partner_id
            customers.with_company(company).fetch(
                ["is_company", "interest_regime_id", "is_interest_free"]
            )

    def _get_lines(self, notices):
        """Return the receivables in notices on which something can be claimed."""
        rows = notices.claim_ids.filtered(
            lambda row: row.days_late > 0 and row.level_id == row.notice_id.level_id
        )
        return rows.move_line_id.filtered(lambda line: not line.move_id.is_dunning_cost)

    # === ONE NOTICE === #

    def _get_notice_parts(self, notice, context):
        level = notice.level_id
        problems, parts = [], []
        lines = self._get_lines(notice).sorted(lambda one: (one.date_maturity, one.id))
        for line in lines if level.claim_interest or level.claim_compensation else ():
            try:
                parts += self._get_line_parts(notice, line, context)
                problems += self._get_line_problems(notice, line, context)
            except UserError as error:
                problems.append(str(error))
        try:
            parts += self._get_fee_parts(notice, lines, context)
        except UserError as error:
            problems.append(str(error))
        parts += self._get_carried_parts(notice, lines, parts, context)
        claims = context.asked.get(notice.case_id.id, self.env["dunning.claim"])
        live = set(claims.move_line_id.ids)  # some of them may have come to nothing
        told = sorted(
            (
                part
                for part in parts
                if part.amount > 0 or part.covered or part.line_id in live
            ),
            key=lambda part: (KINDS.index(part.kind), part.due or notice.date),
        )
        return told, list(dict.fromkeys(problems))

    def _get_line_parts(self, notice, line, context):
        regime = self._get_regime(notice, line, context)
        if not regime:
            return []
        self._check_ground(regime, notice.level_id)
        parts = []
        if notice.level_id.claim_interest:
            parts.append(self._get_interest_part(notice, line, regime, context))
        is_new = line.id not in context.compensated
        if notice.level_id.claim_compensation and is_new:
            parts.append(self._get_compensation_part(notice, line, regime, context))
        return parts

    def _get_line_problems(self, notice, line, context):
        """Return in words why less was claimed of an item than might be owed."""
        regime = self._get_regime(notice, line, context)
        if not regime:
            return []
        problems = []
        if notice.level_id.claim_interest:
            problems.append(regime._get_problem(line.date_maturity, notice.date))
        if notice.level_id.claim_compensation:
            problems.append(
                regime._get_compensation_problem(notice.currency_id, notice.date)
            )
        return [problem for problem in problems if problem]

    def _get_regime(self, notice, line, context):
        """Return the regime of an item, asked for once for each customer."""
        procedure, move = notice.level_id.procedure_id, line.move_id
        key = (move.commercial_partner_id, move.interest_regime_id, procedure)
        if key not in context.regimes:
            regime = move._get_interest_regime(procedure)
            context.regimes[key] = regime.with_company(notice.company_id)
        return context.regimes[key]

    def _get_interest_part(self, notice, line, regime, context):
        debt = context.debts[notice.date][line]
        interest = regime._compute_interest(
            debt.amount,
            line.date_maturity,
            notice.date,
            debt.payments,
            notice.currency_id,
        )
        settled = notice._to_decimal(context.settled.get(line.id, 0.0))
        segments = interest.segments
        return ClaimPart(
            kind="interest",
            amount=max(interest.amount - settled, Decimal(0)),
            total=interest.amount,
            is_new=True,
            line_id=line.id,
            regime_id=regime.id,
            start=segments[0].start if segments else None,
            end=segments[-1].end if segments else None,
            segments=segments,
            **self._get_line_values(notice, line),
        )

    def _check_ground(self, regime, level):
        """Raise a UserError unless a notice can name by which law it claims."""
        if not (regime.legal_ground or level.claim_text or "").strip():
            raise UserError(
                self.env._(
                    "'%(regime)s' names no legal ground: nothing is claimed by it.",
                    regime=regime.name,
                )
            )

    def _get_compensation_part(self, notice, line, regime, context):
        payments = context.debts[notice.date][line].payments
        whole = regime._get_late_compensation(
            line, payments, notice.currency_id, notice.date
        )
        amount, words = whole, notice._localized()
        if regime.fee_treatment == "absorbed":
            amount = context.offset.add_compensation(line.id, whole)
        return ClaimPart(
            kind="compensation",
            amount=amount,
            covered=whole - amount or None,
            note=words._get_covered_text("compensation", whole, whole - amount),
            is_new=True,
            line_id=line.id,
            regime_id=regime.id,
            **self._get_line_values(notice, line),
        )

    def _get_line_values(self, notice, line):
        return {
            "name": line.move_id.name or line.name or "",
            "due": line.date_maturity,
            "level_id": notice.level_id.id,
        }

    def _get_carried_parts(self, notice, lines, parts, context):
        """Return what was claimed before and is still asked for."""
        renewed = {part.line_id for part in parts if part.kind == "interest"}
        carried = []
        for claim in context.asked.get(notice.case_id.id, []):
            line = claim.move_line_id
            is_renewed = (
                claim.kind == "interest"
                and claim.state == "claimed"
                and line.id in renewed
            )
            if not is_renewed and not self._is_resting(claim, lines):
                carried.append(claim._get_part())
        return carried

    def _is_resting(self, claim, lines):
        """Return whether a claim is about items that a notice does not ask for now."""
        own = claim.fee_line_ids | claim.move_line_id
        return bool(own) and not own & lines and not claim._is_settled()
