from datetime import datetime, timedelta

from odoo.tests import tagged

from ..tools.pdf_picture import make_example
from .case_file_common import NASTY, CaseFileCommon, make_pdf, read_bookmarks


@tagged("post_install", "-at_install")
class TestCaseFile(CaseFileCommon):
    """What stands in a case file, in which order, and what does not."""

    # === THE WHOLE === #

    def test_pages_are_numbered_and_the_contents_agree(self):
        self._remind(self.letter_channel, content=make_pdf(3))
        pdf = self._make(number="X-1")
        pages = self._read(pdf)
        for number, text in enumerate(pages, start=1):
            self.assertIn(f"Case file X-1, page {number} of {len(pages)}", text)
        places = read_bookmarks(pdf)
        titles = [place[0] for place in places if isinstance(place, tuple)]
        self.assertEqual(
            titles,
            [
                "Contents",
                "Parties and claim",
                "Statement of account",
                "Computation of the claim",
                "Invoices",
                "Reminders as they were sent",
                "Proof of delivery",
            ],
        )
        [parties] = [place for place in places if place[0] == "Parties and claim"]
        self.assertIn(f"Parties and claim {parties[1]}", pages[0])
        self.assertIn("Creditor", pages[parties[1] - 1])

    def test_making_it_changes_nothing(self):
        self._remind()
        models = ("ir.attachment", "mail.message", "dunning.link", "dunning.notice")
        self.env.flush_all()
        before = [self.env[model].search_count([]) for model in models]
        token = self.invoice.access_token
        self._make()
        self.env.flush_all()
        self.env.invalidate_all()
        self.assertEqual([self.env[m].search_count([]) for m in models], before)
        self.assertEqual(self.invoice.access_token, token)

    def test_the_number_is_made_of_case_and_date(self):
        pages = self._read(self._make())
        self.assertIn(f"Case file C{self.case.id:05d}-20250616, page 1", pages[0])

    def test_it_speaks_the_language_of_the_reader_then_of_the_company(self):
        self.env["res.lang"]._activate_lang("de_DE")
        agency = self._create_customer("Agency", lang="de_DE")
        open_file = self.files._open
        self.assertEqual(open_file(self.case, self.today).lang, "en_US")
        self.assertEqual(open_file(self.case, self.today, agency).lang, "de_DE")
        self.company.partner_id.lang = "de_DE"
        self.assertEqual(open_file(self.case, self.today).lang, "de_DE")

    def test_the_readers_address_stands_in_the_window(self):
        agency = self._create_customer("Agency", street="9 Law Street")
        pages = self._read(self._make(reader=agency))
        self.assertIn("9 Law Street", pages[0])

    def test_items_of_the_case_will_do_for_receivables(self):
        parts = self._parts(self._items(self.invoice))
        self.assertIn(self.invoice.name, self._flatten(parts["Parties and claim"]))

    def test_without_items_it_is_about_all_that_is_open(self):
        other = self._overdue(10, 50.0)
        self.env["dunning.planner"]._open_cases(self.company)
        text = self._flatten(self._parts(self.lines[:0])["Parties and claim"])
        self.assertIn(self.invoice.name, text)
        self.assertIn(other.name, text)

    def test_a_settled_case_still_has_a_file(self):
        self._pay(self.invoice)
        text = self._flatten(self._parts(self.lines[:0])["Parties and claim"])
        self.assertIn(self.invoice.name, text)

    # === PARTS === #

    def test_the_claim_shows_what_was_and_what_is_open(self):
        self._pay(self.invoice, 30.25)
        text = self._flatten(self._parts()["Parties and claim"])
        for amount in ("100.00", "30.25", "69.75"):
            self.assertIn(amount, text)
        self.assertIn("Payments and credits on these items", text)

    def test_an_invoice_that_was_stored_is_shown_as_it_is(self):
        content = make_pdf(2)
        self._attach(
            content,
            record=self.invoice,
            res_field="invoice_pdf_report_file",
            mimetype="application/pdf",
        )
        self.invoice.invalidate_recordset()
        [(title, shown)] = self._parts()["Invoices"]
        self.assertEqual((title, shown), (self.invoice.name, content))

    def test_an_invoice_that_was_not_stored_is_rendered_and_not_kept(self):
        before = self.env["ir.attachment"].search_count([])
        [(_title, shown)] = self._parts(force_report_rendering=True)["Invoices"]
        self.assertTrue(shown.startswith(b"%PDF"))
        self.assertFalse(self.invoice.invoice_pdf_report_id)
        self.assertEqual(self.env["ir.attachment"].search_count([]), before)

    def test_several_invoices_are_rendered_apart(self):
        other = self._overdue(10, 50.0)
        lines = self.lines | self._receivables(other)
        parts = self._parts(lines, force_report_rendering=True)["Invoices"]
        self.assertEqual([title for title, _pdf in parts], lines.move_id.mapped("name"))
        for move, (_title, pdf) in zip(lines.move_id, parts, strict=True):
            self.assertIn(move.name, " ".join(self._read(pdf)))

    def test_an_invoice_that_cannot_be_rendered_says_so(self):
        [(_title, sheet)] = self._parts()["Invoices"]  # tests render HTML only
        text = self._flatten(sheet)
        self.assertIn("could not be made again", text)
        self.assertIn("Consulting", text)

    def test_rendering_ends_in_time(self):
        self.env["ir.config_parameter"].set_param(
            "payment_reminder.case_file_seconds", "0"
        )
        parts = self._parts(force_report_rendering=True)
        [(_title, sheet)] = parts["Invoices"]
        self.assertIn("could not be made again in time", self._flatten(sheet))

    def test_an_entry_without_a_document_is_shown_as_an_entry(self):
        entry = self._unmatched_payment(amount=20.0).move_id
        line = self._receivables(entry)
        [(title, sheet)] = self._parts(line)["Invoices"]
        self.assertEqual(title, entry.name)
        self.assertIn("20.00", self._flatten(sheet))

    def test_a_letter_is_the_file_that_was_sent(self):
        content = make_pdf(1)
        self._remind(self.letter_channel, content=content)
        [(_title, shown)] = self._parts()["Reminders as they were sent"]
        self.assertEqual(shown, content)

    def test_a_letter_whose_checksum_differs_is_not_shown(self):
        self._remind(self.letter_channel, content=make_pdf(1), pdf_checksum="00")
        [(_title, sheet)] = self._parts()["Reminders as they were sent"]
        self.assertIn("its checksum differs", self._flatten(sheet))

    def test_an_email_is_shown_with_its_envelope_and_text(self):
        self._remind(
            email_from="us@example.com",
            message_id="<1@us>",
            subject="Reminder",
            body_html="<p>Please pay <b>now</b></p>",
        )
        [(_title, sheet)] = self._parts()["Reminders as they were sent"]
        text = self._flatten(sheet)
        for word in ("us@example.com", "ann@example.com", "<1@us>", "Please pay"):
            self.assertIn(word, text)

    def test_keys_of_the_customers_page_are_not_passed_on(self):
        body = '<p><a href="https://x.example/pay/7-abc.DEF">Pay</a></p>'
        self._remind(body_html=body, message_id="<1@us>")
        text = self._flatten(self._parts()["Reminders as they were sent"])
        self.assertIn("https://x.example/pay/\u2026", text)
        self.assertNotIn("abc.DEF", text)

    def test_notices_of_other_items_are_left_out(self):
        self._remind()
        other = self._overdue(10, 50.0)
        lines = self._receivables(other)
        self.assertNotIn("Reminders as they were sent", self._parts(lines))

    def test_proof_tells_checksums_bounces_and_visits(self):
        notice = self._remind(self.letter_channel, content=make_pdf(1))
        link = self.env["dunning.link"]._issue(self.case)
        link.sudo().write(
            {"notice_id": notice.id, "first_opened_at": datetime(2025, 6, 17, 8)}
        )
        text = self._flatten(self._parts()["Proof of delivery"])
        self.assertIn(notice.pdf_checksum, text)
        self.assertIn("The customer opened the payment page on", text)
        self.assertIn("Printed for the post", text)

    def test_a_mail_that_came_back_is_no_proof(self):
        notice = self._remind(message_id="<1@us>")
        notice._set_bounced("Unknown user")
        text = self._flatten(self._parts()["Proof of delivery"])
        self.assertIn("Came back on", text)
        self.assertIn("Unknown user", text)
        self.assertNotIn("it did not come back", text)

    def test_calls_and_agreements_stand_in_it(self):
        self.case._log_call("reached", note="Will think about it")
        today = self.company._get_dunning_today()
        self.case._promise(50.0, today + timedelta(days=3))
        self._pause(self.case)
        self._object(self.invoice)
        parts = self._parts()
        self.assertIn("Will think about it", self._flatten(parts["Phone calls"]))
        text = self._flatten(parts["Promises, pauses and objections"])
        for word in ("50.00", "Illness", "Not what we agreed"):
            self.assertIn(word, text)

    def test_replies_bring_their_files_along(self):
        reply = self._reply(text="I have paid", files=[make_pdf(1), make_example()])
        (_title, sheet), *files = self._parts()["What the customer told us online"]
        self.assertIn("I have paid", self._flatten(sheet))
        self.assertEqual(len(files), 2)
        for attachment in reply.attachment_ids:
            self.assertIn(attachment.name, self._flatten(sheet))

    def _reply(self, files=(), **values):
        reply = self.env["dunning.reply"].sudo()
        return reply.create(
            {
                "case_id": self.case.id,
                "kind": "question",
                "key": "x" * 20,
                "attachment_ids": [
                    self._attach(content, f"file{index}").id
                    for index, content in enumerate(files)
                ],
                **values,
            }
        )

    def test_merged_cases_bring_their_history_along(self):
        other = self._create_customer("Bob Example")
        self._overdue(20, 70.0, partner=other)
        self.env["dunning.planner"]._open_cases(self.company)
        merged = self._case(other)
        merged._log_call("reached", note="Old call")
        merged.sudo()._merge_into(self.case.sudo())
        self.assertIn("Old call", self._flatten(self._parts()["Phone calls"]))

    # === BAD INPUT === #

    def test_odd_texts_do_no_harm(self):
        self.customer.write({"name": NASTY, "street": NASTY})
        self.invoice.payment_reference = NASTY
        self._remind(message_id="<1@us>", body_html=NASTY, subject=NASTY)
        self.case._log_call("reached", note=NASTY * 20)
        self._object(self.invoice).sudo().write({"text": NASTY * 3})
        self._post(self.case, NASTY, subject=NASTY)
        text = " ".join(self._read(self._make(number=NASTY[:40])))
        self.assertIn("{{7*7}}", text)
        self.assertIn("<script>", text)

    def test_bad_files_are_replaced_by_a_page_that_says_so(self):
        self._remind(self.letter_channel, content=b"%PDF-1.4 broken")
        files = [make_pdf(password="x"), b"%PDF-1.7\n\x00\x01", b"PK\x03\x04 table"]
        self._reply(files=files)
        text = " ".join(self._read(self._make()))
        self.assertIn("This document is not included: the file is damaged.", text)
        self.assertIn("it is protected by a password.", text)
        self.assertIn("it cannot be shown as pages.", text)

    def test_a_lost_file_is_said_to_be_empty(self):
        notice = self._remind(self.letter_channel, content=make_pdf(1))
        notice.pdf_attachment_id.raw = b""
        text = " ".join(self._read(self._make()))
        self.assertIn("there is nothing in it.", text)


