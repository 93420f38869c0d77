from datetime import timedelta

from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged
from odoo.tools import mute_logger

from .handover_common import HandoverCommon


@tagged("post_install", "-at_install")
class TestHandover(HandoverCommon):
    """What may be handed over, to whom, and what is kept of it."""

    # === MAKING === #

    def test_snapshot_keeps_amount_level_and_lateness(self):
        handover = self._hand_over()
        self.assertEqual(handover.amount_handed, 150.0)
        self.assertEqual(sorted(handover.line_ids.mapped("days_late")), [40, 60])
        self.assertEqual(handover.line_ids.level_id, self._get_last_level())
        self.assertEqual(handover.handed_over_on, self.today)
        self.assertEqual(handover.report_due_on, self._days_ago(-30))

    def test_commission_of_the_agency_is_proposed(self):
        self.assertEqual(self._prepare().commission_percent, 20.0)

    def test_last_level_must_have_passed_or_a_reason_is_given(self):
        items = self._items(self.invoice)
        items.sudo().level_id = self.friendly
        with self.assertRefused("last level"):
            self._prepare(self.invoice)
        handover = self._prepare(self.invoice, early_reason="He moves abroad")
        self.assertEqual(handover.early_reason, "He moves abroad")

    def test_last_notice_is_given_its_time(self):
        self._items(self.invoice).sudo().pay_by_date = self.today
        with self.assertRefused("last level"):
            self._prepare(self.invoice)

    # === WHO === #

    def test_contact_without_a_role_is_refused(self):
        with self.assertRefused("no agency"):
            self._prepare(agency=self._create_customer("Somebody"))

    def test_customer_does_not_collect_from_itself(self):
        self.customer.dunning_agency_role = "agency"
        contact = self._create_agency(
            "Ann's office", parent_id=self.customer.id, is_company=False
        )
        for agency in (self.customer, contact):
            with self.assertRefused("owes the money"):
                self._prepare(agency=agency)

    def test_own_company_is_refused(self):
        self.company.partner_id.dunning_agency_role = "lawyer"
        with self.assertRefused("your own company"):
            self._prepare(agency=self.company.partner_id)

    # === WHICH === #

    def test_item_is_in_one_living_handover_only(self):
        handover = self._prepare(self.invoice)
        with self.assertRefused(handover.name):
            self._prepare(self.invoice)
        self._prepare(self.other)

    @mute_logger("odoo.sql_db")
    def test_database_refuses_a_double_handover(self):
        handover = self._prepare(self.invoice)
        lines = self.env["dunning.handover.line"].sudo()
        item = self._items(self.invoice)
        [debt] = item.move_line_id._get_debts(self.today).values()
        values = lines._prepare_values(item, self.today, debt)
        with self.assertRaises(Exception) as caught, self.env.cr.savepoint():
            lines.create({**values, "handover_id": handover.id})
        self.assertIn("living_uniq", str(caught.exception))

    def test_disputed_paid_and_later_items_are_refused(self):
        later = self._invoice(due=self._days_ago(-10))
        self.env["dunning.planner"]._open_cases(self.company, self.customer)
        self._object(self.other)
        for move, words in ((self.other, "disputed"), (later, "not overdue")):
            with self.assertRefused(words):
                self._prepare(move, early_reason="x")
        self._pay(self.invoice)
        with self.assertRefused("[Pp]aid"):
            self._prepare(self.invoice)

    def test_items_of_two_cases_are_refused(self):
        bob = self._create_customer("Bob")
        theirs = self._overdue(60, partner=bob)
        self._reach_last_level(theirs)
        items = self._items(self.invoice | theirs)
        with self.assertRefused("one case"):
            items.env["dunning.handover"]._make(
                self._case(), items, self.agency, self.today
            )

    def test_paused_customer_can_be_handed_over_by_choice(self):
        self._pause(self._case())
        self.assertEqual(self._prepare().state, "prepared")

    # === RE-CHECK === #

    def test_item_settled_after_preparing_is_dropped_with_a_message(self):
        handover = self._prepare()
        self._pay(self.invoice)
        texts = handover._set_handed_over(self.today)
        self.assertEqual(handover.line_ids.move_id, self.other)
        self.assertIn(self.invoice.name, texts[0])
        bodies = " ".join(str(body) for body in handover.message_ids.mapped("body"))
        self.assertIn(self.invoice.name, bodies)

    def test_part_paid_after_preparing_is_handed_over_with_the_rest(self):
        handover = self._prepare(self.invoice)
        self._pay(self.invoice, 40.0)
        texts = handover._set_handed_over(self.today)
        self.assertEqual(handover.amount_handed, 60.0)
        self.assertEqual(handover.amount_collected, 0.0)
        self.assertTrue(texts)

    def test_nothing_left_is_refused_in_words(self):
        handover = self._prepare(self.invoice)
        self._pay(self.invoice)
        with self.assertRefused("Nothing is left"):
            handover._set_handed_over(self.today)

    # === EVIDENCE === #

    def test_handed_over_is_kept(self):
        handover = self._hand_over()
        for record in (handover, handover.line_ids):
            with self.assertRaises(UserError):
                record.unlink()
        with self.assertRaises(UserError):
            handover.message = "Something else"

    def test_prepared_one_can_be_discarded(self):
        handover = self._prepare()
        handover.unlink()
        self.assertIn("discarded", self._case().message_ids[0].body)

    def test_state_and_amounts_change_by_steps_only(self):
        handover = self._hand_over().with_user(self.env.ref("base.user_admin"))
        for values in (
            {"state": "collected"},
            {"amount_collected": 5.0},
            {"handed_over_on": self.today},
        ):
            with self.assertRaises(AccessError):
                handover.write(values)

    # === PLANNING === #

    def test_own_reminders_rest(self):
        self._items(self.invoice | self.other).sudo().level_id = self.friendly
        self._hand_over(self.invoice, early_reason="x")
        run = self._plan()
        self.assertLeftOut(run, self.invoice, "handed_over")
        self.assertReminded(run, self.other, self.second)

    def test_returned_item_goes_on_at_the_level_it_had(self):
        self._items(self.invoice).sudo().level_id = self.friendly
        handover = self._hand_over(self.invoice, early_reason="x")
        handover._set_returned("They do not want it", self.today)
        self.assertReminded(self._plan(), self.invoice, self.second)

    def test_desk_says_send_then_with_the_agency(self):
        handover = self._prepare()
        self.assertEqual(self._case().next_step, "handover")
        handover._set_handed_over(self.today)
        self.assertEqual(self._case().next_step, "agency")

    def test_newer_items_do_not_hide_a_hand_over_that_is_to_be_sent(self):
        self._prepare()
        clock = self.company._get_dunning_today()
        self._invoice(due=clock + timedelta(days=9))
        self.env["dunning.planner"]._open_cases(self.company, self.customer)
        self._case()._refresh_next_step()
        self.assertEqual(self._case().next_step, "handover")
        self.assertEqual(self._case().next_step_date, clock)

    # === OUTCOME === #

    def test_paid_handover_is_collected_by_itself(self):
        handover = self._hand_over()
        self._pay(self.invoice)
        self._pay(self.other)
        handover._refresh_state(self.today)
        self.assertEqual(handover.state, "collected")
        self.assertEqual(handover.amount_collected, 150.0)
        self.assertEqual(handover.amount_commission, 30.0)

    def test_payment_of_before_the_handover_is_not_collected(self):
        payment = self._unmatched_payment(amount=60.0, date=self._days_ago(3))
        handover = self._hand_over(self.invoice)
        self.assertEqual(handover.amount_handed, 40.0)
        lines = payment.move_id.line_ids.filtered(
            lambda line: line.account_type == "asset_receivable"
        )
        (lines | self._receivables(self.invoice)).reconcile()
        self.assertEqual(handover.amount_collected, 0.0)
        self.assertEqual(handover.amount_open, 40.0)
