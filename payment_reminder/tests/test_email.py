from email.utils import parseaddr

from lxml import html

from odoo.fields import Command
from odoo.tests import tagged

from .sending_common import SendingCommon

UGLY_NAMES = {
    "code": "{{7*7}} ${7*7} <t t-out='7*7'/> %(x)s",
    "script": '<script>alert("1")</script><b>&amp;',
    "line breaks": "Ann\r\nBcc: thief@example.com\nExample",
    "four bytes": "Ann 🧾 𝔄𝔫𝔫 \u202egnirts",
    "long": "Ä" * 300,
}


@tagged("post_install", "-at_install")
class TestEmail(SendingCommon):
    """What arrives in the customer's mailbox, and what is kept of it."""

    def _mail(self, notice):
        """Return the only mail that came of ``notice``."""
        self._work()
        self.assertEqual(notice.state, "sent", notice.reason)
        [mail] = self.server.mails
        return mail

    def _plain(self, mail):
        return mail.get_body("plain").get_content()

    def _html(self, mail):
        return mail.get_body("html").get_content()

    # === WHO WRITES TO WHOM === #

    def test_mail_goes_from_the_person_responsible_to_the_customer(self):
        notice = self._queue()
        mail = self._mail(notice)
        self.assertEqual(mail["To"], "Ann Example <annexample@customer.example.com>")
        self.assertEqual(mail["From"], "Carla Clerk <carla@lender.example.com>")
        self.assertIn("carla@lender.example.com", mail["Reply-To"])
        self.assertEqual(mail.recipients, ["annexample@customer.example.com"])
        self.assertFalse(mail["Cc"] or mail["Bcc"])

    def test_mail_goes_to_the_invoice_contact(self):
        contact = self.env["res.partner"].create(
            {
                "name": "Paula Payer",
                "type": "invoice",
                "parent_id": self.customer.id,
                "email": "paula@customer.example.com",
            }
        )
        notice = self._queue()
        mail = self._mail(notice)
        self.assertEqual(notice.contact_id, contact)
        self.assertEqual(mail.recipients, ["paula@customer.example.com"])
        self.assertIn("Dear Paula Payer,", self._plain(mail))

    def test_all_addresses_of_the_customer_get_the_same_mail(self):
        self.customer.email = "ann@customer.example.com, bob@customer.example.com"
        mail = self._mail(self._queue())
        self.assertEqual(
            mail.recipients, ["ann@customer.example.com", "bob@customer.example.com"]
        )

    def test_address_with_an_international_domain_is_reached(self):
        self.customer.email = "ann@müller.example"
        mail = self._mail(self._queue())
        self.assertEqual(mail.recipients, ["ann@xn--mller-kva.example"])

    def test_second_header_cannot_be_smuggled_in_through_the_address(self):
        self.customer.email = "ann@customer.example.com\r\nBcc: thief@example.com"
        notice = self._queue()
        self._work()
        for mail in self.server.mails:
            self.assertFalse(mail["Bcc"])
            self.assertIn("ann@customer.example.com", mail.recipients)
        self.assertIn(notice.state, ("sent", "failed"))

    # === WHAT IT SAYS === #

    def test_both_parts_say_everything(self):
        self.customer.ref = "C-1"
        invoice = self._overdue(5, 1234.5)
        second = self._overdue(4, 100)
        bank = self.env["res.partner.bank"].create(
            {"acc_number": "BE71096123456769", "partner_id": self.company.partner_id.id}
        )
        (invoice | second).partner_bank_id = bank
        notice = self._release(self._plan(user_id=self.clerk.id)).notice_ids
        mail = self._mail(notice)
        flat = html.fromstring(self._html(mail)).text_content()
        for part in (self._plain(mail), " ".join(flat.split())):
            for fact in (
                "Dear Ann Example,",
                invoice.name,
                second.name,
                "1,234.50",
                "100.00",
                "1,334.50",
                notice._format_date(self._days_ago(5)),
                notice._format_date(notice.pay_by_date),
                "5 days late",
                "Consulting",
                "BE71 0961 2345 6769",
                self.company.name,
                "Carla Clerk",
                "+32 2 555 12 12",
                "please disregard",
            ):
                self.assertIn(fact, part.replace("\xa0", " "))
        self.assertIn("https://our.example/my/invoices/", self._html(mail))
        self.assertIn("https://our.example/my/invoices/", self._plain(mail))

    def test_plain_part_has_one_line_for_each_invoice_and_no_markup(self):
        invoices = self._overdue(5, 10) | self._overdue(4, 20)
        notice = self._release(self._plan()).notice_ids
        plain = self._plain(self._mail(notice))
        for invoice in invoices:
            [line] = [
                text
                for text in plain.splitlines()
                if invoice.name in text and "late" in text
            ]
            self.assertIn(f"{invoice.amount_residual:.2f}", line)
        self.assertNotRegex(plain, r"</?\w+[^>]*>|&nbsp;|&amp;")

    def test_one_day_is_not_said_in_the_plural(self):
        self.friendly.delay_days = 1
        plain = self._plain(self._mail(self._queue(days=1)))
        self.assertIn("1 day late", plain)

    def test_heads_up_does_not_speak_of_lateness(self):
        self.heads_up.active = True
        plain = self._plain(self._mail(self._queue(days=-2)))
        self.assertIn("it is not overdue", plain)
        self.assertNotIn("late", plain)

    def test_mail_is_in_the_language_of_the_customer(self):
        self.env["res.lang"]._activate_lang("de_DE")
        template = self.friendly.sudo().mail_template_id
        body = "<p>Guten Tag</p><t t-out='object._render_claims_table()'/>"
        subject = "Erinnerung {{ object._format_amount(object.amount_total) }}"
        template.with_context(lang="de_DE").write(
            {"subject": subject, "body_html": body}
        )
        german = self._create_customer("Hans", lang="de_DE")
        self._overdue(5, 1234.5, partner=german)
        self._overdue(5, 1234.5)
        notices = self._release(self._plan()).notice_ids
        self._work()
        self.assertSent(notices)
        [mail] = self.server.mails_to(german.email)
        self.assertRegex(mail["Subject"], r"^Erinnerung .*1\.234,50")
        self.assertIn("Guten Tag", self._plain(mail))
        self.assertIn("11.06.2025", self._plain(mail))
        self.assertIn('lang="de-DE"', self._html(mail))
        [english] = self.server.mails_to(self.customer.email)
        self.assertIn("1,234.50", english["Subject"])

    # === UGLY NAMES AND TEXTS === #

    def test_ugly_names_are_shown_and_never_evaluated(self):
        for kind, name in UGLY_NAMES.items():
            with self.subTest(kind):
                self.server.mails.clear()
                email = f"{kind.replace(' ', '')}@customer.example.com"
                customer = self._create_customer(name, email=email)
                notice = self._queue(customer)
                notice.sudo().line_ids.invoice_name = name[:60]
                mail = self._mail(notice)
                self.assertEqual(mail.recipients, [email])
                self.assertFalse(mail["Bcc"])
                self.assertNotIn("49", mail["Subject"].replace(notice.number or "", ""))
                self.assertNotIn("\n", mail["Subject"])
                shown = " ".join(
                    html.fromstring(self._html(mail)).text_content().split()
                )
                self.assertIn(f"Dear {' '.join(name.split())},", shown)
                self.assertIn(f"Dear {' '.join(name.split())},", self._flat_plain(mail))
                self.assertFalse(html.fromstring(self._html(mail)).xpath("//script"))

    def _flat_plain(self, mail):
        return " ".join(self._plain(mail).split())

    def test_ugly_names_stay_harmless_in_the_history(self):
        customer = self._create_customer(UGLY_NAMES["script"])
        notice = self._queue(customer)
        self._mail(notice)
        invoice = notice.line_ids.move_id
        for message in (notice.case_id.message_ids | invoice.message_ids).filtered(
            lambda message: "alert" in str(message.body)
        ):
            self.assertNotIn("<script", str(message.body))
        note = self._history(notice, invoice)
        self.assertIn('<script>alert("1")</script>', self._text(note))

    def _history(self, notice, record):
        """Return what ``notice`` wrote into the chatter of ``record``."""
        level = notice.level_id.name
        return record.message_ids.filtered(lambda m: level in self._text(m))

    def _text(self, message):
        body = str(message.body)
        return html.fromstring(f"<div>{body}</div>").text_content() if body else ""

    # === ATTACHMENTS === #

    def _store_pdf(self, invoice, content=b"%PDF-1.4 stored"):
        self.env["ir.attachment"].sudo().create(
            {
                "name": f"{invoice.name.replace('/', '_')}.pdf",
                "raw": content,
                "mimetype": "application/pdf",
                "res_model": "account.move",
                "res_id": invoice.id,
                "res_field": "invoice_pdf_report_file",
            }
        )
        invoice.invalidate_recordset()

    def _attachments(self, mail):
        return {
            part.get_filename(): part.get_content() for part in mail.iter_attachments()
        }

    def test_stored_invoices_are_attached_if_the_level_says_so(self):
        self.friendly.sudo().attach_invoices = True
        invoice, other = self._overdue(5), self._overdue(5)
        self._store_pdf(invoice)
        notice = self._release(self._plan()).notice_ids
        self.assertEqual(notice.line_ids.move_id, invoice | other)
        files = list(self._attachments(self._mail(notice)).values())
        # the other one is made, see test_notice_files
        self.assertEqual((len(files), files.count(b"%PDF-1.4 stored")), (2, 1))

    def test_no_invoice_is_attached_if_the_level_does_not_say_so(self):
        self.friendly.sudo().attach_invoices = False
        notice = self._queue()
        self._store_pdf(notice.line_ids.move_id)
        self.assertFalse(self._attachments(self._mail(notice)))

    def test_invoice_that_was_paid_is_not_attached(self):
        self.friendly.sudo().attach_invoices = True
        paid, still_open = self._overdue(5), self._overdue(5)
        self._store_pdf(paid, b"%PDF paid")
        self._store_pdf(still_open, b"%PDF open")
        notice = self._release(self._plan()).notice_ids
        self._pay(paid)
        files = self._attachments(self._mail(notice))
        self.assertEqual(list(files.values()), [b"%PDF open"])

    # === WHAT IS KEPT === #

    def test_what_was_sent_is_kept_on_the_notice(self):
        notice = self._queue()
        mail = self._mail(notice)
        self.assertEqual(notice.subject, mail["Subject"])
        self.assertEqual(notice.message_id, mail["Message-Id"])
        self.assertEqual(parseaddr(notice.email_from), parseaddr(mail["From"]))
        self.assertEqual(parseaddr(notice.email_to), parseaddr(mail["To"]))
        sent = " ".join(html.fromstring(self._html(mail)).text_content().split())
        kept = " ".join(html.fromstring(str(notice.body_html)).text_content().split())
        self.assertEqual(kept, sent)

    def test_mail_stands_in_the_history_of_the_case(self):
        notice = self._queue()
        mail = self._mail(notice)
        message = notice.mail_message_id
        self.assertIn(message, notice.case_id.message_ids)
        self.assertEqual(message.message_id, mail["Message-Id"])
        self.assertEqual(message.subject, mail["Subject"])
        self.assertIn("Dear Ann Example,", str(message.body))
        self.assertEqual(message.author_id, self.clerk.partner_id)
        self.assertEqual(message.partner_ids, self.customer)

    def test_mail_stands_in_the_history_of_each_invoice(self):
        invoices = self._overdue(5) | self._overdue(4)
        notice = self._release(self._plan()).notice_ids
        self._mail(notice)
        for invoice in invoices:
            note = self._history(notice, invoice)
            self.assertEqual(len(note), 1)
            self.assertIn("Ann Example", self._text(note))
            self.assertIn("200.00", self._text(note))

    def test_history_does_not_send_a_second_mail(self):
        self.env["mail.followers"].sudo().create(
            {
                "res_model": "account.move",
                "res_id": self._overdue(5).id,
                "partner_id": self.clerk.partner_id.id,
            }
        )
        notice = self._release(self._plan()).notice_ids
        waiting = self.env["mail.mail"].sudo().search_count([])
        self._mail(notice)
        self.assertEqual(self.env["mail.mail"].sudo().search_count([]), waiting)

    def test_answer_to_the_mail_reaches_the_case(self):
        notice = self._queue()
        mail = self._mail(notice)
        answer = (
            f"From: {self.customer.email}\r\nTo: {mail['From']}\r\n"
            f"Message-Id: <answer@customer.example.com>\r\nSubject: Re\r\n"
            f"In-Reply-To: {mail['Message-Id']}\r\n\r\nWill pay tomorrow"
        )
        self.env["mail.thread"].sudo().message_process(False, answer)
        self.assertIn("Will pay tomorrow", str(notice.case_id.message_ids[0].body))

    # === THE SHIPPED LEVELS === #

    def test_each_shipped_mail_renders_for_all_kinds_of_customers(self):
        company = self._create_customer("Company", is_company=True)
        nameless = self._create_customer("Company 2", is_company=True)
        self.env["res.partner"].create(
            {
                "type": "invoice",
                "parent_id": nameless.id,
                "email": "bills@customer.example.com",
            }
        )
        templates = self.levels.sudo().mail_template_id
        self.assertGreaterEqual(len(templates), 4)
        for number, template in enumerate(templates):
            procedure = self._create_procedure(
                [{"delay_days": 3 + number, "mail_template_id": template.id}]
            )
            for partner in (company, nameless):
                with self.subTest(template=template.name, partner=partner.name):
                    self.server.mails.clear()
                    invoice = self._overdue(
                        9, partner=partner, dunning_procedure_id=procedure.id
                    )
                    notice = self._release(self._plan()).notice_ids
                    mail = self._mail(notice)
                    self.assertRegex(self._plain(mail), r"\nDear [\w ]+,")
                    self.assertNotIn("False", self._plain(mail))
                    self.assertNotIn("None", self._plain(mail))
                    self._pay(invoice)

    def test_letter_does_not_become_a_mail_without_a_text(self):
        self.customer.street = False
        self.customer.with_company(
            self.company
        ).dunning_procedure_id = self._create_procedure(
            [
                {
                    "delay_days": 3,
                    "mail_template_id": False,
                    "letter_intro": "<p>Please pay.</p>",
                    "channel_ids": [Command.set(self.letter_channel.ids)],
                }
            ]
        )
        invoice = self._overdue(5, partner=self.customer)
        self.assertLeftOut(self._plan(self.today), invoice, "no_contact")

    def test_level_without_a_mail_text_fails_alone_and_says_so(self):
        self.customer.street = False
        bad = self._create_procedure([3])
        self.customer.with_company(self.company).dunning_procedure_id = bad
        other = self._create_customer("Bob")
        notices = self._queue(self.customer, other)
        wrong, right = notices.sorted(lambda n: n.partner_id == other)
        self.env.cr.execute(  # the form would refuse it
            "UPDATE dunning_level SET mail_template_id = NULL WHERE procedure_id = %s",
            [bad.id],
        )
        self.env.invalidate_all()
        self._work()
        self.assertEqual((wrong.state, right.state), ("failed", "sent"))
        self.assertIn("no e-mail text", wrong.reason)
        self.assertActivity(wrong, "no e-mail text")
