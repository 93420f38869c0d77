from datetime import timedelta

from odoo.tests import tagged

from .announced_common import AnnouncedCommon


@tagged("post_install", "-at_install")
class TestRest(AnnouncedCommon):
    """Nothing rests for ever without somebody being asked."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.person = cls.env.user
        cls.large_case.user_id = cls.person

    def _watch(self, days=0):
        """Do the part of a day's work that asks, ``days`` after the day of the runs."""
        return (
            self.env["dunning.rest"]
            .sudo()
            ._watch(self.company, self.today + timedelta(days=days))
        )

    def _rests(self, kind):
        return self.large_case.rest_ids.filtered(lambda rest: rest.kind == kind)

    def _refresh(self, days=0):
        date = self.today + timedelta(days=days)
        self.env["dunning.desk"].sudo()._refresh(self.company, date=date)

    # === ONLINE PAYMENTS === #

    def test_payment_is_asked_about_when_its_days_are_over(self):
        self._announce(self.large, 10000.0, days_ago=0)
        self.assertFalse(self._watch(7))
        asked = self._watch(8)
        self.assertEqual(asked.kind, "payment")
        self.assertEqual(asked.asked_user_id, self.person)
        task = self.large_case.activity_ids
        self.assertEqual(task.user_id, self.person)
        self.assertIn("10,000.00", task.summary)
        self.assertFalse(self._watch(8))
        self.assertFalse(self._watch(30))
        self.assertEqual(self.large_case.activity_ids, task)

    def test_confirmed_payment_that_is_not_booked_is_asked_about_the_next_day(self):
        self._announce(self.large, 10000.0, "done", days_ago=0)
        self.assertFalse(self._watch(0))
        self._watch(1)
        self.assertIn("not booked", str(self.large_case.activity_ids.note))

    def test_desk_says_since_when_and_ends_the_wait(self):
        transaction = self._announce(self.large, 10000.0, days_ago=0)
        self._refresh(3)
        self.assertEqual(self.large_case.next_step, "payment")
        self.assertEqual(self.large_case.next_step_date, self.today + timedelta(days=8))
        self.assertIn("since", self.large_case.next_step_text)
        self._rests("payment").action_end_wait()
        self.assertEqual(transaction.dunning_wait_ended_by_id, self.env.user)
        self.assertFalse(self._rests("payment"))
        self._refresh(3)
        self.assertEqual(self.large_case.next_step, "remind")

    def test_task_is_closed_with_the_matter(self):
        transaction = self._announce(self.large, 10000.0, days_ago=0)
        self._watch(8)
        transaction._set_canceled()
        self._watch(9)
        self.assertFalse(self._rests("payment"))
        self.assertFalse(self.large_case.activity_ids)

    # === OTHER KINDS === #

    def test_dispute_is_asked_about_and_shows_on_the_desk(self):
        dispute = self._object(self.large)
        dispute.sudo().date = self.today
        self.assertFalse(self._watch(13))
        self._refresh(13)
        self.assertEqual(self.large_case.next_step, "disputed")
        self.assertEqual(self._watch(14).kind, "dispute")
        self._refresh(14)
        self.assertEqual(self.large_case.next_step, "stale")
        self.assertTrue(self.large_case.is_todo)
        dispute.action_reject()
        self._refresh(14)
        self.assertEqual(self.large_case.next_step, "remind")
        self.assertFalse(self.large_case.activity_ids)

    def test_credit_note_of_an_accepted_dispute(self):
        dispute = self._object(self.large)
        action = dispute.action_accept()
        wizard = (
            self.env["account.move.reversal"]
            .with_context(**action["context"])
            .create({"journal_id": self.large.journal_id.id, "date": self.today})
        )
        wizard.refund_moves()
        dispute.sudo().resolved_on = self.today
        self.assertEqual(self._watch(14).kind, "credit_note")
        wizard.new_move_ids.action_post()
        self._watch(15)
        self.assertFalse(self._rests("credit_note"))

    def test_proposal_that_nobody_reviews(self):
        run = self._plan()
        asked = self._watch(14).filtered(lambda rest: rest.case_id == self.large_case)
        self.assertEqual(asked.kind, "notice")
        run.action_cancel()
        self._watch(15)
        self.assertFalse(self.large_case.rest_ids)

    def test_asked_again_when_the_task_was_done_and_nothing_came_of_it(self):
        dispute = self._object(self.large)
        dispute.sudo().date = self.today
        self._watch(14)
        self.large_case.activity_ids.action_done()
        self.assertFalse(self._watch(27))
        self.assertEqual(self._watch(28).kind, "dispute")

    def test_nobody_is_asked_without_days(self):
        self.company.dunning_rest_days = 0
        self._object(self.large).sudo().date = self.today
        self.assertFalse(self._watch(300))
        self.assertTrue(self._rests("dispute"))

    def test_person_of_the_matter_comes_first(self):
        other = self.env["res.users"].create(
            {
                "name": "Other",
                "login": "other_rest",
                "company_id": self.company.id,
                "company_ids": [(6, 0, self.company.ids)],
            }
        )
        dispute = self._object(self.large, user_id=other.id)
        dispute.sudo().date = self.today
        self.assertEqual(self._watch(14).asked_user_id, other)
