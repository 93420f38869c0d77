from odoo.tests import HttpCase, tagged
from odoo.tools import SQL

from .installment_common import InstallmentCommon
from .payment_page_pay_common import PaymentPagePayCommon


@tagged("post_install", "-at_install", "payment_reminder_slow")
class TestPaymentPageTour(PaymentPagePayCommon, HttpCase):
    """The customer pays in a browser; accounts, case and the next run are right."""

    def _tour(self, name, **options):
        query = "&".join(f"{key}={value}" for key, value in options.items())
        path = f"{self._path()}?{query}" if query else self._path()
        self.start_tour(path, f"payment_reminder_page_{name}", login=None)
        self.env.invalidate_all()

    def _reminded(self):
        """Return the invoices that the next run asks for."""
        return self._plan().notice_ids.line_ids.move_line_id.move_id

    def test_pay_all_with_one_click(self):
        self._tour("pay")
        self.assertEqual(self._transactions().mapped("state"), ["done"])
        self.assertEqual(self._residuals(), [0.0, 0.0, 0.0])
        self.assertEqual((self.case.is_open, self.case.amount_open), (False, 0.0))
        self.assertFalse(self._reminded())

    def test_pay_one(self):
        self._tour("pay", item=self._items_option(self.second_invoice))
        self.assertEqual(self._residuals(), [100.0, 0.0, 30.0])
        self.assertEqual(self.case.amount_open, 130.0)
        self.assertEqual(self._reminded(), self.invoice | self.third_invoice)

    def test_pay_part(self):
        self._tour("pay", amount="120")
        self.assertEqual(self._residuals(), [0.0, 30.0, 30.0])
        self.assertEqual(self.case.amount_open, 60.0)
        self.assertEqual(self._reminded(), self.second_invoice | self.third_invoice)

    def test_payment_fails_then_works(self):
        self._tour("fails")
        self.assertEqual(self._transactions().mapped("state"), ["error", "done"])
        self.assertEqual(self._residuals(), [0.0, 0.0, 0.0])
        self.assertFalse(self.case.is_open)
        self.assertFalse(self._reminded())

    def test_two_tabs(self):
        self._tour("two_tabs")
        self.assertEqual(self._transactions().mapped("state"), ["cancel", "done"])
        self.assertEqual(self._residuals(), [0.0, 0.0, 0.0])
        self.assertEqual(self.case._get_unmatched_credit()[self.case.id], 0.0)

    def test_back_button(self):
        self._tour("back")
        self.assertEqual(self._transactions().mapped("state"), ["cancel", "done"])
        self.assertEqual(self._residuals(), [0.0, 0.0, 0.0])

    def test_webhook_comes_late(self):
        self._tour("pending")
        transaction = self._transactions()
        self.assertEqual(transaction.state, "pending")
        self.assertEqual(self._residuals(), [100.0, 50.0, 30.0])
        self.assertFalse(self._reminded())
        self._pay(self.invoice)
        self._succeed(transaction)
        self.assertEqual(self._residuals(), [0.0, 0.0, 0.0])
        self.assertEqual(self.case._get_unmatched_credit()[self.case.id], 100.0)
        self.assertFalse(self.case.is_open)


@tagged("post_install", "-at_install", "payment_reminder_slow")
class TestPaymentPagePlanTour(PaymentPagePayCommon, InstallmentCommon, HttpCase):
    """The next instalment of a plan is paid on the page, over several invoices."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.plan = cls._active_plan(cls.invoices)

    def test_pay_next_instalments(self):
        for residuals, open_amounts in (
            ([40.0, 50.0, 30.0], [0.0, 60.0, 60.0]),
            ([0.0, 30.0, 30.0], [0.0, 0.0, 60.0]),
        ):
            self.start_tour(
                f"{self._path()}?plan={self.plan.id}",
                "payment_reminder_page_pay",
                login=None,
            )
            self.env.invalidate_all()
            self.assertEqual(self._residuals(), residuals)
            self.assertEqual(self._amounts(self.plan), open_amounts)
        self.assertEqual(self._reason(self.second_invoice), "plan")
        self.assertEqual(self.case.amount_open, 60.0)

    def test_all_that_is_late(self):
        lines = self.plan.line_ids.sorted("date")
        for line, days in zip(lines[:2], (-9, -2), strict=True):
            self.env.cr.execute(
                SQL(
                    "UPDATE installment_plan_line SET date = %s WHERE id = %s",
                    self._in_days(days),
                    line.id,
                )
            )
        self.env.invalidate_all()
        choice = self._page()._choose_by({"plan": str(self.plan.id)})
        self.assertEqual(
            [float(amount) for _key, amount in choice.parts], [100.0, 20.0]
        )

    def test_plans_of_others_and_what_is_pending(self):
        page = self._page()
        for key in ("0", "x", "-1", str(self.plan.id + 1)):
            self.assertIn("choose again", self._refusal(page, plan=key))
        self._begin(plan=str(self.plan.id))._set_pending()
        self.assertIn("on its way", self._refusal(page, plan=str(self.plan.id)))

    def _refusal(self, page, **options):
        try:
            page._choose_by(options)
        except ValueError as error:
            return page._explain_choice_error(error)
        return ""
