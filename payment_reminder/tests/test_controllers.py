import io
from unittest.mock import patch

from odoo.exceptions import AccessError
from odoo.tests import HttpCase, new_test_user, tagged
from odoo.tools import mute_logger
from odoo.tools.pdf import PdfFileReader, PdfFileWriter

from odoo.addons.payment_reminder.exceptions import LetterEngineError
from odoo.addons.payment_reminder.models.dunning_letter_printer import (
    DunningLetterPrinter,
)

from .common import DunningCommon

READONLY = "payment_reminder.group_dunning_readonly"


def _make_pdf():
    """Return a document of one empty page."""
    target = io.BytesIO()
    writer = PdfFileWriter()
    writer.addBlankPage(width=595, height=842)
    writer.write(target)
    return target.getvalue()


@tagged("post_install", "-at_install")
class TestControllers(DunningCommon, HttpCase):
    """The pages for the office: who may see them, what they show, what they change."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.procedure.first_level = "age"
        cls.letter_customer = cls._create_customer("Paper Ltd", email=False)
        cls.invoice = cls._overdue(5, amount=120.5)
        cls._overdue(60, partner=cls.letter_customer)
        cls.run_record = cls._plan()
        notices = cls.run_record.notice_ids
        cls.mail = notices.filtered(lambda n: n.channel == "email")
        cls.letter = notices.filtered(lambda n: n.channel == "letter")
        cls.reader = cls._create_user("reader", READONLY, cls.company)

    @classmethod
    def _create_user(cls, login, groups, company):
        return new_test_user(
            cls.env,
            login=login,
            groups=groups,
            company_id=company.id,
            company_ids=company.ids,
        )

    def _get(self, url, login="reader"):
        self.authenticate(login, login)
        return self.url_open(url, allow_redirects=False)

    def _preview(self, notice, login="reader"):
        return self._get(f"/payment_reminder/notice/{notice.id}/preview", login)

    def _print_with(self, result):
        """Let the printer return ``result`` for each letter, or raise it."""
        raises = isinstance(result, Exception)

        def render(printer, letters):
            if raises:
                raise result
            return [result] * len(letters)

        return patch.object(DunningLetterPrinter, "_render_pdf", render)

    def _snapshot(self):
        """Return everything that a careless preview could change."""
        self.env.invalidate_all()
        tables = ("dunning_notice", "account_move", "dunning_case", "ir_sequence")
        tables += ("ir_attachment", "mail_message", "mail_mail", "dunning_run")
        snapshot = {}
        for table in tables:
            self.env.cr.execute(
                f"SELECT md5(array_agg(t ORDER BY id)::text) FROM {table} t"
            )
            snapshot[table] = self.env.cr.fetchone()
        return snapshot

    # === PREVIEW === #

    def test_proposed_mail_is_shown_with_subject_and_recipient(self):
        response = self._preview(self.mail)
        self.assertEqual(response.status_code, 200)
        self.assertIn("text/html", response.headers["Content-Type"])
        policy = response.headers["Content-Security-Policy"]
        self.assertIn("script-src 'none'", policy)
        self.assertIn("default-src 'none'", policy)
        self.assertIn(self.invoice.name, response.text)
        self.assertIn("annexample@customer.example.com", response.text)
        self.assertIn("120.50", response.text)
        self.assertIn("<dt>Subject</dt>", response.text)

    def test_proposed_letter_is_shown_as_the_pdf_it_would_be(self):
        with self._print_with(b"%PDF-1.4 proposed"):
            response = self._preview(self.letter)
        self.assertEqual(response.headers["Content-Type"], "application/pdf")
        self.assertIn("inline", response.headers["Content-Disposition"])
        self.assertEqual(response.content, b"%PDF-1.4 proposed")

    def test_letter_is_shown_as_a_page_where_no_pdf_can_be_made(self):
        with self._print_with(LetterEngineError("No engine here.")):
            response = self._preview(self.letter)
        self.assertEqual(response.status_code, 200)
        self.assertIn("text/html", response.headers["Content-Type"])
        self.assertIn("No engine here.", response.text)
        self.assertIn("Paper Ltd", response.text)

    def test_stored_letter_is_shown_as_it_was_stored(self):
        with self._print_with(b"%PDF-1.4 stored"):
            letter = self.letter.sudo()
            letter.channel_id._get_handler()._prepare(letter)
        with self._print_with(AssertionError("must not be rendered again")):
            response = self._preview(self.letter)
        self.assertEqual(response.content, b"%PDF-1.4 stored")

    def test_preview_changes_nothing(self):
        self.authenticate("reader", "reader")
        before = self._snapshot()
        with self._print_with(_make_pdf()), self.assertNoLogs("odoo.http", "WARNING"):
            # Odoo logs a warning when a page wants to write and is run again
            for notice in self.mail + self.letter:
                self.url_open(f"/payment_reminder/notice/{notice.id}/preview")
            self.url_open(f"/payment_reminder/run/{self.run_record.id}/letters.pdf")
        self.assertEqual(self._snapshot(), before)
        self.assertFalse(self.invoice.access_token)

    def test_what_is_missing_is_said_in_words(self):
        level = self.mail.level_id
        level.write({"channel_ids": [(5,)], "mail_template_id": False})
        response = self._preview(self.mail)
        self.assertEqual(response.status_code, 422)
        self.assertIn("choose one", response.text)
        self.assertNotIn("Traceback", response.text)

    # === PRINT RUN === #

    def test_letters_of_a_run_come_in_one_file(self):
        with self._print_with(_make_pdf()):
            letter = self.letter.sudo()
            letter.channel_id._get_handler()._prepare(letter)
        url = f"/payment_reminder/run/{self.run_record.id}/letters.pdf"
        response = self._get(url)
        self.assertEqual(response.headers["Content-Type"], "application/pdf")
        pages = PdfFileReader(io.BytesIO(response.content)).getNumPages()
        self.assertEqual(pages, len(self.letter))

    def test_run_without_letters_says_so(self):
        url = f"/payment_reminder/run/{self.run_record.id}/letters.pdf"
        response = self._get(url)
        self.assertEqual(response.status_code, 404)
        self.assertIn("There are no letters yet", response.text)

    # === ACCESS === #

    @mute_logger("odoo.http")
    def test_other_company_and_missing_are_answered_alike(self):
        other = self._create_new_company()
        self._create_user("stranger", READONLY, other)
        for login in ("stranger", "reader"):
            is_own = login == "reader"
            notice_id = 2**30 if is_own else self.mail.id
            run_id = 2**30 if is_own else self.run_record.id
            for url in (
                f"/payment_reminder/notice/{notice_id}/preview",
                f"/payment_reminder/run/{run_id}/letters.pdf",
            ):
                with self.subTest(login=login, url=url):
                    self.assertEqual(self._get(url, login).status_code, 404)

    @mute_logger("odoo.http")
    def test_people_outside_the_groups_see_nothing(self):
        self._create_user("colleague", "base.group_user", self.company)
        self._create_user("customer", "base.group_portal", self.company)
        for login in ("colleague", "customer"):
            with self.subTest(login=login):
                self.assertEqual(self._preview(self.mail, login).status_code, 404)

    def test_public_is_asked_to_log_in(self):
        self.authenticate(None, None)
        url = f"/payment_reminder/notice/{self.mail.id}/preview"
        response = self.url_open(url, allow_redirects=False)
        self.assertEqual(response.status_code, 303)
        self.assertIn("/web/login", response.headers["Location"])

    def test_reader_may_look_but_not_decide(self):
        run = self.run_record.with_user(self.reader)
        self.assertTrue(run.notice_ids)
        with self.assertRaises(AccessError):
            run.action_approve()
        view = self.env.ref("payment_reminder.dunning_run_view_form")
        arch = run.get_view(view.id, "form")["arch"]
        self.assertIn("dunning_run_list", arch)
        for name in ("action_plan", "action_approve", "action_send", "action_cancel"):
            self.assertNotIn(name, arch)

    @classmethod
    def _create_new_company(cls):
        return cls.env["res.company"].create({"name": "Other Company"})
