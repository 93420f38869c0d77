from datetime import timedelta

from odoo import fields
from odoo.tests import tagged

from .installment_common import InstallmentCommon


@tagged("post_install", "-at_install")
class TestCompanyDay(InstallmentCommon):
    """'Today' is the company's day, wherever its people are.

    25 hours lie between the two: at any time, it is another day there.
    """

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company.partner_id.tz = False
        cls.company.resource_calendar_id.tz = "Pacific/Kiritimati"
        cls.env.user.tz = "Pacific/Pago_Pago"
        cls.today = cls.company._get_dunning_today()

    def _get_case(self):
        return self._put_on_case(self._overdue(5), self.friendly).case_id

    def test_moments_have_the_date_of_the_company(self):
        now = fields.Datetime.now()
        self.assertEqual(self.company._get_dunning_date(now), self.today)
        self.assertNotEqual(fields.Date.context_today(self.env.user), self.today)

    def test_call_is_logged_on_the_day_of_the_company(self):
        case = self._get_case()
        case._log_call("promised", amount=50.0, promise_date=self.today)
        self.assertEqual(case.promise_ids.date, self.today)

    def test_call_waits_by_the_days_of_the_company(self):
        self.company.dunning_call_wait_days = 1
        notice = self.env["dunning.notice"].new(
            {"company_id": self.company.id, "queued_at": fields.Datetime.now()}
        )
        self.assertFalse(notice._is_call_lapsed(self._in_days(1)))
        self.assertTrue(notice._is_call_lapsed(self._in_days(2)))

    def test_promise_is_taken_back_on_the_day_of_the_company(self):
        promise = self._get_case()._promise(50.0, self.today)
        promise.action_cancel()
        self.assertEqual(promise.closed_on, self.today)

    def test_estimate_begins_on_the_day_of_the_company(self):
        estimate = self.env["service.estimate"].create(
            {"title": "Painting", "partner_id": self.customer.id}
        )
        self.assertEqual(estimate.date, self.today)
        self.assertEqual(estimate.date_start, self.today)

    def test_late_instalments_are_found_as_they_are_shown(self):
        plan = self._active_plan(first_date=self.today, count=2)
        self.env.cr.execute(
            "UPDATE installment_plan_line SET date = date - 1 WHERE plan_id = %s",
            [plan.id],
        )
        self.env.invalidate_all()
        late = plan.line_ids.filtered("is_missed")
        self.assertEqual(late.date, self.today - timedelta(days=1))
        Line = self.env["installment.plan.line"]
        for is_missed, lines in ((True, late), (False, plan.line_ids - late)):
            domain = [("plan_id", "=", plan.id), ("is_missed", "=", is_missed)]
            self.assertEqual(Line.search(domain), lines)
