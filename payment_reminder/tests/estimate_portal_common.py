from datetime import timedelta

from .estimate_common import EstimateCommon
from .portal_common import PortalCommon


class EstimatePortalCommon(PortalCommon, EstimateCommon):
    """Two customers with a user each, and an estimate that the first one was sent.

    The clock's day is used: customers decide today. ``HttpCase`` comes beside it.
    """

    _path = "/my/estimates"

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.today = cls.company._get_dunning_today()
        cls.other_customer = cls._create_customer("Bob Other")
        cls.user_a = cls._create_portal_user("portal_a", cls.customer)
        cls.user_b = cls._create_portal_user("portal_b", cls.other_customer)
        cls.seller = cls._create_portal_seller(
            "portal_seller", "payment_reminder.group_estimate_user"
        )
        cls.company.resource_calendar_id.tz = "Europe/Brussels"
        cls.estimate = cls._offer()

    @classmethod
    def _offer(cls, *stages, **values):
        """Return a sent estimate whose customer may ask for other deadlines."""
        return cls._sent(
            *(stages or ({"name": "Design", "rating_ids": cls._rated(cls.high)},)),
            **{
                "user_id": cls.seller.id,
                "date_deadline": cls.today + timedelta(days=40),
                "date_earliest": cls.today + timedelta(days=3),  # rush on any weekday
                "date_latest": cls.today + timedelta(days=60),
                **values,
            },
        )

    def _get_shown(self):
        return self.estimate
