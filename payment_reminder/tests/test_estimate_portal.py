import base64
from datetime import date, timedelta
from io import BytesIO

from PIL import Image, ImageDraw

from odoo import http
from odoo.exceptions import UserError
from odoo.tests import HttpCase, new_test_user, tagged
from odoo.tools import mute_logger

from .estimate_common import EstimateCommon


def draw_signature():
    """Return the base64 of a drawn line."""
    image = Image.new("RGBA", (200, 60))
    ImageDraw.Draw(image).line((5, 50, 190, 10), fill="black", width=3)
    buffer = BytesIO()
    image.save(buffer, "PNG")
    return base64.b64encode(buffer.getvalue()).decode()


class EstimatePortalCommon(EstimateCommon, HttpCase):
    """A sent estimate whose deadline can be chosen, and somebody else's."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        today = cls.company._get_dunning_today()
        cls.estimate = cls._sent(
            {"name": "Design", "rating_ids": cls._rated(cls.high)},
            date_start=today,
            date_deadline=today + timedelta(days=21),
            date_earliest=today + timedelta(days=5),
            date_latest=today + timedelta(days=40),
        )
        cls.stranger = cls._create_customer("Bob Other")
        cls.other = cls._sent({"name": "Secret"}, partner_id=cls.stranger.id)
        cls.env.flush_all()

    def _url(self, suffix="", estimate=None, token=None, **query):
        estimate = estimate or self.estimate
        token = estimate.access_token if token is None else token
        more = "".join(f"&{key}={value}" for key, value in query.items())
        return f"/my/estimates/{estimate.id}{suffix}?access_token={token}{more}"

    def _csrf(self):
        self.authenticate(None, None)
        return http.Request.csrf_token(self)


@tagged("post_install", "-at_install")
class TestEstimatePortalAccess(EstimatePortalCommon):
    """Who sees which estimate; what is missing looks like what is forbidden."""

    def _status(self, url):
        with mute_logger("odoo.http"):
            return self.url_open(url, allow_redirects=False).status_code

    def test_link_opens_the_estimate_with_its_arithmetic(self):
        page = self.url_open(self._url())
        self.assertEqual(page.status_code, 200)
        self.assertIn("New website", page.text)
        self.assertIn("high 1.15", page.text)
        self.assertNotIn("Secret", page.text)
        self.assertEqual(page.headers["X-Robots-Tag"], "noindex")

    def test_token_of_one_estimate_opens_only_that_one(self):
        token = self.estimate.access_token
        for suffix in ("", "/price"):
            url = self._url(suffix, self.other, token, deadline="2099-01-01")
            self.assertEqual(self._status(url), 404)

    def test_forged_links_look_like_missing_estimates(self):
        token = self.estimate.access_token
        forged = (token[:-1], token[::-1], "x", "%00", "%F0%9F%98%80", "' OR 1=1")
        missing = self.estimate.browse(self.other.id + 1000)
        statuses = {self._status(self._url(token=text)) for text in forged}
        statuses.add(self._status(self._url(estimate=missing, token=token)))
        self.assertEqual(statuses, {404})

    def test_draft_is_not_shown_even_with_its_token(self):
        draft = self.estimate._revise()
        draft._portal_ensure_token()
        self.assertEqual(self._status(self._url(estimate=draft)), 404)

    def test_customer_never_sees_what_belongs_to_another(self):
        new_test_user(
            self.env, "ann", groups="base.group_portal", partner_id=self.customer.id
        )
        self.authenticate("ann", "ann")
        self.assertIn("New website", self.url_open("/my/estimates").text)
        own = f"/my/estimates/{self.estimate.id}"
        self.assertEqual(self._status(own), 200)
        self.assertEqual(self._status(f"/my/estimates/{self.other.id}"), 404)
        self.assertNotIn(self.other.name, self.url_open("/my/estimates").text)

    def test_looking_changes_nothing(self):
        before = self.estimate.read(["state", "write_date", "opened_on"])
        self.url_open(self._url())
        self.url_open(self._url("/price", deadline=self.estimate.date_latest))
        for suffix in ("/opened", "/decline", "/accept"):
            self.assertIn(self._status(self._url(suffix)), (404, 405, 415))
        self.estimate.invalidate_recordset()
        self.assertEqual(
            self.estimate.read(["state", "write_date", "opened_on"]), before
        )

    @mute_logger("odoo.http")
    def test_posts_without_the_key_of_the_page_are_refused(self):
        for suffix in ("/opened", "/decline"):
            answer = self.url_open(self._url(suffix), data={"reason": "No"})
            self.assertEqual(answer.status_code, 400)
        self.estimate.invalidate_recordset()
        self.assertEqual(self.estimate.state, "sent")
        self.assertFalse(self.estimate.opened_on)


@tagged("post_install", "-at_install")
class TestEstimatePortalDecision(EstimatePortalCommon):
    """Accept, decline, ask what another deadline costs."""

    def _accept(self, estimate=None, csrf=None, **params):
        csrf = self._csrf() if csrf is None else csrf
        values = {"name": "Ann  Example", "signature": draw_signature(), **params}
        answer = self.make_jsonrpc_request(
            self._url("/accept", estimate, csrf_token=csrf), values
        )
        (estimate or self.estimate).invalidate_recordset()
        return answer

    def test_accepted_with_name_and_signature_once(self):
        self.assertIn("redirect_url", self._accept())
        self.assertEqual(self.estimate.state, "accepted")
        self.assertEqual(self.estimate.signed_by, "Ann Example")
        self.assertTrue(self.estimate.signature)
        self.assertIn("accepted already", self._accept(name="Eve")["error"])
        self.assertEqual(self.estimate.signed_by, "Ann Example")
        self.assertIn("Accepted by Ann Example", self.url_open(self._url()).text)

    def test_amounts_in_the_request_are_ignored(self):
        total = self.estimate.amount_total
        self._accept(amount_total=1, discount=99, state="invoiced")
        self.assertEqual(self.estimate.amount_total, total)
        self.assertEqual(self.estimate.state, "accepted")

    def test_acceptance_needs_name_signature_and_the_key_of_the_page(self):
        self.assertIn("name", self._accept(name=" ")["error"])
        self.assertIn("sign", self._accept(signature="")["error"])
        svg = base64.b64encode(b"<svg onload='x'/>").decode()
        self.assertIn("not a picture", self._accept(signature=svg)["error"])
        self.assertIn("session", self._accept(csrf="forged")["error"])
        self.assertEqual(self.estimate.state, "sent")

    def test_expired_or_superseded_estimate_is_refused_in_words(self):
        newer = self.estimate._revise()
        newer.action_mark_sent()
        self.assertIn("newer revision", self._accept()["error"])
        self.assertIn("Open the newer revision", self.url_open(self._url()).text)
        newer.date_valid = date(2025, 1, 1)
        self.assertIn("was valid until", self._accept(newer)["error"])
        self.assertEqual(newer.state, "sent")

    def test_decline_needs_a_reason_and_tells_the_responsible(self):
        csrf = self._csrf()
        data = {"csrf_token": csrf, "reason": " "}
        self.assertEqual(self.url_open(self._url("/decline"), data).status_code, 422)
        self.url_open(self._url("/decline"), data | {"reason": "Too dear"})
        self.estimate.invalidate_recordset()
        self.assertEqual(self.estimate.state, "declined")
        self.assertEqual(self.estimate.decline_reason, "Too dear")
        self.assertIn("Too dear", self.estimate.activity_ids[-1].summary)

    def test_first_opening_tells_the_responsible_once(self):
        csrf = self._csrf()
        for first in (True, False):
            answer = self.url_open(self._url("/opened"), {"csrf_token": csrf})
            self.assertEqual(answer.json(), {"first": first})
        self.estimate.invalidate_recordset()
        self.assertTrue(self.estimate.opened_on)
        self.assertEqual(len(self.estimate.activity_ids), 1)

    def test_price_of_another_deadline_is_computed_by_the_server(self):
        day = self.estimate.date_earliest
        found = self.url_open(self._url("/price", deadline=day)).json()
        expected = self.estimate._what_if(deadline=day)["amount_total"]
        self.assertEqual(found["amount_total"], expected)
        self.assertGreater(found["difference"], 0)
        self.assertIn("more than in our offer", found["difference_text"])

    def test_deadline_outside_the_range_is_refused(self):
        with self.assertRaisesRegex(UserError, "choose a day from"):
            self.estimate._get_price_by(date(2099, 1, 1))
        for text in ("2099-01-01", "never", ""):
            answer = self.url_open(self._url("/price", deadline=text))
            self.assertEqual(answer.status_code, 422)
            self.assertTrue(answer.json()["error"])
