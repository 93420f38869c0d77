from datetime import timedelta
from unittest.mock import patch

from dateutil.relativedelta import relativedelta

from odoo import http
from odoo.tests import HttpCase, new_test_user, tagged
from odoo.tools import mute_logger

from odoo.addons.account.models.account_move import AccountMove

from .installment_portal_common import InstallmentPortalCommon


@tagged("post_install", "-at_install")
class TestInstallmentRequest(InstallmentPortalCommon, HttpCase):
    """'I need instalments' on the page of an invoice."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.move = cls._overdue(15, 301.0)
        cls.move.sudo()._portal_ensure_token()
        # nobody is responsible for the case
        (cls.move | cls.invoice).invoice_user_id = False
        cls.company.dunning_digest_user_ids = cls.seller

    def setUp(self):
        super().setUp()
        self.authenticate(None, None)

    def _url_of(self, move, suffix="", token=None):
        token = move.access_token if token is None else token
        query = f"?access_token={token}" if token else ""
        return f"/my/invoices/{move.id}{suffix}{query}"

    def _page(self, move=None):
        return self.url_open(self._url_of(move or self.move)).text

    def _ask(self, move=None, token=None, **data):
        data = {
            "csrf_token": http.Request.csrf_token(self),
            "count": "3",
            "first": self._in_days(10).isoformat(),
            "text": "It is <b>hard</b> now",
        } | data
        url = self._url_of(move or self.move, "/installments", token)
        return self.url_open(url, data=data, allow_redirects=False)

    def _drafts(self, move=None):
        plans = self.env["installment.plan"].search(
            [("item_ids.move_id", "=", (move or self.move).id)]
        )
        return plans

    def _assert_refused(self, words, move=None, **data):
        response = self._ask(move, **data)
        self.assertEqual(response.status_code, 422)
        self.assertIn(words, response.text)
        self.assertFalse(self._drafts(move).filtered("requested_on"))

    # === WHAT COMES OF IT === #

    def test_request_makes_a_draft_for_a_person_and_nothing_else(self):
        self.assertIn("o_installment_request", self._page())
        response = self._ask()
        self.assertEqual(response.status_code, 303)
        plan = self._drafts()
        self.assertEqual(plan.state, "draft")
        self.assertEqual(plan.request_text, "It is <b>hard</b> now")
        self.assertEqual(self._amounts(plan), [100.33, 100.33, 100.34])
        first = self._in_days(10)
        months = [first + relativedelta(months=number) for number in range(3)]
        self.assertEqual(plan.line_ids.sorted("date").mapped("date"), months)
        self.assertEqual(plan.user_id, self.seller)
        self.assertFalse(self._reason(self.move))
        self.assertEqual(self.url_open(self._url(plan, token="x")).status_code, 404)

    def test_terms_of_one_invoice_are_summed_to_the_cent(self):
        days = (self._in_days(-20), self._in_days(-5))
        move = self._term_invoice((100.1, days[0]), (200.2, days[1]))
        amounts = self._receivables(move).mapped("amount_residual_currency")
        self.assertNotEqual(sum(amounts), 300.3)  # as a float, it has a tail
        move.sudo()._portal_ensure_token()
        self._ask(move)
        self.assertEqual(self._drafts(move).amount_total, 300.3)

    def test_request_is_on_the_desk_of_the_customers_case(self):
        self._ask()
        case = self._case()
        self.assertFalse(case.user_id)
        activity = case.activity_ids
        self.assertEqual(activity.summary, "Instalment plan wanted")
        self.assertEqual(activity.user_id, self.seller)
        self.assertIn("3 instalments are wanted", activity.note)
        self.assertIn("hard&lt;/b&gt;", activity.note)
        message = case.message_ids.filtered(lambda one: "wanted" in (one.body or ""))
        self.assertEqual(message.author_id, self.customer)
        self.assertTrue(message.is_internal or message.subtype_id.internal)

    def test_responsible_of_the_case_is_asked_in_his_language(self):
        self.env["res.lang"]._activate_lang("ru_RU")
        owner = new_test_user(
            self.env,
            "case_owner",
            groups="payment_reminder.group_dunning_user",
            company_id=self.company.id,
            company_ids=self.company.ids,
        )
        owner.lang = "ru_RU"
        self._put_on_case(self.move, self.friendly).case_id.user_id = owner
        self._ask()
        activity = self._case().activity_ids
        self.assertEqual(activity.user_id, owner)
        self.assertEqual(activity.summary, "Нужен план рассрочки")

    def test_request_is_acknowledged_on_the_page(self):
        self._ask()
        page = self._page()
        self.assertIn("You have asked for instalments on", page)
        self.assertNotIn("o_installment_request", page)

    def test_author_is_the_user_who_asks(self):
        self.authenticate("portal_a", "portal_a")
        self.assertEqual(self._ask(token="").status_code, 303)
        message = self._case().message_ids.filtered(lambda one: "wanted" in one.body)
        self.assertEqual(message.author_id, self.user_a.partner_id)

    def test_posted_entries_are_not_written_to(self):
        before = self.move.read(["write_date", "access_token"])
        lines = self.move.line_ids.mapped("write_date")
        self._ask()
        self.env.invalidate_all()
        self.assertEqual(self.move.read(["write_date", "access_token"]), before)
        self.assertEqual(self.move.line_ids.mapped("write_date"), lines)

    # === LIMITS === #

    def test_one_request_waits_at_a_time(self):
        self._ask()
        response = self._ask()
        self.assertEqual(response.status_code, 422)
        self.assertEqual(len(self._drafts()), 1)
        self.assertEqual(len(self._case().activity_ids), 1)
        self._drafts().unlink()
        self.assertEqual(self._ask().status_code, 303)

    def test_second_of_two_requests_at_once_has_to_wait(self):
        nobody = lambda records, **_options: records.browse()  # noqa: E731
        with patch.object(AccountMove, "try_lock_for_update", nobody, create=True):
            self._assert_refused("at this moment")

    def test_numbers_and_days_beyond_the_limits_are_refused(self):
        self.company.installment_request_max_count = 4
        self.company.installment_request_max_days = 60
        for data, words in (
            ({"count": "5"}, "from 2 to 4 instalments"),
            ({"count": "1"}, "from 2 to 4 instalments"),
            ({"count": "-3"}, "from 2 to 4 instalments"),
            ({"count": "many"}, "Please choose a number"),
            ({"count": ""}, "Please choose a number"),
            ({"first": "tomorrow"}, "Please choose a number"),
            ({"first": self.today.isoformat()}, "has to be due after today"),
            ({"first": "0001-01-01"}, "has to be due after today"),
            ({"first": "9999-12-31"}, ""),
            ({"count": "3"}, "choose fewer instalments"),
        ):
            with self.subTest(data):
                self._assert_refused(words, **data)
        response = self._ask(count="2", first=self._in_days(29).isoformat())
        self.assertEqual(response.status_code, 303)

    def test_amounts_too_small_to_be_divided_are_refused(self):
        self._assert_refused("too little", self._with_token(self._overdue(5, 0.02)))

    def test_company_can_do_without_requests(self):
        self.company.installment_request_is_offered = False
        self.assertNotIn("o_installment_request", self._page())
        self._assert_refused("")

    def _with_token(self, move):
        move.sudo()._portal_ensure_token()
        return move

    def test_invoices_that_no_plan_can_cover_offer_nothing(self):
        paid = self._overdue(5, 50.0)
        self._pay(paid, 50.0)
        credit = self._credit_note()
        disputed = self._overdue(5, 50.0)
        self._put_on_case(disputed, self.friendly)
        self._object(disputed)
        for move in (paid, credit, disputed, self.invoice):
            self._with_token(move)
            with self.subTest(move.name):
                self.assertNotIn("o_installment_request", self._page(move))
                self._assert_refused("", move)

    def test_page_names_the_plan_and_links_it_for_users_only(self):
        self._with_token(self.invoice)
        page = self._page(self.invoice)
        self.assertIn("We have proposed to you to pay this invoice", page)
        self.assertNotIn(self.plan.access_token, page)
        self.plan.action_activate()
        self.assertNotIn(f"{self._path}/{self.plan.id}", self._page(self.invoice))
        self.authenticate("portal_a", "portal_a")
        page = self._page(self.invoice)
        self.assertIn("You pay this invoice by the instalment plan", page)
        self.assertIn(f"{self._path}/{self.plan.id}", page)
        self.assertNotIn(self.plan.access_token, page)

    # === ACCESS === #

    def test_asking_needs_the_key_or_the_customers_login(self):
        other = self._with_token(self._overdue(5, partner=self.other_customer))
        for login in (None, "portal_b", "portal_seller"):
            self.authenticate(login, login)
            for token in ("", "x", other.access_token, "%C3%A9"):
                with self.subTest(f"{login} {token}"), mute_logger("odoo.http"):
                    self._assert_missing(self._ask(token=token))
        self.assertFalse(self._drafts())

    def test_asking_needs_the_token_of_the_session(self):
        with mute_logger("odoo.http"):
            self.assertEqual(self._ask(csrf_token="").status_code, 400)
        self.assertFalse(self._drafts())

    def test_get_asks_for_nothing(self):
        url = self._url_of(self.move, "/installments") + "&count=3&first=2030-01-01"
        self.assertIn(self.url_open(url).status_code, (404, 405))
        self._page()
        self.assertFalse(self._drafts())

    def test_request_belongs_to_the_company_of_the_invoice(self):
        data = self.setup_other_company()
        company = data["company"]
        company.installment_grace_days = 21
        move = self._overdue(5, 90.0, company=company)
        self._with_token(move)
        self.assertEqual(self._ask(move).status_code, 303)
        plan = self.env["installment.plan"].sudo().search([], limit=1, order="id DESC")
        self.assertEqual(plan.company_id, company)
        self.assertEqual(plan.grace_days, 21)
        self.assertEqual(plan.case_id.company_id, company)

    def test_suggested_day_lies_within_the_limits(self):
        form = self.env["installment.request"]._prepare_form(self.company)
        self.assertEqual(list(form["counts"]), [2, 3, 4, 5, 6])
        self.assertEqual(form["first"], self.today + timedelta(days=1))
        self.assertTrue(form["first"] <= form["start"] <= form["last"])
