from unittest.mock import patch

from psycopg2.errors import SerializationFailure

from odoo import SUPERUSER_ID, api
from odoo.exceptions import UserError
from odoo.sql_db import db_connect
from odoo.tests import TransactionCase, tagged
from odoo.tools import mute_logger

from odoo.addons.base.tests.test_ir_cron import CronMixinCase

from ..const import HANDOVER_AT_ONCE
from .handover_common import HandoverCommon

CRON = "payment_reminder.ir_cron_dunning_handover"
LOGGER = "odoo.addons.payment_reminder.models.dunning_handover_queue"


@tagged("post_install", "-at_install")
class TestHandoverQueue(HandoverCommon, CronMixinCase):
    """Many hand-overs at once are prepared; a scheduled action does the rest."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.customers = cls.env["res.partner"].union(
            *(cls._create_customer(f"C{n}") for n in range(HANDOVER_AT_ONCE + 1))
        )
        cls.moves = cls.env["account.move"].union(
            *(cls._overdue(60, 100.0, partner=one) for one in cls.customers)
        )
        cls._reach_last_level(cls.moves)
        cls.cases = cls._items(cls.moves).case_id

    def setUp(self):
        super().setUp()
        model = type(self.env["dunning.handover"])
        self.patch(model, "_get_file_maker", lambda _self: None)

    def _give(self, cases=None, step="send"):
        """Hand cases over as the wizard does; return its action and hand-overs."""
        cases = cases or self.cases
        wizard = self.env["dunning.handover.wizard"]._open_for(cases)
        wizard.write({"agency_id": self.agency.id, "step": step})
        action = wizard.action_hand_over()
        return action, cases.handover_ids

    def _work(self):
        """Let the scheduled action come, in a transaction that really commits."""
        self.env.flush_all()
        with self.enter_registry_test_mode(), self.registry.cursor() as cr:
            env = api.Environment(cr, SUPERUSER_ID, {})
            env["dunning.handover"]._cron_hand_over()
        self.env.invalidate_all()

    def _mails(self, handovers):
        return handovers.message_ids.filtered(lambda m: self.agency in m.partner_ids)

    # === PREPARING === #

    def test_many_are_prepared_and_wait(self):
        with self.capture_triggers(CRON) as woken:
            action, handovers = self._give()
        self.assertEqual(len(woken.records), 1)
        self.assertEqual(set(handovers.mapped("state")), {"prepared"})
        self.assertEqual(set(handovers.mapped("waiting_step")), {"send"})
        self.assertFalse(self._mails(handovers))
        self.assertIn("6 hand-overs are prepared", action["params"]["message"])
        self.assertIn("in the background", action["params"]["message"])
        self.assertEqual(set(self.cases.mapped("next_step")), {"sending"})
        [text] = self.env["dunning.explainer"]._explain_partner(
            self.customers[0], self.company, self.today
        )
        self.assertIn("in the background", text)

    def test_few_are_handed_over_at_once(self):
        _action, handovers = self._give(self.cases[:HANDOVER_AT_ONCE])
        self.assertEqual(set(handovers.mapped("state")), {"handed_over"})
        self.assertFalse(any(handovers.mapped("waiting_step")))

    def test_many_that_are_only_prepared_do_not_wait(self):
        _action, handovers = self._give(step="prepare")
        self.assertEqual(set(handovers.mapped("state")), {"prepared"})
        self.assertFalse(any(handovers.mapped("waiting_step")))

    def test_many_prepared_ones_that_are_sent_together_wait(self):
        _action, handovers = self._give(step="prepare")
        action = handovers.action_hand_over()
        self.assertEqual(set(handovers.mapped("waiting_step")), {"send"})
        self.assertIn("in the background", action["params"]["message"])

    # === WORKING === #

    def test_waiting_ones_are_sent_once(self):
        _action, handovers = self._give()
        for _time in range(2):
            self._work()
            self.assertEqual(set(handovers.mapped("state")), {"handed_over"})
            self.assertFalse(any(handovers.mapped("waiting_step")))
            self.assertEqual(len(self._mails(handovers)), len(handovers))

    def test_waiting_ones_that_are_brought_send_nothing(self):
        _action, handovers = self._give(step="keep")
        self._work()
        self.assertEqual(set(handovers.mapped("state")), {"handed_over"})
        self.assertFalse(self._mails(handovers))

    @mute_logger(LOGGER)
    def test_poisoned_one_is_explained_and_stops_nobody(self):
        _action, handovers = self._give()
        bad = handovers[1]
        model = type(handovers)
        make = model._make_file

        def poison(handover, date):
            if handover.id == bad.id:
                raise ValueError("poison")
            return make(handover, date)

        with patch.object(model, "_make_file", poison):
            self._work()
        self.assertEqual(set((handovers - bad).mapped("state")), {"handed_over"})
        self.assertEqual(bad.state, "prepared")
        self.assertFalse(bad.waiting_step)
        self.assertIn("poison", bad.waiting_problem)
        self.assertIn("poison", str(bad.activity_ids.note))
        self.assertEqual(bad.case_id.next_step, "handover")
        bad.action_hand_over()
        self.assertEqual(bad.state, "handed_over")
        self.assertFalse(bad.waiting_problem)

    def test_paid_meanwhile_is_explained(self):
        _action, handovers = self._give()
        self._pay(self.moves[0])
        self._work()
        paid = handovers.filtered(lambda one: one.partner_id == self.customers[0])
        self.assertEqual(paid.state, "prepared")
        self.assertIn("Nothing is left", paid.waiting_problem)

    def test_work_goes_on_when_another_transaction_is_in_the_way(self):
        _action, handovers = self._give()
        model = type(handovers)
        work, errors = model._hand_over_waiting, [SerializationFailure("other")]

        def fail_once(handover):
            if errors:
                raise errors.pop()
            return work(handover)

        with patch.object(model, "_hand_over_waiting", fail_once):
            self._work()
        self.assertEqual(set(handovers.mapped("state")), {"handed_over"})

    # === UNDO === #

    def test_waiting_is_undone(self):
        _action, handovers = self._give()
        handovers.action_stop_waiting()
        self._work()
        self.assertEqual(set(handovers.mapped("state")), {"prepared"})
        self.assertEqual(set(self.cases.mapped("next_step")), {"handover"})
        with self.assertRefused("waits"):
            handovers.action_stop_waiting()
        handovers.unlink()

    def test_waiting_one_is_handed_over_by_hand(self):
        _action, handovers = self._give()
        handovers[0].action_hand_over()
        self._work()
        self.assertEqual(len(self._mails(handovers[0])), 1)


@tagged("post_install", "-at_install")
class TestHandoverRace(TransactionCase):
    """Two workers at the same moment, with real cursors; nothing changes in the end."""

    def setUp(self):
        super().setUp()
        self.one, self.two = self._open(), self._open()
        self.handover_id = self.one["dunning.handover"].search([], limit=1).id
        if not self.handover_id:
            self.skipTest("there is no demo data")

    def _open(self):
        cursor = db_connect(self.env.cr.dbname).cursor()
        self.addCleanup(cursor.close)
        return api.Environment(cursor, SUPERUSER_ID, {})

    def _get(self, env):
        return env["dunning.handover"].browse(self.handover_id)

    def test_what_one_worker_has_claimed_is_left_by_the_other(self):
        self.assertTrue(self._get(self.one)._claim_waiting())
        self.assertFalse(self._get(self.two)._claim_waiting())
        self.one.cr.rollback()
        self.assertTrue(self._get(self.two)._claim_waiting())

    def test_what_is_being_handed_over_is_neither_sent_nor_stopped_by_hand(self):
        self._get(self.one)._claim_waiting()
        for step in ("_hand_over", "_lock_for_handing"):
            with self.assertRaisesRegex(UserError, "at this moment"):
                getattr(self._get(self.two), step)()
