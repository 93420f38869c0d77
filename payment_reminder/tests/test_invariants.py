from datetime import date

from freezegun import freeze_time
from psycopg2.errors import UniqueViolation

from odoo.fields import Command
from odoo.tests import tagged
from odoo.tools import SQL, mute_logger

from odoo.addons.account_payment.tests.common import AccountPaymentCommon

from .common import DunningCommon
from .sending_common import SendingCommon


def _support_capture(providers):
    """Stand in for a provider that can authorize without capturing."""
    providers.support_express_checkout = False
    providers.support_manual_capture = "full_only"
    providers.support_tokenization = False
    providers.support_refund = "none"


@tagged("post_install", "-at_install")
class TestPostedEntries(SendingCommon):
    """Posted entries, their hash and the lock dates are never touched."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company.restrictive_audit_trail = True
        cls.company_data["default_journal_sale"].restrict_mode_hash_table = True

    @classmethod
    def _create_move(cls, *args, **kwargs):
        """Make the entry, which is hashed when posted, and close its period."""
        move = super()._create_move(*args, **kwargs)
        cls.company.fiscalyear_lock_date = cls._days_ago(-10)
        return move

    def test_full_cycle_leaves_posted_entries_as_they_were(self):
        invoice = self._overdue(50)
        self.assertTrue(invoice.inalterable_hash)
        self.env.flush_all()
        before = self._snapshot()
        for days in (0, 10, 20, 30, 50):
            run = self._release(self._plan(self._days_ago(-days)))
            self._work(self._days_ago(-days))
            self.assertEqual(set(run.notice_ids.mapped("state")), {"sent"})
        self.env.flush_all()
        self.assertEqual(self._items(invoice).level_id, self.last)
        self.assertEqual(self._snapshot(), before)

    def test_hash_check_passes_after_a_full_cycle(self):
        self._overdue(5)
        self._release(self._plan())
        self._work()
        results = self.company._check_hash_integrity()["results"]
        statuses = {result["status"] for result in results}
        self.assertIn("verified", statuses)
        self.assertNotIn("corrupted", statuses)

    def test_lock_dates_stay(self):
        self._overdue(5)
        self._release(self._plan())
        self._work()
        self.assertEqual(self.company.fiscalyear_lock_date, self._days_ago(-10))

    def _snapshot(self):
        """Return all entries as the database has them.

        The token of the portal page is no part of the entry: a link needs it.
        """
        return self.env.execute_query(
            SQL(
                """SELECT 'move', id, to_jsonb(move) - 'access_token'
                     FROM account_move move
                    UNION ALL
                   SELECT 'line', id, to_jsonb(line) FROM account_move_line line
                    UNION ALL
                   SELECT 'partial', id, to_jsonb(part)
                     FROM account_partial_reconcile part
                 ORDER BY 1, 2"""
            )
        )


@tagged("post_install", "-at_install")
class TestSetBased(DunningCommon):
    """Planning costs the same number of queries for few and for many lines."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.customers = cls.env["res.partner"].union(
            *(cls._create_customer(f"Customer {number}") for number in range(10))
        )

    def test_number_of_queries_does_not_depend_on_the_number_of_lines(self):
        self._create_receivables(1)
        self._count_queries(expected_lines=10)  # fills the caches
        few = self._count_queries(expected_lines=10)
        self._create_receivables(9)
        many = self._count_queries(expected_lines=100)
        self.assertEqual(few, many)
        self.assertLessEqual(many, 60)

    def test_number_of_queries_does_not_depend_on_what_is_left_out(self):
        self._create_receivables(1)
        self._count_queries(expected_lines=10)
        few = self._count_queries(expected_lines=10)
        self._run_and_send()
        many = self._count_queries(expected_lines=0)
        self.assertLessEqual(many, few)

    def _count_queries(self, expected_lines):
        run = self._create_run()
        self.env.flush_all()
        self.env.invalidate_all()
        before = self.env.cr.sql_log_count
        run.action_plan()
        self.env.flush_all()
        count = self.env.cr.sql_log_count - before
        self.assertEqual(len(run.notice_ids.line_ids), expected_lines)
        run.action_cancel()
        return count

    def _create_receivables(self, number):
        """Post one entry with ``number`` receivables for every customer."""
        receivable = self.company_data["default_account_receivable"].id
        lines = [
            Command.create(
                {
                    "account_id": receivable,
                    "partner_id": customer.id,
                    "date_maturity": self._days_ago(5),
                    "debit": 10.0,
                }
            )
            for customer in self.customers
            for _number in range(number)
        ]
        revenue = self.company_data["default_account_revenue"].id
        lines.append(
            Command.create({"account_id": revenue, "credit": 10.0 * len(lines)})
        )
        entry = self.env["account.move"].create(
            {"date": self._days_ago(5), "line_ids": lines}
        )
        entry.action_post()
        entry.line_ids.no_followup = False


