from psycopg2.errors import CheckViolation

from odoo.exceptions import AccessError
from odoo.fields import Command
from odoo.tests import tagged
from odoo.tools import SQL, mute_logger

from .handover_common import HandoverCommon
from .security_common import SecurityCommon
from .security_matrix import PUBLIC_METHODS

#: Methods that only open or show something.
LOOKING = {
    "action_download_file",
    "action_download_table",
    "action_give_back",
    "action_open_case",
    "action_recall",
    "action_report",
    "action_view_bills",
    "action_write_off",
}


@tagged("post_install", "-at_install")
class TestHandoverRights(SecurityCommon):
    """What the steps of a hand-over answer to each persona."""

    @mute_logger("odoo.addons.base.models.ir_model")
    def test_reader_agency_and_employee_change_nothing_by_a_button(self):
        handover = self._handover()
        for persona in ("readonly", "employee", "agency", "portal", "public"):
            record = handover.with_user(self.users[persona])
            for method in PUBLIC_METHODS["dunning.handover"] - LOOKING:
                with self.subTest(f"{persona} {method}"):
                    self.assertRaises(AccessError, getattr(record, method))
        self.assertEqual(handover.state, "collecting")

    @mute_logger("odoo.addons.base.models.ir_model")
    def test_customer_and_employee_see_nothing_by_rpc(self):
        handover = self._handover()
        for persona in ("portal", "public", "employee"):
            for record in (handover, handover.line_ids, handover.report_ids):
                with self.subTest(f"{persona} {record._name}"):
                    seen = record.with_user(self.users[persona])
                    seen.invalidate_recordset()
                    self.assertRaises(AccessError, seen.read, ["display_name"])

    def test_user_hands_over_reports_and_recalls(self):
        for persona in ("user", "billing", "manager", "accountant"):
            with self.subTest(persona):
                customer = self._create_customer(persona)
                move = self._overdue(60, partner=customer)
                self.env["dunning.planner"]._open_cases(self.company, customer)
                items = self._items(move).with_user(self.users[persona])
                handover = items.env["dunning.handover"]._make(
                    items.case_id, items, self.agency, self.today, early_reason="x"
                )
                handover._hand_over(date=self.today)
                handover._report("accepted", date=self.today)
                handover._recall("Enough", self.today)
                self.assertEqual(handover.state, "returned")

    @mute_logger("odoo.addons.base.models.ir_model")
    def test_nobody_makes_or_forges_a_handover_by_rpc(self):
        handover = self._handover()
        case, agency = handover.case_id, self.agency
        for persona in ("user", "manager", "accountant"):
            model = self._as(persona, "dunning.handover")
            with self.subTest(persona), self.assertRaises(AccessError):
                model.create({"case_id": case.id, "agency_id": agency.id})
            record = handover.with_user(self.users[persona])
            for values in (
                {"state": "collected"},
                {"is_recalled": True},
                {"report_due_on": self.today},
                {"file_pdf_checksum": "0" * 64},
                {"line_ids": [Command.clear()]},
                {"line_ids": [Command.update(handover.line_ids[0].id, {"name": "x"})]},
            ):
                with self.subTest(f"{persona} {values}"):
                    self.assertRaises(AccessError, record.write, values)

    def test_another_company_does_not_use_our_scale(self):
        other = self.setup_other_company(name="Other")["company"]
        scale = self.env["dunning.commission.scale"].create(
            {
                "name": "Theirs",
                "company_id": other.id,
                "currency_id": self.company.currency_id.id,
                "step_ids": [Command.create({"percent": 10})],
            }
        )
        handover = self._handover()
        with self.assertRaises(Exception) as caught, self.env.cr.savepoint():
            handover.write(
                {"commission_method": "scale", "commission_scale_id": scale.id}
            )
        self.assertIn("compan", str(caught.exception))


