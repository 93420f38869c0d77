from datetime import date, timedelta

from odoo.exceptions import UserError

from .estimate_common import EstimateCommon


class TestEstimateFlow(EstimateCommon):
    """Accepted once, revised, expired by itself, warned about once."""

    def _activities(self, estimate):
        return estimate.activity_ids.mapped("summary")

    def test_accepting_twice_is_refused(self):
        estimate = self._sent()
        estimate.action_accept()
        with self.assertRaisesRegex(UserError, "accepted already"):
            estimate.action_accept()
        self.assertEqual(estimate.state, "accepted")

    def test_declined_estimate_cannot_be_accepted(self):
        estimate = self._sent()
        estimate.action_decline()
        with self.assertRaisesRegex(UserError, "was declined"):
            estimate.action_accept()

    def test_expired_estimate_cannot_be_accepted_even_before_the_daily_job(self):
        estimate = self._sent(date_valid=self.today)
        with self.assertRaisesRegex(UserError, "was valid until"):
            estimate.action_accept()

    def test_revision_replaces_the_older_one_when_it_is_sent(self):
        first = self._sent()
        second = first._revise()
        self.assertEqual((second.name, second.revision), (first.name, 2))
        self.assertEqual(second.amount_total, first.amount_total)
        self.assertFalse(first.is_superseded)
        second.action_mark_sent()
        self.assertTrue(first.is_superseded)
        with self.assertRaisesRegex(UserError, "newer revision"):
            first.action_accept()

    def test_accepted_revision_is_invoiced_instead_of_the_older_one(self):
        old = self._accepted()
        new = old._revise()._revise()
        new.action_mark_sent()
        self.assertFalse(old._get_uninvoiceable_text())
        new.action_accept()
        with self.assertRaisesRegex(UserError, "revision 3 instead"):
            old._create_invoice("whole")
        self.assertTrue(new._create_invoice("whole"))

    def test_stage_cannot_be_moved_into_an_accepted_estimate(self):
        accepted, draft = self._accepted(), self._estimate()
        with self.assertRaisesRegex(UserError, "was sent"):
            draft.stage_ids.estimate_id = accepted

    def test_revision_of_an_unsent_revision_replaces_the_first_one_too(self):
        first = self._sent()
        third = first._revise()._revise()
        third.action_mark_sent()
        self.assertTrue(first.is_superseded)

    def test_estimate_expires_the_day_after_its_last_one(self):
        estimate = self._sent(date_valid=self.today)
        Estimate = self.env["service.estimate"]
        self.assertFalse(Estimate._expire(self.company, self.today))
        tomorrow = self.today + timedelta(days=1)
        self.assertEqual(Estimate._expire(self.company, tomorrow), estimate)
        self.assertEqual(estimate.state, "expired")

    def test_responsible_person_is_warned_once(self):
        estimate = self._sent(date_valid=self.today + timedelta(days=3))
        Estimate = self.env["service.estimate"]
        yesterday = self.today - timedelta(days=1)
        self.assertFalse(Estimate._warn_expiring(self.company, yesterday))
        self.assertEqual(Estimate._warn_expiring(self.company, self.today), estimate)
        self.assertFalse(Estimate._warn_expiring(self.company, self.today))
        self.assertEqual(len(self._activities(estimate)), 1)
        self.assertIn("Valid until", self._activities(estimate)[0])

    def test_longer_validity_is_worth_another_warning(self):
        estimate = self._sent(date_valid=self.today)
        Estimate = self.env["service.estimate"]
        Estimate._warn_expiring(self.company, self.today)
        estimate.date_valid = self.today + timedelta(days=30)
        later = self.today + timedelta(days=28)
        self.assertEqual(Estimate._warn_expiring(self.company, later), estimate)

    def test_daily_work_watches_estimates(self):
        late = self._sent(date_valid=date(2025, 6, 1))
        self.env["dunning.scheduler"]._watch_estimates(self.company, self.today)
        self.assertEqual(late.state, "expired")
        self.assertIn(
            "_watch_estimates", self.env["dunning.scheduler"]._get_daily_steps()
        )

    def test_taken_back_estimate_follows_the_scales_again(self):
        estimate = self._sent({"rating_ids": self._rated(self.high)})
        self.high.multiplier = 2.0
        self.assertEqual(estimate.amount_total, 4600)
        estimate.action_reset_draft()
        self.assertEqual(estimate.amount_total, 8000)

    def test_accepted_estimate_is_not_taken_back_and_not_deleted(self):
        estimate = self._sent()
        estimate.action_accept()
        with self.assertRaisesRegex(UserError, "not accepted"):
            estimate.action_reset_draft()
        with self.assertRaisesRegex(UserError, "agreement"):
            estimate.unlink()
