from datetime import date
from decimal import Decimal

from odoo.fields import Command

from .common import DunningCommon


class InterestCommon(DunningCommon):
    """Regimes and references, shipped and own."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.euro = cls.env.ref("base.EUR")
        cls.regimes = cls.env["interest.regime"]
        cls.business = cls._create_customer("Late Ltd", is_company=True)

    @classmethod
    def _regime(cls, name):
        """Return a shipped regime."""
        return cls.env.ref(f"payment_reminder.regime_{name}")

    @classmethod
    def _reference(cls, code):
        """Return a shipped reference."""
        return cls.env.ref(f"payment_reminder.reference_{code.lower()}")

    @classmethod
    def _create_reference(cls, *rates, **values):
        """Return a reference with rates ``(text of the date, percent)``."""
        return cls.env["interest.reference"].create(
            {
                "name": "Own reference",
                "code": "OWN",
                "rate_ids": [
                    Command.create({"date_from": day, "percent": percent})
                    for day, percent in rates
                ],
                **values,
            }
        )

    @classmethod
    def _create_regime(cls, **values):
        """Return a regime of 36.5 % a year: one unit a day for each thousand.

        A due date on a day off stays.
        """
        return cls.env["interest.regime"].create(
            {"name": "Own regime", "margin": 36.5, "is_due_moved": False, **values}
        )

    def _amount(self, regime, principal, due, until, payments=(), currency=None):
        interest = regime._compute_interest(
            principal,
            date.fromisoformat(due),
            date.fromisoformat(until),
            list(payments),
            currency or self.euro,
        )
        return interest.amount

    def assertAmount(self, amount, *args, **kwargs):
        self.assertEqual(self._amount(*args, **kwargs), Decimal(amount))
