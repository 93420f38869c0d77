import io
from datetime import date, timedelta
from decimal import Decimal
from unittest.mock import patch

from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tests import HttpCase, new_test_user, tagged
from odoo.tools import mute_logger
from odoo.tools.pdf import PdfReader

from ..exceptions import LetterEngineError
from ..models.dunning_letter_printer import DunningLetterPrinter
from ..tools import letter_geometry as size
from .estimate_common import EstimateCommon
from .estimate_portal_common import EstimatePortalCommon

REPORT = "payment_reminder.action_report_service_estimate"


def read_pages(content):
    """Return the words of each page of a PDF, separated by single spaces."""
    pages = PdfReader(io.BytesIO(content)).pages
    return [" ".join(page.extract_text().split()) for page in pages]


@tagged("post_install", "-at_install")
class TestEstimateLetter(EstimateCommon):
    """The estimate on paper, whole and in the customer's language."""

    def _letter(self, estimate):
        return estimate._prepare_letter_values()

    def _text(self, estimate):
        return " ".join(read_pages(estimate._render_pdf()))

    def test_paper_shows_price_and_arithmetic_of_each_stage(self):
        estimate = self._sent(
            {"name": "Design", "rating_ids": self._rated(self.high)},
            {"name": "Code", "volume": 10.0, "description": "Two\nlines"},
        )
        text = self._text(estimate)
        stage = estimate.stage_ids[0]
        for words in ("New website", "Design", "1.15 Complexity: high", "Two", "lines"):
            self.assertIn(words, text)
        amount = stage._format_amount(stage.price_subtotal)
        self.assertIn(" ".join(amount.split()), text)

    def test_rows_add_up_to_what_the_estimate_says(self):
        estimate = self._sent({}, {"volume": 3.0, "rate": 33.33}, discount=10)
        letter = self._letter(estimate)
        rows = [row["amount"] for row in letter["claims"] if row["kind"] == "stage"]
        self.assertEqual(sum(rows), Decimal(str(estimate.amount_stages)))
        label, amount, is_total = letter["totals"][-1]
        self.assertTrue(is_total)
        self.assertEqual(amount, Decimal(str(estimate.amount_total)))
        self.assertEqual(
            sum(amount for _label, amount, _total in letter["totals"][:2]),
            Decimal(str(estimate.amount_untaxed)),
        )

    def test_taxes_stand_apart_and_lead_to_the_total(self):
        taxes = [Command.set(self.company.account_sale_tax_id.ids)]
        estimate = self._sent({"tax_ids": taxes})
        totals = self._letter(estimate)["totals"]
        *parts, (_label, total, _is_total) = totals
        self.assertEqual(sum(amount for _label, amount, _t in parts), total)
        self.assertEqual(len(parts), 2)

    def test_sections_go_with_their_first_stage_and_notes_have_no_price(self):
        estimate = self._sent(
            {"name": "Part one", "display_type": "line_section"},
            {"name": "Design"},
            {"name": "Only on weekdays", "display_type": "line_note"},
            {"name": "Nothing yet", "display_type": "line_section"},
        )
        printer = self.env["service.estimate.printer"]
        letter = self._letter(estimate)
        rows = printer._prepare_rows(letter, printer._get_columns(letter))
        self.assertEqual(
            [(row.value["section"], row.value["name"]) for row in rows],
            [("Part one", "Design"), ("", "Only on weekdays"), ("Nothing yet", "")],
        )
        self.assertEqual([row.amount for row in rows[1:]], [0, 0])

    def test_hundred_stages_fill_pages_and_carry_sums(self):
        estimate = self._sent(*({"name": f"Stage no {n}"} for n in range(1, 101)))
        pages = read_pages(estimate._render_pdf())
        self.assertGreater(len(pages), 3)
        self.assertIn("Carried forward", pages[0])
        self.assertIn("Brought forward", pages[1])
        text = " ".join(pages)
        for number in range(1, 101):
            self.assertIn(f"Stage no {number} ", text)

    def test_no_word_of_a_long_description_is_lost(self):
        words = [f"word{n:04d}" for n in range(2500)]
        breaks = [f"line{n:04d}" for n in range(150)]
        estimate = self._sent(
            {"description": " ".join(words)}, {"description": "\n".join(breaks)}
        )
        text = self._text(estimate)
        missing = [word for word in words + breaks if word not in text]
        self.assertEqual(missing, [])

    def test_no_row_is_higher_than_the_room_of_a_page(self):
        estimate = self._sent({"description": "a " * 9000, "name": "n " * 400})
        printer = self.env["service.estimate.printer"]
        letter = self._letter(estimate)
        rows = printer._prepare_rows(letter, printer._get_columns(letter))
        self.assertLess(max(row.height for row in rows), size.SHEET.first)

    def test_paper_speaks_the_language_of_the_customer(self):
        self.env["res.lang"]._activate_lang("ru_RU")
        self.customer.lang = "ru_RU"
        text = self._text(self._sent(advance_percent=30, show_range=True))
        self.assertIn("Смета", text)
        for words in ("Stage", "Valid until", "Price", "Accepted for", "Total"):
            self.assertNotIn(f"{words} ", text.replace("Stage 1", ""))

    def test_paper_of_a_draft_says_that_it_is_one(self):
        estimate = self._estimate()
        self.assertIn("Draft of an estimate", self._text(estimate))
        estimate.action_mark_sent()
        self.assertNotIn("Draft", self._text(estimate))

    def test_paper_of_a_closed_estimate_says_why(self):
        estimate = self._sent()
        estimate.action_decline()
        self.assertIn("This estimate was declined", self._text(estimate))

    def test_signature_of_the_customer_stands_on_the_paper(self):
        estimate = self._sent()
        estimate._set_accepted("Ann Example", EstimatePortalCommon._draw().encode())
        box = self._letter(estimate)["acceptance"]
        self.assertTrue(box["signature"].startswith("data:image/png;base64,"))
        self.assertIn("Accepted by Ann Example", self._text(estimate))

    def test_hostile_texts_are_printed_and_not_run(self):
        evil = "{{7*7}} <b>x</b> <script>alert(1)</script> %(x)s"
        estimate = self._sent({"name": evil, "description": evil}, title=evil)
        html = str(estimate._render_html())
        self.assertNotIn("<script>alert", html)
        self.assertIn("{{7*7}}", html)

    def test_what_lacks_a_price_is_not_printed(self):
        with self.assertRaisesRegex(UserError, "no stage yet"):
            self._estimate(stage_ids=[]).action_print()
        template = self._estimate(is_template=True)
        with self.assertRaisesRegex(UserError, "template"):
            template._render_pdf()
        self.complexity.is_required = True
        with self.assertRaisesRegex(UserError, "choose a rating"):
            self._estimate()._render_pdf()

    def test_print_menu_gives_our_paper_and_leaves_other_reports_alone(self):
        estimate = self._sent()
        reports = self.env["ir.actions.report"]
        content, kind = reports._render_qweb_pdf(REPORT, estimate.ids)
        self.assertEqual(kind, "pdf")
        self.assertIn("New website", " ".join(read_pages(content)))
        html, kind = reports._render_qweb_html(REPORT, estimate.ids)
        self.assertEqual(kind, "html")
        self.assertIn(b"New website", html)
        other, kind = reports._render_qweb_html(
            "account.report_invoice", self.env["account.move"].ids
        )
        self.assertEqual(kind, "html")
        self.assertNotIn(b"New website", other)

    def test_several_estimates_make_one_file(self):
        estimates = self._sent(title="One") | self._sent(title="Two")
        pages = read_pages(estimates._render_pdf())
        self.assertEqual(len(pages), 2)
        self.assertIn("One", pages[0])
        self.assertIn("Two", pages[1])

    def test_who_may_not_read_it_may_not_print_it(self):
        estimate = self._sent()
        stranger = new_test_user(self.env, "stranger_print", groups="base.group_portal")
        reports = self.env["ir.actions.report"].with_user(stranger)
        for render in (reports._render_qweb_pdf, reports._render_qweb_html):
            with self.assertRaises(AccessError):
                render(REPORT, estimate.ids)


