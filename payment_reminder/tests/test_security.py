import itertools

from odoo.exceptions import AccessError
from odoo.fields import Command
from odoo.service.model import get_public_method
from odoo.tests import new_test_user, tagged

from ..tools.installments import Terms, schedule
from .common import DunningCommon

NO, READ, WORK, ADD, KEEP, ALL = "", "r", "rw", "rwc", "rwd", "rwcd"
OPERATIONS = {"r": "read", "w": "write", "c": "create", "d": "unlink"}

#: Who may do what with each model. Whoever adds a model adds a row.
MATRIX = {
    # model: (employee, readonly, user, manager); see ``PERSONAS``
    "dunning.channel": (READ, READ, READ, ALL),
    "dunning.procedure": (READ, READ, READ, ALL),
    "dunning.level": (NO, READ, READ, ALL),
    "dunning.case": (NO, READ, WORK, KEEP),
    "dunning.case.line": (NO, READ, WORK, WORK),
    "dunning.run": (NO, READ, ALL, ALL),
    "dunning.run.exclusion": (NO, READ, READ, READ),
    "dunning.notice": (NO, READ, READ, READ),
    "dunning.notice.line": (NO, READ, READ, READ),
    "dunning.clarity.check": (READ, READ, READ, WORK),
    "dunning.clarity.finding": (NO, READ, READ, READ),
    "dunning.promise": (NO, READ, ADD, ADD),
    "dunning.link": (NO, READ, READ, READ),
    "dunning.reply": (NO, READ, READ, READ),
    "dunning.payment.part": (NO, READ, READ, READ),
    "dunning.link.event": (NO, NO, NO, READ),
    "dunning.claim": (NO, READ, READ, READ),
    "dunning.claim.waive": (NO, NO, NO, ADD),
    "dunning.pause": (NO, READ, ADD, ADD),
    "dunning.dispute": (NO, READ, ADD, ADD),
    "dunning.explanation": (NO, ADD, ADD, ADD),
    "interest.reference": (NO, READ, READ, ALL),
    "interest.rate": (NO, READ, READ, ALL),
    "interest.regime": (NO, READ, READ, ALL),
    "interest.compensation": (NO, READ, READ, ALL),
    "interest.break": (NO, READ, READ, ALL),
    "interest.calculation": (NO, ALL, ALL, ALL),
    "interest.calculation.payment": (NO, ALL, ALL, ALL),
    "interest.rate.import": (NO, NO, NO, ALL),
    "dunning.pause.wizard": (NO, NO, ADD, ADD),
    "dunning.leave.out": (NO, NO, ALL, ALL),
    "dunning.notice.edit": (NO, NO, ALL, ALL),
    "dunning.call": (NO, READ, READ, READ),
    "dunning.call.wizard": (NO, NO, ADD, ADD),
    "contact.rule": (READ, READ, READ, ALL),
    "contact.rule.hours": (READ, READ, READ, ALL),
    "contact.rule.cap": (READ, READ, READ, ALL),
    "contact.exception": (NO, READ, READ, READ),
    "contact.allow": (NO, NO, NO, ALL),
    "installment.plan": (NO, READ, ALL, ALL),
    "installment.plan.item": (NO, READ, READ, READ),
    "installment.plan.line": (NO, READ, READ, READ),
    "installment.notice": (NO, READ, READ, READ),
    "installment.reminder": (NO, READ, READ, ALL),
    "installment.plan.wizard": (NO, NO, ALL, ALL),
    "installment.plan.wizard.line": (NO, NO, ALL, ALL),
    "dunning.commission.scale": (NO, READ, READ, ALL),
    "dunning.commission.step": (NO, READ, READ, ALL),
    "dunning.handover": (NO, READ, KEEP, KEEP),
    "dunning.handover.line": (NO, READ, READ, READ),
    "dunning.handover.report": (NO, READ, READ, READ),
    "dunning.handover.wizard": (NO, NO, ALL, ALL),
    "dunning.handover.wizard.line": (NO, NO, ALL, ALL),
    "dunning.handover.ending": (NO, NO, ALL, ALL),
    "dunning.handover.noting": (NO, NO, ALL, ALL),
    "dunning.write.off": (NO, NO, NO, ALL),
}
#: The same for estimates, where other groups count; see ``ESTIMATE_PERSONAS``.
ESTIMATE_MATRIX = {
    # model: (readonly, estimate user, estimate manager)
    "estimate.factor": (READ, READ, ALL),
    "estimate.factor.rating": (READ, READ, ALL),
    "service.estimate": (READ, ALL, ALL),
    "service.estimate.stage": (READ, ALL, ALL),
    "service.estimate.what.if": (NO, ALL, ALL),
    "service.estimate.what.if.rating": (NO, ALL, ALL),
    "service.estimate.what.if.stage": (NO, ALL, ALL),
    "service.estimate.compare": (NO, ALL, ALL),
    "service.estimate.compare.line": (NO, ALL, ALL),
}
#: Only who makes invoices makes them from estimates: (billing, accountant).
INVOICING = {"service.estimate.invoice": {"billing", "accountant"}}
#: Every model of the addon, by the beginning of its name.
OWN_MODELS = [
    "|",
    "|",
    ("model", "=like", "interest.%"),
    "|",
    "|",
    "|",
    ("model", "=like", "contact.%"),
    ("model", "=like", "installment.%"),
    ("model", "=like", "dunning.%"),
    ("model", "=like", "estimate.factor%"),
    ("model", "=like", "service.estimate%"),
]
#: The column of ``MATRIX`` that holds for each persona; without one: no rights at all.
PERSONAS = {
    "public": None,
    "portal": None,
    "agency": None,
    "employee": 0,
    "readonly": 1,
    "user": 2,
    "billing": 2,
    "manager": 3,
    "accountant": 3,
    "estimator": 0,
    "estimate manager": 0,
}
#: What users of the portal may do with models at all; record rules say with which
#: records: an agency reads what is handed over to it, everybody else nothing.
PORTAL_MATRIX = {
    "dunning.handover": READ,
    "dunning.handover.line": READ,
    "dunning.handover.report": READ,
}
PORTAL_PERSONAS = ("portal", "agency")
#: The column of ``ESTIMATE_MATRIX`` for each persona.
ESTIMATE_PERSONAS = {
    "public": None,
    "portal": None,
    "agency": None,
    "employee": None,
    "readonly": 0,
    "user": 0,
    "billing": 1,
    "manager": 0,
    "accountant": 2,
    "estimator": 1,
    "estimate manager": 2,
}
GROUPS = {
    "public": "base.group_public",
    "portal": "base.group_portal",
    "agency": "base.group_portal",  # of an agency, see ``setUpClass``
    "employee": "base.group_user",
    "readonly": "account.group_account_readonly",
    "user": "payment_reminder.group_dunning_user",
    "billing": "account.group_account_invoice",
    "manager": "payment_reminder.group_dunning_manager",
    "accountant": "account.group_account_manager",
    "estimator": "payment_reminder.group_estimate_user",
    "estimate manager": "payment_reminder.group_estimate_manager",
}

