from odoo.fields import Command
from odoo.tests import tagged

from .common import DunningCommon


@tagged("post_install", "-at_install")
class TestPlannerExclusion(DunningCommon):
    """What is not reminded of although it is overdue, and why."""

    def test_no_followup_of_the_invoice_is_honoured(self):
        invoice = self._overdue(5, no_followup=True)
        run = self._plan()
        self.assertLeftOut(run, invoice, "no_followup")
        self.assertFalse(self._case())

    def test_no_followup_of_one_term_is_honoured(self):
        invoice = self._term_invoice(
            (30.0, self._days_ago(10)), (70.0, self._days_ago(5))
        )
        first, second = self._receivables(invoice)
        self.env.flush_all()
        self.env.cr.execute(  # the field's inverse would mark the other term as well
            "UPDATE account_move_line SET no_followup = TRUE WHERE id = %s", [first.id]
        )
        self.env.invalidate_all()
        run = self._plan()
        self.assertEqual(run.notice_ids.line_ids.move_line_id, second)
        self.assertEqual(run.exclusion_ids.move_line_id, first)

    def test_one_excluded_invoice_does_not_mute_the_customers_others(self):
        muted = self._overdue(5, no_followup=True)
        other = self._overdue(5)
        run = self._plan()
        self.assertReminded(run, other, self.friendly)
        self.assertLeftOut(run, muted, "no_followup")
        self.assertEqual(run.notice_ids.amount_total, 100.0)

    def test_invoice_in_payment_is_left_out(self):
        # Community has no bank matching: the state is set by other addons
        self.patch(
            self.registry["account.move"],
            "_get_invoice_in_payment_state",
            lambda move: "in_payment",
        )
        self.inbound_payment_method_line.payment_account_id = False
        invoice = self._overdue(5)
        self._pay(invoice)
        self.assertEqual(invoice.payment_state, "in_payment")
        self.assertEqual(invoice.amount_residual, 100.0)
        self.assertLeftOut(self._plan(), invoice, "in_payment")

    def test_invoice_blocked_for_payment_is_left_out(self):
        invoice = self._overdue(5)
        invoice.action_toggle_block_payment()
        self.assertEqual(invoice.payment_state, "blocked")
        self.assertLeftOut(self._plan(), invoice, "blocked")

    def test_case_on_hold_is_left_out(self):
        invoice = self._overdue(5)
        self._run_and_send(self._days_ago(2))
        self._pause(self._case(), self.today)
        late = self._overdue(4)
        run = self._plan()
        self.assertLeftOut(run, invoice, "on_hold")
        self.assertLeftOut(run, late, "on_hold")

    def test_excluded_customer_is_left_out(self):
        invoice = self._overdue(5)
        self.customer._dunning_exclude("Settled in court")
        self.assertLeftOut(self._plan(), invoice, "excluded")
        sentences = " ".join(self.customer._get_dunning_explanations())
        self.assertIn("Settled in court", sentences)

    def test_hold_ends_by_itself(self):
        invoice = self._overdue(30)
        self._run_and_send(self._days_ago(20))
        self._pause(self._case(), self._days_ago(1))
        self.assertReminded(self._plan(), invoice, self.second)

    def test_disputed_item_is_left_out_alone(self):
        disputed = self._overdue(30)
        other = self._overdue(25)
        self._run_and_send(self._days_ago(15))
        self._object(disputed)
        run = self._plan()
        self.assertLeftOut(run, disputed, "disputed")
        self.assertReminded(run, other, self.second)
        self.assertEqual(run.notice_ids.amount_total, 100.0)

    # === TOLERANCE === #

    def test_amount_below_the_tolerance_is_left_out(self):
        self.procedure.tolerance_amount = 100.01
        invoice = self._overdue(5)
        self.assertLeftOut(self._plan(), invoice, "tolerance")

    def test_amount_at_the_tolerance_is_reminded_of(self):
        self.procedure.tolerance_amount = 100.0
        invoice = self._overdue(5)
        self.assertReminded(self._plan(), invoice, self.friendly)

    def test_tolerance_counts_the_customers_total(self):
        self.procedure.tolerance_amount = 150.0
        self._overdue(5)
        self._overdue(4)
        self.assertEqual(self._plan().notice_ids.amount_total, 200.0)

    def test_tolerance_is_in_the_companys_currency(self):
        other = self.setup_other_currency("EUR")  # 2 EUR are 1 of the company's
        self.procedure.tolerance_amount = 60.0
        invoice = self._overdue(5, 100.0, currency_id=other.id)
        self.assertLeftOut(self._plan(), invoice, "tolerance")

    def test_tolerance_looks_at_what_is_left_after_credits(self):
        self.procedure.tolerance_amount = 5.0
        invoice = self._overdue(5, 100.0)
        self._credit_note(amount=96.0)
        self.assertLeftOut(self._plan(), invoice, "tolerance")

    # === UNMATCHED CREDITS === #

    def test_unmatched_credit_note_reduces_the_amount(self):
        self._overdue(5, 100.0)
        self._credit_note(amount=30.0)
        notice = self._plan().notice_ids
        self.assertEqual(notice.amount_credit, 30.0)
        self.assertEqual(notice.amount_total, 70.0)

    def test_unmatched_payment_reduces_the_amount(self):
        self._overdue(5, 100.0)
        self._unmatched_payment(amount=25.0)
        self.assertEqual(self._plan().notice_ids.amount_total, 75.0)

    def test_credit_that_covers_everything_leaves_nothing_to_say(self):
        invoice = self._overdue(5, 100.0)
        self._credit_note(amount=100.0)
        self.assertLeftOut(self._plan(), invoice, "credit")

    def test_credit_in_another_currency_is_not_counted(self):
        other = self.setup_other_currency("EUR")
        self._overdue(5, 100.0)
        self._credit_note(amount=100.0, currency_id=other.id)
        self.assertEqual(self._plan().notice_ids.amount_total, 100.0)

    def test_credit_of_another_customer_is_not_counted(self):
        self._overdue(5, 100.0)
        self._credit_note(self._create_customer("Bob"), amount=100.0)
        self.assertEqual(self._plan().notice_ids.amount_total, 100.0)

    def test_credit_may_hold_the_reminder(self):
        self.procedure.credit_treatment = "hold"
        invoice = self._overdue(5, 100.0)
        self._credit_note(amount=1.0)
        self.assertLeftOut(self._plan(), invoice, "credit_hold")

    def test_credit_may_be_ignored(self):
        self.procedure.credit_treatment = "ignore"
        self._overdue(5, 100.0)
        self._credit_note(amount=130.0)
        notice = self._plan().notice_ids
        self.assertEqual((notice.amount_credit, notice.amount_total), (0.0, 100.0))

    def test_matched_credit_is_not_counted_twice(self):
        invoice = self._overdue(5, 100.0)
        credit_note = self._credit_note(amount=30.0)
        self._receivables(invoice + credit_note).reconcile()
        notice = self._plan().notice_ids
        self.assertEqual((notice.amount_credit, notice.amount_total), (0.0, 70.0))

    # === WHAT THE RUN TELLS === #

    def test_exclusion_keeps_amount_and_lateness(self):
        invoice = self._overdue(5, 80.0, no_followup=True)
        [row] = self._plan().exclusion_ids
        self.assertRecordValues(
            row,
            [
                {
                    "partner_id": self.customer.id,
                    "move_id": invoice.id,
                    "date_maturity": self._days_ago(5),
                    "days_late": 5,
                    "currency_id": self.company.currency_id.id,
                    "amount_residual": 80.0,
                    "reason": "no_followup",
                }
            ],
        )

    def test_every_overdue_item_is_either_told_or_explained(self):
        moves = self.env["account.move"].union(
            self._overdue(50),
            self._overdue(1),
            self._overdue(2, partner=self._create_customer("Bob")),
            self._overdue(7, no_followup=True),
        )
        run = self._plan()
        told = run.notice_ids.line_ids.move_id
        explained = run.exclusion_ids.move_id
        self.assertEqual(told | explained, moves)
        self.assertFalse(told & explained)

    def test_snapshot_keeps_what_the_customer_is_told(self):
        invoice = self._overdue(5, 80.0)
        self.assertRecordValues(
            self._plan().notice_ids.line_ids,
            [
                {
                    "move_line_id": self._receivables(invoice).id,
                    "move_id": invoice.id,
                    "invoice_name": invoice.name,
                    "invoice_date": invoice.invoice_date,
                    "date_maturity": self._days_ago(5),
                    "days_late": 5,
                    "amount_residual": 80.0,
                    "is_climbing": True,
                    "level_id": self.friendly.id,
                    "description": "Consulting",
                }
            ],
        )

    def test_misc_entry_on_a_receivable_account_is_reminded_of(self):
        # its follow-up is off by default: somebody has switched it on
        entry = self._create_misc_entry(self._days_ago(5))
        self.assertLeftOut(self._plan(), entry, "no_followup")
        entry.line_ids.no_followup = False
        self.assertReminded(self._plan(), entry, self.friendly)

    def _create_misc_entry(self, due):
        accounts = self.company_data
        entry = self.env["account.move"].create(
            {
                "move_type": "entry",
                "date": due,
                "line_ids": [
                    Command.create(
                        {
                            "account_id": accounts["default_account_receivable"].id,
                            "partner_id": self.customer.id,
                            "date_maturity": due,
                            "debit": 100.0,
                        }
                    ),
                    Command.create(
                        {
                            "account_id": accounts["default_account_revenue"].id,
                            "credit": 100.0,
                        }
                    ),
                ],
            }
        )
        entry.action_post()
        return entry
