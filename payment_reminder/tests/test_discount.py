from datetime import timedelta
from decimal import Decimal

from odoo.fields import Command
from odoo.tests import tagged

from .payment_page_pay_common import PaymentPagePayCommon


class DiscountCommon(PaymentPagePayCommon):
    """Invoices of '2/7 Net 30', three days old on the page's day."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.now = cls.company._get_dunning_today()
        cls.invoices.button_draft()
        cls.invoices.button_cancel()
        cls.term = cls._create_term("included")

    @classmethod
    def _create_term(cls, computation, **values):
        return cls.env["account.payment.term"].create(
            {
                "name": "2/7 Net 30",
                "early_discount": True,
                "discount_percentage": 2.0,
                "discount_days": 7,
                "early_pay_discount_computation": computation,
                "line_ids": [
                    Command.create(
                        {"value": "percent", "value_amount": 100.0, "nb_days": 30}
                    )
                ],
                **values,
            }
        )

    @classmethod
    def _discounted(cls, amount=100.0, days=3, term=None, taxes=None, **values):
        """Return an invoice of so many days ago with an early-payment discount."""
        taxes = taxes or cls.env["account.tax"]
        line = {
            "name": "Consulting",
            "price_unit": amount,
            "tax_ids": [Command.set(taxes.ids)],
        }
        return cls._invoice(
            invoice_date=cls.now - timedelta(days=days),
            invoice_payment_term_id=(term or cls.term).id,
            invoice_date_due=False,
            invoice_line_ids=[Command.create(line)],
            **values,
        )

    def _row(self, move, **options):
        page = self._page()
        rows = [
            row
            for group in page._prepare_content(options=options)["groups"]
            for row in group["rows"]
        ]
        [row] = [row for row in rows if row["key"] == self._receivables(move).id]
        return row

    def _pay_online(self, *moves, **options):
        """Return the paid transaction of moves, chosen on the page."""
        transaction = self._begin(item=self._items_option(*moves), **options)
        self._succeed(transaction)
        return transaction


@tagged("post_install", "-at_install")
class TestDiscount(DiscountCommon):
    """98.00 is enough until the day; in time it leaves nothing open."""

    # === SHOWN === #

    def test_page_shows_98_until_the_day(self):
        invoice = self._discounted()
        row = self._row(invoice)
        self.assertEqual(row["amount"], "$\u00a098.00")
        self.assertEqual(row["units"], "9800")
        [remark] = row["remarks"]
        until = self._page()._format_date(self.now + timedelta(days=4))
        self.assertIn("98.00", remark)
        self.assertIn(until, remark)
        self.assertIn(
            ("less early-payment discount", self._page()._format_amount(-2.0)),
            row["deductions"],
        )
        choice = self._page()._choose()
        self.assertEqual(choice.total, Decimal("98.00"))
        self.assertIn(
            "98.00", self._page()._prepare_transfer(choice)["fields"][-1]["value"]
        )

    def test_last_day_still_counts(self):
        invoice = self._discounted(days=7)
        self.assertEqual(self._row(invoice)["amount"], "$\u00a098.00")

    def test_page_says_the_day_after_that_it_is_lost(self):
        invoice = self._discounted(days=8)
        row = self._row(invoice)
        self.assertEqual(row["amount"], "$\u00a0100.00")
        [remark] = row["remarks"]
        self.assertIn("ended on", remark)
        self.assertIn("2.00", remark)
        self.assertEqual(self._page()._choose().total, Decimal("100.00"))

    def test_part_payment_ends_it(self):
        invoice = self._discounted()
        self._pay(invoice, 10.0, self.now, payment_difference_handling="open")
        row = self._row(invoice)
        self.assertEqual(row["amount"], "$\u00a090.00")
        self.assertFalse(row["remarks"])

    def test_matched_credit_note_ends_it(self):
        invoice = self._discounted()
        credit = self._credit_note(amount=10.0, due=self.now)
        (self._receivables(invoice) + self._receivables(credit)).reconcile()
        self.assertEqual(self._row(invoice)["amount"], "$\u00a090.00")

    def test_unmatched_credit_keeps_it_back(self):
        invoice = self._discounted()
        self._unmatched_payment(amount=10.0)
        self.assertEqual(self._row(invoice)["amount"], "$\u00a0100.00")
        self.assertEqual(self._page()._choose().total, Decimal("90.00"))

    def test_several_terms_give_none(self):
        term = self.env["account.payment.term"].create(
            {
                "name": "Half and half",
                "line_ids": [
                    Command.create(
                        {"value": "percent", "value_amount": 50.0, "nb_days": days}
                    )
                    for days in (10, 30)
                ],
            }
        )
        invoice = self._discounted(term=term)
        self.assertFalse(invoice._get_dunning_discounts(self.now))

    def test_without_an_account_of_lost_discounts_none_is_promised(self):
        invoice = self._discounted()
        self.company.account_journal_early_pay_discount_loss_account_id = False
        self.assertEqual(self._row(invoice)["amount"], "$\u00a0100.00")

    def test_code_of_the_invoice_pays_98_until_the_day(self):
        self.company.dunning_invoice_qr = True
        self._create_bank_account(self.company, acc_number="BE71096123456769")
        eur = self.env.ref("base.EUR")
        eur.active = True
        values = {"currency_id": eur.id}
        early = self._discounted(**values)
        late = self._discounted(days=8, **values)
        for move, amount, word in ((early, 98.0, "98.00"), (late, 100.0, "ended on")):
            move.partner_bank_id = self.company.partner_id.bank_ids[-1:]
            code = move._prepare_dunning_invoice_qr()
            self.assertEqual(code["amount"], amount)
            self.assertIn(f"EUR{amount:.2f}".encode(), code["payload"])
            self.assertIn(word, code["discount"])

    def test_statement_names_it_and_its_code_pays_98(self):
        self._discounted()
        [statement] = self.env["dunning.statement"]._make(
            self.company, self.customer, date=self.now
        )
        values = statement._prepare_letter_values()
        self.assertEqual(values["total"], Decimal("100.00"))
        self.assertIn("98.00", values["claims"][0]["description"])
        [given] = statement._get_given_discounts()
        self.assertEqual(given.amount, Decimal("98.00"))

    def test_heads_up_names_it(self):
        self.heads_up.write({"active": True, "delay_days": -28})
        self.heads_up.channel_ids += self.letter_channel
        invoice = self._discounted()
        run = self._plan(on=self.now)
        notice = run.notice_ids.filtered(lambda one: one.channel == "email")
        self.assertEqual(notice.claim_ids.move_id, invoice)
        self.assertEqual(notice.amount_asked, 100.0)
        for text in (
            str(notice._render_claims_table()),
            notice._get_request_text(),
            notice._prepare_letter_values()["claims"][0]["description"],
        ):
            self.assertIn("98.00", text)

    def test_reminder_says_that_it_is_lost(self):
        invoice = self._discounted(days=40)
        run = self._plan(on=self.now)
        notice = run.notice_ids.filtered(lambda one: one.claim_ids.move_id == invoice)
        self.assertIn("ended on", str(notice[0]._render_claims_table()))
        self.assertNotIn("is enough", notice[0]._get_request_text())

    # === PAID ONLINE === #

    def test_98_paid_in_time_leaves_nothing_open(self):
        invoice = self._discounted()
        transaction = self._pay_online(invoice)
        self.assertEqual(transaction.amount, 98.0)
        self.assertEqual(invoice.amount_residual, 0.0)
        self.assertIn(invoice.payment_state, ("paid", "in_payment"))
        loss = self.company.account_journal_early_pay_discount_loss_account_id
        written_off = transaction.payment_id.move_id.line_ids.filtered(
            lambda line: line.account_id == loss
        )
        self.assertEqual(sum(written_off.mapped("balance")), 2.0)
        self.assertFalse(self._page()._get_open())

    def test_all_ways_to_compute_it_come_out_to_the_cent(self):
        tax = self.env["account.tax"].create(
            {"name": "21 %", "amount": 21.0, "amount_type": "percent"}
        )
        odd = self.env["account.tax"].create(
            {"name": "7.7 %", "amount": 7.7, "amount_type": "percent"}
        )
        # (how, net, taxes, what is enough)
        cases = [
            ("included", 100.0, tax, "118.58"),
            ("excluded", 100.0, tax, "119.00"),
            ("mixed", 100.0, tax, "118.58"),
            ("included", 333.33, tax | odd, None),
            ("excluded", 333.33, tax | odd, None),
            ("mixed", 333.33, tax | odd, None),
        ]
        for how, net, taxes, enough in cases:
            with self.subTest(how=how, net=net):
                invoice = self._discounted(
                    net, term=self._create_term(how), taxes=taxes
                )
                line = self._receivables(invoice)
                due = Decimal(f"{line.discount_amount_currency:.2f}")
                self.assertEqual(due, Decimal(enough) if enough else due)
                transaction = self._pay_online(invoice)
                self.assertEqual(Decimal(f"{transaction.amount:.2f}"), due)
                self.assertEqual(invoice.amount_residual, 0.0)
                entry = transaction.payment_id.move_id
                saved = invoice.amount_total - transaction.amount
                self.assertAlmostEqual(self._written_off(entry), saved, places=2)
                if how == "included":
                    self.assertTrue(entry.line_ids.filtered("tax_line_id"))
                self._assert_as_register(invoice, entry, how, net, taxes)

    def _written_off(self, entry):
        return sum(
            entry.line_ids.filtered(
                lambda line: (
                    line.account_type not in ("asset_receivable", "asset_cash")
                    and not line.payment_id.outstanding_account_id == line.account_id
                )
            ).mapped("balance")
        )

    def _assert_as_register(self, invoice, entry, how, net, taxes):
        """Odoo's own wizard writes the same lines off."""
        twin = self._discounted(net, term=self._create_term(how), taxes=taxes)
        payment = self._register_payment(twin, payment_date=self.now)
        self.assertEqual(twin.amount_residual, 0.0)

        def get_lines(move):
            return sorted(
                (line.account_id.code, line.tax_line_id.name or "", line.balance)
                for line in move.line_ids
                if line.account_type not in ("asset_receivable", "asset_current")
            )

        self.assertEqual(get_lines(entry), get_lines(payment.move_id))

    def test_discounts_of_several_invoices_and_others_are_paid_together(self):
        first, second = self._discounted(), self._discounted(50.0)
        plain = self._invoice(amount=30.0, due=self.now + timedelta(days=9))
        transaction = self._pay_online(first, second, plain)
        self.assertEqual(transaction.amount, 98.0 + 49.0 + 30.0)
        self.assertEqual(self._residuals(first, second, plain), [0.0, 0.0, 0.0])

    def test_part_saves_nothing(self):
        invoice = self._discounted()
        row = self._row(invoice)
        self.assertIn("98.00", row["amount"])
        self._pay_online(invoice, amount="50")
        self.assertEqual(invoice.amount_residual, 50.0)

    def test_payment_begun_in_time_counts_when_the_money_is_later(self):
        invoice = self._discounted(days=7)
        transaction = self._begin(item=self._items_option(invoice))
        line = self._receivables(invoice)
        line.discount_date = self.now - timedelta(days=1)  # the next morning
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE payment_transaction SET create_date = create_date - INTERVAL '1 d'"
            " WHERE id = %s",
            [transaction.id],
        )
        transaction.invalidate_recordset()
        self._succeed(transaction)
        self.assertEqual(invoice.amount_residual, 0.0)

    def test_transfer_that_comes_too_late_leaves_2_open(self):
        invoice = self._discounted(days=7)
        transaction = self._begin(item=self._items_option(invoice))
        self._receivables(invoice).discount_date = self.now - timedelta(days=1)
        self._succeed(transaction)
        self.assertEqual(invoice.amount_residual, 2.0)

    def test_discount_that_was_used_up_meanwhile_is_not_given_twice(self):
        invoice = self._discounted()
        transaction = self._begin(item=self._items_option(invoice))
        self._pay(invoice, 40.0, self.now, payment_difference_handling="open")
        self._succeed(transaction)
        self.assertEqual(invoice.amount_residual, 0.0)
        credit = self.case._get_unmatched_credit()[self.case.id]
        self.assertEqual(credit, 38.0)

    def test_discount_in_another_currency_leaves_nothing_open(self):
        currency = self.setup_other_currency("EUR")
        invoice = self._discounted(currency_id=currency.id)
        self.provider.available_currency_ids += currency
        page = self._page(currency="EUR")
        choice = page._choose_by({"item": self._items_option(invoice)})
        self.assertEqual(choice.total, Decimal("98.00"))
        transaction = (
            self.env["payment.transaction"]
            .sudo()
            .create(
                {
                    "provider_id": self.provider.id,
                    "payment_method_id": self.method.id,
                    "amount": 98.0,
                    "currency_id": currency.id,
                    "partner_id": page.contact_id.id,
                    "operation": "online_direct",
                    **page._prepare_transaction_values(choice, "window"),
                }
            )
        )
        self._succeed(transaction)
        self.assertEqual(invoice.amount_residual, 0.0)
        self.assertIn(invoice.payment_state, ("paid", "in_payment"))

    # === NOT DUNNED === #

    def test_what_odoo_took_off_is_never_reminded_of(self):
        invoice = self._discounted(10000.0, days=60)
        self._receivables(invoice).discount_date = self.now
        self._pay(invoice, paid_on=self.now)
        self.assertEqual(invoice.amount_residual, 0.0)
        run = self._plan(on=self.now)
        self.assertNotIn(invoice, run.notice_ids.claim_ids.move_id)

    # === SPEED === #

    def test_queries_do_not_depend_on_the_number_of_discounts(self):
        def count():
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            page = (
                self.env["dunning.payment.page"]
                ._reading()
                ._make(self.case, "/pay/x", self.link)
            )
            choice = page._choose()
            page._prepare_transfer(choice)
            page._prepare_content(choice, {})
            return self.env.cr.sql_log_count - before

        self._discounted()
        count()
        few = count()
        for _number in range(12):
            self._discounted()
        many = count()
        self.assertLessEqual(many - few, 2)
        self.assertLessEqual(few, 40)