CASE_METHODS = {
    "action_add_dispute",
    "action_add_pause",
    "action_add_promise",
    "action_explain",
    "action_open_desk",
    "action_remind_now",
    "action_resume",
}
#: Every method of ours that can be called by RPC. Whoever adds one decides here.
PUBLIC_METHODS = {
    "dunning.procedure": {"action_set_default"},
    "dunning.promise": {"action_cancel", "action_mark_seen"},
    "dunning.pause": {"action_resume"},
    "dunning.dispute": {"action_accept", "action_reject", "action_withdraw"},
    "dunning.pause.wizard": {"action_pause"},
    "dunning.call": {"action_open_case"},
    "dunning.call.wizard": {"action_log"},
    "dunning.reminded": {
        "action_dunning_explain",
        "action_dunning_log_call",
        "action_dunning_open_case",
        "action_dunning_pause",
        "action_dunning_remind_now",
    },
    "dunning.case.desk": CASE_METHODS,
    "dunning.case": {
        *CASE_METHODS,
        "action_installment_plan",
        "action_view_installment_plans",
        "action_print_statement",
        "action_issue_link",
        "action_log_call",
        "action_download_case_file",
        "action_open_payment_page",
        "action_revoke_links",
        "action_view_calls",
        "action_view_invoices",
        "action_view_notices",
        "action_view_claims",
        "action_print_claim_statement",
        "action_download_claim_sheet",
        "get_desk_banner",
        "action_hand_over",
        "action_view_handovers",
        "action_write_off",
    },
    "dunning.case.line": {"action_open_invoice"},
    "dunning.run": {
        "action_approve",
        "action_approve_and_send",
        "action_cancel",
        "action_plan",
        "action_print_letters",
        "action_send",
        "action_stop",
        "action_view_credits",
        "action_view_exclusions",
        "action_view_held",
        "action_view_high",
        "action_view_notices",
        "action_view_problems",
        "action_view_unreached",
    },
    "dunning.run.exclusion": {"action_check_clarity", "action_open_invoice"},
    "dunning.clarity.finding": {"action_open", "action_open_invoice"},
    "dunning.notice": {
        "action_allow_contact",
        "action_confirm_sent",
        "action_do_not_call",
        "action_download_letter",
        "action_edit_text",
        "action_give_up",
        "action_leave_out",
        "action_log_call",
        "action_open_case",
        "action_open_run",
        "action_open_sibling",
        "action_preview",
        "action_put_back",
        "action_release",
        "action_reset_text",
        "action_retry",
        "action_send_again",
    },
    "dunning.claim": {
        "action_book",
        "action_claim_again",
        "action_open_case",
        "action_open_claims",
        "action_open_invoice",
        "action_waive",
    },
    "dunning.claim.waive": {"action_waive"},
    "dunning.leave.out": {"action_leave_out"},
    "dunning.notice.edit": {"action_reset", "action_save"},
    "dunning.notice.line": {"action_open_invoice"},
    "service.estimate": {
        "action_accept",
        "action_compare",
        "action_create_invoice",
        "action_decline",
        "action_mark_sent",
        "action_print",
        "action_reset_draft",
        "action_revise",
        "action_save_as_template",
        "action_send",
        "action_use_template",
        "action_view_costs",
        "action_view_invoices",
        "action_what_if",
        "message_post",
    },
    "service.estimate.stage": {"action_open"},
    "installment.plan": {
        "action_activate",
        "action_approve",
        "action_cancel",
        "action_default",
        "action_print",
        "action_propose",
        "action_renegotiate",
        "action_reschedule",
        "action_take_back",
        "action_view_cost",
        "action_view_invoices",
    },
    "installment.plan.line": {"action_open_plan"},
    "installment.plan.wizard": {
        "action_activate",
        "action_add",
        "action_back",
        "action_preview",
        "action_propose",
        "action_save_draft",
    },
    "dunning.handover": {
        "action_create_bill",
        "action_download_file",
        "action_download_table",
        "action_give_back",
        "action_hand_over",
        "action_hand_over_unsent",
        "action_make_file",
        "action_open_case",
        "action_recall",
        "action_report",
        "action_send_again",
        "action_start_collecting",
        "action_stop_waiting",
        "action_view_bills",
        "action_write_off",
    },
    "dunning.handover.line": {"action_open_invoice"},
    "dunning.handover.wizard": {"action_hand_over"},
    "dunning.handover.ending": {"action_end"},
    "dunning.handover.noting": {"action_note"},
    "dunning.write.off": {"action_prepare"},
    "service.estimate.what.if": {"action_apply"},
    "interest.reference": {
        "action_confirm_complete",
        "action_export_csv",
        "action_view_rates",
    },
    "interest.regime": {"action_try"},
    "interest.rate.import": {"action_import"},
    "service.estimate.invoice": {"action_create"},
    "contact.rule": {"action_view_exceptions"},
    "contact.exception": {"action_open_case"},
    "contact.allow": {"action_allow"},
}
#: Parts of models: their methods are listed there, and do nothing by themselves.
PARTS = {
    "dunning.run.review": "dunning.run",
    "dunning.claim.booking": "dunning.claim",
    "dunning.claim.decision": "dunning.claim",
    "dunning.notice.review": "dunning.notice",
    "installment.plan.approval": "installment.plan",
    "installment.plan.flow": "installment.plan",
    "installment.plan.screen": "installment.plan",
    "installment.plan.wizard.preview": "installment.plan.wizard",
    "service.estimate.flow": "service.estimate",
    "dunning.printed.document": "service.estimate",
    "installment.plan.letter": "installment.plan",
    "service.estimate.letter": "service.estimate",
    "service.estimate.invoicing": "service.estimate",
    "service.estimate.pricing": "service.estimate",
    "service.estimate.review": "service.estimate",
    "service.estimate.template": "service.estimate",
    "dunning.notice.action": "dunning.notice",
}
#: Overridden methods of Odoo's own, which check the rights themselves.
ORM_METHODS = {"default_get", "create", "write", "unlink", "copy", "copy_data"}


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


