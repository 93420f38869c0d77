from datetime import timedelta
from unittest.mock import patch

from odoo.fields import Command
from odoo.tests import HttpCase, JsonRpcException, tagged
from odoo.tools import mute_logger

from ..models.service_estimate_portal import ServiceEstimate
from .estimate_portal_common import EstimatePortalCommon


@tagged("post_install", "-at_install")
class TestEstimatePortalPage(EstimatePortalCommon, HttpCase):
    """What the page says and does."""

    def _price(self, deadline, estimate=None):
        estimate = estimate or self.estimate
        response = self.url_open(self._url(estimate, "/price", deadline=deadline))
        return response.status_code, response.json()

    # === GET CHANGES NOTHING === #

    def _get_facts(self):
        self.env.invalidate_all()
        return (
            self.estimate.read(["write_date", "state", "opened_on", "amount_total"]),
            len(self.estimate.message_ids),
            len(self.estimate.activity_ids),
            self.estimate.stage_ids.mapped("write_date"),
        )

    def test_get_changes_nothing(self):
        before = self._get_facts()
        self.authenticate("portal_a", "portal_a")
        day = self.today + timedelta(days=20)
        for url in (
            "/my/estimates",
            self._url(self.estimate),
            self._url(self.estimate, "/price", deadline=day),
        ):
            self.assertEqual(self.url_open(url).status_code, 200)
        for suffix in ("/decline", "/opened", "/accept"):
            response = self.url_open(self._url(self.estimate, suffix))
            self.assertIn(response.status_code, (404, 405))
        self.assertEqual(self._get_facts(), before)

    # === OPENING === #

    def test_first_opening_is_told_once(self):
        self.authenticate(None, None)
        self.assertTrue(self._post("/opened").json()["first"])
        opened_on = self.estimate.opened_on
        self.assertTrue(opened_on)
        self.assertFalse(self._post("/opened").json()["first"])
        activity = self.estimate.activity_ids
        self.assertEqual(len(activity), 1)
        self.assertEqual(activity.user_id, self.seller)
        self.assertEqual(self.estimate.opened_on, opened_on)

    def test_opening_by_colleagues_does_not_count(self):
        self.authenticate("portal_seller", "portal_seller")
        self.assertFalse(self._post("/opened").json()["first"])
        self.assertFalse(self.estimate.opened_on)

    # === PRICE BY ANOTHER DEADLINE === #

    def test_price_by_another_day_is_computed_and_not_saved(self):
        rush = self.estimate._get_deadline_days()[0]
        expected = self.estimate._what_if(deadline=rush)["amount_total"]
        self.assertGreater(expected, self.estimate.amount_total)
        status, values = self._price(rush)
        self.assertEqual(status, 200)
        self.assertEqual(values["amount_total"], expected)
        self.assertEqual(values["difference"], expected - 4600)
        self.assertIn("more than in our offer", values["difference_text"])
        stage = values["stages"][0]
        self.assertEqual(stage["amount"], expected)
        self.assertIn("Deadline", stage["explanation"])
        self.env.invalidate_all()
        self.assertEqual(self.estimate.amount_total, 4600)

    def test_price_by_the_offered_day_is_the_offer(self):
        _status, values = self._price(self.estimate.date_deadline)
        self.assertEqual(values["difference"], 0)
        self.assertIn("as much as in our offer", values["difference_text"])

    def test_price_outside_the_range_is_refused_in_words(self):
        for days in (-1, 0, 2, 61, 4000):
            status, values = self._price(self.today + timedelta(days=days))
            self.assertEqual((status, list(values)), (422, ["error"]))
            self.assertIn("Please choose a day from", values["error"])

    def test_price_of_nonsense_is_refused_in_words(self):
        for text in ("", "tomorrow", "2025-13-01", "1e9", "0001-01-01", "%27%3B--"):
            with self.subTest(text):
                status, values = self._price(text)
                self.assertEqual(status, 422)
                self.assertIn("Please choose a day", values["error"])

    def test_price_of_a_closed_estimate_is_refused(self):
        self.estimate._set_expired()
        status, values = self._price(self.today + timedelta(days=20))
        self.assertEqual(status, 422)
        self.assertIn("was valid until", values["error"])

    def test_slider_offers_working_days_and_the_offered_one(self):
        saturday = self.today + timedelta(days=19 - self.today.weekday())
        estimate = self._offer(date_deadline=saturday)
        choice = estimate._localized()._prepare_deadline_choice()
        days = [day["value"] for day in choice["days"]]
        self.assertEqual(days[choice["index"]], saturday.isoformat())
        self.assertNotIn((saturday + timedelta(days=1)).isoformat(), days)

    def test_without_a_range_there_is_no_slider(self):
        estimate = self._offer(date_latest=False)
        self.assertFalse(estimate._prepare_deadline_choice())
        status, values = self._price(self.today, estimate)
        self.assertEqual(status, 422)
        self.assertIn("cannot be chosen", values["error"])

    # === ACCEPTING === #

    def test_accepts_with_name_and_signature_ignoring_amounts(self):
        self.authenticate(None, None)
        result = self._accept(name="  Ann   Example ", amount_total=1, state="draft")
        self.assertTrue(result["force_refresh"])
        self.assertEqual(self.estimate.state, "accepted")
        self.assertEqual(self.estimate.signed_by, "Ann Example")
        self.assertEqual(self.estimate.signature.decode(), self._draw())
        self.assertEqual(self.estimate.amount_total, 4600)
        page = self.url_open(self._url(self.estimate)).text
        self.assertIn("Accepted by Ann Example", page)
        self.assertNotIn("o_estimate_accept", page)

    def test_second_acceptance_is_refused_in_words(self):
        self.authenticate(None, None)
        self._accept()
        signed_on = self.estimate.signed_on
        result = self._accept(name="Somebody Else")
        self.assertEqual(result, {"error": "This estimate was accepted already."})
        self.assertEqual(self.estimate.signed_by, "Ann Example")
        self.assertEqual(self.estimate.signed_on, signed_on)

    def test_acceptance_without_name_or_signature_is_refused(self):
        self.authenticate(None, None)
        svg = "PHN2Zz48c2NyaXB0Lz48L3N2Zz4="
        for params, text in (
            ({"name": " "}, "Please enter your name."),
            ({"name": None}, "Please enter your name."),
            ({"name": ["x"]}, "Please enter your name."),
            ({"name": "x" * 500}, "The name is too long."),
            ({"signature": ""}, "Please sign in the box."),
            ({"signature": {"a": 1}}, "Please sign in the box."),
            ({"signature": "not base64"}, "The signature is not a picture."),
            ({"signature": svg}, "The signature is not a picture."),
        ):
            with self.subTest(params):
                self.assertEqual(self._accept(**params), {"error": text})
        self.assertEqual(self.estimate.state, "sent")

    def test_expired_and_superseded_cannot_be_accepted(self):
        self.authenticate(None, None)
        late = self._offer(date_valid=self.today - timedelta(days=1))
        self.assertIn("was valid until", self._accept(late)["error"])
        self.estimate._revise().action_mark_sent()
        self.assertIn("newer revision", self._accept()["error"])
        self.assertEqual((late + self.estimate).mapped("state"), ["sent", "sent"])

    def test_posts_without_csrf_token_are_refused(self):
        self.authenticate(None, None)
        self.assertIn("session has ended", self._accept(csrf="")["error"])
        self.assertIn("session has ended", self._accept(csrf="x")["error"])
        for suffix in ("/decline", "/opened"):
            with mute_logger("odoo.http"):
                response = self._post(suffix, csrf_token="", reason="No")
            self.assertEqual(response.status_code, 400)
        self.assertEqual(self.estimate.state, "sent")
        self.assertFalse(self.estimate.opened_on)

    def test_second_of_two_decisions_at_once_has_to_wait(self):
        self.authenticate(None, None)
        nobody = lambda records, **_options: records.browse()  # noqa: E731
        with patch.object(ServiceEstimate, "try_lock_for_update", nobody):
            result = self._accept()
        self.assertIn("deciding about this at this moment", result["error"])
        self.assertEqual(self.estimate.state, "sent")

    # === DECLINING === #

    def test_declines_with_a_reason(self):
        self.authenticate(None, None)
        response = self._post("/decline", reason="Too dear")
        self.assertEqual(response.status_code, 303)
        self.assertEqual(self.estimate.state, "declined")
        self.assertEqual(self.estimate.decline_reason, "Too dear")
        self.assertIn("Too dear", self.url_open(self._url(self.estimate)).text)
        self.assertIn("declined", self._accept()["error"])

    def test_declining_without_a_reason_is_refused(self):
        self.authenticate(None, None)
        response = self._post("/decline", reason="  ")
        self.assertEqual(response.status_code, 422)
        self.assertIn("Please tell us in a few words why.", response.text)
        self.assertEqual(self.estimate.state, "sent")

    # === QUESTIONS === #

    def _fetch(self, estimate=None, token=None):
        estimate = estimate or self.estimate
        result = self.make_jsonrpc_request(
            "/mail/chatter_fetch",
            {
                "thread_model": "service.estimate",
                "thread_id": estimate.id,
                "token": estimate.access_token if token is None else token,
            },
        )
        return str(result["data"])

    def _ask(self, text, estimate=None, token=None):
        estimate = estimate or self.estimate
        return self.make_jsonrpc_request(
            "/mail/message/post",
            {
                "thread_model": "service.estimate",
                "thread_id": estimate.id,
                "post_data": {
                    "body": text,
                    "message_type": "comment",
                    "subtype_xmlid": "mail.mt_comment",
                },
                "token": estimate.access_token if token is None else token,
            },
        )

    def test_customer_asks_and_reads_the_answer_but_no_notes(self):
        self.authenticate(None, None)
        self._ask("Does it include hosting?")
        question = self.estimate.message_ids[0]
        self.assertEqual(question.author_id, self.customer)
        for text, subtype in (("Yes.", "mail.mt_comment"), ("Rich!", "mail.mt_note")):
            self.estimate.message_post(
                body=text, message_type="comment", subtype_xmlid=subtype
            )
        messages = self._fetch()
        self.assertIn("Does it include hosting?", messages)
        self.assertIn("Yes.", messages)
        self.assertNotIn("Rich!", messages)

    @mute_logger("odoo.http")
    def test_thread_opens_with_its_own_key_only(self):
        self.authenticate("portal_b", "portal_b")
        other = self._offer(partner_id=self.other_customer.id)
        before = len(self.estimate.message_ids)
        for token in ("x", other.access_token):
            with self.assertRaises(JsonRpcException):
                self._fetch(token=token)
            with self.assertRaises(JsonRpcException):
                self._ask("Let me in", token=token)
        self.assertEqual(len(self.estimate.message_ids), before)

    @mute_logger("odoo.http")
    def test_thread_of_a_draft_is_closed(self):
        self.authenticate(None, None)
        self.estimate.action_reset_draft()
        with self.assertRaises(JsonRpcException):
            self._ask("Still there?")

    # === CONTENT === #

    def test_page_shows_discount_taxes_advance_range_and_words(self):
        tax = self.env["account.tax"].create({"name": "Levy", "amount": 20})
        estimate = self._offer(
            {"name": "Basics", "display_type": "line_section"},
            {
                "name": "Work",
                "is_three_point": True,
                "volume_optimistic": 10,
                "volume_likely": 20,
                "volume_pessimistic": 36,
                "tax_ids": [Command.set(tax.ids)],
                "rating_ids": self._rated(self.high),
            },
            {"name": "Without travelling", "display_type": "line_note"},
            discount=10,
            advance_percent=30,
            show_range=True,
            terms="<p>Two rounds of changes</p>",
        )
        page = self.url_open(self._url(estimate)).text
        values = estimate._localized()._prepare_portal_values()
        for text in (
            "Basics",
            "Without travelling",
            "Two rounds of changes",
            self.complexity.description,
            *values["amounts"].values(),
            *values["sentences"].values(),
        ):
            self.assertIn(text, page)

    def test_percents_have_no_empty_decimals(self):
        self.env["res.lang"]._activate_lang("ru_RU")
        for lang, percent, text in (
            ("en_US", 30, "30\N{NO-BREAK SPACE}%"),
            ("en_US", 12.5, "12.5\N{NO-BREAK SPACE}%"),
            ("en_US", 33.33, "33.33\N{NO-BREAK SPACE}%"),
            ("ru_RU", 12.5, "12,5\N{NO-BREAK SPACE}%"),
            ("ru_RU", 0.05, "0,05\N{NO-BREAK SPACE}%"),
        ):
            with self.subTest(f"{lang} {percent}"):
                self.customer.lang = lang
                estimate = self._offer(advance_percent=percent, discount=percent)
                page = self.url_open(self._url(estimate)).text
                self.assertEqual(page.count(text), 2)

    def test_page_has_no_choice_of_languages(self):
        self.env["res.lang"]._activate_lang("ru_RU")
        menu = "js_language_selector"
        self.assertNotIn(menu, self.url_open(self._url(self.estimate)).text)
        self.authenticate("portal_a", "portal_a")
        self.assertIn(menu, self.url_open("/my/estimates").text)

    def test_validity_is_named_while_it_can_be_accepted(self):
        url = self._url(self.estimate)
        self.assertIn("Valid until", self.url_open(url).text)
        newer = self.estimate._revise()
        newer.action_mark_sent()
        self.assertNotIn("Valid until", self.url_open(url).text)
        for close in ("_set_expired", "_set_declined", "_set_accepted"):
            with self.subTest(close):
                estimate = self._offer()
                getattr(estimate, close)(*(["No"] if close != "_set_expired" else []))
                page = self.url_open(self._url(estimate)).text
                self.assertNotIn("Valid until", page)
