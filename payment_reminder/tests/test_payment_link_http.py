import random
import re
from datetime import timedelta

from odoo.tests import new_test_user, tagged
from odoo.tools import mute_logger

from ..controllers.payment_link import wrong_tries
from .payment_link_common import PaymentLinkHttpCommon


@tagged("post_install", "-at_install")
class TestPaymentLinkRefused(PaymentLinkHttpCommon):
    """Wrong, expired and revoked links: one polite page, and never too often."""

    def _ended(self):
        yesterday = self.company._get_dunning_today() - timedelta(days=1)
        expired = self.links._issue(self.case, expires_on=yesterday)
        revoked = self.links._issue(self.case)
        revoked._set_revoked()
        return expired, revoked

    def test_forged_links_and_sweeps_look_like_a_missing_page(self):
        self._set_limit("wrong", "0")
        dice = random.Random(16)  # noqa: S311 - the same forgeries in each run
        token = self.link._get_token()
        number, signature = token.split("-")
        wrong = [link._get_token() for link in self._ended()]
        wrong += [f"{int(number) + step}-{signature}" for step in range(-40, 0)]
        wrong += [f"{int(number) + step}-{signature}" for step in range(1, 110)]
        wrong += [token[:length] for length in range(1, len(token))]
        wrong += [
            f"{number}-{''.join(dice.choices('abcdefgh234567', k=24))}"
            for _time in range(120)
        ]
        wrong += ["%00", "%C3%A9", "%FF", "x" * 3000, f"{2**31}-{signature}", "new"]
        bodies = set()
        for one in wrong:
            response = self.url_open(f"/pay/{one}")
            self.assertEqual(response.status_code, 404, one)
            bodies.add(self._body(response))
        self.assertEqual(len(bodies), 1)
        self.assertNotIn(self.customer.name, bodies.pop())
        self.assertEqual(self.url_open(self._path()).status_code, 200)

    def test_refused_page_is_polite_and_in_the_language_of_the_browser(self):
        self.env["res.lang"]._activate_lang("de_DE")
        english = self.url_open("/pay/1-x")
        self.assertIn("Send me a new link", english.text)
        self.opener.cookies.clear()
        headers = {"Accept-Language": "de-DE,de;q=0.9"}
        german = self.url_open("/pay/1-x", headers=headers)
        self.assertEqual(german.status_code, 404)
        self.assertIn('lang="de-DE"', german.text)
        other = self.url_open(f"/pay/{'9' * 9}-{'a' * 24}", headers=headers)
        self.assertEqual(self._body(german), self._body(other))

    def test_address_is_neither_listed_nor_kept_nor_passed_on(self):
        for path in (self._path(), "/pay/1-x"):
            response = self.url_open(path)
            with self.subTest(path):
                self.assertIn("noindex", response.headers["X-Robots-Tag"])
                self.assertEqual(response.headers["Referrer-Policy"], "no-referrer")
                self.assertIn("no-store", response.headers["Cache-Control"])
                for url in re.findall(r'="(https?://[^"]*)"', response.text):
                    self.assertNotIn("/pay/", url)
                    self.assertNotIn(self.link._get_token(), url)

    def test_who_tries_too_many_wrong_links_has_to_wait(self):
        self._set_limit("wrong", "5")
        for _time in range(5):
            self.assertEqual(self.url_open("/pay/1-x").status_code, 404)
        for path in ("/pay/1-x", self._path()):
            response = self.url_open(path)
            self.assertEqual(response.status_code, 429)
            self.assertIn("Please wait", response.text)
            self.assertTrue(response.headers["Retry-After"])
        wrong_tries.clear()
        self.assertEqual(self.url_open(self._path()).status_code, 200)

    def test_case_beyond_all_numbers_is_not_found(self):
        self.authenticate("admin", "admin")
        for number in (0, 2**31, 10**30):
            response = self.url_open(f"/my/pay/{number}")
            self.assertEqual(response.status_code, 404)


@tagged("post_install", "-at_install")
class TestPaymentLinkVisit(PaymentLinkHttpCommon):
    """The office learns that the page was opened: by a script, by the customer."""

    def test_opening_the_page_alone_changes_nothing(self):
        before = self.events.search_count([])
        self.url_open(self._path())
        self.url_open(self._path("/opened"))
        self.assertFalse(self._notes())
        self.assertFalse(self.link.first_opened_at)
        self.assertEqual(self.events.search_count([]), before)

    def test_script_of_the_page_tells_once_a_day(self):
        self.assertIn(self._path("/opened"), self.url_open(self._path()).text)
        self.assertEqual(self._post("/opened").json(), {"first": True})
        self.assertEqual(self._post("/opened").json(), {"first": False})
        self.assertEqual(len(self._notes()), 1)
        self.assertTrue(self.link.first_opened_at)

    def test_without_its_key_nothing_is_told(self):
        with mute_logger("odoo.http"):
            response = self.url_open(self._path("/opened"), data={"csrf_token": "x"})
        self.assertEqual(response.status_code, 400)
        self.assertFalse(self.link.first_opened_at)

    def test_colleagues_do_not_count(self):
        new_test_user(self.env, login="colleague", groups="base.group_user")
        self.authenticate("colleague", "colleague")
        self.assertNotIn("/opened", self.url_open(self._path()).text)
        self.assertEqual(self._post("/opened").json(), {"first": False})
        self.assertFalse(self._notes())

    def test_wrong_link_tells_nothing(self):
        data = {"csrf_token": self._csrf_token()}
        response = self.url_open("/pay/1-x/opened", data=data)
        self.assertEqual(response.status_code, 404)

    def test_browser_tells_by_itself(self):
        self.browser_js(
            self._path(),
            "console.log('test successful')",
            "document.querySelector('.o_payment_page_opened')"
            " && performance.getEntriesByType('resource')"
            ".some((entry) => entry.name.endsWith('/opened'))",
        )
        self.env.invalidate_all()
        self.assertEqual(len(self._notes()), 1)

    # === LIMITS === #

    def test_steps_are_limited_by_link_over_all_workers(self):
        self._set_limit("opened", "2/100")
        statuses = [self._post("/opened").status_code for _time in range(3)]
        self.assertEqual(statuses, [200, 200, 429])
        other = self.links._issue(self.case)
        self.assertEqual(self._post("/opened", other).status_code, 200)

    def test_steps_are_limited_by_address(self):
        self._set_limit("opened", "100/2")
        links = [self.links._issue(self.case) for _time in range(3)]
        statuses = [self._post("/opened", link).status_code for link in links]
        self.assertEqual(statuses, [200, 200, 429])

    def test_limit_looks_back_an_hour_and_forgets_after_weeks(self):
        self._set_limit("say", "1/9")
        step = {"link_id": self.link.id, "company_id": self.company.id}
        self.assertTrue(self.events._pass("say", "a", **step))
        self.assertFalse(self.events._pass("say", "b", **step))
        self.assertTrue(self.events._pass("pay", "b", **step))
        event = self.events.search([("kind", "=", "say")])
        self.assertNotIn("a", {event.address_hash})
        event.create_date -= timedelta(hours=1, seconds=1)
        self.assertTrue(self.events._pass("say", "a", **step))
        event.create_date -= timedelta(days=40)
        self.events._gc_events()
        self.assertFalse(event.exists())
        self.assertTrue(self.events.search([("kind", "=", "pay")]))

    def test_login_is_limited_as_a_link_is(self):
        self._set_limit("say", "1/9")
        for allowed in (True, False):
            passed = self.events._pass("say", "a", user_id=self.env.user.id)
            self.assertEqual(passed, allowed)