@tagged("post_install", "-at_install")
class TestSecurity(SecurityCommon):
    """Who may do what with each model, field and method."""

    # === MODELS === #

    def test_every_persona_has_exactly_its_rights(self):
        self._assert_rights(PERSONAS, MATRIX)

    def test_every_persona_has_exactly_its_rights_on_estimates(self):
        self._assert_rights(ESTIMATE_PERSONAS, ESTIMATE_MATRIX)

    def test_only_billing_makes_invoices_from_estimates(self):
        for persona, (model, allowed) in itertools.product(GROUPS, INVOICING.items()):
            with self.subTest(f"{persona} {model}"):
                self.assertEqual(
                    self._as(persona, model).has_access("create"), persona in allowed
                )

    def _assert_rights(self, personas, matrix):
        for persona, model in itertools.product(personas, matrix):
            column = personas[persona]
            letters = NO if column is None else matrix[model][column]
            if persona in PORTAL_PERSONAS:
                letters = PORTAL_MATRIX.get(model, NO)
            for letter, operation in OPERATIONS.items():
                with self.subTest(f"{persona} {operation} {model}"):
                    allowed = self._as(persona, model).has_access(operation)
                    self.assertEqual(allowed, letter in letters)

    def test_matrix_names_every_model_of_the_addon(self):
        stored = self.env["ir.model"].search([("abstract", "=", False), *OWN_MODELS])
        self.assertEqual(
            set(stored.mapped("model")), {*MATRIX, *ESTIMATE_MATRIX, *INVOICING}
        )

    def test_superior_groups_can_do_what_the_lower_ones_can(self):
        readonly, user, manager = (
            self.env.ref(f"payment_reminder.group_dunning_{name}")
            for name in ("readonly", "user", "manager")
        )
        self.assertIn(readonly, user.all_implied_ids)
        self.assertIn(user, manager.all_implied_ids)

    def test_root_and_admin_are_managers(self):
        manager = self.env.ref("payment_reminder.group_dunning_manager")
        for name in ("base.user_root", "base.user_admin"):
            self.assertIn(manager, self.env.ref(name).sudo().all_group_ids)

    # === FIELDS === #

    def test_readonly_fields_cannot_be_written_by_rpc(self):
        item = self._items(self.invoice)
        for record, values in (
            (item, {"level_id": self.friendly.id}),
            (item, {"pay_by_date": self.today}),
            (self._case(), {"last_notice_date": self.today}),
            (self.proposal, {"state": "done"}),
        ):
            with self.subTest(values), self.assertRaises(AccessError):
                record.with_user(self.users["accountant"]).write(values)

    # === METHODS === #

    def test_only_the_listed_methods_can_be_called_by_rpc(self):
        for model in self.env["ir.model"].search(OWN_MODELS).mapped("model"):
            with self.subTest(model):
                expected = PUBLIC_METHODS.get(PARTS.get(model, model), set())
                methods = self._get_own_public_methods(model)
                self.assertLessEqual(methods, expected)
                if model not in PARTS:
                    self.assertEqual(methods, expected)

    def test_private_methods_cannot_be_called_by_rpc(self):
        for model, method in (
            ("dunning.run", "_plan"),
            ("dunning.run", "_set_approved"),
            ("dunning.notice", "_set_sent"),
            ("dunning.notice", "_cron_send_queued"),
            ("dunning.notice", "_set_bounced"),
            ("dunning.notice", "_receive_bounces"),
            ("dunning.scheduler", "_cron_run_daily"),
            ("dunning.digest", "_send_once"),
            ("dunning.sender", "_process_queue"),
            ("dunning.planner", "_plan"),
        ):
            with self.subTest(f"{model} {method}"), self.assertRaises(AccessError):
                get_public_method(self.env[model], method)

    # === HELPERS === #

    def _get_own_public_methods(self, model):
        """Return the names of callable methods that this addon's classes define."""
        names = set()
        for cls in type(self.env[model]).mro():
            if not cls.__module__.startswith("odoo.addons.payment_reminder"):
                continue
            names |= {
                name
                for name, value in vars(cls).items()
                if callable(value) and not name.startswith("_")
            }
        return names - ORM_METHODS
