import json
from unittest.mock import patch

from odoo.tests import HttpCase, tagged
from odoo.tests.common import ChromeBrowser

from .estimate_portal_common import EstimatePortalCommon

#: The numbers of keys that move a slider, as Chromium wants them.
KEYS = {"Tab": 9, "End": 35, "Home": 36, "ArrowLeft": 37, "ArrowRight": 39}

SLIDER = "document.querySelector('#estimate_deadline')"


@tagged("post_install", "-at_install", "payment_reminder_slow")
class TestEstimatePortalTour(EstimatePortalCommon, HttpCase):
    """What a customer clicks; skipped by Odoo where there is no Chromium."""

    def test_customer_opens_asks_and_accepts(self):
        self.start_tour(
            self._url(self.estimate), "payment_reminder_estimate_portal", login=None
        )

        self.assertEqual(self.estimate.state, "accepted")
        self.assertEqual(self.estimate.signed_by, "Ann B. Example")
        self.assertTrue(self.estimate.signature)
        self.assertTrue(self.estimate.opened_on)
        questions = self.estimate.message_ids.filtered(
            lambda message: "hosting" in (message.body or "")
        )
        self.assertEqual(questions.author_id, self.customer)


@tagged("post_install", "-at_install", "payment_reminder_slow")
class TestEstimatePortalKeyboard(EstimatePortalCommon, HttpCase):
    """The deadline is chosen with keys as the browser gets them from a keyboard."""

    def test_price_follows_the_keys(self):
        days = self.estimate._localized()._get_deadline_days()
        steps = [("Home", 0), ("ArrowRight", 1), ("End", -1), ("ArrowLeft", -2)]
        expected = [
            (key, self.estimate._localized()._get_price_by(days[place]))
            for key, place in steps
        ]
        prices = [price["total"] for _key, price in expected]
        self.assertNotIn(prices[0], prices[2:])
        self._drive(lambda browser: self._press_through(browser, expected))

    def _press_through(self, browser, expected):
        self._tab_to_slider(browser)
        for key, price in expected:
            self._press(browser, key)
            total, label = json.dumps(price["total"]), json.dumps(price["label"])
            for condition in (
                f"{SLIDER}.ariaValueText === {label}",
                f"{self._text('_day')} === {label}",
                f"{self._text('_price_total')} === {total}",
            ):
                is_shown = browser._wait_ready(condition, timeout=10)
                self.assertTrue(is_shown, f"{key}: {condition}")

    def _drive(self, function):
        """Open the page and let ``function`` work the browser instead of a script."""
        run = lambda browser, *_args, **_options: function(browser)  # noqa: E731
        with patch.object(ChromeBrowser, "_wait_code_ok", run):
            self.browser_js(
                self._url(self.estimate),
                code="",
                ready="!!document.querySelector('.o_estimate_price_total')",
            )

    def _tab_to_slider(self, browser):
        for _step in range(60):
            self._press(browser, "Tab")
            answer = browser._websocket_request(
                "Runtime.evaluate",
                params={"expression": f"document.activeElement === {SLIDER}"},
            )
            if answer["result"]["value"]:
                return
        self.fail("The slider cannot be reached by the keyboard.")

    def _press(self, browser, key):
        for kind in ("rawKeyDown", "keyUp"):
            params = {
                "type": kind,
                "key": key,
                "code": key,
                "windowsVirtualKeyCode": KEYS[key],
            }
            browser._websocket_request("Input.dispatchKeyEvent", params=params)

    def _text(self, name):
        """Return the expression for the text of an element of the page."""
        return f"document.querySelector('.o_estimate{name}')?.textContent.trim()"