@tagged("post_install", "-at_install")
class TestHandoverBooks(HandoverCommon):
    """Books with hashed entries, an audit trail and locked periods stay as they are."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company.restrictive_audit_trail = True
        journal = cls.company_data["default_journal_sale"]
        journal.restrict_mode_hash_table = True
        cls.hashed = cls._overdue(70, 200.0)
        cls._reach_last_level(cls.hashed)
        if not cls.hashed.inalterable_hash:
            cls.hashed.button_hash()
        cls.company.dunning_write_off_account_id = cls.company_data[
            "default_account_expense"
        ]
        cls.company.fiscalyear_lock_date = cls._days_ago(1)
        cls.company.sale_lock_date = cls._days_ago(1)

    def test_full_cycle_leaves_posted_entries_as_they_were(self):
        self.assertTrue(self.hashed.inalterable_hash)
        before = self._snapshot()
        handover = self._hand_over(self.hashed)
        handover._report("accepted", date=self.today)
        self._pay(self.hashed, 50.0)
        self.assertEqual(handover.amount_collected, 50.0)
        handover._recall("Enough", self.today)
        again = self._hand_over(self.hashed)
        entry = self._case()._write_off(
            self._items(self.hashed), "Insolvent", self.today, again
        )
        entry.action_post()
        self.assertEqual(again.state, "written_off")
        self.assertEqual(self._snapshot(), before)
        results = self.company._check_hash_integrity()["results"]
        statuses = {result["status"] for result in results}
        self.assertIn("verified", statuses)
        self.assertNotIn("corrupted", statuses)
        self.assertEqual(self.company.fiscalyear_lock_date, self._days_ago(1))

    def _snapshot(self):
        """Return what is hashed of the entry, and when it was written."""
        self.env.flush_all()
        return self.env.execute_query(
            SQL(
                """SELECT move.name, move.state, move.inalterable_hash, move.date,
                          line.debit, line.credit, line.account_id, line.partner_id,
                          line.name, line.date_maturity
                     FROM account_move move
                     JOIN account_move_line line ON line.move_id = move.id
                    WHERE move.id = %s
                 ORDER BY line.id""",
                self.hashed.id,
            )
        )


@tagged("post_install", "-at_install")
class TestHandoverBadInput(HandoverCommon):
    """Ugly names and amounts, missing dates, merged customers."""

    def test_ugly_texts_are_never_evaluated_in_mails(self):
        sums = "{{7919*6841}}<t t-out='7919*6841'/>"  # no checksum has their result
        ugly = f"<script>alert(1)</script>{sums}%(x)s\N{GRINNING FACE}"
        self.agency.name = self.customer.name = ugly
        handover = self._prepare(message=ugly)
        handover._hand_over(date=self.today)
        handover._recall(ugly, self.today)
        mails = handover.message_ids.filtered(lambda m: self.agency in m.partner_ids)
        self.assertEqual(len(mails), 2)
        for mail in mails:
            self.assertNotIn("<script", mail.body)
            self.assertNotIn(str(7919 * 6841), mail.body)
            self.assertIn("{{7919*6841}}", mail.body)

    def test_missing_due_date_is_said(self):
        item = self._items(self.invoice)
        line = self._receivables(self.invoice)
        self.env.cr.execute(
            SQL(
                "UPDATE account_move_line SET date_maturity = NULL WHERE id = %s",
                line.id,
            )
        )
        line.invalidate_recordset()
        self.assertEqual(
            item._get_handing_problems(self.today), {item: "It is not overdue."}
        )

    def test_credit_larger_than_the_debt_settles_it(self):
        handover = self._hand_over(self.invoice)
        credit = self._credit_note(amount=500.0)
        (self._receivables(credit) | self._receivables(self.invoice)).reconcile()
        self.assertEqual(handover.amount_open, 0.0)
        self.assertEqual(handover.amount_credited, 100.0)
        self.assertEqual(handover.state, "returned")

    def test_currency_without_decimals_rounds_the_commission_once(self):
        yen = self.env.ref("base.JPY")
        yen.active = True
        moves = [self._overdue(60, amount, currency_id=yen.id) for amount in (33, 34)]
        moves = self.env["account.move"].union(*moves)
        self._reach_last_level(moves)
        handover = self._hand_over(moves, commission_percent=12.5)
        for move in moves:
            self._pay(move)
        self.assertEqual(handover.amount_collected, 67.0)
        self.assertEqual(handover.amount_commission, 8.0)

    def test_merged_customer_takes_the_handover_along(self):
        handover = self._hand_over()
        kept = self._create_customer("Kept")
        wizard = self.env["base.partner.merge.automatic.wizard"].create({})
        wizard._merge((self.customer | kept).ids, kept)
        self.assertEqual(handover.case_id.partner_id, kept)
        self.assertEqual(handover.partner_id, kept)

    def test_former_agency_does_not_keep_customers_from_being_merged(self):
        handover = self._hand_over()
        handover._recall("Enough", self.today)
        self.agency.dunning_agency_role = False
        kept = self._create_customer("Kept")
        self._reach_last_level(self._overdue(60, partner=kept))
        wizard = self.env["base.partner.merge.automatic.wizard"].create({})
        wizard._merge((self.customer | kept).ids, kept)
        self.assertEqual(handover.case_id.partner_id, kept)

    def test_role_stays_while_something_is_handed_over(self):
        prepared, away = self._prepare(self.other), self._hand_over(self.invoice)
        self.agency.dunning_agency_role = "lawyer"
        with self.assertRefused(away.name):
            self.agency.dunning_agency_role = False
        away._recall("Enough", self.today)
        with self.assertRefused(prepared.name):
            self.agency.dunning_agency_role = False
        prepared.unlink()
        self.agency.dunning_agency_role = False

    def test_customer_does_not_become_its_own_agency_by_a_merge(self):
        self._hand_over()
        self._reach_last_level(self._overdue(60, partner=self.agency))
        wizard = self.env["base.partner.merge.automatic.wizard"].create({})
        with self.assertRefused("owes the money"):
            wizard._merge((self.customer | self.agency).ids, self.agency)

    def test_archived_agency_keeps_its_handover(self):
        handover = self._hand_over()
        self.agency.active = False
        self._pay(self.invoice, 10.0)
        self.assertEqual(handover.amount_collected, 10.0)

    @mute_logger("odoo.sql_db")
    def test_percent_outside_its_range_is_refused(self):
        for percent in (-1, 100.5):
            with self.assertRaises(CheckViolation), self.env.cr.savepoint():
                self._prepare(commission_percent=percent).flush_recordset()

    def test_agency_cannot_become_the_customer_afterwards(self):
        handover = self._prepare()
        with self.assertRefused("owes the money"):
            self.customer.dunning_agency_role = "agency"
            handover.agency_id = self.customer

    def test_empty_choice_is_refused(self):
        with self.assertRefused("Choose the items"):
            self.env["dunning.handover"]._make(
                self._case(), self._items(self.invoice)[:0], self.agency, self.today
            )
