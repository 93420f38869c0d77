from datetime import timedelta

from odoo import fields
from odoo.tests import HttpCase, tagged
from odoo.tools import SQL

from .payment_page_say_common import PaymentPageSayCommon


@tagged("post_install", "-at_install")
class TestPaymentPagePromise(PaymentPageSayCommon, HttpCase):
    """'I will pay on ...' and 'I need instalments' on the payment page."""

    def _assert_refused(self, kind, words, **data):
        count = self._count()
        response = self._tell(kind, **{**self._forms()[kind], **data})
        self.assertEqual(response.status_code, 422)
        self.assertIn(words, response.text)
        self.assertEqual(self._count(), count)

    # === PROMISE === #

    def test_promise_is_about_all_that_is_overdue_by_itself(self):
        self._tell("promise", day=self._in_days(9))
        promise = self._reply().promise_id
        self.assertEqual(promise.state, "open")
        self.assertEqual(promise.amount, 150.0)
        self.assertEqual(promise.line_ids.move_id, self.moves)
        self.assertEqual(promise.date, self.today + timedelta(days=9))
        self.assertEqual(promise.contact_id, self.customer)
        self.assertEqual(promise.user_id, self.officer)
        for move in self.moves:
            self.assertEqual(self._why(move), ["promised"])

    def test_promise_about_chosen_items_and_a_part(self):
        self._tell(
            "promise",
            item=self._keys(self.bill),
            day=self._in_days(3),
            amount="20.5",
            text="After the holidays",
        )
        promise = self._reply().promise_id
        self.assertEqual(promise.line_ids.move_id, self.bill)
        self.assertEqual(promise.amount, 20.5)
        self.assertIn("After the holidays", self._history())
        self.assertEqual(self._why(self.bill), ["promised"])
        self.assertNotEqual(self._why(self.invoice), ["promised"])

    def test_responsible_person_hears_of_a_promise(self):
        self._tell("promise", day=self._in_days(9))
        notified = self.case.message_ids.notified_partner_ids
        self.assertIn(self.officer.partner_id, notified)

    def test_promise_within_the_limit_of_the_company_only(self):
        self.company.dunning_page_promise_days = 10
        self._assert_refused("promise", "The latest day", day=self._in_days(11))
        self._assert_refused("promise", "has passed", day=self._in_days(-1))
        self._assert_refused("promise", "Please choose a day", day="")
        response = self._tell("promise", day=self._in_days(10))
        self.assertEqual(response.status_code, 303)

    def test_promising_again_moves_the_last_day_never(self):
        self.company.dunning_page_promise_days = 10
        self._tell("promise", day=self._in_days(2))
        self._said_days_ago(6)
        self._assert_refused("promise", "The latest day", day=self._in_days(5))
        response = self._tell("promise", day=self._in_days(4))
        self.assertEqual(response.status_code, 303)
        self._said_days_ago(20)
        self._assert_refused("promise", "The latest day", day=self._in_days(1))

    def _said_days_ago(self, days):
        self.env.flush_all()
        self.env.cr.execute(
            SQL(
                "UPDATE dunning_reply SET date = %s WHERE case_id = %s",
                fields.Datetime.now() - timedelta(days=days),
                self.case.id,
            )
        )
        self.env.invalidate_all()

    def test_amounts_that_cannot_be_promised(self):
        for amount, words in (
            ("150.01", "more than what is open"),
            ("1e15", "Please enter an amount"),
            ("9" * 25, "more than what is open"),
            ("0", "above zero"),
            ("0.001", "above zero"),
            ("-5", "Please enter an amount"),
            ("NaN", "Please enter an amount"),
            ("many", "Please enter an amount"),
        ):
            with self.subTest(amount):
                self._assert_refused("promise", words, amount=amount)

    def test_promise_can_be_withdrawn_while_it_is_open(self):
        self._tell("promise", day=self._in_days(9))
        reply = self._reply()
        page = self.url_open(self._path()).text
        self.assertIn("You told us on", page)
        self.assertIn("that you will pay", page)
        self.assertIn(f"/withdraw/{reply.id}", page)
        for _click in range(2):
            response = self._post(f"/withdraw/{reply.id}")
            self.assertEqual(response.status_code, 303)
        self.assertEqual(reply.promise_id.state, "cancelled")
        self.assertIn("withdrawn", self._history())
        self.assertNotIn("promised", self._why(self.invoice))
        page = self.url_open(self._path()).text
        self.assertIn("You have withdrawn it.", page)
        self.assertNotIn(f"/withdraw/{reply.id}", page)

    def test_what_is_decided_is_not_withdrawn(self):
        self._tell("promise", day=self._in_days(9))
        reply = self._reply()
        reply.promise_id._set_kept(self.today)
        response = self._post(f"/withdraw/{reply.id}")
        self.assertEqual(response.status_code, 422)
        self.assertIn("cannot be withdrawn", response.text)
        self.assertEqual(reply.promise_id.state, "kept")

    def test_replies_of_others_cannot_be_withdrawn(self):
        self._tell("promise", day=self._in_days(9))
        reply = self._reply()
        other = self._create_customer("Bob Other")
        self._overdue(20, 80.0, partner=other)
        self.env["dunning.planner"]._open_cases(self.company, other)
        link = self.env["dunning.link"]._issue(self._case(other))
        response = self._post(f"/withdraw/{reply.id}", link)
        self.assertEqual(response.status_code, 404)
        self.assertEqual(self._post("/withdraw/999999").status_code, 404)
        self.assertEqual(reply.promise_id.state, "open")
        self.assertNotIn("You told us", self.url_open(self._path(link=link)).text)

    def test_replies_go_on_in_the_case_of_a_merged_customer(self):
        self._tell("promise", day=self._in_days(9))
        other = self._create_customer("Bob Other")
        self._overdue(20, 80.0, partner=other)
        self.env["dunning.planner"]._open_cases(self.company, other)
        kept = self._case(other)
        self.case.sudo()._merge_into(kept.sudo())
        self.assertEqual(self._reply().case_id, kept)
        self.assertEqual(self._reply().promise_id.case_id, kept)

    # === INSTALMENTS === #

    def _plans(self):
        return self.env["installment.plan"].search(
            [("partner_id", "in", self.customer.ids)]
        )

    def test_preview_shows_the_schedule_and_keeps_nothing(self):
        form = {**self._forms()["installments"], "text": "Please <b>help</b>"}
        response = self._tell("installments", step="preview", **form)
        self.assertEqual(response.status_code, 200)
        self.assertIn("These would be your instalments", response.text)
        self.assertEqual(response.text.count("50.00"), 3 + self._shown("50.00"))
        self.assertIn("Please &lt;b&gt;help", response.text)
        self.assertFalse(self._plans())
        self.assertFalse(self._count())

    def _shown(self, text):
        return self.url_open(self._path()).text.count(text)

    def test_request_over_several_invoices_is_one_draft(self):
        self._tell("installments", count="4", day=self._in_days(10), text="Hard times")
        plan = self._plans()
        self.assertEqual(plan.state, "draft")
        self.assertEqual(plan.item_ids.move_id, self.moves)
        self.assertEqual(plan.line_ids.mapped("amount"), [37.5] * 4)
        self.assertEqual(plan.request_text, "Hard times")
        self.assertEqual(plan.user_id, self.officer)
        activity = self._reply().activity_ids
        self.assertEqual(activity.summary, "Instalment plan wanted")
        self.assertIn(self.bill.name, activity.note)
        for move in self.moves:
            self.assertEqual(self._why(move), ["on_hold"])

    def test_request_that_is_withdrawn_leaves_nothing_to_do(self):
        self._tell("installments", **self._forms()["installments"])
        reply = self._reply()
        self._post(f"/withdraw/{reply.id}")
        self.assertEqual(self._plans().state, "cancelled")
        self.assertFalse(self.case.activity_ids)
        self.assertNotIn("on_hold", self._why(self.invoice))

    def test_request_within_the_limits_is_proposed_and_can_be_signed(self):
        self.company.installment_request_is_instant = True
        response = self._tell("installments", **self._forms()["installments"])
        plan = self._plans()
        self.assertEqual(plan.state, "proposed")
        self.assertIn(f"/my/installments/{plan.id}", response.headers["Location"])
        page = self.url_open(response.headers["Location"])
        self.assertEqual(page.status_code, 200)
        self.assertIn("Accept and sign", page.text)
        self.assertFalse(self.case.activity_ids)
        self.assertFalse(self._reply().mail_message_id)  # the proposal is a mail
        self.assertIn("was proposed at once", self._history())
        self.assertEqual(self._why(self.bill), ["plan"])

    def test_request_beyond_the_limits_waits_for_a_person(self):
        self.company.installment_request_is_instant = True
        for name, value in (
            ("installment_request_instant_amount", 149.99),
            ("installment_request_instant_count", 2),
            ("installment_approval_amount", 10.0),
        ):
            with self.subTest(name):
                before = self.company[name]
                self.company[name] = value
                self._tell("installments", **self._forms()["installments"])
                self.assertEqual(self._reply().plan_id.state, "draft")
                self._reply()._withdraw()
                self.company[name] = before

    def test_schedules_that_are_not_possible(self):
        for data, words in (
            ({"count": "99"}, "from 2 to 6 instalments"),
            ({"count": "x"}, "Please choose a number"),
            ({"day": self._in_days(0)}, "has to be due after today"),
            ({"day": self._in_days(170)}, "choose fewer instalments"),
        ):
            with self.subTest(data):
                self._assert_refused("installments", words, **data)
                self._assert_refused("installments", words, step="preview", **data)

    def test_company_can_do_without_requests(self):
        self.company.installment_request_is_offered = False
        self.assertNotIn('id="say_installments"', self.url_open(self._path()).text)
        self._assert_refused("installments", "not possible")
