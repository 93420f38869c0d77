from datetime import timedelta
from decimal import Decimal

from odoo.tests import TransactionCase, tagged

from .claim_common import ClaimCommon


@tagged("post_install", "-at_install")
class TestAsked(ClaimCommon):
    """'Asked for' is one sum wherever it stands: that of the letter."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.middle.write(
            {
                "fee_amount": 23.13,
                "channel_ids": [(6, 0, (cls.email_channel | cls.letter_channel).ids)],
            }
        )
        cls.now = cls.company._get_dunning_today()

    def _run_of_today(self, amount=3570.0, days=10):
        """Return a planned run whose letter asks for 3,668.83 (35.70 + 40 + 23.13)."""
        due = self.now - timedelta(days=days)
        invoice = self._invoice(
            amount=amount, due=due, invoice_date=due - timedelta(days=1)
        )
        return self._plan(on=self.now), invoice

    def _total_of_letter(self, notice):
        return float(notice._prepare_letter_values()["total"])

    # === PLANNED === #

    def test_run_list_notice_letter_and_case_say_what_the_letter_demands(self):
        run, _invoice = self._run_of_today()
        letter = run.notice_ids.filtered(lambda notice: notice.channel == "letter")
        self.assertEqual(self._total_of_letter(letter), 3668.83)
        self.assertEqual(run.notice_ids.mapped("amount_asked"), [3668.83, 3668.83])
        self.assertEqual(run.notice_ids.mapped("amount_total"), [3570.0, 3570.0])
        self.assertIn("3,668.83", run.amount_text)
        self.assertIn("3,668.83", str(run.summary_html))
        self.assertNotIn("3,570.00", str(run.summary_html))
        self.assertEqual(self._case().amount_asked, 3668.83)
        self.assertEqual(self._case().amount_overdue, 3570.0)
        self.assertIn("3,668.83", str(letter._render_claims_table()))

    def test_rows_of_a_preview_add_up_also_when_the_level_changes_meanwhile(self):
        run, _invoice = self._run_of_today()
        self.middle.fee_amount = 99.0
        for notice in run.notice_ids:
            values = notice._prepare_letter_values()
            rows = sum(claim["amount"] for claim in values["claims"])
            self.assertEqual(rows, values["total"])

    def test_high_amounts_count_with_interest_and_costs(self):
        self.company.dunning_high_amount = 3600.0
        run, _invoice = self._run_of_today()
        self.assertTrue(run.high_warning)
        self.assertIn("High amount", run.notice_ids[0].warning_text)

    def test_list_of_notices_is_sorted_and_summed_without_computing_claims(self):
        run, _invoice = self._run_of_today()
        notices = self.env["dunning.notice"]
        domain = [("run_id", "=", run.id)]
        [[total]] = notices._read_group(domain, [], ["amount_asked:sum"])
        self.assertEqual(total, 2 * 3668.83)
        self.assertTrue(notices.search(domain, order="amount_asked desc"))

    # === SENT === #

    def test_sent_notice_case_page_and_statement_ask_for_the_same(self):
        run, _invoice = self._run_of_today()
        self._send(run)
        case = self._case()
        self.assertEqual(set(run.notice_ids.mapped("amount_asked")), {3668.83})
        self.assertIn("3,668.83", str(run.summary_html))
        self.assertEqual(case.amount_asked, 3668.83)
        page = self.env["dunning.payment.page"]._make(case, "/pay/x")
        self.assertIn("3,668.83", page._prepare_content()["total"])
        self.assertEqual(float(page._choose().total), 3668.83)
        [statement] = self.env["dunning.statement"]._make(
            self.company, self.customer, date=self.now
        )
        self.assertEqual(float(statement._prepare_letter_values()["total"]), 3668.83)

    def test_part_payment_lowers_what_the_case_asks_for(self):
        run, invoice = self._run_of_today()
        self._send(run)
        self._pay(invoice, 1000.0, self.now)
        self.assertEqual(self._case().amount_asked, 2668.83)

    def test_paid_case_asks_for_its_claims_only(self):
        run, invoice = self._run_of_today()
        self._send(run)
        self._pay(invoice, paid_on=self.now)
        self.assertEqual(self._case().amount_asked, 98.83)

    def test_disputed_item_is_not_asked_for(self):
        run, invoice = self._run_of_today()
        self._send(run)
        self._object(invoice)
        self.assertEqual(self._case().amount_overdue, 3570.0)
        self.assertEqual(self._case().amount_asked, 0.0)

    def test_unmatched_money_is_not_asked_for_again(self):
        run, _invoice = self._run_of_today()
        self._send(run)
        self._unmatched_payment(amount=570.0)
        self.assertEqual(self._case().amount_asked, 3098.83)

    def test_waived_claim_leaves_the_next_proposal(self):
        run, _invoice = self._run_of_today()
        self._send(run)
        later = self._plan(on=self.now)
        self.assertFalse(later.notice_ids)
        self._claims("fee")._waive("Goodwill", self.now)
        self.assertEqual(self._case().amount_asked, 3645.7)

    def test_digest_names_what_is_asked_for_beside_what_is_overdue(self):
        run, _invoice = self._run_of_today()
        self._send(run)
        [top] = self.env["dunning.digest"]._get_top_cases(self.company, self.now)
        self.assertIn("3,570.00", top["amount"])
        self.assertIn("3,668.83", top["asked_text"])

    # === SPEED === #

    def test_queries_of_the_case_list_do_not_depend_on_its_length(self):
        def count(size):
            for number in range(size):
                partner = self._create_customer(f"Customer {size} {number}")
                due = self.now - timedelta(days=10)
                self._invoice(partner=partner, due=due)
            self._plan(on=self.now)
            cases = self.env["dunning.case"].search([])
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            cases.mapped("amount_asked")
            return self.env.cr.sql_log_count - before

        few = count(2)
        self.env["dunning.run"].search([])._set_cancelled()
        self.assertLessEqual(count(20) - few, 2)

    def test_planning_without_claims_costs_the_same_queries_for_many(self):
        self.company.dunning_procedure_id = self._create_procedure([{"delay_days": 5}])

        def count(size):
            for number in range(size):
                self._overdue(10, 100.0, self._create_customer(f"C {size} {number}"))
            self.env.flush_all()
            self.env.invalidate_all()
            run = self.env["dunning.run"].create({"date": self.today})
            before = self.env.cr.sql_log_count
            self.env["dunning.planner"]._plan(run)
            return self.env.cr.sql_log_count - before

        few = count(2)
        self.assertLessEqual(count(12), few)


@tagged("post_install", "-at_install")
class TestAskedInTheDemo(TransactionCase):
    """Notices of a run over the shipped demo ask for one sum, wherever it stands.

    An instalment that is late is asked for by its plan, apart from the notice.
    """

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        if not cls.env.ref("payment_reminder.partner_lindner", False):
            cls.skipTest(cls, "The demo data is not installed")
        cls.company = cls.env.ref("base.main_company")
        cls.env.user.company_ids += cls.company
        cls.env.user.company_id = cls.company
        cls.today = cls.company._get_dunning_today()
        live = cls.env["dunning.run"].search([("company_id", "=", cls.company.id)])
        live.filtered(
            lambda run: run.state not in ("done", "cancelled")
        ).action_cancel()
        cls.run_ = cls.env["dunning.run"].create(
            {"company_id": cls.company.id, "date": cls.today}
        )
        cls.run_.action_plan()

    def _page(self, case):
        pages = self.env["dunning.payment.page"]
        return pages._make(case, "/pay/x", currency=case.currency_id.name)

    def _late_instalments(self, case):
        plans = self._page(case)._prepare_page_plans({})
        return float(sum(plan["due"] for plan in plans))

    def _deliver(self):
        """Let all that can be sent arrive, without rendering any of it."""
        self.run_.action_approve()
        self.run_._set_sending()
        queued = self.run_.sudo().notice_ids.filtered(lambda n: n.state == "queued")
        queued._recheck(self.today)._set_sent(self.today)

    def test_table_list_notice_letter_and_case_of_a_planned_run_agree(self):
        notices = self.run_.notice_ids
        self.assertTrue(notices.filtered(lambda n: n.amount_asked > n.amount_total))
        sums = {}
        for notice in notices:
            with self.subTest(notice=notice.display_name):
                letter = notice._prepare_letter_values()
                rows = sum(claim["amount"] for claim in letter["claims"])
                self.assertEqual(rows, letter["total"])
                asked = Decimal(f"{notice.amount_asked:.2f}")
                self.assertEqual(asked, letter["total"])
                case = notice.case_id
                self.assertEqual(
                    case.amount_asked,
                    notice.amount_asked + self._late_instalments(case),
                )
                local = notice._localized()
                text = local._format_amount(notice.amount_asked)
                self.assertIn(text, local._get_request_text())
                if notice.is_call:
                    self.assertEqual(notice.call_amount, notice.amount_asked)
            key = (notice.level_id, notice.channel_id, notice.currency_id)
            sums[key] = sums.get(key, 0.0) + notice.amount_asked
        table = str(self.run_.summary_html)
        met = notices.currency_id
        for (_level, _channel, currency), amount in sums.items():
            self.assertIn(currency._format_dunning(amount, met), table)

    def test_what_was_sent_the_case_and_the_page_agree(self):
        self._deliver()
        compared = 0
        for notice in self.run_.notice_ids.filtered(lambda n: n.state == "sent"):
            with self.subTest(notice=notice.display_name):
                case = notice.case_id
                if notice.level_id._is_heads_up():
                    continue  # not due yet: the page asks for nothing
                asked = notice.amount_asked + self._late_instalments(case)
                self.assertEqual(case.amount_asked, asked)
                page = self._page(case)
                self.assertEqual(
                    page._prepare_content()["total"], page._format_amount(asked)
                )
                compared += 1
        self.assertGreater(compared, 2)
