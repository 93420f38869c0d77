from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain
from odoo.tools import SQL
from odoo.tools.misc import format_date

from ..tools.claim_part import keep_segments


class DunningClaimGround(models.AbstractModel):
    """Whether there is still a late payment behind a claim, and whose it is.

    An invoice can be cancelled, credited, put on another due date or in another name
    after its interest was claimed. A claim without a late payment is asked of nobody;
    it waits for a person to waive it.
    """

    _name = "dunning.claim.ground"
    _description = "Claim: Late Payments behind It"

    ground_problem = fields.Char(
        string="Not Asked For",
        compute="_compute_ground_problem",
        help="Why the customer is not asked for the claim any more.",
    )

    # === COMPUTE METHODS === #

    @api.depends("state", "move_line_id", "fee_line_ids", "amount")
    @api.depends_context("lang")
    def _compute_ground_problem(self):
        live = self.filtered(lambda claim: claim.state == "claimed" and claim.id)
        groundless = live - live._filter_grounded()
        for claim in self:
            claim.ground_problem = claim in groundless and self.env._(
                "No late payment is behind it any more: the invoice was cancelled, "
                "credited, written off or changed. The customer is not asked for it. "
                "Waive it, or book it if it is owed all the same."
            )

    # === WHAT IS ASKED FOR === #

    @api.model
    def _search_asked(self, cases):
        """Return what is asked for of cases, the oldest first.

        :param dunning.case cases: any number
        :rtype: dunning.claim
        """
        claims = self.env["dunning.claim"].sudo()
        domain = Domain("case_id", "in", cases.ids) & claims._get_asked_domain()
        return claims.search(domain, order="date_due, id")._filter_grounded()

    def _filter_grounded(self):
        """Return the claims of which an item is late, or was paid late.

        An item counts while it is posted and the customer owes it in the currency of
        the claim. A credit note is no payment: what was credited in full was not owed;
        and of what was written off in full nothing more is asked.

        :rtype: dunning.claim
        """
        if not self:
            return self
        self.env["dunning.claim"].flush_model()
        self.env["account.move"].flush_model()
        self.env["account.move.line"].flush_model()
        self.env["account.partial.reconcile"].flush_model()
        self.env["res.partner"].flush_model(["commercial_partner_id"])
        self.env["interest.regime"].flush_model(["is_due_moved"])
        found = set()
        for company, claims in self.sudo().grouped("company_id").items():
            query = claims._get_grounded_sql(company._get_dunning_today())
            found.update(key for (key,) in self.env.execute_query(query))
        return self.filtered(lambda claim: claim.id in found)

    def _get_grounded_sql(self, today):
        in_time = SQL("COALESCE(day_off.moved_to, line.date_maturity)")
        return SQL(
            """
            WITH item AS (
                SELECT id AS claim_id, move_line_id AS line_id
                  FROM dunning_claim
                 WHERE id IN %(ids)s AND kind <> 'fee'
                 UNION ALL
                SELECT claim_id, move_line_id FROM dunning_claim_fee_line_rel
                 WHERE claim_id IN %(ids)s),
            day_off AS (%(days_off)s)
            SELECT claim.id
              FROM dunning_claim claim
         LEFT JOIN interest_regime regime ON regime.id = claim.regime_id
             WHERE claim.id IN %(ids)s
               AND (EXISTS (
                    SELECT 1
                      FROM item
                      JOIN account_move_line line ON line.id = item.line_id
                      JOIN res_partner contact ON contact.id = line.partner_id
                 LEFT JOIN day_off ON day_off.date = line.date_maturity
                       AND regime.is_due_moved
                     WHERE item.claim_id = claim.id
                       AND line.parent_state = 'posted'
                       AND line.currency_id = claim.currency_id
                       AND contact.commercial_partner_id = claim.partner_id
                       AND CASE WHEN line.amount_residual_currency > 0
                                THEN %(in_time)s < %(today)s
                                ELSE %(was_late)s END)
                -- the fee of which a part was waived has no items of its own
                OR claim.kind = 'fee' AND NOT EXISTS (
                    SELECT 1 FROM item WHERE item.claim_id = claim.id))
            """,
            ids=tuple(self.ids),
            today=today,
            days_off=self._get_days_off_sql(),
            in_time=in_time,
            was_late=SQL(
                """EXISTS (
                    SELECT 1
                      FROM account_partial_reconcile partial
                      JOIN account_move_line other ON other.id = partial.credit_move_id
                      JOIN account_move paid ON paid.id = other.move_id
                     WHERE partial.debit_move_id = line.id
                       AND partial.debit_amount_currency <> 0
                       AND %s = 'payment'
                       AND other.date > %s)""",
                self.env["account.partial.reconcile"]._get_dunning_kind_sql(
                    SQL("line"), SQL("paid")
                ),
                in_time,
            ),
        )

    def _get_days_off_sql(self):
        """Return the query of the due dates on days off: ``date``, ``moved_to``.

        See ``interest.regime._get_last_day_in_time``; a claim is of one company.
        """
        company = self.company_id
        lines = self.filtered("regime_id.is_due_moved")._get_items()
        dues = set(lines.mapped("date_maturity")) - {False}
        pairs = ((due, company._get_dunning_business_day(due)) for due in sorted(dues))
        rows = [
            SQL("SELECT %s::date AS date, %s::date AS moved_to", due, last)
            for due, last in pairs
            if last != due
        ]
        none = SQL("SELECT NULL::date AS date, NULL::date AS moved_to WHERE FALSE")
        return SQL(" UNION ALL ").join(rows or [none])

    def _get_items(self):
        """Return the receivables that claims are about.

        :rtype: account.move.line
        """
        return self.move_line_id | self.fee_line_ids

    # === FOLLOWING ITS ITEM === #

    @api.model
    def _follow_moves(self, moves):
        """Let live claims follow invoices that were changed and posted again.

        :param account.move moves: posted
        """
        claims = self.env["dunning.claim"].sudo()
        if claims.search_count([("move_id", "in", moves.ids)], limit=1):
            lines = moves.line_ids.filtered(
                lambda line: line.account_type == "asset_receivable"
            )
            claims._follow_lines(lines)

    @api.model
    def _follow_lines(self, lines):
        """Let live claims follow receivables: made again, of another customer or date.

        :param account.move.line lines: receivables
        """
        domain = Domain("kind", "!=", "fee") & Domain("state", "=", "claimed")
        orphans = Domain("move_line_id", "=", False) & Domain(
            "move_id", "in", lines.move_id.ids
        )
        known = Domain("move_line_id", "in", lines.ids)
        for claim in (
            self.env["dunning.claim"].sudo().search(domain & (orphans | known))
        ):
            if not claim.move_line_id:
                claim.move_line_id = claim._find_line(lines)
            if claim.move_line_id:
                claim._follow_line()

    def _find_line(self, lines):
        """Return the receivable of a claim whose own one was deleted and made again.

        :rtype: account.move.line
        """
        self.ensure_one()
        return lines.filtered(
            lambda line: (
                line.move_id == self.move_id
                and line.date_maturity == self.date_due
                and line.currency_id == self.currency_id
            )
        )[:1]

    def _follow_line(self):
        self.ensure_one()
        line = self.move_line_id
        if line.currency_id != self.currency_id:
            self._log_change(
                self.env._(
                    "%(claim)s, %(amount)s: the invoice is in %(currency)s now.",
                    claim=self.display_name,
                    amount=self.currency_id._format_dunning(self.amount),
                    currency=line.currency_id.name,
                )
            )
            self.move_line_id = False  # it can be claimed anew, and this one waits
            return
        customer = line.partner_id.commercial_partner_id
        if customer and customer != self.partner_id:
            self._follow_customer(customer)
        if line.date_maturity and line.date_maturity != self.date_due:
            self._follow_due_date(line.date_maturity)

    def _follow_customer(self, customer):
        """Go to the case of the customer in whose name the invoice is now."""
        cases = self.env["dunning.case"].sudo()
        domain = [
            ("company_id", "=", self.company_id.id),
            ("partner_id", "=", customer.id),
            ("currency_id", "=", self.currency_id.id),
            ("merged_into_id", "=", False),
        ]
        case = cases.search(domain, limit=1)
        if not case:
            self.env["dunning.planner"]._open_cases(self.company_id, customer)
            case = cases.search(domain, limit=1)
        if not case:  # nothing is late there: it waits
            return
        self._log_change(
            self.env._(
                "%(claim)s, %(amount)s: the invoice is in the name of %(customer)s "
                "now.",
                claim=self.display_name,
                amount=self.currency_id._format_dunning(self.amount),
                customer=customer.display_name,
            )
        )
        self.case_id = case

    def _follow_due_date(self, due):
        """Count from another due date; interest up to the day it was claimed until."""
        before, self.date_due = self.date_due, due
        if self.kind != "interest":
            return
        line, until = self.move_line_id, self.date_to
        payments = line._get_interest_payments(until)[line]
        try:
            interest = (
                self._compute_interest(until, payments) if self.regime_id else None
            )
        except UserError as error:
            self._log_change(str(error))
            return
        if interest is None:
            return
        settled = self._get_settled_interest().get(line.id, 0.0)
        self.write(
            {
                "amount": max(float(interest.amount) - settled, 0.0),
                "amount_whole": float(interest.amount),
                "date_from": interest.segments[0].start if interest.segments else due,
                "segments": keep_segments(interest.segments),
                "paid": False,
            }
        )
        self._log_change(
            self.env._(
                "%(claim)s is counted anew, %(amount)s: the due date was changed from "
                "%(before)s to %(after)s.",
                claim=self.display_name,
                amount=self.currency_id._format_dunning(self.amount),
                before=format_date(self.env, before) if before else "-",
                after=format_date(self.env, due),
            )
        )

    def _log_change(self, text):
        self.case_id._message_log(body=text)
