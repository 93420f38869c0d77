import re
from urllib.parse import urlsplit

from odoo.tests import HttpCase, tagged

from .payment_page_pay_common import PaymentPagePayCommon
from .sending_common import SendingCommon

PAY = 'button[name="o_payment_submit_button"]:not(:disabled)'
DONE = ".o_payment_page_outcome.alert-success"


@tagged("post_install", "-at_install", "payment_reminder_slow")
class TestFromMailToPaid(SendingCommon, PaymentPagePayCommon, HttpCase):
    """Two clicks: the link in the mail, and 'Pay'; then the provider's own form."""

    def test_mail_that_was_sent_leads_to_the_payment_in_two_clicks(self):
        self._run_and_deliver()
        path = self._get_link_of_mail()
        self.browser_js(  # the first click has opened this address
            path,
            f"document.querySelector('{PAY}').click();"
            "const told = setInterval(() => document.querySelector("
            f"'{DONE}') && console.log('test successful'), 100);",
            ready=f"!!document.querySelector('{PAY}')",
            login=None,
        )
        transaction = self.invoice.sudo().transaction_ids
        self.assertEqual(transaction.state, "done")
        transaction._post_process()
        self.assertEqual(self._residuals(), [0.0, 0.0, 0.0])
        self.assertFalse(self.case.is_open)

    def _run_and_deliver(self):
        run = self._release(self._plan(user_id=self.clerk.id))
        self._work()
        self.assertEqual(set(run.notice_ids.mapped("state")), {"sent"})

    def _get_link_of_mail(self):
        """Return the address of the page, as the customer's program reads the mail."""
        [mail] = self.server.mails
        html = mail.get_body(("html",)).get_content()
        text = mail.get_body(("plain",)).get_content()
        urls = set(re.findall(r'https?://[^"\s<>]+/pay/[\w-]+', html))
        self.assertEqual(urls, set(re.findall(r"https?://\S+/pay/[\w-]+", text)))
        [url] = urls
        return urlsplit(url).path