@tagged("post_install", "-at_install")
class TestOnceOnly(DunningCommon):
    """The database itself refuses to say anything twice."""

    @mute_logger("odoo.sql_db")
    def test_second_live_notice_through_a_channel_is_refused(self):
        self._overdue(5)
        notice = self._plan().notice_ids.sudo()
        with self.assertRaises(UniqueViolation), self.cr.savepoint():
            notice.copy({"run_id": self._create_run().id})

    @mute_logger("odoo.sql_db")
    def test_second_notice_of_a_run_through_a_channel_is_refused(self):
        self._overdue(5)
        notice = self._plan().notice_ids.sudo()
        with self.assertRaises(UniqueViolation), self.cr.savepoint():
            notice.copy({"state": "skipped"})

    @mute_logger("odoo.sql_db")
    def test_receivable_is_in_one_case_only(self):
        invoice = self._overdue(5)
        self._plan()
        with self.assertRaises(UniqueViolation), self.cr.savepoint():
            self._items(invoice).sudo().copy()

    def test_planning_ten_times_makes_everything_once(self):
        self._overdue(5)
        self._overdue(20, partner=self._create_customer("Bob"))
        self._plan()
        models = ("dunning.case", "dunning.case.line", "dunning.notice")
        domain = [("company_id", "=", self.company.id)]
        before = [self.env[model].search_count(domain) for model in models]
        for _time in range(9):
            self.assertFalse(self._plan().notice_ids)
        after = [self.env[model].search_count(domain) for model in models]
        self.assertEqual(after, before)

    def test_notice_in_doubt_or_failed_keeps_the_next_one_back(self):
        invoice = self._overdue(5)
        notice = self._plan().notice_ids.sudo()
        for state in ("queued", "in_flight", "in_doubt", "failed"):
            notice.write({"state": state})
            with self.subTest(state):
                self.assertLeftOut(self._plan(), invoice, "in_progress")

    def test_failure_that_was_given_up_lets_the_next_one_pass(self):
        invoice = self._overdue(5)
        notice = self._plan().notice_ids
        notice.sudo().write({"state": "failed"})
        notice.action_give_up()
        self.assertReminded(self._plan(), invoice, self.friendly)


