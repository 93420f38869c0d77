from odoo.fields import Command
from odoo.tests import new_test_user

from ..tools.installments import Terms, schedule
from .common import DunningCommon
from .security_matrix import GROUPS


class SecurityCommon(DunningCommon):
    """One user for each persona, and a case with a proposed notice."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.users = {
            persona: cls._create_persona(persona, group)
            for persona, group in GROUPS.items()
        }
        cls.agency = cls._create_customer(
            "Swift Collections", is_company=True, dunning_agency_role="agency"
        )
        cls.users["agency"].partner_id.parent_id = cls.agency
        cls.invoice = cls._overdue(5)
        cls.left_out = cls._overdue(5, no_followup=True)
        cls.proposal = cls._plan()

    @classmethod
    def _create_persona(cls, name, group, company=None):
        company = company or cls.company
        return new_test_user(
            cls.env,
            login=f"dunning_{name.replace(' ', '_')}",
            groups=group,
            company_id=company.id,
            company_ids=[(6, 0, company.ids)],
        )

    def _records(self):
        """Return a record of each model that exists in the tests' company."""
        plan = self._draft_plan()
        handover = self._handover()
        scale = self.env["dunning.commission.scale"].create(
            {"name": "Tariff", "step_ids": [(0, 0, {"percent": 10})]}
        )
        return {
            "dunning.commission.scale": scale,
            "dunning.commission.step": scale.step_ids,
            "dunning.handover": handover,
            "dunning.handover.line": handover.line_ids,
            "dunning.handover.report": handover.report_ids,
            "dunning.procedure": self.procedure,
            "dunning.level": self.friendly,
            "dunning.case": self._case(),
            "dunning.case.line": self._items(self.invoice),
            "dunning.run": self.proposal,
            "dunning.run.exclusion": self.proposal.exclusion_ids,
            "dunning.notice": self.proposal.notice_ids,
            "dunning.notice.line": self.proposal.notice_ids.line_ids,
            "dunning.call": self._case()._log_call("reached"),
            "dunning.promise": self._case()._promise(
                50.0, self.company._get_dunning_today()
            ),
            "dunning.link": self.env["dunning.link"]._issue(self._case()),
            "dunning.reply": self.env["dunning.reply"]
            .sudo()
            .create({"case_id": self._case().id, "kind": "question", "key": "x" * 20}),
            "dunning.payment.part": self._payment_part(),
            "dunning.link.event": self.env["dunning.link.event"]
            .sudo()
            .create({"kind": "say", "company_id": self.company.id}),
            "dunning.claim": self.env["dunning.claim"]
            .sudo()
            .create({"case_id": self._case().id, "kind": "fee", "amount": 5.0})
            .sudo(False),
            "dunning.pause": self._pause(self.invoice),
            "dunning.dispute": self._object(self.invoice),
            "dunning.rest": self._case().rest_ids[:1],
            **self._interest_records(),
            "installment.plan": plan,
            "installment.plan.item": plan.item_ids,
            "installment.plan.line": plan.line_ids,
            "installment.reminder": self.env["installment.reminder"].create(
                {
                    "name": "Own",
                    "company_id": self.company.id,
                    "delay_days": 90,
                    "mail_template_id": self.env.ref(
                        "payment_reminder.mail_template_installment_late"
                    ).id,
                }
            ),
            "installment.notice": plan._write_to_customer(
                "proposal", plan._get_mail_template("proposal"), plan
            ),
            **self._contact_records(),
        }

    def _contact_records(self):
        """Return a contact rule of the company, its parts, and an exception from it."""
        rule = self.env["contact.rule"].create(
            {
                "name": "Own",
                "company_id": self.company.id,
                "hours_ids": [(0, 0, {"day_kind": "working"})],
                "cap_ids": [(0, 0, {"kind": "call"})],
            }
        )
        exception = (
            self.env["contact.exception"]
            .sudo()
            .create(
                {
                    "case_id": self._case().id,
                    "partner_id": self.customer.id,
                    "kind": "call",
                    "rule_id": rule.id,
                    "reason": "Test",
                    "user_id": self.env.user.id,
                }
            )
        )
        return {
            "contact.rule": rule,
            "contact.rule.hours": rule.hours_ids,
            "contact.rule.cap": rule.cap_ids,
            "contact.exception": exception.sudo(False),
        }

    def _interest_records(self):
        """Return a reference and a regime of the company, and their parts."""
        company = {"company_id": self.company.id}
        reference = self.env["interest.reference"].create(
            {
                **company,
                "name": "Own",
                "code": "OWN",
                "rate_ids": [Command.create({"date_from": self.today, "percent": 1.0})],
            }
        )
        regime = self.env["interest.regime"].create(
            {
                **company,
                "name": "Own",
                "reference_id": reference.id,
                "compensation_currency_id": self.company.currency_id.id,
                "compensation_ids": [Command.create({"amount": 40.0})],
                "break_ids": [
                    Command.create(
                        {
                            "name": "Pause",
                            "date_from": self.today,
                            "date_to": self.today,
                        }
                    )
                ],
            }
        )
        return {
            "interest.reference": reference,
            "interest.rate": reference.rate_ids,
            "interest.regime": regime,
            "interest.compensation": regime.compensation_ids,
            "interest.break": regime.break_ids,
        }

    def _handover(self):
        """Return a hand-over that the agency has reported on."""
        moves = self._overdue(30, 70.0)
        self.env["dunning.planner"]._open_cases(self.company, self.customer)
        items = self._items(moves)
        handover = self.env["dunning.handover"]._make(
            items.case_id, items, self.agency, self.today, early_reason="Test"
        )
        handover._set_handed_over(self.today)
        handover._report("accepted", date=self.today)
        return handover

    def _payment_part(self):
        """Return what an online payment of the page was chosen for."""
        provider = (
            self.env["payment.provider"]
            .sudo()
            .create({"name": "Test", "company_id": self.company.id})
        )
        page = self.env["dunning.payment.page"]._make(self._case(), "/pay/x")
        method = self.env["payment.method"].with_context(active_test=False)
        transaction = (
            self.env["payment.transaction"]
            .sudo()
            .create(
                {
                    "provider_id": provider.id,
                    "payment_method_id": method.search([], limit=1).id,
                    "amount": 100.0,
                    "currency_id": page.currency_id.id,
                    "partner_id": self.customer.id,
                    **page._prepare_transaction_values(page._choose(), "window"),
                }
            )
        )
        return transaction.dunning_part_ids.sudo(False)

    def _draft_plan(self):
        lines = self._receivables(self._overdue(30, 90.0))
        terms = Terms(90, "0.01", count=3, first_date=self.today)
        return self.env["installment.plan"]._make(lines, schedule(terms))

    def _as(self, persona, model):
        return self.env[model].with_user(self.users[persona])
