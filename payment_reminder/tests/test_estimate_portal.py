from datetime import datetime

from babel.dates import format_date
from lxml import html

from odoo.tests import HttpCase, JsonRpcException, tagged
from odoo.tools import mute_logger

from .estimate_portal_common import EstimatePortalCommon


@tagged("post_install", "-at_install")
class TestEstimatePortalAccess(EstimatePortalCommon, HttpCase):
    """Who sees the page: by key, by login, and nobody else."""

    def _assert_hidden(self, response):
        self._assert_missing(response)
        self.assertNotIn("New website", response.text)

    def test_link_opens_the_page_without_an_account(self):
        response = self._open()
        self.assertEqual(response.status_code, 200)
        for text in (
            "New website",
            "Design",
            "1.15 Complexity: high",
            self.estimate.name,
        ):
            self.assertIn(text, response.text)
        self.assertEqual(response.headers["Referrer-Policy"], "same-origin")

    def test_without_key_and_account_one_has_to_log_in(self):
        response = self._open(token="")
        self.assertEqual(response.status_code, 303)
        self.assertIn("/web/login", response.headers["Location"])

    def test_forged_cut_and_foreign_keys_look_like_a_missing_estimate(self):
        other = self._offer(partner_id=self.other_customer.id)
        own = self.estimate.access_token
        missing = self.url_open("/my/estimates/999999999?access_token=x")
        self._assert_hidden(missing)
        for token in ("x", own[:-1], own.upper(), other.access_token, "%C3%A9", "%00"):
            with self.subTest(token):
                response = self._open(token=token)
                self._assert_hidden(response)
                self.assertEqual(response.text.count("<p"), missing.text.count("<p"))

    def test_colleagues_of_the_customer_see_it_by_login(self):
        self.authenticate("portal_a", "portal_a")
        self.assertEqual(self._open(token="").status_code, 200)
        self.assertIn("New website", self.url_open("/my/estimates").text)

    def test_other_customers_never_see_it(self):
        other = self._offer(partner_id=self.other_customer.id, title="For Bob")
        self.authenticate("portal_b", "portal_b")
        for suffix in ("", "/price"):
            for token in ("", other.access_token, "x"):
                with self.subTest(f"{suffix} {token}"):
                    self._assert_hidden(self._open(suffix=suffix, token=token))
        listing = self.url_open("/my/estimates").text
        self.assertIn("For Bob", listing)
        self.assertNotIn("New website", listing)

    def test_other_customers_cannot_decide(self):
        self.authenticate("portal_b", "portal_b")
        with mute_logger("odoo.http"), self.assertRaises(JsonRpcException):
            self._accept(token="x")
        response = self._post("/decline", token="x", reason="No")
        self.assertEqual(response.status_code, 404)
        self._post("/opened", token="x")
        self.assertEqual(self.estimate.state, "sent")
        self.assertFalse(self.estimate.opened_on)

    def test_drafts_and_templates_are_never_shown(self):
        draft = self._estimate(title="Still a draft")
        draft._portal_ensure_token()
        template = self._estimate(is_template=True)
        template._portal_ensure_token()
        self.authenticate("portal_a", "portal_a")
        for hidden in (draft, template):
            self._assert_hidden(self._open(hidden))
            self._assert_hidden(self._open(hidden, suffix="/price"))
        self.assertNotIn("Still a draft", self.url_open("/my/estimates").text)

    def test_counter_of_the_home_page_counts_what_was_sent(self):
        self._estimate()
        self.authenticate("portal_a", "portal_a")
        counters = {"counters": ["estimate_count"]}
        result = self.make_jsonrpc_request("/my/counters", counters)
        self.assertEqual(result, {"estimate_count": 1})

    def test_address_cannot_put_words_on_the_page(self):
        page = self._open(problem="Pay+elsewhere", status=500, banner=1, template="x")
        self.assertEqual(page.status_code, 200)
        self.assertNotIn("Pay elsewhere", page.text)

    def test_reading_rights_in_the_office_do_not_accept(self):
        self.authenticate("portal_seller", "portal_seller")
        self.assertEqual(self._open(token="").status_code, 200)
        with mute_logger("odoo.http"), self.assertRaises(JsonRpcException):
            self._accept(token="")
        self._assert_hidden(self._post("/decline", token="", reason="No"))
        self.assertEqual(self.estimate.state, "sent")

    def test_list_is_sorted_as_asked_and_ignores_nonsense(self):
        self._offer(title="Another one")
        self.authenticate("portal_a", "portal_a")
        for sortby in ("date", "valid", "name", "state", "password; --"):
            response = self.url_open(f"/my/estimates?sortby={sortby}")
            self.assertEqual(response.status_code, 200)
            self.assertIn("Another one", response.text)

    def test_superseded_page_links_to_the_newer_one(self):
        newer = self.estimate._revise()
        self.assertNotIn("A newer revision", self._open().text)
        newer.action_mark_sent()
        page = self._open().text
        self.assertIn("A newer revision replaces this estimate.", page)
        self.assertIn(newer.access_token, page)
        self.assertNotIn("o_estimate_accept", page)

    def test_newer_revision_of_another_customer_is_not_linked(self):
        newer = self.estimate._revise()
        newer.partner_id = self.other_customer
        newer.action_mark_sent()
        self.assertNotIn(newer.access_token, self._open().text)

    def test_page_speaks_the_language_of_the_customer(self):
        self.env["res.lang"]._activate_lang("ru_RU")
        self.customer.lang = "ru_RU"
        page = self._open().text
        self.assertTrue('lang="ru-RU"' in page)
        # the day that the price holds for moves with today
        day = html.fromstring(page).xpath("//*[contains(@class, 'o_estimate_day')]")[0]
        name, _comma, date = day.text_content().partition(", ")
        chosen = datetime.strptime(date, "%d.%m.%Y")
        self.assertEqual(name, format_date(chosen, "EEEE", locale="ru"))
        self.assertIn(f"Смета {self.estimate.name} от ", page)

    def test_texts_of_people_are_escaped(self):
        estimate = self._offer({"name": "<script>alert(1)</script>"}, title="<b>x</b>")
        page = self._open(estimate).text
        self.assertNotIn("<script>alert(1)", page)
        self.assertNotIn("<b>x</b>", page)
