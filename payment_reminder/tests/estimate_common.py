from datetime import date

from odoo.fields import Command

from .common import DunningCommon


class EstimateCommon(DunningCommon):
    """A company that estimates jobs with the shipped factors; one customer."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.hour = cls.env.ref("uom.product_uom_hour")
        cls.complexity = cls.env.ref("payment_reminder.factor_complexity")
        cls.high = cls.env.ref("payment_reminder.rating_complexity_high")
        cls.expert = cls.env.ref("payment_reminder.rating_specialisation_expert")
        cls.deadline = cls.env.ref("payment_reminder.factor_deadline")
        cls.service = cls.env["product.product"].create(
            {
                "name": "Consulting",
                "type": "service",
                "uom_id": cls.hour.id,
                "list_price": 100.0,
                "taxes_id": [Command.set(cls.company.account_sale_tax_id.ids)],
            }
        )

    @classmethod
    def _estimate(cls, *stages, **values):
        """Return a draft for the common customer.

        :param stages: dictionaries of values; by default one of 40 h at 100.00
        """
        stages = stages or ({},)
        return cls.env["service.estimate"].create(
            {
                "title": "New website",
                "partner_id": cls.customer.id,
                "company_id": cls.company.id,
                "date": cls.today,
                "date_start": cls.today,
                "date_valid": date(2099, 12, 31),
                "stage_ids": [
                    Command.create(cls._prepare_stage(number, stage))
                    for number, stage in enumerate(stages, start=1)
                ],
                **values,
            }
        )

    @classmethod
    def _prepare_stage(cls, number, values):
        volume = {} if values.get("is_three_point") else {"volume": 40.0}
        return {
            "name": f"Stage {number}",
            "sequence": number,
            "product_id": cls.service.id,
            "rate": 100.0,
            **volume,
            "tax_ids": [Command.clear()],
            **values,
        }

    @classmethod
    def _rated(cls, *ratings):
        """Return the value of ``rating_ids`` for some ratings."""
        return [Command.set([rating.id for rating in ratings])]

    @classmethod
    def _sent(cls, *stages, **values):
        """Return an estimate that was sent."""
        estimate = cls._estimate(*stages, **values)
        estimate.action_mark_sent()
        return estimate

    @classmethod
    def _accepted(cls, *stages, **values):
        """Return an estimate that the customer has accepted."""
        estimate = cls._sent(*stages, **values)
        estimate.action_accept()
        return estimate
