from unittest.mock import patch

from odoo import SUPERUSER_ID, api

from .common import DunningCommon
from .fake_smtp import FakeServer


class SendingCommon(DunningCommon):
    """The sender at work: in a transaction of its own, which really commits.

    The cursor of the worker lives on savepoints of the test's one, so 'commit' and
    'rollback' mean what they say, and nothing stays after the test. The mail server is
    reached through the whole of Odoo and smtplib; only its socket is replaced.
    """

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company.write(
            {"email": "office@lender.example.com", "phone": "+32 2 555 12 12"}
        )
        cls.clerk = cls._create_clerk()
        cls.env["ir.config_parameter"].set_param("web.base.url", "https://our.example")

    def setUp(self):
        super().setUp()
        self.server = FakeServer()
        MailServer = type(self.env["ir.mail_server"])
        for patcher in (
            patch("smtplib.SMTP", self.server.connect),
            patch.object(MailServer, "_disable_send", lambda _self: False),
        ):
            patcher.start()
            self.addCleanup(patcher.stop)

    # === WORLD === #

    @classmethod
    def _create_clerk(cls):
        """Return the person who signs and is asked when something goes wrong."""
        return cls.env["res.users"].create(
            {
                "name": "Carla Clerk",
                "login": "carla",
                "email": "carla@lender.example.com",
                "company_id": cls.company.id,
                "company_ids": cls.company.ids,
                "group_ids": [
                    (4, cls.env.ref("base.group_user").id),
                    (4, cls.env.ref("payment_reminder.group_dunning_user").id),
                ],
            }
        )

    def _queue(self, *partners, days=5, **values):
        """Return queued notices of one invoice for each of ``partners``."""
        for partner in partners or (self.customer,):
            self._overdue(days, partner=partner)
        run = self._release(self._plan(user_id=self.clerk.id, **values))
        return run.notice_ids

    def _release(self, run):
        """Approve and queue the notices of ``run``, without a worker."""
        run.action_approve()
        run._set_sending()
        return run

    def _start_with_age(self):
        """Let an item start at the level of its age: letters come at once."""
        self.procedure.first_level = "age"

    # === WORKERS === #

    def _work(self, on=None):
        """Let a worker send what is queued as on the day ``on``."""
        with self.enter_registry_test_mode(), self.registry.cursor() as cr:
            env = api.Environment(cr, SUPERUSER_ID, {})
            env["dunning.sender"]._process_queue(on or self.today)

    def _work_again(self, on=None):
        """Let a worker come back when all waiting times have passed."""
        queued = self.env["dunning.notice"].sudo().search([("state", "=", "queued")])
        queued.next_try = False
        self._work(on)

    def _run_cron(self):
        """Let the real cron send what is queued, and return it."""
        cron = self.env.ref("payment_reminder.ir_cron_dunning_send").sudo()
        with self.enter_registry_test_mode():
            cron.method_direct_trigger()
        return cron

    # === ASSERTIONS === #

    def assertSent(self, notices):
        """Assert that each notice reached its customer by exactly one mail."""
        self.assertEqual(set(notices.mapped("state")), {"sent"})
        for notice in notices:
            mails = self.server.mails_to(notice.contact_id.email)
            self.assertEqual(len(mails), 1, notice.display_name)

    def assertActivity(self, notice, text):
        """Assert that a person was told about ``notice``."""
        activities = notice.case_id.activity_ids
        self.assertIn(text, " ".join(str(note) for note in activities.mapped("note")))
        self.assertEqual(activities.user_id, self.clerk)

    def assertNotClimbed(self, notice):
        """Assert that no item reached its level because of ``notice``."""
        moves = notice.line_ids.move_id
        self.assertFalse(self._items(moves).level_id)
