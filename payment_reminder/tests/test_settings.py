from lxml import etree

from odoo.exceptions import AccessError, ValidationError
from odoo.tests import Form, new_test_user, tagged
from odoo.tools import mute_logger

from .common import DunningCommon


@tagged("post_install", "-at_install")
class TestSettings(DunningCommon):
    """The section 'Payment Reminders' of the Invoicing settings."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.other = cls.setup_other_company()["company"]
        cls.admin = new_test_user(
            cls.env,
            login="administrator",
            groups="base.group_system,account.group_account_manager",
            company_id=cls.company.id,
            company_ids=(cls.company + cls.other).ids,
        )

    def _settings(self, company=None):
        Settings = self.env["res.config.settings"].with_user(self.admin)
        return Settings.with_company(company or self.company)

    @mute_logger("odoo.tests.form.onchange")
    def test_choices_are_stored_on_the_company(self):
        procedure = self._create_procedure([3])
        with Form(self._settings()) as form:
            form.dunning_procedure_id = procedure
            form.dunning_is_unattended = True
            form.dunning_send_hour = 6
            form.dunning_digest_user_ids.add(self.admin)
            form.dunning_promise_grace_days = 4
            form.dunning_high_amount = 1234
            form.dunning_call_tries = 2
            form.dunning_call_wait_days = 5
        form.record.execute()
        company = self.company
        self.assertEqual(company.dunning_procedure_id, procedure)
        self.assertTrue(company.dunning_is_unattended)
        self.assertTrue(company.sudo().dunning_unattended_since)
        self.assertEqual(company.dunning_send_hour, 6)
        self.assertEqual(company.dunning_digest_user_ids, self.admin)
        self.assertEqual(company.dunning_promise_grace_days, 4)
        self.assertEqual(company.dunning_high_amount, 1234)
        self.assertEqual(company.dunning_call_tries, 2)
        self.assertEqual(company.dunning_call_wait_days, 5)

    @mute_logger("odoo.tests.form.onchange")
    def test_rules_of_instalment_plans_are_stored_on_the_company(self):
        values = {
            "installment_validity_days": 5,
            "installment_grace_days": 4,
            "installment_max_missed": 1,
            "installment_default_days": 3,
            "installment_approval_amount": 2000.0,
            "installment_approval_months": 6,
        }
        with Form(self._settings()) as form:
            for name, value in values.items():
                setattr(form, name, value)
        form.record.execute()
        self.assertEqual({name: self.company[name] for name in values}, values)

    @mute_logger("odoo.tests.form.onchange")
    def test_each_company_has_its_own_choices(self):
        with Form(self._settings()) as form:
            form.dunning_is_unattended = True
            form.dunning_send_hour = 6
        form.record.execute()
        self.assertFalse(self.other.dunning_is_unattended)
        self.assertEqual(self.other.dunning_send_hour, 8)
        shown = Form(self._settings(self.other))
        self.assertFalse(shown.dunning_is_unattended)
        self.assertEqual(shown.dunning_procedure_id, self.other.dunning_procedure_id)

    def test_nothing_happens_by_itself_before_somebody_wants_it(self):
        company = self.env["res.company"].create({"name": "New"})
        self.assertFalse(company.dunning_is_unattended)
        self.assertFalse(company.dunning_digest_user_ids)
        self.assertEqual(company.dunning_send_hour, 8)

    @mute_logger("odoo.tests.form.onchange")
    def test_wrong_hour_is_refused_in_words(self):
        form = Form(self._settings())
        form.dunning_is_unattended = True
        form.dunning_send_hour = 25
        with self.assertRaisesRegex(ValidationError, "from 0 to 23"):
            form.save()

    def test_every_option_has_a_help_and_the_links_work(self):
        arch = self._settings().get_view(view_type="form")["arch"]
        page = etree.fromstring(arch)
        ours = "//block[@id='dunning_settings' or @id='installment_settings']"
        settings = page.xpath(f"{ours}//setting")
        self.assertTrue(settings)
        for setting in settings:
            with self.subTest(setting.get("id")):
                self.assertTrue(setting.get("help"))
        for button in page.xpath(f"{ours}//button[@type='action']"):
            action = self.env["ir.actions.actions"].browse(int(button.get("name")))
            self.assertTrue(action.exists())

    @mute_logger("odoo.tests.form.onchange")
    def test_warning_is_shown_when_it_does_not_run(self):
        self.company.dunning_is_unattended = True
        cron = self.env.ref("payment_reminder.ir_cron_dunning_daily")
        cron.active = False
        self.assertIn("switched off", Form(self._settings()).dunning_watchdog)

    def test_only_managers_see_the_section(self):
        self.admin.write({"group_ids": [(6, 0, self.env.ref("base.group_system").ids)]})
        arch = self._settings().get_view(view_type="form")["arch"]
        self.assertNotIn("dunning_settings", arch)

    @mute_logger("odoo.addons.base.models.ir_model")
    def test_others_cannot_change_the_choices(self):
        for group in ("group_dunning_user", "group_dunning_readonly"):
            user = new_test_user(
                self.env,
                login=group,
                groups=f"payment_reminder.{group}",
                company_id=self.company.id,
                company_ids=self.company.ids,
            )
            with self.subTest(group), self.assertRaises(AccessError):
                self.company.with_user(user).dunning_is_unattended = True
                self.env.flush_all()

    def test_status_of_the_daily_work_is_for_those_who_see_reminders(self):
        employee = new_test_user(self.env, login="curious", groups="base.group_user")
        with self.assertRaises(AccessError):
            self.company.with_user(employee).read(["dunning_last_error"])
