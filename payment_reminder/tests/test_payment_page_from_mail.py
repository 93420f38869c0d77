import re
from unittest.mock import patch
from urllib.parse import urlsplit

from odoo.tests import HttpCase, tagged
from odoo.tests.common import ChromeBrowser

from .payment_page_pay_common import PaymentPagePayCommon
from .sending_common import SendingCommon

PAY = "button[name=o_payment_submit_button]:not([disabled])"
DONE = ".o_payment_page_outcome.alert-success"


@tagged("post_install", "-at_install", "payment_reminder_slow")
class TestFromMailToPaid(SendingCommon, PaymentPagePayCommon, HttpCase):
    """Two clicks: the link in the mail, and 'Pay'; then the provider's own form."""

    def test_mail_that_was_sent_leads_to_the_payment_in_two_clicks(self):
        self._run_and_deliver()
        path = self._get_link_of_mail()
        self._click_pay(path)  # the first click has opened this address
        transaction = self.invoice.sudo().transaction_ids
        self.assertEqual(transaction.state, "done")
        transaction._post_process()
        self.assertEqual(self._residuals(), [0.0, 0.0, 0.0])
        self.assertFalse(self.case.is_open)

    def _click_pay(self, path):
        """Open a page, click once on 'Pay', and wait until the page says thank you."""

        def work(browser, *_args, **_options):
            click = f"document.querySelector('{PAY}').click()"
            browser._websocket_request("Runtime.evaluate", params={"expression": click})
            self.assertTrue(browser._wait_ready(f"!!document.querySelector('{DONE}')"))

        with patch.object(ChromeBrowser, "_wait_code_ok", work):
            ready = f"!!document.querySelector('{PAY}')"
            self.browser_js(path, code="", ready=ready, login=None)

    def _run_and_deliver(self):
        run = self._release(self._plan(user_id=self.clerk.id))
        self._work()
        self.env.invalidate_all()  # the worker has an environment of its own
        notice = run.notice_ids
        self.assertEqual(notice.state, "sent", notice.reason)

    def _get_link_of_mail(self):
        """Return the address of the page, as the customer's program reads the mail."""
        [mail] = self.server.mails
        html = mail.get_body(("html",)).get_content()
        text = mail.get_body(("plain",)).get_content()
        urls = set(re.findall(r'https?://[^"\s<>]+/pay/[\w-]+', html))
        self.assertEqual(urls, set(re.findall(r"https?://\S+/pay/[\w-]+", text)))
        [url] = urls
        return urlsplit(url).path
