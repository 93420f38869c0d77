from datetime import timedelta

from .common import DunningCommon


class ClaimCommon(DunningCommon):
    """A procedure whose levels claim, and a customer who owes interest by contract.

    3.65 % of 1,000.00 are 10 cents a day, 36.5 % a Euro.
    """

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.regime = cls.env["interest.regime"].create(
            {
                "name": "Contract",
                "margin": 36.5,
                "method": "fixed",
                "is_due_moved": False,  # days are counted whatever their weekday
                "legal_ground": "Clause 7 of our contract.",
                "compensation_currency_id": cls.company.currency_id.id,
                "compensation_ids": [(0, 0, {"amount_from": 0.0, "amount": 40.0})],
            }
        )
        cls.procedure = cls._create_procedure(
            [
                {"delay_days": 5},
                {
                    "delay_days": 10,
                    "claim_interest": True,
                    "claim_compensation": True,
                    "fee_amount": 7.5,
                    "fee_ground": "Clause 8 of our contract.",
                    "letter_intro": "<p>Pay.</p>",
                },
                {
                    "delay_days": 20,
                    "claim_interest": True,
                    "claim_compensation": True,
                    "fee_amount": 12.0,
                    "fee_ground": "Clause 8 of our contract.",
                },
            ],
            first_level="age",
        )
        cls.company.dunning_procedure_id = cls.procedure
        cls.early, cls.middle, cls.last = cls.procedure.level_ids.sorted("sequence")
        cls.customer.is_company = True
        cls._owe_interest(cls.customer)

    @classmethod
    def _owe_interest(cls, customer, regime=None):
        owed = cls.regime if regime is None else regime
        customer.with_company(cls.company).interest_regime_id = owed

    @classmethod
    def _claims(cls, kind=None, partner=None, **values):
        """Return the claims of a customer, the oldest first."""
        domain = [("partner_id", "=", (partner or cls.customer).id)]
        domain += [("kind", "=", kind)] if kind else []
        domain += [(name, "=", value) for name, value in values.items()]
        return cls.env["dunning.claim"].search(domain, order="date_due, id")

    @classmethod
    def _amounts(cls, **values):
        """Return what is claimed by kind."""
        return {
            kind: sum(cls._claims(kind, **values).mapped("amount"))
            for kind in ("interest", "compensation", "fee")
        }

    @classmethod
    def _claim(cls, days=10, amount=1000.0, **values):
        """Return an invoice that is late and whose claims were told."""
        invoice = cls._overdue(days, amount, **values)
        cls._run_and_send()
        return invoice

    @classmethod
    def _later(cls, days):
        return cls.today + timedelta(days=days)
