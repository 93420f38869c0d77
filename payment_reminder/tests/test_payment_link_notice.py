import re
from urllib.parse import urlsplit

from odoo.tests import HttpCase, tagged

from ..controllers.payment_link import wrong_tries
from .payment_link_common import WorkerCase
from .sending_common import SendingCommon

ADDRESS = re.compile(r"https://our\.example/pay/[0-9]+-[a-z2-7]{24}")


@tagged("post_install", "-at_install")
class TestPaymentLinkNotice(WorkerCase, SendingCommon, HttpCase):
    """Every notice carries a link of its own, from the mail to the page."""

    def setUp(self):
        super().setUp()
        wrong_tries.clear()

    def _parts(self, mail):
        return [mail.get_body(kind).get_content() for kind in ("html", "plain")]

    def test_link_in_the_mail_that_was_sent_opens_the_page(self):
        self._overdue(5)
        notice = self._queue()
        self._work()
        self.assertSent(notice)
        [mail] = self.server.mails
        html, plain = self._parts(mail)
        found = ADDRESS.findall(html)
        self.assertEqual(len(set(found)), 1)
        self.assertIn(found[0], plain)
        self.assertIn("Pay, or write to us", html)
        response = self.url_open(urlsplit(found[0]).path)
        self.assertEqual(response.status_code, 200)
        for move in notice.line_ids.move_id:
            self.assertIn(move.name, response.text)

    def test_opening_is_told_with_the_name_of_the_reminder(self):
        notice = self._queue()
        self._work()
        notice.link_ids._log_opened()
        self.assertTrue(notice.page_opened_at)
        body = str(notice.case_id.message_ids[0].body)
        self.assertIn(notice.level_id.name, body)

    def test_each_notice_has_its_own_link_until_it_is_sent_again(self):
        customers = [self._create_customer(f"C{number}") for number in range(3)]
        notices = self._queue(*customers)
        self.assertFalse(notices.link_ids)
        self._work()
        self.assertEqual(len(notices.link_ids), 3)
        for notice in notices:
            [mail] = self.server.mails_to(notice.contact_id.email)
            self.assertEqual(
                set(ADDRESS.findall(self._parts(mail)[0])), {notice._get_page_url()}
            )
        self.env["dunning.link"]._issue_for_notices(notices)
        self.assertEqual(len(notices.link_ids), 3)

    def test_making_many_links_costs_as_much_as_making_one(self):
        customers = [self._create_customer(f"C{number}") for number in range(21)]
        notices = self._queue(*customers)
        links = self.env["dunning.link"]
        links._issue_for_notices(notices[:1])
        costs = []
        for group in (notices[1:2], notices[2:]):
            self.env.flush_all()
            self.env.invalidate_all()
            with self.assertQueryCount(100):
                before = self.cr.sql_log_count
                links._issue_for_notices(group)
                [notice._get_page_url() for notice in group]
                self.env.flush_all()
                costs.append(self.cr.sql_log_count - before)
        self.assertLessEqual(costs[1], costs[0] + 1)

    def test_preview_shows_an_example_and_makes_nothing(self):
        self._overdue(5)
        notice = self._plan().notice_ids
        before = self.env["dunning.link"].search_count([])
        handler = notice.channel_id._get_handler()
        body = str(handler._get_preview_values(notice)["body_html"])
        self.assertIn("https://our.example/pay/example", body)
        self.assertFalse(ADDRESS.search(body))
        self.assertEqual(self.env["dunning.link"].search_count([]), before)
        self.assertEqual(self.url_open("/pay/example").status_code, 404)

    def test_letter_gets_a_link_before_it_is_drawn(self):
        self._start_with_age()
        self.customer.email = False
        notices = self._queue(days=50)
        self._work()
        letters = notices.filtered("pdf_attachment_id")
        self.assertTrue(letters)
        for letter in letters:
            self.assertRegex(letter._get_page_url(), ADDRESS)

    # === STATEMENTS === #

    def test_statement_gets_its_link_from_the_action_not_from_printing(self):
        self._overdue(5)
        self.env["dunning.planner"]._open_cases(self.company)
        statements = self.env["dunning.statement"]
        [statement] = statements._make(self.company, self.customer)
        self.assertFalse(statement._get_page_url())
        for _time in range(2):
            self.customer.action_print_statement()
        links = self.env["dunning.link"].search([("origin", "=", "statement")])
        self.assertEqual(len(links), 1)
        [statement] = statements._make(self.company, self.customer)
        self.assertEqual(statement._get_page_url(), links._get_url())
        links._set_revoked()
        self.assertFalse(statement._get_page_url())
        self.customer.action_print_statement()
        [statement] = statements._make(self.company, self.customer)
        self.assertRegex(statement._get_page_url(), ADDRESS)

    def test_statement_of_what_is_not_due_yet_has_a_link_too(self):
        self._overdue(-300)
        self.customer.action_print_statement()
        [statement] = self.env["dunning.statement"]._make(self.company, self.customer)
        self.assertRegex(statement._get_page_url(), ADDRESS)
