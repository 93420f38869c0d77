from .common import DunningCommon


class ReviewCommon(DunningCommon):
    """A proposed run with two customers, each with an e-mail."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.bob = cls._create_customer("Bob")
        cls.invoice = cls._overdue(5, 100.0)
        cls.other_invoice = cls._overdue(6, 50.0, partner=cls.bob)

    def _notice_of(self, run, partner):
        return run.notice_ids.filtered(lambda n: n.partner_id == partner)

    def _wizard(self, notices, **values):
        """Return the wizard that leaves ``notices`` out, as the screen opens it."""
        action = notices.action_leave_out()
        model = self.env[action["res_model"]].with_context(**action["context"])
        return model.create({"reason": "agreed", **values})
