from datetime import timedelta

from odoo import api, fields, models
from odoo.fields import Command, Domain
from odoo.tools import SQL

from ..tools.payment_settlement import Bundle, bundle

#: So long another window keeps the items of a payment that it has begun.
DRAFT_MINUTES = 15


class PaymentTransaction(models.Model):
    """An online payment from the customer's page: what it was chosen for, and settles.

    The money may come late, after the customer gave up or paid in another way: it is
    booked all the same, exactly as it was chosen as far as that is still open.
    """

    _inherit = "payment.transaction"

    dunning_case_id = fields.Many2one(
        comodel_name="dunning.case",
        string="Reminder Case",
        readonly=True,
        copy=False,
        index="btree_not_null",
        ondelete="set null",
        help="From whose payment page the payment was made.",
    )
    dunning_part_ids = fields.One2many(
        comodel_name="dunning.payment.part",
        inverse_name="transaction_id",
        string="Chosen Items",
        readonly=True,
        copy=False,
    )
    dunning_page_key = fields.Char(
        string="Window of the Payment Page",
        readonly=True,
        copy=False,
        groups="base.group_system",
        help="Tells the window in which the payment was begun from others.",
    )
    dunning_is_given_up = fields.Boolean(
        string="Given Up by the Customer", readonly=True, copy=False
    )

    # === FINDING === #

    @api.model
    def _find_dunning_drafts(self, lines, minutes=DRAFT_MINUTES):
        """Return what was begun on a payment page for ``lines`` and not finished.

        :param account.move.line lines: receivables
        :param int minutes: that it may be old
        """
        return self.sudo().search(
            self._get_dunning_draft_domain(minutes)
            & Domain("dunning_part_ids.move_line_id", "in", lines.ids)
        )

    @api.model
    def _get_dunning_draft_domain(self, minutes=DRAFT_MINUTES):
        since = fields.Datetime.now() - timedelta(minutes=minutes)
        return Domain("state", "=", "draft") & Domain("create_date", ">=", since)

    @api.model
    def _get_dunning_begun_sql(self):
        """Return whether a payment of ``account_move_line`` was begun a moment ago.

        :rtype: SQL
        """
        drafts = self.sudo()._search(self._get_dunning_draft_domain())
        return SQL(
            """EXISTS (SELECT 1 FROM dunning_payment_part part
                        WHERE part.move_line_id = account_move_line.id
                          AND part.transaction_id IN %s)""",
            drafts.subselect(),
        )

    # === STATES === #

    def _give_up_dunning(self):
        """Let the customer begin again. If money comes all the same, it is booked."""
        drafts = self.filtered(lambda tx: tx.state == "draft" and tx.dunning_part_ids)
        if drafts:
            drafts.dunning_is_given_up = True
            drafts._set_canceled(state_message=self.env._("Given up, begun again."))

    def _get_dunning_extra_states(self, has_money=False):
        """Return the states from which a payment of the page may come back."""
        from_cancel = self and all(
            tx.dunning_part_ids and (has_money or tx.dunning_is_given_up) for tx in self
        )
        return ("cancel",) if from_cancel else ()

    def _set_pending(self, *, state_message=None, extra_allowed_states=()):
        extra = (*extra_allowed_states, *self._get_dunning_extra_states())
        return super()._set_pending(
            state_message=state_message, extra_allowed_states=extra
        )

    def _set_authorized(self, *, state_message=None, extra_allowed_states=()):
        extra = (*extra_allowed_states, *self._get_dunning_extra_states())
        return super()._set_authorized(
            state_message=state_message, extra_allowed_states=extra
        )

    def _set_done(self, *, state_message=None, extra_allowed_states=()):
        extra = (*extra_allowed_states, *self._get_dunning_extra_states(True))
        return super()._set_done(
            state_message=state_message, extra_allowed_states=extra
        )

    # === BOOKING === #

    def _get_dunning_source(self):
        """Return the payment of the page that was chosen: itself, or what it captures.

        Empty for other payments, and for refunds.
        """
        self.ensure_one()
        source = self.source_transaction_id
        chosen = source if source and source.operation == self.operation else self
        return chosen if chosen.dunning_part_ids else self.browse()

    def _create_payment(self, **extra_create_values):
        """Book a payment of the page so that exactly what was chosen is matched.

        Odoo's own way matches all that is open of the invoices, on one account, and
        takes a discount when the amount happens to fit.
        """
        source = self._get_dunning_source()
        if not source or self.amount <= 0:
            return super()._create_payment(**extra_create_values)
        parts = source.dunning_part_ids
        lines, still_open = parts.move_line_id, parts._get_open_amounts()
        saving = parts._filter_saving(self.amount, source._get_dunning_paid_on())
        settlement = parts._settle(self.amount, saving)
        accounts = {line.id: line.account_id.id for line in lines}
        bundles = self._with_rest(
            source, bundle(settlement, still_open, accounts), settlement.rest
        )
        payment = self._create_dunning_payment(
            source, bundles, extra_create_values, saving
        )
        self.payment_id = payment
        self._match_bundles(payment, bundles)
        surplus = parts._get_surplus(settlement.rest)
        if surplus > 0:
            source._get_dunning_case()._ask_to_refund(self, float(surplus))
        return payment

    def _get_dunning_paid_on(self):
        """Return on which day of the company the customer paid.

        Online that is when the payment was begun, however long the provider needs; who
        announces a bank transfer has paid when the money is there.

        :rtype: datetime.date
        """
        self.ensure_one()
        is_transfer = self.provider_code == "custom"
        moment = self.last_state_change if is_transfer else self.create_date
        return self.company_id._get_dunning_date(moment)

    def _with_rest(self, source, bundles, rest):
        """Return the bundles of which the first one also takes what is left over."""
        if not bundles:
            customer = self._get_dunning_customer(source)
            account = (
                source.dunning_part_ids.move_line_id[:1].account_id
                or customer.with_company(self.company_id).property_account_receivable_id
            )
            return [Bundle(account.id, rest)]
        first, *others = bundles
        total = first.amount + rest
        return [Bundle(first.account, total, first.whole, first.partial), *others]

    def _get_dunning_customer(self, source):
        return source._get_dunning_case().partner_id or (
            self.partner_id.commercial_partner_id
        )

    def _create_dunning_payment(self, source, bundles, extra_create_values, saving):
        """Return the posted payment, with a receivable line for each bundle.

        :param dunning.payment.part saving: of which the early-payment discount is given
        """
        values = {
            **self._prepare_dunning_payment_values(source, bundles),
            **extra_create_values,
        }
        today = fields.Date.context_today(self)
        values["write_off_line_vals"] += saving._prepare_discount_values(today)
        # an entry is needed at once, or there is nothing that can be matched; the taxes
        # of discounts are computed already
        payments = self.env["account.payment"].with_context(
            force_payment_move=True, skip_invoice_sync=True
        )
        payment = payments.create(values).with_context(
            force_payment_move=False, skip_invoice_sync=False
        )
        payment.action_post()
        return payment

    def _prepare_dunning_payment_values(self, source, bundles):
        provider = self.provider_id
        journal = provider.journal_id
        method_line = journal.inbound_payment_method_line_ids.filtered(
            lambda line: line.payment_provider_id == provider
        )
        customer = self._get_dunning_customer(source)
        invoices = source.invoice_ids.filtered(lambda move: move.is_invoice())
        return {
            "amount": self.amount,
            "payment_type": "inbound",
            "partner_type": "customer",
            "partner_id": customer.id,
            "currency_id": self.currency_id.id,
            "company_id": provider.company_id.id,
            "journal_id": journal.id,
            "payment_method_line_id": method_line[:1].id,
            "payment_token_id": self.token_id.id,
            "payment_transaction_id": self.id,
            "memo": " - ".join(filter(None, (self.reference, self.provider_reference))),
            "invoice_ids": [Command.set(invoices.ids)],
            "destination_account_id": bundles[0].account,
            "write_off_line_vals": [
                self._prepare_bundle_values(customer, one) for one in bundles[1:]
            ],
        }

    def _prepare_bundle_values(self, customer, one):
        company, amount = self.company_id, float(one.amount)
        today = fields.Date.context_today(self)
        balance = self.currency_id._convert(amount, company.currency_id, company, today)
        return {
            "name": self.reference,
            "partner_id": customer.id,
            "account_id": one.account,
            "currency_id": self.currency_id.id,
            "amount_currency": -amount,
            "balance": -balance,
        }

    def _match_bundles(self, payment, bundles):
        """Match each line of the payment with the items of its bundle."""
        accounts = [one.account for one in bundles]
        own_lines = payment.move_id.line_ids.filtered(
            lambda line: line.account_id.id in accounts and line.amount_currency < 0
        ).sorted("id")
        lines = self.env["account.move.line"]
        for own, one in zip(own_lines, bundles, strict=False):
            for keys in (one.whole, one.partial and (one.partial,)):
                if keys:
                    (own + lines.browse(keys)).reconcile()

    # === TELLING === #

    def _get_dunning_case(self):
        """Return the case in which the payment is told, also after a merger."""
        case = self.dunning_case_id
        return case.merged_into_id or case

    def _log_sent_message(self):
        done = super()._log_sent_message()
        for transaction in self.filtered("dunning_case_id"):
            transaction._get_dunning_case()._log_payment(transaction, "begun")
        return done

    def _log_received_message(self):
        done = super()._log_received_message()
        for transaction in self.filtered("dunning_case_id"):
            transaction._get_dunning_case()._log_payment(transaction, transaction.state)
        return done
