from datetime import date, timedelta
from decimal import Decimal

from odoo.exceptions import UserError
from odoo.fields import Command
from odoo.tests import tagged

from .common import DunningCommon


class OpenItemsCommon(DunningCommon):
    """A company customer in Germany who owes interest by § 288 BGB, and 40 euros."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.procedure = cls._create_procedure(
            [{"delay_days": 5, "claim_interest": True, "claim_compensation": True}],
            first_level="age",
        )
        cls.company.dunning_procedure_id = cls.procedure
        cls.euro = cls.env.ref("base.EUR")
        cls.euro.active = True
        cls.customer.is_company = True
        cls._set_regime("de_business")

    @classmethod
    def _set_regime(cls, name):
        regime = cls.env.ref(f"payment_reminder.regime_{name}")
        cls.customer.with_company(cls.company).interest_regime_id = regime

    @classmethod
    def _owed(cls, amount, due, **values):
        values.setdefault("currency_id", cls.euro.id)
        return cls._invoice(amount=amount, due=due, **values)

    @classmethod
    def _receive(cls, amount, day, **values):
        """Return money of the customer that nobody has matched."""
        values.setdefault("currency_id", cls.euro.id)
        return cls._unmatched_payment(amount=amount, date=day, **values)

    @classmethod
    def _reverse(cls, invoice, day, amount=None, is_matched=True):
        """Return a posted credit note that reverses a part of an invoice."""
        wizard = (
            cls.env["account.move.reversal"]
            .with_context(active_model="account.move", active_ids=invoice.ids)
            .create({"date": day, "journal_id": invoice.journal_id.id})
        )
        wizard.reverse_moves()
        refund = wizard.new_move_ids
        if amount:
            refund.invoice_line_ids.price_unit = amount
        refund.action_post()
        if not is_matched:
            cls._receivables(refund).remove_move_reconcile()
        return refund

    def _debt(self, invoice, day=None, **values):
        line = self._receivables(invoice)
        return line._get_debts(day or self.today, **values)[line]

    def _account(self, invoice, day=None):
        """Return the account of a single item, as the claim statement has it."""
        case = self._case_in(self.euro)
        lines = self._receivables(invoice)
        [account] = self.env["dunning.claim.account"]._get_accounts(
            case, lines, day or self.today
        )
        return account

    def _case_in(self, currency, partner=None):
        self.env["dunning.planner"]._open_cases(self.company, partner or self.customer)
        return self.env["dunning.case"].search(
            [
                ("partner_id", "=", (partner or self.customer).id),
                ("currency_id", "=", currency.id),
            ]
        )

    def _statement(self, lines=None, day=None):
        statement = self.env["dunning.claim.statement"]._make(
            self._case_in(self.euro), lines, day or self.today
        )
        return statement._prepare_letter_values()

    def _amounts(self, notice):
        return (
            notice.amount_total,
            notice.amount_interest,
            notice.amount_compensation,
            notice.amount_asked,
        )


@tagged("post_install", "-at_install")
class TestUnmatchedMoney(OpenItemsCommon):
    """Money that nobody has matched counts everywhere as if it were matched."""

    def setUp(self):
        super().setUp()
        self.invoice = self._owed(1000.0, date(2025, 5, 16))
        self.payment = self._receive(990.0, date(2025, 5, 15))

    def test_demand_asks_for_what_is_open(self):
        notice = self._run_and_send().notice_ids
        self.assertEqual(self._amounts(notice), (10.0, 0.1, 40.0, 50.1))

    def test_match_changes_nothing_of_it(self):
        lines = self._receivables(self.payment.move_id | self.invoice)
        lines.reconcile()
        notice = self._run_and_send().notice_ids
        self.assertEqual(self._amounts(notice), (10.0, 0.1, 40.0, 50.1))

    def test_claim_statement(self):
        self.assertEqual(float(self._statement()["total"]), 50.1)

    def test_statement_of_this_item_among_others(self):
        self._owed(500.0, date(2025, 6, 1))
        values = self._statement(self._receivables(self.invoice))
        self.assertEqual(float(values["total"]), 50.1)

    def test_page_asks_for_the_same(self):
        self._run_and_send()
        page = self.env["dunning.payment.page"]._make(
            self._case_in(self.euro), "/pay/x"
        )
        content = page._prepare_content()
        self.assertIn("50.10", content["total"].replace(",", "."))

    def test_debt_of_a_day(self):
        debt = self._debt(self.invoice)
        self.assertEqual((debt.booked, debt.unmatched, debt.open), (1000, 990, 10))
        debt = self._debt(self.invoice, date(2025, 5, 14))
        self.assertEqual((debt.unmatched, debt.open), (0, 1000))

    def test_oldest_debts_are_paid_first(self):
        older = self._owed(600.0, date(2025, 5, 2))
        self.assertEqual(self._debt(older).open, 0)
        self.assertEqual(self._debt(self.invoice).open, 610)
        total = self._statement()["total"]
        # 600 are late from 3 to 15 May, 1,000 from 17 May are 610
        interest = sum(
            self._account(one).interest.amount for one in (older, self.invoice)
        )
        self.assertEqual(total, 610 + interest + 80)
        self.assertEqual(interest, Decimal("2.41") + Decimal("5.84"))

    def test_each_currency_has_its_own(self):
        other = self._invoice(amount=100.0, due=date(2025, 5, 2))
        self.assertNotEqual(other.currency_id, self.euro)
        self.assertEqual(self._debt(other).open, 100)

    def test_what_is_disputed_is_paid_last(self):
        newer = self._owed(1000.0, date(2025, 6, 1))
        case = self._case_in(self.euro)
        case._dispute(self._items(self.invoice), "other", "Wrong")
        self.assertEqual(self._debt(self.invoice).open, 1000)
        self.assertEqual(self._debt(newer).open, 10)

    def test_reversal_corrects_its_own_invoice_though_it_is_not_matched(self):
        newer = self._owed(800.0, date(2025, 6, 1))
        self._reverse(newer, date(2025, 6, 10), 300.0, is_matched=False)
        debt = self._debt(newer)
        self.assertEqual((debt.principal, debt.open), (500, 500))

    def test_many_items_need_the_same_queries(self):
        def count(lines):
            self.env.flush_all()
            before = self.env.cr.sql_log_count
            lines._get_debts(self.today)
            return self.env.cr.sql_log_count - before

        one = self._receivables(self.invoice)
        count(one)
        single = count(one)
        moves = self.invoice
        for index in range(5):
            customer = self._create_customer(f"Late {index}")
            moves |= self._owed(100.0, date(2025, 5, 1), partner=customer)
            self._receive(10.0, date(2025, 5, 15), partner=customer)
        many = self._receivables(moves)
        count(many)
        self.assertEqual(count(many), single)

    # === FILES, HAND-OVERS, PLANS === #

    def _table_row(self):
        lines = self._receivables(self.invoice)
        file = self.env["dunning.case.file"]._open(self._case_in(self.euro), self.today)
        titles, [row] = file._get_table(file.case_id, lines, self.today)
        names = [title for title, _kind in titles]
        return dict(zip(names, row, strict=True))

    def test_case_file(self):
        row = self._table_row()
        self.assertEqual((row["Paid"], row["Open"]), (990, 10))
        self.assertEqual(row["Interest"], Decimal("0.10"))
        files, case = self.env["dunning.case.file"], self._case_in(self.euro)
        file = files._open(case, self.today)
        lines = file._find_lines(case, self._receivables(self.invoice))
        sheet = str(file._make_parties(file.case_id, lines, self.today)["content"])
        self.assertIn("received, not assigned yet", sheet)
        self.assertNotIn("not for these items", sheet)
        self.assertIn("10.00", str(file._get_cover_pairs(lines)[2]))

    def _hand_over(self):
        agency = self._create_customer("Agency", dunning_agency_role="agency")
        case = self._case_in(self.euro)
        handover, _texts = case._hand_over(
            self._items(self.invoice),
            agency,
            self.today,
            step="prepare",
            early_reason="They move abroad",
        )
        return handover

    def test_handover_is_about_what_is_open(self):
        handover = self._hand_over()
        self.assertEqual(handover.amount_handed, 10.0)
        self.assertEqual(handover.amount_open, 10.0)
        self.assertEqual(handover._get_claims_amount(self.today), 40.1)
        newer = self._owed(500.0, date(2025, 6, 1))
        self.assertEqual(self._debt(newer).open, 500, "it is kept for the agency")
        self.assertEqual(self._debt(self.invoice).open, 10)
        notice = self._run_and_send().notice_ids
        self.assertEqual((notice.amount_credit, notice.amount_total), (0.0, 500.0))
        self._receivables(self.payment.move_id | self.invoice).reconcile()
        self.assertEqual(handover.amount_open, 10.0)
        self.assertEqual(handover.line_ids.amount_waiting, 0.0)
        self.assertEqual(handover.amount_collected, 0.0)

    def test_covered_item_is_not_handed_over(self):
        self._receive(10.0, date(2025, 5, 15))
        with self.assertRaisesRegex(UserError, "Match|match them first"):
            self._hand_over()

    def test_plan_is_about_what_is_open(self):
        action = self.env["installment.plan.wizard"]._open_for_moves(self.invoice)
        wizard = self.env["installment.plan.wizard"].browse(action["res_id"])
        self.assertEqual((wizard.amount_open, wizard.amount_unmatched), (10.0, 990.0))
        wizard.count = 2
        wizard.action_preview()
        plan = wizard._save()
        self.assertEqual(plan.line_ids.mapped("amount"), [5.0, 5.0])
        plan.action_propose()
        plan.action_activate()
        case = self._case_in(self.euro)
        self.assertEqual(case._get_free_credit()[case.id], 0.0)
        self._pay(self.invoice, 5.0, plan.line_ids[0].date)
        self.assertEqual(plan.line_ids.mapped("amount_open"), [0.0, 5.0])
        self._receivables(self.payment.move_id | self.invoice).reconcile()
        self.assertEqual(plan.line_ids.mapped("amount_open"), [0.0, 5.0])
        self._pay(self.invoice, 5.0, plan.line_ids[1].date)
        self.assertEqual(plan.state, "completed")

    def test_plan_over_what_is_covered_is_refused(self):
        self._receive(10.0, date(2025, 5, 15))
        with self.assertRaisesRegex(UserError, "Match them first"):
            self.env["installment.plan.wizard"]._open_for_moves(self.invoice)

    # === THE RULE OF THE PROCEDURE === #

    def test_ignored_money_bears_no_interest_all_the_same(self):
        self.procedure.credit_treatment = "ignore"
        notice = self._run_and_send().notice_ids
        self.assertEqual(self._amounts(notice), (1000.0, 0.1, 40.0, 1040.1))

    def test_held_notice_is_not_sent(self):
        self.procedure.credit_treatment = "hold"
        self.assertFalse(self._run_and_send().notice_ids)
        self.assertEqual(float(self._statement()["total"]), 50.1)


@tagged("post_install", "-at_install")
class TestCorrections(OpenItemsCommon):
    """A correction is no payment: the debt was less from the beginning."""

    def _interest(self, invoice, day):
        return float(self._account(invoice, day).interest.amount)

    def test_reversal_lessens_the_debt_from_the_beginning(self):
        invoice = self._owed(1000.0, date(2025, 12, 1))
        self._reverse(invoice, date(2026, 2, 1), 400.0)
        self.assertEqual(invoice.amount_residual, 600.0)
        self.assertEqual(self._interest(invoice, date(2026, 3, 2)), 15.36)

    def test_compensation_is_by_the_corrected_debt(self):
        self._set_regime("uk_1998")
        pound = self.env.ref("base.GBP")
        pound.active = True
        invoice = self._owed(1200.0, date(2025, 5, 16), currency_id=pound.id)
        self._reverse(invoice, date(2025, 6, 1), 400.0)
        notice = self._run_and_send().notice_ids
        self.assertEqual(notice.amount_compensation, 40.0)

    def test_free_credit_note_counts_on_its_own_date(self):
        invoice = self._owed(1000.0, date(2025, 12, 1))
        credit = self._credit_note(
            amount=400.0,
            currency_id=self.euro.id,
            invoice_date=date(2026, 2, 1),
            due=date(2026, 2, 1),
        )
        self._receivables(invoice | credit).reconcile()
        self.assertEqual(self._interest(invoice, date(2026, 3, 2)), 22.34)

    def test_payment_counts_on_its_own_date(self):
        invoice = self._owed(1000.0, date(2025, 12, 1))
        self._pay(invoice, 400.0, date(2026, 2, 1))
        self.assertEqual(self._interest(invoice, date(2026, 3, 2)), 22.34)

    def test_kinds(self):
        invoice = self._owed(1000.0, date(2025, 5, 1))
        self._pay(invoice, 100.0, date(2025, 5, 20))
        self._reverse(invoice, date(2025, 5, 21), 200.0)
        credit = self._credit_note(amount=30.0, currency_id=self.euro.id)
        self._receivables(invoice | credit).reconcile()
        self._book(invoice, self.company_data["default_account_expense"], 40.0)
        self._book(invoice, self.company_data["default_account_payable"], 50.0)
        line = self._receivables(invoice)
        kinds = {}
        for one in line._get_interest_payments(date(2025, 12, 31))[line]:
            kinds[one.kind] = kinds.get(one.kind, 0) + float(one.amount)
        self.assertEqual(
            kinds,
            {"payment": 150.0, "reversal": 200.0, "credit": 30.0, "write_off": 40.0},
        )

    def _book(self, invoice, account, amount, day=None):
        """Match a miscellaneous entry with an invoice."""
        line = self._receivables(invoice)
        rate = line.balance / line.amount_currency
        entry = self.env["account.move"].create(
            {
                "move_type": "entry",
                "date": day or self.today,
                "line_ids": [
                    Command.create(
                        {
                            "account_id": used.id,
                            "partner_id": self.customer.id,
                            "currency_id": self.euro.id,
                            "amount_currency": sign * amount,
                            "balance": sign * amount * rate,
                        }
                    )
                    for used, sign in ((account, 1), (line.account_id, -1))
                ],
            }
        )
        entry.action_post()
        (line | self._receivables(entry)).reconcile()
        return entry

    def test_early_payment_discount_is_a_correction(self):
        """98 of 100 are paid late, the discount is granted all the same."""
        company = self.company
        company.account_journal_early_pay_discount_loss_account_id = self.company_data[
            "default_account_expense"
        ]
        term = self.env["account.payment.term"].create(
            {
                "name": "2/7 Net 30",
                "early_discount": True,
                "discount_percentage": 2.0,
                "discount_days": 7,
                "line_ids": [Command.create({"value": "percent", "value_amount": 100})],
            }
        )
        invoice = self._owed(
            1000.0,
            False,
            invoice_date=date(2025, 5, 1),
            invoice_payment_term_id=term.id,
            invoice_date_due=False,
        )
        self._pay(invoice, paid_on=date(2025, 5, 5))
        self.assertTrue(invoice.currency_id.is_zero(invoice.amount_residual))
        line = self._receivables(invoice)
        found = [
            (one.kind, float(one.amount))
            for one in line._get_interest_payments(self.today)[line]
        ]
        self.assertEqual(sorted(found), [("discount", 20.0), ("payment", 980.0)])

    def test_write_off_ends_interest_from_its_date(self):
        invoice = self._owed(1000.0, date(2025, 5, 17))
        self._pay(invoice, 900.0, date(2025, 5, 27))
        self._book(invoice, self.company_data["default_account_expense"], 100.0)
        self.assertEqual(invoice.payment_state, "paid")
        self.assertEqual(
            [(one.kind, one.amount) for one in self._debt(invoice).payments],
            [("payment", 900), ("write_off", 100)],
        )

    # === WHAT WAS TOLD ALREADY === #

    def _told(self, kind):
        return self.env["dunning.claim"].search(
            [("partner_id", "=", self.customer.id), ("kind", "=", kind)]
        )

    def test_told_claims_follow_a_correction(self):
        self._set_regime("uk_1998")
        pound = self.env.ref("base.GBP")
        pound.active = True
        invoice = self._owed(1200.0, date(2025, 5, 16), currency_id=pound.id)
        self._run_and_send()
        told = self._told("interest").amount
        self.assertEqual(self._told("compensation").amount, 70.0)
        self._reverse(invoice, date(2025, 6, 17), 400.0)
        self.assertAlmostEqual(self._told("interest").amount, told * 2 / 3, 2)
        self.assertEqual(self._told("compensation").amount, 40.0)

    def test_told_interest_follows_money_of_before(self):
        self._owed(1000.0, date(2025, 5, 16))
        self._run_and_send()
        self.assertEqual(self._told("interest").amount, 9.57)
        self._receive(990.0, date(2025, 5, 15))
        self._told("interest")._refresh(self.today)
        self.assertEqual(self._told("interest").amount, 0.1)
        self.assertEqual(self._told("compensation").amount, 40.0)

    # === STATISTICS === #

    def test_only_payments_say_when_somebody_pays(self):
        """Neither a reversal nor a write-off is a day of payment."""
        clock = self.company._get_dunning_today()
        paid_on = clock - timedelta(days=30)
        for settle in (self._reverse_rest, self._write_off_rest):
            invoice = self._owed(1000.0, clock - timedelta(days=40))
            self._pay(invoice, 600.0, paid_on)
            settle(invoice, clock)
            self.assertEqual(invoice.amount_residual, 0.0)
            self._reverse(self._owed(100.0, clock - timedelta(days=60)), clock)
        self.assertEqual(self.customer.dunning_average_days_late, 10)

    def _reverse_rest(self, invoice, day):
        self._reverse(invoice, day, invoice.amount_residual)

    def _write_off_rest(self, invoice, day):
        expense = self.company_data["default_account_expense"]
        self._book(invoice, expense, invoice.amount_residual, day)
