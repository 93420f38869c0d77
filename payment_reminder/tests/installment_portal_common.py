from .installment_common import InstallmentCommon
from .portal_common import PortalCommon


class InstallmentPortalCommon(PortalCommon, InstallmentCommon):
    """Two customers with a user each, and a plan that was proposed to the first one."""

    _path = "/my/installments"

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.other_customer = cls._create_customer("Bob Other")
        cls.user_a = cls._create_portal_user("portal_a", cls.customer)
        cls.user_b = cls._create_portal_user("portal_b", cls.other_customer)
        cls.seller = cls._create_portal_seller(
            "portal_seller",
            "payment_reminder.group_dunning_user,account.group_account_invoice",
        )
        cls.invoice = cls._overdue(20, 300.0)
        cls.plan = cls._proposed(cls.invoice)

    @classmethod
    def _proposed(cls, moves=None, **values):
        plan = cls._plan(moves, user_id=cls.seller.id, **values)
        plan.action_propose()
        return plan

    def _get_shown(self):
        return self.plan

    def _get_summaries(self, plan=None):
        plan = plan or self.plan
        return plan.activity_ids.mapped("summary")
