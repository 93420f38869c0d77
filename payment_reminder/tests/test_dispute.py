from odoo.exceptions import UserError, ValidationError
from odoo.tests import tagged

from .common import DunningCommon


@tagged("post_install", "-at_install")
class TestDispute(DunningCommon):
    """Only what is disputed rests; the answer decides how it goes on."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.invoice = cls._overdue(30)
        cls.other = cls._overdue(25)
        cls._run_and_send(cls._days_ago(15))
        cls.dispute = cls._object(cls.invoice)

    def test_rejected_objection_lets_reminders_go_on_at_the_level_reached(self):
        self.assertLeftOut(self._plan(), self.invoice, "disputed")
        self.env["dunning.run"].search([("state", "=", "proposed")]).action_cancel()
        self.dispute.action_reject()
        self.assertReminded(self._plan(), self.invoice, self.second)
        self.assertEqual(self.dispute.resolved_by_id, self.env.user)

    def test_withdrawn_objection_lets_reminders_go_on(self):
        self.dispute.action_withdraw()
        self.assertReminded(self._plan(), self.invoice, self.second)

    def test_accepting_opens_the_credit_note_wizard(self):
        action = self.dispute.action_accept()
        self.assertEqual(action["res_model"], "account.move.reversal")
        self.assertEqual(action["context"]["active_ids"], self.invoice.ids)
        self.assertEqual(self.dispute.state, "open")  # the wizard may be discarded

    def test_credit_note_accepts_the_objection_and_rests_it_until_posted(self):
        context = self.dispute.action_accept()["context"]
        wizard = (
            self.env["account.move.reversal"]
            .with_context(**context)
            .create({"journal_id": self.invoice.journal_id.id})
        )
        wizard.reverse_moves()
        self.assertEqual(self.dispute.state, "accepted")
        credit = self.invoice.reversal_move_ids
        self.assertEqual(credit.state, "draft")
        self.assertLeftOut(self._plan(), self.invoice, "disputed")
        credit.action_post()
        self.assertFalse(self._items(self.invoice).is_open)

    def test_resolved_dispute_is_history(self):
        self.dispute.action_reject()
        with self.assertRaises(UserError):
            self.dispute.action_withdraw()
        with self.assertRaises(UserError):
            self.dispute.text = "Something else"

    def test_dispute_needs_items(self):
        with self.assertRaises(ValidationError):
            self._case()._dispute(self._items(self.invoice)[:0], "other", "All of it")

    def test_items_of_another_case_are_refused(self):
        other = self._overdue(5, partner=self._create_customer("Bob"))
        self._plan()
        with self.assertRaises(ValidationError):
            self._case()._dispute(self._items(other), "other", "Not ours")

    def test_case_says_what_is_disputed(self):
        body = self._case().message_ids[0].body
        self.assertIn(self.invoice.name, body)
        self.assertIn("Not what we agreed", body)
        self.assertIn("disputed", self.invoice.dunning_status)
