import secrets

from odoo import fields, models
from odoo.exceptions import UserError
from odoo.fields import Command
from odoo.tools import consteq
from odoo.tools.misc import hmac

from ..tools.payment_choice import ChoiceError

KEY_SCOPE = "payment_reminder.page.pay"
#: So long a page that was opened can be paid from.
KEY_SECONDS = 12 * 3600
#: What the address says about the choice.
OPTIONS = ("item", "amount", "plan", "currency")


class DunningPaymentPage(models.AbstractModel):
    """Paying on the page: what is chosen, by whom it may be begun, what came of it."""

    # one concept, one file
    _inherit = "dunning.payment.page"  # pylint: disable=consider-merging-classes-inherited

    # === WHAT IS CHOSEN === #

    def _choose(self, keys=None, amount=None):
        choice = super()._choose(keys, amount)
        if amount is not None and amount < self._get_min_part():
            minimum = min(self._get_min_part(), super()._choose(keys).total)
            if amount < minimum:
                raise ChoiceError("small", minimum=minimum)
        return choice

    def _get_min_part(self):
        """Return the least part that is taken, in the currency of the page.

        :rtype: Decimal
        """
        company = self.company_id.sudo()
        minimum = company.currency_id._convert(
            company.dunning_page_min_part, self.currency_id, company, self.date
        )
        return self._to_decimal(minimum)

    def _explain_choice_error(self, error):
        if error.code == "unknown":
            return self._get_unknown_text(error)
        return super()._explain_choice_error(error)

    def _get_unknown_text(self, error):
        keys = error.values["keys"]
        lines = self._get_receivables().filtered(lambda line: line.id in keys)
        waiting = self._get_payments_on_their_way(lines)
        if waiting:
            return self._get_waiting_text(waiting[0])
        return super()._explain_choice_error(error)

    # === WHAT IS ON ITS WAY === #

    def _get_payments_on_their_way(self, lines=None):
        """Return the payments that are not booked yet, the last one first.

        :param account.move.line lines: default all that is open
        :rtype: payment.transaction
        """
        if lines is None:
            paying = {one.move_id for one in self._get_open() if one.announced}
            moves = self.env["account.move"].sudo().browse(paying)
        else:
            moves = lines.move_id
        transactions = moves.transaction_ids
        return transactions.filtered(
            lambda tx: tx._is_on_its_way(self.date) and tx.amount > 0
        ).sorted("id")[::-1]

    def _get_waiting_text(self, transaction):
        """Return which payment is on its way, since and until when."""
        return self.env._(
            "A payment of %(amount)s is on its way since %(date)s. Please do not pay "
            "it again; we do not remind you of it until %(until)s.",
            amount=transaction.currency_id._format_dunning(transaction.amount),
            date=self._format_date(transaction._get_dunning_wait_since()),
            until=self._format_date(transaction._get_dunning_wait_until()),
        )

    def _get_drafts(self, lines, key=None):
        """Return payments of other windows that were begun and not finished.

        :param str key: of the window that asks
        """
        transactions = self.env["payment.transaction"].sudo()
        if not lines:
            return transactions
        return transactions._find_dunning_drafts(lines).filtered(
            lambda tx: not key or tx.dunning_page_key != key
        )

    def _find_draft(self, choice):
        """Return a payment of another window that keeps something of a choice.

        What is open says whether any was begun, so that none is searched in vain.

        :rtype: payment.transaction
        """
        begun = {one.key for one in self._get_open() if one.is_begun}
        lines = self._get_chosen_lines(choice)
        lines = lines.filtered(lambda line: line.id in begun)
        return self._get_drafts(lines)[:1] if lines or self._get_claims() else None

    def _get_draft_text(self, draft):
        return self.env._(
            "A payment of %(amount)s was begun in another window a moment ago and is "
            "not finished. Finish it there, or open this page again to start again.",
            amount=draft.currency_id._format_dunning(draft.amount),
        )

    # === KEY OF A WINDOW === #

    def _make_payment_key(self, options):
        """Return what proves that a payment is begun from this page, as it was shown.

        :param dict options: see ``_choose_by``
        :return: number of the window, end of validity, signature
        :rtype: str
        """
        window = secrets.token_hex(8)
        until = int(fields.Datetime.now().timestamp()) + KEY_SECONDS
        return f"{window}-{until}-{self._sign_payment(options, window, until)}"

    def _read_payment_key(self, key, options):
        """Return the number of the window of a key that we have signed.

        :raise UserError: when it is forged, of another page or choice, or too old
        """
        window, until, signature = (*(key or "").split("-", 2), "", "")[:3]
        is_ours = (
            until.isdecimal()
            and signature.isascii()
            and consteq(self._sign_payment(options, window, int(until)), signature)
        )
        if not is_ours or int(until) < fields.Datetime.now().timestamp():
            raise UserError(
                self.env._(
                    "This page was open for too long. Please open it again: nothing "
                    "was charged."
                )
            )
        return window

    def _sign_payment(self, options, window, until):
        chosen = tuple(str(options.get(name) or "") for name in OPTIONS)
        message = (self.url, self.env.uid, chosen, window, until)
        return hmac(self.env(su=True), KEY_SCOPE, message)

    # === BEGINNING === #

    def _begin_payment(self, options, shown):
        """Return the choice that may be paid now; nobody else begins meanwhile.

        :param dict options: see ``_choose_by``, and ``key`` of the window
        :param float shown: the amount that the customer has seen
        :return: the choice, and the number of the window
        :raise UserError: in words; nothing has changed then
        """
        window = self._read_payment_key(options.get("key"), options)
        self._lock_payment()
        try:
            choice = self._choose_by(options)
        except ChoiceError as error:
            raise UserError(self._explain_choice_error(error)) from None
        self._check_shown(choice, shown)
        drafts = self._get_drafts(self._get_chosen_lines(choice))
        own = drafts.filtered(lambda tx: tx.dunning_page_key == window)
        if drafts - own:
            raise UserError(self._get_draft_text((drafts - own)[0]))
        own._give_up_dunning()
        return choice, window

    def _lock_payment(self):
        """Let one payment at a time be begun; without a case nobody was reminded."""
        case = self._ensure_case()
        if case:
            case._lock_payment()

    def _check_shown(self, choice, shown):
        is_number = isinstance(shown, int | float) and not isinstance(shown, bool)
        total = float(choice.total)
        if not is_number or self.currency_id.compare_amounts(shown, total):
            raise UserError(
                self.env._(
                    "The amount has changed since you opened the page: it is "
                    "%(amount)s now. Please open the page again: nothing was charged.",
                    amount=self._format_amount(total),
                )
            )

    def _prepare_transaction_values(self, choice, window):
        """Return what the transaction remembers of the choice."""
        parts = [
            {"amount": float(amount), **self._prepare_part(key)}
            for key, amount in choice.parts
        ]
        moves = self._get_chosen_lines(choice).move_id
        return {
            "invoice_ids": [Command.set(moves.ids)],
            "dunning_case_id": self.case_id.id,
            "dunning_page_key": window,
            "dunning_part_ids": [Command.create(part) for part in parts],
        }

    def _prepare_part(self, key):
        """Return what a part of the payment is for."""
        line = self.env["account.move.line"].sudo().browse(key)
        return {"move_line_id": key, "name": line.move_id.name}

    def _get_payment_prefix(self, choice):
        """Return what the reference of the transaction begins with."""
        moves = self._get_chosen_lines(choice).move_id
        if len(moves) == 1:
            return moves.name
        return self.company_id.sudo().get_next_batch_payment_communication()

    def _start_again(self):
        """Give up what was begun on the page and is not finished."""
        self._lock_payment()
        self._get_drafts(self._get_receivables())._give_up_dunning()

    # === OUTCOME === #

    def _find_payment(self, key):
        """Return a payment that was made from this page; empty for any other.

        :param str key: id, from the address
        """
        transactions = self.env["payment.transaction"].sudo()
        if not (key or "").isdecimal() or len(key) > 12:
            return transactions
        found = transactions.browse(int(key)).exists()
        cases = self._get_cases()
        return found if found._get_dunning_case() in cases else transactions

    def _prepare_outcome(self, transaction):
        """Return what came of a payment, in words.

        :return: ``kind`` of alert, ``title`` and ``text``
        :rtype: dict
        """
        amount = self._format_amount(transaction.amount)
        names = transaction.dunning_part_ids._get_names_text()
        return {
            "done": self._get_done_outcome,
            "authorized": self._get_waiting_outcome,
            "pending": self._get_waiting_outcome,
            "draft": self._get_draft_outcome,
        }.get(transaction.state, self._get_failed_outcome)(transaction, amount, names)

    def _get_done_outcome(self, _transaction, amount, names):
        return {
            "kind": "success",
            "title": self.env._(
                "Thank you. Your payment of %(amount)s has arrived.", amount=amount
            ),
            "text": self.env._("Your payment settles: %(items)s.", items=names),
        }

    def _get_waiting_outcome(self, transaction, amount, names):
        if transaction._is_dunning_transfer():
            return self._get_transfer_outcome(transaction, amount, names)
        return {
            "kind": "info",
            "title": self.env._(
                "Your payment of %(amount)s is on its way.", amount=amount
            ),
            "text": self.env._(
                "We do not remind you of it until %(until)s (%(items)s). There is "
                "nothing more for you to do.",
                items=names,
                until=self._format_date(transaction._get_dunning_wait_until()),
            ),
        }

    def _get_transfer_outcome(self, transaction, amount, names):
        return {
            "kind": "info",
            "title": self.env._("Please transfer %(amount)s now.", amount=amount),
            "text": self.env._(
                "You find our bank account and the reference below. We do not remind "
                "you of this sum until %(until)s (%(items)s).",
                items=names,
                until=self._format_date(transaction._get_dunning_wait_until()),
            ),
        }

    def _get_draft_outcome(self, _transaction, amount, _names):
        return {
            "kind": "warning",
            "title": self.env._(
                "Your payment of %(amount)s is not finished.", amount=amount
            ),
            "text": self.env._("Nothing was charged so far."),
        }

    def _get_failed_outcome(self, transaction, amount, _names):
        reason = transaction.state_message
        return {
            "kind": "danger",
            "title": self.env._(
                "Your payment of %(amount)s was not made.", amount=amount
            ),
            "text": " ".join(
                filter(
                    None,
                    (
                        reason and f"{reason.rstrip('. ')}.",
                        self.env._("Nothing was charged. You can try again below."),
                    ),
                )
            ),
        }
