from odoo import models

from .dunning_payment_page_choice import CLAIMS_KEY, MAX_ITEMS


class DunningPaymentPage(models.AbstractModel):
    """Paying by bank transfer: exactly what is chosen."""

    # one concept, one file
    _inherit = "dunning.payment.page"  # pylint: disable=consider-merging-classes-inherited

    def _get_bank_account(self):
        """Return the account to pay to what is open.

        :rtype: res.partner.bank
        """
        return self._find_bank_account(self._get_receivables()[:MAX_ITEMS].move_id)

    def _prepare_transfer(self, choice):
        """Return how to pay a choice by bank transfer.

        :param tools.payment_choice.Choice choice: what is chosen
        :return: ``fields`` (dicts with ``label``, ``value`` as shown and ``copy`` as it
            is typed at the bank) and ``qr`` (see ``dunning.payment.qr._make``, with
            ``alt``; or False); ``False`` without a choice or a bank account
        :rtype: dict | bool
        """
        moves = choice and self._get_chosen_moves(choice)
        bank = choice and self._find_bank_account(moves)
        if not bank:
            return False
        reference = self._get_transfer_reference(moves)
        amount = self._format_amount(float(choice.total))
        return {
            "fields": self._prepare_transfer_fields(bank, choice.total, reference),
            "qr": self._prepare_qr(bank, choice.total, reference, amount),
        }

    def _prepare_transfer_fields(self, bank, total, reference):
        """Return what is typed at the bank: ``label``, ``value`` and ``copy``.

        :param decimal.Decimal total: to be transferred
        :rtype: list[dict]
        """
        pairs = [
            *self._get_account_details(bank),
            (self.env._("Reference"), reference),
        ]
        rows = [
            {"label": label, "value": value, "copy": self._get_copied(value, bank)}
            for label, value in pairs
        ]
        rows.append(
            {
                "label": self.env._("Amount"),
                "value": self._format_amount(float(total)),
                "copy": self._format_part(total),
            }
        )
        return rows

    # === ANNOUNCED === #

    def _prepare_awaited_transfers(self):
        """Return how to pay the transfers that were announced and have not come yet.

        :return: as ``_prepare_transfer``, with a ``title``
        :rtype: list[dict]
        """
        waiting = self._get_payments_on_their_way()
        transfers = waiting.filtered(lambda tx: tx._is_dunning_transfer())
        return [
            found for tx in transfers for found in [self._prepare_awaited(tx)] if found
        ]

    def _prepare_awaited(self, transaction):
        """Return how to make an announced transfer; False without a bank account."""
        journal = transaction.provider_id.journal_id
        bank = journal.bank_account_id.filtered("active") or self._find_bank_account(
            transaction.invoice_ids
        )
        if not bank:
            return False
        total = self._to_decimal(transaction.amount)
        reference = transaction._get_dunning_communication()
        amount = self._format_amount(float(total))
        return {
            "title": self.env._("Your bank transfer of %(amount)s", amount=amount),
            "fields": self._prepare_transfer_fields(bank, total, reference),
            "qr": self._prepare_qr(bank, total, reference, amount),
        }

    def _get_chosen_lines(self, choice):
        """Return the receivables of a choice; interest and costs have none.

        :rtype: account.move.line
        """
        keys = [key for key, _amount in choice.parts if key != CLAIMS_KEY]
        return self.env["account.move.line"].sudo().browse(keys)

    def _get_claimed_moves(self, choice):
        """Return the late invoices whose interest and costs alone are chosen."""
        return self.env["account.move"]

    def _get_chosen_moves(self, choice):
        """Return the invoices of a choice; of very many the oldest.

        :rtype: account.move
        """
        lines = self._get_chosen_lines(choice)[:MAX_ITEMS]
        lines = lines.with_prefetch(lines.ids)  # thousands may be chosen
        return lines.move_id or self._get_claimed_moves(choice)

    def _get_transfer_reference(self, moves):
        references = [move.payment_reference or move.name or "" for move in moves]
        customer = self.partner_id
        return self._join_references(references or [customer.ref or customer.name])

    def _get_copied(self, value, bank):
        """Return a detail as it is typed: an account number without its groups."""
        is_account = value == self._format_account(bank)
        return value.replace(" ", "") if is_account else value

    def _prepare_qr(self, bank, total, reference, amount):
        """Return the payment code of a sum, if there is one for its currency."""
        code = self.env["dunning.payment.qr"]._make(
            bank,
            total,
            self.currency_id,
            reference,
            self.partner_id,
            self.company_id,
        )
        return code and {
            **code,
            "alt": self.env._(
                "%(kind)s: %(amount)s, reference %(reference)s",
                kind=code["label"],
                amount=amount,
                reference=reference,
            ),
        }
