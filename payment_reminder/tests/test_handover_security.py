import itertools

from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged
from odoo.tools import mute_logger

from .handover_portal_common import HandoverPortalCommon
from .security_matrix import OPERATIONS, OWN_MODELS, PORTAL_MATRIX


@tagged("post_install", "-at_install")
class TestHandoverSecurity(HandoverPortalCommon):
    """The user of an agency: nothing of any model but what the rules give."""

    def setUp(self):
        super(HandoverPortalCommon, self).setUp()  # no browser here
        self.handover._report("in_contact", "They answer")
        self.theirs = self._hand_over(self._reached(70.0), agency=self.rival)
        self.theirs._report("in_contact", "They do not answer")

    def _reached(self, amount):
        move = self._overdue(60, amount)
        self._reach_last_level(move)
        return move

    def test_rights_on_every_model_are_those_of_the_matrix(self):
        models = self.env["ir.model"].search([("abstract", "=", False), *OWN_MODELS])
        for model, (letter, operation) in itertools.product(
            models.mapped("model"), OPERATIONS.items()
        ):
            with self.subTest(f"{operation} {model}"):
                allowed = self.env[model].with_user(self.user).has_access(operation)
                self.assertEqual(allowed, letter in PORTAL_MATRIX.get(model, ""))

    def test_records_are_those_of_the_own_hand_overs(self):
        expected = {
            "dunning.handover": self.handover,
            "dunning.handover.line": self.handover.line_ids,
            "dunning.handover.report": self.handover.report_ids,
        }
        for model, records in expected.items():
            with self.subTest(model):
                self.assertTrue(records)
                found = self.env[model].with_user(self.user).search([])
                self.assertEqual(found, records.with_user(self.user))

    @mute_logger("odoo.addons.base.models.ir_rule", "odoo.addons.base.models.ir_model")
    def test_nothing_can_be_changed(self):
        for record in (
            self.handover,
            self.handover.line_ids[0],
            self.handover.report_ids[0],
            self.theirs,
        ):
            own = record.with_user(self.user)
            for step in (
                lambda own=own: own.write({"company_id": self.company.id}),
                lambda own=own: own.unlink(),
                lambda own=own: own.copy(),
            ):
                with self.subTest(record._name), self.assertRaises(UserError):
                    with self.env.cr.savepoint():
                        step()

    @mute_logger("odoo.addons.base.models.ir_rule", "odoo.addons.base.models.ir_model")
    def test_buttons_are_for_the_office(self):
        for name in (
            "action_hand_over",
            "action_send_again",
            "action_make_file",
        ):
            with self.subTest(name), self.assertRaises(UserError):
                with self.env.cr.savepoint():
                    getattr(self.handover.with_user(self.user), name)()

    @mute_logger("odoo.addons.base.models.ir_rule", "odoo.addons.base.models.ir_model")
    def test_debtor_case_and_invoices_stay_closed(self):
        for record in (
            self.handover.case_id,
            self.invoice,
            self.handover.line_ids.move_line_id[0],
            self.customer,
        ):
            with self.subTest(record._name), self.assertRaises(AccessError):
                record.with_user(self.user).read(["company_id"])

    def test_other_users_of_the_portal_see_nothing(self):
        user = self.env["res.users"].search([("login", "=", "customer_ann")])
        for model in PORTAL_MATRIX:
            self.assertFalse(self.env[model].with_user(user).search([]))
