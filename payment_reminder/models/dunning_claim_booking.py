from odoo import models
from odoo.exceptions import AccessError, UserError

from ..tools.claim_part import KINDS


class DunningClaimBooking(models.AbstractModel):
    """Makes draft invoices of claims, and gives claims back when these are gone."""

    _name = "dunning.claim.booking"
    _inherit = "dunning.cost.invoice"
    _description = "Claim: Booking"

    # === ACTION METHODS === #

    def action_book(self):
        """Make one draft invoice per case of the claims, for the accountant to post.

        Who may not read invoices is told what was made.
        """
        self._check_can_book()
        self._check_state("claimed", self.env._("booked"))
        moves = self.env["account.move"]
        for company, claims in self.grouped("company_id").items():
            moves |= claims.sudo()._book(company._get_dunning_today())
        if not moves:
            raise UserError(self.env._("Nothing is left of these claims to book."))
        return moves.sudo(False)._get_dunning_made_action(self.env._("Invoices"))

    def _check_can_book(self):
        """Raise unless the user makes invoices, or decides about claims."""
        self.check_access("read")
        groups = "account.group_account_invoice,payment_reminder.group_dunning_manager"
        if not self.env.user.has_groups(groups):
            raise AccessError(
                self.env._(
                    "Only who makes invoices, and managers of payment reminders, can "
                    "book claims."
                )
            )

    # === BOOKING === #

    def _book(self, date):
        """Return the draft invoices of live claims: one per case.

        Posted entries are not touched, and nothing is posted.

        :param datetime.date date: the company's date
        :rtype: account.move
        """
        self._check_state("claimed", self.env._("booked"))
        self.sudo()._refresh(date)
        moves = self.env["account.move"]
        for case, claims in self.sudo().grouped("case_id").items():
            owed = claims.filtered(lambda claim: claim.amount > 0)
            if owed:
                moves |= owed._book_case(case)
        return moves

    def _book_case(self, case):
        claims = self.sorted(lambda one: (KINDS.index(one.kind), one.date_due, one.id))
        writer = self.env["dunning.claim.text"]._make(case)
        move = self._create_cost_invoice(
            case.company_id,
            case.partner_id,
            case.currency_id,
            [claim._prepare_line(writer) for claim in claims],
            writer.lang,
            invoice_origin=writer._get_origin_text(claims),
            invoice_user_id=case._get_signatory().id or self.env.uid,
        )
        for claim, line in zip(claims, move.invoice_line_ids, strict=True):
            claim._set_booked(line)
        case._message_log(
            body=self.env._(
                "%(claims)s booked as a draft invoice of %(amount)s.",
                claims=", ".join(claims.mapped("display_name")),
                amount=case.currency_id._format_dunning(move.amount_total),
            ),
            author_id=self.env.user.partner_id.id,
        )
        return move

    def _prepare_line(self, writer):
        self.ensure_one()
        return {
            "kind": self.kind,
            "name": writer._get_invoice_line_text(self),
            "price_unit": self.amount,
        }

    # === UNDO === #

    def _follow_invoice(self):
        """Let booked claims follow what has become of their invoices.

        They are claimed again when the invoice was cancelled or credited in full, or
        its line was deleted. Once they are, the invoice does not come back: see
        ``button_draft``; book them anew.
        """
        for claim in self.sudo().exists():
            is_alive = claim.invoice_id and claim.invoice_id._is_dunning_cost_alive()
            if claim.state == "booked" and not (is_alive and claim.invoice_line_id):
                claim._set_claimed()

    def _follow_price(self):
        """Let booked claims be what their invoice asks for: somebody changed a draft.

        What it asks less is waived, so that no notice asks for it again; what it asks
        more counts as claimed.
        """
        for claim in self.sudo().filtered(lambda one: one.state == "booked"):
            line, currency = claim.invoice_line_id, claim.currency_id
            if not line or line.currency_id != currency:
                continue
            billed = line.price_unit * line.quantity * (1 - line.discount / 100)
            billed = max(currency.round(billed), 0.0)
            if not currency.compare_amounts(billed, claim.amount):
                continue
            reason = self.env._(
                "changed on %(invoice)s: %(before)s before, %(after)s now",
                invoice=line.move_id.display_name,
                before=currency._format_dunning(claim.amount),
                after=currency._format_dunning(billed),
            )
            if billed < claim.amount:
                rest = claim._split_off(currency.round(claim.amount - billed))
                rest.write({"invoice_id": False, "invoice_line_id": False})
                today = claim.company_id._get_dunning_today()
                rest._set_waived(reason, today)
            else:
                claim.amount = billed
                claim._log_decision(self.env._("Booked"), reason)
