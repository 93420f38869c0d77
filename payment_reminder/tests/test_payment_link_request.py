from odoo.tests import tagged

from .payment_link_common import NO_LIMIT, PaymentLinkHttpCommon


@tagged("post_install", "-at_install")
class TestPaymentLinkRequest(PaymentLinkHttpCommon):
    """A new link is mailed to addresses on file; the answer tells nobody anything."""

    def setUp(self):
        super().setUp()
        self.case.partner_id.email = "ann@customer.example.com"
        self.waiting = self.env["mail.mail"].search([])

    def _asked(self, email):
        """Ask, let the cron work, and return (answer, mails)."""
        response = self._ask(email)
        self.assertFalse(self.env["mail.mail"].search([]) - self.waiting)
        self._run_cron()
        self.assertFalse(self.events.search([("email", "!=", False)]))
        mails = self.env["mail.mail"].search([]) - self.waiting
        self.waiting |= mails
        return response, mails

    def _run_cron(self):
        cron = self.env.ref("payment_reminder.ir_cron_dunning_link").sudo()
        with self.enter_registry_test_mode():
            cron.method_direct_trigger()

    def test_customer_gets_a_new_link_and_the_case_knows(self):
        response, mail = self._asked(" Ann@Customer.example.com ")
        self.assertEqual(response.status_code, 200)
        self.assertEqual(len(mail), 1)
        self.assertEqual(mail.state, "outgoing")
        self.assertEqual(mail.email_to, '"Ann Example" <ann@customer.example.com>')
        link = self.links.search([], limit=1)
        self.assertEqual((link.origin, link.case_id), ("request", self.case))
        self.assertIn(link._get_url(), str(mail.body_html))
        self.assertIn(link._get_url(), str(self.case.message_ids[0].body))
        self.assertEqual(self.url_open(self._path(link=link)).status_code, 200)

    def test_answer_is_the_same_whatever_is_found(self):
        self._set_limit("new", NO_LIMIT)
        known, mails = self._asked("ann@customer.example.com")
        self.assertTrue(mails)
        for email in ("nobody@else.example.com", "", "no address", "a@b, c@d", "%@%.%"):
            with self.subTest(email):
                unknown, mails = self._asked(email)
                self.assertFalse(mails)
                self.assertEqual(unknown.status_code, known.status_code)
                self.assertEqual(self._body(unknown), self._body(known))

    def test_contacts_and_second_addresses_are_on_file(self):
        self.case.partner_id.email = "first@customer.example.com, Ann <ann@x.example>"
        contact = self.env["res.partner"].create(
            {
                "name": "Paula",
                "parent_id": self.case.partner_id.id,
                "email": "paula@customer.example.com",
            }
        )
        for email, receiver in (
            ("ann@x.example", self.case.partner_id),
            ("paula@customer.example.com", contact),
        ):
            _response, mail = self._asked(email)
            self.assertIn(receiver.name, mail.email_to)
            self.assertIn(email, mail.email_to)

    def test_nothing_is_mailed_for_other_reasons(self):
        self._set_limit("new", NO_LIMIT)
        email = "ann@customer.example.com"
        blocked = self.env["mail.blacklist"]._add(email)
        self.assertFalse(self._asked(email)[1])
        blocked.unlink()
        self._pay(self.invoice)
        self.assertFalse(self._asked(email)[1])

    def test_customer_of_two_companies_gets_a_mail_of_each(self):
        other = self.setup_other_company()["company"]
        self._open_elsewhere(other)
        _response, mails = self._asked("ann@customer.example.com")
        self.assertEqual(len(mails), 2)
        links = self.links.search([("origin", "=", "request")])
        self.assertEqual(links.company_id, self.company | other)

    def _open_elsewhere(self, company):
        partner = self.case.partner_id
        self._invoice(partner, company=company)
        self.env["dunning.planner"]._open_cases(company, partner)

    def test_nobody_is_flooded(self):
        self._set_limit("new", NO_LIMIT)
        sent = [len(self._asked("ann@customer.example.com")[1]) for _time in range(5)]
        self.assertEqual(sent, [1, 1, 1, 0, 0])

    def test_one_address_does_not_ask_for_ever(self):
        statuses = [self._ask(f"{n}@x.example").status_code for n in range(6)]
        self.assertEqual(statuses, [200] * 5 + [429])

    def test_without_its_key_nothing_is_asked_for(self):
        before = self.events.search_count([])
        self.url_open("/pay/new?email=ann@customer.example.com")
        self.url_open("/pay/new", data={"email": "ann@customer.example.com"})
        self.assertEqual(self.events.search_count([]), before)

    def test_failure_of_one_does_not_stop_the_others(self):
        template = self.env.ref("payment_reminder.mail_template_new_link")
        self.events._ask_for_link("ann@customer.example.com", "a")
        template.unlink()
        with self.assertLogs("odoo.addons.payment_reminder", "ERROR"):
            self._run_cron()
        self.assertFalse(self.events.search([("email", "!=", False)]))
