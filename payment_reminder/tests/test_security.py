import itertools

from odoo.exceptions import AccessError
from odoo.service.model import get_public_method
from odoo.tests import tagged

from .security_common import SecurityCommon
from .security_matrix import (
    ESTIMATE_MATRIX,
    ESTIMATE_PERSONAS,
    GROUPS,
    INVOICING,
    MATRIX,
    NO,
    OPERATIONS,
    ORM_METHODS,
    OWN_MODELS,
    PARTS,
    PERSONAS,
    PORTAL_MATRIX,
    PORTAL_PERSONAS,
    PUBLIC_METHODS,
)


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
