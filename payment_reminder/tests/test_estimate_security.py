from odoo.exceptions import AccessError
from odoo.service.model import get_public_method
from odoo.tests import new_test_user, tagged
from odoo.tools import mute_logger

from .estimate_common import EstimateCommon

MODELS = (
    "estimate.factor",
    "estimate.factor.rating",
    "service.estimate",
    "service.estimate.stage",
)
#: What only the steps of the product set, with a value somebody might try.
PROTECTED = {
    "state": "accepted",
    "sent_on": "2025-06-16 08:00:00",
    "signed_by": "Somebody",
    "signed_on": "2025-06-16 08:00:00",
    "signature": b"R0lGODlhAQABAAAAACw=",
    "decline_reason": "Too dear",
    "deadline_scale": [],
}
BUTTONS = (
    "action_mark_sent",
    "action_accept",
    "action_decline",
    "action_reset_draft",
    "action_revise",
)


class EstimateSecurityCommon(EstimateCommon):
    """A salesperson without accounting rights, a portal user, an own factor."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.seller = cls._create_user("seller", "payment_reminder.group_estimate_user")
        cls.portal = cls._create_user("portal", "base.group_portal")
        cls.portal.partner_id.parent_id = cls.customer
        cls.factor = cls.env["estimate.factor"].create(
            {"name": "Travel", "company_id": cls.company.id}
        )
        cls.rating = cls.env["estimate.factor.rating"].create(
            {"name": "far", "factor_id": cls.factor.id, "multiplier": 1.1}
        )
        cls.estimate = cls._estimate({"rating_ids": cls._rated(cls.rating)})

    @classmethod
    def _create_user(cls, name, groups, company=None):
        company = company or cls.company
        return new_test_user(
            cls.env,
            login=f"estimate_{name}",
            groups=groups,
            company_id=company.id,
            company_ids=[(6, 0, company.ids)],
        )

    def _records(self):
        """Return a record of each model of estimates."""
        return (self.factor, self.rating, self.estimate, self.estimate.stage_ids)


@tagged("post_install", "-at_install")
class TestEstimateRights(EstimateSecurityCommon):
    """Who may do what with estimates."""

    # === SALESPERSON === #

    def test_salesperson_writes_and_sends_an_estimate(self):
        estimate = (
            self.env["service.estimate"]
            .with_user(self.seller)
            .create(
                {
                    "title": "New shop",
                    "partner_id": self.customer.id,
                    "stage_ids": [
                        (0, 0, {"name": "Design", "product_id": self.service.id})
                    ],
                }
            )
        )
        estimate.stage_ids.volume = 8
        estimate.stage_ids.rating_ids = self.high
        self.assertEqual(estimate.amount_untaxed, 920)
        estimate.action_mark_sent()
        self.assertEqual(estimate.state, "sent")
        estimate.action_accept()
        self.assertEqual(estimate.signed_by, self.seller.name)

    def test_salesperson_sees_no_reminders_and_no_invoices(self):
        for model in ("dunning.case", "dunning.run", "dunning.notice", "account.move"):
            with self.subTest(model):
                Model = self.env[model].with_user(self.seller)
                self.assertFalse(Model.has_access("read"))
        with self.assertRaises(AccessError):
            _status = self.customer.with_user(self.seller).dunning_status

    def test_salesperson_cannot_change_scales(self):
        for model in MODELS[:2]:
            for operation in ("create", "write", "unlink"):
                with self.subTest(f"{operation} {model}"):
                    Model = self.env[model].with_user(self.seller)
                    self.assertFalse(Model.has_access(operation))

    def test_manager_changes_scales(self):
        manager = self._create_user(
            "manager", "payment_reminder.group_estimate_manager"
        )
        self.high.with_user(manager).multiplier = 1.2
        self.assertEqual(self.high.multiplier, 1.2)

    def test_auditor_only_reads(self):
        auditor = self._create_user("auditor", "account.group_account_readonly")
        for record in self._records():
            with self.subTest(record._name):
                mine = record.with_user(auditor)
                self.assertTrue(mine.read(["company_id"]))
                self.assertFalse(mine.has_access("write"))

    # === OTHERS === #

    def test_portal_and_employees_have_no_access_to_the_models(self):
        employee = self._create_user("employee", "base.group_user")
        for user in (self.portal, employee, self.env.ref("base.public_user")):
            for model in MODELS:
                for operation in ("read", "create", "write", "unlink"):
                    with self.subTest(f"{user} {operation} {model}"):
                        Model = self.env[model].with_user(user)
                        self.assertFalse(Model.has_access(operation))

    @mute_logger("odoo.addons.base.models.ir_model")
    def test_buttons_refuse_readers_and_customers(self):
        auditor = self._create_user("auditor", "account.group_account_readonly")
        for user in (self.portal, auditor):
            for button in BUTTONS:
                with self.subTest(f"{user} {button}"):
                    with self.assertRaises(AccessError):
                        getattr(self.estimate.with_user(user), button)()
        self.assertEqual(self.estimate.state, "draft")

    # === PROTECTED FIELDS === #

    def test_protected_fields_cannot_be_written_by_rpc(self):
        other = self._estimate()
        for field, value in {**PROTECTED, "revision_of_id": other.id}.items():
            for user in (self.seller, self.env.ref("base.user_admin")):
                with self.subTest(f"{user} {field}"):
                    with self.assertRaises(AccessError):
                        self.estimate.with_user(user).write({field: value})

    def test_protected_fields_cannot_be_given_when_created(self):
        for field, value in PROTECTED.items():
            values = {"title": "Mine", "partner_id": self.customer.id, field: value}
            with self.subTest(field), self.assertRaises(AccessError):
                self.env["service.estimate"].with_user(self.seller).create(values)

    def test_protected_fields_cannot_be_given_as_defaults(self):
        Model = self.env["service.estimate"].with_user(self.seller)
        with self.assertRaises(AccessError):
            Model.with_context(default_state="accepted").create(
                {"title": "Mine", "partner_id": self.customer.id}
            )

    def test_computed_prices_cannot_be_written_by_rpc(self):
        estimate = self.estimate.with_user(self.seller)
        for record, field in (
            (estimate, "amount_total"),
            (estimate, "deadline_ratio"),
            (estimate.stage_ids, "price_subtotal"),
            (estimate.stage_ids, "multiplier"),
        ):
            with self.subTest(field), self.assertRaises(AccessError):
                record.write({field: 1.0})

    def test_frozen_factor_values_cannot_be_written_by_rpc(self):
        self.estimate.action_mark_sent()
        stage = self.estimate.stage_ids.with_user(self.seller)
        with self.assertRaises(AccessError):
            stage.write({"factor_values": []})
        self.assertEqual(stage.multiplier, 1.1)

    def test_states_cannot_be_set_by_rpc(self):
        for method in ("_set_sent", "_set_accepted", "_set_invoiced", "_expire"):
            with self.subTest(method), self.assertRaises(AccessError):
                get_public_method(self.env["service.estimate"], method)


@tagged("post_install", "-at_install")
class TestEstimateCompanies(EstimateSecurityCommon):
    """Estimates of one company are not there for another."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        other = cls.setup_other_company()["company"]
        cls.stranger = cls._create_user(
            "stranger", "payment_reminder.group_estimate_manager", other
        )

    @mute_logger("odoo.addons.base.models.ir_rule")
    def test_records_of_another_company_cannot_be_reached(self):
        for record in self._records():
            mine = record.with_user(self.stranger)
            with self.subTest(record._name):
                found = mine.with_context(active_test=False).search([])
                self.assertFalse(found & record)
                with self.assertRaises(AccessError):
                    mine.read(["company_id"])
                with self.assertRaises(AccessError):
                    mine.write(
                        {"sequence": 99} if "sequence" in mine else {"title": ""}
                    )
                with self.assertRaises(AccessError):
                    mine.unlink()

    def test_factors_without_a_company_are_shared(self):
        shared = self.complexity.with_user(self.stranger)
        self.assertEqual(shared.rating_ids, self.complexity.rating_ids)

    def test_factors_of_another_company_do_not_count(self):
        factors = self.env["estimate.factor"]
        self.assertIn(self.factor, factors._get_for_company(self.company))
        other = self.stranger.company_id
        self.assertNotIn(self.factor, factors._get_for_company(other))

    @mute_logger("odoo.addons.base.models.ir_rule")
    def test_estimate_for_another_company_cannot_be_made(self):
        with self.assertRaises(AccessError):
            self.env["service.estimate"].with_user(self.stranger).create(
                {
                    "title": "Theirs",
                    "partner_id": self.customer.id,
                    "company_id": self.company.id,
                }
            )

    @mute_logger("odoo.addons.base.models.ir_rule")
    def test_stage_cannot_be_added_to_an_estimate_of_another_company(self):
        with self.assertRaises(AccessError):
            self.env["service.estimate.stage"].with_user(self.stranger).create(
                {"estimate_id": self.estimate.id, "name": "More"}
            )
