from datetime import timedelta

from odoo.tests import tagged

from .handover_common import HandoverCommon
from .installment_common import InstallmentCommon


@tagged("post_install", "-at_install")
class TestRestHandover(HandoverCommon):
    """What is prepared for an agency, or to be written off, does not rest for ever."""

    def _watch(self, days):
        """Do the part of a day's work that asks, ``days`` after the day of the runs."""
        return (
            self.env["dunning.rest"]
            .sudo()
            ._watch(self.company, self.today + timedelta(days=days))
        )

    def test_prepared_handover(self):
        handover = self._prepare()
        self.assertFalse(self._watch(13))
        asked = self._watch(14)
        self.assertEqual(asked.kind, "handover")
        self.assertEqual(asked._get_record(), handover)
        self.assertEqual(handover.case_id.activity_ids.summary, asked.name)
        case = handover.case_id
        handover.unlink()
        self._watch(15)
        self.assertFalse(asked.exists())
        self.assertFalse(case.activity_ids)

    def test_handover_that_waits_for_the_background_asks_nobody(self):
        self._prepare()._set_waiting("keep")
        self.assertFalse(self._watch(30))

    def test_draft_of_a_write_off(self):
        account = self.company_data["default_account_expense"]
        self.company.dunning_write_off_account_id = account
        self.env.user.group_ids |= self.env.ref("account.group_account_user")
        items = self._items(self.invoice)
        entry = items.case_id._write_off(items, "Insolvent", self.today)
        self.env.flush_all()
        start = self.company._get_dunning_date(entry.create_date)
        asked = self._watch((start - self.today).days + 14)
        self.assertEqual(asked.kind, "write_off")
        entry.unlink()
        self._watch((start - self.today).days + 15)
        self.assertFalse(asked.exists())


@tagged("post_install", "-at_install")
class TestRestPlan(InstallmentCommon):
    """A plan that the customer does not answer is asked about."""

    def test_proposed_plan(self):
        plan = self._plan(date_valid=self._in_days(60))
        self._put_on_case(plan.item_ids.move_id, self.friendly)
        plan.action_propose()
        rests = self.env["dunning.rest"].sudo()
        self.assertFalse(rests._watch(self.company, self._in_days(13)))
        asked = rests._watch(self.company, self._in_days(14))
        self.assertEqual(asked.kind, "plan")
        plan.action_cancel()
        self.assertFalse(asked.exists())
