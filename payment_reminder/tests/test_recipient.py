from odoo.exceptions import ValidationError
from odoo.tests import new_test_user, tagged

from .sending_common import SendingCommon
from .test_bounce import BLOCK, REPORT

NO_USER = (550, b"5.1.1 no such user")


@tagged("post_install", "-at_install")
class TestRecipient(SendingCommon):
    """Whom a notice reaches that cannot reach its contact."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.customer.is_company = True
        cls.contact = cls._create_customer(
            "Paula Payer", parent_id=cls.customer.id, type="invoice"
        )

    def test_address_lost_meanwhile_gives_way_to_the_company(self):
        notice = self._queue()
        self.contact.email = False
        self.assertEqual(notice.recipient_text, self.customer.email)
        self._work()
        self.assertEqual(notice.contact_id, self.customer)
        self.assertSent(notice)

    def test_blacklisted_contact_gives_way_to_the_company(self):
        notice = self._queue()
        self.env["mail.blacklist"]._add(self.contact.email)
        self._work()
        self.assertEqual(notice.contact_id, self.customer)
        self.assertSent(notice)

    def test_refused_contact_gives_way_to_the_company_before_a_letter(self):
        self.server.fault("rcpt", NO_USER, self.contact.email)
        notice = self._queue()
        self._work()
        other = notice.fallback_notice_id
        self.assertEqual((notice.state, other.state), ("failed", "sent"))
        self.assertEqual((other.channel, other.contact_id), ("email", self.customer))
        self.assertEqual(len(notice._get_siblings()), 2)

    def test_letter_follows_when_the_company_refuses_as_well(self):
        self.server.fault("rcpt", NO_USER)
        notice = self._queue()
        self._work()
        letter = notice.fallback_notice_id.fallback_notice_id
        self.assertEqual((letter.channel, letter.state), ("letter", "sent"))
        self.assertEqual(letter.contact_id, self.contact)

    def test_same_address_is_not_tried_twice(self):
        self.customer.email = self.contact.email
        self.server.fault("rcpt", NO_USER)
        notice = self._queue()
        self._work()
        self.assertEqual(notice.fallback_notice_id.channel, "letter")


@tagged("post_install", "-at_install")
class TestCopies(SendingCommon):
    """Further recipients: named on the customer, or the salesperson."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.adviser = cls.env["res.partner"].create(
            {"name": "Tina Tax", "email": "tina@tax.example.com"}
        )
        cls.seller = new_test_user(
            cls.env,
            login="sue",
            name="Sue Seller",
            email="sue@lender.example.com",
            groups="account.group_account_invoice",
        )

    def _mail(self, notice):
        self._work()
        self.assertEqual(notice.state, "sent", notice.reason)
        [mail] = self.server.mails
        return mail

    def test_copy_goes_to_whom_the_customer_names(self):
        self.customer.dunning_copy_ids = self.adviser
        notice = self._queue()
        mail = self._mail(notice)
        self.assertEqual(mail["Cc"], "Tina Tax <tina@tax.example.com>")
        self.assertEqual(
            mail.recipients, ["annexample@customer.example.com", "tina@tax.example.com"]
        )
        self.assertIn("tina@tax.example.com", notice.email_cc)
        self.assertNotIn("tina@tax.example.com", notice.email_to)

    def test_copy_goes_to_the_salesperson_where_the_level_says_so(self):
        self.friendly.copy_salesperson = True
        self._overdue(5, invoice_user_id=self.seller.id)
        notice = self._release(self._plan(user_id=self.clerk.id)).notice_ids
        self.assertEqual(
            self._mail(notice)["Cc"], "Sue Seller <sue@lender.example.com>"
        )

    def test_salesperson_gets_no_copy_otherwise(self):
        self._overdue(5, invoice_user_id=self.seller.id)
        notice = self._release(self._plan(user_id=self.clerk.id)).notice_ids
        self.assertFalse(self._mail(notice)["Cc"])

    def test_blacklisted_copy_is_left_out_and_said(self):
        self.customer.dunning_copy_ids = self.adviser
        self.env["mail.blacklist"]._add(self.adviser.email)
        self._overdue(5)
        notice = self._plan(user_id=self.clerk.id).notice_ids
        self.assertIn(
            "No copy: tina@tax.example.com is on the list", notice.warning_text
        )
        self._release(notice.run_id)
        self.assertFalse(self._mail(notice)["Cc"])
        self.assertIn("No copy: tina@tax.example.com", notice.copies_left_out)

    def test_preview_shows_the_copies(self):
        self.customer.dunning_copy_ids = self.adviser
        self._overdue(5)
        notice = self._plan().notice_ids
        values = self.email_channel._get_handler()._get_preview_values(notice)
        self.assertIn("tina@tax.example.com", values["email_cc"])

    def test_recipient_gets_no_copy_of_the_own_mail(self):
        twin = self._create_customer("Twin", email=self.customer.email)
        self.customer.dunning_copy_ids = self.customer | twin
        self.assertFalse(self._mail(self._queue())["Cc"])

    def test_copy_needs_an_address(self):
        nobody = self.env["res.partner"].create({"name": "Nobody", "email": "x"})
        with self.assertRaisesRegex(ValidationError, "no valid e-mail address"):
            self.customer.dunning_copy_ids = nobody

    def test_bounce_of_a_copy_is_not_one_of_the_notice(self):
        self.customer.dunning_copy_ids = self.adviser
        notice = self._queue()
        self._work()
        values = {
            "to": "bounce@lender.example.com",
            "action": "failed",
            "status": "5.1.1",
            "reason": "550 no such user here",
            "message_id": notice.message_id,
            "report_id": "report",
            "address": self.adviser.email,
        }
        block = BLOCK.format(**values)
        report = REPORT.format(**values, blocks=block)
        self.env["mail.thread"].sudo().message_process(False, report)
        self.env.invalidate_all()
        self.assertEqual(notice.state, "sent")
        self.assertEqual(
            notice.case_id.activity_ids.summary, "E-mail address to correct"
        )

    def test_refused_copy_keeps_nothing_back(self):
        self.customer.dunning_copy_ids = self.adviser
        self.server.fault("rcpt", NO_USER, self.adviser.email)
        self.assertEqual(self._mail(self._queue()).recipients, [self.customer.email])

    def test_mail_that_only_its_copies_would_get_is_not_sent(self):
        self.customer.dunning_copy_ids = self.adviser
        self.server.fault("rcpt", NO_USER, self.customer.email)
        notice = self._queue()
        self._work()
        self.assertEqual(notice.state, "failed")
        self.assertIn("no such user", notice.reason)
        self.assertFalse(self.server.mails)
        self.assertEqual(notice.fallback_notice_id.channel, "letter")
