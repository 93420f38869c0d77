from odoo.tests import HttpCase, JsonRpcException, tagged
from odoo.tools import mute_logger

from .installment_portal_common import InstallmentPortalCommon


@tagged("post_install", "-at_install")
class TestInstallmentPortalAccess(InstallmentPortalCommon, HttpCase):
    """Who sees the page of a plan: by key, by login, and nobody else."""

    def _assert_hidden(self, response):
        self._assert_missing(response)
        self.assertNotIn(self.plan.name, response.text)

    # === SEEING === #

    def test_link_opens_the_page_without_an_account(self):
        response = self._open()
        self.assertEqual(response.status_code, 200)
        for text in (self.plan.name, self.invoice.name, "First instalment"):
            self.assertIn(text, response.text)
        self.assertEqual(response.headers["Referrer-Policy"], "same-origin")
        self.assertEqual(response.headers["Cache-Control"], "no-store")
        self.assertEqual(response.headers["X-Robots-Tag"], "noindex")

    def test_without_key_and_account_one_has_to_log_in(self):
        response = self._open(token="")
        self.assertEqual(response.status_code, 303)
        self.assertIn("/web/login", response.headers["Location"])

    def test_forged_cut_and_foreign_keys_look_like_a_missing_plan(self):
        other = self._proposed(self._overdue(5, partner=self.other_customer))
        own = self.plan.access_token
        missing = self.url_open(f"{self._path}/999999999?access_token=x")
        self._assert_hidden(missing)
        for token in ("x", own[:-1], own.upper(), other.access_token, "%C3%A9", "%00"):
            with self.subTest(token):
                response = self._open(token=token)
                self._assert_hidden(response)
                self.assertEqual(response.text.count("<p"), missing.text.count("<p"))

    def test_colleagues_of_the_customer_see_it_by_login(self):
        self.authenticate("portal_a", "portal_a")
        self.assertEqual(self._open(token="").status_code, 200)
        self.assertIn(self.plan.name, self.url_open(self._path).text)

    def test_other_customers_see_their_own_plans_only(self):
        other = self._proposed(self._overdue(5, partner=self.other_customer))
        self.authenticate("portal_b", "portal_b")
        for token in ("", other.access_token, "x"):
            self._assert_hidden(self._open(token=token))
        listing = self.url_open(self._path).text
        self.assertIn(other.name, listing)
        self.assertNotIn(self.plan.name, listing)

    def test_colleagues_of_another_company_see_nothing(self):
        company = self.setup_other_company()["company"]
        user = self._create_portal_seller(
            "other_seller", "payment_reminder.group_dunning_manager"
        )
        user.write({"company_ids": [(6, 0, company.ids)], "company_id": company.id})
        self.authenticate("other_seller", "other_seller")
        self._assert_hidden(self._open(token=""))
        self.authenticate("portal_seller", "portal_seller")
        self.assertEqual(self._open(token="").status_code, 200)

    def test_drafts_and_plans_that_were_never_proposed_are_not_shown(self):
        draft = self._plan(self._overdue(5))
        cancelled = self._plan(self._overdue(5))
        cancelled.action_cancel()
        taken_back = self._proposed(self._overdue(5))
        taken_back.action_take_back()
        self.authenticate("portal_a", "portal_a")
        listing = self.url_open(self._path).text
        for hidden in (draft, cancelled, taken_back):
            hidden._portal_ensure_token()
            self._assert_missing(self._open(hidden))
            self.assertNotIn(hidden.name, listing)
            with mute_logger("odoo.http"), self.assertRaises(JsonRpcException):
                self._accept(hidden)

    def test_counter_of_the_home_page_counts_what_was_proposed(self):
        self._plan(self._overdue(5))
        self.authenticate("portal_a", "portal_a")
        counters = {"counters": ["installment_count"]}
        result = self.make_jsonrpc_request("/my/counters", counters)
        self.assertEqual(result, {"installment_count": 1})
        self.assertIn("/my/installments", self.url_open("/my/home").text)

    def test_list_has_pages_and_is_sorted_as_asked(self):
        many = [self._proposed(self._overdue(5)) for _number in range(80)]
        self.authenticate("portal_a", "portal_a")
        second = self.url_open(f"{self._path}/page/2").text
        self.assertIn(self.plan.name, second)
        self.assertNotIn(many[-1].name, second)
        for sortby in ("date", "next", "name", "state", "password; --"):
            response = self.url_open(f"{self._path}?sortby={sortby}")
            self.assertEqual(response.status_code, 200)

    # === DECIDING === #

    def test_other_customers_cannot_decide(self):
        self.authenticate("portal_b", "portal_b")
        for token in ("x", ""):
            with mute_logger("odoo.http"), self.assertRaises(JsonRpcException):
                self._accept(token=token)
            for suffix in ("/decline", "/ask"):
                self._assert_hidden(self._post(suffix, token=token, reason="No"))
        self.assertEqual(self.plan.state, "proposed")
        self.assertFalse(self._get_summaries())

    def test_rights_in_the_office_do_not_sign_for_the_customer(self):
        self.authenticate("portal_seller", "portal_seller")
        with mute_logger("odoo.http"), self.assertRaises(JsonRpcException):
            self._accept(token="")
        for suffix in ("/decline", "/ask"):
            self._assert_hidden(self._post(suffix, token="", reason="No"))
        self.assertEqual(self.plan.state, "proposed")

    def test_posts_without_csrf_token_are_refused(self):
        self.authenticate(None, None)
        for csrf in ("", "x"):
            self.assertIn("session has ended", self._accept(csrf=csrf)["error"])
        for suffix in ("/decline", "/ask"):
            with mute_logger("odoo.http"):
                response = self._post(suffix, csrf_token="", reason="No")
            self.assertEqual(response.status_code, 400)
        self.assertEqual(self.plan.state, "proposed")

    # === GET CHANGES NOTHING === #

    def _get_facts(self):
        self.env.invalidate_all()
        return (
            self.plan.read(["write_date", "state", "close_reason", "access_token"]),
            self.invoice.read(["write_date", "access_token"]),
            len(self.plan.message_ids),
            len(self.plan.activity_ids),
            self.env["installment.plan"].search_count([]),
        )

    def test_get_changes_nothing(self):
        self.invoice.sudo().access_token = False  # looking at the plan makes none
        before = self._get_facts()
        self.authenticate("portal_a", "portal_a")
        for url in (self._path, self._url(self.plan), self._url(self.plan, token="")):
            self.assertEqual(self.url_open(url).status_code, 200)
        for suffix in ("/decline", "/ask", "/accept"):
            response = self.url_open(self._url(self.plan, suffix, reason="No"))
            self.assertIn(response.status_code, (404, 405))
        self.assertEqual(self._get_facts(), before)
        self.plan.action_activate()
        self.invoice.sudo().access_token = False
        before = self._get_facts()
        self.assertEqual(self._open().status_code, 200)
        self.assertEqual(self._get_facts(), before)

    # === THREAD === #

    def _ask_in_thread(self, token):
        return self.make_jsonrpc_request(
            "/mail/message/post",
            {
                "thread_model": "installment.plan",
                "thread_id": self.plan.id,
                "post_data": {
                    "body": "May I pay later?",
                    "message_type": "comment",
                    "subtype_xmlid": "mail.mt_comment",
                },
                "token": token,
            },
        )

    @mute_logger("odoo.http")
    def test_thread_opens_with_its_own_key_and_not_for_drafts(self):
        self.authenticate(None, None)
        self._ask_in_thread(self.plan.access_token)
        self.assertEqual(self.plan.message_ids[0].author_id, self.customer)
        with self.assertRaises(JsonRpcException):
            self._ask_in_thread("x")
        self.plan.action_take_back()
        with self.assertRaises(JsonRpcException):
            self._ask_in_thread(self.plan.access_token)