@tagged("post_install", "-at_install")
class TestEstimateMail(EstimateCommon):
    """The mail that brings the estimate, and what sending it fixes."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.customer.email = "ann@customer.example"

    def _compose(self, estimate, **values):
        """Return the composer as the client opens it."""
        action = estimate.action_send()
        composer = self.env["mail.compose.message"].with_context(**action["context"])
        return composer.create(values)

    def _get_messages(self, estimate):
        return estimate.message_ids.filtered(lambda one: one.message_type == "comment")

    def test_mail_brings_pdf_to_the_customer_and_marks_it_sent(self):
        estimate = self._estimate()
        composer = self._compose(estimate)
        self.assertEqual(estimate.state, "draft")
        self.assertEqual(composer.partner_ids, self.customer)
        self.assertEqual(len(composer.attachment_ids), 1)
        composer._action_send_mail()
        self.assertEqual(estimate.state, "sent")
        self.assertTrue(estimate.access_token)
        message = self._get_messages(estimate)
        self.assertEqual(message.partner_ids, self.customer)
        self.assertIn(estimate.title, message.body)
        text = " ".join(read_pages(message.attachment_ids.raw))
        self.assertIn("New website", text)
        self.assertNotIn("Draft", text)

    def test_pdf_in_the_mail_says_what_was_fixed_not_what_was_previewed(self):
        estimate = self._estimate({"rating_ids": self._rated(self.high)})
        composer = self._compose(estimate)
        self.high.multiplier = 1.2
        composer._action_send_mail()
        self.assertEqual(estimate.amount_total, 4800.0)
        [attachment] = self._get_messages(estimate).attachment_ids
        self.assertIn("1.20 Complexity: high", " ".join(read_pages(attachment.raw)))

    def test_own_files_beside_the_pdf_stay_as_they_are(self):
        estimate = self._estimate()
        composer = self._compose(estimate)
        plan = self.env["ir.attachment"].create({"name": "plan.pdf", "raw": b"%PDF-x"})
        composer.attachment_ids += plan
        composer._action_send_mail()
        attachments = self._get_messages(estimate).attachment_ids
        self.assertEqual(len(attachments), 2)
        self.assertIn(b"%PDF-x", attachments.mapped("raw"))

    def test_mail_goes_to_the_person_it_is_addressed_to(self):
        person = self.env["res.partner"].create(
            {"name": "Eve", "parent_id": self.customer.id, "email": "eve@x.example"}
        )
        estimate = self._estimate(contact_id=person.id)
        self.assertEqual(self._compose(estimate).partner_ids, person)
        with self.mock_groups() as groups:
            estimate.with_context(mark_estimate_sent=True).message_post(
                body="x", partner_ids=person.ids
            )
        self.assertIn("access_token", groups[0])

    def mock_groups(self):
        """Record the address behind the button of the customer's mail."""
        model, found = type(self.env["service.estimate"]), []
        original = model._notify_get_recipients_groups

        class Recorder:
            def __enter__(recorder):
                def spy(records, *args, **kwargs):
                    groups = original(records, *args, **kwargs)
                    found.extend(
                        options["button_access"]["url"]
                        for name, _test, options in groups
                        if name == "portal_customer"
                    )
                    return groups

                recorder.patch = patch.object(
                    model, "_notify_get_recipients_groups", spy
                )
                recorder.patch.start()
                return found

            def __exit__(recorder, *_error):
                recorder.patch.stop()

        return Recorder()

    def test_open_estimate_is_sent_again_without_changing(self):
        estimate = self._sent()
        sent_on = estimate.sent_on
        self._compose(estimate)._action_send_mail()
        self.assertEqual((estimate.state, estimate.sent_on), ("sent", sent_on))

    def test_unready_and_closed_estimates_are_refused_with_words(self):
        with self.assertRaisesRegex(UserError, "no stage yet"):
            self._estimate(stage_ids=[]).action_send()
        declined = self._sent()
        declined.action_decline()
        with self.assertRaisesRegex(UserError, "declined"):
            declined.action_send()
        expired = self._sent(date_valid=date(2020, 1, 1))
        with self.assertRaisesRegex(UserError, "valid until"):
            expired.action_send()

    def test_what_cannot_be_printed_is_not_sent(self):
        estimate = self._estimate()
        composer = self._compose(estimate)
        self.assertTrue(composer.attachment_ids)  # the mail is as its writer saw it
        failure = patch.object(
            DunningLetterPrinter, "_render_pdf", side_effect=LetterEngineError("no")
        )
        with failure, self.assertRaises(LetterEngineError), self.env.cr.savepoint():
            composer._action_send_mail()
        estimate.invalidate_recordset()
        self.assertEqual(estimate.state, "draft")
        self.assertFalse(self._get_messages(estimate))

    def test_mail_without_template_still_goes_out(self):
        self.env.ref("payment_reminder.mail_template_estimate").unlink()
        estimate = self._estimate()
        composer = self._compose(
            estimate, body="Hello", partner_ids=[Command.set(self.customer.ids)]
        )
        composer._action_send_mail()
        self.assertEqual(estimate.state, "sent")

    def test_ordinary_notes_do_not_send_a_draft(self):
        estimate = self._estimate()
        estimate.message_post(body="Ask Ann about the deadline")
        self.assertEqual(estimate.state, "draft")


