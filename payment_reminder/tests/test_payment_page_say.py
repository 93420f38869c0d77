from unittest.mock import patch

from odoo import http
from odoo.tests import HttpCase, tagged
from odoo.tools import mute_logger

from ..models.dunning_reply import DunningReply
from .payment_page_say_common import PaymentPageSayCommon


@tagged("post_install", "-at_install")
class TestPaymentPageSay(PaymentPageSayCommon, HttpCase):
    """What holds for everything that a customer says on the page."""

    def test_each_kind_lands_in_the_case_and_on_the_desk(self):
        for kind, form in self._forms().items():
            with self.subTest(kind):
                count = len(self.case.message_ids)
                response = self._tell(kind, **form)
                self.assertEqual(response.status_code, 303)
                reply = self._reply()
                self.assertEqual(reply.kind, kind)
                self.assertEqual(reply.author_id, self.customer)
                self.assertEqual(reply.user_id, self.officer)
                self.assertGreater(len(self.case.message_ids), count)
                self.assertEqual(reply.activity_ids.user_id, self._told(kind))
                self.assertTrue(reply.mail_message_id)
                page = self.url_open(response.headers["Location"]).text
                self.assertIn("Thank you, we have received it.", page)
                self._take_back(reply)

    def _take_back(self, reply):
        if reply._can_withdraw():
            reply._withdraw()

    def _told(self, kind):
        return self.officer.browse() if kind == "promise" else self.officer

    def test_each_kind_is_possible_by_login(self):
        self.authenticate("say_portal", "say_portal")
        base = f"/my/pay/{self.case.id}"
        for kind, form in self._forms().items():
            with self.subTest(kind):
                response = self._tell(kind, base=base, **form)
                self.assertEqual(response.status_code, 303)
                self.assertEqual(self._reply().author_id, self.user.partner_id)
                reply = self._reply()
                self._take_back(reply)

    def test_two_clicks_make_one_reply(self):
        for kind, form in self._forms().items():
            with self.subTest(kind):
                nonce, count = self._nonce(), self._count()
                first = self._tell(kind, nonce=nonce, **form)
                messages = len(self.case.message_ids)
                second = self._tell(kind, nonce=nonce, **form)
                self.assertEqual(first.status_code, second.status_code)
                self.assertEqual(self._count(), count + 1)
                self.assertEqual(len(self.case.message_ids), messages)
                reply = self._reply()
                self._take_back(reply)

    def test_two_clicks_at_once_make_one_reply(self):
        nonce, form = self._nonce(), self._forms()["question"]
        self._tell("question", nonce=nonce, **form)
        nothing = lambda records, *_args, **_options: records.browse()  # noqa: E731
        with (
            patch.object(DunningReply, "search", nothing, create=True),
            mute_logger("odoo.sql_db"),
        ):
            response = self._tell("question", nonce=nonce, **form)
        self.assertEqual(response.status_code, 303)
        self.assertEqual(self._count(), 1)

    def test_form_without_its_number_is_refused(self):
        response = self._tell("question", nonce="x", text="Hello")
        self.assertEqual(response.status_code, 422)
        self.assertIn("open the page again", response.text)

    def test_get_changes_nothing(self):
        for kind in self._forms():
            url = self._path(f"/say/{kind}") + "?text=x&nonce=" + "x" * 30
            self.assertIn(self.url_open(url).status_code, (404, 405))
        self._tell("question", text="Hello")
        url = self._path(f"/withdraw/{self._reply().id}")
        self.assertIn(self.url_open(url).status_code, (404, 405))
        self.url_open(self._path() + "?said=1&kind=promise")
        self.assertEqual(self._count(), 1)
        self.assertFalse(self._reply().withdrawn_on)

    @mute_logger("odoo.http")
    def test_post_without_its_token_is_refused(self):
        nonce = self._nonce()
        for kind, form in self._forms().items():
            data = {**form, "nonce": nonce, "csrf_token": "x"}
            url = self._path(f"/say/{kind}")
            self.assertEqual(self.url_open(url, data=data).status_code, 400)
        self.assertFalse(self._count())

    def test_unknown_kinds_and_links_open_nothing(self):
        nonce = self._nonce()
        for base, kind in (
            (None, "refund"),
            (None, "_follow"),
            ("/pay/1-aaaaaaaaaaaaaaaaaaaaaaaa", "question"),
            (f"/my/pay/{self.case.id}", "question"),
        ):
            with self.subTest(f"{base} {kind}"):
                response = self._tell(kind, base=base, nonce=nonce, text="x")
                self.assertEqual(response.status_code, 404)

    def test_items_of_others_are_refused(self):
        other = self._overdue(20, 80.0, partner=self._create_customer("Bob Other"))
        for kind in ("promise", "installments", "dispute", "paid"):
            form = {**self._forms()[kind], "item": self._keys(self.bill, other)}
            with self.subTest(kind):
                response = self._tell(kind, **form)
                self.assertEqual(response.status_code, 422)
                self.assertIn("choose again", response.text)
        self.assertFalse(self._count())

    def test_nothing_is_taken_from_the_request_but_the_form(self):
        self._tell(
            "promise",
            **self._forms()["promise"],
            state="kept",
            promise_id="1",
            company_id="1",
            user_id="1",
            case_id="1",
        )
        reply = self._reply()
        self.assertEqual(reply.promise_id.state, "open")
        self.assertEqual(reply.user_id, self.officer)
        self.assertEqual(reply.case_id, self.case)

    def test_texts_are_never_taken_for_html(self):
        text = "<script>alert(1)</script> {{7*7}} <t t-out='7*7'/> %(x)s 😀\nend"
        self._tell("question", text=text)
        reply = self._reply()
        self.assertEqual(reply.text, text)
        for html in (
            self.url_open(self._path()).text,
            self._history(),
            reply.activity_ids.note,
            reply.mail_message_id.body,
        ):
            self.assertNotIn("<script>alert", html)
            self.assertIn("alert(1)", html)
            self.assertIn("{{7*7}}", html)
            self.assertNotIn("49", _get_said(html))

    def test_what_is_wrong_is_said_and_nothing_typed_is_lost(self):
        form = {**self._forms()["promise"], "day": "soon", "text": 'My "own" <words>'}
        response = self._tell("promise", **form)
        self.assertEqual(response.status_code, 422)
        self.assertIn("Please choose a day.", response.text)
        self.assertIn('value="120,50"', response.text)
        self.assertIn("&lt;words&gt;</textarea>", response.text)
        self.assertIn('aria-invalid="true"', response.text)
        self.assertFalse(self._count())

    def test_closed_case_offers_only_a_call_and_a_question(self):
        for move in self.moves | self.coming:
            self._pay(move)
        page = self.url_open(self._path()).text
        self.assertNotIn('id="say_promise"', page)
        self.assertIn('id="say_callback"', page)
        for kind in ("promise", "installments", "dispute", "paid"):
            response = self._tell(kind, **self._forms()[kind])
            self.assertEqual(response.status_code, 422)
        self.assertFalse(self._count())

    def test_acknowledgement_speaks_the_customers_language(self):
        self.env["res.lang"]._activate_lang("ru_RU")
        self.customer.lang = "ru_RU"
        self._tell("promise", **self._forms()["promise"])
        message = self._reply().mail_message_id
        self.assertEqual(message.partner_ids, self.customer)
        self.assertIn("мы получили ваше сообщение", message.subject)
        self.assertIn("120,50", message.body)
        self.assertIn("Вы сообщили нам", message.body)
        mail = self.env["mail.mail"].search([("mail_message_id", "=", message.id)])
        self.assertEqual(mail.state, "outgoing")
        self.assertIn("On the payment page: Will pay", self._history())

    def test_without_an_address_nothing_is_mailed(self):
        self.customer.email = False
        self._tell("question", text="Hello")
        self.assertTrue(self._reply())
        self.assertFalse(self._reply().mail_message_id)

    def test_page_speaks_the_chosen_language_after_the_click(self):
        self.env["res.lang"]._activate_lang("de_DE")
        data = {
            "csrf_token": http.Request.csrf_token(self),
            "nonce": self._nonce(),
            "text": "Hallo",
        }
        url = self._path("/say/question") + "?lang=de_DE"
        response = self.url_open(url, data=data, allow_redirects=False)
        self.assertIn("lang=de_DE", response.headers["Location"])
        self.assertEqual(self._reply().lang, "de_DE")

    def test_acknowledgement_looks_like_the_other_mails(self):
        self._tell("question", text="<b>Hello</b>\nsecond line")
        message = self._reply().mail_message_id
        mail = self.env["mail.mail"].search([("mail_message_id", "=", message.id)])
        html = str(mail.body_html)
        self.assertIn("max-width: 600px", html)
        self.assertIn(self.company.name, html)
        self.assertIn("You wrote to us on", html)
        self.assertIn("&lt;b&gt;Hello", html)
        self.assertRegex(html, r"Hello&lt;/b&gt;\s*<br/?>\s*second line")
        self.assertNotIn("Internal communication", html)
        self.assertEqual(mail.email_from, self.officer.email_formatted)

    def test_number_of_queries_does_not_grow_with_the_items(self):
        few = self._count_queries()
        for number in range(8):
            self._overdue(20 + number, 10.0 + number)
        self.assertLessEqual(self._count_queries(), few + 2)

    def _count_queries(self):
        page = self._page()
        self.env.flush_all()
        before = self.env.cr.sql_log_count
        with page._kept():
            self.env.invalidate_all()
        page._prepare_say()
        return self.env.cr.sql_log_count - before

    def test_long_lists_are_cut(self):
        path = "odoo.addons.payment_reminder.models.dunning_payment_page_say.MAX_ITEMS"
        with patch(path, 2):
            page = self.url_open(self._path()).text
        self.assertIn("The oldest items are listed here", page)
        self.assertNotIn(f'id="say_promise_item_{self._keys(self.coming)[0]}"', page)


def _get_said(html):
    """Return the part of a page that shows what was said."""
    return html[html.find("alert(1)") :][:80]
