from odoo.exceptions import AccessError
from odoo.tests import tagged
from odoo.tools import mute_logger

from .security_common import SecurityCommon
from .security_matrix import PUBLIC_METHODS

#: Methods of notices that only open something: what they open has its own rights.
LOOKING = {
    "action_download_letter",
    "action_open_case",
    "action_open_run",
    "action_open_sibling",
    "action_preview",
}


@tagged("post_install", "-at_install")
class TestSecurityButtons(SecurityCommon):
    """What the buttons answer to each persona."""

    @mute_logger("odoo.addons.base.models.ir_model")
    def test_reader_cannot_change_anything_by_a_button(self):
        self._assert_refused("readonly")

    @mute_logger("odoo.addons.base.models.ir_model")
    def test_employee_cannot_change_anything_by_a_button(self):
        self._assert_refused("employee")

    def _assert_refused(self, persona):
        draft = self._create_run()
        self._pause(self._case())
        for record, methods in (
            (draft, ("action_plan",)),
            (
                self.proposal,
                (
                    "action_approve",
                    "action_approve_and_send",
                    "action_cancel",
                    "action_send",
                    "action_stop",
                ),
            ),
            (self._case(), ("action_resume",)),
            (self._create_procedure([1]), ("action_set_default",)),
            (self.proposal.notice_ids, PUBLIC_METHODS["dunning.notice"]),
        ):
            for method in methods:
                if method in LOOKING:
                    continue
                with self.subTest(method), self.assertRaises(AccessError):
                    getattr(record.with_user(self.users[persona]), method)()
        self.assertEqual((draft.state, self.proposal.state), ("draft", "proposed"))
        self.assertEqual(self.proposal.notice_ids.state, "proposed")

    def test_whoever_works_with_invoices_plans_approves_and_sends(self):
        for persona in ("billing", "accountant"):
            with self.subTest(persona):
                invoice = self._overdue(5, partner=self._create_customer(persona))
                run = self._as(persona, "dunning.run").create({"date": self.today})
                run.action_plan()
                self.assertEqual(run.notice_ids.line_ids.move_id, invoice)
                run.action_approve()
                run.action_send()
                self.assertEqual(run.state, "sending")

    @mute_logger("odoo.addons.base.models.ir_model")
    def test_planning_needs_the_right_to_read_invoices(self):
        # the rules about invoices hold for whoever plans (design: speed)
        for persona in ("user", "manager"):
            run = self._as(persona, "dunning.run").create({"date": self.today})
            with self.subTest(persona), self.assertRaises(AccessError):
                run.action_plan()

    @mute_logger("odoo.addons.base.models.ir_model")
    def test_user_cannot_write_notices_even_by_rpc(self):
        for persona in ("user", "manager", "accountant"):
            notice = self.proposal.notice_ids.with_user(self.users[persona])
            for values in ({"state": "sent"}, {"amount_total": 1.0}):
                with self.subTest(persona), self.assertRaises(AccessError):
                    notice.write(values)

    def test_user_cannot_set_the_state_of_a_run(self):
        run = self.proposal.with_user(self.users["manager"])
        with self.assertRaises(AccessError):
            run.write({"state": "done"})
        with self.assertRaises(AccessError):
            run.create({"date": self.today, "state": "done"})

    def test_manager_sets_the_default_procedure(self):
        other = self._create_procedure([1])
        other.with_user(self.users["manager"]).action_set_default()
        self.assertEqual(self.company.dunning_procedure_id, other)

    def test_reader_sees_the_story_of_a_case(self):
        case = self._case().with_user(self.users["readonly"])
        case.invalidate_recordset()
        self.assertTrue(case.is_open)
        self.assertTrue(case.status_text)
        self.assertEqual(case.notice_ids.mapped("level_id.name"), ["Friendly reminder"])

    def test_employee_sees_no_reminders_on_the_customer(self):
        customer = self.customer.with_user(self.users["employee"])
        with self.assertRaises(AccessError):
            _status = customer.dunning_status