@tagged("post_install", "-at_install")
class TestEstimatePdfPage(EstimatePortalCommon, HttpCase):
    """The PDF on the customer's page."""

    def _open(self, estimate=None, **options):
        return self.url_open(
            self._url(estimate or self.estimate, "/pdf", **options),
            allow_redirects=False,
        )

    def test_customer_opens_the_pdf_by_the_link(self):
        response = self._open()
        self.assertEqual(response.status_code, 200)
        self.assertEqual(response.headers["Content-Type"], "application/pdf")
        self.assertEqual(response.headers["Referrer-Policy"], "same-origin")
        self.assertIn("New website", " ".join(read_pages(response.content)))
        self.assertIn("/pdf?", self.url_open(self._url(self.estimate)).text)

    def test_opening_the_pdf_changes_nothing(self):
        self._open()
        self.assertFalse(self.estimate.opened_on)

    def test_forged_keys_and_drafts_get_no_pdf(self):
        draft = self._estimate()
        draft._portal_ensure_token()
        foreign = self._offer(partner_id=self.other_customer.id).access_token
        for estimate, token in (
            (self.estimate, "x"),
            (self.estimate, foreign),
            (self.estimate, ""),
            (draft, draft.access_token),
        ):
            with self.subTest(token):
                response = self._open(estimate, token=token)
                self.assertEqual(response.status_code, 404)

    @mute_logger("odoo.addons.payment_reminder.controllers.document")
    def test_failing_engine_is_told_in_words(self):
        failure = patch.object(
            DunningLetterPrinter, "_render_pdf", side_effect=LetterEngineError("no")
        )
        with failure:
            response = self._open()
        self.assertEqual(response.status_code, 503)
        self.assertIn("cannot be made at this moment", response.text)
        self.assertIn("New website", response.text)

    def test_expired_estimate_keeps_its_pdf_and_says_so(self):
        self.estimate.date_valid = self.today - timedelta(days=1)
        text = " ".join(read_pages(self._open().content))
        self.assertIn("was valid until", text)
