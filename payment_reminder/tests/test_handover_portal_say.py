from datetime import timedelta

from odoo.tests import HttpCase, tagged

from .case_file_common import make_pdf
from .handover_portal_common import HandoverPortalCommon

XSS = "<script>alert(1)</script>\n{{7*7}} <img src=x onerror=alert(2)>"


@tagged("post_install", "-at_install")
class TestHandoverPortalSay(HandoverPortalCommon, HttpCase):
    """What the agency posts becomes reports, never entries in the books."""

    def _report(self):
        self.handover.invalidate_recordset()
        return self.handover.report_ids

    # === KINDS === #

    def test_a_report_sets_state_and_next_date(self):
        response = self._tell("report", **self._forms()["report"])
        self.assertEqual(response.status_code, 303)
        self.assertIn("done=report", response.headers["Location"])
        report = self._report()
        self.assertEqual(report.status, "in_contact")
        self.assertEqual(report.text, "She has answered")
        self.assertEqual(report.author_id, self.user.partner_id)
        self.assertEqual(self.handover.state, "collecting")
        self.assertEqual(self.handover.report_due_on, self.today + timedelta(days=10))
        page = self._open("?done=report").text
        self.assertIn("Thank you, we have received it.", page)
        self.assertIn("She has answered", page)

    def test_a_payment_is_a_report_and_a_task_but_no_entry(self):
        entries = self.env["account.move"].search_count([])
        payments = self.env["account.payment"].search_count([])
        self._tell("payment", **self._forms()["payment"])
        report = self._report()
        self.assertEqual(report.amount, 40.5)
        self.assertEqual(report.received_on, self.today)
        self.assertEqual(self.env["account.move"].search_count([]), entries)
        self.assertEqual(self.env["account.payment"].search_count([]), payments)
        self.assertEqual(self.handover.amount_collected, 0.0)
        task = self.handover.activity_ids.filtered(
            lambda activity: "40.50" in activity.summary
        )
        self.assertEqual(task.user_id, self.officer)

    def test_each_payment_is_a_task_of_its_own(self):
        for amount in ("10", "20"):
            form = {**self._forms()["payment"], "amount": amount}
            self._tell("payment", nonce=amount * 12, **form)
        self._report()
        self.assertEqual(len(self.handover.activity_ids), 2)

    def test_a_return_ends_it_with_the_reason(self):
        self._tell("return", **self._forms()["return"])
        self.assertEqual(self._report().status, "returned")
        self.assertEqual(self.handover.state, "returned")
        self.assertIn("She has moved abroad", self.handover.close_reason)
        self.assertFalse(self.handover.is_recalled)
        self.assertIn("It was returned to us", self._open().text)

    def test_files_are_kept_with_the_report(self):
        content = make_pdf()
        files = [("../proof.PDF", content, "text/html")]
        self._tell("payment", files=files, **self._forms()["payment"])
        attachment = self._report().attachment_ids
        self.assertEqual(attachment.name, "proof.pdf")
        self.assertEqual(attachment.raw, content)
        self.assertEqual(attachment.mimetype, "application/pdf")
        self.assertFalse(attachment.public)
        self.assertIn(attachment, self.handover.message_ids.attachment_ids)
        self.assertIn("proof.pdf", self._open().text)

    # === WHAT IS NOT TAKEN === #

    def _assert_refused(self, kind, words, files=None, **changes):
        form = self._forms()[kind] | changes
        response = self._tell(kind, files=files, **form)
        self.assertEqual(response.status_code, 422, response.text[:500])
        self.assertIn(words, response.text)
        self.assertFalse(self._report())
        return response

    def test_amounts_that_cannot_be_are_refused(self):
        for amount, words in (
            ("", "Please enter an amount"),
            ("abc", "Please enter an amount"),
            ("-5", "Please enter an amount"),
            ("0", "above zero"),
            ("0.001", "above zero"),
            ("150.01", "more than what you have not reported"),
            ("9" * 40, "Please enter an amount"),
            ("nan", "Please enter an amount"),
        ):
            with self.subTest(amount):
                self._assert_refused("payment", words, amount=amount)

    def test_more_than_is_left_is_refused(self):
        self._tell("payment", **{**self._forms()["payment"], "amount": "100"})
        form = {**self._forms()["payment"], "amount": "60"}
        response = self._tell("payment", nonce="m" * 24, **form)
        self.assertEqual(response.status_code, 422)
        self.assertEqual(len(self._report()), 1)

    def test_days_that_cannot_be_are_refused(self):
        day = timedelta(days=1)
        for value in ("", "soon", "2025-13-01", self.today + day, self._days_ago(6)):
            with self.subTest(value):
                self._assert_refused("payment", "day", received_on=str(value))
        for value in ("soon", self.today, self.today + 400 * day):
            with self.subTest(value):
                self._assert_refused("report", "day", next_date=str(value))

    def test_states_that_cannot_be_are_refused(self):
        for status in ("", "returned", "sold", "state; DROP TABLE"):
            with self.subTest(status):
                words = "Please choose how it stands"
                self._assert_refused("report", words, status=status)

    def test_a_return_needs_a_reason(self):
        self._assert_refused("return", "in a few words", text="  ")
        self.assertEqual(self.handover.state, "handed_over")

    def test_files_of_other_kinds_are_refused(self):
        for name, content, words in (
            ("page.html", b"<script>", "please attach PDF"),
            ("page.pdf", b"<script>", "please attach PDF"),
            ("run.exe", b"MZ", "please attach PDF"),
            ("empty.pdf", b"", "is empty"),
            ("big.pdf", b"%PDF-" + b"x" * (5 * 1024**2), "too big"),
        ):
            with self.subTest(name):
                files = [(name, content, "application/pdf")]
                self._assert_refused("payment", words, files=files)
        many = [(f"{n}.pdf", make_pdf(), "application/pdf") for n in range(6)]
        self._assert_refused("payment", "5 files", files=many)

    def test_what_was_typed_is_not_lost(self):
        response = self._assert_refused("payment", "above zero", amount="0", text="Hi")
        self.assertIn("Hi</textarea>", response.text)

    # === FORGERY === #

    def test_posts_without_the_key_are_refused(self):
        for kind, form in self._forms().items():
            for token in (None, "wrong"):
                data = {"nonce": "n" * 24, **form}
                data |= {"csrf_token": token} if token else {}
                response = self.url_open(self._path(f"/{kind}"), data=data)
                self.assertEqual(response.status_code, 400)
        self.assertFalse(self._report())

    def test_forms_that_do_not_come_from_the_page_are_refused(self):
        for nonce in ("short", "n" * 65, "<script>alert(1)</script>"):
            self._assert_refused("payment", "open the page again", nonce=nonce)

    def test_two_clicks_make_one_report(self):
        nonce = self._nonce()
        for _click in range(2):
            response = self._tell("payment", nonce=nonce, **self._forms()["payment"])
            self.assertEqual(response.status_code, 303)
        self.assertEqual(len(self._report()), 1)

    def test_further_values_of_the_form_are_ignored(self):
        form = self._forms()["report"] | {
            "amount": "100",
            "author_id": str(self.officer.partner_id.id),
            "handover_id": "1",
            "state": "collected",
        }
        self._tell("report", **form)
        report = self._report()
        self.assertEqual(report.amount, 0.0)
        self.assertEqual(report.author_id, self.user.partner_id)
        self.assertEqual(report.handover_id, self.handover)

    def test_scripts_stay_text_everywhere(self):
        self._tell("payment", **self._forms()["payment"], text=XSS)
        page = self._open().text
        self.assertNotIn("<script>alert", page)
        self.assertNotIn("<img src=x", page)
        self.assertIn("&lt;script&gt;alert(1)", page)
        self.assertIn("{{7*7}}", page)
        self._report()
        bodies = self.handover.message_ids.mapped("body")
        bodies += self.handover.activity_ids.mapped("note")
        for body in bodies:
            self.assertNotIn("<script", str(body))
            self.assertNotIn("<img src=", str(body))

    def test_too_many_posts_are_refused_politely(self):
        self.env["ir.config_parameter"].set_param(
            "payment_reminder.limit.handover", "2/100"
        )
        form = self._forms()["report"]
        codes = [
            self._tell("report", nonce=str(n) * 24, **form).status_code
            for n in range(3)
        ]
        self.assertEqual(codes, [303, 303, 429])
        self.assertEqual(len(self._report()), 2)
