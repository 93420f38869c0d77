from odoo.tests import tagged

from .sending_common import SendingCommon


@tagged("post_install", "-at_install")
class TestUndeliverable(SendingCommon):
    """R13: whatever the address looks like, the reason is shown and a way is found."""

    def test_each_wrong_address_is_shown_and_does_not_climb(self):
        for name, email, reason in (
            ("Nobody", False, "no valid e-mail address"),
            ("Blank", "   ", "no valid e-mail address"),
            ("Garbage", "ann at example", "no valid e-mail address"),
            ("Unknown", "unknown@customer.example.com", "550 no such user"),
            ("Refused", "refused@customer.example.com", "554 policy"),
            ("Blocked", "blocked@customer.example.com", "must not be written to"),
        ):
            for has_letter in (True, False):
                with self.subTest(name, letter=has_letter):
                    self._check_undeliverable(
                        f"{name} {has_letter}", email, reason, has_letter
                    )

    def _check_undeliverable(self, name, email, reason, has_letter):
        self.server.fault("rcpt", (550, b"no such user"), "unknown@")
        self.server.fault("text", (554, b"policy"), "refused@")
        customer = self._create_customer(name)
        notice = self._queue(customer)
        customer.write({"email": email, "street": has_letter and "1 Long Road"})
        if name.startswith("Blocked"):
            self.env["mail.blacklist"].sudo()._add(email)
        self._work()
        self.assertEqual(notice.state, "failed")
        self.assertIn(reason, notice.reason)
        self.assertFalse(self.server.mails_to(email or ""))
        if has_letter:
            self.assertEqual(notice.fallback_notice_id.channel, "letter")
        else:
            self.assertNotClimbed(notice)
            self.assertActivity(notice, reason)

    def test_archived_customer_and_international_domain_are_reached(self):
        archived = self._create_customer("Archived")
        foreign = self._create_customer("Foreign", email="ann@müller.example")
        notices = self._queue(archived, foreign)
        archived.active = False
        self._work()
        self.assertEqual(set(notices.mapped("state")), {"sent"})

    def test_person_is_told_when_an_unattended_notice_fails(self):
        self.company.dunning_digest_user_ids = self.clerk
        self.server.fault("rcpt", (550, b"no such user"))
        self.customer.street = False
        invoice = self._overdue(5, invoice_user_id=False)
        run = self._plan(user_id=self.env.ref("base.user_root").id)
        self._release(run)
        self._work()
        self.assertEqual(run.notice_ids.state, "failed")
        self.assertEqual(self._case().activity_ids.user_id, self.clerk)
        self.assertFalse(self._items(invoice).level_id)
