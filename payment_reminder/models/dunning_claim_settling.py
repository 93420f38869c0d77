from odoo import api, models
from odoo.exceptions import UserError

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
        changed = live.filtered(lambda claim: claim.is_final != claim._is_settled())
        interest = changed.filtered(lambda one: one.kind == "interest")
        payments = interest.move_line_id._get_interest_payments(date)
        settled = interest._get_settled_interest()
        for claim in interest:
            paid = payments.get(claim.move_line_id) or []
            claim._set_final_interest(paid, settled.get(claim.move_line_id.id, 0.0))
        for claim in changed:
            claim.is_final = claim._is_settled()

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

    def _set_final_interest(self, payments, settled):
        """Let interest end on the day on which its debt was paid.

        :param list payments: of ``tools.interest.Payment``; of an invoice that was
            cancelled there are none, and the amount stays
        :param float settled: what was booked and waived of it before
        """
        self.ensure_one()
        if not self._is_settled() or not payments or not self.regime_id:
            return
        until = max(payment.date for payment in payments)
        try:
            interest = self._compute_interest(until, payments)
        except UserError as error:
            self.case_id._message_log(body=str(error))
            return
        self.write(
            {
                "amount": max(float(interest.amount) - settled, 0.0),
                "amount_whole": float(interest.amount),
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
        return self.regime_id._compute_interest(
            line.amount_currency, self.date_due, until, payments, self.currency_id
        )

    def _get_settled_interest(self):
        """Return what was booked and waived of the interest on the same items.

        :return: ``{id of the receivable: amount in its currency}``
        :rtype: dict[int, float]
        """
        return self.env["dunning.claim"]._read_settled_interest(self.move_line_id)

    @api.model
    def _read_settled_interest(self, lines):
        """Return what was booked and waived of the interest on receivables.

        :param account.move.line lines: the receivables
        :rtype: dict[int, float]
        """
        rows = (
            self.env["dunning.claim"]
            .sudo()
            ._read_group(
                [
                    ("move_line_id", "in", lines.ids),
                    ("kind", "=", "interest"),
                    ("state", "!=", "claimed"),
                ],
                ["move_line_id"],
                ["amount:sum"],
            )
        )
        return {line.id: amount for line, amount in rows}