@tagged("post_install", "-at_install")
class TestMidnight(DunningCommon):
    """Levels change at the company's midnight, not at the server's."""

    def test_today_is_the_companys_in_every_zone(self):
        moments = {
            # zone: the last minute of 15 June there, in UTC
            "Pacific/Midway": "2025-06-16 10:59:00",
            "America/New_York": "2025-06-16 03:59:00",
            "UTC": "2025-06-15 23:59:00",
            "Europe/Brussels": "2025-06-15 21:59:00",
            "Asia/Kolkata": "2025-06-15 18:29:00",
            "Pacific/Kiritimati": "2025-06-15 09:59:00",
        }
        for zone, moment in moments.items():
            self.company.partner_id.tz = zone
            with self.subTest(zone), freeze_time(moment) as clock:
                self.assertEqual(self._get_today(), date(2025, 6, 15))
                clock.tick(60)
                self.assertEqual(self._get_today(), date(2025, 6, 16))

    def test_today_changes_at_midnight_on_days_of_clock_changes(self):
        for moment, day in (
            ("2025-03-29 22:59:00", date(2025, 3, 29)),
            ("2025-03-30 21:59:00", date(2025, 3, 30)),
            ("2025-10-25 21:59:00", date(2025, 10, 25)),
            ("2025-10-26 22:59:00", date(2025, 10, 26)),
        ):
            with self.subTest(moment), freeze_time(moment) as clock:
                self.assertEqual(self._get_today(), day)
                clock.tick(60)
                self.assertEqual((self._get_today() - day).days, 1)

    def test_level_is_reached_at_the_companys_midnight(self):
        invoice = self._invoice(due=date(2025, 6, 13))
        self.company.partner_id.tz = "Pacific/Kiritimati"
        with freeze_time("2025-06-15 09:59:00") as clock:
            run = self.env["dunning.run"].create({})
            run._plan()
            self.assertLeftOut(run, invoice, "not_reached")
            clock.tick(60)
            run = self.env["dunning.run"].create({})
            run._plan()
            self.assertReminded(run, invoice, self.friendly)

    def test_company_without_a_zone_takes_its_calendars(self):
        self.company.partner_id.tz = False
        self.company.resource_calendar_id.tz = "Pacific/Kiritimati"
        with freeze_time("2025-06-15 10:00:00"):
            self.assertEqual(self._get_today(), date(2025, 6, 16))

    def test_day_does_not_depend_on_who_asks(self):
        self.company.partner_id.tz = False
        self.company.resource_calendar_id.tz = "UTC"
        self.env.user.tz = "Pacific/Kiritimati"
        with freeze_time("2025-06-15 10:00:00"):
            self.assertEqual(self._get_today(), date(2025, 6, 15))

    def _get_today(self):
        return self.company._get_dunning_today()


@tagged("post_install", "-at_install")
class TestRecordRules(DunningCommon):
    """The rules about journal items hold for planning, too."""

    def test_run_does_not_touch_items_that_the_planner_may_not_see(self):
        hidden = self._overdue(5, partner=self._create_customer("Secret"))
        seen = self._overdue(5)
        self.env["ir.rule"].sudo().create(
            {
                "name": "Nobody sees items of Secret",
                "model_id": self.env["ir.model"]._get_id("account.move.line"),
                "domain_force": f"[('partner_id', '!=', {hidden.partner_id.id})]",
            }
        )
        run = self._plan()
        self.assertEqual(run.notice_ids.line_ids.move_id, seen)
        self.assertFalse(self._items(hidden))


@tagged("post_install", "-at_install")
class TestPendingPayment(AccountPaymentCommon, DunningCommon):
    """Nobody is reminded while an online payment is on its way."""

    def test_pending_payment_holds_the_reminder(self):
        invoice = self._overdue(5)
        Provider = self.registry["payment.provider"]
        self.patch(Provider, "_compute_feature_support_fields", _support_capture)
        for state in ("pending", "authorized"):
            transaction = self._pay_online(invoice, state)
            with self.subTest(state):
                self.assertLeftOut(self._plan(), invoice, "pending_payment")
            transaction.state = "cancel"

    def test_payment_that_is_not_booked_yet_holds_the_reminder(self):
        invoice = self._overdue(5)
        transaction = self._pay_online(invoice, "done")
        self.assertLeftOut(self._plan(), invoice, "pending_payment")
        transaction.is_post_processed = True  # booked, yet something is still open
        self.assertReminded(self._plan(), invoice, self.friendly)

    def test_payment_that_came_to_nothing_does_not_hold_the_reminder(self):
        invoice = self._overdue(5)
        for state in ("draft", "cancel", "error"):
            self._pay_online(invoice, state)
            run = self._plan()
            with self.subTest(state):
                self.assertReminded(run, invoice, self.friendly)
            run.action_cancel()

    def test_payment_started_after_the_plan_stops_the_notice(self):
        invoice = self._overdue(5)
        run = self._plan()
        self._pay_online(invoice, "pending")
        self.assertFalse(self._send(run))
        self.assertIn("online payment", run.notice_ids.reason)

    def _pay_online(self, invoice, state):
        return self._create_transaction(
            "redirect",
            state=state,
            reference=f"{invoice.name} {state}",
            amount=invoice.amount_residual,
            currency_id=invoice.currency_id.id,
            partner_id=invoice.partner_id.id,
            invoice_ids=[Command.set(invoice.ids)],
        )
