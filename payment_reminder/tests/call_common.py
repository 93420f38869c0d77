from datetime import timedelta

from odoo import fields

from .sending_common import SendingCommon


class CallCommon(SendingCommon):
    """A customer with a phone, and calls that wait in the list.

    ``today`` is the clock's day, for a call is logged when it is made.
    """

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.today = cls.company._get_dunning_today()
        cls.company.country_id = cls.env.ref("base.be")
        cls.calls = cls._create_procedure(
            [
                {
                    "delay_days": 3,
                    "channel_ids": [(6, 0, cls.call_channel.ids)],
                    "mail_template_id": cls.env.ref(
                        "payment_reminder.mail_template_call"
                    ).id,
                    "call_script": "<p>Good day, this is the lender.</p>",
                },
                10,
            ]
        )
        cls.level = cls.calls.level_ids[0]
        cls.company.dunning_procedure_id = cls.calls
        cls.customer.phone = "02 555 12 12"
        cls.now = fields.Datetime.now().replace(microsecond=0)

    def _call_notice(self, *partners, **values):
        """Return the calls that wait for ``partners`` (default: the common one)."""
        return self._queue(*partners, **values)

    def _log(self, notice, outcome, **values):
        """Log a call for ``notice`` as its contact's number says."""
        values = {"phone": notice.phone_display, **values}
        return notice.case_id._log_call(outcome, notice=notice, **values)

    def _in_days(self, days):
        return self.today + timedelta(days=days)

    def _history(self, record):
        """Return the text of the history of ``record``."""
        return " ".join(str(body) for body in record.message_ids.mapped("body"))

    def assertOnList(self, notice, listed=True):
        """Assert that the call list shows ``notice``, now, or does not."""
        self.env.invalidate_all()
        domain = [
            ("is_call_open", "=", True),
            "|",
            ("next_try", "=", False),
            ("next_try", "<=", "now"),
        ]
        found = self.env["dunning.notice"].search(domain)
        (self.assertIn if listed else self.assertNotIn)(notice, found)