@tagged("post_install", "-at_install")
class TestCaseFileCorrespondence(CaseFileCommon):
    """Which messages are for the reader's eyes."""

    def _text(self, **context):
        return self._flatten(self._parts(**context).get("Correspondence"))

    def test_letters_to_and_from_the_customer_stand_in_it(self):
        customer = self.customer.id
        self._post(self.case, "<p>We wrote</p>", subject="About it")
        self._post(self.invoice, "They wrote", "email", author_id=customer)
        self._post(self.case, "Mailed", "email_outgoing", note=True)
        text = self._text()
        for word in ("We wrote", "About it", "They wrote", "Mailed"):
            self.assertIn(word, text)

    def test_notes_are_for_colleagues(self):
        self._post(self.case, "They are mean", note=True)
        self._post(self.case, "Internal", is_internal=True)
        colleague = self.env.user.partner_id
        self._post(self.case, "Reply by mail", "email", True, author_id=colleague.id)
        self._post(self.case, "Changed", "notification")
        self.assertEqual(self._text(), "")
        self.assertIn("They are mean", self._text(case_file_notes=True))

    def test_an_answer_to_a_notice_is_no_note(self):
        self._post(self.case, "My answer", "email", True, author_id=self.customer.id)
        self.assertIn("My answer", self._text())

    def test_messages_of_other_invoices_are_left_out(self):
        other = self._overdue(10, 50.0)
        self._post(other, "Elsewhere")
        self.assertNotIn("Elsewhere", self._text())

    def test_a_file_that_was_sent_twice_stands_in_it_once(self):
        for _time in range(2):
            files = self._attach(make_pdf(2), record=self.case)
            self._post(self.case, "See", attachment_ids=files.ids)
        _messages, *files = self._parts()["Correspondence"]
        self.assertEqual(len(files), 1)
