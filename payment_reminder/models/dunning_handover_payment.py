from odoo import api, models
from odoo.exceptions import UserError
from odoo.tools.misc import format_date

from ..const import HANDOVER_AWAY_STATES


class DunningHandover(models.Model):
    """Payments and credits that come while the agency collects: it is told to stop."""

    # one concept, one file
    _inherit = "dunning.handover"  # pylint: disable=consider-merging-classes-inherited

    def _note_settled(self, partials):
        """Write into the histories what was settled, and tell the agency to stop.

        What the agency has paid itself is no news to it.

        :param account.partial.reconcile partials: new ones, of any hand-over
        """
        for handover in self.filtered(lambda one: one.state in HANDOVER_AWAY_STATES):
            news = [
                (line, partial)
                for line in handover.line_ids
                for partial in partials
                if partial.debit_move_id == line.move_line_id
                and not handover.currency_id.is_zero(partial.debit_amount_currency)
                and not partial.credit_move_id.move_id.dunning_is_write_off
            ]
            if not news:
                continue
            handover._message_log(body=handover._get_settled_text(news))
            handover.case_id._message_log(body=handover._get_settled_text(news))
            told = [
                (line, partial)
                for line, partial in news
                if not handover._is_from_agency(partial)
            ]
            if told:
                text = handover._localized()._get_settled_text(told)
                handover._write_to_agency("payment", text)

    def _is_from_agency(self, partial):
        """Return whether the agency has paid, or set its bill off.

        :rtype: bool
        """
        move = partial.credit_move_id.move_id
        payer = move.origin_payment_id.partner_id | move.line_ids.partner_id
        return self.agency_id.commercial_partner_id in payer.commercial_partner_id

    def _get_settled_text(self, news):
        """Return what was settled and what is left, in the language of the context."""
        texts = []
        for line, partial in news:
            is_paid = line._get_kind(partial) != "credited"
            values = {
                "amount": self.currency_id._format_dunning(
                    partial.debit_amount_currency
                ),
                "invoice": line.name,
                "date": format_date(self.env, partial.credit_move_id.date),
                "open": self.currency_id._format_dunning(
                    max(line.amount_residual, 0.0)
                ),
            }
            if is_paid:
                text = self.env._(
                    "%(amount)s of %(invoice)s was paid to us on %(date)s; %(open)s of "
                    "it is open.",
                    **values,
                )
            else:
                text = self.env._(
                    "%(amount)s of %(invoice)s was credited on %(date)s; %(open)s of "
                    "it is open.",
                    **values,
                )
            texts.append(text)
        return "\n".join(texts)

    def _note_undone(self):
        """Write that a payment was undone; the agency goes on if it still collects."""
        for handover in self.filtered(lambda one: one.state in HANDOVER_AWAY_STATES):
            handover._message_log(body=handover._get_undone_text())
            handover._write_to_agency(
                "payment", handover._localized()._get_undone_text()
            )

    def _get_undone_text(self):
        return self.env._(
            "A payment was undone: %(amount)s is open again in all.",
            amount=self.currency_id._format_dunning(self.amount_open),
        )


class AccountPartialReconcile(models.Model):
    """Payments and undone payments of items that are with an agency."""

    # one concept, one file; pylint: disable=consider-merging-classes-inherited
    _inherit = "account.partial.reconcile"

    @api.model_create_multi
    def create(self, vals_list):
        partials = super().create(vals_list)
        handovers = partials._get_dunning_handovers()
        if handovers:
            handovers._note_settled(partials.sudo())
            handovers._refresh_state()
        return partials

    def unlink(self):
        handovers = self._get_dunning_handovers()
        done = super().unlink()
        if handovers:
            handovers._refresh_state()
            handovers._note_undone()
        return done

    def _get_dunning_handovers(self):
        """Return the hand-overs of the receivables that are matched here.

        :rtype: dunning.handover
        """
        return (
            self.env["dunning.handover.line"]
            .sudo()
            .search(
                [
                    ("move_line_id", "in", self.debit_move_id.ids),
                    ("handover_id.state", "!=", "prepared"),
                ]
            )
            .handover_id
        )


class AccountMove(models.Model):
    """Invoices that are with an agency are not changed behind its back."""

    _inherit = "account.move"  # pylint: disable=consider-merging-classes-inherited

    def button_draft(self):
        self._release_handed_over()
        return super().button_draft()

    def button_cancel(self):
        self._release_handed_over()
        return super().button_cancel()

    def _release_handed_over(self):
        """Leave invoices that are about to change out of prepared hand-overs.

        :raise UserError: for those that are with an agency
        """
        found = self.env["dunning.handover"]._get_living(self.line_ids)
        for handover in found:
            lines = handover.line_ids.filtered(lambda line: line.move_id in self)
            if handover.state in HANDOVER_AWAY_STATES:
                raise UserError(
                    self.env._(
                        "%(invoice)s is with %(agency)s: recall %(handover)s before "
                        "you change it, or credit it.",
                        invoice=lines[0].name,
                        agency=handover.agency_id.name,
                        handover=handover.name,
                    )
                )
            handover._message_log(
                body=self.env._(
                    "%(invoice)s is being changed: left out.",
                    invoice=handover._get_names_text(lines),
                )
            )
            lines.unlink()
