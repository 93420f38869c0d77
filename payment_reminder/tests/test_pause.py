from datetime import timedelta

from psycopg2.errors import CheckViolation

from odoo.exceptions import UserError, ValidationError
from odoo.tests import tagged
from odoo.tools import mute_logger

from .common import DunningCommon


@tagged("post_install", "-at_install")
class TestPause(DunningCommon):
    """Reminders rest until a day, for a reason, and go on by themselves."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.clock = cls.company._get_dunning_today()
        cls.invoice = cls._overdue(5)
        cls.other = cls._overdue(6)

    def test_pause_of_the_customer_rests_everything(self):
        self._pause(self.customer)
        run = self._plan()
        self.assertLeftOut(run, self.invoice, "on_hold")
        self.assertLeftOut(run, self.other, "on_hold")

    def test_pause_of_an_invoice_rests_it_alone(self):
        self._pause(self.invoice)
        run = self._plan()
        self.assertLeftOut(run, self.invoice, "on_hold")
        self.assertReminded(run, self.other, self.friendly)

    def test_pause_holds_on_its_first_and_last_day(self):
        pause = self._pause(self.customer, self.today, self._days_ago(2))
        for days, reason in ((3, None), (2, "on_hold"), (0, "on_hold"), (-1, None)):
            with self.subTest(days=days):
                rows = self.env["dunning.explainer"]._get_rows(
                    self.customer, self.company, self._days_ago(days)
                )
                found = {row["reason"] for row in rows}
                self.assertEqual("on_hold" in found, reason == "on_hold")
        self.assertTrue(pause)

    def test_pause_of_a_contact_is_one_of_its_customer(self):
        contact = self._create_customer("Bob", parent_id=self.customer.id)
        pause = contact._dunning_pause(self.clock, "Illness")
        self.assertEqual(pause.partner_id, self.customer)

    def test_run_out_pause_is_announced_once(self):
        self._plan()
        pause = self._pause(self._case(), self._days_ago(1))
        Pause = self.env["dunning.pause"]
        self.assertEqual(Pause._watch(self.company, self.today), pause)
        self.assertIn("reminders go on", self._case().message_ids[0].body)
        self.assertFalse(Pause._watch(self.company, self.today))

    def test_ended_pause_is_kept_as_history(self):
        pause = self._pause(self.customer)
        pause.action_resume()
        self.assertEqual(pause.state, "ended")
        self.assertEqual(pause.ended_by_id, self.env.user)
        self.assertReminded(self._plan(), self.invoice, self.friendly)
        with self.assertRaises(UserError):
            pause.date_until = self.clock

    def test_pause_that_ends_before_it_starts_is_refused(self):
        with self.assertRaisesRegex(ValidationError, "before it starts"):
            self.env["dunning.pause"].create(
                {
                    "partner_id": self.customer.id,
                    "date_from": self.clock + timedelta(days=5),
                    "date_until": self.clock + timedelta(days=4),
                    "reason": "Illness",
                }
            )

    def test_pause_in_the_past_is_refused(self):
        with self.assertRaises(ValidationError):
            self.customer._dunning_pause(self.clock - timedelta(days=1), "Illness")

    @mute_logger("odoo.sql_db")
    def test_pause_is_about_one_thing(self):
        with self.assertRaises(CheckViolation):
            self.env["dunning.pause"].create(
                {
                    "partner_id": self.customer.id,
                    "move_id": self.invoice.id,
                    "date_until": self.clock,
                    "reason": "Illness",
                }
            )

    def test_pauses_are_found_by_state(self):
        active = self._pause(self.customer)
        ended = self._pause(self.invoice, self._days_ago(1))
        Pause = self.env["dunning.pause"]
        for state, expected in (("active", active), ("ended", ended)):
            found = Pause.search(
                [("state", "=", state), ("company_id", "=", self.company.id)]
            )
            self.assertEqual(found, expected)

    def test_wizard_pauses_many_at_once(self):
        moves = self.invoice | self.other
        context = moves.action_dunning_pause()["context"]
        wizard = self.env["dunning.pause.wizard"].with_context(**context)
        wizard.create({"date_until": self.clock, "reason": "Fair"}).action_pause()
        pauses = self.env["dunning.pause"].search([("move_id", "in", moves.ids)])
        self.assertEqual(pauses.move_id, moves)
