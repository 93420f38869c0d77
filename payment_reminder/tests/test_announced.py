from datetime import timedelta

from odoo.fields import Command
from odoo.tests import tagged

from .announced_common import AnnouncedCommon


@tagged("post_install", "-at_install")
class TestAnnounced(AnnouncedCommon):
    """An online payment on its way rests for some days, and for its amount only."""

    def _asked(self, run, invoice):
        lines = run.notice_ids.line_ids.filtered(lambda line: line.move_id == invoice)
        return sum(lines.mapped("amount_residual"))

    def test_part_of_an_invoice_does_not_mute_the_rest(self):
        self._announce(self.large, 10.0)
        run = self._plan()
        self.assertReminded(run, self.large, self.friendly)
        self.assertEqual(self._asked(run, self.large), 9990.0)
        line = run.notice_ids.line_ids.filtered(lambda one: one.move_id == self.large)
        self.assertEqual(line.amount_announced, 10.0)
        self.assertEqual(line.notice_id.amount_total, 9990.0)
        self.assertEqual(line.notice_id.amount_company, 9990.0)

    def test_announced_sum_that_covers_the_invoice_lets_it_rest(self):
        for state in ("pending", "authorized", "done"):
            transaction = self._announce(self.large, 10000.0, state)
            run = self._plan()
            with self.subTest(state):
                self.assertLeftOut(run, self.large, "pending_payment")
            transaction.state = "cancel"
            run.action_cancel()

    def test_it_rests_the_days_of_the_setting_only(self):
        for state in ("pending", "authorized", "done"):
            for days, is_reminded in ((7, False), (8, True), (90, True), (365, True)):
                transaction = self._announce(self.large, 10000.0, state, days_ago=days)
                run = self._plan()
                with self.subTest(f"{state} {days}"):
                    if is_reminded:
                        self.assertFalse(self._reasons(run, self.large))
                        self.assertEqual(self._asked(run, self.large), 10000.0)
                    else:
                        self.assertLeftOut(run, self.large, "pending_payment")
                transaction.state = "cancel"
                run.action_cancel()

    def test_setting_of_the_company(self):
        self._announce(self.large, 10000.0, days_ago=3)
        self.company.dunning_pending_days = 2
        self.assertEqual(self._asked(self._plan(), self.large), 10000.0)

    def test_the_oldest_terms_of_other_payments_come_first(self):
        invoice = self._term_invoice(
            (60.0, self._days_ago(40)),
            (40.0, self._days_ago(30)),
            partner=self._create_customer("Terms"),
        )
        self._announce(invoice, 70.0)
        run = self._plan()
        self.assertEqual(self._asked(run, invoice), 30.0)
        self.assertEqual(self._reasons(run, invoice), ["pending_payment"])

    def test_payment_for_several_invoices(self):
        customer = self._create_customer("Several")
        first, second = (
            self._overdue(30, 100.0, customer),
            self._overdue(20, 100.0, customer),
        )
        self._announce(first, 150.0, invoice_ids=[Command.set((first | second).ids)])
        run = self._plan()
        self.assertEqual(self._reasons(run, first), ["pending_payment"])
        self.assertEqual(self._asked(run, second), 50.0)

    def test_several_payments_add_up(self):
        self._announce(self.large, 6000.0)
        self._announce(self.large, 3000.0)
        run = self._plan()
        self.assertEqual(self._asked(run, self.large), 1000.0)
        self._announce(self.large, 1000.0)
        run.action_cancel()
        self.assertLeftOut(self._plan(), self.large, "pending_payment")

    def test_chosen_item_of_the_page_rests_by_its_own_part(self):
        self._begin(item=self._items_option(self.second_invoice))._set_pending()
        run = self._plan()
        self.assertEqual(self._reasons(run, self.second_invoice), ["pending_payment"])
        self.assertEqual(self._asked(run, self.invoice), 100.0)

    def test_refund_on_its_way_is_no_payment(self):
        self._announce(self.large, -10000.0, operation="refund")
        self.assertEqual(self._asked(self._plan(), self.large), 10000.0)

    def test_announced_between_plan_and_sending(self):
        run = self._plan()
        notice = run.notice_ids.filtered(lambda n: n.partner_id == self.large_customer)
        self._announce(self.large, 10.0)
        notice.sudo()._recheck(self.today)
        self.assertEqual(notice.amount_total, 9990.0)
        self.assertEqual(notice.line_ids.amount_announced, 10.0)
        self._announce(self.large, 9990.0)
        self.assertFalse(notice.sudo()._recheck(self.today))
        self.assertIn("online payment", notice.reason)

    def test_notice_names_what_is_on_its_way(self):
        self._announce(self.large, 10.0)
        line = self._plan().notice_ids.line_ids.filtered(
            lambda one: one.move_id == self.large
        )
        letter = line.notice_id._prepare_letter_values()
        self.assertEqual(float(letter["total"]), 9990.0)
        self.assertIn("10.00", letter["claims"][0]["description"])
        self.assertIn("on its way", letter["claims"][0]["description"])

    # === ENDED BY A PERSON === #

    def test_ended_by_a_person(self):
        transaction = self._announce(self.large, 10000.0)
        transaction._end_dunning_wait()
        self.assertEqual(transaction.state, "pending")
        self.assertEqual(self._asked(self._plan(), self.large), 10000.0)
        texts = " ".join(self.large_case.message_ids.mapped("body"))
        self.assertIn(self.env.user.name, texts)
        self.assertIn("10,000.00", texts)

    def test_news_of_the_provider_begin_a_new_wait(self):
        transaction = self._announce(self.large, 10000.0, days_ago=1)
        transaction._end_dunning_wait()
        transaction.write(
            {
                "state": "authorized",
                "last_state_change": transaction.dunning_wait_ended_at
                + timedelta(seconds=1),
            }
        )
        self.assertLeftOut(self._plan(), self.large, "pending_payment")

    # === WORDS === #

    def test_explanation_says_since_when_and_until_when(self):
        self._announce(self.large, 10000.0)
        text = " ".join(
            self.env["dunning.explainer"]._explain_partner(
                self.large_customer, self.company
            )
        )
        self.assertIn("10,000.00", text)
        self.assertIn("rests until", text)

    # === PAGE === #

    def _large_page(self):
        link = self.env["dunning.link"]._issue(self.large_case)
        return self.env["dunning.payment.page"]._make(self.large_case, "/pay/x", link)

    def test_page_asks_for_the_rest(self):
        self._announce(self.large, 10.0)
        page = self._large_page()
        content = page._prepare_content(page._choose_by({}))
        self.assertIn("9,990.00", content["total"])
        [group] = content["groups"]
        [row] = group["rows"]
        self.assertTrue(row["is_payable"])
        self.assertIn("9,990.00", row["amount"])
        self.assertIn("10.00", row["remarks"][0])
        self.assertIn("on its way", row["remarks"][0])
        pairs = dict(content["summary"])
        self.assertIn("10.00", pairs["Payment on its way"])
        self.assertEqual(float(page._choose_by({}).total), 9990.0)

    def test_page_asks_again_when_nothing_has_come(self):
        transaction = self._announce(self.large, 10000.0, days_ago=8)
        page = self._large_page()
        since = transaction.last_state_change.date()
        self.assertTrue(transaction._is_on_its_way(since + timedelta(days=7)))
        self.assertFalse(transaction._is_on_its_way(since + timedelta(days=8)))
        self.assertEqual(float(page._choose_by({}).total), 10000.0)

    def test_page_keeps_the_bank_details_of_a_transfer(self):
        wire = self._wire_provider()
        transaction = self._announce(
            self.large,
            10000.0,
            provider_id=wire.id,
            payment_method_id=wire.payment_method_ids[:1].id,
        )
        [transfer] = self._large_page()._prepare_awaited_transfers()
        values = " ".join(field["value"] for field in transfer["fields"])
        self.assertIn("10,000.00", values)
        self.assertIn(transaction._get_communication(), values)
        outcome = self._large_page()._prepare_outcome(transaction)
        self.assertNotIn("nothing more for you to do", outcome["text"])
