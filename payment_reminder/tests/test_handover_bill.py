from odoo.exceptions import AccessError
from odoo.tests import new_test_user, tagged

from .handover_common import HandoverCommon


@tagged("post_install", "-at_install")
class TestHandoverBill(HandoverCommon):
    """The commission of what was collected becomes one draft bill."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company.dunning_commission_product_id = cls.env["product.product"].create(
            {"name": "Commission", "type": "service", "supplier_taxes_id": False}
        )
        cls.account = cls.company_data["default_account_expense"].copy()
        cls.company.dunning_commission_account_id = cls.account
        cls.handover = cls._hand_over()

    def test_bill_takes_what_was_collected_after_the_handover(self):
        self._pay(self.invoice)
        bill = self.handover._create_bill()
        self.assertEqual((bill.move_type, bill.state), ("in_invoice", "draft"))
        self.assertEqual(bill.partner_id, self.agency)
        self.assertEqual(bill.amount_untaxed, 20.0)
        self.assertEqual(bill.invoice_line_ids.account_id, self.account)
        self.assertEqual(self.handover.amount_to_bill, 0.0)

    def test_second_click_opens_the_same_draft(self):
        self._pay(self.invoice)
        bill = self.handover._create_bill()
        self.assertEqual(self.handover._create_bill(), bill)
        self._pay(self.other)
        self.assertEqual(self.handover._create_bill(), bill)
        self.assertEqual(bill.amount_untaxed, 30.0)

    def test_posted_bill_is_followed_by_the_rest_only(self):
        self._pay(self.invoice)
        bill = self.handover._create_bill()
        bill.invoice_date = self.today
        bill.action_post()
        self._pay(self.other)
        second = self.handover._create_bill()
        self.assertNotEqual(second, bill)
        self.assertEqual(second.amount_untaxed, 10.0)

    def test_deleted_draft_is_billed_again(self):
        self._pay(self.invoice)
        self.handover._create_bill().unlink()
        self.assertEqual(self.handover.amount_to_bill, 20.0)

    def test_reversed_bill_is_billed_again(self):
        self._pay(self.invoice)
        bill = self.handover._create_bill()
        bill.invoice_date = self.today
        bill.action_post()
        bill._reverse_moves([{"invoice_date": self.today}], cancel=True)
        self.assertEqual(self.handover.amount_to_bill, 20.0)

    def test_undone_payment_gives_a_credit_note(self):
        self._pay(self.invoice)
        bill = self.handover._create_bill()
        bill.invoice_date = self.today
        bill.action_post()
        self._receivables(self.invoice).remove_move_reconcile()
        self.assertEqual(self.handover.amount_to_bill, -20.0)
        credit = self.handover._create_bill()
        self.assertEqual(credit.move_type, "in_refund")
        self.assertEqual(credit.amount_untaxed, 20.0)
        self.assertEqual(self.handover.amount_to_bill, 0.0)

    def test_one_bill_over_several_handovers(self):
        bob = self._create_customer("Bob")
        theirs = self._overdue(60, 200.0, partner=bob)
        self._reach_last_level(theirs)
        second = self._hand_over(theirs)
        self._pay(self.invoice)
        self._pay(theirs)
        bill = (self.handover | second)._create_bill()
        self.assertEqual(
            sorted(bill.invoice_line_ids.mapped("price_subtotal")), [20.0, 40.0]
        )

    def test_nothing_collected_is_nothing_to_bill(self):
        with self.assertRefused("nothing to bill"):
            self.handover._create_bill()

    def test_two_agencies_are_refused(self):
        bob = self._create_customer("Bob")
        theirs = self._overdue(60, 200.0, partner=bob)
        self._reach_last_level(theirs)
        second = self._hand_over(theirs, agency=self._create_agency("Other"))
        with self.assertRefused("one agency"):
            (self.handover | second)._create_bill()

    def test_without_settings_it_says_where_to_choose(self):
        self.company.dunning_commission_product_id = False
        self.company.dunning_commission_account_id = False
        self._pay(self.invoice)
        with self.assertRefused("settings"):
            self.handover._create_bill()

    def test_scale_by_amount_bills_each_part_at_its_rate(self):
        self.handover._recall("x", self.today)
        scale = self._scale("amount", ("start_amount", 0, 30), ("start_amount", 60, 10))
        handover = self._hand_over(
            commission_method="scale", commission_scale_id=scale.id
        )
        self._pay(self.invoice)
        self.assertEqual(handover.amount_commission, 22.0)

    def test_scale_by_age_bills_each_item_at_its_rate(self):
        self.handover._recall("x", self.today)
        scale = self._scale("age", ("start_days", 0, 10), ("start_days", 60, 40))
        handover = self._hand_over(
            commission_method="scale", commission_scale_id=scale.id
        )
        self._pay(self.invoice)
        self._pay(self.other)
        self.assertEqual(handover.amount_commission, 45.0)

    def test_scale_needs_a_step_from_zero_and_no_two_alike(self):
        for steps, words in (
            ([("start_amount", 5, 10)], "begins at 0"),
            ([("start_amount", 0, 10), ("start_amount", 0, 20)], "same limit"),
            ([("start_amount", 0, 101)], "between 0 and 100"),
        ):
            with self.assertRefused(words):
                self._scale("amount", *steps)

    def test_scale_of_another_currency_is_refused(self):
        scale = self._scale("amount", ("start_amount", 0, 10))
        scale.currency_id = self.env.ref("base.CHF")
        self.handover._recall("x", self.today)
        with self.assertRefused("CHF"):
            self._prepare(commission_method="scale", commission_scale_id=scale.id)

    def test_who_does_no_accounting_is_told_what_was_made(self):
        user = new_test_user(
            self.env,
            "bill_maker",
            "payment_reminder.group_dunning_user",
            company_id=self.company.id,
            company_ids=[(6, 0, self.company.ids)],
        )
        self._pay(self.invoice)
        for _click in range(2):
            action = self.handover.with_user(user).action_create_bill()
            self.assertEqual(action["tag"], "display_notification")
            self.assertIn("20.00", action["params"]["message"])
            self.assertIn(self.agency.name, action["params"]["message"])
        self.assertEqual(
            self.handover.action_create_bill()["res_model"], "account.move"
        )

    def _scale(self, basis, *steps):
        return self.env["dunning.commission.scale"].create(
            {
                "name": "Tariff",
                "basis": basis,
                "step_ids": [
                    (0, 0, {name: start, "percent": percent})
                    for name, start, percent in steps
                ],
            }
        )


@tagged("post_install", "-at_install")
class TestWriteOff(HandoverCommon):
    """A draft entry for the accountant; only posting it settles anything."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.account = cls.company_data["default_account_expense"].copy()
        cls.company.dunning_write_off_account_id = cls.account

    def _write_off(self, *moves, handover=None, reason="Insolvent"):
        moves = self.env["account.move"].union(*moves) or self.invoice | self.other
        return self._case()._write_off(self._items(moves), reason, self.today, handover)

    def test_entry_is_a_draft_and_settles_nothing(self):
        entry = self._write_off()
        self.assertEqual(entry.state, "draft")
        self.assertEqual(self.invoice.amount_residual, 100.0)
        debit = entry.line_ids.filtered("debit")
        self.assertEqual((debit.account_id, debit.debit), (self.account, 150.0))
        self.assertEqual(self._case().next_step, "write_off")
        self.assertLeftOut(self._plan(), self.invoice, "write_off")

    def test_posting_settles_the_items(self):
        self._write_off().action_post()
        self.assertTrue(self._receivables(self.invoice).reconciled)
        self.assertEqual(self._case().next_step, "settled")

    def test_posting_closes_the_handover(self):
        handover = self._hand_over()
        self._pay(self.invoice, 30.0)
        self._write_off(handover=handover).action_post()
        self.assertEqual(handover.state, "written_off")
        self.assertEqual(handover.amount_written_off, 120.0)
        self.assertEqual(handover.amount_collected, 30.0)
        self.assertEqual(handover.amount_commission, 6.0)

    def test_undone_write_off_goes_on_where_it_was(self):
        handover = self._hand_over()
        entry = self._write_off(handover=handover)
        entry.action_post()
        entry.button_draft()
        self.assertEqual(handover.state, "collecting")
        handover._recall("x", self.today)
        entry.unlink()
        entry = self._write_off(handover=handover)
        entry.action_post()
        self.assertEqual(handover.state, "written_off")
        entry.button_draft()
        self.assertEqual(handover.state, "returned")

    def test_deleted_draft_undoes_it(self):
        entry = self._write_off(self.invoice)
        with self.assertRefused("prepared already"):
            self._write_off(self.invoice)
        entry.unlink()
        self.assertNotEqual(self._case().next_step, "write_off")
        self._write_off(self.invoice)

    def test_paid_meanwhile_cannot_be_posted(self):
        entry = self._write_off(self.invoice)
        self._pay(self.invoice, 60.0)
        with self.assertRefused("prepare it again"):
            entry.action_post()

    def test_item_with_the_agency_is_written_off_there(self):
        self._hand_over()
        with self.assertRefused("recall it"):
            self._write_off()

    def test_reason_account_and_open_day_are_needed(self):
        with self.assertRefused("Say why"):
            self._write_off(reason=" ")
        self.company.dunning_write_off_account_id = False
        with self.assertRefused("account"):
            self._write_off()
        self.company.dunning_write_off_account_id = self.account
        self.company.fiscalyear_lock_date = self.today
        with self.assertRefused("locked"):
            self._write_off()

    def test_only_managers_write_off(self):
        for group, is_allowed in (("user", False), ("manager", True)):
            user = new_test_user(
                self.env,
                f"writer_{group}",
                f"payment_reminder.group_dunning_{group},account.group_account_readonly",
                company_id=self.company.id,
                company_ids=[(6, 0, self.company.ids)],
            )
            case = self._case().with_user(user)
            if not is_allowed:
                with self.assertRaises(AccessError):
                    case._write_off(self._items(self.invoice), "x", self.today)
                continue
            entry = case._write_off(self._items(self.invoice), "x", self.today)
            self.assertEqual(entry.state, "draft")

    def test_tax_hint_names_the_vat(self):
        self.assertFalse(self._case()._get_tax_hint(self._items(self.invoice)))
        taxed = self._overdue(60, 100.0)
        taxed.button_draft()
        taxed.invoice_line_ids.tax_ids = self.company_data["default_tax_sale"]
        taxed.action_post()
        self._plan()
        self.assertIn("15.00", self._case()._get_tax_hint(self._items(taxed)))

    def test_foreign_currency_leaves_no_difference(self):
        chf = self.env.ref("base.CHF")
        chf.active = True
        self.env["res.currency.rate"].create(
            [
                {
                    "currency_id": chf.id,
                    "name": "2025-01-01",
                    "rate": 2.0,
                    "company_id": self.company.id,
                },
                {
                    "currency_id": chf.id,
                    "name": "2025-06-01",
                    "rate": 4.0,
                    "company_id": self.company.id,
                },
            ]
        )
        foreign = self._overdue(90, 80.0, currency_id=chf.id)
        self._plan()
        items = self._items(foreign)
        entry = items.case_id._write_off(items, "Gone", self.today)
        entry.action_post()
        line = self._receivables(foreign)
        self.assertTrue(line.reconciled)
        self.assertEqual(entry.line_ids.filtered("debit").debit, 40.0)
        self.assertFalse(line.matched_credit_ids.exchange_move_id)
