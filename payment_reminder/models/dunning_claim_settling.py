from odoo import api, models
from odoo.exceptions import UserError
from odoo.fields import Domain

from ..tools.claim_part import keep_segments


class DunningClaimSettling(models.AbstractModel):
    """What becomes of claims when their debts are settled: amounts become final.

    Interest runs until a debt is paid. What was claimed until the day of a notice gets
    its last amount when the payment is known; nobody but a person ends a claim.
    """

    _name = "dunning.claim.settling"
    _description = "Claim: Settled Debts"

    @api.model
    def _watch(self, company, date):
        """Find the claims of a company whose debts are settled, or open again.

        For the daily job, and whenever claims are looked at to be decided.

        :param datetime.date date: the company's date
        """
        live = self.env["dunning.claim"].sudo()
        domain = [("company_id", "=", company.id), ("state", "=", "claimed")]
        live.with_company(company).search(domain)._refresh(date)

    def _refresh(self, date):
        """Give live claims their final amounts, as far as their debts are settled.

        :param datetime.date date: the company's date
        """
        live = self.sudo().filtered(lambda claim: claim.state == "claimed")
        interest = live.filtered(lambda one: one.kind == "interest")
        payments = interest.move_line_id._get_interest_payments(date)
        final = live.filtered(
            lambda one: one._is_settled() and one._is_paid_by(payments)
        )
        settled = (interest & final)._get_settled_interest()
        for claim in interest & final:
            paid = payments.get(claim.move_line_id) or []
            if not claim.is_final or claim._keep_payments(paid) != claim.paid:
                claim._set_final_interest(paid, settled.get(claim.move_line_id.id, 0.0))
        for claim in live:
            if claim.is_final != (claim in final):
                claim.is_final = claim in final
        (live - final)._follow_payments(date)

    def _follow_payments(self, date):
        """Count claims of open debts anew where another payment is known by now.

        Money of before the notice, or a correction of the invoice, was not known when
        it was told: the customer is asked for what is owed up to the same day. The
        compensation follows corrections only, since it is claimed once for ever.

        :param datetime.date date: the company's date
        """
        known = self.filtered(
            lambda claim: (
                claim.kind != "fee"
                and claim.regime_id
                and claim.move_line_id.currency_id == claim.currency_id
            )
        )
        debts = known.move_line_id._get_debts(date)
        settled = known._get_settled_interest()
        for claim in known:
            payments = debts[claim.move_line_id].payments
            if claim.kind == "compensation":
                claim._follow_correction(payments)
                continue
            kept = claim._keep_payments(payments)
            if payments and kept != claim.paid:
                claim.paid = kept
                until = claim.date_to or claim.date_due
                before = settled.get(claim.move_line_id.id, 0.0)
                claim._set_interest(until, payments, before)

    def _follow_correction(self, payments):
        """Lower a compensation to that of the debt as it was corrected."""
        corrections = [one for one in payments if one.is_correction]
        if not corrections:
            return
        amount = self.regime_id.with_company(self.company_id)._get_late_compensation(
            self.move_line_id, corrections, self.currency_id, self.notice_id.date
        )
        if self.currency_id.compare_amounts(float(amount), self.amount) < 0:
            self.amount = float(amount)

    def _is_settled(self):
        """Return whether nothing of the debts of a claim is open.

        :rtype: bool
        """
        self.ensure_one()
        lines = self.fee_line_ids if self.kind == "fee" else self.move_line_id
        return not any(
            line.parent_state == "posted"
            and not line.reconciled
            and line.amount_residual_currency > 0
            for line in lines
        )

    def _is_paid_by(self, payments):
        """Return whether no payment of a settled debt is dated in the future.

        :param dict payments: by receivable, up to a day
        :rtype: bool
        """
        self.ensure_one()
        line = self.move_line_id
        if self.kind != "interest" or line.parent_state != "posted":
            return True
        paid = float(sum(payment.amount for payment in payments.get(line) or []))
        return self.currency_id.compare_amounts(paid, line.amount_currency) >= 0

    def _keep_payments(self, payments):
        """Return payments, and the due date that they were late for, as JSON."""
        rows = [
            [str(one.date), str(one.amount)] + ([one.kind] if one.is_correction else [])
            for one in payments
        ]
        return {"due": str(self._get_due_date()), "payments": rows}

    def _get_due_date(self):
        """Return the due date of the item as it is now.

        :rtype: datetime.date
        """
        return self.move_line_id.date_maturity or self.date_due

    def _set_final_interest(self, payments, settled):
        """Let interest end on the day on which its debt was paid.

        :param list payments: of ``tools.interest.Payment``; of an invoice that was
            cancelled there are none, and the amount stays
        :param float settled: what was booked and waived of it before
        """
        self.ensure_one()
        line = self.move_line_id
        is_known = payments and self.regime_id and line.currency_id == self.currency_id
        if not is_known:
            return
        until = max(
            (one.date for one in payments if not one.is_correction),
            default=self.date_to or self.date_due,
        )
        self.paid = self._keep_payments(payments)
        self._set_interest(until, payments, settled)

    def _set_interest(self, until, payments, settled):
        """Ask for the interest until a day.

        :param float settled: what was booked and waived of it before
        """
        try:
            interest = self._compute_interest(until, payments)
        except UserError as error:
            self.case_id._message_log(body=str(error))
            return
        self.write(
            {
                "amount": max(float(interest.amount) - settled, 0.0),
                "amount_whole": float(interest.amount),
                "date_due": self._get_due_date(),
                "date_to": max(until, self.date_from or until),
                "segments": keep_segments(interest.segments),
            }
        )

    def _compute_interest(self, until, payments):
        """Return the interest on the debt of a claim from its first day on.

        :rtype: tools.interest.Interest
        :raise UserError: see ``interest.regime._compute_interest``
        """
        line = self.move_line_id
        return self.regime_id.with_company(self.company_id)._compute_interest(
            line.amount_currency,
            self._get_due_date(),
            until,
            payments,
            self.currency_id,
        )

    def _get_settled_interest(self):
        """Return what was booked and waived of the interest on the same items.

        :return: ``{id of the receivable: amount in its currency}``
        :rtype: dict[int, float]
        """
        return self.env["dunning.claim"]._read_settled_interest(self.move_line_id)

    @api.model
    def _read_settled_interest(self, lines, with_drafts=True):
        """Return what was booked and waived of the interest on receivables.

        :param account.move.line lines: the receivables
        :param bool with_drafts: count what is booked on an invoice that is a draft yet
        :return: ``{id of the receivable: amount in its currency}``
        :rtype: dict[int, float]
        """
        claims = self.env["dunning.claim"].sudo()
        domain = Domain("move_line_id", "in", lines.ids)
        domain &= Domain("kind", "=", "interest") & Domain("state", "!=", "claimed")
        if not with_drafts:
            domain &= ~claims._get_asked_domain()
        rows = claims._read_group(
            domain, ["move_line_id", "currency_id"], ["amount:sum"]
        )
        return {
            line.id: amount
            for line, currency, amount in rows
            if currency == line.currency_id
        }
