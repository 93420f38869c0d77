from odoo.exceptions import AccessError
from odoo.tests import tagged
from odoo.tools import mute_logger

from .security_common import SecurityCommon
from .security_matrix import MATRIX

#: Models whose rows come from a query: those of another company are just not there.
QUERIES = {"dunning.clarity.finding"}


@tagged("post_install", "-at_install")
class TestCompanies(SecurityCommon):
    """What belongs to one company is not there for another."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.other = cls.setup_other_company()["company"]
        cls.stranger = cls._create_persona(
            "stranger", "account.group_account_manager", cls.other
        )

    def test_every_model_with_a_company_is_tested(self):
        expected = {
            model
            for model in MATRIX
            if "company_id" in self.env[model]._fields
            and not self.env[model].is_transient()
        }
        self.assertEqual({*self._records(), *QUERIES}, expected)

    @mute_logger("odoo.addons.base.models.ir_rule")
    def test_records_of_another_company_cannot_be_read(self):
        for model, record in self._records().items():
            with self.subTest(model):
                self.assertTrue(record)
                with self.assertRaises(AccessError):
                    record.with_user(self.stranger).read(["company_id"])

    def test_findings_of_another_company_are_not_there(self):
        # rows of a query, so there is nothing to refuse
        finding = self.env["dunning.clarity.finding"].search(
            [("move_id", "=", self.invoice.id)]
        )
        self.assertTrue(finding)
        self.assertEqual(finding.with_user(self.stranger).read(["move_id"]), [])

    def test_records_of_another_company_are_not_found(self):
        for model, record in self._records().items():
            with self.subTest(model):
                Model = self.env[model].with_user(self.stranger)
                found = Model.with_context(active_test=False).search([])
                self.assertFalse(found & record)
                self.assertLessEqual(found.company_id, self.other)

    @mute_logger("odoo.addons.base.models.ir_rule")
    def test_records_of_another_company_cannot_be_changed(self):
        for record, values in (
            (self.procedure, {"name": "Mine"}),
            (self.friendly, {"delay_days": 99}),
            (self._case(), {"user_id": False}),
            (self.proposal, {"user_id": self.stranger.id}),
        ):
            with self.subTest(record._name), self.assertRaises(AccessError):
                record.with_user(self.stranger).write(values)

    @mute_logger("odoo.addons.base.models.ir_rule")
    def test_buttons_refuse_records_of_another_company(self):
        for record, method in (
            (self.proposal, "action_approve"),
            (self.proposal, "action_cancel"),
            (self.proposal, "action_approve_and_send"),
            (self.proposal, "action_stop"),
            (self.proposal.notice_ids, "action_edit_text"),
            (self.proposal.notice_ids, "action_leave_out"),
            (self.proposal.notice_ids, "action_release"),
            (self.proposal.notice_ids, "action_reset_text"),
            (self._case(), "action_resume"),
            (self.procedure, "action_set_default"),
        ):
            with self.subTest(method), self.assertRaises(AccessError):
                getattr(record.with_user(self.stranger), method)()

    @mute_logger("odoo.addons.base.models.ir_rule")
    def test_run_for_another_company_cannot_be_made(self):
        with self.assertRaises(AccessError):
            self.env["dunning.run"].with_user(self.stranger).create(
                {"company_id": self.company.id, "date": self.today}
            )

    def test_data_of_another_company_is_never_in_a_run(self):
        self._invoice_of_the_other()
        env = self.env(context={"allowed_company_ids": (self.company + self.other).ids})
        run = env["dunning.run"].create(
            {"company_id": self.company.id, "date": self.today}
        )
        self.proposal.action_cancel()
        run._plan()
        self.assertEqual(run.notice_ids.company_id, self.company)
        self.assertEqual(run.notice_ids.line_ids.move_id, self.invoice)
        self.assertEqual(run.exclusion_ids.move_line_id.move_id, self.left_out)

    def test_each_company_has_its_own_case_and_levels(self):
        invoice = self._invoice_of_the_other()
        env = self.env(context={"allowed_company_ids": (self.company + self.other).ids})
        run = env["dunning.run"].create(
            {"company_id": self.other.id, "date": self.today}
        )
        run._plan()
        self.assertEqual(run.notice_ids.line_ids.move_id, invoice)
        self.assertEqual(run.notice_ids.level_id.company_id, self.other)
        self.assertNotEqual(run.notice_ids.case_id, self._case())
        self.assertEqual(run.notice_ids.partner_id, self.customer)

    def _invoice_of_the_other(self):
        return self._overdue(5, 70.0, company=self.other)
