from datetime import datetime, time, timedelta

from pytz import timezone, utc

from odoo import fields
from odoo.tests import HttpCase, tagged
from odoo.tools import SQL

from .payment_page_say_common import PaymentPageSayCommon

PDF = ("../my <receipt>.PDF", b"%PDF-1.4 receipt", "application/pdf")


@tagged("post_install", "-at_install")
class TestPaymentPagePaid(PaymentPageSayCommon, HttpCase):
    """'I disagree', 'I have already paid' and 'Call me back' on the payment page."""

    def _assert_refused(self, kind, words, files=None, **data):
        count = self._count()
        response = self._tell(kind, files, **{**self._forms()[kind], **data})
        self.assertEqual(response.status_code, 422)
        self.assertIn(words, response.text)
        self.assertEqual(self._count(), count)
        self.assertFalse(self.case.activity_ids)

    # === DISAGREE === #

    def test_dispute_is_about_the_chosen_items_only(self):
        self._tell("dispute", [PDF], **self._forms()["dispute"])
        reply = self._reply()
        dispute = reply.dispute_id
        self.assertEqual(dispute.state, "open")
        self.assertEqual(dispute.line_ids.move_id, self.bill)
        self.assertEqual(dispute.category, "quality")
        self.assertEqual(dispute.text, "Not what we agreed")
        self.assertEqual(dispute.contact_id, self.customer)
        self.assertEqual(dispute.user_id, self.officer)
        self.assertEqual(reply.activity_ids.summary, "The customer disagrees: answer")
        self.assertIn("Not what we agreed", reply.activity_ids.note)
        self.assertEqual(self._why(self.bill), ["disputed"])
        self.assertNotEqual(self._why(self.invoice), ["disputed"])

    def test_files_are_kept_under_harmless_names_in_the_case(self):
        self._tell("dispute", [PDF], **self._forms()["dispute"])
        attachment = self._reply().attachment_ids
        self.assertEqual(attachment.name, "my receipt.pdf")
        self.assertEqual(attachment.raw, PDF[1])
        self.assertEqual(attachment.mimetype, "application/pdf")
        self.assertEqual(attachment.res_model, "dunning.case")
        self.assertEqual(attachment.res_id, self.case.id)
        self.assertFalse(attachment.public)
        page = self.url_open(self._path()).text
        self.assertIn("my receipt.pdf", page)
        self.assertNotIn("/web/content", page)
        url = f"/web/content/{attachment.id}"
        self.assertEqual(self.url_open(url).status_code, 404)
        self.authenticate("say_officer", "say_officer")
        response = self.url_open(f"{url}?download=1")
        self.assertEqual(response.headers["X-Content-Type-Options"], "nosniff")
        self.assertIn("attachment", response.headers["Content-Disposition"])

    def test_files_that_are_not_taken(self):
        big = ("big.pdf", b"%PDF-" + b"x" * 5 * 1024 * 1024, "application/pdf")
        html = ("page.html", b"<script>alert(1)</script>", "application/pdf")
        fake = ("page.pdf", b"<script>alert(1)</script>", "application/pdf")
        svg = ("drawing.svg", b"<svg/>", "image/svg+xml")
        for files, words in (
            ([big], "is too big"),
            ([html], "please attach PDF"),
            ([fake], "please attach PDF"),
            ([svg], "please attach PDF"),
            ([("a.pdf", b"", "application/pdf")], "is empty"),
            ([PDF] * 6, "5 files at most"),
        ):
            with self.subTest(words):
                self._assert_refused("dispute", words, files)
        self.assertFalse(
            self.env["ir.attachment"].search_count(
                [("res_model", "=", "dunning.case"), ("res_id", "=", self.case.id)]
            )
        )

    def test_dispute_needs_items_a_reason_and_words(self):
        self._assert_refused("dispute", "at least one item", item=[])
        self._assert_refused("dispute", "what it is about", category="state")
        self._assert_refused("dispute", "in a few words", text=" \n ")

    def test_dispute_can_be_withdrawn_while_undecided(self):
        self._tell("dispute", **self._forms()["dispute"])
        reply = self._reply()
        self._post(f"/withdraw/{reply.id}")
        self.assertEqual(reply.dispute_id.state, "withdrawn")
        self.assertFalse(self.case.activity_ids)
        self.assertNotIn("disputed", self._why(self.bill))

    def test_answer_to_a_dispute_is_seen_on_the_page(self):
        self._tell("dispute", **self._forms()["dispute"])
        dispute = self._reply().dispute_id
        dispute.resolution = "It was agreed in <May>."
        dispute._set_rejected()
        page = self.url_open(self._path()).text
        self.assertIn("our claim stands", page)
        self.assertIn("It was agreed in &lt;May&gt;.", page)
        response = self._post(f"/withdraw/{self._reply().id}")
        self.assertEqual(response.status_code, 422)
        self.assertEqual(dispute.state, "rejected")

    # === PAID === #

    def test_paid_items_rest_some_days_and_somebody_looks_for_the_money(self):
        self._tell("paid", [PDF], **self._forms()["paid"])
        reply = self._reply()
        summary = "Says it is paid: look for the payment"
        self.assertEqual(reply.activity_ids.summary, summary)
        self.assertIn("RF18", reply.activity_ids.note)
        self.assertEqual(reply.amount, 150.0)
        self.assertEqual(reply.pause_ids.move_id, self.moves)
        self.assertEqual(len(reply.attachment_ids), 1)
        until = self.today + timedelta(days=5)
        self.assertEqual(set(reply.pause_ids.mapped("date_until")), {until})
        for move in self.moves:
            self.assertEqual(self._why(move), ["on_hold"])

    def test_saying_it_again_does_not_rest_for_ever(self):
        self._tell("paid", **self._forms()["paid"])
        self._tell("paid", **{**self._forms()["paid"], "reference": "again"})
        self.assertFalse(self._reply().pause_ids)
        self.env.flush_all()
        self.env.cr.execute(
            SQL(
                "UPDATE dunning_pause SET date_from = %(then)s, date_until = %(then)s",
                then=self.today - timedelta(days=9),
            )
        )
        self.env.invalidate_all()
        self._tell("paid", **{**self._forms()["paid"], "reference": "still"})
        self.assertFalse(self._reply().pause_ids)
        self.assertTrue(self._reply().activity_ids)

    def test_company_can_do_without_the_rest(self):
        self.company.dunning_page_paid_days = 0
        self._tell("paid", **self._forms()["paid"])
        self.assertFalse(self._reply().pause_ids)
        self.assertIn("We look for the payment.", self.url_open(self._path()).text)

    def test_paid_can_be_withdrawn(self):
        self._tell("paid", **self._forms()["paid"])
        reply = self._reply()
        self._post(f"/withdraw/{reply.id}")
        self.assertEqual(set(reply.pause_ids.mapped("state")), {"ended"})
        self.assertFalse(self.case.activity_ids)
        self.assertNotIn("on_hold", self._why(self.invoice))

    def test_payments_that_cannot_be(self):
        self._assert_refused("paid", "by today", day=self._in_days(1))
        self._assert_refused("paid", "by today", day="1999-01-01")
        self._assert_refused("paid", "how you paid", way="magic")
        self._assert_refused("paid", "more than what is open", amount="151")

    # === CALL BACK === #

    def test_call_back_is_scheduled_in_the_customers_time(self):
        self.customer.tz = "America/New_York"
        self._tell("callback", **self._forms()["callback"])
        reply = self._reply()
        day = self.today + timedelta(days=2)
        zone = timezone("America/New_York")
        start = zone.localize(datetime.combine(day, time(9))).astimezone(utc)
        self.assertEqual(reply.callback_at, start.replace(tzinfo=None))
        self.assertEqual(reply.phone, "+32 2 555 12 12")
        activity = reply.activity_ids
        self.assertEqual(activity.summary, "Call back")
        self.assertEqual(activity.user_id, self.officer)
        self.assertEqual(activity.date_deadline, day)
        self.assertIn("+32 2 555 12 12", activity.note)
        self.assertIn("9:00", activity.note)
        self.assertEqual(self._why(self.invoice), ["on_hold"])
        self.assertEqual(reply.pause_ids.date_until, day)

    def test_call_back_at_a_certain_time(self):
        form = {**self._forms()["callback"], "window": "exact", "time": "16:45"}
        self._tell("callback", **form)
        local = fields.Datetime.context_timestamp(
            self.case.with_context(tz="Europe/Brussels"), self._reply().callback_at
        )
        self.assertEqual((local.hour, local.minute), (16, 45))

    def test_calls_that_cannot_be_made(self):
        self._assert_refused("callback", "check the phone number", phone="ask Ann")
        self._assert_refused("callback", "check the phone number", phone="123")
        self._assert_refused("callback", "next 14 days", day=self._in_days(15))
        self._assert_refused("callback", "next 14 days", day=self._in_days(-1))
        self._assert_refused("callback", "choose a time", window="exact", time="25:99")
        self._assert_refused("callback", "choose a time", window="night")
        self._assert_refused(
            "callback",
            "has passed",
            day=self._in_days(0),
            window="exact",
            time="00:00",
        )

    def test_call_back_can_be_withdrawn(self):
        self._tell("callback", **self._forms()["callback"])
        reply = self._reply()
        self._post(f"/withdraw/{reply.id}")
        self.assertFalse(self.case.activity_ids)
        self.assertNotIn("on_hold", self._why(self.invoice))
